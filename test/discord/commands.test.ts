/** Slash commands from registration to the answer, through the real discord.js. */
import { ApplicationCommandOptionType } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/list.ts';
import { StorageUnavailable } from '../../src/core/errors.ts';
import { MESSAGE_COMMANDS } from '../../src/discord-controls/messages.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import { call } from '../simulators/discord/raw.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { Recorded } from '../simulators/discord/rest.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, GENEROUS, type Made } from './stage.ts';

const NAMES = [...COMMANDS.map(({ name }) => name), ...MESSAGE_COMMANDS.map(({ name }) => name.en)];

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
    expect(sim.commands.map(({ name }) => name)).toEqual(NAMES);
    expect(puts()).toHaveLength(1);
    expect(puts()[0]?.request).toContainEqual(
      expect.objectContaining({
        name: 'forget',
        contexts: [0, 1, 2],
        description_localizations: expect.objectContaining({ pl: expect.stringContaining('Zapomnij') }),
        options: [
          expect.objectContaining({
            type: ApplicationCommandOptionType.String,
            name: 'what',
            choices: [
              { name: 'conversation', value: 'conversation' },
              { name: 'me', value: 'me' },
            ],
          }),
        ],
      }),
    );
  });

  it('registers each option by its kind', async () => {
    await made.adapter.start(inbox);
    const { String: text, Boolean: yesOrNo, Attachment: file } = ApplicationCommandOptionType;
    expect(puts()[0]?.request).toContainEqual(
      expect.objectContaining({
        name: 'ask',
        options: [
          expect.objectContaining({ name: 'question', type: text, required: true, max_length: 6000 }),
          expect.objectContaining({ name: 'search', type: text, required: false }),
          expect.objectContaining({ name: 'think', type: text, autocomplete: true }),
          expect.objectContaining({ name: 'model', type: text, autocomplete: true }),
          expect.objectContaining({ name: 'file', type: file }),
          expect.objectContaining({ name: 'private', type: yesOrNo }),
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
    ['a translation', { description_localizations: { pl: 'Inaczej' } }],
    ['an option that is no longer wanted', { options: [{ type: 3, name: 'x', description: 'x' }] }],
    ['a name', { name: 'old' }],
  ])('overwrites them when %s differs', async (_, different) => {
    await made.adapter.start(inbox);
    await made.adapter.stop();
    const standing = puts()[0]?.request;
    if (!Array.isArray(standing)) throw new Error('nothing was registered');
    const changed = [...standing.slice(1), { ...standing[0], ...different }];
    await call(sim, `PUT /applications/${sim.world.app.id}/commands`, { body: changed });
    made = anAdapter(sim);
    await made.adapter.start(inbox);
    expect(puts()).toHaveLength(3);
    expect(sim.commands.map(({ name }) => name)).toEqual(NAMES);
  });

  it('lets the bot start without them when Discord refuses them', async () => {
    sim.fail(`PUT ${ROUTE}`, { status: 403, body: { message: 'Missing Access', code: 50_001 } });
    await made.adapter.start(inbox);
    expect(made.log.has('discord.commands-failed')).toBe(true);
    ada.says(general, 'why?', { mention: true });
    expect((await inbox.only()).text).toBe('why?');
  });
});

const answer = (text: string) => {
  inbox.answer = async () => ({ text });
};

it('starts at once where Discord asks to wait minutes for its commands', async () => {
  sim.fail(`PUT ${ROUTE}`, { status: 429, retryAfterMs: 219_000, scope: 'shared' });
  sim.allowRefusals();
  await made.adapter.start(inbox);
  expect(made.log.has('discord.commands-failed')).toBe(true);
  ada.says(general, 'why?', { mention: true });
  expect((await inbox.only()).text).toBe('why?');
});

describe('a command', () => {
  beforeEach(() => made.adapter.start(inbox));

  it('reaches the conversation of the thread it was given in, and is answered in private', async () => {
    inbox.answer = async ({ values }) => ({ text: `Thinking is now ${values['depth']}.` });
    const thread = ada.opensThread(general, 'ours');
    const given = ada.slash(thread, 'think', { depth: 'high', scope: 'person' });
    expect(await given.answer()).toMatchObject({ content: 'Thinking is now high.', ephemeral: true });
    expect(inbox.commands).toEqual([
      {
        name: 'think',
        values: { depth: 'high', scope: 'person' },
        conversation: `discord:${sim.guild.id}/${general}/${thread}`,
        author: { id: ada.id, name: 'Ada', locale: 'en-US', roles: [sim.guild.id] },
        place: { platform: 'discord', workspace: sim.guild.id, channel: general, name: 'ours', kind: 'thread' },
      },
    ]);
  });

  it('may come without its option, in a direct message, and in another language', async () => {
    ada.user.locale = 'pl';
    await ada.slash(ada.dmChannelId, 'search').answer();
    expect(inbox.commands).toMatchObject([
      {
        name: 'search',
        values: {},
        conversation: `discord:%40me/${ada.dmChannelId}`,
        author: { locale: 'pl', manages: 'channel' },
      },
    ]);
  });

  it('comes without a conversation from a channel, where each question opens one', async () => {
    await ada.slash(general, 'settings').answer();
    expect(inbox.commands).toMatchObject([{ name: 'settings', place: { kind: 'channel', channel: general } }]);
    expect(inbox.commands[0]).not.toHaveProperty('conversation');
  });

  it.each([
    [['manageChannels'], 'channel'],
    [['manageGuild'], 'workspace'],
  ] as const)('says what its giver manages: with %j the %s', async (names, manages) => {
    sim.allow(general, ada.id, ...names);
    await ada.slash(general, 'settings').answer();
    expect(inbox.commands[0]?.author.manages).toBe(manages);
  });

  it('comes in the language that its giver chose, not in the server’s', async () => {
    ada.user.locale = 'pl';
    const failure = new StorageUnavailable('the disk is gone');
    inbox.answer = async () => {
      throw failure;
    };
    expect((await ada.slash(general, 'stop').answer()).content).toBe(noticesIn('pl').ofError(failure));
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
    answer(`@everyone <@${ada.id}>`);
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

  it('is answered with files, and with a file where the text is longer than a message', async () => {
    const files = [{ name: 'conversation.md', mimeType: 'text/markdown', text: '# Größe 🌤' }];
    inbox.answer = async () => ({ text: 'x'.repeat(2500), files });
    const shown = await ada.slash(general, 'export').answer();
    expect(Array.from(shown.content)).toHaveLength(1999);
    const texts = shown.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]);
    expect(texts).toEqual([
      ['conversation.md', '# Größe 🌤'],
      ['export.md', 'x'.repeat(2500)],
    ]);
  });

  it('is completed while it is typed', async () => {
    expect(await ada.types(general, 'model', { model: 'fla' })).toEqual(['model-fla']);
    expect(await ada.types(general, 'ask', { question: 'why?', think: '' })).toEqual(['thinking-']);
  });
});

describe('a menu', () => {
  beforeEach(() => made.adapter.start(inbox));

  it('is drawn, and gives the same command again with what was chosen, also after a restart', async () => {
    const items = ['low', 'high'].map((value) => ({ label: value, values: { setting: 'thinking', value } }));
    const scopes = ['person', 'channel'].map((scope) => ({
      label: `for ${scope}`,
      values: { setting: 'thinking', scope },
    }));
    const menus = [
      { style: 'list', label: 'Thinking', items },
      { style: 'buttons', label: 'For whom', items: scopes },
    ] as const;
    inbox.answer = async ({ values }) => ({ text: JSON.stringify(values), menus });
    const given = ada.slash(general, 'settings');
    await given.answer();
    await made.adapter.stop();
    made = anAdapter(sim);
    await made.adapter.start(inbox);
    expect((await ada.pressesIn(given, 'high').change()).content).toBe('{"setting":"thinking","value":"high"}');
    inbox.answer = async ({ values }) => ({ text: JSON.stringify(values) });
    const pressed = await ada.pressesIn(given, 'for person').change();
    expect(pressed).toMatchObject({
      content: '{"setting":"thinking","scope":"person"}',
      components: [],
      ephemeral: true,
    });
    expect(inbox.commands).toHaveLength(3);
    expect(inbox.commands[2]).toMatchObject({ name: 'settings', author: { id: ada.id }, place: { channel: general } });
  });

  it('tells what went wrong in place of what it showed', async () => {
    const menus = [{ style: 'buttons', label: 'x', items: [{ label: 'go', values: {} }] }] as const;
    inbox.answer = async () => ({ text: 'Choose.', menus });
    const given = ada.slash(general, 'settings');
    await given.answer();
    const failure = new StorageUnavailable('gone');
    inbox.answer = async () => {
      throw failure;
    };
    expect(await ada.pressesIn(given, 'go').change()).toMatchObject({
      content: noticesIn().ofError(failure),
      components: [],
    });
  });
});

describe('a question', () => {
  beforeEach(() => made.adapter.start(inbox));

  it('is shown to all, and is a mention that opens a thread on what shows it', async () => {
    const given = ada.slash(general, 'ask', { question: 'why is\nthe sky blue?', think: 'high', search: 'on' });
    const mention = await inbox.only();
    const [shown] = sim.reads(general);
    expect(shown).toMatchObject({ content: '> why is\n> the sky blue?', ephemeral: false });
    expect(mention).toMatchObject({
      id: `discord:${general}/${shown?.id}`,
      conversation: `discord:${sim.guild.id}/${general}/${shown?.id}`,
      text: 'why is\nthe sky blue?',
      flags: { think: 'high', search: 'on' },
      author: { id: ada.id, name: 'Ada' },
      replyTo: { channel: general, message: shown?.id, openThread: 'why is the sky blue?' },
    });
    expect(JSON.parse(JSON.stringify(mention))).toEqual(mention);
    await made.adapter
      .surface(mention.replyTo, [])
      .finish({ text: 'Because.', sources: [], ending: { kind: 'complete' } });
    expect(sim.readsOfBot(await sim.waitForThread(shown?.id ?? '')).map(({ content }) => content)).toEqual([
      'Because.',
    ]);
    await given.answer();
  });

  it('may come with a file, and as a search', async () => {
    const bytes = Buffer.from('%PDF-1.7');
    ada.slash(ada.dmChannelId, 'ask', { question: 'sum it up', file: { name: 'a.pdf', bytes } });
    expect((await inbox.only()).attachments).toMatchObject([{ name: 'a.pdf', mimeType: 'application/pdf', bytes: 8 }]);
    ada.slash(ada.dmChannelId, 'search', { text: 'who won?' });
    const [, searched] = await inbox.first(2);
    expect(searched).toMatchObject({ text: 'who won?', flags: { search: 'on' }, place: { kind: 'direct' } });
    expect(inbox.commands).toEqual([]);
  });

  it('that is private is answered before the asker’s eyes alone, with a memory of its own', async () => {
    const given = ada.slash(general, 'ask', { question: 'a secret?', private: true });
    const mention = await inbox.only();
    expect(mention.conversation).toBe(`discord:${sim.guild.id}/${general}/private-${ada.id}`);
    const surface = made.adapter.surface(mention.replyTo, []);
    await surface.begin();
    await surface.leave('first', new AbortController().signal);
    await surface.show({ text: 'Half.', exact: 'Half.', settled: '', status: 'writing' });
    expect((await given.answer()).content).toBe('Half.');
    const long = Array.from({ length: 60 }, (_, at) => `Line ${at} ${'x'.repeat(50)}`).join('\n\n');
    await surface.finish({ text: long, sources: [], ending: { kind: 'complete' } });
    expect(given.reads().length).toBeGreaterThan(1);
    expect(given.reads().every(({ ephemeral }) => ephemeral)).toBe(true);
    expect(sim.reads(general)).toEqual([]);
    expect(sim.typing(general)).toBe(false);
    expect(JSON.stringify(made.log.lines)).not.toContain(given.token);
  });

  it('is answered in place where that is wanted', async () => {
    inbox.settings = { ...inbox.settings, replyStyle: 'in-place' };
    ada.slash(general, 'ask', { question: 'why?' });
    const mention = await inbox.only();
    expect(mention.conversation).toBe(`discord:${sim.guild.id}/${general}`);
    expect(mention.replyTo).not.toHaveProperty('openThread');
  });
});

describe('a message', () => {
  beforeEach(() => made.adapter.start(inbox));

  it('in a thread counts without a mention only where people talk freely', async () => {
    const thread = ada.opensThread(general, 'ours');
    inbox.followed.add(`discord:${sim.guild.id}/${general}/${thread}`);
    inbox.settings = { ...inbox.settings, freeTalk: 'mention-only' };
    ada.says(thread, 'not for you');
    ada.says(thread, 'for you', { mention: true });
    expect((await inbox.only()).text).toBe('for you');
    inbox.settings = { ...inbox.settings, freeTalk: 'on' };
    ada.says(thread, 'this too');
    expect((await inbox.first(2)).map(({ text }) => text)).toEqual(['for you', 'this too']);
  });

  it('in a channel is answered there where that is wanted', async () => {
    inbox.settings = { ...inbox.settings, replyStyle: 'in-place' };
    const { id } = ada.says(general, 'why?', { mention: true });
    expect(await inbox.only()).toMatchObject({
      conversation: `discord:${sim.guild.id}/${general}`,
      replyTo: { platform: 'discord', channel: general, message: id },
    });
  });

  it('is delivered also when the settings cannot be read', async () => {
    inbox.settingsAt = async () => {
      throw new StorageUnavailable('gone');
    };
    const { id } = ada.says(general, 'why?', { mention: true });
    expect((await inbox.only()).conversation).toBe(`discord:${sim.guild.id}/${general}/${id}`);
    expect(made.log.has('settings.unread')).toBe(true);
  });
});
