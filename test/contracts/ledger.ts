/** What Ledger promises, as tests that every implementation passes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScopeId, scopeIdOf } from '../../src/core/conversation.ts';
import type { Spend } from '../../src/core/model.ts';
import type { Ledger } from '../../src/core/model.ts';
import { aConversation, aMention } from '../support/builders.ts';

/** Gives an empty ledger that is cleaned up after the test. */
export type OpenLedger = () => Promise<Ledger>;

const account = accountOf('u1');
const other = accountOf('u2');
const NOON = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 24 * 60 * 60 * 1000;

function accountOf(id: string): ScopeId {
  const found = scopeIdOf('person', { ...aMention(), author: { id, name: 'Ada' } });
  return found ?? aConversation;
}

const spend = (turns: number): Spend => ({
  turns,
  inTokens: turns * 10,
  cachedTokens: turns,
  outTokens: turns * 3,
  thoughtTokens: turns * 2,
  usd: turns / 8,
  unpricedTurns: 0,
});

export function describeLedger(name: string, open: OpenLedger): void {
  describe(`${name} as a Ledger`, () => {
    test('has nothing of an account that used nothing', async () => {
      const ledger = await open();
      expect(await ledger.spent(account, 'day', NOON)).toBeUndefined();
    });

    test('adds up whatever is added, in whatever order, also at once', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 8 }), async (turns) => {
          const ledger = await open();
          await Promise.all(turns.map((count) => ledger.add([account], spend(count), NOON)));
          const sum = turns.reduce((all, count) => all + count, 0);
          expect(await ledger.spent(account, 'day', NOON)).toEqual(spend(sum));
          expect(await ledger.spent(account, 'month', NOON)).toEqual(spend(sum));
        }),
        { numRuns: 20 },
      );
    });

    test('counts for every account that is named, and for no other', async () => {
      const ledger = await open();
      await ledger.add([account], spend(1), NOON);
      await ledger.add([account, other], spend(2), NOON);
      expect(await ledger.spent(account, 'day', NOON)).toEqual(spend(3));
      expect(await ledger.spent(other, 'day', NOON)).toEqual(spend(2));
    });

    test('ends a day at midnight UTC, and a month with its last day', async () => {
      const ledger = await open();
      await ledger.add([account], spend(1), NOON);
      await ledger.add([account], spend(2), NOON + DAY_MS / 2);
      await ledger.add([account], spend(4), NOON + 9 * DAY_MS);
      expect(await ledger.spent(account, 'day', NOON + DAY_MS / 2 - 1)).toEqual(spend(1));
      expect(await ledger.spent(account, 'day', NOON + DAY_MS)).toEqual(spend(2));
      expect(await ledger.spent(account, 'month', NOON)).toEqual(spend(3));
      expect(await ledger.spent(account, 'month', NOON + 9 * DAY_MS)).toEqual(spend(4));
    });

    test('forgets all that is kept of an account, and of no other', async () => {
      const ledger = await open();
      const times = [0, 1, 8, 40, 300].map((days) => NOON - days * DAY_MS);
      for (const at of times) await ledger.add([account, other], spend(1), at);
      await ledger.forget(account, NOON);
      for (const at of times) {
        expect(await ledger.spent(account, 'month', at)).toBeUndefined();
        expect(await ledger.spent(other, 'month', at)).toBeDefined();
      }
      expect(await ledger.spent(account, 'day', NOON - DAY_MS)).toBeUndefined();
    });
  });
}
