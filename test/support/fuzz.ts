/**
 * How many cases the property tests make up, all of them in this one place: as many as each asks for or, as in
 * `npm run test:fuzz`, as many as `FUZZ_RUNS` says. Where a test names no seed, half of its cases are the same each time and
 * half are new; fast-check prints the seed when one fails.
 */
import type * as FastCheck from 'fast-check';
import { vi } from 'vitest';

const DEFAULT_RUNS = 100;
const FIXED_SEED = 20_261_122;

vi.mock('fast-check', async (original) => {
  const fastCheck = await original<typeof FastCheck>();
  const assert = <T>(property: FastCheck.IRawProperty<T>, parameters: FastCheck.Parameters<T> = {}): unknown => {
    const numRuns = Number(process.env.FUZZ_RUNS ?? parameters.numRuns ?? DEFAULT_RUNS);
    if (parameters.seed !== undefined) return fastCheck.assert(property, { ...parameters, numRuns });
    const half = { ...parameters, numRuns: Math.ceil(numRuns / 2) };
    const fixed: unknown = fastCheck.assert(property, { ...half, seed: FIXED_SEED });
    const fresh = (): unknown => fastCheck.assert(property, half);
    return fixed instanceof Promise ? fixed.then(fresh) : fresh();
  };
  return { ...fastCheck, assert };
});
