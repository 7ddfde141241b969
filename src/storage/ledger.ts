/** What each account used, by hour, day and month, and what requests under way may still come to. */
import type { ScopeId } from '../core/conversation.ts';
import { type Hold, type Ledger, type Period, PERIODS, type Spend, type Used } from '../core/model.ts';
import { isObject, type Records, type Store } from './open.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** How long counts are kept: a day of hours, a month of days and a year of months, each with some to spare. */
const KEPT_MS: Readonly<Record<Period, number>> = { hour: 26 * HOUR_MS, day: 32 * DAY_MS, month: 400 * DAY_MS };

/** How many periods before the current one are still kept. */
const KEPT_PERIODS: Readonly<Record<Period, number>> = { hour: 26, day: 32, month: 13 };

/** What of a key says which period it is: `2026-11-22T14`, `2026-11-22` or `2026-11`. */
const KEY_CHARS: Readonly<Record<Period, number>> = { hour: 13, day: 10, month: 7 };

const NOTHING: Spend = {
  turns: 0,
  inTokens: 0,
  cachedTokens: 0,
  toolTokens: 0,
  outTokens: 0,
  thoughtTokens: 0,
  usd: 0,
  unpricedTurns: 0,
};
/** What an object has to hold to be counts; versions before did not count what tools read. */
const NEEDED = Object.keys(NOTHING).filter((name) => name !== 'toolTokens');

/** A hold as it is kept. */
interface Held extends Pick<Hold, 'accounts' | 'at'> {
  readonly most: Spend;
}

/**
 * One record per account and period, and one per hold. All that changes them goes one after the other within this process.
 * The holds of this process stand in memory too; those that the store has besides are of a process that is gone.
 */
export class KeyvLedger implements Ledger {
  readonly #records: Records<Spend>;
  readonly #holds: Records<Held>;
  readonly #open = new Map<string, Held>();
  /** What was used, of holds that the store could not settle yet. */
  readonly #unsettled = new Map<string, Spend>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#records = store.records('ledger', { isData: isSpend });
    this.#holds = store.records('holds', { isData: isHeld });
  }

  add(accounts: readonly ScopeId[], spend: Spend, at: number): Promise<void> {
    return this.#alone(() => this.#add(accounts, spend, at));
  }

  async spent(account: ScopeId, period: Period, at: number): Promise<Spend | undefined> {
    const record = await this.#records.get(keyOf(account, period, at));
    return record === undefined ? undefined : sumOf(NOTHING, record);
  }

  hold(hold: Hold, decide: (used: readonly Used[]) => Spend | undefined): Promise<void> {
    return this.#alone(async () => {
      const { id, accounts, watched, at } = hold;
      const counts = await this.#records.getMany(watched.map(({ account, period }) => keyOf(account, period, at)));
      const used = watched.map(({ account, period }, index): Used => {
        const held = this.#heldOf(keyOf(account, period, at), period, account);
        return { account, period, spent: sumOf(NOTHING, counts[index] ?? NOTHING), held };
      });
      const most = decide(used);
      if (most === undefined) return;
      await this.#holds.set(id, { accounts, at, most });
      this.#open.set(id, { accounts, at, most });
    });
  }

  /** Settles with it what the store did not settle before. */
  settle(id: string, spend: Spend): Promise<void> {
    this.#unsettled.set(id, spend);
    return this.#alone(async () => {
      for (const [each, used] of this.#unsettled) {
        const held = this.#open.get(each);
        if (held !== undefined) await this.#add(held.accounts, used, held.at);
        this.#open.delete(each);
        this.#unsettled.delete(each);
        await this.#holds.delete([each]);
      }
    });
  }

  lapse(): Promise<number> {
    return this.#alone(async () => {
      let lapsed = 0;
      for await (const [id, { accounts, most, at }] of this.#holds.entries()) {
        if (this.#open.has(id)) continue;
        await this.#add(accounts, most, at);
        await this.#holds.delete([id]);
        lapsed++;
      }
      return lapsed;
    });
  }

  forget(account: ScopeId, at: number, running: boolean): Promise<void> {
    const keys = PERIODS.flatMap((period) =>
      Array.from({ length: KEPT_PERIODS[period] + 1 }, (_, back) => keyOf(account, period, before(at, period, back))),
    );
    const kept = new Set(running ? [] : PERIODS.map((period) => keyOf(account, period, at)));
    return this.#alone(() => this.#records.delete(keys.filter((key) => !kept.has(key))));
  }

  async #add(accounts: readonly ScopeId[], spend: Spend, at: number): Promise<void> {
    const places = accounts.flatMap((account) =>
      PERIODS.map((period) => ({ key: keyOf(account, period, at), ttlMs: KEPT_MS[period] })),
    );
    const known = await this.#records.getMany(places.map(({ key }) => key));
    await this.#records.setAll(places.map((place, at_) => ({ ...place, data: sumOf(known[at_] ?? NOTHING, spend) })));
  }

  #heldOf(key: string, period: Period, account: ScopeId): Spend {
    const mine = [...this.#open.values()].filter(
      ({ accounts, at }) => accounts.includes(account) && keyOf(account, period, at) === key,
    );
    return mine.reduce((sum, { most }) => sumOf(sum, most), NOTHING);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    // Whether it failed is its own caller's to know.
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** An instant in the period so many before that of `at`. */
function before(at: number, period: Period, back: number): number {
  if (period !== 'month') return at - back * (period === 'hour' ? HOUR_MS : DAY_MS);
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back);
}

/** A ScopeId is percent-encoded and so holds no `#` of its own. */
function keyOf(account: ScopeId, period: Period, at: number): string {
  return `${account}#${new Date(at).toISOString().slice(0, KEY_CHARS[period])}`;
}

function sumOf(one: Spend, other: Spend): Spend {
  return {
    turns: one.turns + other.turns,
    inTokens: one.inTokens + other.inTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    toolTokens: one.toolTokens + (other.toolTokens ?? 0),
    outTokens: one.outTokens + other.outTokens,
    thoughtTokens: one.thoughtTokens + other.thoughtTokens,
    usd: one.usd + other.usd,
    unpricedTurns: one.unpricedTurns + other.unpricedTurns,
  };
}

function isSpend(data: unknown): data is Spend {
  if (!isObject(data)) return false;
  return NEEDED.every((name) => {
    const count = data[name];
    return typeof count === 'number' && count >= 0;
  });
}

function isHeld(data: unknown): data is Held {
  return isObject(data) && Array.isArray(data.accounts) && typeof data.at === 'number' && isSpend(data.most);
}
