/** What is kept of a workspace, removed by how its keys begin, and what the turn of somebody else quotes of a person. */
import type { Platform } from '../core/conversation.ts';
import type { Author } from '../core/inbound.ts';
import type { StoredTurn } from './media.ts';
import type { Store } from './open.ts';

/** Turns, files, settings and counts of the workspace, its channels, conversations and people. @throws StorageUnavailable */
export async function eraseWorkspace(store: Store, platform: Platform, workspace: string): Promise<void> {
  const place = `${platform}:${encodeURIComponent(workspace)}`;
  // What follows an id is a slash or a `#`, so that no workspace is taken for one whose id begins with it.
  const inside = ['', 'person:', 'channel:'].map((scope) => `${scope}${place}/`);
  const own = `workspace:${place}`;
  await store.erase([...[...inside, `${own}#`].map((prefix) => [prefix, prefix + LAST] as const), [own, `${own}\0`]]);
}

/** No key holds it, and it sorts behind whatever one does. */
const LAST = '\u{10FFFF}';

/** What stands for words and files that were taken out. */
const GONE = { text: '[Something was said here that is not kept any more.]\n' };
const SOMEBODY = 'somebody';

/** The turn without what it quotes of this person, who did not ask it; the same turn where it quotes nothing. */
export function withoutPerson(turn: StoredTurn, { id, name }: Pick<Author, 'id' | 'name'>): StoredTurn {
  const { told = [], files, speakers = {}, ending, notice, contents, ...rest } = turn;
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
  const isChanged = called !== undefined || isStopper || kept.some((part, at) => part !== parts[at]);
  if (!isChanged) return turn;
  return {
    ...rest,
    contents: [{ ...question, parts: kept }, ...answer],
    ending: isStopper ? { kind: 'stopped' } : ending,
    // The sentence names whoever stopped it.
    ...(notice === undefined || isStopper ? {} : { notice }),
    ...(files === undefined ? {} : { files: files.filter(({ by }) => by !== id) }),
    ...(turn.speakers === undefined ? {} : { speakers: others }),
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
