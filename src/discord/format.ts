/** From the model's Markdown to the messages Discord renders, sources and notice included; formatting twice changes nothing. */
import type { Reply, Source } from '../core/reply.ts';
import { type PageLimit, paginate } from '../markdown/paginate.ts';

/**
 * Characters one message holds, counted as code points.
 * @see https://docs.discord.com/developers/resources/message#create-message
 */
const MAX_CONTENT = 2000;

const FENCE = /^\s*(?<marks>`{3,}(?=[^`]*$)|~{3,})/u;
const TABLE_RULE = /^\s*(?=.*\|)(?=.*-)\|?(?:\s*:?-+:?\s*\|)*(?:\s*:?-+:?\s*)?\|?\s*$/u;
const RULE = /^\s{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
/** Four spaces make code of it. Hashes at the end belong to the title unless a space parts them from it. */
const DEEP_HEADING = /^(?<indent>(?: {0,3}>)* {0,3})#{4,6}[ \t]+(?<title>.*?)(?:[ \t]+#+)?[ \t]*$/u;
/** A code span with its content, or a text in bold. */
const SPAN_OR_BOLD = /(?<!`)(?<ticks>`+)(?!`)(?<code>.+?)(?<!`)\k<ticks>(?!`)|\*\*(?=\S)(?<bold>.+?)(?<=\S)\*\*/gu;
const TASK = /^(?<bullet>[\s>]*(?:[-*+]|\d+[.)])[ \t]+)\[(?<mark>[ xX])\](?=[ \t])/u;
const CODE_OR_URL_LINK =
  /(?<!`)(`+)[^`](?:.*?[^`])?\1(?!`)|\[[^[\]]*https?:\/\/[^[\]]*\]\(<?(https?:\/\/[^\s()<>]+)>?\)/gu;

/** Length as Discord counts it. */
function codePoints(text: string): number {
  return Array.from(text).length;
}

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
    } else if (line.includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) {
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
  if (RULE.test(line)) return '─'.repeat(12);
  const heading = DEEP_HEADING.exec(line)?.groups;
  const title = withoutBold(heading?.title ?? '', (span) => span).trim();
  // A title of asterisks alone would turn into a rule.
  if (heading !== undefined && /[^*\s]/u.test(title)) return `${heading.indent}**${withPlainUrls(title)}**`;
  return withPlainUrls(line.replace(TASK, (_, bullet: string, mark: string) => `${bullet}${mark === ' ' ? '☐' : '☑'}`));
}

/** The text without its marks for bold; code spans, whose stars are the model's own, become what `ofCode` makes of them. */
function withoutBold(text: string, ofCode: (span: string, code: string) => string): string {
  let out = '';
  let at = 0;
  for (const { 0: span, index, groups } of text.matchAll(SPAN_OR_BOLD)) {
    const { code, bold = '' } = groups ?? {};
    out += text.slice(at, index) + (code === undefined ? withoutBold(bold, ofCode) : ofCode(span, code));
    at = index + span.length;
  }
  return out + text.slice(at);
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

/** Room for a delimiter with both of its colons. */
const MIN_COLUMN = 3;

/** A table as a code block with its columns aligned; the second line is the delimiter row. */
function tableBlock([header = '', rule = '', ...body]: readonly string[]): readonly string[] {
  const rows = [header, ...body].map(cellsOf);
  const rules = cellsOf(rule);
  const toTheRight = rules.map((cell) => /^-+:$/u.test(cell));
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(MIN_COLUMN, ...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const text = rows.map((row) =>
    widths
      .map((width, column) => padded(row[column] ?? '', width, toTheRight[column] === true))
      .join(' | ')
      .trimEnd(),
  );
  const line = widths.map((width, column) => ruleOf(rules[column] ?? '', width)).join('-|-');
  return ['```', ...text.slice(0, 1), line, ...text.slice(1), '```'];
}

/** A delimiter as wide as its column, with the colons that align it. */
function ruleOf(rule: string, width: number): string {
  const [left, right] = [rule.startsWith(':') ? ':' : '', rule.endsWith(':') ? ':' : ''];
  return left + '-'.repeat(Math.max(0, width - left.length - right.length)) + right;
}

/** The cells of a row without Markdown, which a code block would show as it is written. */
function cellsOf(row: string): readonly string[] {
  const inner = row
    .trim()
    .replace(/^\|/u, '')
    .replace(/(?<!\\)\|$/u, '');
  return inner
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.replace(/\\\|/gu, '|').replace(/<br\s*\/?>/giu, ' '))
    .map((cell) => withoutBold(cell, (_span, code) => code.trim()).trim());
}

function padded(cell: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(width - displayWidth(cell));
  return toTheRight ? space + cell : cell + space;
}

const GRAPHEMES = new Intl.Segmenter();
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]|\ufe0f/u;

/** Columns a text takes in a fixed-width font: two for East Asian letters and emoji. */
function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Formatting may shorten what is not yet complete, a link for one; a measure must not shrink when text is added. */
const PAGE: PageLimit = {
  max: MAX_CONTENT,
  measure: (page) => Math.max(codePoints(page), codePoints(format(page))),
};

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

/** What would make more of a plain text than its characters. A scheme is what makes a link of an address. */
const MARKUP = /[\\*_~`|<>[\]]|:(?=\/\/)/gu;

/** A plain text, such as a sentence with names that people chose, as Markdown that shows it as it is. */
function plain(text: string): string {
  return text.replace(MARKUP, String.raw`\$&`);
}

/** A sentence of the bot's own, in small print. */
export function noticeOf(notice: string): string {
  return plain(notice)
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
