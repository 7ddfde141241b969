/** Where a mark may be put into a finished Markdown text without changing how the rest of it reads. */
import { afterLine, type Blocks, NO_BLOCKS, withinLine } from '../markdown/blocks.ts';
import { cellEndsOf, type OutlinedLine, outlineOf } from './outline.ts';
import { mathIn, type Opaque, opaqueIn } from './opaque.ts';

/** UTF-16 units of a text: what stands from `start` to before `end`. */
export interface Passage {
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly at: number;
  readonly block: number;
}

/** What no block begins with. */
const SIGN = /[\p{L}\p{N}\p{Extended_Pictographic})}]/u;
/** What belongs to the word before it also where a space stands between, as in French and German. */
const CLOSING = /[ \t]+[!?:;.,…»”%)\]}]+(?=\s|$)/uy;
/** More than a dash, a bar or a star. */
const WORD = /[\p{L}\p{N}\p{Extended_Pictographic}]|^[!?:;.,…»”%)\]}]+$/u;
/** Scripts that write no spaces end a sentence like this, and go on like that. */
const FULL_STOP = /[。！？｡」』）】》〉〕](?=[\p{L}\p{N}「『（【《〈〔])/gu;
/** A definition of a link or a footnote, which is not shown where it stands. */
const DEFINITION = /^\[(?:[^[\]\\]|\\[^])+\]:/u;
/** It would begin an item if more stood behind it. */
const BARE_NUMBER = /^\d{1,9}[.)](?=[ \t]|$)/u;
const LAST_BACKSLASH = /(?<!\\)(?:\\\\)*\\$/u;
/** Marks that open emphasis where a sign follows them, and none where a space does. */
const OPENING = /(?<![\p{L}\p{N}*])\*+$|(?<![\p{L}\p{N}_])_+$|(?<![\p{L}\p{N}~])~+$/u;

/**
 * Finds where the mark of a passage stands, as UTF-16 units of the text before it: at the passage's end or, where that is no
 * place for a mark, as soon after it in the same paragraph or row as there is one, or else before it within the passage;
 * undefined when there is none.
 *
 * A place is followed by white space, by the end of its line or cell or, in scripts without spaces, by the next sentence. It
 * is never inside code, a link, an image, an address, a tag or math, and never at the beginning of a line.
 */
export function placeFinder(text: string): (passage: Passage) => number | undefined {
  const lines = linesOf(text);
  const places = placesIn(text, lines);
  return ({ start, end }) => {
    const last = start + text.slice(start, end).trimEnd().length;
    const { block } = lines[countBelow(lines, last, (line) => line.start) - 1] ?? { block: 0 };
    const next = countBelow(places, last, ({ at }) => at);
    const [before, after] = [places[next - 1], places[next]];
    if (after?.block === block) return after.at;
    return before !== undefined && before.at > start ? before.at : undefined;
  };
}

/** How many of these, which are in order, stand before a place. */
export function countBelow<T>(all: ArrayLike<T>, place: number, placeOf: (one: T) => number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Between the bounds there is always one.
    if (placeOf(all[middle] as T) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The outline, where nothing that any platform shows as a fence counts as text. */
function linesOf(text: string): readonly OutlinedLine[] {
  let above: Blocks = NO_BLOCKS;
  return outlineOf(text).map((line, index, all) => {
    const content = text.slice(line.start, all[index + 1]?.start).replace(/[\r\n]+$/u, '');
    const { fence } = withinLine(above, content);
    above = afterLine(above, content);
    return (fence ?? above.fence) === undefined || line.kind === 'other' ? line : { ...line, kind: 'doubtful' };
  });
}

function placesIn(text: string, lines: readonly OutlinedLine[]): readonly Place[] {
  const masked = maskedOf(text, lines);
  const opaque = [...mathIn(masked)];
  for (const block of Map.groupBy(lines, (line) => line.block).values()) {
    const from = block[0]?.from ?? 0;
    const content = masked.slice(from, block.at(-1)?.to);
    const inside = DEFINITION.test(content) ? [[0, content.length + 1] as const] : opaqueIn(content);
    for (const [start, end] of inside) opaque.push([from + start, from + end]);
  }
  const depth = depthsOf(text.length, opaque);
  return lines.flatMap((line) =>
    endsIn(masked.slice(line.from, line.to), line)
      .map((end) => ({ at: line.from + end, block: line.block }))
      .filter(({ at }) => depth[at] === 0),
  );
}

function endsIn(content: string, { kind, columns }: OutlinedLine): readonly number[] {
  if (kind === 'row')
    return endsOfCells(content)
      .slice(0, columns)
      .filter((end) => end !== -1);
  if (kind === 'doubtful' || kind === 'other') return [];
  const words = endsOfWords(content);
  if (kind === 'lazy') return words.filter((end) => end === content.length);
  // A line with bars may be a row for a reader that takes more for a table than the outline does.
  const cells = endsOfCells(content);
  return cells.length > 1 ? words.filter((end) => cells.includes(end)) : words;
}

/** For each place of a text, how many opaque pieces it is inside of; where one begins or ends is not inside of it. */
function depthsOf(length: number, opaque: readonly Opaque[]): Int32Array {
  const depth = new Int32Array(length + 3);
  for (const [start, end] of opaque) {
    depth[start + 1] = (depth[start + 1] ?? 0) + 1;
    depth[end] = (depth[end] ?? 0) - 1;
  }
  for (let at = 1; at < depth.length; at++) depth[at] = (depth[at] ?? 0) + (depth[at - 1] ?? 0);
  return depth;
}

/** The text with a space in place of every character that no mark may stand behind: code, and the marks of blocks. */
function maskedOf(text: string, lines: readonly OutlinedLine[]): string {
  let masked = '';
  for (const { from, to, kind } of lines) {
    const begin = kind === 'other' ? to : from;
    masked += text.slice(masked.length, begin).replace(/[^\r\n]/gu, (sign) => ' '.repeat(sign.length));
    masked += text.slice(begin, to);
  }
  return masked;
}

function endsOfWords(line: string): readonly number[] {
  const content = line.replace(LAST_BACKSLASH, (all) => all.slice(1));
  const first = content.replace(BARE_NUMBER, (number) => ' '.repeat(number.length)).search(SIGN);
  const words = [...content.matchAll(/[^ \t]+/gu)]
    .filter(([word]) => WORD.test(word))
    .map(({ 0: word, index }) => index + word.trimEnd().length);
  const sentences = [...content.matchAll(FULL_STOP)].map(({ index }) => index + 1);
  return [...words, ...sentences]
    .filter((end) => first !== -1 && end > first && content[end - 1] !== '\\' && !isClosedAfter(content, end))
    .filter((end) => end < content.length || content === line || !OPENING.test(content))
    .toSorted((a, b) => a - b);
}

function isClosedAfter(content: string, end: number): boolean {
  CLOSING.lastIndex = end;
  return CLOSING.test(content);
}

function endsOfCells(row: string): readonly number[] {
  let start = 0;
  return cellEndsOf(row).map((end) => {
    const cell = row.slice(start, end).trimEnd();
    const at = start + cell.length;
    start = end;
    return SIGN.test(cell.replace(BARE_NUMBER, '')) && !LAST_BACKSLASH.test(cell) ? at : -1;
  });
}
