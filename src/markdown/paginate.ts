/**
 * Splits Markdown into pages that each fit one message and each render whole.
 *
 * A page that is full is decided by its own text and the first character that no longer fits, so it never changes when
 * more text arrives. What is put in so that a page renders whole (a fence closed and reopened, a table's header, the marks
 * of quotes and of list items) is kept apart from the source: taking it out and joining the rest gives the source,
 * character by character.
 */
import { afterLine, type Blocks, endsFence, isFenceLike, isRow, itemsAround, NO_BLOCKS, withinLine } from './blocks.ts';
import { Cutter, lineOf } from './cutter.ts';
import { Scanner } from './scanner.ts';

export interface PageLimit {
  /** The longest page, in the unit of `measure`; from 100 up, so that the marks put in leave room for text. */
  readonly max: number;
  /** Room that a message has beyond `max` for the marks that close a view, in the same unit; none when absent. */
  readonly reserve?: number;
  /** Length as the platform counts it, after its formatting. Must not shrink when text is appended. */
  readonly measure: (page: string) => number;
}

/** One page. Its source is `lead + body + trail`, what is shown is `before + body + after`. */
export interface Page {
  /** UTF-16 units of the source in front of `body`. */
  readonly start: number;
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
export interface Spot {
  readonly at: number;
  /** Where the line that holds it begins: the same place, unless the line was cut or its indentation is left out. */
  readonly lineAt: number;
  /** What was open before that line. */
  readonly blocks: Blocks;
}

/** So much of a line tells what it is. */
const LINE_START = 200;
const INDENT = /^[ \t]*(?=\S)/u;

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
  let spot = firstSpot(markdown, limit);
  while (spot.at < markdown.length) {
    const cutter = new Cutter(markdown, limit, spot);
    const end = cutter.cut(markdown).end;
    const next = spotAfter(markdown, end, limit);
    const shown = cutter.shown(end);
    const [start, lead] = [spot.at, pages.length === 0 ? markdown.slice(0, spot.at) : ''];
    pages.push({ start, lead, ...shown, trail: markdown.slice(start + shown.body.length, next.at) });
    spot = next;
  }
  return pages;
}

/** The page of a growing text that is not full. */
interface LastPage {
  readonly cutter: Cutter;
  readonly scanner: Scanner;
  /** Up to here the scanner has the text. */
  scanned: number;
  /** Whether it begins where it does whatever comes. */
  readonly isFixed: boolean;
}

/** The pages of a text that grows. Those that are full are made once and kept, so that a view costs its last page. */
export class Pager<Shown> {
  readonly #limit: PageLimit;
  readonly #show: (markdown: string) => Shown | undefined;
  #text = '';
  #full: readonly Shown[] = [];
  /** Where the last full page ends. */
  #end: Spot | undefined;
  #last: LastPage | undefined;
  #made: { readonly markdown: string; readonly pages: readonly Shown[] } = { markdown: '', pages: [] };

  /** @param show What a platform makes of the Markdown of a page; undefined when nothing of it can be seen. */
  constructor(limit: PageLimit, show: (markdown: string) => Shown | undefined) {
    this.#limit = limit;
    this.#show = show;
  }

