/** Everything that is kept of one workspace, removed by how its keys begin. */
import type { Platform } from '../core/conversation.ts';
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
