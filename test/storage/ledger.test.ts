import { describe, expect, test } from 'vitest';
import { scopeIdOf } from '../../src/core/conversation.ts';
import { StorageCorrupt, StorageUnavailable } from '../../src/core/errors.ts';
import type { Hold } from '../../src/core/model.ts';
import { spendOf } from '../../src/models/spend.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { describeLedger } from '../contracts/ledger.ts';
import { aConversation, aMention } from '../support/builders.ts';
import { addresses, allowWrites, aPath, aStore, overwrite, refuseWrites } from './stores.ts';

for (const [name, url] of addresses)
  describeLedger(`KeyvLedger in ${name}`, async () => new KeyvLedger(await aStore(url())));

const account = scopeIdOf('channel', aMention()) ?? aConversation;
const NOON = Date.now();
const used = spendOf({ promptTokenCount: 10 }, undefined);

describe('KeyvLedger', () => {
  test('has the counts again after a restart', async () => {
    const path = aPath();
    await new KeyvLedger(await aStore(`sqlite:${path}`)).add([account], used, NOON);
    expect(await new KeyvLedger(await aStore(`sqlite:${path}`)).spent(account, 'day', NOON)).toEqual(used);
  });

  test.each(['7', '{"turns":1}', JSON.stringify({ ...used, usd: -1 })])('does not take %s for counts', async (data) => {
    const path = aPath();
    const ledger = new KeyvLedger(await aStore(`sqlite:${path}`));
    await ledger.add([account], used, NOON);
    overwrite(path, 'ledger', `{"value":{"v":1,"data":${data}}}`);
    await expect(ledger.spent(account, 'day', NOON)).rejects.toBeInstanceOf(StorageCorrupt);
    await expect(ledger.add([account], used, NOON)).rejects.toBeInstanceOf(StorageCorrupt);
  });

  test('does not take a store that is gone for one where nothing was used', async () => {
    const store = await aStore('memory:');
    await store.close();
    await expect(new KeyvLedger(store).spent(account, 'day', NOON)).rejects.toBeInstanceOf(StorageUnavailable);
  });
});

describe('what a process held that is gone', () => {
  const hold: Hold = { id: 'h1', accounts: [account], watched: [], at: NOON };

  test('is counted in full at the next start, once', async () => {
    const path = aPath();
    await new KeyvLedger(await aStore(`sqlite:${path}`)).hold(hold, () => used);
    const next = new KeyvLedger(await aStore(`sqlite:${path}`));
    expect(await next.lapse()).toBe(1);
    expect(await next.lapse()).toBe(0);
    expect(await next.spent(account, 'day', NOON)).toEqual(used);
  });

  test('is not counted where it was settled', async () => {
    const path = aPath();
    const ledger = new KeyvLedger(await aStore(`sqlite:${path}`));
    await ledger.hold(hold, () => ({ ...used, inTokens: 500 }));
    await ledger.settle('h1', used);
    const next = new KeyvLedger(await aStore(`sqlite:${path}`));
    expect(await next.lapse()).toBe(0);
    expect(await next.spent(account, 'day', NOON)).toEqual(used);
  });

  test('stays held where the store fails, and is counted with the next that is settled', async () => {
    const path = aPath();
    const ledger = new KeyvLedger(await aStore(`sqlite:${path}`));
    for (const id of ['h1', 'h2']) await ledger.hold({ ...hold, id }, () => used);
    refuseWrites(path, 'ledger');
    await expect(ledger.settle('h1', used)).rejects.toBeInstanceOf(StorageUnavailable);
    allowWrites(path);
    await ledger.settle('h2', used);
    expect(await ledger.spent(account, 'day', NOON)).toMatchObject({ turns: 2, inTokens: 20 });
  });

  test('is understood from before tools were counted', async () => {
    const path = aPath();
    const ledger = new KeyvLedger(await aStore(`sqlite:${path}`));
    await ledger.add([account], used, NOON);
    const { toolTokens: _, ...older } = used;
    overwrite(path, 'ledger', JSON.stringify({ value: { v: 1, data: older } }));
    await ledger.add([account], used, NOON);
    expect(await ledger.spent(account, 'day', NOON)).toMatchObject({ turns: 2, toolTokens: 0 });
  });
});

describe('what a turn used', () => {
  test.each([
    [{ promptTokenCount: 1_000_000 }, 2],
    [{ promptTokenCount: 1_000_000, cachedContentTokenCount: 500_000 }, 1.1],
    [{ candidatesTokenCount: 500_000, thoughtsTokenCount: 500_000 }, 10],
    [{ toolUsePromptTokenCount: 500_000 }, 1],
    [{ cachedContentTokenCount: 10 }, 0],
    [{}, 0],
  ])('costs by %j', (usage, usd) => {
    const price = { inputUsd: 2, outputUsd: 10, cachedInputUsd: 0.2 };
    expect(spendOf(usage, price).usd).toBeCloseTo(usd, 9);
    expect(spendOf(usage, undefined)).toMatchObject({ usd: 0, unpricedTurns: 1, turns: 1 });
  });
});
