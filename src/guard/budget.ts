/** How much may be used: each request is held at the most it can cost before it is sent, and counted as it came out. */
import type { UsageMetadata } from '../core/content.ts';
import { scopeIdOf } from '../core/conversation.ts';
import { BudgetSpent, type Refusal } from '../core/errors.ts';
import type { Mention } from '../core/inbound.ts';
import {
  type AccountLimits,
  type Ask,
  type Hold,
  type Ledger,
  type Limit,
  type Meter,
  type Metrics,
  type ModelFacts,
  type ModelPrice,
  type ModelRequest,
  PAYERS,
  type Payer,
  PERIODS,
  type Spend,
  type Used,
} from '../core/model.ts';
import type { Guard, Log } from '../core/ports.ts';
import { spendOf } from '../models/spend.ts';
import { endOf, leftOf, mostOf, type Room } from './cost.ts';

export type Limits = Readonly<Record<Payer, AccountLimits>>;

export interface BudgetOptions {
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly facts: (model: string) => ModelFacts | undefined;
  /** What a model without a price is taken to cost, so that choosing one is no way around a limit. */
  readonly dearest: ModelPrice;
  readonly metrics?: Pick<Metrics, 'spent'>;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Tokens that an answer is given at least; with less left, none is begun. */
const LEAST_OUTPUT = 2048;

/** How soon it may be asked again where only answers under way hold what is left. */
const SOON_MS = 60_000;

/** One mention's requests so far. */
interface Bill {
  readonly mention: Mention;
  /** Whether the turn itself is counted already. */
  isCounted: boolean;
}

/** Holds limits that may be replaced while it is used. */
export class Budget implements Guard, Meter {
  limits: Limits;
  readonly #options: BudgetOptions;

  constructor(options: BudgetOptions) {
    this.limits = options.limits;
    this.#options = options;
  }

