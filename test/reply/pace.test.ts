/** What one process writes in all, on a clock that only the test moves. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Urgency } from '../../src/core/ports.ts';
import { Governor } from '../../src/reply/governor.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('keeps the texts of hundreds of answers apart, so that none of them holds up first words and endings', async () => {
  const governor = new Governor();
  const beganAt = performance.now();
  const texts: number[] = [];
  const others: number[] = [];
  const write = async (name: string, urgency: Urgency): Promise<void> => {
    const leave = await governor.leave([{ name, limit: 5, windowMs: 5000 }], urgency, new AbortController().signal);
    (urgency === 'text' ? texts : others).push(Math.round(performance.now() - beganAt));
    leave.done();
  };
  const writes = Array.from({ length: 300 }, (_, at) => write(`channel ${at}`, 'text'));
  writes.push(...Array.from({ length: 300 }, (_, at) => write(`${at}`, at % 2 === 0 ? 'first' : 'ending')));
  await vi.advanceTimersByTimeAsync(1000);
  await Promise.all(writes);
  expect(texts).toEqual(Array.from({ length: 300 }, (_, at) => 2 * at));
  expect(new Set(others)).toEqual(new Set([0]));
});
