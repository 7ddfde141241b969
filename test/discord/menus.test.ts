/** The menu of a message on Discord, and commands that people bring along to places where the bot is not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversationIdOf } from '../../src/core/conversation.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, done, GENEROUS, type Made } from './stage.ts';

const MINUTE_MS = 60_000;

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let inbox: KeptInbox;
let made: Made;

async function begin(privilegedIntents = true): Promise<void> {
  sim = await DiscordSimulator.start({ limits: GENEROUS, privilegedIntents });
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  inbox = new KeptInbox();
  made = anAdapter(sim, { messageContent: privilegedIntents });
  await made.adapter.start(inbox);
}

afterEach(async () => {
  await made.adapter.stop();
  await sim.stop();
  sim.assertClean();
});

describe('“Ask Halley about this”', () => {
  it('asks about what the message says and shows, also where the bot may not read it, and answers in a thread', async () => {
    await begin(false);
    const said = sim.addUser('Bob').says(general, 'E = mc²', { files: [{ name: 'a.txt', bytes: Buffer.from('x') }] });
    const run = ada.usesOnMessage(said.id, 'Ask Halley about this');
    const mention = await inbox.only();
    expect(mention).toMatchObject({
      text: expect.stringContaining('Explain this message'),
      shows: expect.stringContaining('E = mc²'),
      attachments: [{ name: 'a.txt' }],
      author: { id: ada.id },
    });
    const shown = await run.answer();
    expect(shown.content).toContain(`/${general}/${said.id}`);
    await made.adapter.surface(mention.replyTo, []).finish(done('Because.'));
    expect(sim.readsOfBot(await sim.waitForThread(shown.id)).map(({ content }) => content)).toEqual(['Because.']);
  });

  it('is called in the language of who sees it', async () => {
    await begin();
    ada.user.locale = 'pl';
    expect(ada.commandsIn(general)).toEqual(expect.arrayContaining(['Zapytaj Halley o to', 'Ponów']));
  });
});

describe('“Retry”', () => {
  beforeEach(() => begin());

  it('has an answer made anew, and says nothing itself', async () => {
    const question = ada.says(general, 'why?', { mention: true });
    const { replyTo, id, conversation } = await inbox.only();
    const offer = { turn: id, conversation, actions: [{ name: 'good', label: 'Good' }] } as const;
    await made.adapter.surface(replyTo, []).finish(done('Because.', { offer }));
    inbox.answer = async () => ({ text: '', shows: true });
    const [post] = sim.readsOfBot(question.id);
    ada.usesOnMessage(post?.id ?? '', 'Retry');
    await expect.poll(() => inbox.commands).toMatchObject([{ name: 'retry', values: { turn: id }, conversation }]);
    await expect.poll(() => sim.calls.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  });

  it('says where there is no answer to be made anew', async () => {
    const said = ada.says(general, 'just so');
    expect(await ada.usesOnMessage(said.id, 'Retry').answer()).toMatchObject({
      content: 'This does not work here.',
      ephemeral: true,
    });
  });
});

it('says in the answer to a command that the bot may not answer there', async () => {
  await begin();
  sim.deny(general, sim.botRoleId, 'sendMessages', 'createPublicThreads');
  const run = ada.slash(general, 'ask', { question: 'why?' });
  await expect.poll(async () => (await run.answer()).content).toContain('I lack a permission here: Send Messages');
  expect(inbox.mentions).toEqual([]);
});

describe('a command that a person brings along', () => {
  beforeEach(() => begin());

  it('is answered before that person alone, by the command’s own means', async () => {
    ada.installsTheApp();
    const group = sim.addGroup('friends', ada, sim.addUser('Bob'));
    const run = ada.slash(group.id, 'ask', { question: 'why?' });
    const { replyTo, place, conversation } = await inbox.only();
    expect({ place, conversation }).toMatchObject({
      place: { kind: 'direct' },
      conversation: conversationIdOf({
        platform: 'discord',
        workspace: '@me',
        channel: group.id,
        thread: `private-${ada.id}`,
      }),
    });
    await made.adapter.surface(replyTo, []).finish(done('Because.'));
    expect(await run.answer()).toMatchObject({ content: 'Because.', ephemeral: true });
    expect(sim.reads(group.id)).toEqual([]);
  });

  it('goes on in direct messages where its answer takes more messages than the command has', async () => {
    ada.installsTheApp();
    const group = sim.addGroup('friends', ada, sim.addUser('Bob'));
    ada.slash(group.id, 'ask', { question: 'why?' });
    const { replyTo } = await inbox.only();
    await made.adapter.surface(replyTo, []).finish(done('word '.repeat(3000)));
    expect(sim.readsOfBot(ada.dmChannelId).length).toBeGreaterThan(5);
    expect(sim.reads(group.id)).toEqual([]);
  });
});

it('takes a private answer that outlives its command to the direct messages of who asked', async () => {
  await begin();
  ada.slash(general, 'ask', { question: 'why?', private: true });
  const { replyTo } = await inbox.only();
  const surface = made.adapter.surface(replyTo, []);
  sim.clock.advance(16 * MINUTE_MS);
  await surface.finish(done('Because.'));
  expect(sim.readsOfBot(ada.dmChannelId).map(({ content }) => content)).toEqual([
    expect.stringMatching(/^Because\.\n+-# Your private answer took longer/u),
  ]);
  expect(sim.reads(general)).toEqual([]);
});

it('tells Discord that an answer is coming before anything is asked of a store that does not answer', async () => {
  await begin();
  const question = ada.says(general, 'why?', { mention: true });
  const { replyTo, id: turn, conversation } = await inbox.only();
  const actions = (['stop', 'sources', 'continue'] as const).map((name) => ({ name, label: name }));
  await made.adapter.surface(replyTo, []).finish(done('Because.', { offer: { turn, conversation, actions } }));
  const post = sim.readsOfBot(question.id)[0]?.id ?? '';
  const items = [{ label: 'go', values: {} }];
  inbox.answer = async () => ({ text: 'Choose.', menus: [{ style: 'buttons', label: 'x', items }] });
  const choosing = ada.slash(general, 'settings');
  await choosing.answer();
  const never = Promise.withResolvers<never>().promise;
  inbox.settingsAt = () => never;
  inbox.answer = () => never;
  inbox.heldBack = () => never;
  const said = ada.says(general, 'just so');
  const runs = [
    ada.slash(general, 'ask', { question: 'why?' }),
    ada.slash(general, 'ask', { question: 'why?', private: true }),
    ada.slash(general, 'settings'),
    ada.usesOnMessage(said.id, 'Ask Halley about this'),
    ada.usesOnMessage(post, 'Retry'),
    ...actions.map(({ label }) => ada.pressesOn(post, label)),
    ada.pressesIn(choosing, 'go'),
  ];
  await expect.poll(() => runs.filter(({ state }) => state === 'waiting')).toEqual([]);
  sim.clock.advance(3000);
  expect(runs.filter(({ state }) => state === 'failed')).toEqual([]);
});

it('offers nothing to a word that is being typed while nobody can say what fits, and does so in time', async () => {
  await begin();
  inbox.complete = () => Promise.withResolvers<readonly string[]>().promise;
  expect(await ada.types(general, 'model', { model: 'fla' })).toEqual([]);
});
