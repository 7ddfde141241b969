/** From the model's Markdown to that of Slack's markdown block, and how much of it one message holds. */
import type { PageLimit } from '../markdown/paginate.ts';
import { isRule } from '../markdown/tables.ts';
import { encodedUrl, safeCode, safeLine } from './escape.ts';

/** Cells of a table's row, its rows with the header, and its characters. @see https://docs.slack.dev/reference/block-kit/blocks/table-block */
const MAX_CELLS = 20;
const MAX_ROWS = 100;
const MAX_TABLE_CHARS = 10_000;

/**
 * Characters of Markdown in one message, of 12 000 that Slack takes: the rest is for marks of sources.
 * @see https://docs.slack.dev/reference/block-kit/blocks/markdown-block
 */
const MAX_CHARS = 11_000;

/** UTF-8 bytes of a message that is streamed. Slack does not say how many it takes; 10 600 is the least that was seen. */
const MAX_STREAMED_BYTES = 9000;

const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?<marks>`{3,}(?=[^`]*$)|~{3,})/u;

/** A page that is posted and edited. */
export const PAGE: PageLimit = { max: MAX_CHARS, reserve: 200, measure: (page) => measured(page, page.length) };

/** A page that is streamed; it can be posted and edited as well. */
export const STREAMED_PAGE: PageLimit = {
  max: MAX_STREAMED_BYTES,
  reserve: 200,
  measure: (page) => measured(page, Buffer.byteLength(page)),
};

/**
 * The Markdown as Slack is given it: nothing in it is read as a mention or as a link of Slack's own, and a table with more
 * columns than Slack shows is code.
 */
export function format(markdown: string): string {
  const lines = markdown.split('\n');
  const kinds = kindsOf(lines);
  const out: string[] = [];
  let isWide = false;
  for (const [at, line] of lines.entries()) {
    const kind = kinds[at];
    const begins: boolean = kind === 'row' && !isWide && isWideTable(line, lines[at + 1]);
    if (begins || (isWide && kind !== 'row')) out.push('```');
    isWide = kind === 'row' && (isWide || begins);
    out.push(isWide || kind === 'code' ? safeCode(line) : safeLine(line));
  }
  return [...out, ...(isWide ? ['```'] : [])].join('\n');
}

/** What a line's end may yet change: an angle bracket that nothing closes, or a link's target. */
const UNSTEADY = /(?:\]\()?<[^\s<>]{0,2000}$|\]\($/u;

/**
 * What of a growing page can be sent for good: what comes of every longer page begins with it. A table too wide for Slack
 * waits until its end is known.
 */
export function steady(markdown: string): string {
  const shown = markdown.replace(UNSTEADY, '');
  const lines = shown.replace(/\n$/u, '').split('\n');
  const kinds = kindsOf(lines);
  const run = kinds.findLastIndex((kind) => kind !== 'row') + 1;
  const wide = lines.findIndex((line, at) => at >= run && cellsIn(line) > MAX_CELLS);
  if (wide !== -1)
    return format(
      lines
        .slice(0, wide)
        .map((line) => `${line}\n`)
        .join(''),
    );
  return format(shown);
}

type Kind = 'code' | 'row' | 'text';

/** What each line is; a fence's first and last line are code. */
function kindsOf(lines: readonly string[]): readonly Kind[] {
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

function isWideTable(header: string, rule = ''): boolean {
  return isRule(rule) && cellsIn(header) > MAX_CELLS && !header.includes('```');
}

function cellsIn(row: string): number {
  const inner = row.trim().replace(/^\||(?<!\\)\|$/gu, '');
  return inner.split(/(?<!\\)\|/u).length;
}

/** How much longer the targets of links get, at most, by signs that an address cannot have. */
function encodedIn(page: string): number {
  if (!page.includes('](<')) return 0;
  const targets = Array.from(page.matchAll(/\]\(<(?<target>[^<>\n]*)/gu), ({ groups }) => groups?.['target'] ?? '');
  return targets.reduce((sum, target) => sum + encodedUrl(target).length - target.length, 0);
}

/**
 * The length of a formatted page or a little more: it never shrinks when text is appended. No page fits that has a table
 * with more rows or characters than Slack shows, so that such a table goes on in the next message.
 */
function measured(page: string, length: number): number {
  const brackets = page.split(/[<>]/u).length - 1;
  const own = length + 3 * brackets + encodedIn(page);
  if (!page.includes('|')) return own;
  const lines = page.split('\n');
  let [rows, characters, tables] = [0, 0, 0];
  for (const [at, kind] of kindsOf(lines).entries()) {
    [rows, characters] = kind === 'row' ? [rows + 1, characters + (lines[at]?.length ?? 0)] : [0, 0];
    if (rows === 1) tables++;
    // The delimiter is no row.
    if (rows > MAX_ROWS + 1 || characters > MAX_TABLE_CHARS) return Number.POSITIVE_INFINITY;
  }
  // Each may be too wide, and stand in a fence.
  return own + 8 * tables;
}
