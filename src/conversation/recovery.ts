/** At start: every mention the journal still holds is answered, or its reader is told that it was interrupted. */
import type { Platform } from '../core/conversation.ts';
import { PlatformRejected } from '../core/errors.ts';
import type { ReplyAddress, Journal, JournalEntry } from '../core/inbound.ts';
import type { Log, ReplySurface } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import type { NoticesFor } from '../notices/notices.ts';

export interface RecoveryOptions {
  readonly journal: Journal;
  /** The platforms of this process; entries of others stay as they are. */
  readonly platforms: ReadonlySet<Platform>;
  /** Answers the entry in its lane, into the posts that stand. */
  readonly answer: (entry: JournalEntry) => void;
  readonly surface: (to: ReplyAddress, standing: readonly PostRef[]) => ReplySurface;
  readonly noticesFor: NoticesFor;
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
    if (resumed) options.answer(entry);
    else await interrupt(entry, options);
  }
}

/** What stands is left as it is. An entry whose reader could not be told stays open for the next start. */
async function interrupt({ mention, posts }: JournalEntry, options: RecoveryOptions): Promise<void> {
  const { journal, surface, noticesFor, log } = options;
  try {
    await surface(mention.replyTo, posts).note(noticesFor(mention.author.locale).interrupted);
  } catch (error) {
    log.error('notice.failed', error, { mention: mention.id });
    if (!(error instanceof PlatformRejected)) return;
  }
  await journal.close(mention.id);
}
