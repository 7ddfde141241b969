/** How far one text is from another: the fewest units that were lost and put in. */

export interface Difference {
  readonly lost: number;
  readonly extra: number;
}

/** Beyond so many edits nobody needs an exact figure, and finding one takes time that grows with their square. */
const MAX_EDITS = 6000;

/** Exact up to 6,000 edits; beyond them everything between the common beginning and the common end counts. */
export function differenceOf(expected: string, actual: string): Difference {
  const start = commonStart(expected, actual);
  const end = commonEnd(expected, actual, start);
  const wanted = expected.slice(start, expected.length - end);
  const found = actual.slice(start, actual.length - end);
  const edits = fewestEdits(wanted, found);
  const surplus = wanted.length - found.length;
  return edits === undefined
    ? { lost: wanted.length, extra: found.length }
    : { lost: (edits + surplus) / 2, extra: (edits - surplus) / 2 };
}

export function commonStart(one: string, other: string): number {
  const longest = Math.min(one.length, other.length);
  let at = 0;
  while (at < longest && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

function commonEnd(one: string, other: string, start: number): number {
  const longest = Math.min(one.length, other.length) - start;
  let at = 0;
  while (at < longest && one.charCodeAt(one.length - 1 - at) === other.charCodeAt(other.length - 1 - at)) at++;
  return at;
}

/**
 * The least number of insertions and deletions that turn one text into the other: the greedy search over diagonals.
 * @see Myers, An O(ND) difference algorithm and its variations, Algorithmica 1 (1986)
 */
function fewestEdits(from: string, to: string): number | undefined {
  const most = Math.min(MAX_EDITS, from.length + to.length);
  const middle = most + 1;
  const reached = new Int32Array(2 * middle + 1);
  for (let edits = 0; edits <= most; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const left = reached[middle + diagonal - 1] ?? 0;
      const right = reached[middle + diagonal + 1] ?? 0;
      const inserts = diagonal === -edits || (diagonal !== edits && left < right);
      let x = inserts ? right : left + 1;
      while (x < from.length && x - diagonal < to.length && from.charCodeAt(x) === to.charCodeAt(x - diagonal)) x++;
      reached[middle + diagonal] = x;
      if (x >= from.length && x - diagonal >= to.length) return edits;
    }
  }
  return undefined;
}
