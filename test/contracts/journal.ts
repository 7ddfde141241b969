/** What Journal promises, as tests that every implementation passes. */
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../src/core/inbound.ts';
import { aMention } from '../support/builders.ts';

/** Gives an empty journal that is cleaned up after the test. */
export type OpenJournal = () => Promise<Journal>;

const posts = [
  { channel: 't1', message: 'p1' },
  { channel: 't1', message: 'p2' },
];

export function describeJournal(name: string, open: OpenJournal): void {
  describe(`${name} as a Journal`, () => {
    describeAcceptance(open);
    describeEntries(open);
  });
}

function describeAcceptance(open: OpenJournal): void {
  test('accepts a mention once', async () => {
    const journal = await open();
    expect(await journal.accept(aMention())).toBe(true);
    expect(await journal.accept(aMention())).toBe(false);
  });

  test('knows what it would not accept', async () => {
    const journal = await open();
    expect(await journal.isKnown(aMention())).toBe(false);
    await journal.accept(aMention());
    expect(await journal.isKnown(aMention())).toBe(true);
    await journal.close(aMention().id);
    expect(await journal.isKnown(aMention())).toBe(true);
    expect(await journal.isKnown(aMention({ attempt: 2 }))).toBe(false);
  });

  test('knows since when a conversation goes on, also once its mentions are closed', async () => {
    const journal = await open();
    const [first, later] = [aMention({ receivedAt: 1000 }), aMention({ id: 'later', receivedAt: 2000 })];
    expect(await journal.since(first.conversation)).toBeUndefined();
    await journal.accept(first);
    await journal.close(first.id);
    await journal.accept(later);
    expect(await journal.since(first.conversation)).toBe(1000);
  });

  test('accepts one of many deliveries that come at once', async () => {
    const journal = await open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => journal.accept(aMention())));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  test('accepts different mentions at once', async () => {
    const journal = await open();
    const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
    expect(await Promise.all(ids.map((id) => journal.accept(aMention({ id }))))).toEqual(ids.map(() => true));
  });

  test('accepts a further attempt at a closed mention once, with the posts that stand', async () => {
    const journal = await open();
    await journal.accept(aMention());
    expect(await journal.attempts(aMention().id)).toBe(1);
    expect(await journal.attempts('never')).toBe(0);
    expect(await journal.accept(aMention({ attempt: 2 }), posts)).toBe(false);
    await journal.close(aMention().id);
    expect(await journal.accept(aMention({ attempt: 2 }), posts)).toBe(true);
    expect(await journal.accept(aMention({ attempt: 2 }), posts)).toBe(false);
    expect(await journal.open()).toEqual([{ mention: aMention({ attempt: 2 }), posts }]);
    await journal.close(aMention().id);
    expect(await journal.attempts(aMention().id)).toBe(2);
    expect(await journal.accept(aMention({ attempt: 2 }))).toBe(false);
    expect(await journal.accept(aMention())).toBe(false);
    await journal.close(aMention().id);
    expect(await journal.accept(aMention({ attempt: 3 }))).toBe(true);
  });

  test('takes another text for a mention that is open, and keeps the posts that stand', async () => {
    const journal = await open();
    await journal.accept(aMention());
    await journal.posted(aMention().id, posts);
    const amended = aMention({ text: 'Why is the sea blue?' });
    expect(await journal.amend(amended)).toEqual({ mention: amended, posts });
    expect(await journal.open()).toEqual([{ mention: amended, posts }]);
    await journal.close(aMention().id);
    expect(await journal.amend(aMention())).toBeUndefined();
    expect(await journal.open()).toEqual([]);
    expect(await journal.amend(aMention({ id: 'another' }))).toBeUndefined();
    expect(await journal.open()).toEqual([]);
  });

  test('does not accept a mention again that was closed', async () => {
    const journal = await open();
    await journal.accept(aMention());
    await journal.close(aMention().id);
    expect(await journal.accept(aMention())).toBe(false);
    expect(await journal.open()).toEqual([]);
  });
}

function describeEntries(open: OpenJournal): void {
  test('holds what was accepted and not closed, whole, oldest first', async () => {
    const journal = await open();
    const [late, early, closed] = [
      aMention({ id: 'a', receivedAt: 3_000 }),
      aMention({ id: 'b', receivedAt: 1_000 }),
      aMention({ id: 'c', receivedAt: 2_000 }),
    ];
    for (const mention of [late, early, closed]) await journal.accept(mention);
    await journal.close(closed.id);
    expect(await journal.open()).toEqual([
      { mention: early, posts: [] },
      { mention: late, posts: [] },
    ]);
  });

  test('remembers the posts that were told last', async () => {
    const journal = await open();
    await journal.accept(aMention());
    await journal.posted(aMention().id, posts.slice(0, 1));
    await journal.posted(aMention().id, posts);
    expect(await journal.open()).toEqual([{ mention: aMention(), posts }]);
  });

  test('keeps the posts when the mention comes again', async () => {
    const journal = await open();
    await journal.accept(aMention());
    await journal.posted(aMention().id, posts);
    await journal.accept(aMention());
    expect((await journal.open())[0]?.posts).toEqual(posts);
  });

  test('remembers the text that was about to be shown last, until the entry is closed', async () => {
    const journal = await open();
    await journal.accept(aMention());
    await journal.seen(aMention().id, 'Half');
    await journal.seen(aMention().id, 'Half of it');
    await journal.posted(aMention().id, posts);
    expect(await journal.open()).toEqual([{ mention: aMention(), posts, seen: 'Half of it' }]);
    await journal.close(aMention().id);
    await journal.accept(aMention({ attempt: 2 }), posts);
    expect(await journal.open()).toEqual([{ mention: aMention({ attempt: 2 }), posts }]);
  });

  test('does not open an entry again for posts that come after its end', async () => {
    const journal = await open();
    await journal.accept(aMention());
    await Promise.all([journal.close(aMention().id), journal.posted(aMention().id, posts)]);
    expect(await journal.open()).toEqual([]);
  });

  test('makes no entry of posts alone', async () => {
    const journal = await open();
    await journal.posted('never accepted', posts);
    expect(await journal.open()).toEqual([]);
    expect(await journal.accept(aMention({ id: 'never accepted' }))).toBe(true);
  });
}
