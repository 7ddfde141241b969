/** Tables where none is drawn: aligned in a code block or, where that is too wide to be read, a record for each row. */
import {
  beginsRule,
  codePoints,
  growthOf,
  plainCell,
  type Table,
  tableBlock,
  tableOf,
  widthOf,
  withoutBold,
} from '../markdown/tables.ts';
import { cellShown, FENCE, formatLine } from './line.ts';

/** Columns of a code block that a narrow window shows without breaking its lines. */
const MAX_WIDTH = 60;

/** The table as it is shown; as it is where its cells would end a code block, or begin one. */
export function shownTable(lines: readonly string[]): readonly string[] {
  if (lines.some((line) => /`{3}|~{3}/u.test(line))) return lines;
  const table = tableOf(lines);
  const { rows } = table;
  const plain = { ...table, rows: plainRows(table) };
  if (widthOf(plain) <= MAX_WIDTH) return tableBlock(plain);
  const records = recordsOf(rows.map((cells) => cells.map((cell) => cellShown(cell)))).flatMap(formatLine);
  return records.some((line) => FENCE.test(line)) ? lines : records;
}

/** Whether the table is too wide to be aligned. */
export function isWide(table: Table): boolean {
  return widthOf({ rows: plainRows(table) }) > MAX_WIDTH;
}

function plainRows({ rows }: Table): Table['rows'] {
  return rows.map((cells) => cells.map((cell) => plainCell(cellShown(cell))));
}

/** How much longer a table gets, at most: its second line may turn out to be no delimiter row, and a later one may be. */
export function tableGrowth(lines: readonly string[]): number {
  const starts = [...lines.keys()].filter((at) => at === 0 || beginsRule(lines[at + 1] ?? ''));
  const forms = { maxWidth: MAX_WIDTH, otherwise: recordsLength };
  return Math.max(...starts.map((at) => growthOf(at === 0 ? lines : lines.slice(at), forms)));
}

/** A block for each row: its first cell in bold, then a line for each other one, behind the name of its column. */
function recordsOf([header = [], ...rows]: Table['rows']): readonly string[] {
  const names = header.map((cell) => withoutBold(cell, (span) => span).trim());
  if (rows.length === 0) return [bold(names.join(' · '))];
  return rows.flatMap(([first = '', ...cells], at) => {
    const lines = cells.flatMap((cell, column) => {
      const name = names[column + 1] ?? '';
      return cell === '' ? [] : [name === '' ? `– ${cell}` : `${name}: ${cell}`];
    });
    return [...(at === 0 ? [] : ['']), bold(first), ...lines];
  });
}

/** Asterisks alone would turn into a rule. */
function bold(cell: string): string {
  const text = withoutBold(cell, (span) => span).trim();
  return /[^*\s]/u.test(text) ? `**${text}**` : '**·**';
}

const BOLD = '**·**\n\n'.length;
const NAMED = '– : \n'.length;

/** Code points of the records, at most: also while a row is on its way, so that every cell counts. */
function recordsLength({ rows: [header = [], ...rows] }: Table): number {
  const names = header.map(codePoints);
  const own = rows.map((cells) =>
    cells.reduce(
      (sum, cell, column) => sum + codePoints(cell) + (column === 0 ? BOLD : (names[column] ?? 0) + NAMED),
      0,
    ),
  );
  const head = names.reduce((sum, length) => sum + length + NAMED, BOLD);
  return own.reduce((sum, length) => sum + length, head);
}
