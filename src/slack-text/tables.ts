/** Tables of an answer: which of them Slack draws, what is shown for one that is too wide, and files of those beyond its limits. */
import { beginsRule, csvOf, isRule, recordsLength, recordsOf, tableOf } from '../markdown/tables.ts';

/** Cells of a table's row, its rows with the header, and its characters. @see https://docs.slack.dev/reference/block-kit/blocks/table-block */
const MAX_CELLS = 20;
const MAX_ROWS = 100;
const MAX_TABLE_CHARS = 10_000;

/** Tables that come as files, at most. */
const MAX_FILES = 9;

/** Each cell of a record is an item of a list, whatever Slack makes of the ends of lines. */
const MARKS = { named: '- ', nameless: '- – ' };

const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?<marks>`{3,}(?=[^`]*$)|~{3,})/u;

type Kind = 'code' | 'row' | 'text';

/** What each line is; a fence's first and last line are code. */
export function kindsOf(lines: readonly string[]): readonly Kind[] {
  let fence: string | undefined;
  return lines.map((line) => {
    const marks = FENCE.exec(line)?.groups?.['marks'];
    if (fence === undefined) {
      fence = marks;
      if (marks !== undefined) return 'code';
      return line.includes('|') ? 'row' : 'text';
    }
    if (marks?.startsWith(fence) === true && line.replace(/^[ \t>]*/u, '').trim() === marks) fence = undefined;
    return 'code';
  });
}

/** Lines that follow each other and may be of one table. */
interface Run {
  readonly from: number;
  readonly lines: readonly string[];
}

export function runsOf(lines: readonly string[]): readonly Run[] {
  const runs: { from: number; lines: string[] }[] = [];
  for (const [at, kind] of kindsOf(lines).entries()) {
    const [last, line] = [runs.at(-1), lines[at] ?? ''];
    if (kind !== 'row') continue;
    if (last !== undefined && last.from + last.lines.length === at) last.lines.push(line);
    else runs.push({ from: at, lines: [line] });
  }
  return runs;
}

/** Where in a run a table begins that is too wide for Slack; -1 where there is none. */
export function wideIn(lines: readonly string[]): number {
  return lines.findIndex((line, at) => isWide(line) && isRule(lines[at + 1] ?? ''));
}

/** Whether it would be a row of a table that is too wide. */
export function isWide(line: string): boolean {
  return !/`{3}|~{3}/u.test(line) && (tableOf([line]).rows[0]?.length ?? 0) > MAX_CELLS;
}

/** What is shown for a table that is too wide: a list for each row. */
export function recordLines(table: readonly string[]): readonly string[] {
  const rows = tableOf(table).rows.map((cells) => cells.map((cell) => cell.replace(/<br\s*\/?>/giu, ' ')));
  return recordsOf(rows, MARKS);
}

/**
 * How much longer the tables of a page get, at most, by a length that never shrinks when text is appended; without end for
 * one with more rows or characters than Slack takes, so that it goes on in the next message.
 */
export function tableGrowth(page: string, lengthOf: (cell: string) => number): number {
  return runsOf(page.split('\n')).reduce((sum, { lines }) => {
    // The delimiter is no row.
    const isLong = lines.length > MAX_ROWS + 1 || charactersIn(lines) > MAX_TABLE_CHARS;
    if (isLong) return Number.POSITIVE_INFINITY;
    const starts = lines.flatMap((line, at) => (isWide(line) && beginsRule(lines[at + 1] ?? '') ? [at] : []));
    const lengths = starts.map((at) => recordsLength(tableOf(lines.slice(at)), MARKS, lengthOf) + '\n\n'.length);
    return sum + Math.max(0, ...lengths);
  }, 0);
}

function charactersIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

/** A file that belongs to an answer. */
export interface TableFile {
  readonly name: string;
  readonly data: Buffer;
}

/** The tables that Slack does not take as they are, for spreadsheets. */
export function tableFilesOf(text: string): readonly TableFile[] {
  if (!text.includes('|')) return [];
  const tables = runsOf(text.split('\n')).flatMap(({ lines }) => {
    const at = lines.findIndex((_, index) => isRule(lines[index + 1] ?? ''));
    return at === -1 ? [] : [lines.slice(at)];
  });
  return tables
    .filter((lines) => lines.length > MAX_ROWS + 1 || charactersIn(lines) > MAX_TABLE_CHARS || isWide(lines[0] ?? ''))
    .slice(0, MAX_FILES)
    .map((lines, at) => {
      const rows = tableOf(lines).rows.map((cells) => cells.map((cell) => cell.replaceAll('\\|', '|')));
      return { name: `table-${at + 1}.csv`, data: Buffer.from(csvOf(rows)) };
    });
}
