/** Tables in Markdown, as Slack makes `table` blocks of them. */

const DELIMITER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/u;
const FENCE = /^\s*(?:```|~~~)/u;

/** The cells of each table outside of code, the header first. */
export function tablesIn(markdown: string): readonly (readonly (readonly string[])[])[] {
  const tables: string[][][] = [];
  const lines = markdown.split('\n');
  let isCode = false;
  let table: string[][] | undefined;
  for (const [at, line] of lines.entries()) {
    if (FENCE.test(line)) isCode = !isCode;
    const next = lines[at + 1] ?? '';
    if (isCode || !line.includes('|')) table = undefined;
    else if (table !== undefined) {
      if (!DELIMITER.test(line)) table.push(cellsIn(line));
    } else if (next.includes('|') && DELIMITER.test(next) && cellsIn(next).length === cellsIn(line).length) {
      table = [cellsIn(line)];
      tables.push(table);
    }
  }
  return tables;
}

function cellsIn(line: string): string[] {
  const inner = line.trim().replace(/^\||(?<!\\)\|$/gu, '');
  return inner.split(/(?<!\\)\|/u).map((cell) => cell.trim());
}
