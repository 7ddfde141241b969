import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/content.ts';
import { BudgetSpent, codeOf, StorageUnavailable } from '../../src/core/errors.ts';
import { type ScopeId, scopeIdOf } from '../../src/core/conversation.ts';
import { type Ask, type ModelRequest, PAYERS, type Payer } from '../../src/core/model.ts';
import { Budget, type BudgetOptions, type Limits } from '../../src/guard/budget.ts';
import { endOf } from '../../src/guard/cost.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { KeptLog, aPath, aStore, refuseWrites } from '../storage/stores.ts';
import { aChunk, aMention, aPlan } from '../support/builders.ts';

const NOON = Date.UTC(2026, 10, 22, 12, 30);
const NONE: Limits = { person: {}, channel: {}, workspace: {} };
const NEVER = new AbortController().signal;

/** Of a model that reads 10,000 tokens and writes 1,000 at a dollar for a million of either. */
const facts = {
  id: 'm',
  inputTokens: 10_000,
  outputTokens: 1000,
  thinking: { kind: 'none' },
  price: { inputUsd: 1, outputUsd: 1 },
} as const;

async function aBudget(limits: Partial<Limits>, change: Partial<BudgetOptions> = {}) {
  const path = aPath();
  const ledger = new KeyvLedger(await aStore(`sqlite:${path}`));
  const log = new KeptLog();
  const budget = new Budget({
    limits: { ...NONE, ...limits },
    ledger,
    facts: (model) => (model === 'm' ? facts : undefined),
    dearest: { inputUsd: 10, outputUsd: 10 },
    log,
    now: () => NOON,
    ...change,
  });
  return { budget, ledger, log, path };
}

const request: ModelRequest = { ...aPlan().request, model: 'm', systemInstruction: '', contents: [] };

/** A model that says how it was asked and answers with these chunks. */
function model(...chunks: readonly Chunk[]) {
  const asked: ModelRequest[] = [];
  const ask: Ask = async function* (given) {
    asked.push(given);
    yield* chunks;
  };
  return { ask, asked };
}

async function all(ask: Ask, given = request): Promise<void> {
  for await (const _ of ask(given, NEVER));
}

const used = (promptTokenCount: number, candidatesTokenCount: number): Chunk => ({
  ...aChunk('x', 'STOP'),
  usageMetadata: { promptTokenCount, candidatesTokenCount },
});

const asker = accountOf('person');

function accountOf(payer: Payer): ScopeId {
  const account = scopeIdOf(payer, aMention());
  if (account === undefined) throw new Error('there is an account');
  return account;
}

describe('a request', () => {
  it('is counted as it came out, for its asker, channel and workspace: thoughts, tools and cache apart', async () => {
    const { budget, ledger } = await aBudget({});
    const usageMetadata = {
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      toolUsePromptTokenCount: 7,
      thoughtsTokenCount: 30,
      candidatesTokenCount: 20,
    };
    await all(budget.metered(model({ ...aChunk('x'), usageMetadata }).ask, aMention()));
    // Accounts are what scopeIdOf makes; these are spelled out.
    for (const payer of PAYERS)
      for (const period of ['hour', 'day', 'month'] as const)
        expect(await ledger.spent(accountOf(payer), period, NOON)).toMatchObject({
          turns: 1,
          inTokens: 107,
          cachedTokens: 40,
          toolTokens: 7,
          thoughtTokens: 30,
          outTokens: 20,
        });
  });

  it('of a turn with several counts the turn once', async () => {
    const { budget, ledger } = await aBudget({});
    const ask = budget.metered(model(used(10, 5)).ask, aMention());
    await all(ask);
    await all(ask);
    expect(await ledger.spent(asker, 'day', NOON)).toMatchObject({ turns: 1, inTokens: 20 });
  });

  it('that failed before anything came costs nothing', async () => {
    const { budget, ledger } = await aBudget({});
    const ask: Ask = () => {
      throw new StorageUnavailable('gone');
    };
    await expect(all(budget.metered(ask, aMention()))).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await ledger.spent(asker, 'day', NOON)).toMatchObject({ turns: 0, usd: 0 });
  });

  it('whose reader goes away in the middle costs what had come', async () => {
    const { budget, ledger } = await aBudget({});
    for await (const _ of budget.metered(model(used(10, 1), used(10, 9)).ask, aMention())(request, NEVER)) break;
    expect(await ledger.spent(asker, 'day', NOON)).toMatchObject({ inTokens: 10, outTokens: 1 });
  });

  it('that never says what it used is taken to have read all that it can have', async () => {
    const { budget, ledger } = await aBudget({});
    const { usageMetadata: _, ...silent } = aChunk('x');
    await all(budget.metered(model(silent).ask, aMention()), { ...request, urlContext: true });
    expect(await ledger.spent(asker, 'day', NOON)).toMatchObject({ turns: 1, inTokens: 10_000 });
  });
});

