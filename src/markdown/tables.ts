/** Tables for readers that do not render them: aligned in a code block, and how much longer that makes them. */

/** A code span with its content, or a text in bold. */
const SPAN_OR_BOLD = /(?<!`)(?<ticks>`+)(?!`)(?<code>.+?)(?<!`)\k<ticks>(?!`)|\*\*(?=\S)(?<bold>.+?)(?<=\S)\*\*/gu;
const RULE = /^\s*(?=.*\|)(?=.*-)\|?(?:\s*:?-+:?\s*\|)*(?:\s*:?-+:?\s*)?\|?\s*$/u;
const RULE_START = /^\s*(?:\|\s*:?-|:?-+:?\s*\|)/u;
/** A mark that leads to its source. */
const MARK_LINK = /\[(\d+)\]\(<https?:[^<>]*>\)/gu;
/** Room for a delimiter with both of its colons. */
const MIN_COLUMN = 3;
const GRAPHEMES = new Intl.Segmenter();
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]|\ufe0f/u;

/** Length in code points. */
export function codePoints(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/** A table as a code block with its columns aligned; the second line is the delimiter row. */
export function tableBlock([header = '', rule = '', ...body]: readonly string[]): readonly string[] {
  const rows = [header, ...body].map((row) => cellsOf(row).map(plainCell));
  const rules = cellsOf(rule);
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
function plainCell(cell: string): string {
  const text = cell.replace(/\\\|/gu, '|').replace(/<br\s*\/?>/giu, ' ');
  const plain = withoutBold(text, (_span, code) => code.trim());
  return plain.replace(MARK_LINK, '[$1]').trim();
}

function padded(cell: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(width - displayWidth(cell));
  return toTheRight ? space + cell : cell + space;
}

/** Columns a text takes in a fixed-width font: two for East Asian letters and emoji. */
function displayWidth(text: string): number {
  if (/^[ -~]*$/u.test(text)) return text.length;
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

/**
 * How much longer a table gets, at most. That never shrinks while rows come, so Markdown in a cell counts as it is, and a
 * table that may not be one in the end counts as what is longer.
 */
export function growthOf(lines: readonly string[]): number {
  const [header = '', rule = '', ...body] = lines;
  const rows = [header, ...body].map(cellsOf);
  const toTheRight = cellsOf(rule).map((cell) => /-:/u.test(cell));
  const widths = widthsOf(rows);
  const whole = widths.reduce((sum, width) => sum + width + 3, -3);
  const last = widths.length - 1;
  const lengths = rows.map((cells, index) => {
    const spare = toTheRight[last] === true ? 0 : (widths[last] ?? 0) - displayWidth(cells[last] ?? '');
    const joined = cells.reduce((sum, cell) => sum + joinedIn(cell), 0);
    const [text = ''] = index === 0 ? [] : (body[index - 1] ?? '').split('|', 1);
    return Math.max(whole - spare + joined, codePoints(text));
  });
  const table = lengths.reduce((sum, length) => sum + length, '```\n'.length + whole + '\n```'.length);
  const asItIs = lines.reduce((sum, line) => sum + codePoints(line), 0);
  const isPlain = !isRule(rule) || lines.some((line) => line.includes('```'));
  return Math.max(table, isPlain ? asItIs : codePoints(header) + codePoints(rule)) - asItIs;
}

/** Code points beyond the columns that they take: those that make one sign together. */
function joinedIn(cell: string): number {
  if (/^[ -~]*$/u.test(cell)) return 0;
  let joined = 0;
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