  /** Says no where nothing is left at all, before anything is done for the mention. @throws StorageUnavailable, StorageCorrupt */
  async check(mention: Mention): Promise<Refusal | undefined> {
    const { ledger } = this.#options;
    const at = this.#now();
    const resets = await Promise.all(
      this.#watchedFor(mention).map(async ({ account, period, limit }) => {
        const spent = await ledger.spent(account, period, at);
        return spent !== undefined && leftOf(limit, [spent]).isNothing ? endOf(period, at) : undefined;
      }),
    );
    const ends = resets.filter((end) => end !== undefined);
    return ends.length === 0 ? undefined : { kind: 'over-budget', resetsAt: Math.max(...ends) };
  }

  metered(ask: Ask, mention: Mention): Ask {
    const bill: Bill = { mention: { ...mention, author: mention.wantedBy ?? mention.author }, isCounted: false };
    return (request, signal) => this.#metered({ ask, bill, request }, signal);
  }

  limitsOf(scope: Payer): AccountLimits {
    return this.limits[scope];
  }

  async *#metered({ ask, bill, request }: Asking, signal: AbortSignal): ReturnType<Ask> {
    const held = await this.#hold(bill, request);
    let usage: UsageMetadata | undefined;
    let isBegun = false;
    let outBytes = 0;
    try {
      for await (const chunk of ask(held.request, signal)) {
        isBegun = true;
        if (chunk.usageMetadata !== undefined) usage = { ...usage, ...chunk.usageMetadata };
        else outBytes += JSON.stringify(chunk).length;
        yield chunk;
      }
    } finally {
      // What an answer used that does not say so is taken to be all that it can have been.
      const guessed = { promptTokenCount: held.most.inTokens, candidatesTokenCount: outBytes };
      await this.#settle({ bill, held, usage: isBegun ? (usage ?? guessed) : undefined, model: request.model });
    }
  }

  /** @throws BudgetSpent when less is left than the least that it can cost. */
  async #hold(bill: Bill, request: ModelRequest): Promise<Held> {
    const { ledger, log } = this.#options;
    const watched = this.#watchedFor(bill.mention);
    const id = `${bill.mention.id}#${crypto.randomUUID()}`;
    const at = this.#now();
    const hold: Hold = { id, accounts: accountsOf(bill.mention), watched, at };
    let fitted = this.#fitted(bill, request, []);
    const decide = (used: readonly Used[]): Spend | undefined => {
      fitted = this.#fitted(
        bill,
        request,
        used.map((each, index) => ({ ...each, limit: watched[index]?.limit ?? {} })),
      );
      return 'most' in fitted ? fitted.most : undefined;
    };
    let isHeld = true;
    try {
      await ledger.hold(hold, decide);
    } catch (error) {
      // Where something is limited, nothing is asked that cannot be held against it.
      if (watched.length > 0) throw error;
      log.error('usage.unheld', error, { mention: bill.mention.id });
      isHeld = false;
    }
    if ('most' in fitted) return { ...fitted, hold, isHeld };
    const { spent, periods } = fitted;
    throw new BudgetSpent(spent ? Math.max(...periods.map((period) => endOf(period, at))) : at + SOON_MS);
  }

  /** The request, with no more output than everybody's limits leave room for; or whose limits leave too little. */
  #fitted(bill: Bill, request: ModelRequest, used: readonly Limited[]): Fitted | Unfit {
    const facts = this.#options.facts(request.model);
    const price = facts?.price ?? this.#options.dearest;
    const most = mostOf(request, facts);
    const turns = bill.isCounted ? 0 : 1;
    const needs: Room = { turns, inTokens: most.inTokens, price };
    const rooms = used.map((each) => ({
      ...each,
      total: leftOf(each.limit, [each.spent, each.held]).output(needs),
      settled: leftOf(each.limit, [each.spent]).output(needs),
    }));
    const least = Math.min(LEAST_OUTPUT, most.outTokens);
    const tight = rooms.filter(({ total }) => total < least);
    if (tight.length > 0) {
      const full = tight.filter(({ settled }) => settled < least);
      return { spent: full.length > 0, periods: full.map(({ period }) => period) };
    }
    const outTokens = Math.min(most.outTokens, ...rooms.map(({ total }) => total));
    const usage = { promptTokenCount: most.inTokens, candidatesTokenCount: outTokens };
    const limited = outTokens < most.outTokens ? { ...request, maxOutputTokens: outTokens } : request;
    return { request: limited, most: { ...spendOf(usage, price), turns, unpricedTurns: 0 } };
  }

  /** Where the store fails, the answer stands, and what it used stays held until the store works again. */
  async #settle({ bill, held, usage, model }: Settling): Promise<void> {
    const { ledger, facts, dearest, log } = this.#options;
    const isNew = usage !== undefined && !bill.isCounted;
    const price = facts(model)?.price;
    const used = spendOf(usage ?? {}, price ?? dearest);
    const spend = { ...used, turns: isNew ? 1 : 0, unpricedTurns: isNew && price === undefined ? 1 : 0 };
    if (isNew) bill.isCounted = true;
    this.#options.metrics?.spent(spend);
    try {
      if (held.isHeld) await ledger.settle(held.hold.id, spend);
      else await ledger.add(held.hold.accounts, spend, held.hold.at);
    } catch (error) {
      log.error('usage.uncounted', error, { mention: bill.mention.id });
    }
  }

  #watchedFor(mention: Mention) {
    return PAYERS.flatMap((payer) => {
      const account = scopeIdOf(payer, mention);
      return PERIODS.flatMap((period) => {
        const limit = this.limits[payer][period];
        return account === undefined || limit === undefined ? [] : [{ account, period, limit }];
      });
    });
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

function accountsOf(mention: Mention) {
  return PAYERS.flatMap((payer) => scopeIdOf(payer, mention) ?? []);
}

interface Asking {
  readonly ask: Ask;
  readonly bill: Bill;
  readonly request: ModelRequest;
}

type Limited = Used & { readonly limit: Limit };

/** A request as the limits allow it. */
interface Fitted {
  readonly request: ModelRequest;
  readonly most: Spend;
}

/** Why there is no room: what was used, in these periods, or only what others hold at the moment. */
interface Unfit {
  readonly spent: boolean;
  readonly periods: readonly Used['period'][];
}

interface Held extends Fitted {
  readonly hold: Hold;
  readonly isHeld: boolean;
}

interface Settling {
  readonly bill: Bill;
  readonly held: Held;
  readonly usage: UsageMetadata | undefined;
  readonly model: string;
}
