/** What a person writes, and how Discord's client lets them: messages, replies, files, posts, threads. */
import { type Upload, storeFile } from '../cdn.ts';
import { snapshotOf } from '../content/forwards.ts';
import { pin } from '../content/pins.ts';
import { newPoll, type PollRequest } from '../content/polls.ts';
import { endPollInTime, vote } from '../content/votes.ts';
import { react, takeReaction } from '../content/reactions.ts';
import type { Sticker } from '../content/stickers.ts';
import { PINGS_ALL } from '../mentions.ts';
import { isForum, may, sendingPermission } from '../permissions.ts';
import { beginTyping, directChannel, openThreadOn } from '../places.ts';
import { type Draft, edit, post, remove } from '../posts.ts';
import { type SeenMessage, seen } from '../reader.ts';
import { uploadLimitOf } from '../message-rules.ts';
import { type Channel, type Message, MessageFlag, type User, type World } from '../state.ts';
import { openThread } from '../threads.ts';

/** What Discord's client takes with one message. */
const MAX_FILES = 10;

export interface Saying {
  /** Puts the bot's mention in front. */
  readonly mention?: boolean;
  /** The message this replies to. */
  readonly replyTo?: string;
  /** Whether the reply pings the one it answers; as in Discord's client, yes unless said otherwise. */
  readonly ping?: boolean;
  readonly files?: readonly Upload[];
  /** Recorded in Discord's client, and sent alone. */
  readonly voice?: Upload;
  /** Names of the server's stickers. */
  readonly stickers?: readonly string[];
  readonly poll?: PollRequest;
  /** The message that is forwarded here. */
  readonly forwards?: string;
}

export interface Posting extends Saying {
  readonly title: string;
  /** Names of the tags the post is filed under. */
  readonly tags?: readonly string[];
}

export class Writer {
  readonly user: User;
  protected readonly world: World;

  constructor(user: User, world: World) {
    this.user = user;
    this.world = world;
  }

  get id(): string {
    return this.user.id;
  }

  get name(): string {
    return this.user.globalName ?? this.user.username;
  }

  /** @throws Error when Discord's client would not let this person write here. */
  says(channelId: string, text: string, options: Saying = {}): SeenMessage {
    const { world } = this;
    const channel = this.channelOf(channelId);
    if (isForum(channel)) throw new Error(`${this.name} can only open posts in ${channel.name}`);
    if (channel.thread?.locked || !may(world, this.id, channel, 'viewChannel', sendingPermission(channel)))
      throw new Error(`${this.name} may not write in ${channel.name}`);
    if (this.#waitsIn(channel)) throw new Error(`slow mode lets ${this.name} not yet write in ${channel.name}`);
    world.moderation.admit({ content: text, files: options.files ?? [] }, channel.guildId === undefined);
    if ((options.files ?? []).length > MAX_FILES) throw new Error(`${this.name} may not send so many files at once`);
    if ((options.files ?? []).some((file) => file.bytes.length > uploadLimitOf(world, channel)))
      throw new Error(`${this.name} may not send so large a file to ${channel.name}`);
    return this.#post(channel, text, options);
  }

  #post(channel: Channel, text: string, options: Saying & { readonly id?: string }): SeenMessage {
    const { world } = this;
    const content = options.mention === true ? `<@${world.app.id}> ${text}` : text;
    const { replyTo, id, voice, poll } = options;
    const files = (voice ? [voice] : (options.files ?? [])).map((file) => storeFile(world, channel.id, file));
    const draft: Draft = {
      channel,
      author: this.user,
      content: content.trim(),
      files,
      allowed: { ...PINGS_ALL, repliedUser: options.ping ?? true },
      nonce: world.newId(),
      ...(id === undefined ? {} : { id }),
      stickers: (options.stickers ?? []).map((name) => this.#sticker(name)),
      ...(voice ? { flags: MessageFlag.isVoiceMessage } : {}),
      ...(poll ? { poll: newPoll(world, poll) } : {}),
      ...this.#forwarding(options.forwards),
      ...(replyTo === undefined ? {} : { reference: { channelId: channel.id, messageId: replyTo } }),
    };
    const message = post(world, draft);
    endPollInTime(world, message);
    return seen(message);
  }

  #forwarding(messageId: string | undefined): Pick<Draft, 'reference' | 'snapshot'> {
    if (messageId === undefined) return {};
    const source = this.messageOf(messageId);
    const snapshot = snapshotOf(this.world, source, { id: this.id, reads: true });
    return { snapshot, reference: { channelId: source.channelId, messageId, forwards: true } };
  }

