/** Where something stands on Discord: its place, its conversation, and where an answer to it goes. */
import {
  type Channel,
  ChannelType,
  type Client,
  type GuildBasedChannel,
  GuildPremiumTier,
  PermissionFlagsBits,
} from 'discord.js';
import { type ConversationId, conversationIdOf, type Whereabouts } from '../core/conversation.ts';
import type { Command, Mention, Place, ReplyAddress } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { Notices } from '../notices/notices.ts';
import { conversationInPlace } from '../place/in-place.ts';
import type { Names } from './words.ts';

/** The workspace of direct messages, which belong to no server. */
export const DIRECT = '@me';

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
  /** Bytes of the largest file, on a server whose members pay for more. */
  readonly maxFileBytes?: number;
}

interface Placing extends Pick<Mention, 'id' | 'text' | 'author'> {
  readonly where: Where;
  /** The message that it replies to. */
  readonly repliesTo?: string;
}

/** The ids of a message that is answered, and where the answer goes. */
export function placedOf(
  { where, id, text, author, repliesTo }: Placing,
  notices: Notices,
): Pick<Mention, 'id' | 'conversation' | 'place' | 'replyTo' | 'before'> {
  const { place, channel } = where;
  return {
    id: `discord:${channel}/${id}`,
    // A thread has the id of the message it is opened on, so the conversation is known before the thread is there.
    conversation: where.conversation ?? conversationIn(place, id),
    place,
    // A channel where each question opens a thread is not one conversation, and a direct message has been the bot's from its beginning.
    before: {
      channel,
      message: id,
      isWhole: where.conversation !== undefined && place.kind !== 'direct',
      ...(repliesTo === undefined ? {} : { repliesTo }),
    },
    replyTo: {
      platform: 'discord',
      channel,
      message: id,
      asker: author.id,
      ...(where.maxFileBytes === undefined ? {} : { maxFileBytes: where.maxFileBytes }),
      ...(where.conversation === undefined ? { openThread: threadName(text, notices.questionFrom(author.name)) } : {}),
    },
  };
}

/**
 * The mention, answered in the channel where that is wanted, and in the kind of message that is wanted there; what cannot be
 * known is told by whoever answers.
 */
export async function asWanted(mention: Mention, inbox: Pick<Inbox, 'settingsAt'>, log: Log): Promise<Mention> {
  const { openThread, ...replyTo } = mention.replyTo;
  const conversation = openThread === undefined ? undefined : await conversationInPlace(mention, inbox, log);
  const placed = conversation === undefined ? mention : { ...mention, conversation, replyTo };
  return { ...placed, replyTo: await styled(placed.replyTo, { where: placed, inbox, log }) };
}

/** The command; what comes of it is answered in the kind of message that is wanted there. */
export async function nextAsWanted(command: Command, inbox: Pick<Inbox, 'settingsAt'>, log: Log): Promise<Command> {
  const { next } = command;
  if (next === undefined || command.name !== 'continue') return command;
  return { ...command, next: { ...next, replyTo: await styled(next.replyTo, { where: command, inbox, log }) } };
}

interface Styling {
  readonly where: Whereabouts;
  readonly inbox: Pick<Inbox, 'settingsAt'>;
  readonly log: Log;
}

async function styled(to: ReplyAddress, { where, inbox, log }: Styling): Promise<ReplyAddress> {
  const { messageStyle: _, ...plain } = to;
  try {
    const { messageStyle } = await inbox.settingsAt(where);
    return messageStyle === 'display' ? { ...plain, messageStyle } : plain;
  } catch (error) {
    log.error('settings.unread', error, { channel: to.channel });
    return plain;
  }
}

/** The conversation of a thread or, without one, of the channel itself. */
function conversationIn({ platform, workspace, channel }: Place, thread?: string): ConversationId {
  return conversationIdOf({ platform, workspace, channel, ...(thread === undefined ? {} : { thread }) });
}

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
  if (channel.type === ChannelType.DM) return directWhere(id);
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
      ...boostOf(channel),
    };
  }
  const place: Place = { platform: 'discord', workspace, channel: id, name, kind: 'channel' };
  if (channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement)
    return { place, channel: id, ...boostOf(channel) };
  return { place, channel: id, conversation: conversationIn(place), ...boostOf(channel) };
}

const MIB = 1024 * 1024;

/** @see https://support.discord.com/hc/en-us/articles/360028038352 */
function boostOf({ guild }: Pick<GuildBasedChannel, 'guild'>): Pick<Where, 'maxFileBytes'> {
  if (guild.premiumTier === GuildPremiumTier.Tier3) return { maxFileBytes: 100 * MIB };
  return guild.premiumTier === GuildPremiumTier.Tier2 ? { maxFileBytes: 50 * MIB } : {};
}

/** Where direct messages of this channel are. */
export function directWhere(channel: string): Where & { readonly conversation: ConversationId } {
  const place: Place = { platform: 'discord', workspace: DIRECT, channel, kind: 'direct' };
  return { place, channel, conversation: conversationIn(place) };
}

/** The conversations that a message may belong to: what is answered in a channel may have a thread of its own. */
export function conversationsOf({ place, conversation }: Where, message: string): readonly ConversationId[] {
  return conversation === undefined ? [conversationIn(place, message), conversationIn(place)] : [conversation];
}

/** Names as the client knows them where this channel is. */
export function namesIn({ channels }: Client, channel: string): Names {
  const known = channels.cache.get(channel);
  const guild = known === undefined || known.isDMBased() ? undefined : known.guild;
  return {
    user: (id) => guild?.members.cache.get(id)?.displayName,
    role: (id) => guild?.roles.cache.get(id)?.name,
    channel: (id) => guild?.channels.cache.get(id)?.name,
  };
}

/** Whether the bot may read what was written there before; in direct messages, and where it is not known, it may try. */
export function mayRead({ channels, user }: Client, channel: string): boolean {
  const known = channels.cache.get(channel);
  if (user === null || known === undefined || known.isDMBased()) return true;
  return known.permissionsFor(user)?.has(PermissionFlagsBits.ReadMessageHistory) ?? true;
}
