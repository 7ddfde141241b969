/** What Ledger promises, as tests that every implementation passes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScopeId, scopeIdOf } from '../../src/core/conversation.ts';
import type { Hold, Ledger, Spend, Used } from '../../src/core/model.ts';
import { aConversation, aMention } from '../support/builders.ts';

/** Gives an empty ledger that is cleaned up after the test. */
export type OpenLedger = () => Promise<Ledger>;

const account = accountOf('u1');
const other = accountOf('u2');
const NOON = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

function accountOf(id: string): ScopeId {
  const found = scopeIdOf('person', { ...aMention(), author: { id, name: 'Ada' } });
  return found ?? aConversation;
}

const spend = (turns: number): Spend => ({
  turns,
  inTokens: turns * 10,
  cachedTokens: turns,
  toolTokens: turns * 4,
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
      const ledger = await open();
      let cases = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 8 }), async (turns) => {
          const fresh = accountOf(`case ${++cases}`);
          await Promise.all(turns.map((count) => ledger.add([fresh], spend(count), NOON)));
          const sum = turns.reduce((all, count) => all + count, 0);
          expect(await ledger.spent(fresh, 'day', NOON)).toEqual(spend(sum));
          expect(await ledger.spent(fresh, 'month', NOON)).toEqual(spend(sum));
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
      await ledger.forget(account, NOON, true);
      for (const at of times) {
        expect(await ledger.spent(account, 'month', at)).toBeUndefined();
        expect(await ledger.spent(other, 'month', at)).toBeDefined();
      }
      expect(await ledger.spent(account, 'day', NOON - DAY_MS)).toBeUndefined();
    });

    test('forgets the periods that are over and keeps those that run, where they are wanted', async () => {
      const ledger = await open();
      for (const at of [NOON, NOON - DAY_MS]) await ledger.add([account], spend(1), at);
      await ledger.forget(account, NOON, false);
      expect(await ledger.spent(account, 'hour', NOON)).toEqual(spend(1));
      expect(await ledger.spent(account, 'day', NOON - DAY_MS)).toBeUndefined();
    });

    test('ends an hour with its last minute', async () => {
      const ledger = await open();
      await ledger.add([account], spend(1), NOON);
      expect(await ledger.spent(account, 'hour', NOON + HOUR_MS - 1)).toEqual(spend(1));
      expect(await ledger.spent(account, 'hour', NOON + HOUR_MS)).toBeUndefined();
    });

    test('shows what is held to whoever decides next, and not as used', async () => {
      const ledger = await open();
      await ledger.hold(aHold('h1'), () => spend(3));
      expect(await ledger.spent(account, 'day', NOON)).toBeUndefined();
      expect(await watchedBy(ledger)).toMatchObject([{ spent: spend(0), held: spend(3) }]);
      await ledger.settle('h1', spend(2));
      expect(await watchedBy(ledger)).toMatchObject([{ spent: spend(2), held: spend(0) }]);
    });

    test('holds nothing where nothing is decided', async () => {
      const ledger = await open();
      await ledger.hold(aHold('h1'), () => undefined);
      expect(await watchedBy(ledger)).toMatchObject([{ held: spend(0) }]);
      await ledger.settle('h1', spend(0));
    });

    test('lets nobody decide on what somebody else decides on at the same time', async () => {
      const ledger = await open();
      const limit = 10;
      let taken = 0;
      const one = async (id: number): Promise<void> => {
        await ledger.hold(aHold(`h${id}`), ([used]) => {
          const turns = (used?.spent.turns ?? 0) + (used?.held.turns ?? 0);
          if (turns + 3 > limit) return undefined;
          taken++;
          return spend(3);
        });
      };
      await Promise.all(Array.from({ length: 40 }, (_, id) => one(id)));
      expect(taken).toBe(3);
    });

    test('counts a hold in the periods in which it began', async () => {
      const ledger = await open();
      await ledger.hold(aHold('h1'), () => spend(3));
      await ledger.hold({ ...aHold('h2'), at: NOON + DAY_MS }, () => spend(5));
      expect(await watchedBy(ledger)).toMatchObject([{ held: spend(3) }]);
      await ledger.settle('h2', spend(4));
      await ledger.settle('h1', spend(2));
      expect(await ledger.spent(account, 'day', NOON)).toEqual(spend(2));
      expect(await ledger.spent(account, 'day', NOON + DAY_MS)).toEqual(spend(4));
    });

    test('settles nothing twice', async () => {
      const ledger = await open();
      await ledger.hold(aHold('h1'), () => spend(3));
      await ledger.settle('h1', spend(2));
      await ledger.settle('h1', spend(2));
      expect(await ledger.spent(account, 'day', NOON)).toEqual(spend(2));
    });

    test('takes nothing of its own process for something that was left', async () => {
      const ledger = await open();
      await ledger.hold(aHold('h1'), () => spend(3));
      expect(await ledger.lapse()).toBe(0);
      await ledger.settle('h1', spend(2));
      expect(await ledger.spent(account, 'day', NOON)).toEqual(spend(2));
    });
  });
}

function aHold(id: string): Hold {
  return { id, accounts: [account], watched: [{ account, period: 'day' }], at: NOON };
}

/** What somebody who decides is shown. */
async function watchedBy(ledger: Ledger): Promise<readonly Used[]> {
  let shown: readonly Used[] = [];
  await ledger.hold(aHold('look'), (used) => {
    shown = used;
    return undefined;
  });
  return shown;
}
