/** The blocks of Markdown that Discord is given otherwise than line by line: code, tables and formulas of several lines. */
import { beginsRule } from '../markdown/tables.ts';
import { FENCE, RULE_SHOWN } from './line.ts';

/** Breaks before the end of a line, which ends there anyway. */
export const LAST_BREAKS = /(?:<br\s*\/?>\s*)+$/iu;

export interface Block {
  readonly kind: 'code' | 'table' | 'formula' | 'text';
  readonly lines: readonly string[];
}

/**
 * The lines of a text in order, by what they make together.
 *
 * @param isDelimiter Whether a line is, or may be, the delimiter row of a table.
 */
export function* blocksOf(markdown: string, isDelimiter: (line: string) => boolean): Generator<Block> {
  const lines = markdown.split('\n');
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const [kind, end] = FENCE.test(line)
      ? (['code', endOfCode(lines, at)] as const)
      : line.includes('|') && isDelimiter(lines[at + 1] ?? '')
        ? (['table', endOfTable(lines, at + 2)] as const)
        : beginsFormula(line)
          ? (['formula', endOfFormula(lines, at)] as const)
          : (['text', at + 1] as const);
    yield { kind: end === at + 1 && kind === 'formula' ? 'text' : kind, lines: lines.slice(at, end) };
    at = end;
  }
}

function endOfCode(lines: readonly string[], from: number): number {
  const marks = FENCE.exec(lines[from] ?? '')?.groups?.['marks'] ?? '';
  const isEnd = (line: string): boolean => {
    const end = FENCE.exec(line)?.groups?.['marks'];
    return end?.startsWith(marks) === true && line.trim() === end;
  };
  const end = lines.findIndex((line, at) => at > from && isEnd(line));
  return end === -1 ? lines.length : end + 1;
}

function endOfTable(lines: readonly string[], from: number): number {
  let end = from;
  while (end < lines.length && lines[end]?.includes('|') === true && !FENCE.test(lines[end] ?? '')) end++;
  return end;
}

function beginsFormula(line: string): boolean {
  return /^\s*(?:\$\$(?!.*\$\$)|\\\[(?!.*\\\]))/u.test(line);
}

/** After the line with its closing mark; after the first one where there is none before a blank line, code or a table. */
function endOfFormula(lines: readonly string[], from: number): number {
  const mark = lines[from]?.trim().startsWith('$$') === true ? '$$' : '\\]';
  for (let at = from + 1; at < lines.length; at++) {
    const line = (lines[at] ?? '').replace(LAST_BREAKS, '').trim();
    // A table may have become records, which begin in bold, and stars a rule.
    if (line === '' || FENCE.test(line) || beginsRule(line) || line.startsWith('**') || line === RULE_SHOWN) break;
    if (line.endsWith(mark)) return at + 1;
    if (line.includes(mark)) break;
  }
  return from + 1;
}
