/** A keyv storage adapter over node:sqlite: every namespace of a store in one table of one file. */
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { Hookified } from 'hookified';
import {
  type KeyvStorageAdapter,
  type KeyvStorageCapability,
  type KeyvStorageEntry,
  keyvStorageCapability,
} from 'keyv';
import type { Log } from '../core/ports.ts';

/** How long a call waits for another process's lock. Calls are synchronous, so the whole process waits that long. */
const BUSY_TIMEOUT_MS = 1_000;

/** A file that another process has locked holds this one up when it is looked at. */
const LOOK_MS = 2000;

const SWEEP_INTERVAL_MS = 60_000;

/** Rows one sweep removes at most, so that no sweep holds the process up. */
const SWEEP_ROWS = 1_000;

/** Where rows are kept that cannot be read, for whoever mends them, and for how long; by their keys, so that what is erased is erased there too. */
const SET_ASIDE = 'set-aside';
const SET_ASIDE_MS = 30 * 24 * 60 * 60 * 1_000;

/** Rows the iterator reads at once. */
const PAGE_ROWS = 100;

/** `e` is when the row expires, in epoch milliseconds. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS kv (
    ns TEXT NOT NULL,
    k TEXT NOT NULL,
    v TEXT NOT NULL,
    e INTEGER,
    PRIMARY KEY (ns, k)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS kv_e ON kv (e) WHERE e IS NOT NULL;
`;

function prepare(database: DatabaseSync) {
  return {
    get: database.prepare('SELECT v FROM kv WHERE ns = ? AND k = ? AND (e IS NULL OR e >= ?)'),
    page: database.prepare(
      `SELECT k, v FROM kv WHERE ns = ? AND k > ? AND (e IS NULL OR e >= ?) ORDER BY k LIMIT ${PAGE_ROWS}`,
    ),
    set: database.prepare(
      'INSERT INTO kv (ns, k, v, e) VALUES (?, ?, ?, ?) ON CONFLICT (ns, k) DO UPDATE SET v = excluded.v, e = excluded.e',
    ),
    delete: database.prepare('DELETE FROM kv WHERE ns = ? AND k = ?'),
    move: database.prepare('UPDATE kv SET ns = ?, k = ?, e = ? WHERE ns = ? AND k = ?'),
    namespaces: database.prepare('SELECT DISTINCT ns FROM kv'),
    erase: database.prepare('DELETE FROM kv WHERE ns = ? AND k >= ? AND k < ?'),
    clear: database.prepare('DELETE FROM kv WHERE ns = ?'),
    sweep: database.prepare(
      `DELETE FROM kv WHERE (ns, k) IN (SELECT ns, k FROM kv WHERE e < ? ORDER BY e LIMIT ${SWEEP_ROWS})`,
    ),
  };
}

/** One open database file, shared by the adapters of its namespaces, with the timer that removes expired rows. */
export class SqliteFile {
  readonly #database: DatabaseSync;
  readonly #sweeper: NodeJS.Timeout;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isWritable = false;
  /** For the adapters of this file. */
  readonly statements: ReturnType<typeof prepare>;

  /**
   * Opens the file, and makes it if its directory exists. Throws what node:sqlite throws.
   * @param path A path, or `:memory:`.
   * @param log Told when expired rows could not be removed; the next sweep tries again.
   */
  constructor(path: string, log: Log) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      this.#database.exec(SCHEMA);
      this.statements = prepare(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
    this.#sweeper = setInterval(() => this.#sweep(log), SWEEP_INTERVAL_MS).unref();
  }

  /**
   * Runs `work` as one transaction: all of it, or nothing.
   * @param durable Whether the commit survives a power cut. Without it a commit survives the end of the process, and
   *   a power cut takes back only what no later durable commit came after.
   * @see https://www.sqlite.org/pragma.html#pragma_synchronous
   */
  commit<T>(durable: boolean, work: () => T): T {
    this.#database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite ends the transaction by itself on some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Moves a row out of its namespace, into one where nobody looks for it; it is gone a month later. */
  setAside(namespace: string, key: string): void {
    const place = [`${SET_ASIDE}/${namespace}`, `${key}@${crypto.randomUUID()}`] as const;
    this.commit(true, () => this.statements.move.run(...place, Date.now() + SET_ASIDE_MS, namespace, key));
  }

  /** Whether a write got through when it was last tried, with a row that belongs to no namespace. */
  isWritable(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MS) return this.#isWritable;
    this.#lookedAt = now;
    try {
      this.commit(false, () => this.statements.set.run('', 'written', String(Date.now()), null));
      this.#isWritable = true;
    } catch {
      // Why not is told to whoever has something to write.
      this.#isWritable = false;
    }
    return this.#isWritable;
  }

