/** From the model's Markdown to the messages Discord renders, sources and notice included; formatting twice changes nothing. */
import type { Reply } from '../core/reply.ts';
import { type Page, type PageLimit, paginate, pagesOf as split } from '../markdown/paginate.ts';
import { beginsRule, codePoints, isRule } from '../markdown/tables.ts';
import { formsOfMarks, marksByPage, withMarks } from '../sources/marks.ts';
import { blocksOf, LAST_BREAKS } from './blocks.ts';
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
function shownFormula(given: readonly string[]): readonly string[] {
  const lines = given.map((line) => line.replace(LAST_BREAKS, ''));
  const text = lines.join('\n').trim();
  const indent = /^\s*/u.exec(lines[0] ?? '')?.[0] ?? '';
  const rows = formulaOf(text.slice(2, -2))?.map((row) => `${indent}\`${row}\``);
  if (rows === undefined || codePoints(rows.join('\n')) > codePoints(lines.join('\n'))) return lines;
  return rows;
}

/** Room for the marks of sources, which often come with the last chunk and are put into pages that have stood for long. */
const RESERVE = 60;

/** Room for text on a page of a plain message. No page may end elsewhere because of marks. */
export const PAGE: PageLimit = { max: MAX_CONTENT - RESERVE, reserve: RESERVE, measure: (page) => lengthOf(page) };

/** What one message holds. */
export interface Room {
  readonly page: PageLimit;
  /** Whether it holds this text as it is sent. */
  readonly holds: (text: string) => boolean;
}

export const PLAIN: Room = { page: PAGE, holds: (text) => codePoints(text) <= MAX_CONTENT };

/**
 * Characters of all text displays of one message, counted as code points, and their bytes in UTF-8, beyond which Discord
 * fails: 10,170 with 12 for each display, as observed. Some stay free, as nobody documents them.
 * @see https://docs.discord.com/developers/components/reference#text-display
 * @see https://github.com/discord/discord-api-docs/issues/8554
 */
const MAX_DISPLAYED = 4000;
const MAX_DISPLAYED_BYTES = 10_150;
/** What is as long in characters as one byte is. */
const PER_BYTE = MAX_DISPLAYED / MAX_DISPLAYED_BYTES;

export const DISPLAY: Room = {
  page: { max: MAX_DISPLAYED - RESERVE, reserve: RESERVE, measure: displayedLengthOf },
  holds: (text) => codePoints(text) <= MAX_DISPLAYED && Buffer.byteLength(text) <= MAX_DISPLAYED_BYTES,
};

/** Code points of the formatted page or, where these are more in proportion, its bytes; never less when text is appended. */
export function displayedLengthOf(page: string): number {
  const length = lengthOf(page, MAX_DISPLAYED);
  return length === Number.POSITIVE_INFINITY ? length : Math.max(length, bytesWithin(page, length) * PER_BYTE);
}

