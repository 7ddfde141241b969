import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Keyv, KeyvMemoryAdapter } from 'keyv';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SqliteFile, SqliteStorage } from '../../src/storage/sqlite.ts';
import { describeKeyvStore } from '../contracts/keyv-store.ts';
import { aPath, KeptLog, outsider, refuseWrites, rowsOf } from './stores.ts';

function open(path: string): (namespace: string) => SqliteStorage {
  const file = new SqliteFile(path, new KeptLog());
  onTestFinished(() => file.close());
  return (namespace) => new SqliteStorage(file, { namespace, durable: namespace === 'b' });
}

describeKeyvStore("keyv's own Map", () => {
  const map = new Map();
  return (namespace) => new KeyvMemoryAdapter(map, { namespace });
});
describeKeyvStore('SqliteStorage in memory', () => open(':memory:'));
describeKeyvStore('SqliteStorage in a file', () => open(aPath()));

describe('SqliteStorage', () => {
  test('keeps everything when the file is opened again', async () => {
    const path = aPath();
    const first = open(path)('a');
    await first.set('k', 'value', Date.now() + 60_000);
    await first.disconnect();
    expect(await open(path)('a').get('k')).toBe('value');
  });

  test('sees what another process wrote meanwhile', async () => {
    const path = aPath();
    const storage = open(path)('a');
    outsider(path).exec("INSERT INTO kv (ns, k, v) VALUES ('a', 'k', 'from outside')");
    expect(await storage.get('k')).toBe('from outside');
  });

  test('tells namespaces apart whose names contain one another', async () => {
    const storageOf = open(':memory:');
    await storageOf('a').set('b::k', 'of a');
    expect(await storageOf('a::b').get('k')).toBeUndefined();
  });

  test('sets none of many when one cannot be set, and goes on working', async () => {
    const path = aPath();
    const storageOf = open(path);
    refuseWrites(path, 'c');
    const storage = storageOf('a');
    const entries = [
      { key: 'good', value: '1' },
      { key: 'bad', value: 2 },
    ];
    await expect(storage.setMany(entries)).rejects.toThrow('serialised');
    await expect(storageOf('c').set('k', 'v')).rejects.toThrow('refused');
    expect(rowsOf(path, 'a').size).toBe(0);
    await storage.set('later', '3');
    expect(await storage.get('later')).toBe('3');
  });

  test('lets keyv throw, not answer with nothing, when the file is closed', async () => {
    const storage = open(':memory:')('a');
    const keyv = new Keyv({ store: storage, namespace: 'a' });
    await keyv.set('k', 'value');
    await storage.disconnect();
    await expect(keyv.get('k')).rejects.toThrow('finalized');
    await expect(keyv.set('k', 'value')).rejects.toThrow('not open');
  });
});

/** Locks the database, says so, and lets go after `heldMs`. */
const LOCKING_THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const database = new (require('node:sqlite').DatabaseSync)(workerData.path);
  database.exec('BEGIN IMMEDIATE');
  parentPort.postMessage('locked');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.heldMs);
  database.exec('ROLLBACK');
  database.close();
`;

test('a write waits while somebody else holds the lock for a moment', async () => {
  const path = aPath();
  const storage = open(path)('a');
  const locker = new Worker(LOCKING_THREAD, { eval: true, workerData: { path, heldMs: 100 } });
  await once(locker, 'message');
  await storage.set('k', 'value');
  expect(await storage.get('k')).toBe('value');
  await once(locker, 'exit');
});

describe('the sweep', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('removes what expired, and nothing else, within some minutes', async () => {
    const path = aPath();
    const storage = open(path)('a');
    const soon = Date.now() + 1_000;
    await storage.setMany(
      Array.from({ length: 1_500 }, (_, index) => ({ key: `k${index}`, value: 'v', expires: soon })),
    );
    await storage.set('later', 'v', Date.now() + 3_600_000);
    await storage.set('always', 'v');
    vi.advanceTimersByTime(300_000);
    expect([...rowsOf(path, 'a').keys()]).toEqual(['always', 'later']);
  });

  test('is logged when it fails, and tried again', async () => {
    const path = aPath();
    const log = new KeptLog();
    const file = new SqliteFile(path, log);
    onTestFinished(() => file.close());
    await new SqliteStorage(file, { namespace: 'a', durable: false }).set('k', 'v', Date.now() + 1_000);
    const other = outsider(path);
    other.exec("CREATE TRIGGER refusal BEFORE DELETE ON kv BEGIN SELECT RAISE(ABORT, 'refused'); END");
    vi.advanceTimersByTime(60_000);
    expect(log.lines).toEqual(['storage.sweep defect refused']);
    other.exec('DROP TRIGGER refusal');
    vi.advanceTimersByTime(60_000);
    expect(rowsOf(path, 'a').size).toBe(0);
  });

  test('ends with the connection', async () => {
    const storage = open(':memory:')('a');
    expect(vi.getTimerCount()).toBe(1);
    await storage.disconnect();
    expect(vi.getTimerCount()).toBe(0);
  });
});
