/** Tables where none is drawn: aligned in a code block or, where that is too wide to be read, a record for each row. */
import {
  beginsRule,
  growthOf,
  plainCell,
  recordsLength,
  recordsOf,
  type Table,
  tableBlock,
  tableOf,
  widthOf,
} from '../markdown/tables.ts';
import { cellShown, FENCE, formatLine } from './line.ts';

/** Columns of a code block that a narrow window shows without breaking its lines. */
const MAX_WIDTH = 60;

const MARKS = { named: '', nameless: '– ' };

/** The table as it is shown; as it is where its cells would end a code block, or begin one. */
export function shownTable(lines: readonly string[]): readonly string[] {
  if (lines.some((line) => /`{3}|~{3}/u.test(line))) return lines;
  const table = tableOf(lines);
  const { rows } = table;
  const plain = { ...table, rows: plainRows(table) };
  if (widthOf(plain) <= MAX_WIDTH) return tableBlock(plain);
  const shown = rows.map((cells) => cells.map((cell) => cellShown(cell)));
  const records = recordsOf(shown, MARKS).flatMap(formatLine);
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
  const forms = { maxWidth: MAX_WIDTH, otherwise: (table: Table) => recordsLength(table, MARKS) };
  return Math.max(...starts.map((at) => growthOf(at === 0 ? lines : lines.slice(at), forms)));
}
