/** What a test can make go wrong, and what the simulator itself notices; discord.js meets all of it. */
import { type Client, Events, type SendableChannels } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, connected, next } from './client.ts';
import { call } from './raw.ts';
import type { Person } from './people.ts';
import { DiscordSimulator, type SimulatorOptions } from './simulator.ts';

let sim: DiscordSimulator;
let ada: Person;
let general: string;
const clients: Client[] = [];

async function begin(options: SimulatorOptions = {}): Promise<void> {
  sim = await DiscordSimulator.start(options);
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
}

/** Re-identifies at once, where the real throttle would wait five seconds. */
const impatient = {
  ws: { buildIdentifyThrottler: () => Promise.resolve({ waitForIdentify: () => Promise.resolve() }) },
};

async function online(): Promise<Client<true>> {
  const client = await connected(sim, impatient);
  clients.push(client);
  return client;
}

async function sendable(client: Client): Promise<SendableChannels> {
  const channel = await client.channels.fetch(general);
  if (!channel?.isSendable()) throw new Error('general takes no messages');
  return channel;
}

beforeEach(() => {
  clients.length = 0;
});

afterEach(async () => {
  for (const client of clients) await client.destroy();
  await sim.stop();
});

const POST = 'POST /channels/{channel_id}/messages';

describe('a call that fails', () => {
  it('is tried again by discord.js after a 500, and posts once', async () => {
    await begin();
    const channel = await sendable(await online());
    sim.fail(POST, { status: 500, times: 2 });
    await channel.send('once');
    expect(sim.readsOfBot(general)).toHaveLength(1);
    expect(sim.calls.filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual([500, 500, 200]);
    sim.assertClean();
  });

  it('may have had its effect: the nonce keeps the retry from posting twice', async () => {
    await begin();
    const channel = await sendable(await online());
    sim.fail(POST, { status: 502, afterCommit: true });
    await channel.send('once');
    expect(sim.readsOfBot(general)).toHaveLength(1);
    sim.assertClean();
  });

  it('may be cut off after its effect', async () => {
    await begin();
    const channel = await sendable(await online());
    sim.fail(POST, { status: 'reset', afterCommit: true });
    await channel.send('once');
    expect(sim.readsOfBot(general)).toHaveLength(1);
    sim.assertClean();
  });

  it('can be refused with any body', async () => {
    await begin();
    const channel = await sendable(await online());
    sim.fail(POST, { status: 400, body: { code: 200000, message: 'Message was blocked by automatic moderation' } });
    await expect(channel.send('bad word')).rejects.toMatchObject({ status: 400, code: 200000 });
    sim.assertClean();
  });

  it('can have its effect at once and its answer late', async () => {
    await begin({ latencyMs: { thereMs: 0, backMs: 200 } });
    const channel = await sendable(await online());
    const sending = channel.send('early');
    await sim.until(() => sim.readsOfBot(general).length === 1);
    expect(sim.calls.some(({ method }) => method === 'POST')).toBe(false);
    await sending;
    const posted = sim.calls.findLast(({ method }) => method === 'POST');
    expect((posted?.doneAt ?? 0) - (posted?.at ?? 0)).toBeGreaterThanOrEqual(195);
  });

  it('can be slow', async () => {
    await begin({ latencyMs: 20 });
    const channel = await sendable(await online());
    sim.fail(POST, { delayMs: 60 });
    await channel.send('late');
    const posted = sim.calls.findLast(({ method }) => method === 'POST');
    expect((posted?.doneAt ?? 0) - (posted?.at ?? 0)).toBeGreaterThanOrEqual(75);
  });
});

describe('a connection that fails', () => {
  it('is resumed by discord.js after a cut, and nothing is lost', async () => {
    await begin();
    const client = await online();
    sim.gateway.drop({ resumable: true });
    await sim.until(() => !sim.gateway.online);
    const coming = next(client, Events.MessageCreate);
    ada.says(general, 'anybody there?');
    expect((await coming)[0].content).toBe('anybody there?');
    expect(sim.gateway.history.map(({ path, opened }) => [path, opened])).toEqual([
      ['/gateway', 'identify'],
      ['/gateway/resume', 'resume'],
    ]);
  });

  it('is resumed when the server asks for it', async () => {
    await begin();
    const again = next(await online(), Events.ShardResume);
    sim.gateway.sendOp7();
    await again;
    expect(sim.gateway.history[1]?.opened).toBe('resume');
    expect(sim.gateway.history[0]?.closeCode).toBe(4200);
  });

  it('begins anew where the session is gone, and what was said meanwhile is not delivered', async () => {
    await begin();
    const client = await online();
    sim.gateway.drop({ resumable: false });
    await sim.until(() => !sim.gateway.online);
    const missed = ada.says(general, 'missed').id;
    sim.clock.advance(5000);
    await sim.until(() => sim.gateway.history.at(-1)?.opened === 'identify' && sim.gateway.online);
    const coming = next(client, Events.MessageCreate);
    ada.says(general, 'heard');
    const [message] = await coming;
    expect(message.content).toBe('heard');
    expect(sim.reads(general)[0]?.id).toBe(missed);
  });

  it.each([
    { code: 4009, opened: 'resume', event: Events.ShardResume },
    { code: 4008, opened: 'identify', event: Events.ShardReady },
  ] as const)('goes on after close code $code with $opened', async ({ code, opened, event }) => {
    await begin({ limits: { identify: { limit: 9, windowMs: 5000 } } });
    const again = next(await online(), event);
    sim.gateway.close(code);
    await again;
    expect(sim.gateway.history[1]?.opened).toBe(opened);
  });

  it('is never opened with an intent the portal refuses', async () => {
    await begin({ privilegedIntents: false });
    const client = clientOf(sim);
    clients.push(client);
    await expect(client.login(sim.token)).rejects.toThrow('disallowed intents');
  });

  it('is never opened with a wrong token', async () => {
    await begin();
    const client = clientOf(sim);
    clients.push(client);
    await expect(client.login(sim.token.replace('sim', 'not'))).rejects.toMatchObject({ code: 'TokenInvalid' });
  });
});

describe('a run that is not clean', () => {
  it.each([
    ['an unknown route', () => call(sim, 'GET /nowhere'), 'unknown route: GET /nowhere'],
    [
      'a fault that never struck',
      async () => sim.fail(POST, { status: 500 }),
      'unused fault: POST /channels/*/messages (1 left)',
    ],
  ])('is told by %s', async (_what, act, told) => {
    await begin();
    await act();
    expect(() => sim.assertClean()).toThrow(told);
  });

  it('cannot be planned for a route there is not', async () => {
    await begin();
    expect(() => sim.fail('POST /channels/*/message', { status: 500 })).toThrow('no route');
  });

  it('is told by a 429 nobody asked for, unless the test allows it', async () => {
    await begin({ limits: { typing: { limit: 0, windowMs: 5000 } } });
    await call(sim, `POST /channels/${general}/typing`);
    expect(() => sim.assertClean()).toThrow('429');
    sim.allowRefusals();
    sim.assertClean();
  });
});
