/** From the model's Markdown to the messages Discord renders, sources and notice included; formatting twice changes nothing. */
import type { Mark, Reply } from '../core/reply.ts';
import { type Page, type PageLimit, paginate, pagesOf as split } from '../markdown/paginate.ts';
import { beginsRule, codePoints, isRule } from '../markdown/tables.ts';
import { marksByPage, withMarks } from '../sources/marks.ts';
import { blocksOf } from './blocks.ts';
import { footOf, hrefOf } from './foot.ts';
import { formulaOf } from './formulas.ts';
import { formatLine, RULE_SHOWN, RULE_START } from './line.ts';
import { shownTable, tableGrowth } from './records.ts';

/**
 * Characters one message holds, counted as code points.
 * @see https://docs.discord.com/developers/resources/message#create-message
 */
const MAX_CONTENT = 2000;

/**
 * The Markdown as Discord renders it: headings beyond the third level as bold lines, tables aligned in a code block or as
 * records, task boxes and rules as characters, footnotes in small print, formulas as text in code, what HTML means as
 * Markdown, links whose label is an address as that address. Code is left alone.
 *
 * Mentions are not touched: what cannot ping is decided by `allowed_mentions`, and the text stays the model's.
 */
export function format(markdown: string): string {
  const out: string[] = [];
  for (const block of blocksOf(markdown, isRule)) {
    if (block.kind === 'code') out.push(...block.lines);
    else if (block.kind === 'table') out.push(...shownTable(block.lines));
    else if (block.kind === 'formula') out.push(...shownFormula(block.lines));
    else out.push(...block.lines.flatMap(formatLine));
  }
  return out.join('\n');
}

/** Each line of it in code of its own, as far indented as the first; as it is where that is longer. */
function shownFormula(lines: readonly string[]): readonly string[] {
  const text = lines.join('\n').trim();
  const indent = /^\s*/u.exec(lines[0] ?? '')?.[0] ?? '';
  const rows = formulaOf(text.slice(2, -2))?.map((row) => `${indent}\`${row}\``);
  if (rows === undefined || codePoints(rows.join('\n')) > codePoints(lines.join('\n'))) return lines;
  return rows;
}

/**
 * Room for text on a page: 60 characters of a message stay free for the marks of sources, which often come with the last
 * chunk and are put into pages that have stood for long. No page may end elsewhere because of them.
 */
export const PAGE: PageLimit = { max: MAX_CONTENT - 60, reserve: 60, measure: lengthOf };

/**
 * Code points of the formatted page, or a few more: what formatting takes away counts while it may yet be text, so that
 * the length never shrinks when text is appended. Only tables and rules get longer.
 */
export function lengthOf(page: string): number {
  let length = codePoints(page);
  // Whatever its tables add, it is too long.
  if (length > MAX_CONTENT) return Number.POSITIVE_INFINITY;
  if (!page.includes('|') && !RULE_START.test(page)) return length;
  for (const { kind, lines } of blocksOf(page, beginsRule)) {
    if (kind === 'table') length += tableGrowth(lines);
    if (kind === 'text' || kind === 'formula')
      for (const line of lines) if (RULE_START.test(line)) length += Math.max(0, RULE_SHOWN.length - codePoints(line));
  }
  return length;
}

/** The formatted pages of an answer, each fit for one message; none for a text that shows nothing. */
export function pagesOf(markdown: string): readonly string[] {
  return sourcePagesOf(markdown)
    .map(({ before, body, after }) => format(before + body + after))
    .filter((page) => page.trim() !== '');
}

/** The pages of an answer as the model wrote them, each fit for one message when it is formatted. */
export function sourcePagesOf(markdown: string): readonly Page[] {
  return split(markdown, PAGE);
}

/** Sources that are listed under the last page at least, or all; else they come in a message of their own. */
const LEAST_LISTED = 5;

/**
 * The pages of a finished reply. Its text stands in them as it did while it was written: marks are put in where there is
 * room for them, and the foot goes under the last page, or into a message of its own where it does not fit.
 *
 * @param text The pages of its text.
 * @param maxPages Pages of text that are shown; what is beyond them is left out.
 */
export function finalPagesOf(
  reply: Reply,
  text: readonly Page[] = sourcePagesOf(reply.text),
  maxPages = Infinity,
): readonly string[] {
  const all = markedPagesOf(reply, text);
  // Under a page that is not the last of its answer, nothing is put that is about all of it.
  const pages = all.length > maxPages ? [...all.slice(0, maxPages), []] : all;
  const last = pages.at(-1) ?? [];
  const above = pages.slice(0, -1).flatMap(([best = '']) => best);
  for (const page of last.slice(-2)) {
    const foot = footOf(reply, { max: MAX_CONTENT - codePoints(`${page}\n\n`), least: LEAST_LISTED });
    const whole = last.map((each) => (foot === '' ? each : `${each}\n\n${foot}`));
    if (foot !== undefined) return [...above, ...whole.filter((each) => codePoints(each) <= MAX_CONTENT).slice(0, 1)];
  }
  const foot = footOf(reply, { max: MAX_CONTENT, least: 0 });
  const own = foot === undefined ? paginate(footOf(reply, { max: Infinity, least: 0 }) ?? '', PAGE) : [foot];
  return [...above, ...last.slice(0, 1), ...own.filter((page) => page !== '')];
}

/** What each page can show within one message, best first: its marks as links, as numbers, or none. */
function markedPagesOf(
  { sources, marks = [] }: Pick<Reply, 'sources' | 'marks'>,
  pages: readonly Page[],
): readonly (readonly string[])[] {
  const byPage = marksByPage(pages, marks);
  const hrefs = new Map(sources.map(({ number, url }) => [number, hrefOf(url)]));
  const link = (number: number): string => (hrefs.get(number) ? `[${number}](<${hrefs.get(number)}>)` : `[${number}]`);
  const asLinks = (mark: Mark): string => ` ${mark.sources.map(link).join(' ')}`;
  const asNumbers = (mark: Mark): string => ` ${mark.sources.map((number) => `[${number}]`).join('')}`;
  return pages
    .map(({ before, body, after }, at) => {
      const own = byPage[at] ?? [];
      const shown = [asLinks, asNumbers]
        .filter(() => own.length > 0)
        .map((show) => format(before + withMarks(body, own, show) + after))
        .filter((page) => codePoints(page) <= MAX_CONTENT);
      return [...shown, format(before + body + after)];
    })
    .filter((page) => page.at(-1)?.trim() !== '');
}
