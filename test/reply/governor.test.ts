/** Who may write next, on a clock that only the test moves. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Urgency } from '../../src/core/ports.ts';
import type { Budget, Learned } from '../../src/reply/budget.ts';
import { Governor } from '../../src/reply/governor.ts';

const FIVE: Budget = { name: 'channel 1', limit: 5, windowMs: 5000 };
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

interface How {
  readonly tookMs?: number;
  readonly learned?: Learned;
}

/** Asks for leave and tells when it came, as milliseconds since the test began; the write ends after `tookMs`. */
function asking(governor: Governor, budget = FIVE) {
  const beganAt = performance.now();
  const granted: { name: string; at: number }[] = [];
  const ask = async (name: string, urgency: Urgency, how: How = {}): Promise<void> => {
    const { tookMs = 0, learned } = how;
    const leave = await governor.leave([budget], urgency, never);
    granted.push({ name, at: performance.now() - beganAt });
    if (tookMs > 0) await new Promise((resolve) => setTimeout(resolve, tookMs));
    leave.done(learned);
  };
  const settle = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  return { ask, granted, settle, times: () => granted.map(({ at }) => Math.round(at)) };
}

describe('Governor', () => {
  it('grants the first write of an unused budget at once', async () => {
    const { ask, times } = asking(new Governor());
    await ask('a', 'first');
    expect(times()).toEqual([0]);
  });

  it('lets one write of a budget be in flight, and others of other budgets', async () => {
    const governor = new Governor();
    const one = asking(governor);
    const other = asking(governor, { ...FIVE, name: 'channel 2' });
    const writes = [one.ask('a', 'first', { tookMs: 300 }), one.ask('b', 'first'), other.ask('c', 'first')];
    await one.settle(1000);
    await Promise.all(writes);
    expect(one.times()).toEqual([0, 300]);
    expect(other.times()).toEqual([0]);
  });

  it('prefers first words to endings, endings to text, and of each kind what has waited longest', async () => {
    const { ask, granted, settle } = asking(new Governor());
    const writes = [ask('running', 'text', { tookMs: 100 })];
    for (const [name, urgency] of [
      ['text 1', 'text'],
      ['text 2', 'text'],
      ['ending 1', 'ending'],
      ['first 1', 'first'],
      ['ending 2', 'ending'],
      ['first 2', 'first'],
    ] as const)
      writes.push(ask(name, urgency));
    await settle(60_000);
    await Promise.all(writes);
    const names = granted.map(({ name }) => name);
    expect(names).toEqual(['running', 'first 1', 'first 2', 'ending 1', 'ending 2', 'text 1', 'text 2']);
  });

  it('spreads text over the window after a quick start', async () => {
    const { ask, times, settle } = asking(new Governor());
    const writes = Array.from({ length: 12 }, (_, index) => ask(`${index}`, 'text'));
    await settle(60_000);
    await Promise.all(writes);
    const gaps = times()
      .slice(1)
      .map((at, index) => at - (times()[index] ?? 0));
    expect(gaps.slice(0, 2)).toEqual([625, 730]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2000);
    expect(gaps.slice(6).every((gap) => gap >= 1250 && gap <= 1300)).toBe(true);
  });

  it('starts quickly again after a window without text', async () => {
    const { ask, times, settle } = asking(new Governor());
    for (const at of [0, 1, 2, 3]) void ask(`${at}`, 'text');
    await settle(20_000);
    for (const at of [4, 5]) void ask(`${at}`, 'text');
    await settle(20_000);
    const [fifth = 0, sixth = 0] = times().slice(4);
    expect(fifth).toBe(20_000);
    expect(sixth - fifth).toBe(625);
  });

  it('keeps the last slot of a window from text', async () => {
    const { ask, times, settle } = asking(new Governor());
    const text = Array.from({ length: 5 }, (_, index) => ask(`${index}`, 'text'));
    await settle(4500);
    expect(times()).toHaveLength(4);
    await ask('ending', 'ending');
    expect(times()[4]).toBe(4500);
    await settle(10_000);
    await Promise.all(text);
  });

  it('lets text use a budget of one', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'slow', limit: 1, windowMs: 1000 });
    const writes = [ask('a', 'text'), ask('b', 'text')];
    await settle(5000);
    await Promise.all(writes);
    expect(times()).toEqual([0, 1000]);
  });

  it('waits a window from the answer, not from the leave, because nobody knows when the platform counted', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'slow', limit: 1, windowMs: 1000 });
    const writes = [ask('a', 'first', { tookMs: 400 }), ask('b', 'ending')];
    await settle(5000);
    await Promise.all(writes);
    expect(times()).toEqual([0, 1400]);
  });

  it.each<[string, Learned, number]>([
    ['a window that ends soon', { limit: 5, remaining: 0, resetAfterMs: 700 }, 720],
    ['a window that others used up', { limit: 5, remaining: 0, resetAfterMs: 9000 }, 9020],
    ['a smaller limit', { limit: 1, remaining: 0, resetAfterMs: 3000 }, 3020],
    ['a refusal', { retryAfterMs: 2500 }, 2520],
    ['slots that are left', { limit: 5, remaining: 3, resetAfterMs: 4000 }, 0],
    ['nothing', {}, 0],
  ])('learns of %s', async (_, learned, nextAt) => {
    const { ask, times, settle } = asking(new Governor());
    await ask('a', 'first', { learned });
    const ending = ask('b', 'ending');
    await settle(20_000);
    await ending;
    expect(times()[1]).toBe(nextAt);
  });

  it('learns a greater limit', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'careful', limit: 1, windowMs: 1000 });
    await ask('a', 'first', { learned: { limit: 10, remaining: 9, resetAfterMs: 1000 } });
    const writes = Array.from({ length: 9 }, (_, index) => ask(`${index}`, 'ending'));
    await settle(5000);
    await Promise.all(writes);
    expect(times().slice(0, 2)).toEqual([0, 0]);
  });

  it('takes back leave that was not used', async () => {
    const governor = new Governor();
    const { ask, times, settle } = asking(governor, { name: 'slow', limit: 1, windowMs: 1000 });
    (await governor.leave([{ name: 'slow', limit: 1, windowMs: 1000 }], 'text', never)).unused();
    const write = ask('a', 'text');
    await settle(0);
    expect(times()).toEqual([0]);
    await write;
  });

  it('counts a write once, however often it is told', async () => {
    const governor = new Governor();
    const budget = { name: 'two', limit: 2, windowMs: 1000 };
    const { ask, times, settle } = asking(governor, budget);
    const leave = await governor.leave([budget], 'first', never);
    leave.done();
    leave.done();
    const writes = [ask('a', 'first', { tookMs: 10 }), ask('b', 'first')];
    await settle(0);
    leave.unused();
    await settle(5);
    expect(times()).toEqual([0]);
    await settle(5000);
    await Promise.all(writes);
  });

  describe('on abort', () => {
    it('rejects with the reason, sets no timer, and passes the turn on', async () => {
      const governor = new Governor();
      const leave = await governor.leave([FIVE], 'first', never);
      const controller = new AbortController();
      const aborted = governor.leave([FIVE], 'ending', controller.signal);
      const next = governor.leave([FIVE], 'text', never);
      const reason = new Error('stopped');
      controller.abort(reason);
      await expect(aborted).rejects.toBe(reason);
      leave.done();
      (await next).done();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('stops the timer of the last who waited', async () => {
      const governor = new Governor();
      const budget = { name: 'slow', limit: 1, windowMs: 1000 };
      (await governor.leave([budget], 'first', never)).done();
      const controller = new AbortController();
      const waiting = governor.leave([budget], 'text', controller.signal);
      await Promise.resolve();
      expect(vi.getTimerCount()).toBe(1);
      controller.abort();
      await expect(waiting).rejects.toBe(controller.signal.reason);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('rejects at once when the signal was aborted before', async () => {
      await expect(new Governor().leave([FIVE], 'first', AbortSignal.abort('late'))).rejects.toBe('late');
    });
  });

  it('forgets budgets that nobody uses any more', async () => {
    const governor = new Governor();
    for (let n = 0; n < 2000; n++) {
      (await governor.leave([{ ...FIVE, name: `channel ${n}` }], 'first', never)).done();
      vi.advanceTimersByTime(100);
    }
    expect(governor.size).toBeLessThanOrEqual(257);
  });
});
