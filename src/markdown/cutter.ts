/** Cuts one page off a text that may grow: where it ends, and what is put in so that it renders whole. */
import { afterLine, type Fence, isFenceLike, isRow, itemsAround, NO_BLOCKS, withinLine } from './blocks.ts';
import { breakInWord, breaksOf, type Line, type PageEnd } from './breaks.ts';
import type { Page, PageLimit, Spot } from './paginate.ts';

const QUOTE_MARKS = /^(?: {0,3}> ?)+/u;

/** Cuts one page of a text that may grow. */
export class Cutter {
  /** Put in where the page begins. */
  readonly before: string;
  readonly #limit: PageLimit;
  readonly #from: Spot;
  /** A page holds at most twice `max` UTF-16 units, however little they measure: this bounds the work. */
  readonly #bound: number;
  #source: string;
  #lines: readonly Line[] = [];
  /** So many of them fitted also while they came. */
  #arrived = 0;

  constructor(source: string, limit: PageLimit, from: Spot) {
    this.#source = source;
    this.#limit = limit;
    this.#from = from;
    this.#bound = from.at + 2 * limit.max;
    this.before = this.#reopenings().find((before) => limit.measure(before) * 4 <= limit.max) ?? '';
  }

  /** Where the page ends. `source` begins as it did at the last call; only lines that are new since are read. */
  cut(source: string): { readonly end: Spot; readonly isFull: boolean } {
    this.#source = source;
    this.#readLines();
    const fitting = this.#fittingLines();
    const last = this.#lines[fitting - 1];
    if (last !== undefined && last.end === source.length)
      return { end: { at: last.end, lineAt: last.end, blocks: last.after }, isFull: false };
    const reach = this.#reach(fitting);
    const cutLine = this.#lines[fitting] ?? last;
    const part = { lineAt: cutLine?.start ?? reach, blocks: cutLine?.before ?? NO_BLOCKS };
    // One line, which would be full of the mark that closes it: that waits until the line is.
    if (fitting === 0 && reach === source.length) return { end: { at: reach, ...part }, isFull: false };
    const at = this.#end(fitting, reach);
    const line = this.#lines.slice(0, fitting).find(({ end }) => end === at);
    return { end: line === undefined ? { at, ...part } : { at, lineAt: at, blocks: line.after }, isFull: true };
  }

  /** What is shown of the page that ends there. */
  shown(end: Spot): Pick<Page, 'before' | 'body' | 'after'> {
    const after = this.#closing(end.blocks.fence, end.at);
    const body = this.#source.slice(this.#from.at, end.at);
    const trimmed = body.trimEnd();
    const isTight = trimmed !== body && this.#limit.measure(this.before + body + after) > this.#limit.max;
    return { before: this.before, body: isTight ? trimmed : body, after };
  }

