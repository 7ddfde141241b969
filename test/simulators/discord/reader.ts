/** What a reader sees: messages as they stand, with every version they had and its time. */
import type { PollState } from './content/polls.ts';
import { textShownBy, type Version } from './content/parts.ts';
import { type Message, MessageFlag, type World } from './state.ts';

export interface SeenFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface SeenMessage {
  readonly id: string;
  readonly channelId: string;
  /** The author's id and shown name. */
  readonly authorId: string;
  readonly author: string;
  readonly type: number;
  /** Its text, or that of its text displays. */
  readonly content: string;
  /** Epoch milliseconds on the simulator's clock. */
  readonly at: number;
  /** From the first text to the one that stands; their times never fall. */
  readonly versions: readonly Version[];
  readonly flags: number;
  readonly ephemeral: boolean;
  /** Of link previews and rich embeds together: what takes up room under the text. */
  readonly embeds: number;
  readonly files: readonly SeenFile[];
  readonly components: readonly unknown[];
  readonly stickers: readonly string[];
  /** How many voted, by answer. */
  readonly poll?: Readonly<Record<string, number>>;
  /** What the forwarded message said. */
  readonly forwarded?: string;
  /** Who reacted, by emoji. */
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  readonly pinned: boolean;
  /** The message this one replies to. */
  readonly replyTo?: string;
}

export function seen(message: Message): SeenMessage {
  const hidden = (message.flags & MessageFlag.suppressEmbeds) !== 0;
  return {
    id: message.id,
    channelId: message.channelId,
    authorId: message.author.id,
    author: message.author.globalName ?? message.author.username,
    type: message.type,
    content: textShownBy(message),
    at: message.createdAt,
    versions: [...message.versions],
    flags: message.flags,
    ephemeral: message.ephemeralFor !== undefined,
    embeds: hidden ? 0 : message.embeds.length + message.unfurled.length,
    files: filesShownBy(message).map(({ name, contentType, bytes }) => ({ name, contentType, bytes })),
    components: message.components,
    stickers: message.stickers.map(({ name }) => name),
    reactions: Object.fromEntries([...message.reactions].map(([emoji, users]) => [emoji, [...users]])),
    pinned: message.pinnedAt !== undefined,
    ...(message.poll ? { poll: countsOf(message.poll) } : {}),
    ...(message.snapshot ? { forwarded: message.snapshot.content } : {}),
    ...(message.reference && message.reference.forwards !== true ? { replyTo: message.reference.messageId } : {}),
  };
}

/** A message of components shows the files that a component names. */
function filesShownBy({ attachments, components, flags }: Message): Message['attachments'] {
  if ((flags & MessageFlag.isComponentsV2) === 0) return attachments;
  const named = JSON.stringify(components);
  return attachments.filter(({ name }) => named.includes(`"attachment://${name}"`));
}

function countsOf({ answers, votes }: PollState): Readonly<Record<string, number>> {
  return Object.fromEntries(answers.map((text, index) => [text, votes.get(index + 1)?.size ?? 0]));
}

/** The messages of a channel, oldest first; the starter of a thread is left out, since it stands in the parent. */
export function readsOf(world: World, channelId: string): readonly SeenMessage[] {
  const messages = world.channels.get(channelId)?.messages.values() ?? [];
  return [...messages].filter((message) => message.type !== 21).map(seen);
}
