/** Blocks of Markdown: which fence, table and list items are open after a line. */

/*
 * Lines are read as CommonMark and GFM define them, and no further than pages and views need.
 * @see https://spec.commonmark.org/0.31.2/
 * @see https://github.github.com/gfm/#tables-extension-
 */

export interface Fence {
  /** Quote marks and indentation before the marker, list markers turned to spaces. */
  readonly lead: string;
  /** Three or more backticks or tildes. */
  readonly marker: string;
  readonly info: string;
}

/** An item of a list. */
export interface Item {
  /** Its marker with the white space after it, as it was written. */
  readonly marker: string;
  /** Where its text begins, in columns; what belongs to it is indented as far. */
  readonly column: number;
}

/** What a line leaves open for the next one. */
export interface Blocks {
  /** The line itself, without its end. */
  readonly line: string;
  readonly fence?: Fence;
  /** Header and delimiter row of the table the line stands in, as two lines. */
  readonly table?: string;
  /** The items the line stands in, outermost first; none within a quote. */
  readonly items?: readonly Item[];
}

export const NO_BLOCKS: Blocks = { line: '' };

/** Bounded, as the markers below: a mark that is repeated on every page must leave room for text. */
const LEAD = String.raw`(?<lead>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t]){0,20})`;
const FENCE = new RegExp(`^${LEAD}(?:(?<ticks>\`{3,16})(?<info>[^\`]*)|(?<tildes>~{3,16}(?!~))(?<title>[^]*))$`, 'u');
const FENCE_LIKE = new RegExp(`^${LEAD}(?:\`{3}|~{3})`, 'u');
const FENCE_END = /^(?<lead>[ \t>]*)(?<marker>`{3,}|~{3,})[ \t\r]*$/u;
/** What a line is, its first two hundred characters tell. */
const ROW = /^[ \t>]{0,100}\|/u;
const DELIMITER_CELL = /^:?-+:?$/u;
const HEADING_OR_ITEM = /^[ \t>]{0,100}(?:#{1,6}[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t])/u;
const HEADING = /^[ \t>]{0,100}#{1,6}[ \t]/u;
/** Blank, or a rule, or what makes a heading of the line above. */
const NO_TEXT = /^[ \t\r>]*(?:[-*_=][-*_= \t\r]*)?$/u;
const QUOTED = /^ {0,3}>/u;
const ITEM = /(?<marker>(?:[-*+]|\d{1,9}[.)])[ \t]{1,4})(?=\S)/uy;
const INDENT = /^[ \t]*/u;
/** Deeper ones are taken for text of the last. */
const MAX_ITEMS = 6;
const TAB_COLUMNS = 4;

/** What is open after `line`, given what was open before it. */
export function afterLine(above: Blocks, line: string): Blocks {
  const isQuoteOver = above.fence?.lead.includes('>') === true && line.trim() === '';
  const { fence, items = [], ...before } = isQuoteOver ? NO_BLOCKS : withinLine(above, line);
  if (fence !== undefined) return withItems(endsFence(fence, line) ? { line } : { line, fence }, items);
  const inside = itemsOf(items, line);
  const opened = fenceOf(line);
  if (opened !== undefined) return withItems({ line, fence: opened }, inside);
  const table = tableOf(before, line);
  return withItems(table === undefined ? { line } : { line, table }, inside);
}

/** Whether the line begins a block of its own, so that no emphasis or link reaches into it from the line above. */
export function beginsBlock(above: Blocks, line: string): boolean {
  if (HEADING_OR_ITEM.test(line) || isRow(line) || hasNoText(line)) return true;
  return endsBlock(above.line) || (QUOTED.test(line) && !QUOTED.test(above.line));
}

/** Whether no line below goes on with the text of this one. */
export function endsBlock(line: string): boolean {
  return HEADING.test(line) || isRow(line) || hasNoText(line);
}

export function isRow(line: string): boolean {
  return ROW.test(line);
}

/** Whether the line is blank, or made of marks alone. */
function hasNoText(line: string): boolean {
  return NO_TEXT.test(line);
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

/** The items above that a line with this beginning is part of: those whose text is indented no further. */
export function itemsAround(above: readonly Item[], line: string): readonly Item[] {
  if (above.length === 0) return above;
  const column = columnsOf(INDENT.exec(line)?.[0] ?? '');
  return above.filter((item) => item.column <= column);
}

function itemsOf(above: readonly Item[], line: string): readonly Item[] {
  if (line.trim() === '') return above;
  if (QUOTED.test(line) || hasNoText(line)) return [];
  const items = [...itemsAround(above, line)];
  const indent = INDENT.exec(line)?.[0] ?? '';
  let column = columnsOf(indent);
  ITEM.lastIndex = indent.length;
  for (let found = ITEM.exec(line); found !== null && items.length < MAX_ITEMS; found = ITEM.exec(line)) {
    const [marker] = found;
    column += columnsOf(marker);
    items.push({ marker, column });
  }
  return items;
}

function columnsOf(text: string): number {
  return text.length + (TAB_COLUMNS - 1) * (text.split('\t').length - 1);
}

function withItems(blocks: Blocks, items: readonly Item[]): Blocks {
  return items.length === 0 ? blocks : { ...blocks, items };
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
