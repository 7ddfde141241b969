/** What comes from in front of Discord, or does not come at all: pages of HTML, silence, cut connections, bans. */
import { HTTPError } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { connected } from '../client.ts';
import { eachTest } from '../fixture.ts';
import { call } from '../raw.ts';
import { DiscordSimulator } from '../simulator.ts';

const now = eachTest({ limits: { invalidRequests: { limit: 3, windowMs: 600_000 } } });
const POST = 'POST /channels/{channel_id}/messages';

async function sendable(rest = {}) {
  const { sim, general } = now();
  const client = await connected(sim, { rest });
  const channel = await client.channels.fetch(general);
  if (!channel?.isSendable()) throw new Error('general takes no messages');
  return { client, channel };
}

describe('a page of Cloudflare', () => {
  it('with 502 is tried again, and then told', async () => {
    const { sim, general } = now();
    const { client, channel } = await sendable();
    sim.fail(POST, { status: 502, page: true, times: 2 });
    await channel.send('once');
    sim.fail(POST, { status: 503, page: true, times: 4 });
    await expect(channel.send('never')).rejects.toBeInstanceOf(HTTPError);
    expect(sim.readsOfBot(general).map(({ content }) => content)).toEqual(['once']);
    await client.destroy();
  });

  it('with 429 has no header of Discord’s but how long to wait', async () => {
    const { sim, general, rest } = now();
    sim.fail(POST, { status: 429, page: true, retryAfterMs: 3_600_000 });
    const { status, headers } = await rest(`POST /channels/${general}/messages`, { content: 'x' });
    expect(status).toBe(429);
    expect(headers.get('content-type')).toContain('text/html');
    expect(headers.get('retry-after')).toBe('3600');
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('answers everything while the address is banned, until the first of its sins is ten minutes old', async () => {
    const { sim, rest } = now();
    sim.allowRefusals();
    const hidden = sim.addChannel('hidden').id;
    sim.deny(hidden, sim.botRoleId, 'viewChannel');
    for (let n = 0; n < 3; n++) await rest(`GET /channels/${hidden}`);
    const banned = await rest('GET /users/@me');
    expect(banned.headers.get('server')).toBe('cloudflare');
    sim.clock.advance(601_000);
    expect((await rest('GET /users/@me')).status).toBe(200);
  });
});

describe('silence', () => {
  it('makes discord.js give up and post again, which the nonce makes harmless', async () => {
    const { sim, general } = now();
    const { client, channel } = await sendable({ timeout: 50 });
    sim.fail(POST, { status: 'hang', afterCommit: true });
    await channel.send('once');
    expect(sim.readsOfBot(general)).toHaveLength(1);
    expect(sim.calls.filter(({ method }) => method === 'POST')).toHaveLength(2);
    await client.destroy();
  });

  it('without the nonce brings the message twice', async () => {
    const { sim, general } = now();
    const { client } = await sendable({ timeout: 50 });
    sim.fail(POST, { status: 'hang', afterCommit: true });
    await client.rest.post(`/channels/${general}/messages`, { body: { content: 'twice' } });
    expect(sim.readsOfBot(general)).toHaveLength(2);
    await client.destroy();
  });
});

describe('a fault', () => {
  it('can let calls pass before it strikes', async () => {
    const { sim, general, rest } = now();
    sim.fail(POST, { status: 500, after: 2 });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++)
      statuses.push((await rest(`POST /channels/${general}/messages`, { content: 'x' })).status);
    expect(statuses).toEqual([200, 200, 500, 200]);
  });

  it('can bring a code beside a 429: the write limits of a channel and of a server', async () => {
    const { sim, general, rest } = now();
    sim.fail(POST, { status: 429, body: { code: 20028 }, retryAfterMs: 4000 });
    const { body } = await rest(`POST /channels/${general}/messages`, { content: 'x' });
    expect(body).toMatchObject({ code: 20028, retry_after: 4, global: false });
  });
});

describe('every call', () => {
  it('can take a time of its own', async () => {
    const times = [0, 30, 0];
    const slow = await DiscordSimulator.start({ latencyMs: () => ({ thereMs: times.shift() ?? 0, backMs: 0 }) });
    for (let n = 0; n < 3; n++) await call(slow, 'GET /gateway');
    const took = slow.calls.map(({ at, doneAt }) => doneAt - at >= 28);
    expect(took).toEqual([false, true, false]);
    await slow.stop();
  });
});