  /** Removes what has a key from `from` on and below `to`: in every namespace, or of what was set aside alone. */
  erase(ranges: readonly (readonly [from: string, to: string])[], { isAside = false } = {}): void {
    this.commit(true, () => {
      const all = this.statements.namespaces.all().map(({ ns }) => textOf(ns) ?? '');
      for (const ns of isAside ? all.filter((each) => each.startsWith(`${SET_ASIDE}/`)) : all)
        for (const [from, to] of ranges) this.statements.erase.run(ns, from, to);
    });
  }

  /** Closes the file for every namespace. Closing twice is fine. */
  close(): void {
    clearInterval(this.#sweeper);
    if (this.#database.isOpen) this.#database.close();
  }

  #sweep(log: Log): void {
    try {
      this.commit(false, () => this.statements.sweep.run(Date.now()));
    } catch (error) {
      log.error('storage.sweep', error);
    }
  }
}

/** One namespace of a file. Values are strings, as keyv's serialisation makes them. */
export class SqliteStorage extends Hookified implements KeyvStorageAdapter {
  readonly #file: SqliteFile;
  readonly #durable: boolean;
  /** Keyv overwrites it with its own namespace, so two of them must never share one instance. */
  namespace: string;

  /** @param options `durable`: writes of this namespace survive a power cut. */
  constructor(file: SqliteFile, options: { readonly namespace: string; readonly durable: boolean }) {
    // Failures reject the call that met them; without this an `error` event nobody listens to would throw as well.
    super({ throwOnEmptyListeners: false });
    this.#file = file;
    this.#durable = options.durable;
    this.namespace = options.namespace;
  }

  /** Tells keyv that expiry comes as an instant; else it wraps the adapter as one of an older version. */
  get capabilities(): KeyvStorageCapability {
    return keyvStorageCapability(this);
  }

  async get(key: string): Promise<string | undefined> {
    return textOf(this.#file.statements.get.get(this.namespace, key, Date.now())?.v);
  }

  async getMany(keys: string[]): Promise<(string | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)));
  }

  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    await this.setMany([{ key, value, ...(expires === undefined ? {} : { expires }) }]);
    return true;
  }

  /** Sets all of them or, on failure, none. */
  async setMany(entries: KeyvStorageEntry<unknown>[]): Promise<boolean[]> {
    return this.#file.commit(this.#durable, () =>
      entries.map(({ key, value, expires }) => {
        if (typeof value !== 'string') throw new TypeError('Values must be serialised to strings.');
        this.#file.statements.set.run(this.namespace, key, value, expires ?? null);
        return true;
      }),
    );
  }

  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])).includes(true);
  }

  /** Deletes all of them or, on failure, none; true for those that were there. */
  async deleteMany(keys: string[]): Promise<boolean[]> {
    return this.#file.commit(this.#durable, () =>
      keys.map((key) => this.#file.statements.delete.run(this.namespace, key).changes !== 0),
    );
  }

  /** Empties this namespace and no other. */
  async clear(): Promise<void> {
    this.#file.commit(this.#durable, () => this.#file.statements.clear.run(this.namespace));
  }

  /** Walks the namespace by key, a page at a time: what is written meanwhile may or may not be met, nothing twice. */
  async *iterator(): AsyncGenerator<string[], void> {
    let last = '';
    for (;;) {
      const rows = this.#file.statements.page.all(this.namespace, last, Date.now());
      for (const row of rows) {
        last = textOf(row.k) ?? last;
        yield [last, textOf(row.v) ?? ''];
      }
      if (rows.length < PAGE_ROWS) return;
    }
  }

  /** Closes the file, which every namespace of the store shares. */
  async disconnect(): Promise<void> {
    this.#file.close();
  }
}

/** The table is STRICT and its text columns are NOT NULL, so anything but a string means no row. */
function textOf(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
