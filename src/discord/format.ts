/** From the model's Markdown to the messages Discord renders, sources and notice included; formatting twice changes nothing. */
import type { Reply, Source } from '../core/reply.ts';
import { type PageLimit, paginate } from '../markdown/paginate.ts';
import { beginsRule, codePoints, growthOf, isRule, tableBlock, withoutBold } from './tables.ts';

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

/** The pages of a finished reply: its sources as a numbered list of links under the text, then the notice in small print. */
export function finalPagesOf({ text, sources, notice }: Reply): readonly string[] {
  const list = sources.map((source) => `${source.number}. ${linkOf(source)}`);
  const print = notice === undefined ? [] : [noticeOf(notice)];
  return withFoot(pagesOf(text), [...(list.length === 0 ? [] : ['**Sources**', ...list]), ...print]);
}

/** A sentence of the bot's own, in small print. */
export function noticeOf(notice: string): string {
  return notice
    .split('\n')
    .map((line) => `-# ${line}`)
    .join('\n');
}

/** Puts the lines under the last page, or on pages of their own where they do not fit. */
function withFoot(pages: readonly string[], lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return pages;
  const last = [...pages.slice(-1), lines.join('\n')].join('\n\n');
  if (codePoints(last) <= MAX_CONTENT) return [...pages.slice(0, -1), last];
  const own: string[] = [];
  for (const line of lines) {
    const longer = `${own.at(-1)}\n${line}`;
    if (own.length === 0 || codePoints(longer) > MAX_CONTENT) own.push(line);
    else own[own.length - 1] = longer;
  }
  return [...pages, ...own];
}

const MAX_LABEL = 120;
/** Leaves room for the label within one message; an address beyond it is not shown. */
const MAX_URL = 1500;

/**
 * A masked link that nothing in title or address can break out of. Discord knows no escapes inside a label, so what
 * could end it is taken out, and so is a scheme, which would keep the link from being rendered.
 */
function linkOf({ title, url }: Source): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const plain = title.replace(/\w*:\/\//gu, ' ').replace(/[[\]<>()\\`*_~|\s\p{C}]+/gu, ' ');
  const label = Array.from(plain.trim());
  const shown =
    (label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL).join('')}…` : label.join('')) || (address?.host ?? '');
  if (address === undefined || !/^https?:$/u.test(address.protocol) || address.href.length > MAX_URL) return shown;
  const href = address.href.replace(/[()\\<>\s]/gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `[${shown}](<${href}>)`;
}
