/** How often a property is tried, and from which seeds. */
import type * as fc from 'fast-check';

/** The same cases each time, and others each time; the seed of the second kind is printed when it fails. FUZZ_RUNS tries more. */
export function seeds(numRuns: number): readonly (readonly [string, fc.Parameters<unknown>])[] {
  const runs = Number(process.env['FUZZ_RUNS'] ?? numRuns);
  return [
    ['from a fixed seed', { seed: 20_261_122, numRuns: runs }],
    ['from a fresh seed', { numRuns: runs }],
  ];
}
