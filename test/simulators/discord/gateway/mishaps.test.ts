/** What goes wrong on a gateway connection, met by the real discord.js: zombies, lost and swapped events, outages. */
import { type Client, Events, GatewayCloseCodes } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { clientOf, connected, next } from '../client.ts';
import type { Person } from '../people.ts';
import { RawGateway } from '../raw.ts';
import { DiscordSimulator, type SimulatorOptions } from '../simulator.ts';

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let client: Client | undefined;

async function begin(options: SimulatorOptions = {}): Promise<Client<true>> {
  sim = await DiscordSimulator.start(options);
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  const online = await connected(sim);
  client = online;
  return online;
}

afterEach(async () => {
  await client?.destroy();
  await sim.stop();
});

describe('a heartbeat', () => {
  it('that is no longer answered makes discord.js close with 4200 and resume', async () => {
    const online = await begin({ heartbeatMs: 300 });
    const again = next(online, Events.ShardResume);
    sim.gateway.numb();
    await again;
    expect(sim.gateway.history.map(({ opened, closeCode }) => [opened, closeCode])).toEqual([
      ['identify', 4200],
      ['resume', undefined],
    ]);
  });

  it('is answered at once when the server asks for one', async () => {
    await begin();
    const bot = await RawGateway.open(`${sim.gateway.url}?v=10`);
    sim.gateway.askHeartbeat();
    expect((await bot.next(1))['d']).toBeNull();
    bot.terminate();
  });
});

describe('events', () => {
  it('can be lost for good', async () => {
    const online = await begin();
    const coming = next(online, Events.MessageCreate);
    sim.gateway.lose('MESSAGE_CREATE');
    ada.says(general, 'lost');
    ada.says(general, 'found');
    expect((await coming)[0].content).toBe('found');
    expect(sim.reads(general)).toHaveLength(2);
  });

  it('can come in another order than they happened', async () => {
    const online = await begin();
    const heard: string[] = [];
    online.on(Events.MessageCreate, (message) => heard.push(message.content));
    sim.gateway.swap('MESSAGE_CREATE');
    for (const text of ['one', 'two', 'three']) ada.says(general, text);
    await expect.poll(() => heard).toEqual(['two', 'one', 'three']);
  });

  it('can arrive before the answer to the call that caused them', async () => {
    const online = await begin({ latencyMs: { thereMs: 0, backMs: 100 } });
    const channel = await online.channels.fetch(general);
    if (!channel?.isSendable()) throw new Error('general takes no messages');
    const order: string[] = [];
    online.on(Events.MessageCreate, () => order.push('event'));
    await channel.send('x');
    order.push('answer');
    expect(order).toEqual(['event', 'answer']);
  });
});

describe('the server', () => {
  it('can be out of sight for a while', async () => {
    const online = await begin();
    const lost = next(online, Events.GuildUnavailable);
    sim.setAvailable(false);
    await lost;
    expect(online.guilds.cache.get(sim.guild.id)?.available).toBe(false);
    const back = next(online, Events.GuildAvailable);
    sim.setAvailable(true);
    expect((await back)[0].channels.cache.has(general)).toBe(true);
  });

  it('gives its members to who asks, all of them once in thirty seconds', async () => {
    await begin({ limits: { identify: { limit: 9, windowMs: 5000 } } });
    const bot = await RawGateway.open(`${sim.gateway.url}?v=10`);
    bot.identify(sim);
    await bot.next('GUILD_CREATE');
    const ask = (more: object) => bot.send(8, { guild_id: sim.guild.id, limit: 0, ...more });
    ask({ user_ids: [ada.id], nonce: 'a' });
    ask({ query: '', nonce: 'b' });
    ask({ query: '', nonce: 'c' });
    await bot.settled();
    expect(bot.dataOf('GUILD_MEMBERS_CHUNK')).toMatchObject([
      { members: [{ user: { id: ada.id } }], nonce: 'a' },
      { nonce: 'b' },
    ]);
    expect(bot.dataOf('RATE_LIMITED')).toMatchObject([{ opcode: 8, meta: { nonce: 'c' } }]);
    bot.terminate();
  });
});

describe('logging in', () => {
  it('is refused by discord.js itself when the day’s sessions are used up', async () => {
    await begin();
    sim.gateway.startsADay = 1;
    const another = clientOf(sim);
    await expect(another.login(sim.token)).rejects.toThrow('Not enough sessions remaining');
    await another.destroy();
  });

  it.each([
    [GatewayCloseCodes.DisallowedIntents, 'Used disallowed intents', { intents: 1 << 1 }],
    [GatewayCloseCodes.InvalidIntents, 'Used invalid intents', { intents: 1 << 30 }],
  ])('ends with %d for good: %s', async (code, words, options) => {
    await begin({ limits: { identify: { limit: 9, windowMs: 5000 } } });
    const another = clientOf(sim, options);
    await expect(another.login(sim.token)).rejects.toThrow(words);
    await sim.until(() => sim.gateway.history.at(-1)?.closeCode === code);
    await another.destroy();
  });
});
