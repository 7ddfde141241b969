/** Writing, editing and deleting messages, by people and by the bot alike, with every event that follows from it. */
import type { Snapshot } from './content/forwards.ts';
import type { PollState } from './content/polls.ts';
import type { Sticker } from './content/stickers.ts';
import { Intent } from './intents.ts';
import type { Json } from './json.ts';
import { type AllowedMentions, mentionedBy, notify, pullIntoThread } from './mentions.ts';
import { messageEventJson } from './message-wire.ts';
import { may } from './permissions.ts';
import { type MessageInteraction, type Reference, type StoredFile, textShownBy } from './content/parts.ts';
import { type Channel, type Message, MessageFlag, type User, type World } from './state.ts';
import { announceMembers, archiveLater, unarchive } from './threads.ts';

/** How long Discord takes here to look up a link and put its preview under the message. */
const UNFURL_MS = 30;

export interface Draft {
  readonly channel: Channel;
  /** The first message of a forum post has the id of its thread. */
  readonly id?: string;
  readonly author: User;
  readonly content: string;
  readonly allowed: AllowedMentions;
  readonly type?: number;
  readonly flags?: number;
  readonly embeds?: readonly Json[];
  readonly components?: readonly Json[];
  readonly files?: readonly StoredFile[];
  readonly reference?: Reference;
  readonly snapshot?: Snapshot;
  readonly stickers?: readonly Sticker[];
  readonly poll?: PollState;
  readonly webhookId?: string;
  readonly nonce?: string | number;
  readonly interaction?: MessageInteraction;
  readonly ephemeralFor?: string;
}

export function post(world: World, draft: Draft): Message {
  const { channel, author } = draft;
  if (channel.thread?.archived) unarchive(world, channel);
  const message = messageOf(world, draft);
  const repliedTo = draft.reference && referredTo(world, draft.reference)?.author.id;
  const mentioned = mentionedBy(world, { ...draft, repliedTo });
  message.mentions = mentioned.users;
  message.mentionRoles = mentioned.roles;
  message.mentionEveryone = mentioned.everyone;
  message.pingsReplied = mentioned.replied !== undefined;
  if (draft.ephemeralFor === undefined) {
    channel.messages.set(message.id, message);
    channel.lastMessageId = message.id;
    joinAndCount(world, channel, message);
    notify(world, message, mentioned);
  }
  channel.typing.delete(author.id);
  announce(world, 'MESSAGE_CREATE', message);
  unfurlLater(world, message);
  return message;
}

function messageOf(world: World, draft: Draft): Message {
  const createdAt = world.clock.now();
  const position = draft.channel.thread?.messageCount;
  const { nonce, reference, interaction, ephemeralFor, snapshot, poll, webhookId } = draft;
  return {
    id: draft.id ?? world.newId(),
    channelId: draft.channel.id,
    author: draft.author,
    type: draft.type ?? (reference && !snapshot ? 19 : 0),
    createdAt,
    ...(nonce === undefined ? {} : { nonce }),
    ...(reference ? { reference } : {}),
    ...(interaction ? { interaction } : {}),
    ...(snapshot ? { snapshot } : {}),
    ...(poll ? { poll } : {}),
    ...(webhookId === undefined ? {} : { webhookId }),
    stickers: draft.stickers ?? [],
    ...(ephemeralFor === undefined ? {} : { ephemeralFor }),
    ...(position === undefined ? {} : { position }),
    content: draft.content,
    versions: [{ content: textShownBy(draft), at: createdAt }],
    editedAt: null,
    flags: (draft.flags ?? 0) | (snapshot ? MessageFlag.hasSnapshot : 0),
    mentions: [],
    mentionRoles: [],
    mentionEveryone: false,
    pingsReplied: false,
    attachments: draft.files ?? [],
    embeds: draft.embeds ?? [],
    unfurled: [],
    components: draft.components ?? [],
    reactions: new Map(),
  };
}

/** Writing in a thread makes one a member of it. */
function joinAndCount(world: World, channel: Channel, message: Message): void {
  if (!channel.thread) return;
  archiveLater(world, channel);
  // The message a thread began with is not counted.
  if (message.id !== channel.id) {
    channel.thread.messageCount++;
    channel.thread.totalSent++;
  }
  const added = pullIntoThread(world, message, false);
  const joins = channel.thread.members.has(message.author.id) ? [] : [message.author.id];
  for (const id of joins) channel.thread.members.set(id, world.clock.now());
  announceMembers(world, channel, [...added, ...joins]);
}

/** What an edit changes; what is absent stays. */
export interface Change {
  readonly content?: string;
  readonly allowed: AllowedMentions;
  readonly flags?: number;
  readonly embeds?: readonly Json[];
  readonly components?: readonly Json[];
  readonly files?: readonly StoredFile[];
}

