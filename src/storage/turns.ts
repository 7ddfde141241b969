/** The last turns of each conversation, one record a turn and an index that says which of them count. */
import type { ConversationId, Platform, Turn } from '../core/conversation.ts';
import { StorageCorrupt } from '../core/errors.ts';
import type { Author, MentionId } from '../core/inbound.ts';
import type { ConversationSummary, TurnStore } from '../core/ports.ts';
import { KeyvBlobStore } from './blobs.ts';
import { withoutPerson } from './erasure.ts';
import { blobsOf, fetchMedia, moveMedia, type Shelf, type StoredTurn } from './media.ts';
import { isObject, type Records, type Store } from './open.ts';

/** Base64 characters of media that a reading brings back: what one request to the model may hold. */
const MAX_READ_CHARACTERS = 20_000_000;

/** What a title keeps of a question: 200 code points, so that no character is cut in two. */
const TITLE = /^.{0,200}/su;

export interface TurnStoreOptions {
  /** Turns kept per conversation, from 1. */
  readonly maxTurns: number;
  /** How long pictures and files are kept, in days above 0. Default: 30. */
  readonly keepDays?: number;
  /** Base64 characters of pictures and files that a reading brings back, the newest first. Default: 20 million. */
  readonly maxReadCharacters?: number;
}

/** A remembered turn as the index knows it; what a list of conversations shows stands here, so that it reads no turns. */
interface IndexedTurn {
  readonly id: MentionId;
  readonly slot: number;
  readonly title: string;
  readonly endedAt: number;
  /** Its blobs; absent in records of before there were any. */
  readonly blobs?: readonly string[];
}

/**
 * An append writes the turn into a slot that the index does not name, then the index, so it costs one turn however
 * many there are, and a crash between the two leaves the old memory whole. What stands in a slot that no index names
 * is never read, and the next append writes over it. Pictures and files are blobs of the slot; those that are no longer
 * kept are read as a note.
 */
export class KeyvTurnStore implements TurnStore {
  readonly #turns: Records<StoredTurn>;
  readonly #indexes: Records<readonly IndexedTurn[]>;
  readonly #forgotten: Records<number>;
  readonly #blobs: KeyvBlobStore;
  readonly #options: TurnStoreOptions;

  constructor(store: Store, options: TurnStoreOptions) {
    this.#turns = store.records('turns', { isData: isTurn });
    this.#indexes = store.records('conversations', { isData: isIndex });
    this.#forgotten = store.records('forgotten', { isData: (data) => typeof data === 'number' });
    this.#blobs = new KeyvBlobStore(store, options);
    this.#options = options;
  }

