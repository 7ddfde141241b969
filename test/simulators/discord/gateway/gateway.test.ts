/** The Gateway as discord.js never provokes it: checks in their order, close codes, resuming, what is filtered. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonOf } from '../json.ts';
import { RawGateway } from '../raw.ts';
import { DiscordSimulator, type SimulatorOptions } from '../simulator.ts';

let sim: DiscordSimulator;
const open: RawGateway[] = [];

async function begin(options: SimulatorOptions = {}): Promise<void> {
  sim = await DiscordSimulator.start(options);
}

beforeEach(() => {
  open.length = 0;
});

afterEach(async () => {
  for (const gateway of open) gateway.terminate();
  await sim.stop();
  sim.assertClean();
});

async function dial(query = '?v=10&encoding=json', url = sim.gateway.url): Promise<RawGateway> {
  const gateway = await RawGateway.open(`${url}${query}`);
  open.push(gateway);
  return gateway;
}

async function identified(change = {}): Promise<RawGateway> {
  const gateway = await dial();
  gateway.identify(sim, change);
  await gateway.next('GUILD_CREATE');
  return gateway;
}

interface Refused {
  readonly query?: string;
  readonly token?: string;
  readonly shard?: readonly number[];
  readonly intents?: number;
}

describe('identifying', () => {
  it('greets, then sends READY as number 1 and the whole server', async () => {
    await begin();
    const gateway = await identified();
    const [ready, guild] = [await gateway.next('READY'), await gateway.next('GUILD_CREATE')];
    expect(ready['s']).toBe(1);
    expect(jsonOf(ready['d'])).toMatchObject({
      user: { id: sim.bot.id, bot: true },
      guilds: [{ id: sim.guild.id, unavailable: true }],
      resume_gateway_url: sim.gateway.resumeUrl,
    });
    expect(jsonOf(guild['d'])).toMatchObject({ unavailable: false, members: [{ user: { id: sim.bot.id } }] });
  });

  it.each([
    ['an unknown API version', { query: '?v=9' }, 4012],
    ['a wrong token, before anything that comes later', { token: 'wrong', intents: 1 << 30 }, 4004],
    ['a shard out of range, before its intents', { shard: [2, 2], intents: 1 << 30 }, 4010],
    ['an intent that does not exist', { intents: 1 << 17 }, 4013],
    ['an intent the portal does not grant', { intents: 1 << 15 }, 4014],
  ])('refuses %s', async (_what, { query, ...change }: Refused, code) => {
    await begin({ privilegedIntents: false });
    const gateway = await dial(query);
    gateway.identify(sim, change);
    expect(await gateway.closeCode).toBe(code);
  });

  it('demands shards of a bot in more than 2,500 servers', async () => {
    await begin();
    sim.gateway.guildCount = 2501;
    const gateway = await dial();
    gateway.identify(sim);
    expect(await gateway.closeCode).toBe(4011);
  });

  it('refuses a second IDENTIFY on a connection', async () => {
    await begin();
    const gateway = await identified();
    gateway.identify(sim);
    expect(await gateway.closeCode).toBe(4005);
  });

  it('turns away the second client within five seconds, and takes it afterwards', async () => {
    await begin();
    await identified();
    const hasty = await dial();
    hasty.identify(sim);
    expect(await hasty.next(9)).toMatchObject({ d: false });
    sim.clock.advance(5000);
    await identified();
    expect(sim.gateway.sessionStarts).toMatchObject({ remaining: 998 });
  });
});

describe('what is sent', () => {
  it.each([
    ['nonsense', '{', 4002],
    ['more than 4,096 bytes', JSON.stringify({ op: 1, d: 'x'.repeat(4096) }), 4002],
    ['an unknown opcode', JSON.stringify({ op: 99 }), 4001],
    ['a presence before IDENTIFY', JSON.stringify({ op: 3, d: {} }), 4003],
  ])('closes on %s', async (_what, text, code) => {
    await begin();
    const gateway = await dial();
    gateway.sendText(text);
    expect(await gateway.closeCode).toBe(code);
  });

  it('closes after too many sends, heartbeats included', async () => {
    await begin({ limits: { gatewaySend: { limit: 3, windowMs: 60_000 } } });
    const gateway = await dial();
    for (let beat = 0; beat < 4; beat++) gateway.send(1, null);
    expect(await gateway.closeCode).toBe(4008);
  });

  it('gives up a client that stops beating', async () => {
    await begin({ heartbeatMs: 40 });
    const gateway = await dial();
    expect(await gateway.closeCode).toBe(4009);
  });
});

describe('resuming', () => {
  async function lost(): Promise<{ session: unknown; seq: number }> {
    const gateway = await identified();
    const ready = await gateway.next('READY');
    gateway.terminate();
    await sim.until(() => !sim.gateway.online);
    return { session: jsonOf(ready['d'])['session_id'], seq: 2 };
  }

  async function resumed(session: unknown, seq: number): Promise<RawGateway> {
    const gateway = await dial('?v=10', sim.gateway.resumeUrl);
    gateway.send(6, { token: sim.token, session_id: session, seq });
    return gateway;
  }

  it('replays what was missed, in order, and then says RESUMED', async () => {
    await begin();
    const ada = sim.addUser('Ada');
    const { session, seq } = await lost();
    const texts = ['one', 'two', 'three'];
    for (const text of texts) ada.says(sim.channel('general').id, text);
    const gateway = await resumed(session, seq);
    await gateway.next('RESUMED');
    expect(gateway.events).toEqual(['MESSAGE_CREATE', 'MESSAGE_CREATE', 'MESSAGE_CREATE', 'RESUMED']);
    expect(gateway.dataOf('MESSAGE_CREATE').map((message) => message['content'])).toEqual(texts);
    expect(sim.gateway.history.map(({ path, opened }) => [path, opened])).toEqual([
      ['/gateway', 'identify'],
      ['/gateway/resume', 'resume'],
    ]);
  });

  it('knows no session after three minutes, and none that was closed with 1000', async () => {
    await begin();
    const { session, seq } = await lost();
    sim.clock.advance(181_000);
    expect(await (await resumed(session, seq)).next(9)).toMatchObject({ d: false });

    const orderly = await identified();
    const ready = await orderly.next('READY');
    orderly.close(1000);
    await orderly.closeCode;
    await sim.until(() => !sim.gateway.online);
    expect(await (await resumed(jsonOf(ready['d'])['session_id'], 2)).next(9)).toMatchObject({ d: false });
  });

  it('refuses a number that was never sent', async () => {
    await begin();
    const { session } = await lost();
    expect(await (await resumed(session, 99)).closeCode).toBe(4007);
  });
});

describe('what is delivered', () => {
  it('leaves out events of intents that were not asked for', async () => {
    await begin();
    const gateway = await identified({ intents: 1 });
    sim.addUser('Ada').says(sim.channel('general').id, 'hello');
    await gateway.settled();
    expect(gateway.events).toEqual(['READY', 'GUILD_CREATE']);
  });

  it('leaves out channels the bot may not see, and threads that are not its own', async () => {
    await begin();
    const ada = sim.addUser('Ada');
    const secret = sim.addChannel('secret');
    sim.deny(secret.id, sim.botRoleId, 'viewChannel');
    const gateway = await identified();
    const quiet = sim.addPrivateThread(sim.channel('general').id, 'quiet', ada);
    ada.says(secret.id, 'unheard');
    ada.says(quiet.id, 'unheard too');
    await gateway.settled();
    expect(gateway.events).toEqual(['READY', 'GUILD_CREATE']);
    ada.says(quiet.id, 'come in', { mention: true });
    await gateway.next('MESSAGE_CREATE');
    expect(gateway.events.slice(2)).toEqual(['THREAD_CREATE', 'THREAD_MEMBERS_UPDATE', 'MESSAGE_CREATE']);
  });

  it('sends direct messages to shard 0 and the server to its own shard', async () => {
    await begin({ limits: { identify: { limit: 9, windowMs: 5000 } } });
    const home = Number((BigInt(sim.guild.id) >> 22n) % 2n);
    const shards = await Promise.all([dial(), dial()]);
    for (const [index, gateway] of shards.entries()) gateway.identify(sim, { shard: [index, 2] });
    await Promise.all(shards.map((gateway) => gateway.next('READY')));
    const ada = sim.addUser('Ada');
    ada.dm('directly');
    ada.says(sim.channel('general').id, 'openly');
    await Promise.all(shards.map((gateway) => gateway.settled()));
    const texts = shards.map((gateway) => gateway.dataOf('MESSAGE_CREATE').map((message) => message['content']));
    expect(texts[0]).toContain('directly');
    expect(texts[1]).not.toContain('directly');
    expect(texts[home]).toContain('openly');
    expect(texts[1 - home]).not.toContain('openly');
  });

  it('can deliver an event twice under one number', async () => {
    await begin();
    const gateway = await identified();
    sim.addUser('Ada').says(sim.channel('general').id, 'hello');
    sim.gateway.repeat('MESSAGE_CREATE');
    await gateway.settled();
    const numbers = gateway.received
      .filter((payload) => payload['t'] === 'MESSAGE_CREATE')
      .map((payload) => payload['s']);
    expect(numbers).toEqual([3, 3]);
  });
});
