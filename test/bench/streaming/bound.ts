/**
 * The least mean staleness that any bot could reach under a platform's limits, if it knew every chunk in advance and the
 * network took no time.
 *
 * A write at an instant shows all that was written until then. Posts of further pages are another budget's, so they are
 * free; edits are not. While chunk j is the oldest that is hidden, the age grows from 0 when j is written, so waiting from
 * there for t milliseconds costs t²/2.
 */

export interface Limits {
  /** Edits in one window, from 1 up. */
  readonly limit: number;
  /** A window opens with its first edit, and the next opens with the first edit after its end. */
  readonly windowMs: number;
}

/** One answer, as it was written. */
export interface Written {
  /** When each chunk was written, in milliseconds, ascending. */
  readonly at: readonly number[];
  /** The chunks, from 0, at which a page begins: a post shows all until there. The first chunk begins the first. */
  readonly pages: readonly number[];
}

/** Exact for one answer that has a window of edits for itself. */
export function leastStaleness(written: Written, limits: Limits): number {
  return new Windows(new Waiting(written), limits).leastCost() / spanOf(written.at);
}

/**
 * Of several answers that share one window of edits, the mean of their means can be no less. Counts the edits of every
 * window that can begin while any of them is written, and lets each be spent anywhere: no schedule does better, and a real
 * one may have to do worse.
 */
export function leastSharedStaleness(answers: readonly Written[], { limit, windowMs }: Limits): number {
  const begin = Math.min(...answers.map(({ at }) => at.at(0) ?? 0));
  const end = Math.max(...answers.map(({ at }) => at.at(-1) ?? 0));
  const edits = limit * (Math.floor((end - begin) / windowMs) + 1);
  let least: readonly number[] = [0];
  for (const written of answers) {
    const span = spanOf(written.at);
    const curve = costsOf(written, Math.min(edits, written.at.length)).map((cost) => cost / span);
    least = combined(least, curve, edits);
  }
  return Math.min(...least) / answers.length;
}

/** The least cost of one answer with each number of edits, from none, whenever they are. */
export function costsOf(written: Written, edits: number): readonly number[] {
  const waiting = new Waiting(written);
  const chunks = written.at.length;
  // For each chunk, the least cost with the edits so far, the last of them showing that chunk.
  let best = Array.from({ length: chunks }, (_, chunk) => (chunk === 0 ? 0 : Number.POSITIVE_INFINITY));
  const costs = [leastToEnd(best, waiting)];
  for (let edit = 1; edit <= edits; edit++) {
    best = best.map((_, to) => Math.min(...best.slice(0, to).map((cost, from) => cost + waiting.until(from, to))));
    costs.push(Math.min(costs.at(-1) ?? Number.POSITIVE_INFINITY, leastToEnd(best, waiting)));
  }
  return costs;
}

function leastToEnd(best: readonly number[], waiting: Waiting): number {
  return Math.min(...best.map((cost, shown) => cost + waiting.toEnd(shown)));
}

/** The least sums of two curves for each number of edits in all. */
function combined(one: readonly number[], other: readonly number[], edits: number): readonly number[] {
  const length = Math.min(edits + 1, one.length + other.length - 1);
  const sums = Array.from({ length }, () => Number.POSITIVE_INFINITY);
  for (const [a, costA] of one.entries())
    for (const [b, costB] of other.entries()) {
      if (a + b < length) sums[a + b] = Math.min(sums[a + b] ?? Number.POSITIVE_INFINITY, costA + costB);
    }
  return sums;
}

/** An answer of one instant has no time in which it could be stale. */
function spanOf(at: readonly number[]): number {
  return Math.max(0, (at.at(-1) ?? 0) - (at.at(0) ?? 0)) || 1;
}

/** What it costs to wait for the next edit, with the posts of further pages in between. */
class Waiting {
  readonly at: readonly number[];
  readonly #pages: readonly number[];
  /** For each chunk, the first of `#pages` after it. */
  readonly #nextPage: readonly number[];

