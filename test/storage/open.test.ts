import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, StorageCorrupt, StorageUnavailable } from '../../src/core/errors.ts';
import { openStore, type Records, type Store } from '../../src/storage/open.ts';
import { addresses, aPath, aStore, KeptLog, outsider, overwrite, refuseWrites } from './stores.ts';

const isString = (data: unknown): data is string => typeof data === 'string';
const textsOf = (store: Store, namespace = 'texts'): Records<string> => store.records(namespace, { isData: isString });

async function keysOf(records: Records<string>): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of records.entries()) keys.push(key);
  return keys;
}

/** Root may write anywhere, so the test runs as nobody until it ends. */
function stopBeingRoot(): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(65_534);
  onTestFinished(() => process.seteuid?.(0));
}

describe('the address', () => {
  test.each([
    '',
    'memory',
    'memory:x',
    'sqlite:',
    'sqlite://host/x',
    'redis://u:pa55word@host',
    '/path',
    'data.sqlite',
  ])('is refused when it is "%s", with the choices and without repeating it', async (url) => {
    const error = await openStore(url, new KeptLog()).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/STORE_URL.*memory:.*sqlite:/);
    expect(String(error)).not.toContain('pa55word');
  });

  test('may be relative to the working directory', async () => {
    const path = aPath();
    await textsOf(await aStore(`sqlite:${relative('', path)}`)).set('k', 'value');
    expect(statSync(path).isFile()).toBe(true);
  });

  test('may lie in a directory that has to be made, which nobody else can read', async () => {
    const path = join(dirname(aPath()), 'new', 'deep', 'store.sqlite');
    await textsOf(await aStore(`sqlite:${path}`)).set('k', 'value');
    const modes = [path, `${path}-wal`, `${path}-shm`, dirname(path)].map((name) => statSync(name).mode & 0o077);
    expect(modes).toEqual([0, 0, 0, 0]);
  });
});

describe.each(addresses)('records in %s', (_, url) => {
  test('come back as they were set, under each namespace its own', async () => {
    const store = await aStore(url());
    await textsOf(store).set('k', 'value');
    await textsOf(store, 'others').set('k', 'other');
    expect(await textsOf(store).getMany(['none', 'k'])).toEqual([undefined, 'value']);
    expect(await textsOf(store, 'others').get('k')).toBe('other');
  });

  test('are gone once deleted', async () => {
    const texts = textsOf(await aStore(url()));
    await texts.set('k', 'value');
    await texts.delete(['k', 'none']);
    expect(await keysOf(texts)).toEqual([]);
  });

  test('are updated one after another', async () => {
    const store = await aStore(url());
    // Two accessors of one namespace: the order holds for the store, not for one of them.
    const [one, other] = [textsOf(store), textsOf(store)];
    const add = (records: Records<string>, letter: string) =>
      records.update('k', (known = '') => ({ data: known + letter }));
    await Promise.all([add(one, 'a'), add(other, 'b'), add(one, 'c'), add(other, 'd'), add(other, 'e')]);
    expect(await one.get('k')).toBe('abcde');
  });

  test('are updated after an update that failed', async () => {
    const texts = textsOf(await aStore(url()));
    const failing = texts.update('k', () => {
      throw new RangeError('no');
    });
    const next = texts.update('k', () => ({ data: 'value' }));
    await expect(failing).rejects.toThrow(RangeError);
    await next;
    expect(await texts.get('k')).toBe('value');
  });

  test.each<[string, (records: Records<string>) => Promise<unknown>]>([
    ['get', (records) => records.get('k')],
    ['getMany', (records) => records.getMany(['k'])],
    ['set', (records) => records.set('k', 'new')],
    ['update', (records) => records.update('k', () => ({ data: 'new' }))],
    ['delete', (records) => records.delete(['k'])],
    ['entries', keysOf],
  ])('are never taken for missing when the store is gone: %s', async (_, call) => {
    const store = await aStore(url());
    const texts = textsOf(store);
    await texts.set('k', 'value');
    await store.close();
    await expect(call(texts)).rejects.toBeInstanceOf(StorageUnavailable);
  });
});

