import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsOf, leastSharedStaleness, leastStaleness, type Limits, type Written } from './bound.ts';
import { stalenessOf } from './score.ts';

/** Every chunk is one unit. */
function staleness({ at, pages }: Written, edits: readonly number[]): number {
  const chunks = at.map((time, index) => ({ at: time, end: index + 1 }));
  const writes = [...edits, ...pages.map((page) => at[page] ?? 0)].toSorted((a, b) => a - b);
  const shown = writes.map((time) => ({ at: time, end: chunks.filter((chunk) => chunk.at <= time).length }));
  return stalenessOf(chunks, shown).meanMs;
}

/** Whether a platform takes the next edit, given the edit that opened the window and how many it holds. */
function taken(window: { opened: number; used: number } | undefined, time: number, { limit, windowMs }: Limits) {
  if (window === undefined || time >= window.opened + windowMs) return { opened: time, used: 1 };
  return window.used < limit ? { ...window, used: window.used + 1 } : undefined;
}

/** Tries every set of edits at these instants that the limits allow. */
function leastByTrying(written: Written, limits: Limits, instants: readonly number[]): number {
  let best = Number.POSITIVE_INFINITY;
  const go = (from: number, edits: readonly number[], window: ReturnType<typeof taken>): void => {
    best = Math.min(best, staleness(written, edits));
    for (let index = from; index < instants.length; index++) {
      const time = instants[index] ?? 0;
      const next = taken(window, time, limits);
      const since = edits.at(-1) ?? 0;
      // What neither opens a window nor shows anything new is wasted.
      const isUseful = next?.opened === time || written.at.some((at) => at > since && at <= time);
      if (next !== undefined && isUseful) go(index + 1, [...edits, time], next);
    }
  };
  go(0, [], undefined);
  return best;
}

const JUST_AFTER = 1e-4;
/** Every half, and just after each: a window that begins just after a half holds what comes a whole window later. */
function instantsUntil(end: number): readonly number[] {
  return Array.from({ length: 2 * end }, (_, half) => [half / 2, half / 2 + JUST_AFTER]).flat();
}

const smallAnswers = (chunks: number, end: number): fc.Arbitrary<Written> =>
  fc.uniqueArray(fc.integer({ min: 1, max: end }), { minLength: 1, maxLength: chunks - 1 }).chain((times) =>
    fc.record({
      at: fc.constant([0, ...times.toSorted((a, b) => a - b)]),
      pages: fc.uniqueArray(fc.nat(times.length), { maxLength: 1 }).map((pages) => [0, ...pages]),
    }),
  );
const answers = fc
  .record({ gaps: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 3, maxLength: 40 }), every: fc.nat(12) })
  .map(({ gaps, every }): Written => {
    let time = 0;
    const at = [0, ...gaps.map((gap) => (time += gap))];
    return { at, pages: at.flatMap((_, index) => (every > 2 && index % every === 0 ? [index] : [])) };
  });

