/** The real discord.js against a simulated Discord: what starts, what is heard, what ends the connection. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, PlatformUnavailable } from '../../src/core/errors.ts';
import type { DiscordOptions } from '../../src/discord/adapter.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import { Intent } from '../simulators/discord/intents.ts';
import { messageJson } from '../simulators/discord/message-wire.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator, type SimulatorOptions } from '../simulators/discord/simulator.ts';
import { anAdapter, done, GENEROUS, inPlace, type Made } from './stage.ts';

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let inbox: KeptInbox;
let made: Made;

async function setUp(options: SimulatorOptions = {}, change: Partial<DiscordOptions> = {}): Promise<void> {
  sim = await DiscordSimulator.start({ limits: GENEROUS, ...options });
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  inbox = new KeptInbox();
  made = anAdapter(sim, change);
}
afterEach(async () => {
  await made.adapter.stop();
  await sim.stop();
  sim.assertClean();
});

it('takes the server’s language for that of who writes there, and none for that of a direct message', async () => {
  await setUp({ locale: 'pl' });
  await made.adapter.start(inbox);
  ada.says(general, 'po co?', { mention: true });
  await inbox.first(1);
  ada.dm('why?');
  const [there, direct] = await inbox.first(2);
  expect([there?.author.locale, direct?.author.locale]).toEqual(['pl', undefined]);
});

describe('what is heard', () => {
  beforeEach(async () => {
    await setUp();
    await made.adapter.start(inbox);
  });

  it('makes a mention in a channel the beginning of a thread', async () => {
    const asked = ada.says(general, 'why is the sky blue?', { mention: true });
    expect(await inbox.only()).toMatchObject({
      id: `discord:${general}/${asked.id}`,
      conversation: `discord:${sim.guild.id}/${general}/${asked.id}`,
      author: { id: ada.id, name: 'Ada', locale: 'en-US' },
      place: { workspace: sim.guild.id, channel: general, name: 'general', kind: 'channel' },
      text: 'why is the sky blue?',
      replyTo: { channel: general, message: asked.id, openThread: 'why is the sky blue?' },
    });
  });

  it('takes its own role, mentioned, for itself', async () => {
    ada.says(general, `<@&${sim.botRoleId}> are you there?`);
    expect((await inbox.only()).text).toBe('are you there?');
  });

  it('answers in the thread that it opened, without a mention, as one conversation', async () => {
    const asked = ada.says(general, 'why?', { mention: true });
    const { replyTo, conversation } = await inbox.only();
    await made.adapter.surface(replyTo, []).finish(done('Because.'));
    sim.addUser('Bob').says(asked.id, 'and at night?');
    const [, second] = await inbox.first(2);
    expect(second).toMatchObject({
      conversation,
      text: 'and at night?',
      author: { name: 'Bob' },
      place: { kind: 'thread' },
    });
    expect(second?.replyTo).toEqual({
      platform: 'discord',
      channel: asked.id,
      message: second?.id.split('/')[1],
      asker: second?.author.id,
    });
  });

  it('answers in another’s thread when it is mentioned, and without a mention where it takes part', async () => {
    const thread = ada.opensThread(general, 'ours');
    ada.says(thread, 'not for you');
    ada.says(thread, 'for you', { mention: true });
    inbox.followed.add((await inbox.only()).conversation);
    ada.says(thread, 'also for you');
    expect((await inbox.first(2)).map((mention) => mention.text)).toEqual(['for you', 'also for you']);
    expect(made.log.ignored).toEqual(['not-addressed']);
  });

  it('takes a reply to it with a ping for a mention, and one without a ping for none', async () => {
    const asked = ada.says(general, 'why?');
    const [post] = await made.adapter.surface(inPlace(general, asked.id), []).finish(done('Because.'));
    ada.says(general, 'no ping', { replyTo: post?.message ?? '', ping: false });
    ada.says(general, 'ping', { replyTo: post?.message ?? '' });
    expect((await inbox.only()).text).toBe('ping');
  });

  it('answers a direct message in place', async () => {
    const said = ada.dm('hello');
    expect(await inbox.only()).toMatchObject({
      conversation: `discord:%40me/${ada.dmChannelId}`,
      place: { workspace: '@me', channel: ada.dmChannelId, kind: 'direct' },
      text: 'hello',
      replyTo: { platform: 'discord', channel: ada.dmChannelId, message: said.id },
    });
  });

  it('ignores itself, other bots and what is not for it, each for its reason', async () => {
    sim.addBot('Other').says(general, 'hi', { mention: true });
    ada.says(general, 'hello all');
    ada.says(general, '@everyone look');
    ada.says(general, 'why?', { mention: true });
    const { replyTo } = await inbox.only();
    await made.adapter.surface(replyTo, []).finish(done(`<@${sim.bot.id}> Because.`));
    ada.says(replyTo.message, 'thanks');
    await inbox.first(2);
    expect(inbox.mentions).toHaveLength(2);
    expect(made.log.ignored).toEqual(expect.arrayContaining(['bot', 'not-addressed', 'own']));
  });

  it('leaves names and files readable, and says who wrote', async () => {
    const bob = sim.addUser('Bob');
    const files = [{ name: 'a.txt', contentType: 'text/plain', bytes: new TextEncoder().encode('hi') }];
    ada.says(general, `ask <@${bob.id}> in <#${general}>`, { mention: true, files });
    const mention = await inbox.only();
    expect(mention.text).toBe('ask @Bob in #general');
    expect(mention.attachments).toMatchObject([{ name: 'a.txt', mimeType: 'text/plain', bytes: 2 }]);
    expect(mention.attachments[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1/u);
  });

  it('hands on a message that Discord delivers twice under the id by which the journal knows it', async () => {
    ada.says(general, 'why?', { mention: true });
    await inbox.only();
    sim.gateway.repeat('MESSAGE_CREATE');
    const [first, second] = await inbox.first(2);
    expect(second?.id).toBe(first?.id);
  });

  it('hears what was said while the connection was broken', async () => {
    sim.gateway.drop();
    ada.says(general, 'still there?', { mention: true });
    expect((await inbox.only()).text).toBe('still there?');
    expect(sim.gateway.history.map(({ opened }) => opened)).toEqual(['identify', 'resume']);
  });

  it('hands over what it was taking before it is stopped, and takes nothing new', async () => {
    const happened: string[] = [];
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    inbox.heldBack = async ({ text }) => {
      reached.resolve();
      await gate.promise;
      happened.push(text);
    };
    ada.says(general, 'just in time', { mention: true });
    await reached.promise;
    const stopped = made.adapter.stop().then(() => happened.push('stopped'));
    ada.says(general, 'too late', { mention: true });
    await expect(sim.until(() => !sim.gateway.online, { timeoutMs: 100 })).rejects.toThrow('Not within');
    gate.resolve();
    await stopped;
    expect(happened).toEqual(['just in time', 'stopped']);
  });

  it('reports a connection that Discord closes for good, once', async () => {
    sim.gateway.close(4004);
    await expect.poll(() => made.log.lines.filter(({ event }) => event === 'test.fatal').length).toBe(1);
    expect(made.log.lines).toContainEqual(expect.objectContaining({ level: 'error', event: 'discord.closed' }));
    expect(sim.gateway.online).toBe(false);
  });
});

describe('starting', () => {
  it('asks for the message content only where it is wanted', async () => {
    await setUp({ privilegedIntents: false }, { messageContent: false });
    await made.adapter.start(inbox);
    ada.says(general, 'without a mention');
    ada.says(general, 'with one', { mention: true });
    expect((await inbox.only()).text).toBe('with one');
  });

  it('says which page and which setting help when the message content intent is refused', async () => {
    await setUp({ privilegedIntents: false });
    const refused = made.adapter.start(inbox);
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(/discord\.com\/developers.*discord\.messageContent to false/su);
  });

  it('goes on without the message content where that is wanted and the intent is refused', async () => {
    await setUp({ privilegedIntents: false }, { messageContent: 'auto' });
    await made.adapter.start(inbox);
    expect(made.adapter.isConnected).toBe(true);
    expect(made.log.has('discord.without-message-content')).toBe(true);
    ada.says(general, 'without a mention');
    ada.says(general, 'with one', { mention: true });
    expect((await inbox.only()).text).toBe('with one');
  });

  it('is spread over as many connections as Discord recommends', async () => {
    await setUp({ limits: { ...GENEROUS, identify: { limit: 9, windowMs: 5000 } } });
    sim.gateway.guildCount = 3000;
    await made.adapter.start(inbox);
    expect(sim.gateway.history.length).toBeGreaterThan(1);
    expect(made.adapter.isConnected).toBe(true);
    ada.says(general, 'why?', { mention: true });
    expect((await inbox.only()).text).toBe('why?');
  }, 20_000);

  it('knows how large files may be on a server with boosts', async () => {
    await setUp();
    sim.boost(3);
    await made.adapter.start(inbox);
    ada.says(general, 'draw a dot', { mention: true });
    expect((await inbox.only()).replyTo.maxFileBytes).toBe(100 * 1024 * 1024);
  });

  it('says what to do about a token that Discord does not know, without repeating it', async () => {
    await setUp({}, { token: 'not.the.token' });
    const error: unknown = await made.adapter.start(inbox).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/DISCORD_TOKEN/u);
    expect(String(error)).not.toContain('not.the.token');
    expect(made.log.has('test.fatal')).toBe(false);
  });

  it('passes on why Discord closed the connection for good', async () => {
    await setUp({}, { shards: 1 });
    sim.gateway.guildCount = 3000;
    await expect(made.adapter.start(inbox)).rejects.toMatchObject({
      code: 'platform.rejected',
      failure: { platformCode: 4011 },
    });
  });

  it('fails as unavailable when Discord cannot be reached or does not work', async () => {
    await setUp({}, { apiUrl: 'http://127.0.0.1:1/api' });
    await expect(made.adapter.start(inbox)).rejects.toThrow(PlatformUnavailable);
    made = anAdapter(sim);
    sim.fail('GET /gateway/bot', { status: 503, times: 4 });
    await expect(made.adapter.start(inbox)).rejects.toThrow(PlatformUnavailable);
  });

  it('asks where a thread belongs that it has never heard of', async () => {
    await setUp();
    const thread = ada.opensThread(general, 'old');
    const said = ada.says(thread, 'again?', { mention: true });
    sim.changeThread(thread, { archived: true });
    await made.adapter.start(inbox);
    const message = sim.world.message(said.id);
    if (message === undefined) throw new Error('nothing was said');
    const data = () => ({
      ...messageJson(sim.world, message, { seesContent: true }),
      guild_id: sim.guild.id,
      channel_type: 11,
    });
    sim.world.dispatch({ type: 'MESSAGE_CREATE', intents: Intent.guildMessages, guildId: sim.guild.id, data });
    expect((await inbox.only()).conversation).toBe(`discord:${sim.guild.id}/${general}/${thread}`);
    expect(sim.calls.some((call) => call.path === `/channels/${thread}`)).toBe(true);
  });
});