  async turns(id: ConversationId): Promise<readonly Turn[]> {
    const index = (await this.#indexes.get(id)) ?? [];
    const found = await this.#stored(id, index);
    const room = { characters: this.#options.maxReadCharacters ?? MAX_READ_CHARACTERS };
    const turns: Turn[] = [];
    for (const [position, stored] of [...found.entries()].toReversed())
      turns.push(await fetchMedia(stored, this.#shelfOf(id, index[position]?.slot ?? 0), room));
    return turns.toReversed();
  }

  /** The records that an index names. @throws StorageCorrupt */
  async #stored(id: ConversationId, index: readonly IndexedTurn[]): Promise<readonly StoredTurn[]> {
    const found = await this.#turns.getMany(index.map(({ slot }) => keyOf(id, slot)));
    return index.map((indexed, at) => {
      const stored = found[at];
      if (stored?.id !== indexed.id) throw new StorageCorrupt(`turns/${keyOf(id, indexed.slot)}`);
      return stored;
    });
  }

  async append(id: ConversationId, turn: Turn): Promise<void> {
    const before = (await this.#indexes.get(id)) ?? [];
    const slot = freeSlotOf(before);
    const { stored, names } = await moveMedia(turn, this.#shelfOf(id, slot));
    await this.#turns.set(keyOf(id, slot), stored);
    const mine = { id: turn.id, slot, title: titleOf(turn), endedAt: turn.endedAt, blobs: names };
    const standing = before.findIndex((indexed) => indexed.id === turn.id);
    const after = (standing < 0 ? [...before, mine] : before.with(standing, mine)).slice(-this.#options.maxTurns);
    await this.#indexes.set(id, after);
    await this.#drop(
      id,
      before.filter((old) => !after.includes(old)),
    );
  }

  /** Removes what no index names any more, bytes included. */
  async #drop(id: ConversationId, dropped: readonly IndexedTurn[]): Promise<void> {
    await this.#turns.delete(dropped.map(({ slot }) => keyOf(id, slot)));
    for (const { slot, blobs = [] } of dropped) await this.#blobs.drop(keyOf(id, slot), blobs);
  }

  #shelfOf(id: ConversationId, slot: number): Shelf {
    return { blobs: this.#blobs, place: keyOf(id, slot) };
  }

  /** The index goes first, so that what a crash leaves is never read. */
  async forget(id: ConversationId, person?: Pick<Author, 'id' | 'name'>): Promise<number> {
    const before = (await this.#indexes.get(id)) ?? [];
    const found = person === undefined ? [] : await this.#stored(id, before);
    const dropped = before.filter((_, at) => person === undefined || found[at]?.author.id === person.id);
    await this.#leave(id, before, dropped);
    if (person !== undefined && dropped.length < before.length) await this.#takeOut(id, person);
    return dropped.length;
  }

  /** Each turn of others without what it quotes of this person. What a crash leaves is taken out when it is asked for again. */
  async #takeOut(id: ConversationId, person: Pick<Author, 'id' | 'name'>): Promise<void> {
    const index = (await this.#indexes.get(id)) ?? [];
    const found = await this.#stored(id, index);
    for (const [at, stored] of found.entries()) {
      const left = withoutPerson(stored, person);
      const indexed = index[at];
      if (left === stored || indexed === undefined) continue;
      const place = keyOf(id, indexed.slot);
      await this.#turns.set(place, left);
      const blobs = new Set(blobsOf(left));
      await this.#blobs.drop(
        place,
        blobsOf(stored).filter((blob) => !blobs.has(blob)),
      );
    }
  }

  async drop(id: ConversationId, turn: MentionId): Promise<Turn | undefined> {
    const before = (await this.#indexes.get(id)) ?? [];
    const indexed = before.find((each) => each.id === turn);
    if (indexed === undefined) return undefined;
    const [stored] = await this.#turns.getMany([keyOf(id, indexed.slot)]);
    const dropped = stored && (await fetchMedia(stored, this.#shelfOf(id, indexed.slot), { characters: 0 }));
    await this.#leave(id, before, [indexed]);
    return dropped;
  }

  forgottenAt(id: ConversationId): Promise<number | undefined> {
    return this.#forgotten.get(id);
  }

  /** Of a conversation that had no turns it is remembered too that it was forgotten: something may stand before its next one. */
  async #leave(id: ConversationId, before: readonly IndexedTurn[], dropped: readonly IndexedTurn[]): Promise<void> {
    const kept = before.filter((indexed) => !dropped.includes(indexed));
    if (kept.length === 0) {
      await this.#forgotten.set(id, Date.now());
      await this.#indexes.delete([id]);
    } else if (dropped.length > 0) await this.#indexes.set(id, kept);
    await this.#drop(id, dropped);
  }

  /** Drops the turns that ended before, and resolves with how many there were. */
  async expire(id: ConversationId, limit: number): Promise<number> {
    const before = (await this.#indexes.get(id)) ?? [];
    const dropped = before.filter(({ endedAt }) => endedAt < limit);
    const kept = before.filter(({ endedAt }) => endedAt >= limit);
    if (dropped.length === 0) return 0;
    if (kept.length === 0) await this.#indexes.delete([id]);
    else await this.#indexes.set(id, kept);
    await this.#drop(id, dropped);
    return dropped.length;
  }

  /** Every conversation with the end of its oldest turn. Walks the whole store. */
  async *aged(): AsyncGenerator<{ readonly id: ConversationId; readonly oldestAt: number }> {
    // Every key of this namespace went in as a ConversationId.
    for await (const [key, index] of this.#indexes.entries())
      yield { id: key as ConversationId, oldestAt: Math.min(...index.map(({ endedAt }) => endedAt)) };
  }

  /** A conversation whose index cannot be read is logged and left out. Titles are cut to 200 characters. */
  async conversations(platform: Platform, workspace: string): Promise<readonly ConversationSummary[]> {
    const prefix = `${platform}:${encodeURIComponent(workspace)}/`;
    const summaries: ConversationSummary[] = [];
    for await (const [key, index] of this.#indexes.entries()) {
      const [first] = index;
      const last = index.at(-1);
      if (!key.startsWith(prefix) || first === undefined || last === undefined) continue;
      // Every key of this namespace went in as a ConversationId.
      summaries.push({ id: key as ConversationId, title: first.title, lastAt: last.endedAt });
    }
    return summaries.sort((a, b) => b.lastAt - a.lastAt);
  }
}

/** A ConversationId is percent-encoded and so holds no `#` of its own. */
function keyOf(id: ConversationId, slot: number): string {
  return `${id}#${slot}`;
}

/** What a list calls a conversation that began with this turn: the question, or its first file. */
function titleOf({ text, files = [] }: Turn): string {
  return TITLE.exec(text || (files[0]?.name ?? ''))?.[0] ?? '';
}

/** The lowest slot the index does not name: with one to spare, slots never outgrow the turns kept. */
function freeSlotOf(index: readonly IndexedTurn[]): number {
  const taken = new Set(index.map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot++;
  return slot;
}

function isIndex(data: unknown): data is readonly IndexedTurn[] {
  return Array.isArray(data) && data.every(isIndexedTurn);
}

function isIndexedTurn(data: unknown): data is IndexedTurn {
  return (
    isObject(data) &&
    [data.id, data.title].every((field) => typeof field === 'string') &&
    [data.slot, data.endedAt].every((field) => typeof field === 'number') &&
    (data.blobs === undefined || Array.isArray(data.blobs))
  );
}

function isTurn(data: unknown): data is StoredTurn {
  return (
    isObject(data) &&
    [data.id, data.text, data.model].every((field) => typeof field === 'string') &&
    [data.receivedAt, data.endedAt].every((field) => typeof field === 'number') &&
    [data.author, data.ending, data.usage].every(isObject) &&
    [data.sources, data.posts].every(Array.isArray) &&
    Array.isArray(data.contents) &&
    data.contents.length > 0 &&
    data.contents.every(isContent)
  );
}

function isContent(data: unknown): boolean {
  return isObject(data) && (data.role === 'user' || data.role === 'model') && Array.isArray(data.parts);
}
