/**
 * Splits Markdown into pages that each fit one message and each render whole.
 *
 * A page that is full is decided by its own text and the first character that no longer fits, so it never changes when
 * more text arrives. What is put in so that a page renders whole (a fence closed and reopened, a table's header, quote
 * marks) is kept apart from the source: taking it out and joining the rest gives the source, character by character.
 */
import { breakInWord, breaksOf, type Line, lineEnd, linesOf, type PageEnd } from './breaks.ts';
import {
  afterLine,
  type Blocks,
  endsFence,
  type Fence,
  isFenceLike,
  isRow,
  NO_BLOCKS,
  withinLine,
} from './markdown.ts';

export interface PageLimit {
  /** The longest page, in the unit of `measure`; from 100 up, so that the marks put in leave room for text. */
  readonly max: number;
  /** Length as the platform counts it, after its formatting. Must not shrink when text is appended. */
  readonly measure: (page: string) => number;
}

/** One page. Its source is `lead + body + trail`, what is shown is `before + body + after`. */
export interface Page {
  /** White space at the start of the source; only on the first page. */
  readonly lead: string;
  /** Put in: what was open where the page begins. */
  readonly before: string;
  readonly body: string;
  /** Put in: the closing mark of a fence that goes on. */
  readonly after: string;
  /** White space between pages, and a closing mark that `after` already shows. */
  readonly trail: string;
}

/** A place between two pages. */
interface Spot {
  readonly at: number;
  /** Where the line that holds it begins: the same place, unless the line was cut. */
  readonly lineAt: number;
  /** What was open before that line. */
  readonly blocks: Blocks;
}

const QUOTE_MARKS = /^(?: {0,3}> ?)+/u;

/**
 * The pages of a text, in order; none for a blank one. Each has at most `max` by `measure`. They break after a
 * paragraph, a line, a sentence or a word, in this order of preference, and inside a word only where it fills a page.
 */
export function paginate(markdown: string, limit: PageLimit): string[] {
  return pagesOf(markdown, limit).map(({ before, body, after }) => before + body + after);
}

/** The pages with what was put in kept apart; their sources joined are `markdown`, unless that is blank. */
export function pagesOf(markdown: string, limit: PageLimit): readonly Page[] {
  const pages: Page[] = [];
  const begin = afterBlanks(markdown, 0, limit.max);
  let spot: Spot = { at: begin, lineAt: begin, blocks: NO_BLOCKS };
  while (spot.at < markdown.length) {
    const { page, next } = new Cutter(markdown, limit, spot).page();
    pages.push(pages.length === 0 ? { ...page, lead: markdown.slice(0, begin) } : page);
    spot = next;
  }
  return pages;
}

/** Cuts one page. */
class Cutter {
  readonly #source: string;
  readonly #limit: PageLimit;
  readonly #from: Spot;
  readonly #before: string;
  /** A page holds at most twice `max` UTF-16 units, however little they measure: this bounds the work. */
  readonly #bound: number;
  readonly #lines: readonly Line[];

  constructor(source: string, limit: PageLimit, from: Spot) {
    this.#source = source;
    this.#limit = limit;
    this.#from = from;
    this.#bound = from.at + 2 * limit.max;
    this.#lines = linesOf(source, from, this.#bound);
    this.#before = this.#reopenings().find((before) => limit.measure(before) * 4 <= limit.max) ?? '';
  }

