/** At start: every mention the journal still holds is answered, or ends with what its reader saw and is marked as interrupted. */
import type { Platform, Turn } from '../core/conversation.ts';
import { brokenBy, type Ending, HalleyError } from '../core/errors.ts';
import type { Journal, JournalEntry } from '../core/inbound.ts';
import type { Log } from '../core/ports.ts';
import { noticesIn } from '../notices/notices.ts';
import type { Steering } from '../steering/steering.ts';
import { LeftOpen } from './lanes.ts';
import { userContent } from './prompt.ts';

export interface RecoveryOptions {
  readonly journal: Journal;
  /** The platforms of this process; entries of others stay as they are. */
  readonly platforms: ReadonlySet<Platform>;
  /** Answers the entry in its lane, into the posts that stand. */
  readonly answer: (entry: JournalEntry) => void;
  /** Ends the entry in its lane with what was seen of its answer. */
  readonly interrupt: (entry: JournalEntry) => void;
  /** Milliseconds: an entry received longer ago than this is not answered any more. */
  readonly resumeMs: number;
  readonly log: Log;
}

/** Goes through the open entries, oldest first, so that each conversation's order stays. @throws StorageUnavailable */
export async function recover(options: RecoveryOptions): Promise<void> {
  const { journal, platforms, resumeMs, log } = options;
  for (const entry of await journal.open()) {
    if (!platforms.has(entry.mention.place.platform)) continue;
    const ageMs = Date.now() - entry.mention.receivedAt;
    const resumed = ageMs <= resumeMs;
    log.info('turn.recovered', { mention: entry.mention.id, ageMs, resumed });
    if (resumed) options.answer(begunOf(entry));
    else options.interrupt(begunOf(entry));
  }
}

function begunOf({ mention, ...entry }: JournalEntry): JournalEntry {
  return { ...entry, mention: { ...mention, replyTo: { ...mention.replyTo, isResumed: true } } };
}

/** The turn of an entry that is not answered any more: the question, and what was seen of its answer. @throws StorageUnavailable, StorageCorrupt */
export async function unfinishedTurn(
  { mention, posts, seen = '' }: JournalEntry,
  ending: Ending,
  steering: Steering,
): Promise<Turn> {
  const { text, chosen, language, completed } = await steering.of(mention);
  const { id, author, attachments, receivedAt } = mention;
  const question = userContent(mention, text);
  const notice = noticesIn(language).ofEnding(ending, seen.trim() !== '');
  const turn: Turn = {
    id,
    author,
    text,
    ...(attachments.length === 0 ? {} : { files: attachments.map(({ name }) => ({ name })) }),
    contents: seen.trim() === '' ? [question] : [question, { role: 'model', parts: [{ text: seen }] }],
    ending,
    ...(notice === undefined ? {} : { notice }),
    language,
    sources: [],
    model: chosen.model,
    usage: {},
    posts,
    receivedAt,
    endedAt: Math.max(receivedAt, Date.now()),
  };
  return completed(turn, '');
}

/**
 * What is remembered of an answer that could not be made to stand: what its reader saw of it, if anything.
 * @throws LeftOpen when the platform may take it later: the next start answers anew.
 */
export function seenOf(turn: Turn, failure: unknown, log: Log): Turn {
  log.error('reply.unfinished', failure, { mention: turn.id });
  if (failure instanceof HalleyError && failure.retryable) throw new LeftOpen();
  const contents: Turn['contents'] = turn.posts.length === 0 ? [turn.contents[0]] : turn.contents;
  return { ...turn, contents, ending: brokenBy(failure) };
}
