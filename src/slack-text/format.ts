/** From the model's Markdown to that of Slack's markdown block, and how much of it one message holds. */
import type { PageLimit } from '../markdown/paginate.ts';
import { encodedUrl, safeCode, safeLine } from './escape.ts';
import { isWide, kindsOf, recordLines, runsOf, tableGrowth, wideIn } from './tables.ts';

/**
 * Characters of Markdown in one message, of 12 000 that Slack takes: the rest is for marks of sources.
 * @see https://docs.slack.dev/reference/block-kit/blocks/markdown-block
 */
const MAX_CHARS = 11_000;

/** UTF-8 bytes of a message that is streamed. Slack does not say how many it takes; 10 600 is the least that was seen. */
const MAX_STREAMED_BYTES = 9000;

/** A page that is posted and edited. */
export const PAGE: PageLimit = {
  max: MAX_CHARS,
  reserve: 200,
  measure: (page) => measured(page, (text) => text.length),
};

/** A page that is streamed; it can be posted and edited as well. */
export const STREAMED_PAGE: PageLimit = {
  max: MAX_STREAMED_BYTES,
  reserve: 200,
  measure: (page) => measured(page, (text) => Buffer.byteLength(text)),
};

/**
 * The Markdown as Slack is given it: nothing in it is read as a mention or as a link of Slack's own, and a table with more
 * columns than Slack shows is a list for each row.
 */
export function format(markdown: string): string {
  const lines = markdown.split('\n');
  const kinds = kindsOf(lines);
  const shown = lines.map((line, at) => [kinds[at] === 'code' ? safeCode(line) : safeLine(line)]);
  for (const { from, lines: run } of markdown.includes('|') ? runsOf(lines) : []) {
    const at = wideIn(run);
    if (at === -1) continue;
    // What stands around it is no part of its lists.
    const records = ['', ...recordLines(run.slice(at)).map(safeLine), ''];
    shown.splice(from + at, run.length - at, ...run.slice(at).map((_, row) => (row === 0 ? records : [])));
  }
  return shown.flat().join('\n');
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
  const run = kindsOf(lines).findLastIndex((kind) => kind !== 'row') + 1;
  const wide = lines.findIndex((line, at) => at >= run && isWide(line));
  if (wide !== -1)
    return format(
      lines
        .slice(0, wide)
        .map((line) => `${line}\n`)
        .join(''),
    );
  return format(shown);
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
function measured(page: string, unitsOf: (text: string) => number): number {
  const lengthOf = (text: string): number => unitsOf(text) + 3 * (text.split(/[<>]/u).length - 1) + encodedIn(text);
  const own = lengthOf(page);
  return page.includes('|') ? own + tableGrowth(page, lengthOf) : own;
}
