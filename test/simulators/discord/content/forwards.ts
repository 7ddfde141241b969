/** Forwarded messages: a snapshot of what the other message said then, without its author. */
import { refuse } from '../errors.ts';
import type { Json } from '../json.ts';
import { may } from '../permissions.ts';
import type { StoredFile } from './parts.ts';
import type { Message, World } from '../state.ts';
import { isoOf, userJson } from '../wire.ts';
import { type Sticker, stickerJson } from './stickers.ts';

/** Fixed when it is forwarded: later edits and deletions do not reach it. */
export interface Snapshot {
  readonly type: number;
  readonly content: string;
  readonly embeds: readonly Json[];
  readonly components: readonly Json[];
  readonly attachments: readonly StoredFile[];
  readonly stickers: readonly Sticker[];
  readonly mentions: readonly string[];
  readonly mentionRoles: readonly string[];
  readonly flags: number;
  readonly createdAt: number;
  readonly editedAt: number | null;
}

/** @throws ApiError 160014 when who forwards may not see it, or cannot read what it says. */
export function snapshotOf(world: World, source: Message, forwarder: { id: string; reads: boolean }): Snapshot {
  const channel = world.channels.get(source.channelId);
  const sees = channel !== undefined && may(world, forwarder.id, channel, 'viewChannel', 'readMessageHistory');
  if (!sees || !forwarder.reads || source.poll) throw refuse('cannotForward');
  const { type, content, mentions, mentionRoles, flags, createdAt, editedAt } = source;
  return {
    type,
    content,
    mentions: [...mentions],
    mentionRoles: [...mentionRoles],
    flags,
    createdAt,
    editedAt,
    embeds: [...source.embeds, ...source.unfurled],
    components: source.components,
    attachments: source.attachments,
    stickers: source.stickers,
  };
}

/** Held back like the text of any other message where it may not be read. */
export function snapshotJson(
  world: World,
  snapshot: Snapshot,
  shown: { readable: boolean; file: (file: StoredFile) => Json },
): Json {
  const { readable } = shown;
  return {
    message: {
      type: snapshot.type,
      content: readable ? snapshot.content : '',
      embeds: readable ? snapshot.embeds : [],
      components: readable ? snapshot.components : [],
      attachments: readable ? snapshot.attachments.map(shown.file) : [],
      mentions: snapshot.mentions.flatMap((id) => world.users.get(id) ?? []).map(userJson),
      mention_roles: snapshot.mentionRoles,
      timestamp: isoOf(snapshot.createdAt),
      edited_timestamp: snapshot.editedAt === null ? null : isoOf(snapshot.editedAt),
      flags: snapshot.flags,
      ...(snapshot.stickers.length === 0 ? {} : { sticker_items: snapshot.stickers.map(stickerJson) }),
    },
  };
}
