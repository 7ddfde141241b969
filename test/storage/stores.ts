/** Stores for tests: at fresh addresses, closed and removed after the test, with a hand in the file from outside. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { codeOf } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/ports.ts';
import { openStore, type Store } from '../../src/storage/open.ts';

/** A log that keeps what it is told, a line each: the event, and for errors their code and message. */
export class KeptLog implements Log {
  readonly lines: string[] = [];
  debug(event: string): void {
    this.lines.push(event);
  }
  info(event: string): void {
    this.lines.push(event);
  }
  warn(event: string): void {
    this.lines.push(event);
  }
  error(event: string, cause: unknown): void {
    this.lines.push(`${event} ${codeOf(cause)} ${cause instanceof Error ? cause.message : ''}`);
  }
}

/** A path of a file that does not exist, in a directory that does. */
export function aPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'halley-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'store.sqlite');
}

/** Opens a store for the length of a test. */
export async function aStore(url: string, log: Log = new KeptLog()): Promise<Store> {
  const store = await openStore(url, log);
  onTestFinished(() => store.close());
  return store;
}

/** Each kind of address a store can have, fresh at each call. */
export const addresses: readonly [name: string, url: () => string][] = [
  ['memory:', () => 'memory:'],
  ['sqlite:', () => `sqlite:${aPath()}`],
];

/** The same file opened by somebody else, for as long as the test lasts. */
export function outsider(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

/** Makes every write to `namespace` fail from now on. */
export function refuseWrites(path: string, namespace: string): void {
  outsider(path).exec(
    `CREATE TRIGGER refusal BEFORE INSERT ON kv WHEN new.ns = '${namespace}' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  );
}

export function allowWrites(path: string): void {
  outsider(path).exec('DROP TRIGGER refusal');
}

/** Puts `text` in place of every record of `namespace`. */
export function overwrite(path: string, namespace: string, text: string): void {
  outsider(path).prepare('UPDATE kv SET v = ? WHERE ns = ?').run(text, namespace);
}

/** What stands in the file for `namespace`, by key. */
export function rowsOf(path: string, namespace: string): ReadonlyMap<string, string> {
  const rows = outsider(path).prepare('SELECT k, v FROM kv WHERE ns = ?').all(namespace);
  return new Map(rows.map(({ k, v }) => [String(k), String(v)]));
}
