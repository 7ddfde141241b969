/** What was written while the bot was away, in the threads that it takes part in: looked up once when it is back. */
import { type AnyThreadChannel, type Client, type Message, SnowflakeUtil } from 'discord.js';
import type { Inbox, Log } from '../core/ports.ts';
import { whereOf } from '../discord-reading/where.ts';

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

/** Threads that are looked at, the liveliest first, and messages of each; one thread after the other. */
const MAX_THREADS = 100;
const MAX_MESSAGES = 50;

/** A connection may be dead for so long before anybody notices: two heartbeats and the time of a try to resume. */
const UNNOTICED_MS = 120_000;

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
    const { client, catchUpMs, inOrder, log } = this.#options;
    const leftAt = this.#leftAt.get(shard) ?? 0;
    this.#leftAt.delete(shard);
    if (catchUpMs === 0) return;
    const since = Math.max(Date.now() - catchUpMs, leftAt - UNNOTICED_MS);
    const threads = [...client.channels.cache.values()].filter((channel) => channel.isThread());
    const lively = threads
      .filter((thread) => thread.guild.shardId === shard && lastOf(thread) >= since)
      .toSorted((a, b) => lastOf(b) - lastOf(a))
      .slice(0, MAX_THREADS);
    for (const thread of lively) await inOrder(thread.id, () => this.#lookUp(thread, since));
    log.info('discord.caught-up', { shard, threads: lively.length });
  }

  async #lookUp(thread: AnyThreadChannel, since: number): Promise<void> {
    const { inbox, hear } = this.#options;
    const conversation = whereOf(thread)?.conversation;
    if (conversation === undefined || !(await inbox.follows(conversation))) return;
    const after = SnowflakeUtil.generate({ timestamp: since }).toString();
    const missed = await thread.messages.fetch({ after, limit: MAX_MESSAGES, cache: false });
    let followed = false;
    // Discord answers with the newest first.
    for (const message of [...missed.values()].toReversed()) {
      // What people said before the bot came to them was not missed.
      followed ||= await inbox.follows(conversation, message.createdTimestamp);
      if (followed) await hear(message);
    }
  }
}

function lastOf({ lastMessageId }: AnyThreadChannel): number {
  return lastMessageId === null ? 0 : SnowflakeUtil.timestampFrom(lastMessageId);
}
