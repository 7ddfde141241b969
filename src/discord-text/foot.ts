/** What stands under an answer on Discord: its sources, searches and quotes as links, and the notice in small print. */
import type { Reply, Source } from '../core/reply.ts';
import { codePoints } from '../markdown/tables.ts';
import { noticesIn } from '../notices/notices.ts';
import { siteOf } from '../sources/sources.ts';

/** Characters of a line of links; what it cannot hold is told as a count. */
const MAX_LINE = 600;
const MAX_LABEL = 120;
/** Leaves room for the label within one message; an address beyond it is not shown. */
const MAX_URL = 1500;

/** What room there is for a foot, and how many sources it has to list, or all if there are fewer. */
export interface FootRoom {
  readonly holds: (foot: string) => boolean;
  readonly least: number;
}

/**
 * The foot of a reply, with as many of its sources as there is room for and the others as a count; undefined when there is
 * not room enough. Empty when there is nothing to say.
 */
export function footOf(reply: Reply, room: FootRoom): string | undefined {
  const { sources, searches = [], quotes = [], notice } = reply;
  const { headings, more } = noticesIn(reply.language);
  const list = sources.map((source) => `${source.number}. ${sourceLinkOf(source)}`);
  const searched = searches.map(({ query, url }) => linkOf(labelOf(query), url));
  const beside = [
    ...lineOf({ name: headings.searches, more }, searched),
    ...lineOf({ name: headings.quotes, more }, quotes.map(sourceLinkOf)),
    ...(notice === undefined ? [] : [noticeOf(notice)]),
  ];
  for (let shown = list.length; shown >= Math.min(room.least, list.length); shown--) {
    const head = list.length === 0 ? [] : [`**${headings.sources}**`, ...list.slice(0, shown)];
    const rest = shown === list.length ? [] : [`-# ${more(list.length - shown)}`];
    const foot = [...head, ...rest, ...beside].join('\n');
    if (room.holds(foot)) return foot;
  }
  return undefined;
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

/** An address as it can stand in angle brackets within a link and within text; undefined when it is no web address or too long to be shown. */
export function hrefOf(url: string): string | undefined {
  const address = URL.parse(url);
  if (address === null || !/^https?:$/u.test(address.protocol) || address.href.length > MAX_URL) return undefined;
  return address.href.replace(/[()\\<>\s`*|~]/gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/** What a line of links is called, and how it says that there are more. */
interface LineWords {
  readonly name: string;
  readonly more: (count: number) => string;
}

/** As many links as a line holds, in small print. */
function lineOf({ name, more }: LineWords, links: readonly string[]): readonly string[] {
  let line = '';
  let shown = 0;
  for (const link of links) {
    const longer = line === '' ? `-# ${name}: ${link}` : `${line} · ${link}`;
    if (codePoints(longer) > MAX_LINE) break;
    line = longer;
    shown++;
  }
  if (line === '') return [];
  return [shown === links.length ? line : `${line} ${more(links.length - shown)}`];
}

function sourceLinkOf(source: Source): string {
  const title = labelOf(source.title);
  const site = labelOf(siteOf(source) ?? '');
  const host = labelOf(URL.parse(source.url)?.host ?? '');
  return linkOf(title === '' ? host : [title, ...(site === '' ? [] : [site])].join(' · '), source.url);
}

/** A masked link; the label alone where the address cannot be one. */
function linkOf(label: string, url: string): string {
  const href = hrefOf(url);
  return href === undefined ? label : `[${label}](<${href}>)`;
}

/**
 * A text that cannot break out of a link's label. Discord knows no escapes inside one, so what could end it is taken out,
 * and so is a scheme, which would keep the link from being rendered.
 */
function labelOf(text: string): string {
  const plain = text.replace(/\w*:\/\//gu, ' ').replace(/[[\]<>()\\`*_~|\s\p{C}]+/gu, ' ');
  const signs = Array.from(plain.trim());
  return signs.length > MAX_LABEL ? `${signs.slice(0, MAX_LABEL).join('')}…` : signs.join('');
}
