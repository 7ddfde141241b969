import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonStart, differenceOf } from './difference.ts';

/** The length of the longest common subsequence, by the table everyone knows. */
function longestCommon(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, () => 0);
  for (const char of one.split('')) {
    const above = row;
    row = [0];
    for (let at = 1; at <= other.length; at++)
      row[at] = char === other[at - 1] ? (above[at - 1] ?? 0) + 1 : Math.max(above[at] ?? 0, row[at - 1] ?? 0);
  }
  return row.at(-1) ?? 0;
}

const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '漢'), maxLength: 24 });

describe('the difference of two texts', () => {
  it.each([
    ['abc', 'abc', { lost: 0, extra: 0 }],
    ['abc', 'ac', { lost: 1, extra: 0 }],
    ['ac', 'abc', { lost: 0, extra: 1 }],
    ['abcd', 'axcd', { lost: 1, extra: 1 }],
    ['', 'abc', { lost: 0, extra: 3 }],
    ['abc', '', { lost: 3, extra: 0 }],
    ['abab', 'ab', { lost: 2, extra: 0 }],
  ])('from %j to %j is %j', (expected, actual, difference) => {
    expect(differenceOf(expected, actual)).toEqual(difference);
  });

  it('is the least there is', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const common = longestCommon(one, other);
        expect(differenceOf(one, other)).toEqual({ lost: one.length - common, extra: other.length - common });
      }),
    );
  });

  it('beyond what can be found in time counts everything between the common ends', () => {
    const [one, other] = ['a'.repeat(7000), 'b'.repeat(5000)];
    expect(differenceOf(`xy${one}z`, `xy${other}z`)).toEqual({ lost: 7000, extra: 5000 });
  });
});

it('the common start of two texts ends before the first unit that differs', () => {
  expect([commonStart('abc', 'abd'), commonStart('ab', 'abc'), commonStart('', 'a')]).toEqual([2, 2, 0]);
});