describe('the least staleness of one answer', () => {
  it('is none where every chunk can be shown', () => {
    expect(leastStaleness({ at: [0, 1, 2, 3], pages: [0] }, { limit: 3, windowMs: 100 })).toBe(0);
  });

  it('is that of the best single edit where there is one edit', () => {
    // At 2 it ends the wait of 1 after 1, and 3 waits until the end: twice 1²/2. At 1 or at 3 it would be 2²/2.
    const written = { at: [0, 1, 2, 3, 4], pages: [0] };
    expect(leastStaleness(written, { limit: 1, windowMs: 100 })).toBe(1 / 4);
  });

  it('has further pages for nothing', () => {
    // The page of 2 shows 1 and 2, the edit 3: only 1 waits, for 1, and 4 is not written before the end.
    const written = { at: [0, 1, 2, 3, 4], pages: [0, 2] };
    expect(leastStaleness(written, { limit: 1, windowMs: 100 })).toBe(0.5 / 4);
  });

  it('waits for the end of a window', () => {
    // The edit of 1 opens a window until 6, in which 4 waits for 2. An edit of 4 alone would have let 1 wait for 3.
    const written = { at: [0, 1, 4, 20], pages: [0] };
    expect(leastStaleness(written, { limit: 1, windowMs: 5 })).toBeCloseTo(2 / 20, 9);
  });

  it('opens a window before there is anything to show, so that the next one can open in time', () => {
    // An edit of 2 shows nothing, but its window ends at 5: 4 is shown in it, 5 and 6 in the next. Opened at 4, it holds 5, and 6 waits.
    expect(leastStaleness({ at: [0, 4, 5, 6, 7], pages: [0] }, { limit: 2, windowMs: 3 })).toBe(0);
  });

  it('is what trying every schedule finds', () => {
    const limits = fc.record({ limit: fc.constantFrom(1, 2), windowMs: fc.constantFrom(2, 3) });
    fc.assert(
      fc.property(smallAnswers(6, 7), limits, (written, limit) => {
        const tried = leastByTrying(written, limit, instantsUntil(written.at.at(-1) ?? 0));
        const least = leastStaleness(written, limit);
        expect(least).toBeLessThanOrEqual(tried + 1e-9);
        expect(tried - least).toBeLessThan(0.01);
      }),
      { numRuns: 85 },
    );
  });

  it('is never worse with more edits, a shorter window or one more page', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 6 }), fc.nat(), (written, limit, pick) => {
        const least = leastStaleness(written, { limit, windowMs: 5000 });
        expect(leastStaleness(written, { limit: limit + 1, windowMs: 5000 })).toBeLessThanOrEqual(least + 1e-9);
        expect(leastStaleness(written, { limit, windowMs: 2500 })).toBeLessThanOrEqual(least + 1e-9);
        const pages = [...written.pages, pick % written.at.length];
        expect(leastStaleness({ ...written, pages }, { limit, windowMs: 5000 })).toBeLessThanOrEqual(least + 1e-9);
      }),
    );
  });

  it('is not reached by a bot that edits whenever it may', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 6 }), (written, limit) => {
        const limits = { limit, windowMs: 5000 };
        const edits: number[] = [];
        let window: ReturnType<typeof taken>;
        for (const time of written.at) {
          const next = taken(window, time, limits);
          if (next === undefined) continue;
          window = next;
          edits.push(time);
        }
        const least = leastStaleness(written, limits);
        expect(staleness(written, edits)).toBeGreaterThanOrEqual(least - 1e-9);
      }),
    );
  });
});

describe('the least staleness of answers that share their edits', () => {
  const limits = { limit: 5, windowMs: 5000 };

  it('gives each edit to the answer where it is worth most', () => {
    // One window, one edit: the long wait gets it.
    const [long, short] = [[0, 10, 40].map((at) => 100 * at), [0, 3999, 4000]];
    const shared = leastSharedStaleness(
      [
        { at: long, pages: [0] },
        { at: short, pages: [0] },
      ],
      { limit: 1, windowMs: 5000 },
    );
    expect(shared).toBeCloseTo(1 / 2 / 4000 / 2);
  });

  it('is no more than the least of one that has the edits for itself', () => {
    fc.assert(
      fc.property(answers, (written) => {
        expect(leastSharedStaleness([written], limits)).toBeLessThanOrEqual(leastStaleness(written, limits) + 1e-9);
      }),
    );
  });

  it('is never better with one more answer of the same time, and never worse with more edits', () => {
    fc.assert(
      fc.property(fc.array(answers, { minLength: 1, maxLength: 4 }), (several) => {
        const [first] = several;
        if (first === undefined) return;
        const one = leastSharedStaleness([first], limits);
        expect(leastSharedStaleness([first, first], limits)).toBeGreaterThanOrEqual(one - 1e-9);
        const least = leastSharedStaleness(several, limits);
        expect(leastSharedStaleness(several, { ...limits, limit: 6 })).toBeLessThanOrEqual(least + 1e-9);
      }),
    );
  });

  it('costs less with every edit, down to nothing', () => {
    fc.assert(
      fc.property(answers, (written) => {
        const costs = costsOf(written, written.at.length);
        expect(costs).toEqual(costs.toSorted((a, b) => b - a));
        expect(costs.at(-1)).toBe(0);
      }),
    );
  });
});
