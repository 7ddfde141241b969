/** From the model's Markdown to the messages Discord renders, sources and notice included; formatting twice changes nothing. */
import type { Mark, Reply } from '../core/reply.ts';
import { type PageLimit, paginate, pagesOf as split } from '../markdown/paginate.ts';
import { beginsRule, codePoints, growthOf, isRule, tableBlock, withoutBold } from '../markdown/tables.ts';
import { marksByPage, withMarks } from '../sources/marks.ts';
import { footOf, hrefOf } from './foot.ts';

/**
 * Characters one message holds, counted as code points.
 * @see https://docs.discord.com/developers/resources/message#create-message
 */
const MAX_CONTENT = 2000;

const FENCE = /^\s*(?<marks>`{3,}(?=[^`]*$)|~{3,})/u;
const RULE_START = /^\s{0,3}(?:(?:-[ \t]*){3}|(?:\*[ \t]*){3}|(?:_[ \t]*){3})/mu;
const RULE_SHOWN = '─'.repeat(12);
const RULE = /^\s{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
/** Four spaces make code of it. Hashes at the end belong to the title unless a space parts them from it. */
const DEEP_HEADING = /^(?<indent>(?: {0,3}>)* {0,3})#{4,6}[ \t]+(?<title>.*?)(?:[ \t]+#+)?[ \t]*$/u;
const TASK = /^(?<bullet>[\s>]*(?:[-*+]|\d+[.)])[ \t]+)\[(?<mark>[ xX])\](?=[ \t])/u;
const CODE_OR_URL_LINK =
  /(?<!`)(`+)[^`](?:.*?[^`])?\1(?!`)|\[[^[\]]*https?:\/\/[^[\]]*\]\(<?(https?:\/\/[^\s()<>]+)>?\)/gu;

/**
 * The Markdown as Discord renders it: headings beyond the third level as bold lines, tables aligned in a code block,
 * task boxes and rules as characters, links whose label is an address as that address. Code is left alone.
 *
 * Mentions are not touched: what cannot ping is decided by `allowed_mentions`, and the text stays the model's.
 */
export function format(markdown: string): string {
  const lines = markdown.split('\n');
  const out: string[] = [];
  let fence: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const marks = FENCE.exec(line)?.groups?.marks;
    if (fence !== undefined) {
      out.push(line);
      if (marks?.startsWith(fence) === true && line.trim() === marks) fence = undefined;
    } else if (marks !== undefined) {
      out.push(line);
      fence = marks;
    } else if (line.includes('|') && isRule(lines[at + 1] ?? '')) {
      const end = endOfTable(lines, at + 2);
      const table = lines.slice(at, end);
      // Three ticks in a cell would end the code block, so such a table stays as it is.
      out.push(...(table.some((row) => row.includes('```')) ? table : tableBlock(table)));
      at = end - 1;
    } else {
      out.push(formatLine(line));
    }
  }
  return out.join('\n');
}

function formatLine(line: string): string {
  if (RULE.test(line)) return RULE_SHOWN;
  // Most lines have nothing to format, and a page is formatted for each view of it.
  if (!line.includes('[') && !line.includes('####')) return line;
  const heading = DEEP_HEADING.exec(line)?.groups;
  const title = withoutBold(heading?.title ?? '', (span) => span).trim();
  // A title of asterisks alone would turn into a rule.
  if (heading !== undefined && /[^*\s]/u.test(title)) return `${heading.indent}**${withPlainUrls(title)}**`;
  return withPlainUrls(line.replace(TASK, (_, bullet: string, mark: string) => `${bullet}${mark === ' ' ? '☐' : '☑'}`));
}

/** Discord shows a masked link whose label is an address as raw brackets. A link taken out may be another one's label. */
function withPlainUrls(line: string): string {
  const plain = line.replace(CODE_OR_URL_LINK, (all, _ticks, url?: string) => (url === undefined ? all : `<${url}>`));
  return plain === line ? line : withPlainUrls(plain);
}

function endOfTable(lines: readonly string[], from: number): number {
  let end = from;
  while (end < lines.length && lines[end]?.includes('|') === true && !FENCE.test(lines[end] ?? '')) end++;
  return end;
}

/**
 * Room for text on a page: 60 characters of a message stay free for the marks of sources, which often come with the last
 * chunk and are put into pages that have stood for long. No page may end elsewhere because of them.
 */
export const PAGE: PageLimit = { max: MAX_CONTENT - 60, reserve: 60, measure: lengthOf };

/**
 * Code points of the formatted page, or a few more: what formatting takes away counts while it may yet be text, so that
 * the length never shrinks when text is appended.
 */
export function lengthOf(page: string): number {
  let length = codePoints(page);
  if (!page.includes('|') && !RULE_START.test(page)) return length;
  const lines = page.split('\n');
  let fence: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const marks = FENCE.exec(line)?.groups?.marks;
    if (fence !== undefined) {
      if (marks?.startsWith(fence) === true && line.trim() === marks) fence = undefined;
    } else if (marks !== undefined) {
      fence = marks;
    } else if (line.includes('|') && beginsRule(lines[at + 1] ?? '')) {
      const end = endOfTable(lines, at + 2);
      length += growthOf(lines.slice(at, end));
      at = end - 1;
    } else if (RULE_START.test(line)) {
      length += Math.max(0, RULE_SHOWN.length - codePoints(line));
    }
  }
  return length;
}

/** The formatted pages of an answer, each fit for one message; none for a text that shows nothing. */
export function pagesOf(markdown: string): readonly string[] {
  return paginate(markdown, PAGE)
    .map(format)
    .filter((page) => page.trim() !== '');
}

/** Sources that are listed under the last page at least, or all; else they come in a message of their own. */
const LEAST_LISTED = 5;

/**
 * The pages of a finished reply. Its text stands in them as it did while it was written: marks are put in where there is
 * room for them, and the foot goes under the last page, or into a message of its own where it does not fit.
 */
export function finalPagesOf(reply: Reply): readonly string[] {
  const pages = markedPagesOf(reply);
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
function markedPagesOf({ text, sources, marks = [] }: Reply): readonly (readonly string[])[] {
  const pages = split(text, PAGE);
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
