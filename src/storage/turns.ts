/** The last turns of each conversation, one record a turn and an index that says which of them count. */
import type { ConversationId, ConversationSummary, Platform, Rating, Turn, Vote } from '../core/conversation.ts';
import { StorageCorrupt } from '../core/errors.ts';
import type { Author, MentionId } from '../core/inbound.ts';
import type { TurnStore } from '../core/ports.ts';
import { KeyvBlobStore } from './blobs.ts';
import { freeSlotOf, type IndexedTurn, isIndex, keyOf, titleOf, withoutPerson } from './erasure.ts';
import { blobsGone, fetchMedia, isTurn, moveMedia, type Shelf, type StoredTurn } from './media.ts';
import type { Records, Store } from './open.ts';

/** Base64 characters of media that a reading brings back: what one request to the model may hold. */
const MAX_READ_CHARACTERS = 20_000_000;

export interface TurnStoreOptions {
  /** Turns kept per conversation, from 1. */
  readonly maxTurns: number;
  /** How long pictures and files are kept, in days above 0. Default: 30. */
  readonly keepDays?: number;
  /** Base64 characters of pictures and files that a reading brings back, the newest first. Default: 20 million. */
  readonly maxReadCharacters?: number;
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
  /** The last write to each conversation that is being written to. */
  readonly #writing = new Map<ConversationId, Promise<void>>();

  constructor(store: Store, options: TurnStoreOptions) {
    this.#turns = store.records('turns', { isData: isTurn });
    this.#indexes = store.records('conversations', { isData: isIndex });
    this.#forgotten = store.records('forgotten', { isData: (data) => typeof data === 'number' });
    this.#blobs = new KeyvBlobStore(store, options);
    this.#options = options;
  }

  /** What cannot be read is told once and then set aside: the next reading is without it. */
  async turns(id: ConversationId): Promise<readonly Turn[]> {
    try {
      return await this.#read(id);
    } catch (error) {
      if (error instanceof StorageCorrupt) await this.#mend(id);
      throw error;
    }
  }

  async #read(id: ConversationId): Promise<readonly Turn[]> {
    const index = (await this.#indexes.get(id)) ?? [];
    const found = await this.#turns.getMany(index.map(({ slot }) => keyOf(id, slot)));
    const room = { characters: this.#options.maxReadCharacters ?? MAX_READ_CHARACTERS };
    const turns: Turn[] = [];
    for (const [position, indexed] of [...index.entries()].toReversed()) {
      const stored = found[position];
      if (stored?.id !== indexed.id) throw new StorageCorrupt(`turns/${keyOf(id, indexed.slot)}`);
      turns.push(await fetchMedia(stored, this.#shelfOf(id, indexed.slot), room));
    }
    return turns.toReversed();
  }

  append(id: ConversationId, turn: Turn): Promise<void> {
    return this.#inOrder(id, () => this.#append(id, turn));
  }

  rate(id: ConversationId, turn: MentionId, vote: Vote): Promise<Rating | 'none' | undefined> {
    return this.#inOrder(id, () => this.#rate(id, turn, vote));
  }

  /** The index goes first, so that what a crash leaves is never read. */
  forget(id: ConversationId, person?: Pick<Author, 'id' | 'name'>): Promise<number> {
    return this.#inOrder(id, () => this.#forget(id, person));
  }

  /** One write after the other: what people think of answers comes while others are written. */
  async #inOrder<T>(id: ConversationId, write: () => Promise<T>): Promise<T> {
    const written = (this.#writing.get(id) ?? Promise.resolve()).then(write);
    // Whoever asked for the write hears of its failure; the next one only waits for its end.
    const ended = Promise.allSettled([written]).then(() => undefined);
    this.#writing.set(id, ended);
    try {
      return await written;
    } finally {
      if (this.#writing.get(id) === ended) this.#writing.delete(id);
    }
  }

  async #rate(id: ConversationId, turn: MentionId, { by, rating }: Vote): Promise<Rating | 'none' | undefined> {
    const indexed = (await this.#indexes.get(id))?.find((each) => each.id === turn);
    if (indexed === undefined) return undefined;
    const key = keyOf(id, indexed.slot);
    const stored = await this.#turns.get(key);
    if (stored?.id !== turn) throw new StorageCorrupt(`turns/${key}`);
    const { ratings = {} } = stored;
    if (ratings[by] !== rating) await this.#turns.set(key, { ...stored, ratings: { ...ratings, [by]: rating } });
    return ratings[by] ?? 'none';
  }

  /** Leaves an index that names what can be read; without a readable one all of the conversation is set aside. */
  async #mend(id: ConversationId): Promise<void> {
    const index = await unlessCorrupt(() => this.#indexes.get(id));
    if (index === undefined) {
      if (!(await this.#indexes.setAside([id]))) return;
      // One slot more than turns are kept is in use.
      await this.#turns.setAside(Array.from({ length: this.#options.maxTurns + 1 }, (_, slot) => keyOf(id, slot)));
      return;
    }
    const sound: IndexedTurn[] = [];
    for (const indexed of index) {
      const key = keyOf(id, indexed.slot);
      const stored = await unlessCorrupt(() => this.#turns.get(key));
      if (stored?.id === indexed.id || !(await this.#turns.setAside([key]))) sound.push(indexed);
      else await this.#blobs.drop(key, indexed.blobs ?? []);
    }
    await this.#indexes.set(id, sound);
  }

  async #append(id: ConversationId, turn: Turn): Promise<void> {
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

  async #forget(id: ConversationId, person: Pick<Author, 'id' | 'name'> | undefined): Promise<number> {
    const before = (await this.#indexes.get(id)) ?? [];
    const found = person === undefined ? [] : await this.turns(id);
    const dropped = before.filter((_, at) => person === undefined || found[at]?.author.id === person.id);
    await this.#leave(id, before, dropped);
    const kept = before.filter((indexed) => !dropped.includes(indexed));
    if (person !== undefined) await this.#takeOut(id, kept, person);
    return dropped.length;
  }

  drop(id: ConversationId, turn: MentionId): Promise<Turn | undefined> {
    return this.#inOrder(id, () => this.#take(id, turn));
  }

  async #take(id: ConversationId, turn: MentionId): Promise<Turn | undefined> {
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

  /** What others' turns hold of a person is forgotten with the person. */
  async #takeOut(id: ConversationId, kept: readonly IndexedTurn[], person: Pick<Author, 'id' | 'name'>): Promise<void> {
    for (const key of kept.map(({ slot }) => keyOf(id, slot))) {
      const stored = await this.#turns.get(key);
      const left = stored && withoutPerson(stored, person);
      if (stored === undefined || left === undefined || left === stored) continue;
      await this.#turns.set(key, left);
      await this.#blobs.drop(key, blobsGone(stored, left));
    }
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
  expire(id: ConversationId, limit: number): Promise<number> {
    return this.#inOrder(id, () => this.#expire(id, limit));
  }

  async #expire(id: ConversationId, limit: number): Promise<number> {
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

async function unlessCorrupt<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StorageCorrupt) return undefined;
    throw error;
  }
}
