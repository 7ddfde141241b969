/** What each account used, by day and month, as counts that only grow. */
import type { ScopeId } from '../core/conversation.ts';
import type { Spend } from '../core/model.ts';
import type { Ledger } from '../core/model.ts';
import { isObject, type Records, type Store } from './open.ts';

type Period = 'day' | 'month';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long counts are kept: a month of days, and a year of months, each with one to spare. */
const KEPT_MS: Readonly<Record<Period, number>> = { day: 32 * DAY_MS, month: 400 * DAY_MS };

/** How many periods before the current one are still kept. */
const KEPT_PERIODS: Readonly<Record<Period, number>> = { day: 32, month: 13 };

/** One record per account and period. */
export class KeyvLedger implements Ledger {
  readonly #records: Records<Spend>;

  constructor(store: Store) {
    this.#records = store.records('ledger', { isData: isSpend });
  }

  /** Two additions at once both count. */
  async add(accounts: readonly ScopeId[], spend: Spend, at: number): Promise<void> {
    for (const account of accounts)
      for (const period of ['day', 'month'] as const)
        await this.#records.update(keyOf(account, period, at), (known) => ({
          data: known === undefined ? spend : sumOf(known, spend),
          ttlMs: KEPT_MS[period],
        }));
  }

  async spent(account: ScopeId, period: Period, at: number): Promise<Spend | undefined> {
    return this.#records.get(keyOf(account, period, at));
  }

  async forget(account: ScopeId, at: number): Promise<void> {
    const keys = (['day', 'month'] as const).flatMap((period) =>
      Array.from({ length: KEPT_PERIODS[period] + 1 }, (_, back) => keyOf(account, period, before(at, period, back))),
    );
    await this.#records.delete(keys);
  }
}

/** An instant in the period so many before that of `at`. */
function before(at: number, period: Period, back: number): number {
  if (period === 'day') return at - back * DAY_MS;
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back);
}

/** `2026-11-22` or `2026-11`. A ScopeId is percent-encoded and so holds no `#` of its own. */
function keyOf(account: ScopeId, period: Period, at: number): string {
  return `${account}#${new Date(at).toISOString().slice(0, period === 'day' ? 10 : 7)}`;
}

function sumOf(one: Spend, other: Spend): Spend {
  return {
    turns: one.turns + other.turns,
    inTokens: one.inTokens + other.inTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    outTokens: one.outTokens + other.outTokens,
    thoughtTokens: one.thoughtTokens + other.thoughtTokens,
    usd: one.usd + other.usd,
    unpricedTurns: one.unpricedTurns + other.unpricedTurns,
  };
}

function isSpend(data: unknown): data is Spend {
  if (!isObject(data)) return false;
  const { turns, inTokens, cachedTokens, outTokens, thoughtTokens, usd, unpricedTurns } = data;
  const counts = [turns, inTokens, cachedTokens, outTokens, thoughtTokens, usd, unpricedTurns];
  return counts.every((count) => typeof count === 'number' && count >= 0);
}
