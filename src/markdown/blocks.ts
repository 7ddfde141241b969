/**
 * Markdown that is still being written: which blocks are open after a line, where code spans and links stand, and a
 * scanner that closes the open tail of a growing answer for a view.
 *
 * The scanner looks at lines and marks as CommonMark and GFM define them, and at no more of them than it needs.
 * @see https://spec.commonmark.org/0.31.2/
 * @see https://github.github.com/gfm/#tables-extension-
 */
import remend, { INCOMPLETE_IMAGE_PLACEHOLDER } from 'remend';

export interface Fence {
  /** Quote marks and indentation before the marker, list markers turned to spaces. */
  readonly lead: string;
  /** Three or more backticks or tildes. */
  readonly marker: string;
  readonly info: string;
}

/** What a line leaves open for the next one. */
export interface Blocks {
  /** The line itself, without its end. */
  readonly line: string;
  readonly fence?: Fence;
  /** Header and delimiter row of the table the line stands in, as two lines. */
  readonly table?: string;
}

export const NO_BLOCKS: Blocks = { line: '' };

/** Bounded, as the markers below: a mark that is repeated on every page must leave room for text. */
const LEAD = String.raw`(?<lead>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t]){0,20})`;
const FENCE = new RegExp(`^${LEAD}(?:(?<ticks>\`{3,16})(?<info>[^\`]*)|(?<tildes>~{3,16}(?!~))(?<title>[^]*))$`, 'u');
const FENCE_LIKE = new RegExp(`^${LEAD}(?:\`{3}|~{3})`, 'u');
const FENCE_END = /^(?<lead>[ \t>]*)(?<marker>`{3,}|~{3,})[ \t\r]*$/u;
const ROW = /^[ \t>]*\|/u;
const DELIMITER_CELL = /^:?-+:?$/u;
/** A line that begins a block of its own, so that no emphasis or link reaches into it from the lines above. */
const BLOCK_START = /^[ \t>]*(?:#{1,6}[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t]|\||$)/u;

/** What is open after `line`, given what was open before it. */
export function afterLine(above: Blocks, line: string): Blocks {
  const before = withinLine(above, line);
  const { fence } = before;
  if (fence !== undefined) return endsFence(fence, line) ? { line } : { line, fence };
  const opened = fenceOf(line);
  if (opened !== undefined) return { line, fence: opened };
  const table = tableOf(before, line);
  return table === undefined ? { line } : { line, table };
}

export function isRow(line: string): boolean {
  return ROW.test(line);
}

/** Whether the line begins like a fence, as it does also while its info string, or the rest of a code span, is on the way. */
export function isFenceLike(line: string): boolean {
  return FENCE_LIKE.test(line);
}

/** Whether the line is this fence's closing mark. */
export function endsFence(fence: Fence, line: string): boolean {
  const end = FENCE_END.exec(line)?.groups;
  if (end?.marker === undefined || end.lead === undefined) return false;
  return end.marker.startsWith(fence.marker) && end.lead.length <= fence.lead.length + 3;
}

/** What of the blocks above holds within this line: a quote ends where its marks end, and takes the fence in it along. */
export function withinLine(above: Blocks, line: string): Blocks {
  const leavesQuote = above.fence?.lead.includes('>') === true && /^[ \t]*[^\s>]/u.test(line);
  return leavesQuote ? NO_BLOCKS : above;
}

function fenceOf(line: string): Fence | undefined {
  const found = FENCE.exec(line)?.groups;
  if (found === undefined) return undefined;
  const { lead = '', ticks, tildes, info, title } = found;
  return { lead: lead.replace(/[^\s>]/gu, ' '), marker: ticks ?? tildes ?? '', info: (info ?? title ?? '').trim() };
}

function tableOf(before: Blocks, line: string): string | undefined {
  if (!isRow(line)) return undefined;
  if (before.table !== undefined) return before.table;
  return isRow(before.line) && isDelimiter(line) ? `${before.line}\n${line}` : undefined;
}

function isDelimiter(line: string): boolean {
  const cells = line.replace(ROW, '').trim().replace(/\|$/u, '').split('|');
  return cells.every((cell) => DELIMITER_CELL.test(cell.trim()));
}

export type Span = readonly [start: number, end: number];

/** Characters after which an opening mark that found no closing one is taken for text; a link with a long address is shorter. */
const OPEN_CHARS = 600;
/** The longest address looked for. */
const ADDRESS_CHARS = 2048;

/**
 * Where code spans and links stand in the text of one block. One that is still open at the end, and began not long before
 * it, has no end: its closing mark may be on the way.
 */
export function spansOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  const brackets: number[] = [];
  const unclosed = new Set<string>();
  const marks = /\\.|`+|\[|\](\()?/gsu;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const [found, paren] = mark;
    if (found.startsWith('`')) {
      const end = unclosed.has(found) ? -1 : endOfCode(text, marks.lastIndex, found);
      if (end === -1) unclosed.add(found);
      if (end !== -1 || isRecent(text, mark.index)) spans.push([mark.index, end === -1 ? Infinity : end]);
      if (end !== -1) marks.lastIndex = end;
    } else if (found === '[') {
      brackets.push(mark.index);
    } else if (found.startsWith(']')) {
      const start = brackets.pop();
      if (start === undefined) continue;
      const end = paren === undefined ? marks.lastIndex : endOfAddress(text, marks.lastIndex);
      if (end === text.length && isRecent(text, start)) spans.push([start, Infinity]);
      else if (paren !== undefined) spans.push([start, end]);
    }
  }
  for (const start of brackets) if (isRecent(text, start)) spans.push([start, Infinity]);
  return spans;
}

