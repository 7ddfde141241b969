/** Places where a page of a text may end, best first: after a paragraph, a line, a sentence or a word, and never inside what belongs together. */
import { type Blocks, type Fence, isRow } from './blocks.ts';
import { spansOf } from './scanner.ts';

export interface Line {
  readonly start: number;
  /** After its line break, or where nothing more of it can be of interest. */
  readonly end: number;
  readonly before: Blocks;
  readonly after: Blocks;
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

type IsParted = (at: number) => boolean;

const RANK = { paragraph: 0, line: 1, item: 2, sentence: 3, word: 4 } as const;
/** Added to the rank of a break in the first half of a page, of one that parts what belongs together, and of one in a line to be kept whole. */
const EARLY = 5;
const PARTING = 10;
const CUTTING = 20;

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** White space, with the end of a sentence before it or not; the end of a sentence in scripts that write no space after it. */
const GAP = /(?<stop>[.!?…]["'”’»)\]*_`]*)?\s+|(?<full>[。！？｡」][』」）”’]*)\s*/gu;
/** Characters that make one grapheme with what stands before them. */
const JOINS = /^[\p{M}\p{Emoji_Modifier}\u200C\u200D]/u;
const HEADING = /^[\s>]*#{1,6}\s/u;
/** The beginning of a line that holds no text of its own yet. */
const BARE_START = /^[\s>]*(?:[-*+]|\d{1,9}[.)]|#{1,6})?\s*$/u;
/** Text that would turn into a heading, a list or the like at the beginning of a page, or may when more of it is known. */
const TURNS_INTO_BLOCK = /^(?:#{1,6}(?:\s|$)|[-*+](?:\s|$)|\d{1,9}(?:$|[.)](?:\s|$))|>|`{3}|~{3}|\||[-*_=]{3})/u;

/** Every place for a break outside words, best first, the later of two equal ones first. */
export function breaksOf(end: PageEnd): readonly Break[] {
  const isParted = partedIn(end);
  const breaks = [...lineBreaks(end, isParted), ...innerBreaks(end, isParted)];
  return breaks.sort((a, b) => a.rank - b.rank || b.at - a.at);
}

/**
 * The last resort: between graphemes and before a span that would be parted, or within a grapheme or a span that is longer
 * than a page. Always after `from`.
 */
export function breakInWord(end: PageEnd): number {
  const { source, from, reach } = end;
  const showsText = (at: number): boolean => source.slice(from, at).trim() !== '';
  const at = graphemeBefore(source, from + source.slice(from, reach).lastIndexOf('\n') + 1, reach);
  const span = spansIn(end).find(({ start, end }) => start < at && at < end && showsText(start));
  if (span !== undefined) return span.start;
  if (showsText(at)) return at;
  if (reach > from) return reach;
  return from + String.fromCodePoint(source.codePointAt(from) ?? 0).length;
}

/** Where the last grapheme begins. */
function graphemeBefore(source: string, start: number, end: number): number {
  const graphemes = GRAPHEMES.segment(source.slice(start, end));
  return start + (graphemes.containing(end - start - 1)?.index ?? 0);
}

function lineBreaks(end: PageEnd, isParted: IsParted): readonly Break[] {
  const { source, lines } = end;
  const whole = nextStaysWhole(end);
  return lines.flatMap((line, index) => {
    if (isHead(end, index)) return [];
    const early = isEarly(end, line.end);
    const paragraph = isBlank(line) || source[line.end] === '\n' || source[line.end] === '#';
    const rank = paragraph && !(early && whole) ? RANK.paragraph : isInItem(end, line) ? RANK.item : RANK.line;
    const worse = (early && !whole ? EARLY : 0) + (endsWithHeading(lines, index) || isParted(line.end) ? PARTING : 0);
    return [{ at: line.end, rank: rank + worse, fence: line.after.fence }];
  });
}

/** Whether what follows the line is part of an item that begins above: indented text, or an item of a list within. */
function isInItem({ source }: PageEnd, { end, after }: Line): boolean {
  return after.fence === undefined && after.items !== undefined && /^[ \t]/u.test(source.charAt(end));
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
function innerBreaks(end: PageEnd, isParted: IsParted): readonly Break[] {
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
    const parting = isParted(at) || (fence === undefined && TURNS_INTO_BLOCK.test(rest));
    const worse = (isEarly(end, at) ? EARLY : 0) + (parting ? PARTING : 0) + (nextStaysWhole(end) ? CUTTING : 0);
    return [{ at, rank: (word ? RANK.word : RANK.sentence) + worse, fence }];
  });
}

function partedIn(end: PageEnd): IsParted {
  const spans = spansIn(end);
  return (at) => spans.some(({ start, end }) => start < at && at < end);
}

/** The spans of the paragraph that the page would end in. */
function spansIn({ source, from, reach, lines, next }: PageEnd): ReturnType<typeof spansOf> {
  if (next === undefined || next.before.fence !== undefined) return [];
  const isText = (line: Line): boolean => !isBlank(line) && (line.before.fence ?? line.after.fence) === undefined;
  const above = lines.slice(lines.findLastIndex((line) => !isText(line)) + 1);
  const begin = Math.max(from, above[0]?.start ?? next.start);
  return spansOf(source.slice(begin, reach)).map(({ start, end }) => ({ start: begin + start, end: begin + end }));
}

function isBlank(line: Line): boolean {
  return line.after.line.trim() === '';
}

function isEarly({ from, reach }: PageEnd, at: number): boolean {
  return at - from < (reach - from) / 2;
}