  /**
   * The pages of `text`: those of `paginate`, but that on the last one nothing is left open. A page that is as it was at the
   * last call is the same object. Costs the last page where `text` begins with the text of that call, and all of them else.
   */
  pages(text: string): readonly Shown[] {
    // Ten times as fast as `startsWith`, which compares one character after the other.
    const goesOn = text.slice(0, this.#text.length) === this.#text;
    if (!goesOn) [this.#full, this.#end, this.#last] = [[], undefined, undefined];
    this.#text = text;
    for (let last = this.#lastPage(); last !== undefined; last = this.#lastPage()) {
      const { end, isFull } = last.cutter.cut(text);
      const { before, body, after } = last.cutter.shown(end);
      if (!isFull) return [...this.#full, ...this.#pagesOf(this.#healed(last, before + body, after))];
      this.#full = [...this.#full, ...this.#pagesOf(before + body + after)];
      [this.#end, this.#last] = [end, undefined];
    }
    return this.#full;
  }

  #lastPage(): LastPage | undefined {
    if (this.#last?.isFixed === true) return this.#last;
    const [text, limit] = [this.#text, this.#limit];
    const spot = this.#end === undefined ? firstSpot(text, limit) : spotAfter(text, this.#end, limit);
    if (spot.at >= text.length) return undefined;
    const isFixed = text.length - spot.at > LINE_START || text.includes('\n', spot.at);
    const [cutter, scanner] = [new Cutter(text, limit, spot), new Scanner()];
    scanner.add(cutter.before);
    this.#last = { cutter, scanner, scanned: spot.at, isFixed };
    return this.#last;
  }

  /** The page with nothing left open; where the closing marks do not fit, as much of it as has nothing open. */
  #healed(last: LastPage, page: string, after: string): string {
    last.scanner.add(this.#text.slice(last.scanned));
    last.scanned = this.#text.length;
    const healed = last.scanner.healed();
    const { max, reserve = 0, measure } = this.#limit;
    for (const shown of [healed, healed.trimEnd()])
      if (page.startsWith(shown) || measure(shown) <= max + reserve) return shown;
    return after === '' ? last.scanner.text.slice(0, last.scanner.settled()).trimEnd() : page + after;
  }

  #pagesOf(markdown: string): readonly Shown[] {
    if (this.#made.markdown !== markdown) {
      const shown = this.#show(markdown);
      this.#made = { markdown, pages: shown === undefined ? [] : [shown] };
    }
    return this.#made.pages;
  }
}

/** Where the first page begins; at the end of a blank text. */
export function firstSpot(source: string, { max }: PageLimit): Spot {
  const at = afterBlanks(source, 0, max);
  return { at, lineAt: at, blocks: NO_BLOCKS };
}

/**
 * Where the page after one that ends at `end` begins. Skips what would begin it without showing anything: a line's end, blank
 * lines, the end of a fence that was just closed, and the indentation that the marks of the items around stand for. Until
 * the line that it is in has an end, more text may move it.
 */
export function spotAfter(source: string, end: Spot, { max }: PageLimit): Spot {
  let { at, lineAt, blocks } = end;
  if (at !== lineAt && source[at] === '\n') {
    blocks = afterLine(blocks, source.slice(lineAt, Math.min(at, lineAt + 2 * max)));
    lineAt = ++at;
  }
  const line = lineOf(source, at, max);
  if (at === lineAt && blocks.fence !== undefined && endsFence(blocks.fence, line)) {
    blocks = withoutFence(blocks);
    lineAt = at = Math.min(source.length, at + line.length + 1);
  }
  const text = afterBlanks(source, at, max);
  const { fence } = withinLine(blocks, lineOf(source, text, max));
  if (text !== at && (fence === undefined || text === source.length))
    return withoutIndent(source, { at: text, lineAt: text, blocks: withoutFence(blocks) });
  return fence === undefined ? withoutIndent(source, { at, lineAt, blocks }) : { at, lineAt, blocks };
}

/** The items around stand in the marks put in, so their indentation is left out. Rows and fences keep theirs. */
function withoutIndent(source: string, spot: Spot): Spot {
  const { at, lineAt, blocks } = spot;
  const line = source.slice(at, at + LINE_START);
  const isLoose = at === lineAt && !isRow(line) && !isFenceLike(line);
  if (!isLoose || itemsAround(blocks.items ?? [], line).length === 0) return spot;
  return { ...spot, at: at + (INDENT.exec(line)?.[0].length ?? 0) };
}

function withoutFence({ items }: Blocks): Blocks {
  return items === undefined ? NO_BLOCKS : { line: '', items };
}

/** After the blank lines from `at` on, and after an indentation that would fill half a page. */
function afterBlanks(text: string, at: number, max: number): number {
  const rest = /\S/gu;
  rest.lastIndex = at;
  const found = rest.exec(text)?.index ?? text.length;
  const line = at + text.slice(at, found).lastIndexOf('\n') + 1;
  return found === text.length || found - line > max / 2 ? found : line;
}