  constructor({ at, pages }: Written) {
    this.at = at;
    this.#pages = [...new Set([0, ...pages])].sort((a, b) => a - b);
    this.#nextPage = at.map((_, shown) => {
      const next = this.#pages.findIndex((page) => page > shown);
      return next === -1 ? this.#pages.length : next;
    });
  }

  get end(): number {
    return this.at.at(-1) ?? 0;
  }

  toEnd(shown: number): number {
    return this.untilTime(shown, this.end);
  }

  until(shown: number, chunk: number): number {
    return this.untilTime(shown, this.#at(chunk));
  }

  /** From when the chunks up to `shown` are visible until an edit at this time, or until the end. */
  untilTime(shown: number, time: number): number {
    const stop = Math.min(time, this.end);
    let cost = 0;
    let from = shown;
    for (let next = this.#nextPage[shown] ?? 0; next < this.#pages.length; next++) {
      const page = this.#pages[next] ?? 0;
      if (this.#at(page) >= stop) break;
      cost += (this.#at(page) - this.#at(from + 1)) ** 2 / 2;
      from = page;
    }
    const hidden = this.#at(from + 1);
    return hidden < stop ? cost + (stop - hidden) ** 2 / 2 : cost;
  }

  /** The last chunk written by then. */
  writtenBy(time: number): number {
    let [low, high] = [0, this.at.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#at(middle) <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #at(chunk: number): number {
    return this.at[chunk] ?? Number.POSITIVE_INFINITY;
  }
}

/**
 * The dynamic programme over windows. Edits inside a window are best made when a chunk is written. A window is best opened
 * when a chunk is written, or when the last one ends, or so that it just holds one more chunk before it ends; every instant
 * that follows from these by whole windows is considered.
 */
class Windows {
  readonly #waiting: Waiting;
  readonly #limits: Limits;
  readonly #openings: readonly number[];
  /** For each opening, the least cost from there to the end. */
  readonly #least: Float64Array;

  constructor(waiting: Waiting, limits: Limits) {
    this.#waiting = waiting;
    this.#limits = limits;
    this.#openings = openingsOf(waiting, limits.windowMs);
    this.#least = new Float64Array(this.#openings.length);
    for (let index = this.#openings.length - 1; index >= 0; index--) this.#least[index] = this.#leastFrom(index);
  }

  leastCost(): number {
    return this.#leastAfter(0, 0, Number.POSITIVE_INFINITY);
  }

  /** With nothing more than `shown`: the next window opens at one of these, or none does. */
  #leastAfter(shown: number, fromOpening: number, known: number): number {
    const waiting = this.#waiting;
    let best = Math.min(known, waiting.toEnd(shown));
    for (let index = fromOpening; index < this.#openings.length; index++) {
      const cost = waiting.untilTime(shown, this.#openings[index] ?? 0);
      // Later openings only cost more.
      if (cost >= best) break;
      best = Math.min(best, cost + (this.#least[index] ?? 0));
    }
    return best;
  }

  #leastFrom(index: number): number {
    const opened = this.#openings[index] ?? 0;
    const end = opened + this.#limits.windowMs;
    const next = this.#firstOpeningFrom(end);
    let best = Number.POSITIVE_INFINITY;
    for (const [shown, cost] of this.#withinWindow(opened, end))
      best = cost + this.#leastAfter(shown, next, best - cost);
    return best;
  }

  /** What each last edit of a window costs until then, by the chunk it shows. */
  #withinWindow(opened: number, end: number): readonly (readonly [number, number])[] {
    const waiting = this.#waiting;
    const first = waiting.writtenBy(opened);
    const last = waiting.writtenBy(end);
    let level = Array.from({ length: last - first + 1 }, (_, place) => (place === 0 ? 0 : Number.POSITIVE_INFINITY));
    const best = [...level];
    for (let edit = 2; edit <= this.#limits.limit; edit++) {
      const above = level;
      level = above.map((_, to) => {
        let least = Number.POSITIVE_INFINITY;
        for (let from = to - 1; from >= 0; from--)
          least = Math.min(least, (above[from] ?? 0) + waiting.until(first + from, first + to));
        return least;
      });
      for (const [place, cost] of level.entries()) best[place] = Math.min(best[place] ?? 0, cost);
    }
    return best.flatMap((cost, place) => (Number.isFinite(cost) ? [[first + place, cost] as const] : []));
  }

  #firstOpeningFrom(time: number): number {
    const index = this.#openings.findIndex((opening) => opening >= time - EQUAL_MS);
    return index === -1 ? this.#openings.length : index;
  }
}

/** Instants that differ by less are the same, however they were computed. */
const EQUAL_MS = 1e-6;

function openingsOf({ at, end }: Waiting, windowMs: number): readonly number[] {
  const begin = at.at(0) ?? 0;
  const openings: number[] = [];
  for (const time of at)
    for (let opening = time - windowMs; opening < end; opening += windowMs)
      if (opening >= begin) openings.push(opening);
  const sorted = openings.sort((a, b) => a - b);
  return sorted.filter((opening, index) => index === 0 || opening - (sorted[index - 1] ?? 0) > EQUAL_MS);
}
