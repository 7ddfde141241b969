/** Mentions accepted and not yet stored, with the posts that stand for them, and the ids of those that are done. */
import type { Mention, MentionId, Journal, JournalEntry } from '../core/inbound.ts';
import type { ConversationId } from '../core/conversation.ts';
import type { PostRef } from '../core/reply.ts';
import { isObject, type Records, type Store } from './open.ts';

const THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1_000;

export interface JournalOptions {
  /** How long a closed id is known against redelivery, in milliseconds above 0. Default: three days. */
  readonly rememberMs?: number;
}

/** One record per mention: while it is open the whole entry, once it is closed only that it was, and when it came. */
type JournalRecord =
  | ({ readonly state: 'open' } & JournalEntry)
  | {
      readonly state: 'closed';
      /** The last one that was closed; absent: the first. */
      readonly attempt?: number;
      /** Absent in records of before it was kept. */
      readonly receivedAt?: number;
    };

/** A journal whose every write is on disk before it resolves, but for the texts of answers under way: they come too often. */
export class KeyvJournal implements Journal {
  readonly #records: Records<JournalRecord>;
  readonly #texts: Records<string>;
  readonly #since: Records<number>;
  readonly #rememberMs: number;

  constructor(store: Store, options: JournalOptions = {}) {
    this.#records = store.records('journal', { isData: isJournalRecord, durable: true });
    this.#texts = store.records('drafts', { isData: (data) => typeof data === 'string' });
    this.#since = store.records('followed', { isData: (data) => typeof data === 'number' });
    this.#rememberMs = options.rememberMs ?? THREE_DAYS_MS;
  }

  async isKnown(mention: Mention): Promise<boolean> {
    return !isNew(await this.#records.get(mention.id), mention);
  }

  /** Of two deliveries at once exactly one is told true. */
  async accept(mention: Mention, posts: readonly PostRef[] = []): Promise<boolean> {
    let accepted = false;
    await this.#records.update(mention.id, (known) => {
      accepted = isNew(known, mention);
      return accepted ? { data: { state: 'open', mention, posts } } : undefined;
    });
    if (accepted) await this.#follow(mention);
    return accepted;
  }

  async since(id: ConversationId): Promise<number | undefined> {
    return this.#since.get(id);
  }

  async #follow({ conversation, receivedAt }: Mention): Promise<void> {
    await this.#since.update(conversation, (since = receivedAt) => ({ data: since, ttlMs: this.#rememberMs }));
  }

  async attempts(id: MentionId): Promise<number> {
    const known = await this.#records.get(id);
    if (known === undefined) return 0;
    return (known.state === 'open' ? known.mention.attempt : known.attempt) ?? 1;
  }

  async receivedAt(id: MentionId): Promise<number | undefined> {
    const known = await this.#records.get(id);
    return known?.state === 'open' ? known.mention.receivedAt : known?.receivedAt;
  }

  async amend(mention: Mention): Promise<JournalEntry | undefined> {
    let amended: JournalEntry | undefined;
    await this.#texts.delete([mention.id]);
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

  async seen(id: MentionId, text: string): Promise<void> {
    await this.#texts.set(id, text, this.#rememberMs);
  }

  async close(id: MentionId): Promise<void> {
    // Before the entry, which a crash between the two leaves to be looked at again.
    await this.#texts.delete([id]);
    await this.#records.update(id, (known) => {
      const { attempt, receivedAt } = (known?.state === 'open' ? known.mention : known) ?? {};
      const kept = {
        ...(attempt === undefined ? {} : { attempt }),
        ...(receivedAt === undefined ? {} : { receivedAt }),
      };
      return { data: { state: 'closed', ...kept }, ttlMs: this.#rememberMs };
    });
  }

  /** An entry that cannot be read is logged and left where it is. */
  async open(): Promise<readonly JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for await (const [, record] of this.#records.entries())
      if (record.state === 'open') entries.push(await this.#entryOf(record));
    // The sort is stable: mentions of the same millisecond stay in the order of their ids, which platforms count up.
    return entries.sort((a, b) => a.mention.receivedAt - b.mention.receivedAt);
  }

  async #entryOf({ mention, posts }: JournalEntry): Promise<JournalEntry> {
    const seen = await this.#texts.get(mention.id);
    return { mention, posts, ...(seen === undefined ? {} : { seen }) };
  }
}

function isNew(known: JournalRecord | undefined, { attempt = 1 }: Mention): boolean {
  return known === undefined || (known.state === 'closed' && (known.attempt ?? 1) < attempt);
}

function isJournalRecord(data: unknown): data is JournalRecord {
  if (!isObject(data)) return false;
  if (data.state === 'closed')
    return [data.attempt, data.receivedAt].every((field) => field === undefined || typeof field === 'number');
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