/** Mentions are read anew with this call's permissions: those of the first posting are forgotten. Nobody is notified. */
export function edit(world: World, message: Message, change: Change): void {
  const channel = world.channels.get(message.channelId);
  if (!channel) throw new Error(`no channel ${message.channelId}`);
  const at = world.clock.now();
  const content = change.content ?? message.content;
  const shown = textShownBy({ content, components: change.components ?? message.components });
  if (shown !== textShownBy(message)) message.versions.push({ content: shown, at });
  message.content = content;
  message.editedAt = at;
  message.flags = change.flags ?? message.flags;
  message.embeds = change.embeds ?? message.embeds;
  message.components = change.components ?? message.components;
  message.attachments = change.files ?? message.attachments;
  if (!linkIn(content)) message.unfurled = [];
  const repliedTo = message.reference && referredTo(world, message.reference)?.author.id;
  const { author } = message;
  const mentioned = mentionedBy(world, { channel, author, content, allowed: change.allowed, repliedTo });
  message.mentions = mentioned.users;
  message.mentionRoles = mentioned.roles;
  message.mentionEveryone = mentioned.everyone;
  announce(world, 'MESSAGE_UPDATE', message);
  if (message.ephemeralFor === undefined) announceMembers(world, channel, pullIntoThread(world, message, true));
  unfurlLater(world, message);
}

export function remove(world: World, message: Message): void {
  const channel = takeOut(world, message);
  if (channel) tellDeletion(world, channel, { type: 'MESSAGE_DELETE', data: { id: message.id } });
}

/** All at once, as moderators do; none of them may be older than fourteen days. */
export function removeMany(world: World, channel: Channel, messages: readonly Message[]): void {
  const gone = messages.filter((message) => takeOut(world, message) !== undefined);
  const ids = gone.map(({ id }) => id);
  if (ids.length > 0) tellDeletion(world, channel, { type: 'MESSAGE_DELETE_BULK', data: { ids } });
}

function takeOut(world: World, message: Message): Channel | undefined {
  const channel = world.channels.get(message.channelId);
  if (!channel?.messages.delete(message.id)) return undefined;
  message.deletedAt = world.clock.now();
  channel.deleted.push(message);
  if (channel.thread && message.id !== channel.id) channel.thread.messageCount--;
  return channel;
}

function tellDeletion(world: World, channel: Channel, { type, data }: { type: string; data: Json }): void {
  const { id, guildId } = channel;
  world.dispatch({
    type,
    intents: messageIntent(channel),
    channelId: id,
    ...(guildId === undefined ? {} : { guildId }),
    data: () => ({ ...data, channel_id: id, ...(guildId === undefined ? {} : { guild_id: guildId }) }),
  });
}

/** Ephemeral messages come as direct ones: without a server, under that intent. */
export function announce(world: World, type: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void {
  const channel = world.channels.get(message.channelId);
  if (!channel) return;
  const ephemeral = message.ephemeralFor !== undefined;
  world.dispatch({
    type,
    intents: ephemeral ? Intent.directMessages : messageIntent(channel),
    channelId: channel.id,
    ...(channel.guildId === undefined || ephemeral ? {} : { guildId: channel.guildId }),
    data: (viewer) => messageEventJson(world, message, viewer),
  });
}

function referredTo(world: World, { channelId, messageId, forwards }: Reference): Message | undefined {
  return forwards === true ? undefined : world.message(messageId, channelId);
}

export const messageIntent = (channel: Channel): number =>
  channel.guildId === undefined ? Intent.directMessages : Intent.guildMessages;

/** The first web address a reader would get a preview of: not in angle brackets. */
function linkIn(content: string): string | undefined {
  return /(?<!<)https?:\/\/[^\s<>)\]]+/.exec(content)?.[0];
}

function unfurlLater(world: World, message: Message): void {
  const standing = (): string | undefined => {
    const url = linkIn(message.content);
    const channel = world.channels.get(message.channelId);
    const open = (message.flags & MessageFlag.suppressEmbeds) === 0 && message.deletedAt === undefined;
    const shown = message.unfurled.some((embed) => embed['url'] === url);
    return open && !shown && channel && may(world, message.author.id, channel, 'embedLinks') ? url : undefined;
  };
  if (standing() === undefined) return;
  world.clock.after(UNFURL_MS, () => {
    const url = standing();
    if (url === undefined) return;
    message.unfurled = [{ type: 'link', url, title: 'A preview nobody asked for' }];
    announce(world, 'MESSAGE_UPDATE', message);
  });
}
