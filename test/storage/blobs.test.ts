/** Blobs in a store: kept for their time, and the pictures and files of turns among them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InlineData, Part } from '../../src/core/content.ts';
import { answerTextOf, imagesOf, type Turn } from '../../src/core/conversation.ts';
import { StorageUnavailable } from '../../src/core/errors.ts';
import { KeyvBlobStore } from '../../src/storage/blobs.ts';
import { KeyvTurnStore, type TurnStoreOptions } from '../../src/storage/turns.ts';
import { describeBlobStore, HeldBlobs } from '../contracts/blob-store.ts';
import { aConversation, aTurn } from '../support/builders.ts';
import { BLUE, inline, RED } from '../support/pictures.ts';
import { addresses, aPath, aStore, outsider, refuseWrites, rowsOf } from './stores.ts';

for (const [name, url] of addresses)
  describeBlobStore(`KeyvBlobStore in ${name}`, async () => new KeyvBlobStore(await aStore(url())));
describeBlobStore('HeldBlobs', async () => new HeldBlobs());

const DAY_MS = 24 * 60 * 60 * 1_000;

describe('KeyvBlobStore', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => vi.useRealTimers());

  test('keeps bytes for their days, begun anew when they are given again, and then knows them no more', async () => {
    const store = new KeyvBlobStore(await aStore('memory:'), { keepDays: 2 });
    const name = await store.keep('here', 'QUJD');
    vi.advanceTimersByTime(1.5 * DAY_MS);
    await store.keep('here', 'QUJD');
    vi.advanceTimersByTime(1.5 * DAY_MS);
    expect(await store.find('here', name)).toBe('QUJD');
    vi.advanceTimersByTime(0.6 * DAY_MS);
    expect(await store.find('here', name)).toBeUndefined();
  });
});

interface Opened {
  readonly path: string;
  readonly store: KeyvTurnStore;
}

async function inFile(options: Partial<TurnStoreOptions> = {}): Promise<Opened> {
  const path = aPath();
  return { path, store: new KeyvTurnStore(await aStore(`sqlite:${path}`), { maxTurns: 3, ...options }) };
}

/** A turn that asked about one picture and was answered with another. */
function pictured(id: string, asked: InlineData, drawn: InlineData): Turn {
  const question: Part[] = [{ text: '[File: dot.png]' }, { inlineData: asked }, { text: 'what is it?' }];
  const turn = aTurn({ id, files: [{ name: 'dot.png', part: 1 }] }, 'A dot.', [drawn]);
  return { ...turn, contents: [{ role: 'user', parts: question }, ...turn.contents.slice(1)] };
}

const red = inline(RED);
const blue = inline(BLUE);

describe('the pictures and files of a turn', () => {
  test('are not in its record, and are back in place when it is read', async () => {
    const { path, store } = await inFile();
    const turn = pictured('one', red, blue);
    await store.append(aConversation, turn);
    expect(await store.turns(aConversation)).toEqual([turn]);
    const [record = ''] = rowsOf(path, 'turns').values();
    expect(record).not.toContain(red.data);
    expect(record).not.toContain(blue.data);
    expect(rowsOf(path, 'blobs').size).toBe(2);
  });

  test('are a note by their names when they are no longer kept, and never an error', async () => {
    const { path, store } = await inFile();
    await store.append(aConversation, pictured('one', red, blue));
    outsider(path).exec("DELETE FROM kv WHERE ns = 'blobs'");
    const [turn = expect.fail('the turn is gone')] = await store.turns(aConversation);
    expect(turn.contents[0].parts[1]).toEqual({ text: '[dot.png is no longer kept]' });
    expect(answerTextOf(turn)).toBe('A dot.');
    expect(imagesOf(turn)).toEqual([]);
  });

  test('are read newest first, as many as there is room for; the others are notes', async () => {
    const { store } = await inFile({ maxReadCharacters: red.data.length + blue.data.length });
    await store.append(aConversation, pictured('one', red, blue));
    await store.append(aConversation, pictured('two', red, blue));
    const [old, last] = await store.turns(aConversation);
    expect(last).toEqual(pictured('two', red, blue));
    expect(old?.contents[0].parts[1]).toEqual({ text: '[dot.png of an earlier message is left out]' });
    expect(old === undefined ? undefined : [answerTextOf(old), imagesOf(old)]).toEqual(['A dot.', []]);
  });

  test('go with their turn when it is dropped or replaced', async () => {
    const { path, store } = await inFile({ maxTurns: 2 });
    for (const id of ['one', 'two', 'two', 'three']) await store.append(aConversation, pictured(id, red, blue));
    expect(rowsOf(path, 'blobs').size).toBe(4);
    for (const id of ['four', 'five']) await store.append(aConversation, aTurn({ id }));
    expect(rowsOf(path, 'blobs').size).toBe(0);
  });

  test('are not kept apart from their turn: when they cannot be, nothing is remembered and that is told', async () => {
    const { path, store } = await inFile();
    refuseWrites(path, 'blobs');
    await expect(store.append(aConversation, pictured('one', red, blue))).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await store.turns(aConversation)).toEqual([]);
  });

  test('go with a conversation that is forgotten', async () => {
    const { path, store } = await inFile();
    await store.append(aConversation, pictured('one', red, blue));
    expect(await store.forget(aConversation)).toBe(1);
    expect(rowsOf(path, 'blobs').size).toBe(0);
  });

  test('of records from before there were blobs are read as they stand', async () => {
    const { path, store } = await inFile();
    const turn = pictured('one', red, blue);
    await store.append(aConversation, turn);
    const record = JSON.stringify({ value: { v: 1, data: turn } });
    outsider(path).prepare("UPDATE kv SET v = ? WHERE ns = 'turns'").run(record);
    outsider(path).exec("DELETE FROM kv WHERE ns = 'blobs'");
    expect(await store.turns(aConversation)).toEqual([turn]);
  });

  test('title a conversation that began with a file and no word', async () => {
    const { store } = await inFile();
    await store.append(aConversation, { ...pictured('one', red, blue), text: '' });
    const [summary] = await store.conversations('playground', 'local');
    expect(summary?.title).toBe('dot.png');
  });
});
