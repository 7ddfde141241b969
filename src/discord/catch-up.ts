/** What was written while the bot was away, where it takes part, where people may have called it, and to it alone: looked up once when it is back. */
import { ChannelType, type Client, type Message, MessageFlags, SnowflakeUtil, type TextBasedChannel } from 'discord.js';
import type { Inbox, Log } from '../core/ports.ts';
import { mayRead, whereOf } from '../discord-reading/where.ts';

export interface CatchUpOptions {
  readonly client: Client;
  readonly inbox: Pick<Inbox, 'follows'>;
  /** Takes a message as if it had just arrived; one that was answered before is not answered again. */
  readonly hear: (message: Message) => Promise<void>;
  /** Resolves when the work is done, after all that came before it in the same channel. */
  readonly inOrder: (channel: string, work: () => Promise<void>) => Promise<void>;
  /** Milliseconds: what was written longer ago is left alone; 0 leaves everything alone. */
  readonly catchUpMs: number;
  readonly log: Log;
}

/**
 * Places that are looked at, the liveliest first and one after the other, and messages of each: those that the bot takes part
 * in, others in which something was written, and direct messages with people who wrote to it within a day.
 */
const MAX_OWN = 100;
const MAX_OTHERS = 50;
const MAX_DIRECT = 20;
const MAX_MESSAGES = 50;
const DAY_MS = 86_400_000;

/** A connection may be dead for so long before anybody notices: two heartbeats and the time of a try to resume. */
const UNNOTICED_MS = 120_000;

type Speaking = Exclude<TextBasedChannel, { readonly type: ChannelType.GroupDM }>;

/** A place and how far it is looked at. */
interface Look {
  readonly channel: Speaking;
  /** Epoch milliseconds of the first message that counts, and the id of the last. */
  readonly since: number;
  readonly last: string;
}

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** When each shard lost its connection, in epoch milliseconds. */
  readonly #leftAt = new Map<number, number>();

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  left(shard: number): void {
    if (!this.#leftAt.has(shard)) this.#leftAt.set(shard, Date.now());
  }

  /** Discord has sent everything that was missed. */
  resumed(shard: number): void {
    this.#leftAt.delete(shard);
  }

  /** Discord sends nothing of what was missed. Rejects with what a look-up rejects with first; the others are made. */
  async returned(shard: number): Promise<void> {
    const { catchUpMs, inOrder, log } = this.#options;
    const leftAt = this.#leftAt.get(shard) ?? 0;
    this.#leftAt.delete(shard);
    if (catchUpMs === 0) return;
    const since = Math.max(Date.now() - catchUpMs, leftAt - UNNOTICED_MS);
    const own: Look[] = [];
    const others: Look[] = [];
    for (const look of this.#lively(shard, since)) ((await this.#isOwn(look)) ? own : others).push(look);
    const looks = [...own.slice(0, MAX_OWN), ...others.slice(0, MAX_OTHERS), ...this.#direct(shard, since)];
    for (const look of looks) await inOrder(look.channel.id, () => this.#lookUp(look));
    log.info('discord.caught-up', { shard, places: looks.length });
  }

  get #channels(): readonly Speaking[] {
    const { cache } = this.#options.client.channels;
    return [...cache.values()]
      .filter((channel) => channel.isTextBased())
      .filter((channel): channel is Speaking => channel.type !== ChannelType.GroupDM)
      .toSorted((a, b) => saidAt(b) - saidAt(a));
  }

  /** Places of servers in which something was written, which Discord tells of each when the bot is back. */
  #lively(shard: number, since: number): readonly Look[] {
    const { client } = this.#options;
    return this.#channels
      .filter((channel) => !channel.isDMBased() && channel.guild.shardId === shard && mayRead(client, channel.id))
      .filter((channel) => saidAt(channel) >= since)
      .map((channel) => ({ channel, since, last: channel.lastMessageId ?? '0' }));
  }

  /** Of direct messages Discord tells nothing, and sends them to the first shard alone. */
  #direct(shard: number, since: number): readonly Look[] {
    const now = Date.now();
    const last = String(SnowflakeUtil.generate({ timestamp: now }));
    return this.#channels
      .filter((channel) => channel.type === ChannelType.DM && shard === 0 && saidAt(channel) >= now - DAY_MS)
      .slice(0, MAX_DIRECT)
      .map((channel) => ({ channel, since, last }));
  }

  async #isOwn({ channel }: Look): Promise<boolean> {
    const conversation = whereOf(channel)?.conversation;
    return conversation !== undefined && (await this.#options.inbox.follows(conversation));
  }

  /** What the bot wrote last shows until when it was there, unless it has been written since it is back. */
  async #lookUp(look: Look): Promise<void> {
    const { client, hear } = this.#options;
    const latest = await look.channel.messages.fetch({ limit: MAX_MESSAGES, cache: false });
    // Discord answers with the newest first.
    const before = [...latest.values()].filter(({ id }) => BigInt(id) <= BigInt(look.last));
    const own = before.findIndex(({ author }) => author.id === client.user?.id);
    const missed = before
      .slice(0, own === -1 ? before.length : own)
      .filter((each) => each.createdTimestamp >= look.since && !each.flags.has(MessageFlags.HasThread));
    const isOwn = await this.#isOwn(look);
    let followed = false;
    for (const message of missed.toReversed()) {
      // What people said before the bot came to them was not missed.
      followed ||= !isOwn || (await this.#isFollowedAt(message));
      if (followed) await hear(message);
    }
  }

  async #isFollowedAt({ channel, createdTimestamp }: Message): Promise<boolean> {
    const conversation = whereOf(channel)?.conversation;
    return conversation !== undefined && (await this.#options.inbox.follows(conversation, createdTimestamp));
  }
}

function saidAt({ lastMessageId }: Speaking): number {
  return lastMessageId ? SnowflakeUtil.timestampFrom(lastMessageId) : 0;
}
