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

it('lets text that several replies share few writes for get older before it takes one of them', async () => {
  const governor = new Governor();
  const log = { name: 'workspace', limit: 50, windowMs: 60_000 };
  const beganAt = performance.now();
  const times: number[] = [];
  const write = async (): Promise<void> => {
    const leave = await governor.leave([log], 'text', new AbortController().signal);
    times.push(performance.now() - beganAt);
    leave.done();
  };
  await write();
  const writes = Array.from({ length: 21 }, write);
  await vi.advanceTimersByTimeAsync(120_000);
  await Promise.all(writes);
  expect(times[0]).toBe(0);
  // A fifth of the 24 s in which each of those who wait beside the one that is looked at can write once.
  expect(times[1]).toBeGreaterThanOrEqual(4800);
  expect(times[1]).toBeLessThan(5500);
});

it('brings marks in after endings, and leaves each running reply the slot that it may end with', async () => {
  const governor = new Governor();
  const channel = { name: 'channel', limit: 5, windowMs: 5000 };
  const beganAt = performance.now();
  const granted: string[] = [];
  const write = async (name: string, urgency: Urgency): Promise<void> => {
    const leave = await governor.leave([channel], urgency, new AbortController().signal);
    granted.push(`${name} ${Math.round(performance.now() - beganAt)}`);
    leave.done({ limit: 5, remaining: Math.max(0, 5 - granted.length), resetAfterMs: 5000 });
  };
  const writes = [write('ending', 'ending'), write('running 1', 'text'), write('running 2', 'text')];
  for (const mark of ['mark 1', 'mark 2', 'mark 3']) writes.push(write(mark, 'marks'));
  writes.push(write('other ending', 'ending'));
  await vi.advanceTimersByTimeAsync(100);
  expect(granted).toEqual(['ending 0', 'running 1 0', 'mark 1 0', 'mark 2 0', 'other ending 0']);
  await vi.advanceTimersByTimeAsync(20_000);
  await Promise.all(writes);
  expect(granted).toHaveLength(7);
});