  #readLines(): void {
    const source = this.#source;
    const kept = this.#lines.filter(({ end }) => end <= this.#bound && source[end - 1] === '\n');
    this.#arrived = Math.min(this.#arrived, kept.length);
    let { end: start, after: above } = kept.at(-1) ?? { end: this.#from.lineAt, after: this.#from.blocks };
    const lines = [...kept];
    while (start < Math.min(source.length, this.#bound)) {
      // The line that a page before began may be long.
      const from = Math.max(start, this.#from.at);
      const found = source.slice(from, this.#bound + 1).indexOf('\n');
      const end = found === -1 ? Math.min(source.length, this.#bound + 1) : from + found + 1;
      const line = source.slice(start, Math.min(found === -1 ? end : end - 1, start + 2 * this.#limit.max));
      const after = afterLine(above, line);
      lines.push({ start, end, before: withinLine(above, line), after });
      start = end;
      above = after;
    }
    this.#lines = lines;
  }

  /** What could stand before the first line so that it reads as it would have without the cut, best first. */
  #reopenings(): readonly string[] {
    const { at, lineAt, blocks } = this.#from;
    const line = lineOf(this.#source, lineAt, this.#limit.max);
    const { fence, table, items = [] } = withinLine(blocks, line);
    const start = line.slice(0, at - lineAt);
    const isCut = start.trim() !== '';
    const quote = isCut ? (QUOTE_MARKS.exec(line)?.[0] ?? '') : '';
    if (fence !== undefined) return [fence.info, ''].map((info) => `${leadOf(fence)}${fence.marker}${info}\n${quote}`);
    if (isRow(line)) return table === undefined || isCut ? [quote] : [`${table}\n`];
    if (at === lineAt || quote !== '') return [quote];
    const around = isCut ? (afterLine(blocks, start).items ?? []) : itemsAround(items, line);
    return [around.map(({ marker }) => marker).join('')];
  }

  #closing(fence: Fence | undefined, end: number): string {
    if (fence === undefined) return '';
    const mark = leadOf(fence) + fence.marker;
    if (mark.length * 4 > this.#limit.max) return '';
    return this.#source[end - 1] === '\n' ? mark : `\n${mark}`;
  }

  /** Whether the page may end here. White space at its end needs no room: it can be left out. */
  #fits(end: number, fence: Fence | undefined): boolean {
    if (end > this.#bound) return false;
    const body = this.#source.slice(this.#from.at, end);
    const shown = fence === undefined ? body.trimEnd() : body;
    return this.#limit.measure(this.before + shown + this.#closing(fence, end)) <= this.#limit.max;
  }

  /** How many lines fit, from the first, each also while it arrives. */
  #fittingLines(): number {
    const fits = (index: number): boolean => this.#fits(this.#lines[index]?.end ?? 0, this.#lines[index]?.after.fence);
    const last = this.#lines.length - 1;
    const whole = fits(last) ? last + 1 : countWhile(last, fits);
    while (this.#arrived < whole && this.#fitsArriving(this.#arrived)) this.#arrived++;
    return this.#arrived < whole ? countWhile(this.#arrived, fits) : whole;
  }

  /**
   * A line that ends a fence, or looks as if it began one, needs a closing mark put in until all of it is there. A page
   * that was full then must be full now, so the line must fit with that mark.
   */
  #fitsArriving(index: number): boolean {
    const line = this.#lines[index];
    if (line === undefined || line.after.fence !== undefined) return true;
    const fence = (this.#lines[index - 1]?.after ?? this.#from.blocks).fence ?? fenceAsIf(line.after.line);
    return fence === undefined || this.#fits(line.end, fence);
  }

  /** How far the page could reach into the first line that does not fit. */
  #reach(fitting: number): number {
    const line = this.#lines[fitting];
    if (line === undefined) return this.#lines.at(-1)?.end ?? this.#from.at;
    const start = Math.max(line.start, this.#from.at);
    // Whether such a line fits depends on what it turns out to be: not even a part of it is shown.
    const leavesFence = this.#lines[fitting - 1]?.after.fence !== undefined;
    if (fitting > 0 && line.before.fence === undefined && (leavesFence || isFenceLike(line.after.line))) return start;
    const longest = Math.min(line.end, this.#bound) - start;
    const units = countWhile(longest, (index) => this.#fits(start + index + 1, line.before.fence));
    return toCodePoint(this.#source, start + units);
  }

  /** Where to end the page: after its beginning, and not after `reach`. */
  #end(fitting: number, reach: number): number {
    const { at: from } = this.#from;
    const lines = this.#lines.slice(0, fitting);
    const end: PageEnd = { source: this.#source, from, reach, lines, next: this.#lines[fitting] };
    const showsText = (at: number): boolean => this.#source.slice(from, at).trim() !== '';
    const best = breaksOf(end).find(({ at, fence }) => showsText(at) && this.#fits(at, fence));
    return best?.at ?? breakInWord(end);
  }
}

/** The line at `at` or as much of it as can be of interest, without its end. */
export function lineOf(source: string, at: number, max: number): string {
  return source.slice(at, at + 2 * max).split('\n', 1)[0] ?? '';
}

/** A fence's lead where no list stands above it: four spaces would make an indented code block of the fence. */
function leadOf({ lead }: Fence): string {
  return lead.includes('>') ? lead : lead.replaceAll('\t', '    ').slice(0, 3);
}

function fenceAsIf(line: string): Fence | undefined {
  return isFenceLike(line) ? { lead: '', marker: '```', info: '' } : undefined;
}

/** Moves back from between the halves of a surrogate pair. */
function toCodePoint(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? at - 1 : at;
}

/** How many of the first `count` indices hold, given that all that hold come first. */
function countWhile(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
