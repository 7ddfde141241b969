/** How records of conversations are named and indexed, and how what is kept of a workspace or a person is taken out of them. */
import type { ConversationId, Platform, Turn } from '../core/conversation.ts';
import type { Author, MentionId } from '../core/inbound.ts';
import type { StoredTurn } from './media.ts';
import { isObject, type Records, type Store } from './open.ts';

/** Turns, files, settings and counts of the workspace, its channels, conversations and people. @throws StorageUnavailable */
export async function eraseWorkspace(store: Store, platform: Platform, workspace: string): Promise<void> {
  await store.erase(rangesOf(platform, workspace));
}

/** What was set aside of the workspace: whose words are in it, nobody can tell. @throws StorageUnavailable */
export async function eraseUnreadable(store: Store, platform: Platform, workspace: string): Promise<void> {
  await store.erase(rangesOf(platform, workspace), { isAside: true });
}

function rangesOf(platform: Platform, workspace: string): readonly (readonly [string, string])[] {
  const place = `${platform}:${encodeURIComponent(workspace)}`;
  const own = ownKeyOf(platform, workspace);
  // What follows an id is a slash or a sign of ours, so that no workspace is taken for one whose id begins with it.
  const inside = [...['', 'person:', 'channel:'].map((scope) => `${scope}${place}/`), `${own}#`, `${own}@`];
  return [...inside.map((prefix) => [prefix, prefix + LAST] as const), [own, `${own}\0`]];
}

/** Workspaces that the bot is no longer in, and since when that is known. */
export class Absences {
  readonly #since: Records<number>;

  constructor(store: Store) {
    this.#since = store.records('absent', { isData: (data) => typeof data === 'number', durable: true });
  }

  /** Since when it is known, in epoch milliseconds: from now on, where it was not. @throws StorageUnavailable */
  async since(platform: Platform, workspace: string, now: number): Promise<number> {
    let at = now;
    await this.#since.update(ownKeyOf(platform, workspace), (since = now) => {
      at = since;
      return { data: since };
    });
    return at;
  }

  /** The bot is there. @throws StorageUnavailable */
  async end(platform: Platform, workspace: string): Promise<void> {
    await this.#since.delete([ownKeyOf(platform, workspace)]);
  }
}

function ownKeyOf(platform: Platform, workspace: string): string {
  return `workspace:${platform}:${encodeURIComponent(workspace)}`;
}

/** No key holds it, and it sorts behind whatever one does. */
const LAST = '\u{10FFFF}';

/** A remembered turn as the index knows it; what a list of conversations shows stands here, so that it reads no turns. */
export interface IndexedTurn {
  readonly id: MentionId;
  readonly slot: number;
  readonly title: string;
  readonly endedAt: number;
  /** Its blobs; absent in records of before there were any. */
  readonly blobs?: readonly string[];
}

/** What a title keeps of a question: 200 code points, so that no character is cut in two. */
const TITLE = /^.{0,200}/su;

/** A ConversationId is percent-encoded and so holds no `#` of its own. */
export function keyOf(id: ConversationId, slot: number): string {
  return `${id}#${slot}`;
}

/** What a list calls a conversation that began with this turn: the question, or its first file. */
export function titleOf({ text, files = [] }: Turn): string {
  return TITLE.exec(text || (files[0]?.name ?? ''))?.[0] ?? '';
}

/** The lowest slot the index does not name: with one to spare, slots never outgrow the turns kept. */
export function freeSlotOf(index: readonly IndexedTurn[]): number {
  const taken = new Set(index.map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot++;
  return slot;
}

export function isIndex(data: unknown): data is readonly IndexedTurn[] {
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

/** What stands for words and files that were taken out. */
const GONE = { text: '[Something was said here that is not kept any more.]\n' };
const SOMEBODY = 'somebody';

/** The turn without what it holds of this person, who did not ask it: quotations, files, name and rating. The same turn where there is nothing. */
export function withoutPerson(turn: StoredTurn, { id, name }: Pick<Author, 'id' | 'name'>): StoredTurn {
  const { told = [], files, speakers = {}, ratings = {}, ending, notice, contents, ...rest } = turn;
  const { [id]: rated, ...votes } = ratings;
  const { [id]: called, ...others } = speakers;
  const names = [name, ...(called === undefined ? [] : [called, called.replace(/ \(\d+\)$/u, '')])];
  const isStopper = ending.kind === 'stopped' && ending.by !== undefined && names.includes(ending.by);
  const speakerOf = new Map(told.map(({ part, by }) => [part, by]));
  const [{ parts, ...question }, ...answer] = contents;
  const kept = parts.map((part, at) => {
    if (speakerOf.get(at) === id) return GONE;
    const text = speakerOf.has(at) && part.text !== undefined ? unnamed(part.text, names) : undefined;
    return text === undefined || text === part.text ? part : { ...part, text };
  });
  const isChanged =
    called !== undefined || rated !== undefined || isStopper || kept.some((part, at) => part !== parts[at]);
  if (!isChanged) return turn;
  return {
    ...rest,
    contents: [{ ...question, parts: kept }, ...answer],
    ending: isStopper ? { kind: 'stopped' } : ending,
    // The sentence names whoever stopped it.
    ...(notice === undefined || isStopper ? {} : { notice }),
    ...(files === undefined ? {} : { files: files.filter(({ by }) => by !== id) }),
    ...(turn.speakers === undefined ? {} : { speakers: others }),
    ...(turn.ratings === undefined ? {} : { ratings: votes }),
    ...(told.length === 0 ? {} : { told: told.filter(({ by }) => by !== id) }),
  };
}

/** A message of somebody else's that calls them by name, as `@name`, calls nobody in particular. */
function unnamed(text: string, names: readonly string[]): string {
  return names
    .filter((name) => name !== '')
    .reduce(
      (told, name) =>
        told.replace(
          new RegExp(`@${name.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&')}(?![\\p{L}\\p{N}])`, 'gu'),
          `@${SOMEBODY}`,
        ),
      text,
    );
}
