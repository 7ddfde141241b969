/** Lines of a text and the places where a page of it may end, best first: after a paragraph, a line, a sentence or a word, and never inside what belongs together. */
import { afterLine, type Blocks, type Fence, isRow, spansOf, withinLine } from './markdown.ts';

export interface Line {
  readonly start: number;
  /** After its line break. */
  readonly end: number;
  readonly before: Blocks;
  readonly after: Blocks;
}

/** A line to begin reading at, and what was open before it. */
export interface LineStart {
  readonly lineAt: number;
  readonly blocks: Blocks;
}

/** The part of a text in which a page ends. Nothing after the character at `reach` is looked at. */
export interface PageEnd {
  readonly source: string;
  /** Where the page begins, and how far it can go. */
  readonly from: number;
  readonly reach: number;
  /** The lines that fit whole, and the one that does not, unless all do. */
  readonly lines: readonly Line[];
  readonly next: Line | undefined;
}

export interface Break {
  readonly at: number;
  /** The lower, the better a place. */
  readonly rank: number;
  /** The fence that is open there. */
  readonly fence: Fence | undefined;
}

const RANK = { paragraph: 0, line: 1, sentence: 2, word: 3 } as const;
/** Added to the rank of a break in the first half of a page, of one that parts what belongs together, and of one in a line to be kept whole. */
const EARLY = 4;
const PARTING = 8;
const CUTTING = 16;

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** White space, with the end of a sentence before it or not; the end of a sentence in scripts that write no space after it. */
const GAP = /(?<stop>[.!?…]["'”’»)\]*_`]*)?\s+|(?<full>[。！？｡][」』）”’]*)\s*/gu;
/** Characters that make one grapheme with what stands before them. */
const JOINS = /^[\p{M}\p{Emoji_Modifier}\u200C\u200D]/u;
const HEADING = /^[\s>]*#{1,6}\s/u;
/** The beginning of a line that holds no text of its own yet. */
const BARE_START = /^[\s>]*(?:[-*+]|\d{1,9}[.)]|#{1,6})?\s*$/u;
/** Text that would turn into a heading, a list or the like at the beginning of a page, or may when more of it is known. */
const TURNS_INTO_BLOCK = /^(?:#{1,6}(?:\s|$)|[-*+](?:\s|$)|\d{1,9}(?:$|[.)](?:\s|$))|>|`{3}|~{3}|\||[-*_=]{3})/u;

/** The lines from `start` on, up to the one that holds `bound`. */
export function linesOf(source: string, start: LineStart, bound: number): readonly Line[] {
  const lines: Line[] = [];
  let { lineAt: at, blocks: above } = start;
  while (at < Math.min(source.length, bound)) {
    const end = lineEnd(source, at);
    const line = source.slice(at, end).replace(/\n$/u, '');
    const after = afterLine(above, line);
    lines.push({ start: at, end, before: withinLine(above, line), after });
    at = end;
    above = after;
  }
  return lines;
}

/** After the line break that ends the line at `at`, or at the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** Every place for a break outside words, best first, the later of two equal ones first. */
export function breaksOf(end: PageEnd): readonly Break[] {
  const parts = insideSpan(end);
  const breaks = [...lineBreaks(end, parts), ...innerBreaks(end, parts)];
  return breaks.sort((a, b) => a.rank - b.rank || b.at - a.at);
}

/** The last resort: between graphemes, or within one that is longer than a page. Always after `from`. */
export function breakInWord({ source, from, reach }: PageEnd): number {
  const start = Math.max(from, source.lastIndexOf('\n', reach - 1) + 1);
  const last = [...GRAPHEMES.segment(source.slice(start, reach))].at(-1);
  const at = start + (last?.index ?? 0);
  if (source.slice(from, at).trim() !== '') return at;
  if (reach > from) return reach;
  return from + String.fromCodePoint(source.codePointAt(from) ?? 0).length;
}

function lineBreaks(end: PageEnd, parts: (at: number) => boolean): readonly Break[] {
  const { source, lines } = end;
  const whole = nextStaysWhole(end);
  return lines.flatMap((line, index) => {
    if (isHead(end, index)) return [];
    const early = isEarly(end, line.end);
    const paragraph = isBlank(line) || source[line.end] === '\n' || source[line.end] === '#';
    const rank = paragraph && !(early && whole) ? RANK.paragraph : RANK.line;
    const worse = (early && !whole ? EARLY : 0) + (endsWithHeading(lines, index) || parts(line.end) ? PARTING : 0);
    return [{ at: line.end, rank: rank + worse, fence: line.after.fence }];
  });
}

/** A line of code or a table row is not cut while there is any line to break after. */
function nextStaysWhole({ next }: PageEnd): boolean {
  return next !== undefined && (next.before.fence !== undefined || isRow(next.after.line));
}

/** Whether the line is a fence's first line or a table's header: nothing without what follows, and repeated before it. */
function isHead({ lines }: PageEnd, index: number): boolean {
  const line = lines[index];
  if (line === undefined) return false;
  if (line.after.fence !== undefined) return line.before.fence === undefined;
  if (!isRow(line.after.line)) return false;
  if (line.after.table !== undefined) return line.before.table === undefined;
  // It may be a header. Whether the next line is a delimiter row is not known while that is on its way.
  return index === lines.length - 1 || lines[index + 1]?.after.table !== undefined;
}

function endsWithHeading(lines: readonly Line[], index: number): boolean {
  let text = index;
  while (text > 0 && lines[text]?.after.line.trim() === '') text--;
  return lines[text]?.after.fence === undefined && HEADING.test(lines[text]?.after.line ?? '');
}

/** Breaks within the first line that does not fit. */
function innerBreaks(end: PageEnd, parts: (at: number) => boolean): readonly Break[] {
  const { source, from, reach, next } = end;
  if (next === undefined) return [];
  const { fence } = next.before;
  const start = Math.max(next.start, from);
  const known = reach + ((source.codePointAt(reach) ?? 0) > 0xffff ? 2 : 1);
  return [...source.slice(start, reach).matchAll(GAP)].flatMap((gap) => {
    const at = start + gap.index + gap[0].length;
    const rest = source.slice(at, Math.min(at + 12, known));
    if (JOINS.test(rest) || BARE_START.test(source.slice(Math.max(next.start, at - 40), at))) return [];
    const word = gap.groups?.stop === undefined && gap.groups?.full === undefined;
    const parting = parts(at) || (fence === undefined && TURNS_INTO_BLOCK.test(rest));
    const worse = (isEarly(end, at) ? EARLY : 0) + (parting ? PARTING : 0) + (nextStaysWhole(end) ? CUTTING : 0);
    return [{ at, rank: (word ? RANK.word : RANK.sentence) + worse, fence }];
  });
}

/** Tells which places lie inside a code span or a link of the paragraph that the page would end in. */
function insideSpan({ source, from, reach, lines, next }: PageEnd): (at: number) => boolean {
  if (next === undefined || next.before.fence !== undefined) return () => false;
  const isText = (line: Line): boolean => !isBlank(line) && (line.before.fence ?? line.after.fence) === undefined;
  const above = lines.slice(lines.findLastIndex((line) => !isText(line)) + 1);
  const start = Math.max(from, above[0]?.start ?? next.start);
  const spans = spansOf(source.slice(start, reach));
  return (at) => spans.some(([first, last]) => start + first < at && at < start + last);
}

function isBlank(line: Line): boolean {
  return line.after.line.trim() === '';
}

function isEarly({ from, reach }: PageEnd, at: number): boolean {
  return at - from < (reach - from) / 2;
}
