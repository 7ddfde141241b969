/** Mentions accepted and not yet stored, with the posts that stand for them, and the ids of those that are done. */
import type { Mention, MentionId, Journal, JournalEntry } from '../core/inbound.ts';
import type { PostRef } from '../core/reply.ts';
import { isObject, type Records, type Store } from './open.ts';

const THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1_000;

export interface JournalOptions {
  /** How long a closed id is known against redelivery, in milliseconds above 0. Default: three days. */
  readonly rememberMs?: number;
}

/** One record per mention: while it is open the whole entry, once it is closed only that it was. */
type JournalRecord =
  | ({ readonly state: 'open' } & JournalEntry)
  | { readonly state: 'closed' /** The last one that was closed; absent: the first. */; readonly attempt?: number };

/** A journal whose every write is on disk before it resolves. */
export class KeyvJournal implements Journal {
  readonly #records: Records<JournalRecord>;
  readonly #rememberMs: number;

  constructor(store: Store, options: JournalOptions = {}) {
    this.#records = store.records('journal', { isData: isJournalRecord, durable: true });
    this.#rememberMs = options.rememberMs ?? THREE_DAYS_MS;
  }

  /** Of two deliveries at once exactly one is told true. */
  async accept(mention: Mention, posts: readonly PostRef[] = []): Promise<boolean> {
    let isNew = false;
    await this.#records.update(mention.id, (known) => {
      const closed = known?.state === 'closed' ? (known.attempt ?? 1) : undefined;
      isNew = known === undefined || (closed !== undefined && closed < (mention.attempt ?? 1));
      return isNew ? { data: { state: 'open', mention, posts } } : undefined;
    });
    return isNew;
  }

  async amend(mention: Mention): Promise<JournalEntry | undefined> {
    let amended: JournalEntry | undefined;
    await this.#records.update(mention.id, (known) => {
      if (known?.state !== 'open') return undefined;
      amended = { mention, posts: known.posts };
      return { data: { state: 'open', ...amended } };
    });
    return amended;
  }

  /** Does nothing for an entry that is not open. */
  async posted(id: MentionId, posts: readonly PostRef[]): Promise<void> {
    await this.#records.update(id, (known) => (known?.state === 'open' ? { data: { ...known, posts } } : undefined));
  }

  async close(id: MentionId): Promise<void> {
    await this.#records.update(id, (known) => {
      const attempt = known?.state === 'open' ? known.mention.attempt : known?.attempt;
      return { data: { state: 'closed', ...(attempt === undefined ? {} : { attempt }) }, ttlMs: this.#rememberMs };
    });
  }

  /** An entry that cannot be read is logged and left where it is. */
  async open(): Promise<readonly JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for await (const [, record] of this.#records.entries())
      if (record.state === 'open') entries.push({ mention: record.mention, posts: record.posts });
    // The sort is stable: mentions of the same millisecond stay in the order of their ids, which platforms count up.
    return entries.sort((a, b) => a.mention.receivedAt - b.mention.receivedAt);
  }
}

function isJournalRecord(data: unknown): data is JournalRecord {
  if (!isObject(data)) return false;
  if (data.state === 'closed') return data.attempt === undefined || typeof data.attempt === 'number';
  return data.state === 'open' && isMention(data.mention) && Array.isArray(data.posts);
}

function isMention(data: unknown): data is Mention {
  return (
    isObject(data) &&
    [data.id, data.conversation, data.text].every((field) => typeof field === 'string') &&
    [data.author, data.place, data.replyTo].every(isObject) &&
    Array.isArray(data.attachments) &&
    typeof data.receivedAt === 'number'
  );
}
