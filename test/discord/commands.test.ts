/** Slash commands from registration to the answer, through the real discord.js. */
import { ApplicationCommandOptionType } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageUnavailable } from '../../src/core/errors.ts';
import { COMMANDS } from '../../src/core/inbound.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import { call } from '../simulators/discord/raw.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { Recorded } from '../simulators/discord/rest.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, GENEROUS, type Made } from './stage.ts';

const ROUTE = '/applications/{application_id}/commands';

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let inbox: KeptInbox;
let made: Made;

beforeEach(async () => {
  sim = await DiscordSimulator.start({ limits: { ...GENEROUS, identify: { limit: 9, windowMs: 1000 } } });
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  inbox = new KeptInbox();
  made = anAdapter(sim);
});
afterEach(async () => {
  await made.adapter.stop();
  await sim.stop();
  sim.assertClean();
});

const puts = () => sim.calls.filter((one) => one.method === 'PUT' && one.route === ROUTE);

describe('registration', () => {
  it('registers every command of the list with its choices, in one write', async () => {
    await made.adapter.start(inbox);
    expect(sim.commands.map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
    expect(puts()).toHaveLength(1);
    expect(puts()[0]?.request).toContainEqual(
      expect.objectContaining({
        name: 'search',
        contexts: [0, 1],
        options: [
          expect.objectContaining({
            type: ApplicationCommandOptionType.String,
            name: 'mode',
            choices: [
              { name: 'off', value: 'off' },
              { name: 'on', value: 'on' },
            ],
          }),
        ],
      }),
    );
  });

  it('writes nothing when they stand already', async () => {
    await made.adapter.start(inbox);
    await made.adapter.stop();
    made = anAdapter(sim);
    await made.adapter.start(inbox);
    expect(puts()).toHaveLength(1);
  });

  it.each([
    ['a description', { description: 'Another one' }],
    ['an option that is no longer wanted', { options: [{ type: 3, name: 'x', description: 'x' }] }],
    ['a name', { name: 'old' }],
  ])('overwrites them when %s differs', async (_, different) => {
    await made.adapter.start(inbox);
    await made.adapter.stop();
    const standing = puts()[0]?.request;
    if (!Array.isArray(standing)) throw new Error('nothing was registered');
    const changed = [...standing.slice(0, -1), { ...standing.at(-1), ...different }];
    await call(sim, `PUT /applications/${sim.world.app.id}/commands`, { body: changed });
    made = anAdapter(sim);
    await made.adapter.start(inbox);
    expect(puts()).toHaveLength(3);
    expect(sim.commands.map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
  });

  it('lets the bot start without them when Discord refuses them', async () => {
    sim.fail(`PUT ${ROUTE}`, { status: 403, body: { message: 'Missing Access', code: 50_001 } });
    await made.adapter.start(inbox);
    expect(made.log.has('discord.commands-failed')).toBe(true);
    ada.says(general, 'why?', { mention: true });
    expect((await inbox.only()).text).toBe('why?');
  });
});

describe('a command', () => {
  beforeEach(() => made.adapter.start(inbox));

  it('reaches the conversation of the thread it was given in, and is answered in private', async () => {
    inbox.answer = async ({ value }) => ({ text: `Thinking is now ${value}.` });
    const thread = ada.opensThread(general, 'ours');
    const answer = await ada.slash(thread, 'think', { depth: 'high' }).answer();
    expect(answer).toMatchObject({ content: 'Thinking is now high.', ephemeral: true });
    expect(inbox.commands).toEqual([
      {
        name: 'think',
        value: 'high',
        conversation: `discord:${sim.guild.id}/${general}/${thread}`,
        author: { id: ada.id, name: 'Ada', locale: 'en-US' },
        place: { platform: 'discord', workspace: sim.guild.id, channel: general, name: 'ours', kind: 'thread' },
      },
    ]);
  });

  it('may come without its option, and in a direct message', async () => {
    await ada.slash(ada.dmChannelId, 'search').answer();
    expect(inbox.commands).toMatchObject([{ name: 'search', conversation: `discord:%40me/${ada.dmChannelId}` }]);
    expect(inbox.commands[0]).not.toHaveProperty('value');
  });

  it('is told where it works when it is given in a channel', async () => {
    const answer = await ada.slash(general, 'stop').answer();
    expect(answer).toMatchObject({ ephemeral: true, content: expect.stringContaining('thread') });
    expect(inbox.commands).toEqual([]);
  });

  it('is answered in the language that its giver chose, not in the server’s', async () => {
    ada.user.locale = 'pl';
    const answer = await ada.slash(general, 'stop').answer();
    expect(answer.content).toBe(noticesIn('pl').elsewhere);
    await ada.slash(ada.dmChannelId, 'stop').answer();
    expect(inbox.commands[0]?.author.locale).toBe('pl');
  });

  it('is acknowledged before its answer is known', async () => {
    const gate = Promise.withResolvers<{ text: string }>();
    inbox.answer = () => gate.promise;
    const given = ada.slash(ada.dmChannelId, 'stop');
    await sim.until(() => given.state === 'thinking');
    gate.resolve({ text: 'Stopped.' });
    expect((await given.answer()).content).toBe('Stopped.');
  });

  it('pings nobody with its answer', async () => {
    inbox.answer = async () => ({ text: `@everyone <@${ada.id}>` });
    await ada.slash(ada.dmChannelId, 'stop').answer();
    const isAnswer = (one: Recorded) => one.method === 'PATCH' && one.route.startsWith('/webhooks/');
    await sim.until(() => sim.calls.some(isAnswer));
    expect(sim.calls.find(isAnswer)?.request).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it('is told what went wrong', async () => {
    const failure = new StorageUnavailable('the disk is gone');
    inbox.answer = async () => {
      throw failure;
    };
    expect((await ada.slash(ada.dmChannelId, 'stop').answer()).content).toBe(noticesIn().ofError(failure));
    expect(made.log.has('command.failed')).toBe(true);
  });
});