describe('a store in a file', () => {
  test('keeps its records when it is opened again', async () => {
    const path = aPath();
    const first = await openStore(`sqlite:${path}`, new KeptLog());
    await textsOf(first).set('k', 'value');
    await first.close();
    expect(await textsOf(await aStore(`sqlite:${path}`)).get('k')).toBe('value');
  });

  test.each<[string, string, (path: string) => void]>([
    ['holds something else', 'file is not a database', (path) => writeFileSync(path, 'not a database '.repeat(100))],
    ['is a directory', 'EISDIR', (path) => mkdirSync(path)],
    ['has a table of another shape', 'SQL logic error', (path) => outsider(path).exec('CREATE TABLE kv (x)')],
    ['is locked', 'database is locked', (path) => outsider(path).exec('CREATE TABLE x (x); BEGIN EXCLUSIVE')],
  ])('cannot be opened, and says where, when the file %s', async (_, reason, spoil) => {
    const path = aPath();
    spoil(path);
    const opening = openStore(`sqlite:${path}`, new KeptLog());
    await expect(opening).rejects.toBeInstanceOf(StorageUnavailable);
    await expect(opening).rejects.toThrow(`The store ${path} cannot be opened: ${reason}`);
  });

  test('cannot be opened, and says where, when the file is read-only', async () => {
    const path = aPath();
    await (await openStore(`sqlite:${path}`, new KeptLog())).close();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    onTestFinished(() => chmodSync(dirname(path), 0o755));
    stopBeingRoot();
    const opening = openStore(`sqlite:${path}`, new KeptLog());
    await expect(opening).rejects.toBeInstanceOf(StorageUnavailable);
    await expect(opening).rejects.toThrow(`The store ${path} cannot be opened: EACCES`);
  });

  test('says where and why it could not write, and writes again when it can', async () => {
    const path = aPath();
    const texts = textsOf(await aStore(`sqlite:${path}`));
    const other = outsider(path);
    other.exec('BEGIN IMMEDIATE');
    const writing = texts.set('k', 'value');
    await expect(writing).rejects.toBeInstanceOf(StorageUnavailable);
    await expect(writing).rejects.toThrow(`The store ${path} could not write: database is locked`);
    other.exec('ROLLBACK');
    await texts.set('k', 'value');
    expect(await texts.get('k')).toBe('value');
  });

  test('keeps the old record when a new one cannot be written', async () => {
    const path = aPath();
    const texts = textsOf(await aStore(`sqlite:${path}`));
    await texts.set('k', 'old');
    refuseWrites(path, 'texts');
    await expect(texts.update('k', () => ({ data: 'new' }))).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await texts.get('k')).toBe('old');
  });
});

describe('a record that cannot be read', () => {
  test.each([
    ['cut short', '{"value":{"v":1,"da'],
    ['empty', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['an empty envelope', '{}'],
    ['an envelope of null', '{"value":null}'],
    ['without a version', '{"value":"text"}'],
    ['of a later version', '{"value":{"v":2,"data":"text"}}'],
    ['of another shape', '{"value":{"v":1,"data":7}}'],
    ['without data', '{"value":{"v":1}}'],
  ])('is an error that names its key, and stays as it is: %s', async (_, text) => {
    const path = aPath();
    const texts = textsOf(await aStore(`sqlite:${path}`));
    await texts.set('k', 'value');
    overwrite(path, 'texts', text);
    for (const call of [() => texts.get('k'), () => texts.update('k', () => ({ data: 'new' }))]) {
      const error = await call().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(StorageCorrupt);
      expect(error).toMatchObject({ key: 'texts/k' });
    }
    expect(outsider(path).prepare('SELECT v FROM kv').all()).toMatchObject([{ v: text }]);
  });

  test('is logged and left out of the entries, and hides no other', async () => {
    const path = aPath();
    const log = new KeptLog();
    const texts = textsOf(await aStore(`sqlite:${path}`, log));
    await texts.set('bad', 'value');
    overwrite(path, 'texts', 'private words');
    await texts.set('a good one', 'value');
    await texts.set('good', 'value');
    expect(await keysOf(texts)).toEqual(['a good one', 'good']);
    expect(log.lines).toEqual(['storage.corrupt storage.corrupt The stored record texts/bad cannot be read.']);
  });
});
