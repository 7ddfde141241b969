/**
 * How many cases a property is held for, decided here alone. `fc.assert` in a test takes half of its cases from a fixed seed,
 * so that they are the same each time, and half from a fresh one, which fast-check prints when it fails; one that names a seed has no others. A property asks for
 * `numRuns` of both together where the default is too dear or too few for each run of `npm test`; in `npm run test:fuzz` all
 * get as many as `FUZZ_RUNS` says, and those of an edge, where others' bytes come in, twice as many.
 */
import type * as FastCheck from 'fast-check';
import { expect, vi } from 'vitest';

const DEFAULT_RUNS = 250;
const FIXED_SEED = 20_261_122;
const EDGES = /\/test\/(?:commands|fuzz|web|gemini\/stream-fuzz|steering\/flags|conversation\/attachments)\b/u;

vi.mock('fast-check', async (original) => {
  const fastCheck = await original<typeof FastCheck>();
  const assert = <T>(property: FastCheck.IRawProperty<T>, parameters: FastCheck.Parameters<T> = {}): unknown => {
    const numRuns = fuzzRuns() ?? parameters.numRuns ?? DEFAULT_RUNS;
    if (parameters.seed !== undefined) return fastCheck.assert(property, { ...parameters, numRuns });
    const half = { ...parameters, numRuns: Math.ceil(numRuns / 2) };
    const fixed: unknown = fastCheck.assert(property, { ...half, seed: FIXED_SEED });
    const fresh = (): unknown => fastCheck.assert(property, half);
    return fixed instanceof Promise ? fixed.then(fresh) : fresh();
  };
  return { ...fastCheck, assert };
});

function fuzzRuns(): number | undefined {
  const runs = process.env['FUZZ_RUNS'];
  return runs === undefined ? undefined : Number(runs) * (EDGES.test(expect.getState().testPath ?? '') ? 2 : 1);
}
