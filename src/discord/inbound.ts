/** From a Discord message to a Mention, or the named reason why it is none. */
import { type Attachment as DiscordFile, type Channel, ChannelType, type Message, MessageType } from 'discord.js';
import { type ConversationId, conversationIdOf } from '../core/conversation.ts';
import type { Attachment, Author, Mention, Place } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { Notices } from '../notices/notices.ts';

/** The workspace of direct messages, which belong to no server. */
const DIRECT = '@me';

/** @see https://docs.discord.com/developers/resources/channel#start-thread-from-message */
const MAX_THREAD_NAME = 100;

/** Where something was said or a command was given. */
export interface Where {
  readonly place: Place;
  /** Where an answer is written: the thread or the channel itself. */
  readonly channel: string;
  /** Absent in a channel whose conversations are threads yet to be opened. */
  readonly conversation?: ConversationId;
  /** Who opened the thread. */
  readonly owner?: string;
}

/** What is needed of a message, without discord.js: one can be written by hand. */
export interface Heard {
  readonly id: string;
  readonly where: Where;
  readonly author: Author & { readonly isBot: boolean };
  /** Sent by a webhook, which may carry any name. */
  readonly isWebhook: boolean;
  /** Joined, pinned, boosted …: said by Discord, not by a person. */
  readonly isSystem: boolean;
  readonly content: string;
  /** Names by id, of those whom the message mentions or, with a ping, replies to. */
  readonly people: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, string>;
  readonly channels: ReadonlyMap<string, string>;
  readonly attachments: readonly Attachment[];
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** The bot as a message may name it: its user and, on a server, the role that Discord made for it. */
export interface Self {
  readonly id: string;
  readonly role?: string;
}

/** Why a message is not answered; `elsewhere` is a place that holds no conversation. */
export type Ignored = 'elsewhere' | 'own' | 'webhook' | 'bot' | 'system' | 'not-addressed' | 'nothing-said';

/** What to do with a message; `overheard` is a mention only where the bot takes part in the conversation. */
export type Verdict =
  | {
      readonly kind: 'addressed' | 'overheard';
      readonly mention: Mention;
    }
  | { readonly kind: 'ignored'; readonly reason: Ignored };

/** Decides what a message is to the bot. `notices` are in its author's language. */
export function judge(heard: Heard, self: Self, notices: Notices): Verdict {
  const { where } = heard;
  if (heard.author.id === self.id) return ignored('own');
  if (heard.isWebhook) return ignored('webhook');
  if (heard.author.isBot) return ignored('bot');
  if (heard.isSystem) return ignored('system');
  const mention = mentionOf(heard, self, notices);
  const named = heard.people.has(self.id) || (self.role !== undefined && heard.roles.has(self.role));
  if (named || where.place.kind === 'direct') return { kind: 'addressed', mention };
  if (where.place.kind !== 'thread') return ignored('not-addressed');
  // A sticker or a poll says nothing that can be answered, and without the content intent every message looks so.
  if (mention.text === '' && mention.attachments.length === 0) return ignored('nothing-said');
  return { kind: where.owner === self.id ? 'addressed' : 'overheard', mention: { ...mention, isFree: true } };
}

function ignored(reason: Ignored): Verdict {
  return { kind: 'ignored', reason };
}

function mentionOf(heard: Heard, self: Self, notices: Notices): Mention {
  const { id, where, attachments, receivedAt } = heard;
  const { isBot: _, ...author } = heard.author;
  const text = readableText(heard, self);
  return { author, text, attachments, ...placedOf({ where, id, text, author }, notices), receivedAt };
}

interface Placing extends Pick<Mention, 'id' | 'text' | 'author'> {
  readonly where: Where;
}

/** The ids of a message that is answered, and where the answer goes. */
export function placedOf(
  { where, id, text, author }: Placing,
  notices: Notices,
): Pick<Mention, 'id' | 'conversation' | 'place' | 'replyTo'> {
  const { place, channel } = where;
  return {
    id: `discord:${channel}/${id}`,
    // A thread has the id of the message it is opened on, so the conversation is known before the thread is there.
    conversation: where.conversation ?? conversationIn(place, id),
    place,
    replyTo: {
      platform: 'discord',
      channel,
      message: id,
      ...(where.conversation === undefined ? { openThread: threadName(text, notices.questionFrom(author.name)) } : {}),
    },
  };
}

/** The mention, answered in the channel where that is wanted; what cannot be known is told by whoever answers. */
export async function inPlaceWhereWanted(
  mention: Mention,
  inbox: Pick<Inbox, 'settingsAt'>,
  log: Log,
): Promise<Mention> {
  const { openThread, ...replyTo } = mention.replyTo;
  const conversation = openThread === undefined ? undefined : await conversationInPlace(mention, inbox, log);
  return conversation === undefined ? mention : { ...mention, conversation, replyTo };
}

/** The conversation of a channel whose questions are answered in it; undefined where each opens a thread. */
export async function conversationInPlace(
  { author, place }: Pick<Mention, 'author' | 'place'>,
  inbox: Pick<Inbox, 'settingsAt'>,
  log: Log,
): Promise<ConversationId | undefined> {
  try {
    const { replyStyle } = await inbox.settingsAt({ author, place });
    return replyStyle === 'thread' ? undefined : conversationIn(place);
  } catch (error) {
    log.error('settings.unread', error, { channel: place.channel });
    return undefined;
  }
}

/** The conversation of a thread or, without one, of the channel itself. */
function conversationIn({ platform, workspace, channel }: Place, thread?: string): ConversationId {
  return conversationIdOf({ platform, workspace, channel, ...(thread === undefined ? {} : { thread }) });
}

/** @see https://docs.discord.com/developers/reference#message-formatting */
const MARKUP =
  /<(?:@!?(?<user>\d+)|@&(?<role>\d+)|#(?<channel>\d+)|a?:(?<emoji>\w+):\d+|\/(?<command>[^<>:\n]+):\d+)>/gu;

/** The text as people see it: without the bot's own name, and with names for ids. One pass, so no name is read as markup. */
function readableText({ content, people, roles, channels }: Heard, self: Self): string {
  const addressed = new RegExp(`^(?:\\s*${ownName(self)}[,:]?)+`, 'u');
  return content
    .replace(addressed, '')
    .replace(new RegExp(`[ \\t]*${ownName(self)}`, 'gu'), '')
    .replace(MARKUP, (markup, ...rest) => {
      // The last argument of a replacer is the record of named groups, when the pattern has any.
      const { user, role, channel, emoji, command } = rest.at(-1) as Record<string, string | undefined>;
      if (user !== undefined) return named('@', people.get(user)) ?? markup;
      if (role !== undefined) return named('@', roles.get(role)) ?? markup;
      if (channel !== undefined) return named('#', channels.get(channel)) ?? markup;
      return emoji === undefined ? `/${command}` : `:${emoji}:`;
    })
    .trim();
}

function ownName({ id, role }: Self): string {
  return role === undefined ? `<@!?${id}>` : `<@(?:!?${id}|&${role})>`;
}

const named = (sign: string, name: string | undefined) => (name === undefined ? undefined : sign + name);

/**
 * A thread's name from the question: one line, at most 100 characters, cut between words where there are any.
 * @param otherwise Names it where the question shows nothing.
 */
export function threadName(question: string, otherwise: string): string {
  const shown = /[\p{L}\p{N}\p{S}\p{P}]/u.test(question) ? question : otherwise;
  const line = shown.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line.length <= MAX_THREAD_NAME) return line;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (cut.length + segment.length >= MAX_THREAD_NAME) break;
    cut += segment;
  }
  const space = cut.lastIndexOf(' ');
  return `${space > MAX_THREAD_NAME / 2 ? cut.slice(0, space) : cut}…`;
}