  page(): { readonly page: Page; readonly next: Spot } {
    const fitting = this.#fittingLines();
    const last = this.#lines[fitting - 1];
    if (last !== undefined && last.end === this.#source.length)
      return this.#pageTo({ at: last.end, lineAt: last.end, blocks: last.after });
    const reach = this.#reach(fitting);
    const at = this.#cut(fitting, reach);
    const line = this.#lines.slice(0, fitting).find((line) => line.end === at);
    if (line !== undefined) return this.#pageTo({ at, lineAt: at, blocks: line.after });
    const cutLine = this.#lines[fitting] ?? last;
    return this.#pageTo({ at, lineAt: cutLine?.start ?? at, blocks: cutLine?.before ?? NO_BLOCKS });
  }

  /** What could stand before the first line so that it reads as it would have without the cut, best first. */
  #reopenings(): readonly string[] {
    const { at, lineAt } = this.#from;
    const line = this.#source.slice(lineAt, lineEnd(this.#source, lineAt));
    const { fence, table } = withinLine(this.#from.blocks, line);
    const quote = at === lineAt ? '' : (QUOTE_MARKS.exec(line)?.[0] ?? '');
    if (fence !== undefined) return [fence.info, ''].map((info) => `${leadOf(fence)}${fence.marker}${info}\n${quote}`);
    return table !== undefined && at === lineAt && isRow(line) ? [`${table}\n`] : [quote];
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
    return this.#limit.measure(this.#before + shown + this.#closing(fence, end)) <= this.#limit.max;
  }

  /** How many lines fit, from the first, each also while it arrives. */
  #fittingLines(): number {
    const fits = (index: number): boolean => this.#fits(this.#lines[index]?.end ?? 0, this.#lines[index]?.after.fence);
    const whole = countWhile(this.#lines.length, fits);
    const late = this.#lines.slice(0, whole).findIndex((_, index) => !this.#fitsArriving(index));
    return late === -1 ? whole : countWhile(late, fits);
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
    if (fitting > 0 && line.before.fence === undefined && isFenceLike(line.after.line)) return start;
    const longest = Math.min(line.end, this.#bound) - start;
    const units = countWhile(longest, (index) => this.#fits(start + index + 1, line.before.fence));
    return toCodePoint(this.#source, start + units);
  }

  /** Where to end the page: after its beginning, and not after `reach`. */
  #cut(fitting: number, reach: number): number {
    const { at: from } = this.#from;
    const lines = this.#lines.slice(0, fitting);
    const end: PageEnd = { source: this.#source, from, reach, lines, next: this.#lines[fitting] };
    const showsText = (at: number): boolean => this.#source.slice(from, at).trim() !== '';
    const best = breaksOf(end).find(({ at, fence }) => showsText(at) && this.#fits(at, fence));
    return best?.at ?? breakInWord(end);
  }

  #pageTo(spot: Spot): { readonly page: Page; readonly next: Spot } {
    const { at: from } = this.#from;
    const next = this.#afterGap(spot);
    const after = this.#closing(spot.blocks.fence, spot.at);
    const body = this.#source.slice(from, spot.at);
    const whole = this.#limit.measure(this.#before + body + after) <= this.#limit.max;
    const shown = whole ? body : body.trimEnd();
    const trail = this.#source.slice(from + shown.length, next.at);
    return { page: { lead: '', before: this.#before, body: shown, after, trail }, next };
  }

  /** Skips what would begin a page without showing anything: a line's end, blank lines, the end of a fence that was just closed. */
  #afterGap(spot: Spot): Spot {
    let { at, lineAt, blocks } = spot;
    if (at !== lineAt && this.#source[at] === '\n') {
      blocks = afterLine(blocks, this.#source.slice(lineAt, at));
      lineAt = ++at;
    }
    const line = this.#source.slice(at, lineEnd(this.#source, at));
    if (at === lineAt && blocks.fence !== undefined && endsFence(blocks.fence, line)) {
      blocks = NO_BLOCKS;
      lineAt = at += line.length;
    }
    const text = afterBlanks(this.#source, at, this.#limit.max);
    const { fence } = withinLine(blocks, this.#source.slice(text, lineEnd(this.#source, text)));
    if (text === at || (fence !== undefined && text < this.#source.length)) return { at, lineAt, blocks };
    return { at: text, lineAt: text, blocks: NO_BLOCKS };
  }
}

/** A fence's lead where no list stands above it: four spaces would make an indented code block of the fence. */
function leadOf({ lead }: Fence): string {
  return lead.includes('>') ? lead : lead.replaceAll('\t', '    ').slice(0, 3);
}

function fenceAsIf(line: string): Fence | undefined {
  return isFenceLike(line) ? { lead: '', marker: '```', info: '' } : undefined;
}

/** After the blank lines from `at` on, and after an indentation that would fill half a page. */
function afterBlanks(text: string, at: number, max: number): number {
  const rest = /\S/gu;
  rest.lastIndex = at;
  const found = rest.exec(text)?.index ?? text.length;
  const line = Math.max(at, text.lastIndexOf('\n', found) + 1);
  return found === text.length || found - line > max / 2 ? found : line;
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
