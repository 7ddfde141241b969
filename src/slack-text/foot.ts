/** What stands under an answer on Slack: its sources, searches and quotes as links, and the notice, in a context block. */
import type { Reply, Source } from '../core/reply.ts';
import { noticesIn } from '../notices/notices.ts';
import { siteOf } from '../sources/sources.ts';
import { labelOf, linkOf, plain } from './escape.ts';

/** Characters of one text in a context block, of 3000. @see https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
const MAX_TEXT = 2900;
const MAX_LABEL = 120;

/** What is beside the text of a reply: pictures that are not shown, and files with parts of it, by name. */
export interface Beside {
  readonly unshown?: number;
  readonly files?: readonly string[];
}

/** The texts of the foot in mrkdwn, each fit for one element of a context block; none when there is nothing to say. */
export function footOf(reply: Reply, { unshown = 0, files = [] }: Beside): readonly string[] {
  const { sources, searches = [], quotes = [], notice, footer } = reply;
  const notices = noticesIn(reply.language);
  const { headings, more, alsoAsFiles } = notices;
  const numbered = sources.map((source) => `${source.number}. ${sourceLinkOf(source)}`);
  const searched = searches.map(({ query, url }) => linkOf(labelOf(query, MAX_LABEL), url));
  return [
    ...listOf({ head: `*${headings.sources}*\n`, between: '\n', more }, numbered),
    ...listOf({ head: `*${headings.searches}* `, between: ' · ', more }, searched),
    ...listOf({ head: `*${headings.quotes}* `, between: ' · ', more }, quotes.map(sourceLinkOf)),
    ...(notice === undefined ? [] : [noticeOf(notice)]),
    ...(files.length === 0 ? [] : [noticeOf(alsoAsFiles(files.join(', ')))]),
    ...(unshown === 0 ? [] : [noticeOf(notices.ofPictures(unshown))]),
    ...(footer === undefined ? [] : [noticeOf(footer)]),
  ];
}

/** A sentence of the bot's own as mrkdwn. */
export function noticeOf(notice: string): string {
  // Escaped, a sign has five characters at most.
  return plain(notice.slice(0, MAX_TEXT / 5).toWellFormed());
}

interface ListWords {
  readonly head: string;
  readonly between: string;
  readonly more: (count: number) => string;
}

/** As many entries as one text holds, and how many it leaves out. */
function listOf({ head, between, more }: ListWords, entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return [];
  for (let shown = entries.length; shown > 0; shown--) {
    const rest = shown === entries.length ? [] : [more(entries.length - shown)];
    const text = head + [...entries.slice(0, shown), ...rest].join(between);
    if (text.length <= MAX_TEXT) return [text];
  }
  return [head + more(entries.length)];
}

function sourceLinkOf(source: Source): string {
  const title = labelOf(source.title, MAX_LABEL);
  const site = labelOf(siteOf(source) ?? '', MAX_LABEL);
  const host = labelOf(URL.parse(source.url)?.host ?? '', MAX_LABEL);
  return linkOf(title === '' ? host : [title, ...(site === '' ? [] : [site])].join(' · '), source.url);
}
