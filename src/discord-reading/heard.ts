/** What is needed of a message, taken from discord.js. */
import {
  type Attachment as DiscordFile,
  type Message,
  MessageReferenceType,
  type MessageSnapshot,
  MessageType,
} from 'discord.js';
import type { Attachment, Author } from '../core/inbound.ts';
import type { Where } from './where.ts';
import { type Shown, withDisplays } from './words.ts';

/** What is needed of a message, without discord.js: one can be written by hand. */
export interface Heard extends Shown {
  readonly id: string;
  readonly where: Where;
  readonly author: Author & { readonly isBot: boolean };
  /** Sent by a webhook, which may carry any name. */
  readonly isWebhook: boolean;
  /** Joined, pinned, boosted …: said by Discord, not by a person. */
  readonly isSystem: boolean;
  /** Names by id, of those whom the message mentions or, with a ping, replies to. */
  readonly people: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, string>;
  readonly channels: ReadonlyMap<string, string>;
  /** Its own, and those of what it forwards. */
  readonly attachments: readonly Attachment[];
  /** The message that it replies to, and whose that is where it still stands. */
  readonly repliesTo?: { readonly id: string; readonly author: string | undefined };
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** What is needed of a file of discord.js. */
export function attachmentOf(file: DiscordFile): Attachment {
  const { id, name, contentType, size, url } = file;
  return { id, name, mimeType: contentType ?? 'application/octet-stream', bytes: size, url };
}

/** What is needed of a message of discord.js. */
export function heardOf(message: Message, where: Where): Heard {
  const { author, member, mentions, guild } = message;
  return {
    id: message.id,
    where,
    author: {
      id: author.id,
      name: member?.displayName ?? author.displayName,
      isBot: author.bot,
      // A message does not say what language its author reads; the server does.
      ...(guild === null ? {} : { locale: guild.preferredLocale }),
      ...(member === null ? {} : { roles: [...member.roles.cache.keys()] }),
    },
    isWebhook: message.webhookId !== null,
    isSystem: message.type !== MessageType.Default && message.type !== MessageType.Reply,
    ...shownIn(message),
    ...repliedToIn(message),
    people: new Map(
      mentions.users.map((user) => [user.id, mentions.members?.get(user.id)?.displayName ?? user.displayName]),
    ),
    roles: new Map(mentions.roles.map((role) => [role.id, role.name])),
    channels: new Map(
      [...mentions.channels.values()].flatMap((channel): [string, string][] =>
        'name' in channel && channel.name !== null ? [[channel.id, channel.name]] : [],
      ),
    ),
    attachments: [message, ...message.messageSnapshots.values()].flatMap(({ attachments }) =>
      [...attachments.values()].map(attachmentOf),
    ),
    receivedAt: Date.now(),
  };
}

function repliedToIn({ reference, mentions }: Message): Pick<Heard, 'repliesTo'> {
  if (reference?.messageId === undefined || reference.type !== MessageReferenceType.Default) return {};
  return { repliesTo: { id: reference.messageId, author: mentions.repliedUser?.id } };
}

function shownIn(message: Message): Shown {
  const { poll, messageSnapshots } = message;
  return {
    ...saidIn(message),
    ...(messageSnapshots.size === 0 ? {} : { forwarded: [...messageSnapshots.values()].map(forwardedIn) }),
    ...(poll === null
      ? {}
      : { poll: { question: poll.question.text ?? '', answers: poll.answers.map(({ text }) => text ?? '') } }),
  };
}

function forwardedIn(message: MessageSnapshot): NonNullable<Shown['forwarded']>[number] {
  return { ...saidIn(message), files: message.attachments.map(({ name }) => name) };
}

type Said = Pick<MessageSnapshot, 'content' | 'embeds' | 'stickers' | 'components'>;

function saidIn({ content, embeds, stickers, components }: Said): Shown {
  return {
    content: withDisplays(content, components),
    embeds: embeds.map(({ data }) => data),
    stickers: stickers.map(({ name }) => name),
  };
}
