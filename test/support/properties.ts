/** Properties, each held twice: for the same cases every time, and for others every time. */
import * as fc from 'fast-check';

const SEED = 20_261_122;

/** The fresh seed is printed when it fails. */
export function always<T>(property: fc.IProperty<T>, numRuns = 150): void {
  fc.assert(property, { seed: SEED, numRuns });
  fc.assert(property, { numRuns });
}

/** The same where holding it takes waiting. */
export async function alwaysInTime<T>(property: fc.IAsyncProperty<T>, numRuns = 150): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns });
  await fc.assert(property, { numRuns });
}
