/** How fresh answers are on a Discord whose clock the test turns, beside the best that its limits allow. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SCENARIOS } from '../bench/streaming/scenarios.ts';
import { type Freshness, streamed } from './freshness.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
/** The bound of a long answer takes its time. */
const FEW = SEEDS.slice(0, 3);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function all(name: string, seeds: readonly number[]): Promise<readonly Freshness[]> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  const runs: Freshness[] = [];
  for (const seed of seeds) runs.push(await streamed(scenario, seed));
  return runs;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

describe('text on Discord', () => {
  // Each figure is a little above what it is, so that a pace that is spoiled shows here.
  it.each([
    ['S0', { times: 1.4, lagMs: 400 }],
    ['S1', { times: 1.36, lagMs: 500 }],
    ['S3', { times: 1.37, lagMs: 400 }],
    ['S3 plain', { times: 2.1, lagMs: 500 }],
    ['S4', { times: 1.55, lagMs: 400 }],
    ['S5', { times: 3.5, lagMs: 100 }],
  ])('is nearly as fresh as its limits allow, and never refused: %s', async (name, most) => {
    const seeds = name === 'S4' ? FEW : SEEDS;
    const runs = await all(name, seeds);
    expect(median(runs.map(({ meanMs, leastMs }) => meanMs / leastMs))).toBeLessThan(most.times);
    expect(median(runs.flatMap(({ scores }) => scores.map(({ lagMs }) => lagMs ?? Infinity)))).toBeLessThan(most.lagMs);
    expect(runs.map(({ refusals }) => refusals)).toEqual(seeds.map(() => 0));
    expect(runs.flatMap(({ scores }) => scores.filter(({ lost, extra }) => lost + extra > 0))).toEqual([]);
  });
});
