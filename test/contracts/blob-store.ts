/** What BlobStore promises, as tests that every implementation passes, and the one that tests of other rooms use. */
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/core/files.ts';

/** Keeps everything for as long as a test lasts. */
export class HeldBlobs implements BlobStore {
  readonly #held = new Map<string, string>();

  async keep(place: string, base64: string): Promise<string> {
    const name = nameOf(base64);
    this.#held.set(`${place}/${name}`, base64);
    return name;
  }

  async find(place: string, name: string): Promise<string | undefined> {
    return this.#held.get(`${place}/${name}`);
  }

  async drop(place: string, names: readonly string[]): Promise<void> {
    for (const name of names) this.#held.delete(`${place}/${name}`);
  }
}

function nameOf(base64: string): string {
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64url');
}

const data = Buffer.from('some bytes').toString('base64');

/** @param open Gives an empty store that is cleaned up after the test. */
export function describeBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name} as a BlobStore`, () => {
    test('gives back what it was given, by the hash of its bytes', async () => {
      const store = await open();
      const kept = await store.keep('here', data);
      expect(kept).toBe(nameOf(data));
      expect(await store.find('here', kept)).toBe(data);
    });

    test('knows nothing that it was not given', async () => {
      const store = await open();
      expect(await store.find('here', nameOf(data))).toBeUndefined();
    });

    test('keeps places apart: what was given to one is not found in another', async () => {
      const store = await open();
      const kept = await store.keep('here', data);
      expect(await store.find('her', `e/${kept}`)).toBeUndefined();
      expect(await store.find('there', kept)).toBeUndefined();
    });

    test('keeps the same bytes once, however often they are given', async () => {
      const store = await open();
      expect(await store.keep('here', data)).toBe(await store.keep('here', data));
      await store.drop('here', [nameOf(data)]);
      expect(await store.find('here', nameOf(data))).toBeUndefined();
    });

    test('drops what it is told to and nothing else, also when it is not there', async () => {
      const store = await open();
      const other = randomBytes(100).toString('base64');
      const names = [await store.keep('here', data), await store.keep('there', data), await store.keep('here', other)];
      await store.drop('here', [nameOf(data), nameOf('AAAA')]);
      await store.drop('here', []);
      const found = await Promise.all(names.map((each, at) => store.find(at === 1 ? 'there' : 'here', each)));
      expect(found).toEqual([undefined, data, other]);
    });

    test('keeps megabytes as they are', async () => {
      const store = await open();
      const large = randomBytes(3_000_000).toString('base64');
      expect((await store.find('here', await store.keep('here', large))) === large).toBe(true);
    });
  });
}
