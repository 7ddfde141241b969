/** What TurnStore promises, as tests that every implementation passes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conversationIdOf, type ConversationParts } from '../../src/core/conversation.ts';
import type { TurnStore } from '../../src/core/ports.ts';
import { aConversation, aTurn } from '../support/builders.ts';

/** Gives an empty store that keeps `maxTurns` turns per conversation and is cleaned up after the test. */
export type OpenTurnStore = (maxTurns: number) => Promise<TurnStore>;

const local: ConversationParts = { platform: 'playground', workspace: 'local', channel: 'page' };
const idsOf = async (store: TurnStore) => (await store.turns(aConversation)).map(({ id }) => id);

export function describeTurnStore(name: string, open: OpenTurnStore): void {
  describe(`${name} as a TurnStore`, () => {
    describeTurns(open);
    describeConversations(open);
  });
}

function describeTurns(open: OpenTurnStore): void {
  test('remembers nothing of a conversation it never saw', async () => {
    const store = await open(3);
    expect(await store.turns(aConversation)).toEqual([]);
  });

  test('gives the turns back whole, oldest first', async () => {
    const store = await open(3);
    const turns = [aTurn({ id: 'one' }), aTurn({ id: 'two' }), aTurn({ id: 'three' })];
    for (const turn of turns) await store.append(aConversation, turn);
    expect(await store.turns(aConversation)).toEqual(turns);
  });

  test('gives back whatever the model put into a part', async () => {
    const store = await open(1);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (part) => {
        const turn = aTurn({
          contents: [
            { role: 'user', parts: [] },
            { role: 'model', parts: [part] },
          ],
        });
        await store.append(aConversation, turn);
        expect(JSON.stringify(await store.turns(aConversation))).toBe(JSON.stringify([turn]));
      }),
      { numRuns: 100 },
    );
  });

  test('drops the oldest beyond its limit', async () => {
    const store = await open(2);
    for (const id of ['one', 'two', 'three', 'four']) await store.append(aConversation, aTurn({ id }));
    expect(await idsOf(store)).toEqual(['three', 'four']);
  });

  test('drops one turn, and tells which it was', async () => {
    const store = await open(3);
    const turns = [aTurn({ id: 'one' }), aTurn({ id: 'two' }), aTurn({ id: 'three' })];
    for (const turn of turns) await store.append(aConversation, turn);
    expect(await store.drop(aConversation, 'two')).toEqual(turns[1]);
    expect(await store.drop(aConversation, 'two')).toBeUndefined();
    expect(await idsOf(store)).toEqual(['one', 'three']);
    expect(await store.forgottenAt(aConversation)).toBeUndefined();
  });

  test('knows since when nothing is left of a conversation by wish', async () => {
    const store = await open(3);
    expect(await store.forgottenAt(aConversation)).toBeUndefined();
    const before = Date.now();
    await store.append(aConversation, aTurn({ id: 'one' }));
    await store.drop(aConversation, 'one');
    expect(await store.turns(aConversation)).toEqual([]);
    const dropped = (await store.forgottenAt(aConversation)) ?? 0;
    expect(dropped).toBeGreaterThanOrEqual(before);
    await store.append(aConversation, aTurn({ id: 'two' }));
    await store.forget(aConversation);
    expect(await store.forgottenAt(aConversation)).toBeGreaterThanOrEqual(dropped);
  });

  test('replaces a turn of the same id where it stands', async () => {
    const store = await open(3);
    await store.append(aConversation, aTurn({ id: 'one' }, 'at first'));
    await store.append(aConversation, aTurn({ id: 'two' }));
    const better = aTurn({ id: 'one' }, 'at last');
    await store.append(aConversation, better);
    expect(await store.turns(aConversation)).toEqual([better, aTurn({ id: 'two' })]);
  });

  test('keeps the last turns, each once, whatever is appended in whatever order', async () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const store = await open(3);
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(ids, { maxLength: 20 }), async (appended) => {
        const fresh = conversationIdOf({ ...local, thread: `case ${++cases}` });
        let kept: string[] = [];
        for (const id of appended) {
          await store.append(fresh, aTurn({ id }));
          if (!kept.includes(id)) kept = [...kept, id].slice(-3);
        }
        expect((await store.turns(fresh)).map(({ id }) => id)).toEqual(kept);
      }),
      { numRuns: 20 },
    );
  });

  test('forgets a conversation, and only that', async () => {
    const store = await open(3);
    const other = conversationIdOf({ ...local, thread: 'other' });
    for (const id of [aConversation, other]) await store.append(id, aTurn({ id: 'one' }));
    expect(await store.forget(aConversation)).toBe(1);
    expect(await store.forget(aConversation)).toBe(0);
    expect(await store.turns(aConversation)).toEqual([]);
    expect(await store.turns(other)).toHaveLength(1);
    expect((await store.conversations('playground', 'local')).map(({ id }) => id)).toEqual([other]);
    await store.append(aConversation, aTurn({ id: 'new' }));
    expect(await idsOf(store)).toEqual(['new']);
  });

  test('forgets what answers one person, and keeps the order of the rest', async () => {
    const store = await open(5);
    const grace = { id: 'u2', name: 'Grace' };
    for (const id of ['one', 'two', 'three', 'four'])
      await store.append(aConversation, aTurn({ id, ...(id === 'one' || id === 'three' ? { author: grace } : {}) }));
    expect(await store.forget(aConversation, grace)).toBe(2);
    expect(await idsOf(store)).toEqual(['two', 'four']);
    await store.append(aConversation, aTurn({ id: 'five' }));
    expect(await idsOf(store)).toEqual(['two', 'four', 'five']);
    expect(await store.forget(aConversation, { id: 'nobody', name: 'Nobody' })).toBe(0);
  });

  test('forgets what the turns of others quote of a person: words, files and name', async () => {
    const store = await open(5);
    const grace = { id: 'u2', name: 'Grace' };
    const picture = { mimeType: 'image/png', data: 'R3JhY2U=' };
    const parts = [
      { text: '[File: cat.png]' },
      { inlineData: picture },
      { text: 'Said before:\n' },
      { text: 'Grace:\n> I live at the lake\n' },
      { text: 'Bob:\n> hello @Grace, @Grace2 and @Ada\n' },
      { text: 'Ada: where?' },
    ];
    const turn = aTurn({
      contents: [
        { role: 'user', parts },
        { role: 'model', parts: [{ text: 'There.' }] },
      ],
      files: [{ name: 'cat.png', part: 1, by: 'u2' }, { name: 'mine.txt' }],
      told: [{ part: 0, by: 'u2' }, { part: 1, by: 'u2' }, { part: 2 }, { part: 3, by: 'u2' }, { part: 4, by: 'u3' }],
      speakers: { u1: 'Ada', u2: 'Grace', u3: 'Bob' },
      ending: { kind: 'stopped', by: 'Grace' },
      notice: 'Stopped by Grace.',
    });
    const untouched = aTurn({ id: 'other', ending: { kind: 'stopped', by: 'Bob' }, notice: 'Stopped by Bob.' });
    await store.append(aConversation, turn);
    await store.append(aConversation, untouched);
    expect(await store.forget(aConversation, grace)).toBe(0);
    const [left, other] = await store.turns(aConversation);
    expect(left?.contents[0].parts.slice(2)).toEqual([
      { text: 'Said before:\n' },
      { text: '[Something was said here that is not kept any more.]\n' },
      { text: 'Bob:\n> hello @somebody, @Grace2 and @Ada\n' },
      { text: 'Ada: where?' },
    ]);
    expect(left?.contents[0].parts).toHaveLength(parts.length);
    expect(left?.contents[1]).toEqual(turn.contents[1]);
    expect(left?.files).toEqual([{ name: 'mine.txt' }]);
    expect(left?.speakers).toEqual({ u1: 'Ada', u3: 'Bob' });
    expect(JSON.stringify(left).replace('@Grace2', '')).not.toMatch(/Grace|u2|lake|cat|R3JhY2U/u);
    expect(other).toEqual(untouched);
    // What it keeps is still whole, and another turn goes beside it.
    await store.append(aConversation, aTurn({ id: 'new' }));
    expect(await idsOf(store)).toEqual([turn.id, 'other', 'new']);
  });

  test('keeps conversations apart, also while all of them grow at once', async () => {
    const store = await open(3);
    const all = Array.from({ length: 20 }, (_, index) => conversationIdOf({ ...local, thread: `t${index}` }));
    await Promise.all(all.map((id) => store.append(id, aTurn({ id: `one of ${id}` }))));
    await Promise.all(all.map((id) => store.append(id, aTurn({ id: `two of ${id}` }))));
    for (const id of all)
      expect((await store.turns(id)).map((turn) => turn.id)).toEqual([`one of ${id}`, `two of ${id}`]);
  });
}

