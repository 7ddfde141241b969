/** The last turns of each conversation, one record a turn and an index that says which of them count. */
import type { Content, Part } from '../core/content.ts';
import type { ConversationId, Platform, Turn } from '../core/conversation.ts';
import { StorageCorrupt } from '../core/errors.ts';
import type { MentionId } from '../core/inbound.ts';
import type { ConversationSummary, TurnStore } from '../core/ports.ts';
import { isObject, type Records, type Store } from './open.ts';

/** A longer signature is not kept. Images carry such, up to 3 MB, and are understood without. */
const MAX_SIGNATURE_CHARACTERS = 256 * 1_024;

/** Base64 characters of inline data kept with one turn: one generated image, or a few photographs. */
const MAX_INLINE_CHARACTERS = 4 * 1_024 * 1_024;

/** What a title keeps of a question: 200 code points, so that no character is cut in two. */
const TITLE = /^.{0,200}/su;

export interface TurnStoreOptions {
  /** Turns kept per conversation, from 1. */
  readonly maxTurns: number;
}

/** A remembered turn as the index knows it; what a list of conversations shows stands here, so that it reads no turns. */
interface IndexedTurn {
  readonly id: MentionId;
  readonly slot: number;
  readonly title: string;
  readonly endedAt: number;
}

/**
 * An append writes the turn into a slot that the index does not name, then the index, so it costs one turn however
 * many there are, and a crash between the two leaves the old memory whole. What stands in a slot that no index names
 * is never read, and the next append writes over it.
 */
export class KeyvTurnStore implements TurnStore {
  readonly #turns: Records<Turn>;
  readonly #indexes: Records<readonly IndexedTurn[]>;
  readonly #maxTurns: number;

  constructor(store: Store, options: TurnStoreOptions) {
    this.#turns = store.records('turns', { isData: isTurn });
    this.#indexes = store.records('conversations', { isData: isIndex });
    this.#maxTurns = options.maxTurns;
  }

  async turns(id: ConversationId): Promise<readonly Turn[]> {
    const index = (await this.#indexes.get(id)) ?? [];
    const found = await this.#turns.getMany(index.map(({ slot }) => keyOf(id, slot)));
    return index.map((indexed, position) => {
      const turn = found[position];
      if (turn?.id !== indexed.id) throw new StorageCorrupt(`turns/${keyOf(id, indexed.slot)}`);
      return turn;
    });
  }

  async append(id: ConversationId, turn: Turn): Promise<void> {
    const before = (await this.#indexes.get(id)) ?? [];
    const slot = freeSlotOf(before);
    await this.#turns.set(keyOf(id, slot), bounded(turn));
    const title = TITLE.exec(turn.text)?.[0] ?? '';
    const mine = { id: turn.id, slot, title, endedAt: turn.endedAt };
    const standing = before.findIndex((indexed) => indexed.id === turn.id);
    const after = (standing < 0 ? [...before, mine] : before.with(standing, mine)).slice(-this.#maxTurns);
    await this.#indexes.set(id, after);
    await this.#turns.delete(before.filter((old) => !after.includes(old)).map((old) => keyOf(id, old.slot)));
  }

  /** The index goes first, so that what a crash leaves is never read. */
  async forget(id: ConversationId, author?: string): Promise<number> {
    const before = (await this.#indexes.get(id)) ?? [];
    const found = author === undefined ? [] : await this.turns(id);
    const dropped = before.filter((_, at) => author === undefined || found[at]?.author.id === author);
    const kept = before.filter((indexed) => !dropped.includes(indexed));
    if (kept.length === 0) await this.#indexes.delete([id]);
    else if (dropped.length > 0) await this.#indexes.set(id, kept);
    await this.#turns.delete(dropped.map((old) => keyOf(id, old.slot)));
    return dropped.length;
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

/** The lowest slot the index does not name: with one to spare, slots never outgrow the turns kept. */
function freeSlotOf(index: readonly IndexedTurn[]): number {
  const taken = new Set(index.map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot++;
  return slot;
}

/** The turn without signatures and inline data beyond their limits; images go first, and of one kind the largest. */
function bounded(turn: Turn): Turn {
  const kept = keptData(turn);
  const [question, ...rest] = turn.contents;
  const contentOf = (content: Content): Content => ({
    ...content,
    parts: content.parts.map((part) => boundedPart(part, content.role, kept)),
  });
  return { ...turn, contents: [contentOf(question), ...rest.map(contentOf)] };
}

/** The parts whose inline data is kept: other files before images, the smallest first, as long as there is room. */
function keptData(turn: Turn): ReadonlySet<Part> {
  const sized = turn.contents
    .flatMap((content) => content.parts)
    .flatMap((part) => (part.inlineData === undefined ? [] : [{ part, ...part.inlineData }]))
    .map(({ part, data, mimeType }) => ({ part, characters: data.length, isImage: mimeType.startsWith('image/') }))
    .sort((a, b) => Number(a.isImage) - Number(b.isImage) || a.characters - b.characters);
  const kept = new Set<Part>();
  let room = MAX_INLINE_CHARACTERS;
  for (const { part, characters } of sized) {
    room -= characters;
    if (room >= 0) kept.add(part);
  }
  return kept;
}

function boundedPart(part: Part, role: Content['role'], kept: ReadonlySet<Part>): Part {
  if (part.inlineData !== undefined && !kept.has(part)) {
    const note = { text: `[${part.inlineData.mimeType}: too large to be remembered]` };
    // In the model's own Content a plain text would pass for words of its answer; a thought never does.
    return role === 'model' ? { ...note, thought: true } : note;
  }
  if ((part.thoughtSignature?.length ?? 0) <= MAX_SIGNATURE_CHARACTERS) return part;
  const { thoughtSignature: _, ...rest } = part;
  return rest;
}

function isIndex(data: unknown): data is readonly IndexedTurn[] {
  return Array.isArray(data) && data.every(isIndexedTurn);
}

function isIndexedTurn(data: unknown): data is IndexedTurn {
  return (
    isObject(data) &&
    [data.id, data.title].every((field) => typeof field === 'string') &&
    [data.slot, data.endedAt].every((field) => typeof field === 'number')
  );
}

function isTurn(data: unknown): data is Turn {
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

function isContent(data: unknown): data is Content {
  return isObject(data) && (data.role === 'user' || data.role === 'model') && Array.isArray(data.parts);
}
