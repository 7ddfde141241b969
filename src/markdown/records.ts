/** Tables in other forms, for those that cannot be drawn: a record for each row, and a file that spreadsheets read. */
import { codePoints, type Table, withoutBold } from './tables.ts';

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