/** What formatting makes other signs of, which take up to three bytes: formulas, tags and footnotes. */
const OTHER_SIGNS = /[$<]|\\[([]|\[\^/u;
const ALL_RULE_STARTS = new RegExp(RULE_START.source, 'gmu');

/**
 * Bytes of the formatted page, at most. What a table repeats may be any of its signs, and the spaces that align it become
 * text while its cells are written, so nothing can be said of their bytes but how many there may be.
 */
function bytesWithin(page: string, length: number): number {
  const bytes = Buffer.byteLength(page);
  const own = codePoints(page);
  const astral = page.length - own;
  const rules = page.match(ALL_RULE_STARTS)?.length ?? 0;
  const lines = page.split('\n').length - 1;
  const more = 2 * (rules * RULE_SHOWN.length + lines);
  if (bytes > own && page.includes('|')) return (astral > 0 ? 4 : 3) * length + more;
  return OTHER_SIGNS.test(page) ? 3 * length + astral + more : bytes + length - own + more;
}

/**
 * Code points of the formatted page, or a few more: what formatting takes away counts while it may yet be text, so that
 * the length never shrinks when text is appended. Only tables and rules get longer.
 *
 * @param max A page of more is too long, whatever its tables add.
 */
export function lengthOf(page: string, max = MAX_CONTENT): number {
  let length = codePoints(page);
  if (length > max) return Number.POSITIVE_INFINITY;
  if (!page.includes('|') && !RULE_START.test(page)) return length;
  for (const { kind, lines } of blocksOf(page, beginsRule)) {
    if (kind === 'table') length += tableGrowth(lines);
    if (kind === 'text' || kind === 'formula')
      for (const line of lines) if (RULE_START.test(line)) length += Math.max(0, RULE_SHOWN.length - codePoints(line));
  }
  return length;
}

/** The formatted pages of an answer, each fit for one message; none for a text that shows nothing. */
export function pagesOf(markdown: string, room = PLAIN): readonly string[] {
  return sourcePagesOf(markdown, room)
    .map(({ before, body, after }) => format(before + body + after))
    .filter((page) => page.trim() !== '');
}

/** The pages of an answer as the model wrote them, each fit for one message when it is formatted. */
export function sourcePagesOf(markdown: string, room = PLAIN): readonly Page[] {
  return split(markdown, room.page);
}

/** Sources that are listed under the last page at least, or all; else they come in a message of their own. */
const LEAST_LISTED = 5;

/** How a finished reply is put into pages. */
export interface Paging {
  readonly room?: Room;
  /** The pages of its text. */
  readonly text?: readonly Page[];
  /** Pages of text that are shown; what is beyond them is left out. */
  readonly maxPages?: number;
}

/**
 * The pages of a finished reply. Its text stands in them as it did while it was written: marks are put in where there is
 * room for them, and the foot goes under the last page, or into a message of its own where it does not fit.
 */
export function finalPagesOf(reply: Reply, paging: Paging = {}): readonly string[] {
  const { room = PLAIN, text = sourcePagesOf(reply.text, room), maxPages = Infinity } = paging;
  const all = markedPagesOf(reply, text, room);
  // Under a page that is not the last of its answer, nothing is put that is about all of it.
  const pages = all.length > maxPages ? [...all.slice(0, maxPages), []] : all;
  const last = pages.at(-1) ?? [];
  const above = pages.slice(0, -1).flatMap(([best = '']) => best);
  for (const page of last.slice(-2)) {
    const foot = footOf(reply, { holds: (under) => room.holds(`${page}\n\n${under}`), least: LEAST_LISTED });
    const whole = last.map((each) => (foot === '' ? each : `${each}\n\n${foot}`));
    if (foot !== undefined) return [...above, ...whole.filter((each) => room.holds(each)).slice(0, 1)];
  }
  const foot = footOf(reply, { holds: room.holds, least: 0 });
  const own = foot === undefined ? paginate(footOf(reply, { holds: () => true, least: 0 }) ?? '', room.page) : [foot];
  return [...above, ...last.slice(0, 1), ...own.filter((page) => page !== '')];
}

/** What each page can show within one message, best first: its marks as links, as numbers, or none. */
function markedPagesOf(
  { sources, marks = [] }: Pick<Reply, 'sources' | 'marks'>,
  pages: readonly Page[],
  room: Room,
): readonly (readonly string[])[] {
  const byPage = marksByPage(pages, marks);
  const forms = formsOfMarks(sources, (url) => {
    const href = hrefOf(url);
    return href && `<${href}>`;
  });
  return pages
    .map(({ before, body, after }, at) => {
      const own = byPage[at] ?? [];
      const shown = forms
        .filter(() => own.length > 0)
        .map((show) => format(before + withMarks(body, own, show) + after))
        .filter((page) => room.holds(page));
      return [...shown, format(before + body + after)];
    })
    .filter((page) => page.at(-1)?.trim() !== '');
}