function describeConversations(open: OpenTurnStore): void {
  test('lists the conversations of a workspace, the one answered last first', async () => {
    const store = await open(3);
    const [early, late] = [conversationIdOf({ ...local, thread: 't1' }), conversationIdOf({ ...local, thread: 't2' })];
    await store.append(early, aTurn({ text: 'Early?', endedAt: 1_000 }));
    await store.append(late, aTurn({ text: 'Late?', endedAt: 2_000 }));
    expect(await store.conversations('playground', 'local')).toEqual([
      { id: late, title: 'Late?', lastAt: 2_000 },
      { id: early, title: 'Early?', lastAt: 1_000 },
    ]);
  });

  test('titles a conversation with the first question it remembers', async () => {
    const store = await open(2);
    for (const id of ['one', 'two', 'three']) await store.append(aConversation, aTurn({ id, text: `${id}?` }));
    const [summary] = await store.conversations('playground', 'local');
    expect(summary?.title).toBe('two?');
  });

  test.each<[string, ConversationParts]>([
    ['another platform', { ...local, platform: 'discord' }],
    ['a workspace whose name goes on', { ...local, workspace: 'local2' }],
    ['a workspace with a slash in its name', { ...local, workspace: 'local/page' }],
  ])('leaves out %s', async (_, parts) => {
    const store = await open(3);
    await store.append(conversationIdOf(parts), aTurn());
    expect(await store.conversations('playground', 'local')).toEqual([]);
    expect(await store.conversations(parts.platform, parts.workspace)).toHaveLength(1);
  });
}