describe('a limit', () => {
  it('lets no more through at once than it leaves room for at the most they can cost', async () => {
    const { budget, ledger } = await aBudget({ person: { day: { tokens: 3500 } } });
    const gate = Promise.withResolvers<void>();
    let running = 0;
    const ask: Ask = async function* () {
      running++;
      await gate.promise;
      yield used(0, 1000);
    };
    const asking = Array.from({ length: 20 }, (_, n) =>
      all(budget.metered(ask, aMention({ id: `m${n}` }))).catch((error: unknown) => codeOf(error)),
    );
    const refused = await Promise.race([Promise.all(asking.slice(4)), gate.promise]);
    gate.resolve();
    await Promise.all(asking);
    expect(running).toBe(3);
    expect(refused).toEqual(Array.from({ length: 16 }, () => 'budget.spent'));
    const spent = await ledger.spent(asker, 'day', NOON);
    expect(spent?.outTokens).toBe(3000);
  });

  it('shortens what the answer may be where less is left than a whole one', async () => {
    const wide = { ...facts, outputTokens: 65_536 };
    const { budget } = await aBudget({ channel: { month: { tokens: 5000 } } }, { facts: () => wide });
    const { ask, asked } = model(used(10, 100));
    await all(budget.metered(ask, aMention()));
    expect(asked[0]?.maxOutputTokens).toBe(5000);
    await all(budget.metered(ask, aMention({ id: 'm2' })));
    expect(asked[1]?.maxOutputTokens).toBe(4890);
  });

  it('in dollars holds by the price of the model, and of the dearest where it has none', async () => {
    const { budget } = await aBudget({ workspace: { day: { usd: 0.002 } } });
    const { ask, asked } = model(used(0, 10));
    await all(budget.metered(ask, aMention()));
    expect(asked).toHaveLength(1);
    await expect(all(budget.metered(ask, aMention()), { ...request, model: 'unlisted' })).rejects.toThrow(BudgetSpent);
  });

  it('of nothing allows nothing', async () => {
    const { budget } = await aBudget({ person: { hour: { turns: 0 } } });
    await expect(all(budget.metered(model(used(1, 1)).ask, aMention()))).rejects.toThrow(BudgetSpent);
  });

  it('says when there is more: at the end of the latest period that is used up', async () => {
    const { budget } = await aBudget({ person: { hour: { turns: 1 }, month: { turns: 1 } }, channel: {} });
    await all(budget.metered(model(used(1, 1)).ask, aMention()));
    const resetsAt = Date.UTC(2026, 11, 1);
    expect(await budget.check(aMention())).toEqual({ kind: 'over-budget', resetsAt });
    await expect(all(budget.metered(model().ask, aMention()))).rejects.toMatchObject({ resetsAt });
    expect(await budget.check(aMention({ author: { id: 'u2', name: 'Grace' } }))).toBeUndefined();
  });

  it('says soon where only answers under way hold what is left', async () => {
    const { budget } = await aBudget({ person: { day: { turns: 1 } } });
    const ask: Ask = async function* () {
      await expect(all(budget.metered(model().ask, aMention({ id: 'm2' })))).rejects.toMatchObject({
        resetsAt: NOON + 60_000,
      });
      yield used(1, 1);
    };
    await all(budget.metered(ask, aMention()));
  });

  it('can be replaced while it is used', async () => {
    const { budget } = await aBudget({});
    budget.limits = { ...NONE, person: { day: { turns: 0 } } };
    await expect(all(budget.metered(model(used(1, 1)).ask, aMention()))).rejects.toThrow(BudgetSpent);
  });
});

describe('a store that fails', () => {
  it('lets nothing through that could not be held against a limit', async () => {
    const { budget, path } = await aBudget({ person: { day: { turns: 9 } } });
    refuseWrites(path, 'holds');
    const { ask, asked } = model(used(1, 1));
    await expect(all(budget.metered(ask, aMention()))).rejects.toBeInstanceOf(StorageUnavailable);
    expect(asked).toHaveLength(0);
  });

  it('holds nothing up where nothing is limited', async () => {
    const { budget, ledger, path, log } = await aBudget({});
    refuseWrites(path, 'holds');
    await all(budget.metered(model(used(1, 1)).ask, aMention()));
    expect(log.lines.join()).toMatch(/usage\.unheld/);
    expect(await ledger.spent(asker, 'day', NOON)).toMatchObject({ turns: 1 });
  });

  it('takes nothing from an answer that stands', async () => {
    const { budget, path, log } = await aBudget({ person: { day: { turns: 9 } } });
    const ask: Ask = async function* () {
      refuseWrites(path, 'ledger');
      yield used(1, 1);
    };
    await all(budget.metered(ask, aMention()));
    expect(log.lines.join()).toMatch(/usage\.uncounted/);
  });
});

it('an hour, a day and a month end where UTC says', () => {
  expect(endOf('hour', NOON)).toBe(Date.UTC(2026, 10, 22, 13));
  expect(endOf('day', NOON)).toBe(Date.UTC(2026, 10, 23));
  expect(endOf('month', Date.UTC(2026, 11, 31))).toBe(Date.UTC(2027, 0, 1));
});
