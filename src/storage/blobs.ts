/** Files and pictures by the hash of their bytes, each kept for a time and then gone. */
import { createHash } from 'node:crypto';
import type { BlobStore } from '../core/files.ts';
import type { Records, Store } from './open.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface BlobStoreOptions {
  /** How long bytes are kept, in days above 0. Default: 30. */
  readonly keepDays?: number;
}

/** One record per place and content. What has expired is removed by the store's own sweep. */
export class KeyvBlobStore implements BlobStore {
  readonly #records: Records<string>;
  readonly #keepMs: number;

  constructor(store: Store, options: BlobStoreOptions = {}) {
    this.#records = store.records('blobs', { isData: (data) => typeof data === 'string' });
    this.#keepMs = (options.keepDays ?? 30) * DAY_MS;
  }

  async keep(place: string, base64: string): Promise<string> {
    const name = createHash('sha256').update(base64, 'base64').digest('base64url');
    await this.#records.set(keyOf(place, name), base64, this.#keepMs);
    return name;
  }

  find(place: string, name: string): Promise<string | undefined> {
    return this.#records.get(keyOf(place, name));
  }

  async drop(place: string, names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#records.delete(names.map((name) => keyOf(place, name)));
  }
}

/** A name holds no slash, so no two pairs of place and name share a key. */
function keyOf(place: string, name: string): string {
  return `${place}/${name}`;
}
