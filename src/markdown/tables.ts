/** Tables for readers that do not render them: aligned in a code block, a record for each row, or a file for spreadsheets. */

/** A code span with its content, or a text in bold. */
const SPAN_OR_BOLD = /(?<!`)(?<ticks>`+)(?!`)(?<code>.+?)(?<!`)\k<ticks>(?!`)|\*\*(?=\S)(?<bold>.+?)(?<=\S)\*\*/gu;
const RULE = /^\s*(?=.*\|)(?=.*-)\|?(?:\s*:?-+:?\s*\|)*(?:\s*:?-+:?\s*)?\|?\s*$/u;
const RULE_START = /^\s*(?:\|\s*:?-|:?-+:?\s*\|)/u;
/** A mark that leads to its source. */
const MARK_LINK = /\[(\d+)\]\(<https?:[^<>]*>\)/gu;
/** Room for a delimiter with both of its colons. */
const MIN_COLUMN = 3;
const SEPARATOR = ' | '.length;
const GRAPHEMES = new Intl.Segmenter();
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]|\ufe0f/u;

/** Length in code points. */
export function codePoints(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/** A table, read. */
export interface Table {
  /** The header first, each as it is written. */
  readonly rows: readonly (readonly string[])[];
  /** The cells of the delimiter row. */
  readonly rules: readonly string[];
}

/** The second line is the delimiter row. */
export function tableOf([header = '', rule = '', ...body]: readonly string[]): Table {
  return { rows: [header, ...body].map(cellsOf), rules: cellsOf(rule) };
}

/** Columns that its longest row takes. */
export function widthOf({ rows }: Pick<Table, 'rows'>): number {
  return widthsOf(rows).reduce((sum, width) => sum + width + SEPARATOR, -SEPARATOR);
}

/** A table of plain cells as a code block with its columns aligned. */
export function tableBlock({ rows, rules }: Table): readonly string[] {
  const toTheRight = rules.map((cell) => /^-+:$/u.test(cell));
  const widths = widthsOf(rows);
  const text = rows.map((row) =>
    widths
      .map((width, column) => padded(row[column] ?? '', width, toTheRight[column] === true))
      .join(' | ')
      .trimEnd(),
  );
  const line = widths.map((width, column) => ruleOf(rules[column] ?? '', width)).join('-|-');
  return ['```', ...text.slice(0, 1), line, ...text.slice(1), '```'];
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? MIN_COLUMN, displayWidth(cell));
  return widths;
}

/** A delimiter as wide as its column, with the colons that align it. */
function ruleOf(rule: string, width: number): string {
  const [left, right] = [rule.startsWith(':') ? ':' : '', rule.endsWith(':') ? ':' : ''];
  return left + '-'.repeat(Math.max(0, width - left.length - right.length)) + right;
}

function cellsOf(row: string): readonly string[] {
  const text = row.trim();
  const from = text.startsWith('|') ? 1 : 0;
  const isClosed = text.length > from && text.endsWith('|') && !text.endsWith('\\|');
  const inner = text.slice(from, isClosed ? -1 : undefined);
  // Most rows have nothing escaped, and rows are read for each view.
  return inner.split(inner.includes('\\') ? /(?<!\\)\|/u : '|').map((cell) => cell.trim());
}

/** A cell without Markdown, which a code block would show as it is written. */
export function plainCell(cell: string): string {
  const text = cell.replace(/\\\|/gu, '|').replace(/<br\s*\/?>/giu, ' ');
  const plain = withoutBold(text, (_span, code) => code.trim());
  return plain.replace(MARK_LINK, '[$1]').trim();
}

function padded(cell: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(width - displayWidth(cell));
  return toTheRight ? space + cell : cell + space;
}

/** Signs of one unit and one column each, of which none joins another: most cells have no other, and cells are measured for each view. */
const PLAIN = /^[ -~\u00a1-\u024f\u0370-\u0482\u048a-\u052f\u2010-\u2027\u20ac]*$/u;

/** Columns a text takes in a fixed-width font: two for East Asian letters and emoji. */
function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Whether a line is the delimiter row of a table. */
export function isRule(line: string): boolean {
  return RULE.test(line);
}

/** Whether a line begins like the delimiter row of a table. It may still turn out to be none. */
export function beginsRule(line: string): boolean {
  return RULE_START.test(line);
}

/** How a table is shown. */
export interface TableForms {
  /** Columns that an aligned table takes at most. */
  readonly maxWidth: number;
  /** Code points of a wider one in its other form; never less when text is appended. */
  readonly otherwise: (table: Table) => number;
}

/**
 * How much longer a table gets, at most. That never shrinks while rows come, so Markdown in a cell counts as it is, and a
 * table that may not be one in the end, or be aligned in the end, counts as what is longest.
 */
export function growthOf(lines: readonly string[], { maxWidth, otherwise }: TableForms): number {
  const table = tableOf(lines);
  const asItIs = lines.reduce((sum, line) => sum + codePoints(line), 0);
  const isNarrow = widthOf(table) <= maxWidth;
  // What stands before the first mark of a row was text while it came.
  const text = lines.map((line) => codePoints(line.split('|', 1)[0] ?? ''));
  text.splice(1, 1);
  const aligned = alignedLength(table, { text, ...(isNarrow ? {} : { width: maxWidth }) });
  return Math.max(0, (isNarrow ? aligned : Math.max(aligned, otherwise(table))) - asItIs);
}

/** Code points of the aligned table, with rows of the width that is given, else of its own, and no row shorter than its text. */
function alignedLength(
  { rows, rules }: Table,
  { text, width }: { readonly text: readonly number[]; readonly width?: number },
): number {
  const widths = widthsOf(rows);
  const whole = width ?? widthOf({ rows });
  const last = widths.length - 1;
  const isToTheRight = width !== undefined || /-:/u.test(rules[last] ?? '');
  const lengths = rows.map((cells, row) => {
    const spare = isToTheRight ? 0 : (widths[last] ?? 0) - displayWidth(cells[last] ?? '');
    const joined = cells.reduce((sum, cell) => sum + joinedIn(cell), 0);
    return Math.max(whole - spare + joined, text[row] ?? 0);
  });
  return lengths.reduce((sum, length) => sum + length, '```\n'.length + whole + '\n```'.length);
}

/** Code points beyond the columns that they take: those that make one sign together, as what LaTeX puts over a letter. */
function joinedIn(cell: string): number {
  let joined = cell.includes('\\') ? cell.split('\\').length - 1 : 0;
  if (PLAIN.test(cell)) return joined;
  for (const { segment } of GRAPHEMES.segment(cell)) joined += Math.max(0, codePoints(segment) - displayWidth(segment));
  return joined;
}

/** The text without its marks for bold; code spans, whose stars are the model's own, become what `ofCode` makes of them. */
export function withoutBold(text: string, ofCode: (span: string, code: string) => string): string {
  let out = '';
  let at = 0;
  for (const { 0: span, index, groups } of text.matchAll(SPAN_OR_BOLD)) {
    const { code, bold = '' } = groups ?? {};
    out += text.slice(at, index) + (code === undefined ? withoutBold(bold, ofCode) : ofCode(span, code));
    at = index + span.length;
  }
  return out + text.slice(at);
}

/** What tells the cells of a record apart: what stands before each, and before one whose column has no name. */
export interface RecordMarks {
  readonly named: string;
  readonly nameless: string;
}

/** A block for each row: its first cell in bold, then a line for each other one, behind the name of its column. */
export function recordsOf([header = [], ...rows]: Table['rows'], marks: RecordMarks): readonly string[] {
  const names = header.map((cell) => withoutBold(cell, (span) => span).trim());
  if (rows.length === 0) return [bold(names.join(' · '))];
  return rows.flatMap(([first = '', ...cells], at) => {
    const lines = cells.flatMap((cell, column) => {
      const name = names[column + 1] ?? '';
      return cell === '' ? [] : [name === '' ? marks.nameless + cell : `${marks.named}${name}: ${cell}`];
    });
    return [...(at === 0 ? [] : ['']), bold(first), ...lines];
  });
}

/** Asterisks alone would turn into a rule. */
function bold(cell: string): string {
  const text = withoutBold(cell, (span) => span).trim();
  return /[^*\s]/u.test(text) ? `**${text}**` : '**·**';
}

/** Length of the records, at most, in code points or as it is given: also while a row is on its way, so that every cell counts. */
export function recordsLength(
  { rows: [header = [], ...rows] }: Pick<Table, 'rows'>,
  marks: RecordMarks,
  lengthOf: (text: string) => number = codePoints,
): number {
  const inBold = lengthOf('**·**\n\n');
  const named = Math.max(lengthOf(marks.named), lengthOf(marks.nameless)) + lengthOf(': \n');
  const names = header.map(lengthOf);
  const own = rows.map((cells) =>
    cells.reduce(
      (sum, cell, column) => sum + lengthOf(cell) + (column === 0 ? inBold : (names[column] ?? 0) + named),
      0,
    ),
  );
  const head = names.reduce((sum, length) => sum + length + named, inBold);
  return own.reduce((sum, length) => sum + length, head);
}

/** The table as spreadsheets read it. The mark in front tells them that it is UTF-8. */
export function csvOf(rows: Table['rows']): string {
  return `\ufeff${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** A spreadsheet would run what begins like a formula; a number with a sign is none. */
function csvCell(cell: string): string {
  const text = withoutBold(cell, (_span, code) => code).trim();
  const isFormula = /^[=@\t]|^[+-](?![\d.,\s%]*$)/u.test(text);
  return `"${(isFormula ? `'${text}` : text).replaceAll('"', '""')}"`;
}
