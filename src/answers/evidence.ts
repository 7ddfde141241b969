/** All that an answer rests on, as Markdown: every source with the passages that it supports, and how surely. */
import { answerTextOf, type Turn } from '../core/conversation.ts';
import type { Source, Support } from '../core/reply.ts';
import { lineOf } from '../notices/notices.ts';
import type { AnswerSentences } from './sentences.ts';

/** Characters of a passage; of a longer one the beginning is quoted. */
const MAX_PASSAGE = 200;
const MAX_TITLE = 200;

/** Each source under its number, with what it supports quoted below; then the texts that the answer repeats. */
export function evidenceOf(turn: Turn, say: AnswerSentences): string {
  const { sources, quotes = [], supports = [] } = turn;
  const text = answerTextOf(turn);
  const listed = sources.map((source) =>
    [
      `${source.number}. ${linkOf(source)}`,
      ...supports.flatMap((support) => passageFor(source, support, { text, say })),
    ].join('\n'),
  );
  return [
    ...(listed.length === 0 ? [] : [`**${say.sources}**`, ...listed]),
    ...(quotes.length === 0 ? [] : [`**${say.quotes}**`, ...quotes.map((quote) => `- ${linkOf(quote)}`)]),
  ].join('\n');
}

/** Quoted, if this source supports it. */
function passageFor(
  { number }: Source,
  { start, end, sources, confidence }: Support,
  { text, say }: { readonly text: string; readonly say: AnswerSentences },
): readonly string[] {
  const at = sources.indexOf(number);
  const passage = plain(lineOf(text.slice(start, end), MAX_PASSAGE));
  if (at < 0 || passage === '') return [];
  const sure = confidence?.[at];
  return [`   - “${passage}”${sure === undefined ? '' : ` (${say.sure(Math.round(sure * 100))})`}`];
}

/** A link whose label cannot end it early, and whose address cannot either. */
function linkOf({ title, url, kind }: Source): string {
  const href = URL.parse(url)?.href.replace(/[()<>\s\\]/gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const site = kind === 'maps' ? ' · Google Maps' : '';
  const label = plain(lineOf(title, MAX_TITLE)) || (URL.parse(url)?.host ?? '');
  return href === undefined ? `${label}${site}` : `[${label}](<${href}>)${site}`;
}

/** Without what would make more of it than its words. A scheme in a label would keep some from showing the link. */
function plain(text: string): string {
  return text
    .replace(/\w+:\/\//gu, '')
    .replace(/[[\]<>()\\`*_~|#]+/gu, ' ')
    .replace(/ {2,}/gu, ' ')
    .trim();
}
