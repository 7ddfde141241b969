/** What keyv 6 asks of a storage adapter, as tests that every adapter passes, keyv's own included. */
import * as fc from 'fast-check';
import { Keyv, type KeyvStorageAdapter } from 'keyv';
import { describe, expect, test } from 'vitest';

/** Gives adapters that share one place of storage; a fresh place each time it is called, cleaned up after the test. */
export type KeyvPlace = () => (namespace: string) => KeyvStorageAdapter;

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The keys that the iterator meets, once for each time it meets them, in the order of JavaScript. */
async function keysOf(storage: KeyvStorageAdapter): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of storage.iterator?.() ?? []) keys.push(String(key));
  return keys.sort(byCodeUnit);
}

export function describeKeyvStore(name: string, place: KeyvPlace): void {
  describe(`${name} as a keyv store`, () => {
    describeSingleKeys(place);
    describeBatches(place);
    describeExpiry(place);
    describeNamespaces(place);
    describeIteration(place);
  });
}

function describeSingleKeys(place: KeyvPlace): void {
  test('is taken by keyv as it is, without a wrapper', () => {
    const storage = place()('a');
    expect(new Keyv({ store: storage, namespace: 'a' }).store).toBe(storage);
  });

  test.each([
    ['an object', { nested: [1, { deep: true }] }],
    ['an empty string', ''],
    ['zero', 0],
    ['false', false],
    ['null', null],
    ['text of many scripts', 'naïve 日本語 👩‍👩‍👧 \u0000 \ud800'],
  ])('gives back %s as it was set', async (_, value) => {
    const keyv = new Keyv({ store: place()('a'), namespace: 'a' });
    expect(await keyv.set('k', value)).toBe(true);
    expect(await keyv.get('k')).toEqual(value);
  });

  test('has nothing under a key that nobody set', async () => {
    const storage = place()('a');
    expect(await storage.get('k')).toBeUndefined();
    expect(await storage.has('k')).toBe(false);
  });

  test('keeps the last of two values', async () => {
    const storage = place()('a');
    await storage.set('k', 'first');
    await storage.set('k', 'second');
    expect(await storage.get('k')).toBe('second');
  });

  test('tells on deletion whether there was something', async () => {
    const storage = place()('a');
    await storage.set('k', 'value');
    expect(await storage.delete('k')).toBe(true);
    expect(await storage.delete('k')).toBe(false);
    expect(await storage.has('k')).toBe(false);
  });

  test('keeps any two keys apart', async () => {
    const wellFormed = fc.string({ unit: 'binary', minLength: 1 }).map((key) => key.toWellFormed());
    const at = place();
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(wellFormed, { minLength: 2, maxLength: 8 }), async (keys) => {
        const storage = at(`case ${++cases}`);
        for (const key of keys) await storage.set(key, `value of ${key}`);
        expect(await storage.getMany(keys)).toEqual(keys.map((key) => `value of ${key}`));
        expect(await keysOf(storage)).toEqual([...keys].sort(byCodeUnit));
      }),
      { numRuns: 30 },
    );
  });

  test('does what it is asked at once by many', async () => {
    const storage = place()('a');
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => storage.set(key, key)));
    expect(await Promise.all(keys.map((key) => storage.get(key)))).toEqual(keys);
  });

  test('can be disconnected twice', async () => {
    const storage = place()('a');
    await storage.disconnect?.();
    await expect(storage.disconnect?.()).resolves.toBeUndefined();
  });
}

function describeBatches(place: KeyvPlace): void {
  test('answers for many keys in their order, undefined where there is nothing', async () => {
    const storage = place()('a');
    await storage.setMany([
      { key: 'x', value: '1' },
      { key: 'y', value: '2' },
    ]);
    expect(await storage.getMany(['y', 'none', 'x'])).toEqual(['2', undefined, '1']);
    expect(await storage.hasMany(['y', 'none', 'x'])).toEqual([true, false, true]);
  });

  test('tells for each of many deletions whether there was something', async () => {
    const storage = place()('a');
    await storage.set('x', '1');
    expect(await storage.deleteMany(['x', 'none'])).toEqual([true, false]);
    expect(await keysOf(storage)).toEqual([]);
  });

  test('takes empty batches', async () => {
    const storage = place()('a');
    expect(await storage.getMany([])).toEqual([]);
    expect(await storage.setMany([])).toEqual([]);
    expect(await storage.deleteMany([])).toEqual([]);
  });
}

