/** How the bench's own properties are checked: with the same cases each time, and with others each time. */
import * as fc from 'fast-check';
import { runs } from '../../markdown/documents.ts';

/** @param share Of the usual number of cases, for properties whose cases take long; from 0 to 1. */
export function check<T>(property: fc.IProperty<T>, share = 1): void {
  for (const [, { seed, numRuns = 0 }] of runs)
    fc.assert(property, { ...(seed === undefined ? {} : { seed }), numRuns: Math.ceil(numRuns * share) });
}
