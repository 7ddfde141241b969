/** What the bot may not do on a Discord server is looked at before anything is done, and told by the best way that is open. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daily, invitationOf } from '../../src/discord-reading/rights.ts';
import type { Reply } from '../../src/core/reply.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { inline, RED } from '../support/pictures.ts';
import { anAdapter, done, GENEROUS, type Made } from './stage.ts';

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let inbox: KeptInbox;
let made: Made;

beforeEach(async () => {
  sim = await DiscordSimulator.start({ limits: GENEROUS });
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  inbox = new KeptInbox();
  made = anAdapter(sim);
  await made.adapter.start(inbox);
});
afterEach(async () => {
  await made.adapter.stop();
  await sim.stop();
  sim.assertClean();
});

const texts = (channel: string): readonly string[] => sim.readsOfBot(channel).map((message) => message.content);
const turnedAway = () => made.log.ignored.filter((reason) => reason === 'may-not-answer').length;

describe('where the bot may not write', () => {
  it('nothing is asked of the model, and each asker is told in a direct message, once a day', async () => {
    sim.deny(general, sim.botRoleId, 'sendMessages', 'sendMessagesInThreads');
    ada.says(general, 'why?', { mention: true });
    ada.says(general, 'hello?', { mention: true });
    await expect.poll(turnedAway).toBe(2);
    expect(texts(ada.dmChannelId)).toEqual([expect.stringContaining('Send Messages')]);
    expect(inbox.mentions).toEqual([]);
  });

  it('and it is a thread, that is said in the channel above', async () => {
    const thread = ada.opensThread(general, 'plums');
    sim.deny(general, sim.botRoleId, 'sendMessagesInThreads');
    ada.says(thread, 'why?', { mention: true });
    await expect.poll(turnedAway).toBe(1);
    expect(texts(general)).toEqual([expect.stringMatching(/^<#\d+>: -# .*Send Messages in Threads/u)]);
  });
});

it('answers in place where no thread may be opened, without trying, and says so under the first answer of a day', async () => {
  sim.deny(general, sim.botRoleId, 'createPublicThreads');
  for (const question of ['one?', 'two?']) ada.says(general, question, { mention: true });
  for (const { replyTo } of await inbox.first(2)) await made.adapter.surface(replyTo, []).finish(done('Because.'));
  expect(texts(general)).toEqual([
    expect.stringMatching(/^Because\.\n+-# I lack a permission here: Create Public Threads\./u),
    'Because.',
  ]);
  expect(sim.calls.some(({ path }) => path.endsWith('/threads'))).toBe(false);
});

describe('where the bot may attach no files', () => {
  const finish = async (text: string, change: Partial<Reply> = {}): Promise<void> => {
    sim.deny(general, sim.botRoleId, 'attachFiles');
    ada.says(general, 'draw a dot', { mention: true });
    const { replyTo } = await inbox.only();
    await made.adapter.surface(replyTo, []).finish(done(text, change));
  };
  const answer = () => texts(sim.reads(general)[0]?.id ?? '');
  const withFiles = () => sim.calls.filter(({ path, status }) => path.endsWith('/messages') && status >= 400);

  it('none is tried, and the answer that has one says what is missing', async () => {
    await finish('Red.', { images: [inline(RED)] });
    expect(answer()).toEqual([expect.stringMatching(/^Red\.\n+-# I lack a permission here: Attach Files\./u)]);
    expect(withFiles()).toEqual([]);
  });

  it('a long answer comes in messages alone', async () => {
    const words = Array.from({ length: 10_000 }, (_, at) => `word${at}`).join(' ');
    await finish(words);
    expect(answer().join(' ').replace(/\s+/gu, ' ')).toContain(words);
    expect(answer().at(-1)).toContain('Attach Files');
    expect(withFiles()).toEqual([]);
  });

  it('nothing is said under an answer that has none', async () => {
    await finish('Because.');
    expect(answer()).toEqual(['Because.']);
  });
});

it('tells again after a day, and of each place on its own', () => {
  const daily = new Daily();
  expect(daily.isDue('a', 0)).toBe(true);
  expect(daily.isDue('a', 86_399_999)).toBe(false);
  expect(daily.isDue('b', 86_399_999)).toBe(true);
  expect(daily.isDue('a', 86_400_000)).toBe(true);
});

it('asks for the permissions that the README names', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(invitationOf('YOUR_APPLICATION_ID'));
});