function describeExpiry(place: KeyvPlace): void {
  test('has nothing where the value expired, by whichever way it is asked', async () => {
    const storage = place()('a');
    await storage.set('old', 'value', Date.now() - 1);
    await storage.setMany([{ key: 'older', value: 'value', expires: Date.now() - 1_000 }]);
    expect(await storage.getMany(['old', 'older'])).toEqual([undefined, undefined]);
    expect(await storage.get('old')).toBeUndefined();
    expect(await storage.has('old')).toBe(false);
    expect(await storage.hasMany(['older'])).toEqual([false]);
    expect(await keysOf(storage)).toEqual([]);
  });

  test('keeps what expires later', async () => {
    const storage = place()('a');
    await storage.set('k', 'value', Date.now() + 60_000);
    expect(await storage.get('k')).toBe('value');
    expect(await keysOf(storage)).toEqual(['k']);
  });

  test('keeps for good what is set again without expiry', async () => {
    const storage = place()('a');
    await storage.set('k', 'value', Date.now() - 1);
    await storage.set('k', 'value');
    expect(await storage.get('k')).toBe('value');
  });

  test('takes a time to live with a fraction', async () => {
    const keyv = new Keyv({ store: place()('a'), namespace: 'a' });
    expect(await keyv.set('k', 'value', 60_000.5)).toBe(true);
    expect(await keyv.get('k')).toBe('value');
  });
}

function describeNamespaces(place: KeyvPlace): void {
  test('reads, deletes and walks in its own namespace only', async () => {
    const storageOf = place();
    const [a, b] = [storageOf('a'), storageOf('b')];
    await a.set('k', 'of a');
    await b.set('k', 'of b');
    await b.set('only b', 'of b');
    expect(await a.get('k')).toBe('of a');
    expect(await a.has('only b')).toBe(false);
    expect(await keysOf(a)).toEqual(['k']);
    await a.delete('k');
    expect(await b.get('k')).toBe('of b');
  });

  test('clears its own namespace only', async () => {
    const storageOf = place();
    const [a, b] = [storageOf('a'), storageOf('b')];
    await a.set('k', 'of a');
    await b.set('k', 'of b');
    await a.clear();
    expect(await keysOf(a)).toEqual([]);
    expect(await keysOf(b)).toEqual(['k']);
  });

  test('lets two adapters of one namespace see the same', async () => {
    const storageOf = place();
    await storageOf('a').set('k', 'value');
    expect(await storageOf('a').get('k')).toBe('value');
  });
}

function describeIteration(place: KeyvPlace): void {
  const many = Array.from({ length: 250 }, (_, index) => `k${String(index).padStart(3, '0')}`);

  test.each([0, 1, 99, 100, 101, 200, 250])('walks %i entries, each once', async (count) => {
    const storage = place()('a');
    const keys = many.slice(0, count);
    await storage.setMany(keys.map((key) => ({ key, value: `value of ${key}` })));
    const met: string[] = [];
    for await (const entry of storage.iterator?.() ?? []) met.push(entry.join(': '));
    expect(met.sort(byCodeUnit)).toEqual(keys.map((key) => `${key}: value of ${key}`));
  });

  test('walks to the end while what it has passed is deleted', async () => {
    const storage = place()('a');
    await storage.setMany(many.map((key) => ({ key, value: 'value' })));
    let met = 0;
    for await (const [key] of storage.iterator?.() ?? []) {
      met++;
      await storage.delete(String(key));
    }
    expect(met).toBe(many.length);
    expect(await keysOf(storage)).toEqual([]);
  });
}