/** Where a channel of discord.js is; undefined for one that holds no conversation, or whose parent is not known yet. */
export function whereOf(channel: Channel): Where | undefined {
  const { id } = channel;
  if (channel.type === ChannelType.DM) {
    const place: Place = { platform: 'discord', workspace: DIRECT, channel: id, kind: 'direct' };
    return { place, channel: id, conversation: conversationIn(place) };
  }
  if (channel.isDMBased() || !channel.isTextBased()) return undefined;
  const { guildId: workspace, name } = channel;
  if (channel.isThread()) {
    if (channel.parentId === null) return undefined;
    const place: Place = { platform: 'discord', workspace, channel: channel.parentId, name, kind: 'thread' };
    return {
      place,
      channel: id,
      conversation: conversationIn(place, id),
      ...(channel.ownerId ? { owner: channel.ownerId } : {}),
    };
  }
  const place: Place = { platform: 'discord', workspace, channel: id, name, kind: 'channel' };
  if (channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement)
    return { place, channel: id };
  return { place, channel: id, conversation: conversationIn(place) };
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
    content: message.content,
    people: new Map(
      mentions.users.map((user) => [user.id, mentions.members?.get(user.id)?.displayName ?? user.displayName]),
    ),
    roles: new Map(mentions.roles.map((role) => [role.id, role.name])),
    channels: new Map(
      [...mentions.channels.values()].flatMap((channel): [string, string][] =>
        'name' in channel && channel.name !== null ? [[channel.id, channel.name]] : [],
      ),
    ),
    attachments: [...message.attachments.values()].map(attachmentOf),
    receivedAt: Date.now(),
  };
}
