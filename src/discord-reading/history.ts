/** What stands before a message on Discord: the messages of its place, or those that it replies to one after the other. */
import {
  type APIAttachment,
  type APIMessage,
  type APIMessageSnapshotFields,
  MessageReferenceType,
  MessageType,
} from 'discord.js';
import { PlatformRejected } from '../core/errors.ts';
import type { Attachment, Before, Recent, Said } from '../core/inbound.ts';
import { labelOf, type Names, readable, type Shown, shownBeside, withDisplays } from './words.ts';

/** What reading needs of the connection. */
export interface Reading {
  /** Asks Discord and resolves with its answer. @throws PlatformUnavailable, PlatformRejected */
  readonly get: (route: `/${string}`) => Promise<unknown>;
  /** Of the bot. */
  readonly self: string | undefined;
  readonly names: Names;
  /** Whether the bot may read what was written in a channel before; where it may not, Discord answers as if there were nothing. */
  readonly mayRead: boolean;
}

/** What people and applications say; everything else is said by Discord. */
const SAID: ReadonlySet<MessageType> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
]);

/** @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const UNKNOWN_MESSAGE = 10_008;

/** Reads what was said before. Without the right to, or without the content intent, it is `forbidden`. Never rejects. */
export async function saidBefore(before: Before, limit: number, reading: Reading): Promise<Recent> {
  if (!reading.mayRead) return { fault: 'forbidden' };
  try {
    const standing = before.isWhole ? await placeBefore(before, limit, reading) : [];
    const isThere = standing.some(({ id }) => id === before.repliesTo);
    const chain = isThere ? [] : await chainOf(before, before.isWhole ? 1 : limit, reading);
    const found = [...chain, ...standing].filter(({ type }) => SAID.has(type));
    const said = found.flatMap((message) => saidIn(message, reading) ?? []);
    // Without the content intent every message looks empty.
    return said.length === 0 && found.length > 0 ? { fault: 'forbidden' } : said;
  } catch (error) {
    return { fault: error instanceof PlatformRejected ? 'forbidden' : 'unavailable' };
  }
}

/** Oldest first. A thread's first message stands for the one that it was opened on. */
async function placeBefore(
  { channel, message }: Before,
  limit: number,
  { get }: Reading,
): Promise<readonly APIMessage[]> {
  const answer = await get(`/channels/${channel}/messages?before=${message}&limit=${limit}`);
  // What this route answers.
  const newestFirst = answer as readonly APIMessage[];
  return newestFirst
    .map((each) => (each.type === MessageType.ThreadStarterMessage ? (each.referenced_message ?? each) : each))
    .toReversed();
}

/** Oldest first; each answer holds one more message than was asked for. Ends where one was deleted. */
async function chainOf(
  { channel, repliesTo }: Before,
  limit: number,
  reading: Reading,
): Promise<readonly APIMessage[]> {
  const chain: APIMessage[] = [];
  let next = repliesTo;
  while (next !== undefined && chain.length < limit) {
    const message = await messageIn(channel, next, reading);
    if (message === undefined) break;
    const { referenced_message: above } = message;
    chain.push(message, ...(isReply(message) && above ? [above] : []));
    next = above && isReply(above) ? above.message_reference?.message_id : undefined;
  }
  return chain.slice(0, limit).toReversed();
}

function isReply({ message_reference: reference }: APIMessage): boolean {
  return reference !== undefined && (reference.type ?? MessageReferenceType.Default) === MessageReferenceType.Default;
}

async function messageIn(channel: string, id: string, { get }: Reading): Promise<APIMessage | undefined> {
  try {
    // What this route answers.
    return (await get(`/channels/${channel}/messages/${id}`)) as APIMessage;
  } catch (error) {
    if (error instanceof PlatformRejected && error.failure.platformCode === UNKNOWN_MESSAGE) return undefined;
    throw error;
  }
}

/** Undefined for a message that shows nothing. */
function saidIn(message: APIMessage, { self, names }: Reading): Said | undefined {
  const { id, author, mentions } = message;
  const people = new Map(mentions.map((user) => [user.id, user.global_name ?? user.username]));
  const known: Names = { ...names, user: (each) => names.user(each) ?? people.get(each) };
  const attachments = [message, ...snapshotsIn(message)].flatMap((each) => each.attachments.map(fileOf));
  const files = message.attachments.map(({ filename }) => `[file: ${labelOf(filename)}]`);
  const shown = shownIn(message);
  const lines = [readable(shown.content, known), shownBeside(shown, known), ...files];
  const text = lines.filter((line) => line.trim() !== '').join('\n');
  if (text === '') return undefined;
  const name = names.user(author.id) ?? author.global_name ?? author.username;
  return {
    id,
    author: author.id === self ? 'self' : { id: author.id, name },
    text,
    attachments,
    saidAt: Date.parse(message.timestamp),
  };
}

function snapshotsIn({ message_snapshots: snapshots = [] }: APIMessage): readonly APIMessageSnapshotFields[] {
  return snapshots.map(({ message }) => message);
}

function shownIn(message: APIMessage): Shown {
  const { poll } = message;
  const answers = poll?.answers.map(({ poll_media: { text = '' } }) => text) ?? [];
  return {
    ...plainIn(message),
    forwarded: snapshotsIn(message).map((each) => ({
      ...plainIn(each),
      files: each.attachments.map(({ filename }) => filename),
    })),
    ...(poll === undefined ? {} : { poll: { question: poll.question.text ?? '', answers } }),
  };
}

type Plain = Pick<APIMessageSnapshotFields, 'content' | 'embeds' | 'sticker_items' | 'components'>;

function plainIn({ content, embeds, sticker_items: stickers = [], components = [] }: Plain): Shown {
  return { content: withDisplays(content, components), embeds, stickers: stickers.map(({ name }) => name) };
}

function fileOf({ id, filename, content_type: type, size, url }: APIAttachment): Attachment {
  return { id, name: filename, mimeType: type ?? 'application/octet-stream', bytes: size, url };
}
