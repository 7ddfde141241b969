import { afterEach, describe, expect, test, vi } from 'vitest';
import { StorageCorrupt, StorageUnavailable } from '../../src/core/errors.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { describeJournal } from '../contracts/journal.ts';
import { aMention } from '../support/builders.ts';
import { addresses, allowWrites, aPath, aStore, KeptLog, overwrite, refuseWrites, rowsOf } from './stores.ts';

for (const [name, url] of addresses)
  describeJournal(`KeyvJournal in ${name}`, async () => new KeyvJournal(await aStore(url())));

async function inFile(): Promise<{ path: string; log: KeptLog; journal: KeyvJournal }> {
  const path = aPath();
  const log = new KeptLog();
  return { path, log, journal: new KeyvJournal(await aStore(`sqlite:${path}`, log)) };
}

describe('KeyvJournal', () => {
  afterEach(() => void vi.useRealTimers());

  test('holds after a restart what was open, and knows what was closed', async () => {
    const { path, journal } = await inFile();
    const [open, closed] = [aMention({ id: 'open' }), aMention({ id: 'closed' })];
    await journal.accept(open);
    await journal.posted(open.id, [{ channel: 't1', message: 'p1' }]);
    await journal.accept(closed);
    await journal.close(closed.id);
    const restarted = new KeyvJournal(await aStore(`sqlite:${path}`));
    expect(await restarted.open()).toEqual([{ mention: open, posts: [{ channel: 't1', message: 'p1' }] }]);
    expect(await restarted.accept(closed)).toBe(false);
  });

  test('keeps nothing of a closed mention but its id and when it came, also when posts come late', async () => {
    const { path, journal } = await inFile();
    await journal.accept(aMention());
    await journal.close(aMention().id);
    await journal.posted(aMention().id, [{ channel: 't1', message: 'p1' }]);
    const [text = ''] = rowsOf(path, 'journal').values();
    expect(JSON.parse(text).value).toEqual({ v: 1, data: { state: 'closed', receivedAt: aMention().receivedAt } });
  });

  test.each([
    ['for three days', {}, 3 * 24 * 60 * 60 * 1_000],
    ['for as long as it is told', { rememberMs: 5_000 }, 5_000],
  ])('knows a closed id %s', async (_, options, rememberMs) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const journal = new KeyvJournal(await aStore('memory:'), options);
    await journal.accept(aMention());
    await journal.close(aMention().id);
    vi.setSystemTime(Date.now() + rememberMs - 1_000);
    expect(await journal.accept(aMention())).toBe(false);
    vi.setSystemTime(Date.now() + 2_000);
    expect(await journal.accept(aMention())).toBe(true);
  });

  test('forgets no open entry with time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const journal = new KeyvJournal(await aStore('memory:'));
    await journal.accept(aMention());
    await journal.posted(aMention().id, []);
    vi.setSystemTime(Date.now() + 365 * 24 * 60 * 60 * 1_000);
    expect(await journal.open()).toHaveLength(1);
  });

  test('has not accepted what it could not write', async () => {
    const { path, journal } = await inFile();
    refuseWrites(path, 'journal');
    const both = await Promise.allSettled([journal.accept(aMention()), journal.accept(aMention())]);
    for (const each of both) expect(each).toMatchObject({ reason: expect.any(StorageUnavailable) });
    allowWrites(path);
    expect(await journal.accept(aMention())).toBe(true);
  });

  test('neither accepts nor refuses a mention whose entry it cannot read', async () => {
    const { path, journal } = await inFile();
    await journal.accept(aMention());
    overwrite(path, 'journal', '{"value":{"v":1,"data":{"state":"open","mention":{"id":"x"},"posts":[]}}}');
    await expect(journal.accept(aMention())).rejects.toBeInstanceOf(StorageCorrupt);
  });

  test('gives the other open entries when one cannot be read, and logs that one', async () => {
    const { path, journal, log } = await inFile();
    await journal.accept(aMention({ id: 'bad' }));
    overwrite(path, 'journal', '{"value":{"v":1,"data":{"state":"half"}}}');
    await journal.accept(aMention({ id: 'good' }));
    expect((await journal.open()).map(({ mention }) => mention.id)).toEqual(['good']);
    expect(log.lines).toEqual([expect.stringContaining('journal/bad')]);
  });
});
