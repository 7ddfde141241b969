import { describe, expect, test } from 'vitest';
import type { Content, Part } from '../../src/core/content.ts';
import { answerTextOf, type Turn } from '../../src/core/conversation.ts';
import { StorageCorrupt, StorageUnavailable } from '../../src/core/errors.ts';
import { KeyvTurnStore } from '../../src/storage/turns.ts';
import { describeTurnStore } from '../contracts/turn-store.ts';
import { aConversation, aTurn } from '../support/builders.ts';
import { addresses, allowWrites, aPath, aStore, KeptLog, overwrite, outsider, refuseWrites, rowsOf } from './stores.ts';

for (const [name, url] of addresses)
  describeTurnStore(
    `KeyvTurnStore in ${name}`,
    async (maxTurns) => new KeyvTurnStore(await aStore(url()), { maxTurns }),
  );

async function inFile(maxTurns = 3): Promise<{ path: string; log: KeptLog; store: KeyvTurnStore }> {
  const path = aPath();
  const log = new KeptLog();
  return { path, log, store: new KeyvTurnStore(await aStore(`sqlite:${path}`, log), { maxTurns }) };
}

describe('KeyvTurnStore', () => {
  test('remembers after a restart, and keeps fewer turns when told to', async () => {
    const { path, store } = await inFile(3);
    for (const id of ['one', 'two', 'three']) await store.append(aConversation, aTurn({ id }));
    const restarted = new KeyvTurnStore(await aStore(`sqlite:${path}`), { maxTurns: 2 });
    expect((await restarted.turns(aConversation)).map(({ id }) => id)).toEqual(['one', 'two', 'three']);
    await restarted.append(aConversation, aTurn({ id: 'four' }));
    expect((await restarted.turns(aConversation)).map(({ id }) => id)).toEqual(['three', 'four']);
    expect(rowsOf(path, 'turns').size).toBe(2);
  });

  test('has no record left of a turn that was dropped or replaced', async () => {
    const { path, store } = await inFile(2);
    for (const id of ['one', 'two', 'two', 'three', 'three', 'four']) await store.append(aConversation, aTurn({ id }));
    expect([...rowsOf(path, 'turns').values()].map((text) => JSON.parse(text).value.data.id)).toEqual([
      'three',
      'four',
    ]);
  });

  test('writes one turn and the index for an append, whatever stands already', async () => {
    const { path, store } = await inFile(50);
    for (let n = 0; n < 20; n++) await store.append(aConversation, aTurn({ id: `m${n}` }));
    const before = rowsOf(path, 'turns');
    await store.append(aConversation, aTurn({ id: 'last' }));
    const changed = [...rowsOf(path, 'turns')].filter(([key, text]) => before.get(key) !== text);
    expect(changed).toHaveLength(1);
  });

  test.each(['turns', 'conversations'])('keeps the old memory whole when %s cannot be written', async (namespace) => {
    const { path, store } = await inFile(2);
    const old = [aTurn({ id: 'one' }), aTurn({ id: 'two' })];
    for (const turn of old) await store.append(aConversation, turn);
    refuseWrites(path, namespace);
    for (const id of ['two', 'three'])
      await expect(store.append(aConversation, aTurn({ id }, 'new'))).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await store.turns(aConversation)).toEqual(old);
    allowWrites(path);
    await store.append(aConversation, aTurn({ id: 'three' }));
    expect((await store.turns(aConversation)).map(({ id }) => id)).toEqual(['two', 'three']);
    expect(rowsOf(path, 'turns').size).toBe(2);
  });

  test.each<[string, (path: string) => void]>([
    ['a turn cannot be read', (path) => overwrite(path, 'turns', '{"value":{"v":1,"data":{"id":"one"}}}')],
    ['a turn is gone', (path) => outsider(path).exec("DELETE FROM kv WHERE ns = 'turns'")],
    ['the index cannot be read', (path) => overwrite(path, 'conversations', '{"value":{"v":1,"data":[{"id":"one"}]}}')],
  ])('tells, rather than forgets, when %s', async (_, spoil) => {
    const { path, store } = await inFile();
    await store.append(aConversation, aTurn({ id: 'one' }));
    spoil(path);
    await expect(store.turns(aConversation)).rejects.toBeInstanceOf(StorageCorrupt);
  });

  test('goes on without a turn that cannot be read once that was told, and keeps it apart', async () => {
    const { path, store } = await inFile();
    for (const id of ['one', 'two', 'three']) await store.append(aConversation, aTurn({ id }));
    const [, second = ''] = rowsOf(path, 'turns').keys();
    const damaged = '{"value":{"v":1,"data":{"id":"two"}}}';
    outsider(path).prepare("UPDATE kv SET v = ? WHERE ns = 'turns' AND k = ?").run(damaged, second);
    await expect(store.turns(aConversation)).rejects.toBeInstanceOf(StorageCorrupt);
    expect((await store.turns(aConversation)).map(({ id }) => id)).toEqual(['one', 'three']);
    await store.append(aConversation, aTurn({ id: 'four' }));
    expect((await store.turns(aConversation)).map(({ id }) => id)).toEqual(['one', 'three', 'four']);
    expect([...rowsOf(path, 'set-aside/turns').values()]).toEqual([damaged]);
  });

  test('sets a conversation aside whose index cannot be read, and writes over none of its turns', async () => {
    const { path, store } = await inFile();
    for (const id of ['one', 'two']) await store.append(aConversation, aTurn({ id }));
    overwrite(path, 'conversations', 'x');
    await expect(store.turns(aConversation)).rejects.toBeInstanceOf(StorageCorrupt);
    expect(await store.turns(aConversation)).toEqual([]);
    await store.append(aConversation, aTurn({ id: 'three' }));
    expect((await store.turns(aConversation)).map(({ id }) => id)).toEqual(['three']);
    expect(rowsOf(path, 'set-aside/turns').size).toBe(2);
    expect(rowsOf(path, 'set-aside/conversations').size).toBe(1);
  });

  test('leaves what a later version wrote where it is', async () => {
    const { path, store } = await inFile();
    await store.append(aConversation, aTurn({ id: 'one' }));
    overwrite(path, 'conversations', '{"value":{"v":2,"data":[]}}');
    for (let times = 0; times < 2; times++)
      await expect(store.turns(aConversation)).rejects.toBeInstanceOf(StorageCorrupt);
    expect([...rowsOf(path, 'conversations').values()]).toEqual(['{"value":{"v":2,"data":[]}}']);
  });

  test.each([
    ['of another mention', '"id":"one"', '"id":"two"'],
    ['said by nobody known', '"role":"user"', '"role":"system"'],
    ['with a part that is none', '"parts":[', '"parts":[null,'],
    ['with files that are none', '"ending":', '"files":"x","ending":'],
  ])('does not take a turn %s for the one it remembers', async (_, was, is) => {
    const { path, store } = await inFile();
    await store.append(aConversation, aTurn({ id: 'one' }));
    const [text = ''] = rowsOf(path, 'turns').values();
    expect(text).toContain(was);
    overwrite(path, 'turns', text.replace(was, is));
    await expect(store.turns(aConversation)).rejects.toBeInstanceOf(StorageCorrupt);
  });

  test('lists the other conversations when one cannot be read, and logs that one', async () => {
    const { path, store, log } = await inFile();
    await store.append(aConversation, aTurn());
    overwrite(path, 'conversations', 'x');
    expect(await store.conversations('playground', 'local')).toEqual([]);
    expect(log.lines).toEqual([expect.stringContaining(`conversations/${aConversation}`)]);
  });

  test('cuts a title between characters', async () => {
    const { store } = await inFile();
    await store.append(aConversation, aTurn({ text: `a\n${'😀'.repeat(300)}` }));
    const [summary] = await store.conversations('playground', 'local');
    expect(summary?.title).toBe(`a\n${'😀'.repeat(198)}`);
  });
});

