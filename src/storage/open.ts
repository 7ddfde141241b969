/** Opens a store by its address and gives the other files of this room versioned records; all failures reject. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Keyv, type KeyvSerializationAdapter } from 'keyv';
import { ConfigError, StorageCorrupt, StorageUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { SqliteFile, SqliteStorage } from './sqlite.ts';

/** The version this code writes, and the only one it reads. */
const RECORD_VERSION = 1;

/**
 * Opens the store at `url`: `memory:`, gone at the end of the process, or `sqlite:path/to/file.sqlite`, made with its
 * directory if it is not there. A relative path begins at the working directory.
 * @throws ConfigError when the address is of no kind known here. The address itself is not repeated.
 * @throws StorageUnavailable when the file cannot be used, naming it.
 */
export async function openStore(url: string, log: Log): Promise<Store> {
  if (url === 'memory:') return new Store({ file: new SqliteFile(':memory:', log), location: url, log });
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(url)?.[1];
  if (path === undefined)
    throw new ConfigError(['STORE_URL: must be "memory:" or "sqlite:" and a path, such as sqlite:data/halley.sqlite']);
  const location = resolve(path);
  return new Store({ file: openFile(location, log), location, log });
}

function openFile(path: string, log: Log): SqliteFile {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would make it readable for everyone on the machine, and gives its side files the mode of this one.
    closeSync(openSync(path, 'a', 0o600));
    return new SqliteFile(path, log);
  } catch (cause) {
    throw new StorageUnavailable(`The store ${path} cannot be opened: ${reasonOf(cause)}.`, { cause });
  }
}

interface StoreParts {
  readonly file: SqliteFile;
  /** What errors call this store. */
  readonly location: string;
  readonly log: Log;
}

