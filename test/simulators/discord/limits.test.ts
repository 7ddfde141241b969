/** Rate limits as Discord enforces them, seen by a client that ignores them and by discord.js, which does not. */
import { RateLimitError, RESTEvents, Routes } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { connected } from './client.ts';
import { eachTest } from './fixture.ts';
import type { RawAnswer } from './raw.ts';

const now = eachTest({ limits: { invalidRequests: { limit: 3, windowMs: 600_000 } } });

async function times(count: number, act: () => Promise<RawAnswer>): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  for (let n = 0; n < count; n++) answers.push(await act());
  return answers;
}

describe('a bucket', () => {
  it('grants its limit, counts down in its headers, then refuses until its window is over', async () => {
    const { rest, general, sim } = now();
    sim.allowRefusals();
    const post = () => rest(`POST /channels/${general}/messages`, { content: 'x' });
    const answers = await times(6, post);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['4', '3', '2', '1', '0', '0']);
    const refused = answers[5];
    expect(refused?.body).toMatchObject({ message: 'You are being rate limited.', global: false });
    expect(refused?.headers.get('x-ratelimit-scope')).toBe('user');
    expect(Number(refused?.headers.get('retry-after'))).toBe(Math.ceil(Number(refused?.body['retry_after'])));
    sim.clock.advance(5000);
    expect((await post()).status).toBe(200);
    expect(sim.refusals).toHaveLength(1);
  });

  it('begins its window with the first hit and does not slide', async () => {
    const { rest, general, sim } = now();
    sim.allowRefusals();
    const post = () => rest(`POST /channels/${general}/messages`, { content: 'x' });
    await post();
    sim.clock.advance(4000);
    await times(4, post);
    sim.clock.advance(1000);
    expect((await times(5, post)).every(({ status }) => status === 200)).toBe(true);
  });

  it('is another for each channel and for threads', async () => {
    const { rest, general, sim, ada } = now();
    const others = [general, sim.addChannel('other').id, ada.opensThread(general, 'thread')];
    for (const channel of others) await times(5, () => rest(`POST /channels/${channel}/messages`, { content: 'x' }));
    expect(sim.refusals).toEqual([]);
  });

  it('has one hash for posting and editing, but two counters', async () => {
    const { rest, general } = now();
    const posted = await times(5, () => rest(`POST /channels/${general}/messages`, { content: 'x' }));
    const id = String(posted[0]?.body['id']);
    const edited = await rest(`PATCH /channels/${general}/messages/${id}`, { content: 'y' });
    expect(edited.status).toBe(200);
    expect(edited.headers.get('x-ratelimit-remaining')).toBe('4');
    expect(edited.headers.get('x-ratelimit-bucket')).toBe(posted[0]?.headers.get('x-ratelimit-bucket'));
  });
});

describe('the limits no header tells', () => {
  it('stops the 51st call of a second, but none of an interaction', async () => {
    const { rest, sim } = now();
    sim.allowRefusals();
    const answers = await Promise.all(Array.from({ length: 51 }, () => rest('GET /users/@me')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
    expect(refused[0]?.headers.get('x-ratelimit-bucket')).toBeNull();
    expect((await rest(`POST /webhooks/${sim.bot.id}/nothing`, { content: 'x' })).status).toBe(404);
  });

  it('lets a thread be renamed twice in ten minutes, while the bucket looks free', async () => {
    const { rest, general, sim } = now();
    sim.allowRefusals();
    const { body } = await rest(`POST /channels/${general}/threads`, { name: 'talk', type: 11 });
    const rename = () => rest(`PATCH /channels/${String(body['id'])}`, { name: 'other' });
    const [, , third] = await times(3, rename);
    expect(third?.status).toBe(429);
    expect(Number(third?.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    expect(Number(third?.headers.get('retry-after'))).toBeGreaterThan(590);
    sim.clock.advance(600_000);
    expect((await rename()).status).toBe(200);
  });

  it('slows down edits of what is older than an hour', async () => {
    const { rest, general, sim } = now();
    sim.allowRefusals();
    const { body } = await rest(`POST /channels/${general}/messages`, { content: 'x' });
    const change = () => rest(`PATCH /channels/${general}/messages/${String(body['id'])}`, { content: 'y' });
    expect((await times(4, change)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    sim.clock.advance(3_601_000);
    const answers = await times(4, change);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]?.body['code']).toBe(30046);
  });

  it('bans an address after too many invalid requests', async () => {
    const { rest, sim } = now();
    sim.allowRefusals();
    const hidden = sim.addChannel('hidden').id;
    sim.deny(hidden, sim.botRoleId, 'viewChannel');
    const answers = await times(4, () => rest(`GET /channels/${hidden}`));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 429]);
    sim.clock.advance(601_000);
    expect((await rest(`GET /channels/${hidden}`)).status).toBe(403);
  });
});

describe('discord.js', () => {
  it('holds the sixth message back by itself, so that nothing is refused', async () => {
    const { sim, general } = now();
    const client = await connected(sim);
    const limited = new Promise((resolve) => {
      client.rest.once(RESTEvents.RateLimited, resolve);
    });
    const sending = Array.from({ length: 6 }, (_, n) =>
      client.rest.post(Routes.channelMessages(general), { body: { content: `${n}` } }),
    );
    expect(await limited).toMatchObject({ limit: 5, majorParameter: general });
    expect(sim.readsOfBot(general)).toHaveLength(5);
    expect(sim.refusals).toEqual([]);
    // The library sleeps on its own clock, which no test can skip; the sixth stays behind.
    void Promise.allSettled(sending);
    await client.destroy();
  });

  it('can be told to reject a long shared wait, as thread creation brings', async () => {
    const { sim, general, ada } = now();
    const client = await connected(sim, { rest: { rejectOnRateLimit: (data) => data.retryAfter > 15_000 } });
    const channel = await client.channels.fetch(general);
    if (!channel?.isTextBased()) throw new Error('general has no messages');
    const question = await channel.messages.fetch(ada.says(general, 'why?').id);
    sim.fail('POST /channels/*/messages/*/threads', { status: 429, scope: 'shared', retryAfterMs: 219_000 });
    const refused = await question.startThread({ name: 'Why?' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitError);
    expect(refused).toMatchObject({ scope: 'shared', retryAfter: 219_050 });
    await client.destroy();
  });
});