describe('what is too large to be remembered', () => {
  const mebibyte = 1_024 * 1_024;
  const image = (characters: number): Part => ({ inlineData: { mimeType: 'image/png', data: 'A'.repeat(characters) } });
  const document: Part = { inlineData: { mimeType: 'application/pdf', data: 'B'.repeat(3 * mebibyte) } };

  /** A difference of megabytes is nothing that anybody reads. */
  const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

  async function kept(question: Part[], answer: Part[]): Promise<Turn> {
    const { store } = await inFile();
    const contents: [Content, Content] = [
      { role: 'user', parts: question },
      { role: 'model', parts: answer },
    ];
    await store.append(aConversation, aTurn({ contents }));
    const [turn] = await store.turns(aConversation);
    return turn ?? expect.fail('The turn is gone.');
  }

  test('a signature over 256 KB is dropped, its part stays', async () => {
    const short = { text: 'a', thoughtSignature: 'S'.repeat(256 * 1_024) };
    const turn = await kept([], [short, { text: 'b', thoughtSignature: 'S'.repeat(256 * 1_024 + 1) }]);
    expect(turn.contents[1]?.parts).toEqual([short, { text: 'b' }]);
  });

  test('what one request may hold stays', async () => {
    const parts = [image(9 * mebibyte), image(9 * mebibyte)];
    expect(isSame((await kept(parts, [])).contents[0].parts, parts)).toBe(true);
  });

  test('beyond that images go before other files, and large images before small', async () => {
    const turn = await kept([image(11 * mebibyte), image(9 * mebibyte), document], []);
    const note = { text: '[image/png: too large to be remembered]' };
    expect(isSame(turn.contents[0].parts, [note, image(9 * mebibyte), document])).toBe(true);
  });

  test('what takes the place of an image in an answer is no word of the answer', async () => {
    const turn = await kept([], [{ text: 'Here it is.' }, image(20 * mebibyte)]);
    expect(answerTextOf(turn)).toBe('Here it is.');
    expect(turn.contents[1]?.parts).toHaveLength(2);
  });
});
