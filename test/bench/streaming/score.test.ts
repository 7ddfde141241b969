import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Recording, scoreOf, type Shown, stalenessOf, type Version, type WrittenChunk } from './score.ts';

const post = (at: number, content: string | undefined, name = 'first'): Version => ({ at, post: name, content });

/** Four chunks of three units, a second apart. */
const SOURCE = 'onetwosixten';
const CHUNKS: readonly WrittenChunk[] = [1000, 2000, 3000, 4000].map((at, index) => ({ at, end: 3 * (index + 1) }));

function score(...versions: readonly Version[]) {
  return scoreOf({ source: SOURCE, chunks: CHUNKS, versions });
}

/** The mean and the 95 % quantile by looking at the age every millisecond, in its middle. */
function looked(chunks: readonly WrittenChunk[], shown: readonly Shown[]) {
  const [begin, end] = [chunks.at(0)?.at ?? 0, chunks.at(-1)?.at ?? 0];
  const ages = Array.from({ length: end - begin }, (_, index) => {
    const now = begin + index + 0.5;
    const visible = shown.findLast(({ at }) => at <= now)?.end ?? 0;
    const hidden = chunks.find((chunk) => chunk.at <= now && chunk.end > visible);
    return hidden === undefined ? 0 : now - hidden.at;
  });
  const sorted = ages.toSorted((a, b) => a - b);
  return {
    mean: ages.reduce((sum, age) => sum + age, 0) / ages.length,
    p95: sorted[Math.ceil(0.95 * ages.length) - 1],
  };
}

const written = fc
  .array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })
  .map((gaps) => [0, ...gaps].map((_, index) => gaps.slice(0, index).reduce((sum, gap) => sum + gap, 0)))
  .map((times) => times.map((at, index): WrittenChunk => ({ at, end: 10 * (index + 1) })));
const shownAt = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: 2500 }), end: fc.integer({ min: 0, max: 90 }) }), { maxLength: 10 })
  .map((shown) => shown.toSorted((a, b) => a.at - b.at));

describe('the score of an answer', () => {
  it('of a bot that shows everything at once', () => {
    const versions = CHUNKS.map(({ at, end }) => post(at, SOURCE.slice(0, end)));
    expect(score(...versions)).toEqual({
      firstTextMs: 0,
      meanStaleMs: 0,
      p95StaleMs: 0,
      lagMs: 0,
      lost: 0,
      extra: 0,
    });
  });

  it('of a bot that waits half a second with everything', () => {
    const versions = CHUNKS.map(({ at, end }) => post(at + 500, SOURCE.slice(0, end)));
    // Half of each second the age grows from 0 to 500, so its mean is 125, and it is above 450 for 50 ms of each.
    expect(score(...versions)).toMatchObject({ firstTextMs: 500, meanStaleMs: 125, lagMs: 500 });
    expect(score(...versions).p95StaleMs).toBeCloseTo(450);
  });

  it('of a bot that shows everything at the end', () => {
    // The oldest character is hidden for three seconds: the age grows from 0 to 3000.
    expect(score(post(4700, SOURCE))).toMatchObject({ firstTextMs: 3700, meanStaleMs: 1500, lagMs: 700 });
    expect(score(post(4700, SOURCE)).p95StaleMs).toBeCloseTo(2850);
  });

  it('of a bot that shows nothing', () => {
    expect(score()).toMatchObject({ firstTextMs: undefined, lagMs: undefined, lost: 12, extra: 0, meanStaleMs: 1500 });
  });

  it('does not take a placeholder for text', () => {
    expect(score(post(1100, '…'), post(1200, 'Thinking…'), post(1300, 'one'))).toMatchObject({ firstTextMs: 300 });
  });

  it('counts as hidden what comes after the first character that is missing', () => {
    const missing = score(...[1000, 2000, 3000, 4000].map((at) => post(at, 'oetwosixten')));
    expect(missing).toMatchObject({ lost: 1, extra: 0, lagMs: undefined, meanStaleMs: 1500 });
  });

  it('joins posts in the order in which they first came', () => {
    const versions = [post(1000, 'one'), post(2000, 'two', 'second'), post(4000, 'sixten', 'third')];
    expect(score(...versions)).toMatchObject({ lost: 0, extra: 0, lagMs: 0 });
  });

  it('takes a post that was deleted as gone', () => {
    const versions = [post(1000, 'Hm.', 'note'), post(1500, SOURCE), post(4500, undefined, 'note')];
    expect(score(...versions)).toMatchObject({ lost: 0, extra: 0, lagMs: 500, firstTextMs: 3500 });
  });

  it('counts from when the whole text stands and stays', () => {
    const versions = [post(4000, SOURCE), post(4200, 'one'), post(4900, `${SOURCE}!`)];
    expect(score(...versions)).toMatchObject({ lagMs: 900, lost: 0, extra: 1 });
  });

  it('refuses an answer that was never written', () => {
    const nothing: Recording = { source: SOURCE, chunks: [], versions: [] };
    expect(() => scoreOf(nothing)).toThrow('nothing');
  });
});

describe('staleness', () => {
  it('is the integral that one finds by looking every millisecond', () => {
    fc.assert(
      fc.property(written, shownAt, (chunks, shown) => {
        const { meanMs, p95Ms } = stalenessOf(chunks, shown);
        const { mean, p95 = 0 } = looked(chunks, shown);
        expect(meanMs).toBeCloseTo(mean, 6);
        expect(Math.abs(p95Ms - p95)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is never worse with one more version of all the text there is', () => {
    fc.assert(
      fc.property(written, shownAt, fc.nat(2500), (chunks, shown, at) => {
        const end = Math.max(
          ...shown.filter((version) => version.at <= at).map((version) => version.end),
          chunks.findLast((chunk) => chunk.at <= at)?.end ?? 0,
        );
        const growing = (versions: readonly Shown[]): readonly Shown[] =>
          versions.map((version, index) => ({
            at: version.at,
            end: Math.max(...versions.slice(0, index + 1).map(({ end }) => end)),
          }));
        const more = [...shown, { at, end }].toSorted((a, b) => a.at - b.at);
        const [less, better] = [stalenessOf(chunks, growing(shown)), stalenessOf(chunks, growing(more))];
        expect(better.meanMs).toBeLessThanOrEqual(less.meanMs + 1e-9);
        expect(better.p95Ms).toBeLessThanOrEqual(less.p95Ms + 1e-9);
      }),
    );
  });

  it('has no time in one instant', () => {
    expect(stalenessOf([{ at: 5, end: 3 }], [])).toEqual({ meanMs: 0, p95Ms: 0 });
  });
});
