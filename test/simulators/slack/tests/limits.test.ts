/** Rate limits by tier and workspace, posts by channel, and what a test makes go wrong. */
import { describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';

const fixture = eachTest();

describe('rate limits', () => {
  it('take fifty updates a minute, and name whole seconds to wait', async () => {
    const { sim, api, general } = fixture();
    sim.allowRefusals();
    const { ts } = await api('chat.postMessage', { channel: general, text: '0' });
    for (let count = 1; count <= 50; count++) await api('chat.update', { channel: general, ts, text: String(count) });
    const refused = await api('chat.update', { channel: general, ts, text: '51' });
    expect(refused).toMatchObject({ status: 429, ok: false, error: 'ratelimited' });
    expect(Number(refused.retryAfter)).toBeGreaterThan(50);
    expect(await api('chat.delete', { channel: general, ts: '1.2' })).toMatchObject({ error: 'message_not_found' });
    sim.clock.advance(60_000);
    expect(await api('chat.update', { channel: general, ts, text: 'after' })).toMatchObject({ ok: true });
    expect(sim.refusals).toHaveLength(1);
  });

  it('take a burst of posts in a channel, then one a second', async () => {
    const { sim, api, general } = fixture();
    sim.allowRefusals();
    const other = sim.addChannel('other').id;
    const post = async (channel: string) => (await api('chat.postMessage', { channel, text: 'x' })).status;
    for (let count = 0; count < 5; count++) expect(await post(general)).toBe(200);
    expect(await post(general)).toBe(429);
    expect(await post(other)).toBe(200);
    sim.clock.advance(1000);
    expect(await post(general)).toBe(200);
  });
});

describe('a shortened minute', () => {
  const short = eachTest({ minuteMs: 100, perMinute: { 'auth.test': 1 } });

  it('is over soon', async () => {
    const { sim, api } = short();
    sim.allowRefusals();
    await api('auth.test');
    expect((await api('auth.test')).status).toBe(429);
    sim.clock.advance(100);
    expect((await api('auth.test')).status).toBe(200);
  });
});

describe('an app that is sold outside the Marketplace', () => {
  const sold = eachTest({ commercial: true });

  it('reads fifteen messages, once a minute', async () => {
    const { sim, api, ada, general } = sold();
    sim.allowRefusals();
    for (let count = 0; count < 20; count++) ada.says(general, String(count));
    const { messages } = await api('conversations.history', { channel: general, limit: 100 });
    expect(messages).toHaveLength(15);
    expect((await api('conversations.history', { channel: general })).status).toBe(429);
  });
});

describe('faults', () => {
  it('come when they are asked for, as often as asked', async () => {
    const { sim, api } = fixture();
    sim.fail('auth.test', { status: 429, retryAfterS: 7 });
    expect(await api('auth.test')).toMatchObject({ status: 429, retryAfter: '7' });
    sim.fail('auth.test', { status: 500, after: 1 });
    expect(await api('auth.test')).toMatchObject({ status: 200 });
    expect(await api('auth.test')).toMatchObject({ status: 500 });
    sim.fail('auth.test', { error: 'account_inactive', times: 2 });
    expect(await api('auth.test')).toMatchObject({ error: 'account_inactive' });
    expect(() => sim.assertClean()).toThrow('unused fault: auth.test (1 left)');
    sim.mend('auth.test');
  });

  it('cut the connection before or after the work is done', async () => {
    const { sim, api, general } = fixture();
    sim.fail('chat.postMessage', { status: 'reset' });
    await expect(api('chat.postMessage', { channel: general, text: 'never' })).rejects.toThrow('fetch failed');
    sim.fail('chat.postMessage', { status: 'reset', afterCommit: true });
    await expect(api('chat.postMessage', { channel: general, text: 'there' })).rejects.toThrow('fetch failed');
    expect(sim.seenIn(general).map(({ text }) => text)).toEqual(['there']);
  });

  it('make a call slow, which then has its true answer', async () => {
    const { sim, api } = fixture();
    sim.fail('auth.test', { delayMs: 30 });
    expect(await api('auth.test')).toMatchObject({ ok: true });
    const [call] = sim.callsOf('auth.test');
    expect((call?.doneAt ?? 0) - (call?.at ?? 0)).toBeGreaterThanOrEqual(28);
  });

  it('are refused for a method there is not', () => {
    expect(() => fixture().sim.fail('chat.shout', { status: 500 })).toThrow('no method');
  });
});

describe('a Slack that lacks a method', () => {
  const bare = eachTest({ without: ['chat.update'], withoutAs: 404 });

  it('says so, and that is no fault', async () => {
    expect((await bare().api('chat.update', { channel: 'C', ts: '1' })).status).toBe(404);
  });
});
