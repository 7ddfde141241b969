/** The server as its moderators keep it: channels, roles, overwrites, threads, and what they take away. */
import { StickerFormat } from '../content/stickers.ts';
import { Intent } from '../intents.ts';
import { PINGS_ALL } from '../mentions.ts';
import { type Bits, overwrite } from '../server.ts';
import type { PermissionName } from '../permissions.ts';
import { changeChannel, channelEvent, removeChannel } from '../places.ts';
import { post, remove, removeMany } from '../posts.ts';
import { type SeenMessage, seen } from '../reader.ts';
import type { ForumTag } from './threading.ts';
import { type Channel, ChannelType, type Guild, type User, type World } from '../state.ts';
import { guildCreateJson } from '../wire.ts';
import { changeThread, openThread, type ThreadChange } from '../threads.ts';

export interface ChannelOptions {
  readonly type?: 'text' | 'announcement' | 'voice' | 'stage' | 'forum' | 'media';
  /** What posts of a forum are filed under. */
  readonly tags?: readonly (string | { readonly name: string; readonly moderated: boolean })[];
  readonly requiresTag?: boolean;
  /** How long a person waits between two messages. */
  readonly slowModeS?: number;
}

interface Named {
  readonly id: string;
}

export class Premises {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  get bot(): User {
    return this.world.app.bot;
  }

  get guild(): Guild {
    return this.world.guild;
  }

  /** The role the bot brought along, which people may mention instead of the bot. */
  get botRoleId(): string {
    const own = [...this.guild.roles.values()].find((role) => role.botId === this.bot.id);
    return own?.id ?? '';
  }

  addChannel(name: string, options: ChannelOptions = {}): Channel {
    const type = options.type ?? 'text';
    const tags = (options.tags ?? []).map((tag): ForumTag => {
      const given = typeof tag === 'string' ? { name: tag, moderated: false } : tag;
      return { id: this.world.newId(), ...given };
    });
    const holdsPosts = type === 'forum' || type === 'media';
    const channel = this.world.addChannel({
      type: ChannelType[type],
      name,
      guildId: this.guild.id,
      rateLimitPerUser: options.slowModeS ?? 0,
      ...(holdsPosts ? { forum: { tags, requiresTag: options.requiresTag ?? false } } : {}),
    });
    channelEvent(this.world, channel, 'CHANNEL_CREATE');
    return channel;
  }

  channel(name: string): Channel {
    const found = [...this.world.channels.values()].find((channel) => channel.name === name);
    if (!found) throw new Error(`there is no channel ${name}`);
    return found;
  }

  /** Overwrites of one channel; `whom` is a role's or a member's id. The bot is whom they are mostly about. */
  allow(channelId: string, whom: string, ...names: readonly PermissionName[]): void {
    this.#overwrite(channelId, whom, { allow: names, deny: [] });
  }

  deny(channelId: string, whom: string, ...names: readonly PermissionName[]): void {
    this.#overwrite(channelId, whom, { allow: [], deny: names });
  }

  #overwrite(channelId: string, whom: string, bits: Bits): void {
    overwrite(this.world, { channel: this.channelOf(channelId), whom }, bits);
  }

  /** A private thread, which only its members see. */
  addPrivateThread(parentId: string, name: string, owner: { readonly user: User }): Channel {
    return openThread(this.world, {
      parent: this.channelOf(parentId),
      name,
      owner: owner.user,
      type: ChannelType.privateThread,
    });
  }

  /** A moderator archives, locks or renames a thread. */
  changeThread(threadId: string, change: ThreadChange): void {
    changeThread(this.world, this.channelOf(threadId), change);
  }

  /** A moderator makes people wait between two messages; bots need not. */
  slowDown(channelId: string, seconds: number): void {
    changeChannel(this.world, this.channelOf(channelId), { rateLimitPerUser: seconds });
  }

  /** Members boost the server: larger files from tier 2 on. */
  boost(tier: Guild['boostTier']): void {
    this.guild.boostTier = tier;
  }

  /** AutoMod blocks messages and titles with these words, of people and bots alike. */
  blockWords(...words: readonly string[]): void {
    for (const word of words) this.world.moderation.words.add(word);
  }

  /** A moderator takes somebody's voice for a while. */
  timeOut(userId: string, forMs: number): void {
    const member = this.guild.members.get(userId);
    if (member) member.timedOutUntil = this.world.clock.now() + forMs;
  }

  /** A role people can have and be called by; its id is answered. */
  addRole(name: string, options: { readonly mentionable?: boolean; readonly members?: readonly Named[] } = {}): string {
    const id = this.world.newId();
    const { mentionable = true, members = [] } = options;
    this.guild.roles.set(id, { id, name, position: this.guild.roles.size, mentionable, permissions: 0n });
    for (const member of members) this.guild.members.get(member.id)?.roles.add(id);
    return id;
  }

  addSticker(name: string, format: keyof typeof StickerFormat = 'png'): void {
    const id = this.world.newId();
    this.world.stickers.set(id, { id, name, format: StickerFormat[format] });
  }

  /** A webhook writes under any name; no person, and no bot of this server. */
  webhookSays(channelId: string, name: string, text: string): SeenMessage {
    const { world } = this;
    const author: User = { id: world.newId(), username: name, globalName: null, bot: true };
    const allowed = { ...PINGS_ALL, repliedUser: false };
    return seen(
      post(world, { channel: this.channelOf(channelId), author, webhookId: author.id, content: text, allowed }),
    );
  }

  /** Discord itself writes: somebody came (7), boosted the server (8), followed a channel (12), and the like. */
  announces(channelId: string, type: number, about: { readonly user: User }): SeenMessage {
    const allowed = { ...PINGS_ALL, repliedUser: false };
    const draft = { channel: this.channelOf(channelId), author: about.user, type, content: '', allowed };
    return seen(post(this.world, draft));
  }

  /** A direct message of several people. */
  addGroup(name: string, ...people: readonly { readonly user: User }[]): Channel {
    return this.world.addChannel({ type: ChannelType.groupDm, name, recipients: people.map(({ user }) => user) });
  }

  /** A moderator throws the bot out of the server. */
  expelBot(): void {
    const { world, guild, bot } = this;
    world.dispatch({ type: 'GUILD_DELETE', intents: Intent.guilds, guildId: guild.id, data: () => ({ id: guild.id }) });
    guild.roles.delete(this.botRoleId);
    guild.members.delete(bot.id);
  }

  /** Discord loses sight of the server for a while, or finds it again. */
  setAvailable(available: boolean): void {
    const { world, guild } = this;
    const gone = { id: guild.id, unavailable: true };
    const type = available ? 'GUILD_CREATE' : 'GUILD_DELETE';
    const data = () => (available ? guildCreateJson(world) : gone);
    world.dispatch({ type, intents: Intent.guilds, guildId: guild.id, data });
  }

  /** A moderator clears messages of one channel at once. */
  deleteMessages(channelId: string, messageIds: readonly string[]): void {
    const channel = this.channelOf(channelId);
    const messages = messageIds.flatMap((id) => channel.messages.get(id) ?? []);
    removeMany(this.world, channel, messages);
  }

  deleteMessage(messageId: string): void {
    const message = this.world.message(messageId);
    if (message) remove(this.world, message);
  }

  deleteChannel(channelId: string): void {
    removeChannel(this.world, this.channelOf(channelId));
  }

  channelIsThread(channelId: string): boolean {
    return this.channelOf(channelId).thread !== undefined;
  }

  protected channelOf(id: string): Channel {
    const channel = this.world.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  }
}