/** An open store. Whoever opened it closes it. */
export class Store {
  readonly #parts: StoreParts;
  readonly #updates = new Map<string, Promise<void>>();

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** The records of one namespace. */
  records<T>(namespace: string, options: RecordOptions<T>): Records<T> {
    const storage = new SqliteStorage(this.#parts.file, { namespace, durable: options.durable ?? false });
    // Nothing may listen to `error`: with a listener keyv answers "no such key" where the store has failed.
    const keyv = new Keyv<unknown>({ store: storage, namespace, serialization: envelopes });
    return new Records({ ...this.#parts, ...options, namespace, keyv, updates: this.#updates });
  }

  /** Whether it takes writes; looked at again by a write every two seconds at most. */
  isWritable(): boolean {
    return this.#parts.file.isWritable();
  }

  /** Removes every record whose key is in one of the ranges, or those among them that were set aside: all, or none. @throws StorageUnavailable */
  async erase(...what: Parameters<SqliteFile['erase']>): Promise<void> {
    try {
      this.#parts.file.erase(...what);
    } catch (cause) {
      const message = `The store ${this.#parts.location} could not delete: ${reasonOf(cause)}.`;
      throw new StorageUnavailable(message, { cause });
    }
  }

  /** Closes the store; later calls on its records reject with StorageUnavailable. */
  async close(): Promise<void> {
    this.#parts.file.close();
  }
}

interface RecordOptions<T> {
  /** Tells what can be read as `T` from what cannot. */
  readonly isData: (data: unknown) => data is T;
  /** Whether every write survives a power cut, at the cost of one flush to disk each. Default false. */
  readonly durable?: boolean;
}

interface RecordParts<T> extends RecordOptions<T> {
  readonly file: SqliteFile;
  readonly keyv: Keyv<unknown>;
  readonly namespace: string;
  readonly location: string;
  readonly log: Log;
  /** The last update of each key, by namespace and key. */
  readonly updates: Map<string, Promise<void>>;
}

/** What an update writes; `ttlMs` absent: kept for good. */
interface Change<T> {
  readonly data: T;
  readonly ttlMs?: number;
}

/**
 * One namespace of a store. Each record stands as `{ v: 1, data }`. Every method throws StorageUnavailable when the
 * store did not do it, and those that read throw StorageCorrupt when a record is there and cannot be read.
 */
export class Records<T> {
  readonly #parts: RecordParts<T>;

  constructor(parts: RecordParts<T>) {
    this.#parts = parts;
  }

  async get(key: string): Promise<T | undefined> {
    const [data] = await this.getMany([key]);
    return data;
  }

  /** The records in the order of their keys, undefined where there is none. */
  async getMany(keys: readonly string[]): Promise<readonly (T | undefined)[]> {
    const found = await this.#attempt('read', () => this.#parts.keyv.getMany([...keys]));
    return keys.map((key, index) => (found[index] === undefined ? undefined : this.#dataOf(key, found[index])));
  }

  /** Writes one record; with `ttlMs` it is gone after so many milliseconds. */
  async set(key: string, data: T, ttlMs?: number): Promise<void> {
    const record = { v: RECORD_VERSION, data };
    const done = await this.#attempt('write', () => this.#parts.keyv.set(key, record, ttlMs));
    if (!done) throw new StorageUnavailable(`The store ${this.#parts.location} refused to write.`);
  }

  /** Writes all of them or, on failure, none. */
  async setAll(changes: readonly (Change<T> & { readonly key: string })[]): Promise<void> {
    const entries = changes.map(({ key, data, ttlMs }) => ({
      key,
      value: { v: RECORD_VERSION, data },
      ...(ttlMs === undefined ? {} : { ttl: ttlMs }),
    }));
    const done = await this.#attempt('write', () => this.#parts.keyv.setMany(entries));
    if (done.includes(false)) throw new StorageUnavailable(`The store ${this.#parts.location} refused to write.`);
  }

  /**
   * Reads one record and writes what `change` makes of it; undefined leaves it as it is. Updates of one key run one
   * after another within this process.
   */
  async update(key: string, change: (known: T | undefined) => Change<T> | undefined): Promise<void> {
    const { updates, namespace } = this.#parts;
    const place = `${namespace}/${key}`;
    const mine = (updates.get(place) ?? Promise.resolve()).then(async () => {
      const next = change(await this.get(key));
      if (next !== undefined) await this.set(key, next.data, next.ttlMs);
    });
    // The next update only waits for this one; whether it failed is its own caller's to know.
    const settled = mine.catch(() => undefined);
    updates.set(place, settled);
    await mine.finally(() => {
      if (updates.get(place) === settled) updates.delete(place);
    });
  }

  /** Puts away for a month what cannot be read; false when one stays where it is, because a later version wrote it. */
  async setAside(keys: readonly string[]): Promise<boolean> {
    const { keyv, file, namespace, log } = this.#parts;
    for (const key of keys) {
      const found = await this.#attempt('read', () => keyv.get(key));
      if (isObject(found) && typeof found.v === 'number' && found.v > RECORD_VERSION) return false;
      if (found === undefined) continue;
      await this.#attempt('write', async () => file.setAside(namespace, key));
      log.warn('storage.set-aside', { key: this.#nameOf(key) });
    }
    return true;
  }

  async delete(keys: readonly string[]): Promise<void> {
    await this.#attempt('delete', () => this.#parts.keyv.delete([...keys]));
  }

  /** Every record, in no order that matters. One that cannot be read is logged and left out, so it hides no other. */
  async *entries(): AsyncGenerator<readonly [key: string, data: T], void> {
    const { keyv, log } = this.#parts;
    const all = keyv.iterator();
    for (;;) {
      const next = await this.#attempt('read', () => all.next());
      if (next.done === true) return;
      const [key, value] = next.value;
      if (this.#isRecord(value)) yield [key, value.data];
      else log.error('storage.corrupt', new StorageCorrupt(this.#nameOf(key)));
    }
  }

  #dataOf(key: string, value: unknown): T {
    if (this.#isRecord(value)) return value.data;
    throw new StorageCorrupt(this.#nameOf(key));
  }

  #isRecord(value: unknown): value is { readonly data: T } {
    return isObject(value) && value.v === RECORD_VERSION && this.#parts.isData(value.data);
  }

  #nameOf(key: string): string {
    return `${this.#parts.namespace}/${key}`;
  }

  async #attempt<R>(what: string, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (cause) {
      const message = `The store ${this.#parts.location} could not ${what}: ${reasonOf(cause)}.`;
      throw new StorageUnavailable(message, { cause });
    }
  }
}

/** Narrows what came out of JSON to something with fields. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * Keyv's envelope `{ value, expires }` as JSON. Keyv takes text that is no envelope for a missing record, so such text
 * is handed on as the value: no reader takes a string for a record, and says so.
 */
const envelopes: KeyvSerializationAdapter = {
  stringify: (envelope) => JSON.stringify(envelope),
  parse: (text) => {
    const parsed = parseJson(text);
    // Keyv's type lets its caller choose what comes out. Records asks for unknown and narrows it.
    return (isObject(parsed) && parsed.value !== undefined ? parsed : { value: text }) as never;
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error would quote the text, which is private; that it is no JSON is all that is of use.
    return undefined;
  }
}

/** Why a call failed, in the words of SQLite (`database is locked`) or the code of the system (`EACCES`). */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  if ('errstr' in cause && typeof cause.errstr === 'string') return cause.errstr;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
