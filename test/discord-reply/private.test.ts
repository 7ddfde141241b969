/** Answers that only their asker sees, which have no nonce: whatever is lost on its way, no text of them stands twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mention } from '../../src/core/inbound.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import { asked, ended, done, type Made, writing } from '../discord/stage.ts';
import type { Fault } from '../simulators/discord/faults.ts';
import type { Invocation, Person } from '../simulators/discord/people.ts';
import type { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { inline, RED } from '../support/pictures.ts';

const FOLLOW_UP = 'POST /webhooks/{webhook_id}/{webhook_token}';
const FILL = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original';
const WORDS = Array.from({ length: 900 }, (_, at) => `word${at}`);
const LONG = WORDS.join(' ');

/** What can come of a request, before or after Discord did what it asks. */
const LOSSES: readonly (readonly [string, Fault])[] = [
  ['a 500 after it took effect', { status: 500, afterCommit: true }],
  ['a page with 502 before it did', { status: 502, page: true }],
  ['a connection cut after it took effect', { status: 'reset', afterCommit: true }],
  ['a connection cut before it did', { status: 'reset' }],
];

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let made: Made;
let run: Invocation;
let mention: Mention;

beforeEach(async () => {
  ({ sim, ada, general, made } = await asked());
  const inbox = new KeptInbox();
  await made.adapter.start(inbox);
  run = ada.slash(general, 'ask', { question: 'a secret?', private: true });
  mention = await inbox.only();
});
afterEach(() => ended({ sim, made }));

const NEVER = new AbortController().signal;
const surface = () => made.adapter.surface(mention.replyTo, []);
const posts = () => run.reads().map(({ content }) => content);
const filesOf = () =>
  run.reads().flatMap(({ files }) => files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]));
const created = () => sim.calls.filter(({ method, path }) => method === 'POST' && path.includes('/webhooks/'));
/** How often each word stands in the messages. */
const timesOf = (word: string): number =>
  posts()
    .join(' ')
    .split(/\s+/u)
    .filter((each) => each === word).length;

describe('a private answer', () => {
  it('begins in the message that waits for it, and goes on in further ones', async () => {
    await surface().finish(done(LONG));
    expect(posts().length).toBeGreaterThan(2);
    expect(posts().join(' ').split(/\s+/u)).toEqual(WORDS);
    expect(created()).toHaveLength(posts().length - 1);
  });

  it.each(LOSSES)('stands once where its first message meets %s', async (_, fault) => {
    sim.fail(FILL, fault);
    await surface().finish(done('Because.'));
    expect(posts()).toEqual(['Because.']);
    expect(created()).toEqual([]);
  });

  it.each(LOSSES)('stands once, and whole in a file, where a further message meets %s', async (_, fault) => {
    sim.fail(FOLLOW_UP, fault);
    const sources = [{ number: 1, title: 'Source', url: 'https://a.example/' }];
    await surface().finish(done(LONG, { sources }));
    expect(WORDS.filter((word) => timesOf(word) > 1)).toEqual([]);
    expect(filesOf()).toEqual([['answer.md', expect.stringContaining(LONG)]]);
    expect(filesOf()[0]?.[1]).toContain('https://a.example/');
    expect(created()).toHaveLength(1);
  });

  it.each(LOSSES)('stands once where a message meets %s while it grows', async (_, fault) => {
    const growing = surface();
    const show = async (text: string): Promise<void> => {
      await growing.leave('text', NEVER);
      await growing.show(writing(text));
    };
    await show(WORDS.slice(0, 100).join(' '));
    sim.fail(FOLLOW_UP, fault);
    await expect(show(WORDS.slice(0, 400).join(' '))).rejects.toThrow('Discord did not answer.');
    await show(WORDS.slice(0, 500).join(' '));
    await growing.finish(done(LONG));
    expect(WORDS.filter((word) => timesOf(word) > 1)).toEqual([]);
    expect(filesOf()).toEqual([['answer.md', LONG]]);
    expect(created()).toHaveLength(1);
  });

  it('waits, and is posted, where Discord asks to wait', async () => {
    sim.fail(FOLLOW_UP, { status: 429, retryAfterMs: 50 });
    sim.allowRefusals();
    await surface().finish(done(LONG));
    expect(posts().join(' ').split(/\s+/u)).toEqual(WORDS);
    expect(filesOf()).toEqual([]);
  });

  it('has its pictures with its text where their message is lost', async () => {
    sim.fail(FOLLOW_UP, { status: 500 });
    await surface().finish(done('Red.', { images: [inline(RED)] }));
    expect(run.reads()).toMatchObject([{ content: 'Red.', files: [{ name: 'picture-1.png' }] }]);
  });

  it('makes no further messages after a restart, when nobody knows which it made', async () => {
    const before = surface();
    await before.leave('first', NEVER);
    const standing = await before.show(writing(WORDS.slice(0, 100).join(' ')));
    await made.adapter.surface(mention.replyTo, standing).finish(done(LONG));
    expect(posts()).toEqual([expect.stringMatching(/^word0 /u)]);
    expect(filesOf()).toEqual([['answer.md', LONG]]);
  });

  it('has a note under it once, also where nobody knows whether it was made', async () => {
    const ending = surface();
    await ending.finish(done('Because.'));
    sim.fail(FOLLOW_UP, { status: 500, afterCommit: true });
    await ending.note('This will not be remembered.');
    expect(posts()).toEqual(['Because.', '-# This will not be remembered.']);
  });

  it('whose waiting message was taken away is posted', async () => {
    sim.fail(FILL, { status: 404, body: { message: 'Unknown Message', code: 10_008 } });
    await surface().finish(done('Because.'));
    expect(posts()).toContain('Because.');
  });
});

it('gives up a private message without an answer after a while, and does not send it again', {
  timeout: 30_000,
}, async () => {
  sim.fail(FOLLOW_UP, { status: 'hang', afterCommit: true });
  await surface().finish(done(LONG));
  expect(WORDS.filter((word) => timesOf(word) > 1)).toEqual([]);
  expect(filesOf()).toEqual([['answer.md', LONG]]);
});
