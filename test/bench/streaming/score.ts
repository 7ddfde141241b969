/** How fresh and how complete one answer was: from when the model wrote it, and every version of the posts that showed it. */
import { commonStart, differenceOf } from './difference.ts';
import { shownOf, visibleOf } from './visible.ts';

/** Instants are milliseconds on one clock. */
export interface WrittenChunk {
  readonly at: number;
  /** How much of the answer was written with it, in UTF-16 units. */
  readonly end: number;
}

/** A post as the platform accepted it; without content it was deleted. */
export interface Version {
  readonly at: number;
  readonly post: string;
  readonly content: string | undefined;
}

export interface Recording {
  readonly source: string;
  readonly chunks: readonly WrittenChunk[];
  /** In the order they were accepted. Posts follow one another in the order they first appear. */
  readonly versions: readonly Version[];
}

export interface Score {
  /** From the first chunk to the first version with text of the answer; none when there is none. */
  readonly firstTextMs: number | undefined;
  /** Age of the oldest character that is written and not visible, from the first chunk to the last. */
  readonly meanStaleMs: number;
  /** The age that is not exceeded for 95 % of that time. */
  readonly p95StaleMs: number;
  /** From the last chunk until all of the text stands, and stays; none when it never does. */
  readonly lagMs: number | undefined;
  /** Characters of the answer that the final posts lack or have too many, as `visibleOf` counts them. */
  readonly lost: number;
  readonly extra: number;
}

/** From this instant on the source is visible up to this offset. */
export interface Shown {
  readonly at: number;
  readonly end: number;
}

export function scoreOf({ source, chunks, versions }: Recording): Score {
  const [first, last] = [chunks.at(0), chunks.at(-1)];
  if (first === undefined || last === undefined) throw new Error('The model wrote nothing.');
  const wanted = visibleOf(source);
  const posts = new Map<string, string>();
  const shown: Shown[] = [];
  let final = '';
  for (const { at, post, content } of versions) {
    if (content === undefined) posts.delete(post);
    else posts.set(post, content);
    final = shownOf([...posts.values()]);
    shown.push({ at, end: endOf(wanted.at, commonStart(wanted.text, final)) });
  }
  const begun = shown.find(({ end }) => end > 0)?.at;
  const complete = completeFrom(shown, source.length);
  const { meanMs, p95Ms } = stalenessOf(chunks, shown);
  return {
    firstTextMs: begun === undefined ? undefined : begun - first.at,
    meanStaleMs: meanMs,
    p95StaleMs: p95Ms,
    lagMs: complete === undefined ? undefined : Math.max(0, complete - last.at),
    ...differenceOf(wanted.text, final),
  };
}

/** The offset of the first unit that is not visible, with the marks before it taken as visible. */
function endOf(offsets: readonly number[], units: number): number {
  return units === 0 ? 0 : (offsets[units] ?? 0);
}

function completeFrom(shown: readonly Shown[], length: number): number | undefined {
  const incomplete = shown.findLastIndex(({ end }) => end < length);
  return shown[incomplete + 1]?.at;
}

export interface Staleness {
  readonly meanMs: number;
  readonly p95Ms: number;
}

/** A stretch of time in which the age grows evenly from `from`, or stays 0. */
interface Stretch {
  readonly from: number;
  readonly lengthMs: number;
  readonly growing: boolean;
}

/** The exact integral over time, from the first chunk to the last; 0 when there is only one instant. */
export function stalenessOf(chunks: readonly WrittenChunk[], shown: readonly Shown[]): Staleness {
  const begin = chunks.at(0)?.at ?? 0;
  const end = chunks.at(-1)?.at ?? begin;
  const totalMs = end - begin;
  if (totalMs <= 0) return { meanMs: 0, p95Ms: 0 };
  const stretches = stretchesOf(chunks, shown, { begin, end });
  const area = stretches.reduce((sum, { from, lengthMs, growing }) => {
    return growing ? sum + lengthMs * (from + lengthMs / 2) : sum;
  }, 0);
  return { meanMs: area / totalMs, p95Ms: quantileOf(stretches, 0.95 * totalMs) };
}

function stretchesOf(
  chunks: readonly WrittenChunk[],
  shown: readonly Shown[],
  { begin, end }: { readonly begin: number; readonly end: number },
): readonly Stretch[] {
  const instants = [...chunks, ...shown].map(({ at }) => at).filter((at) => at >= begin && at <= end);
  const sorted = [...new Set(instants)].sort((a, b) => a - b);
  return sorted.slice(1).map((until, index) => {
    const from = sorted[index] ?? until;
    const visible = shown.findLast(({ at }) => at <= from)?.end ?? 0;
    const oldest = chunks.find((chunk) => chunk.end > visible);
    const growing = oldest !== undefined && oldest.at <= from;
    return { from: growing ? from - oldest.at : 0, lengthMs: until - from, growing };
  });
}

/** The least age that is not exceeded for so much of the time. */
function quantileOf(stretches: readonly Stretch[], wantedMs: number): number {
  const steps = stretches.flatMap(({ from, lengthMs, growing }) => (growing ? [from, from + lengthMs] : []));
  const ages = [0, ...steps].sort((a, b) => a - b);
  const timeUpTo = (age: number): number =>
    stretches.reduce((sum, { from, lengthMs, growing }) => {
      return sum + (growing ? Math.min(lengthMs, Math.max(0, age - from)) : lengthMs);
    }, 0);
  const index = ages.findIndex((age) => timeUpTo(age) >= wantedMs);
  const above = ages[index];
  const below = ages[index - 1];
  if (above === undefined || below === undefined) return above ?? 0;
  // Between two steps the time grows evenly with the age.
  const [low, high] = [timeUpTo(below), timeUpTo(above)];
  return below + ((wantedMs - low) / (high - low)) * (above - below);
}