  #sticker(name: string): Sticker {
    const found = [...this.world.stickers.values()].find((sticker) => sticker.name === name);
    if (!found) throw new Error(`there is no sticker ${name}`);
    return found;
  }

  /** Slow mode counts from one's last message there; bots and those who may bypass it are spared. */
  #waitsIn(channel: Channel): boolean {
    if (this.user.bot || channel.rateLimitPerUser === 0) return false;
    if (may(this.world, this.id, channel, 'bypassSlowmode')) return false;
    const since = this.world.clock.now() - channel.rateLimitPerUser * 1000;
    return [...channel.messages.values()].some(
      (message) => message.author.id === this.id && message.type !== 21 && message.createdAt > since,
    );
  }

  /** Writes to the bot directly. */
  dm(text: string, options: Saying = {}): SeenMessage {
    return this.says(this.dmChannelId, text, options);
  }

  get dmChannelId(): string {
    const { world } = this;
    return directChannel(world, world.app.bot, this.user).id;
  }

  /** The direct channel of two people, which no bot sees. */
  dmWith(other: Writer): string {
    return directChannel(this.world, this.user, other.user).id;
  }

  edits(messageId: string, content: string): void {
    edit(this.world, this.#own(messageId), { content, allowed: PINGS_ALL });
  }

  deletes(messageId: string): void {
    remove(this.world, this.#own(messageId));
  }

  reacts(messageId: string, emoji: string): void {
    const message = this.messageOf(messageId);
    if (!may(this.world, this.id, this.channelOf(message.channelId), 'viewChannel', 'addReactions'))
      throw new Error(`${this.name} may not react to message ${messageId}`);
    react(this.world, message, { user: this.user, emoji });
  }

  takesReactionBack(messageId: string, emoji: string): void {
    takeReaction(this.world, this.messageOf(messageId), { user: this.user, emoji });
  }

  /** Votes for an answer of a poll, counted from 1. */
  votes(messageId: string, answerId: number): void {
    vote(this.world, this.messageOf(messageId), { user: this.user, answerId });
  }

  takesVoteBack(messageId: string, answerId: number): void {
    vote(this.world, this.messageOf(messageId), { user: this.user, answerId, takesBack: true });
  }

  /** As a moderator, or as one of a direct message. */
  pins(messageId: string): void {
    pin(this.world, this.messageOf(messageId), { pins: true, by: this.user });
  }

  /** Closes direct messages to bots, or opens them again. */
  takesDirectMessages(takes: boolean): void {
    this.user.refusesDirect = !takes;
  }

  startsTyping(channelId: string): void {
    beginTyping(this.world, this.channelOf(channelId), this.user);
  }

  /** Opens a post in a forum or media channel, filed under the named tags; its id is that of its first message too. */
  opensPost(forumId: string, text: string, options: Posting): SeenMessage {
    const { world } = this;
    const parent = this.channelOf(forumId);
    if (!parent.forum || !may(world, this.id, parent, 'viewChannel', 'sendMessages'))
      throw new Error(`${this.name} may not post in ${parent.name}`);
    const { tags, requiresTag } = parent.forum;
    const appliedTags = (options.tags ?? []).flatMap((name) => tags.find((tag) => tag.name === name)?.id ?? []);
    if (requiresTag && appliedTags.length === 0) throw new Error(`${parent.name} wants a tag`);
    const thread = openThread(world, { parent, name: options.title, owner: this.user, appliedTags });
    return this.#post(thread, text, { ...options, id: thread.id });
  }

  /** Opens a thread, on a message or by itself; its id is answered. */
  opensThread(channelId: string, name: string, messageId?: string): string {
    const { world } = this;
    const request = { parent: this.channelOf(channelId), name, owner: this.user };
    const message = messageId === undefined ? undefined : this.messageOf(messageId);
    const thread = message ? openThreadOn(world, message, request) : openThread(world, request);
    return thread.id;
  }

  protected channelOf(id: string): Channel {
    const channel = this.world.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  }

  protected messageOf(id: string): Message {
    const message = this.world.message(id);
    if (!message) throw new Error(`there is no message ${id}`);
    return message;
  }

  #own(id: string): Message {
    const message = this.messageOf(id);
    if (message.author.id !== this.id) throw new Error(`${this.name} did not write message ${id}`);
    return message;
  }
}