function isRecent(text: string, start: number): boolean {
  return text.length - start <= OPEN_CHARS;
}

function endOfCode(text: string, from: number, ticks: string): number {
  for (let at = text.indexOf(ticks, from); at !== -1; at = text.indexOf(ticks, at)) {
    let end = at;
    while (text[end] === '`') end++;
    if (end - at === ticks.length) return end;
    at = end;
  }
  return -1;
}

/** After the address of a link that began before `from`, or at the end of its line; parentheses inside come in pairs. */
function endOfAddress(text: string, from: number): number {
  let depth = 1;
  let at = from;
  const longest = Math.min(text.length, from + ADDRESS_CHARS);
  for (; at < longest && depth > 0; at++) {
    const char = text.charAt(at);
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '\n') return at;
  }
  return at;
}

/** What remend closes. It would also rewrite text that needs no closing; that is left as the model wrote it. */
const REMEND = {
  linkMode: 'text-only',
  katex: false,
  images: false,
  htmlTags: false,
  singleTilde: false,
  comparisonOperators: false,
} as const;
/** A line that may become the first or the last of a fence. */
const PART_OF_FENCE = /^[ \t>]*(?:`{1,2}|~{1,2})$/u;

/** A text that grows, and views of it in which nothing is left open. Work goes with the block that is open, not with the text. */
export class Scanner {
  /** Blocks that nothing to come can change. */
  #settled = '';
  /** The whole lines of the open block, and the line that has no end yet. */
  #block = '';
  #line = '';
  /** What is open before that line. */
  #above: Blocks = NO_BLOCKS;
  /** The first half of a surrogate pair, until the second one comes. */
  #half = '';

  add(text: string): void {
    const whole = this.#half + text;
    const end = /[\uD800-\uDBFF]$/.test(whole) ? whole.length - 1 : whole.length;
    this.#half = whole.slice(end);
    let from = 0;
    for (let at = whole.indexOf('\n'); at !== -1; at = whole.indexOf('\n', from)) {
      this.#endLine(this.#line + whole.slice(from, at));
      this.#line = '';
      from = at + 1;
    }
    this.#line += whole.slice(from, end);
  }

  /** The text so far with open fences, emphasis, code and links closed. What cannot be shown in part is left out. */
  healed(): string {
    const { fence } = withinLine(this.#above, this.#line);
    const before = this.#settled + this.#block;
    if (fence !== undefined) return before + healedCode(fence, this.#line);
    if (isFenceLike(this.#line) || PART_OF_FENCE.test(this.#line)) return before;
    if (BLOCK_START.test(this.#line)) return before + healedText(this.#line);
    return this.#settled + healedText(this.#block + this.#line);
  }

  #endLine(line: string): void {
    const after = afterLine(this.#above, line);
    const isCode = (withinLine(this.#above, line).fence ?? after.fence) !== undefined;
    if (isCode || BLOCK_START.test(line)) {
      this.#settled += this.#block;
      this.#block = '';
    }
    if (isCode) this.#settled += `${line}\n`;
    else this.#block += `${line}\n`;
    this.#above = after;
  }
}

/** The last line of code that is still open. */
function healedCode({ lead, marker, ...fence }: Fence, line: string): string {
  if (endsFence({ lead, marker, ...fence }, line)) return line;
  if (line === '' || PART_OF_FENCE.test(line)) return lead + marker;
  return `${line}\n${lead}${marker}`;
}

function healedText(text: string): string {
  const images = spansOf(text).filter(([start, end]) => end === Infinity && text[start - 1] === '!');
  const shown = text.slice(0, Math.min(text.length, ...images.map(([start]) => start - 1)));
  const healed = remend(shown, REMEND);
  // Written after an image that remend alone takes for unfinished.
  return healed.includes(INCOMPLETE_IMAGE_PLACEHOLDER) ? shown : healed;
}
