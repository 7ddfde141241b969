import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ScopeId, scopeIdOf } from '../../src/core/conversation.ts';
import { BudgetSpent } from '../../src/core/errors.ts';
import type { Mention } from '../../src/core/inbound.ts';
import { type Ask, type Limit, type ModelRequest, PAYERS, type Payer, type Spend } from '../../src/core/model.ts';
import { Budget, type Limits } from '../../src/guard/budget.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { KeptLog, aStore } from '../storage/stores.ts';
import { aChunk, aMention, aPlan } from '../support/builders.ts';

const NOON = Date.UTC(2026, 10, 22, 12, 30);
const price = { inputUsd: 1000, outputUsd: 2000 };
const facts = { id: 'm', inputTokens: 500, outputTokens: 300, thinking: { kind: 'none' }, price } as const;

const limit: fc.Arbitrary<Limit> = fc.record(
  { turns: fc.nat({ max: 12 }), tokens: fc.nat({ max: 4000 }), usd: fc.nat({ max: 8 }) },
  { requiredKeys: [] },
);
const accountLimits = fc.record({ hour: limit, day: limit, month: limit }, { requiredKeys: [] });
const limits: fc.Arbitrary<Limits> = fc.record({
  person: accountLimits,
  channel: accountLimits,
  workspace: accountLimits,
});

/** What happens next: somebody asks, an answer ends having used a part of what it may, or the process ends. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      person: fc.nat({ max: 2 }),
      channel: fc.nat({ max: 1 }),
      text: fc.string({ maxLength: 300 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

/** An answer under way: what was asked, and what ends it with what it used. */
interface Running {
  readonly mention: Mention;
  readonly request: ModelRequest;
  readonly end: (inTokens: number, outTokens: number) => void;
  readonly over: Promise<void>;
}

class Play {
  ledger: KeyvLedger;
  #budget: Budget;
  running: Running[] = [];
  /** What was really used, by account. */
  readonly truth = new Map<ScopeId, { turns: number; tokens: number; usd: number }>();
  readonly #open: () => KeyvLedger;
  readonly #limits: Limits;
  #asked = 0;

  constructor(open: () => KeyvLedger, given: Limits) {
    this.#open = open;
    this.#limits = given;
    this.ledger = open();
    this.#budget = this.#budgetOf();
  }

  #budgetOf(): Budget {
    const options = { ledger: this.ledger, facts: () => facts, dearest: price, log: new KeptLog(), now: () => NOON };
    return new Budget({ ...options, limits: this.#limits });
  }

  async ask(person: number, channel: number, text: string): Promise<void> {
    const mention = mentionOf(person, channel, `m${this.#asked++}`);
    const used = Promise.withResolvers<readonly [number, number]>();
    const begun = Promise.withResolvers<ModelRequest | undefined>();
    const model: Ask = async function* (request) {
      begun.resolve(request);
      const [promptTokenCount, candidatesTokenCount] = await used.promise;
      yield { ...aChunk('x', 'STOP'), usageMetadata: { promptTokenCount, candidatesTokenCount } };
    };
    const contents = [{ role: 'user' as const, parts: [{ text }] }];
    const request: ModelRequest = { ...aPlan().request, model: 'm', systemInstruction: '', contents };
    const drain = async (): Promise<void> => {
      for await (const _ of this.#budget.metered(model, mention)(request, new AbortController().signal));
    };
    const over = drain().catch((error: unknown) => {
      if (!(error instanceof BudgetSpent)) throw error;
      begun.resolve(undefined);
    });
    const sent = await begun.promise;
    if (sent === undefined) return;
    this.running.push({ mention, request: sent, over, end: (input, output) => used.resolve([input, output]) });
  }

  /** Ends one with a part of the most that it may use. */
  async end(running: Running, part: number): Promise<void> {
    const { mention, request } = running;
    const input = Math.floor(part * Math.min(500, Buffer.byteLength(request.contents[0]?.parts[0]?.text ?? '')));
    const output = Math.floor(part * Math.min(300, request.maxOutputTokens ?? 300));
    for (const payer of PAYERS) {
      const account = accountOf(payer, mention);
      const { turns, tokens, usd } = this.truth.get(account) ?? { turns: 0, tokens: 0, usd: 0 };
      const cost = (input * price.inputUsd + output * price.outputUsd) / 1_000_000;
      this.truth.set(account, { turns: turns + 1, tokens: tokens + input + output, usd: usd + cost });
    }
    running.end(input, output);
    this.running = this.running.filter((each) => each !== running);
  }

  /** The process ends while some answers have used all they may, and the next one begins. */
  async crash(): Promise<void> {
    const lost = this.running;
    for (const running of lost) await this.end(running, 1);
    const before = this.ledger;
    // What the dead process would have counted never reaches the store.
    before.settle = async () => undefined;
    await Promise.all(lost.map(({ over }) => over));
    this.ledger = this.#open();
    this.#budget = this.#budgetOf();
    await this.ledger.lapse();
  }
}

function mentionOf(person: number, channel: number, id: string): Mention {
  const { place } = aMention();
  return aMention({ id, author: { id: `u${person}`, name: 'Ada' }, place: { ...place, channel: `c${channel}` } });
}

function accountOf(payer: Payer, mention: Mention): ScopeId {
  const account = scopeIdOf(payer, mention);
  if (account === undefined) throw new Error('there is an account');
  return account;
}

const tokensOf = (spend: Spend | undefined): number =>
  (spend?.inTokens ?? 0) + (spend?.outTokens ?? 0) + (spend?.thoughtTokens ?? 0);

/** A cent of a cent: sums of fractions are not exact. */
const DUST = 1e-9;

it('no order of asking, ending and crashing uses more than a limit, or loses what was used', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 40 }), async (given, steps) => {
      const store = await aStore('memory:');
      const play = new Play(() => new KeyvLedger(store), given);
      for (const each of steps) {
        if (each.kind === 'ask') await play.ask(each.person, each.channel, each.text);
        else if (each.kind === 'crash') await play.crash();
        else {
          const running = play.running[each.which % Math.max(1, play.running.length)];
          if (running === undefined) continue;
          await play.end(running, each.part);
          await running.over;
        }
      }
      for (const running of play.running.splice(0)) {
        await play.end(running, 1);
        await running.over;
      }
      for (const payer of PAYERS)
        for (const mention of [0, 1, 2].flatMap((person) => [0, 1].map((channel) => mentionOf(person, channel, 'm')))) {
          const account = accountOf(payer, mention);
          const truth = play.truth.get(account) ?? { turns: 0, tokens: 0, usd: 0 };
          for (const period of ['hour', 'day', 'month'] as const) {
            const spent = await play.ledger.spent(account, period, NOON);
            const { turns = Infinity, tokens = Infinity, usd = Infinity } = given[payer][period] ?? {};
            expect(spent?.turns ?? 0).toBeLessThanOrEqual(turns);
            expect(tokensOf(spent)).toBeLessThanOrEqual(tokens);
            expect(spent?.usd ?? 0).toBeLessThanOrEqual(usd + DUST);
            expect(spent?.turns ?? 0).toBeGreaterThanOrEqual(truth.turns);
            expect(tokensOf(spent)).toBeGreaterThanOrEqual(truth.tokens);
            expect(spent?.usd ?? 0).toBeGreaterThanOrEqual(truth.usd - DUST);
          }
        }
    }),
  );
});
