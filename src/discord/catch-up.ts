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
    const lively = [...client.channels.cache.values()]
      .filter((channel) => channel.isThread())
      .filter((thread) => thread.guild.shardId === shard && saidAt(thread.lastMessageId) >= since)
      .toSorted((a, b) => saidAt(b.lastMessageId) - saidAt(a.lastMessageId))
      .slice(0, MAX_THREADS)
      .map((thread) => ({ thread, last: thread.lastMessageId ?? '0' }));
    for (const { thread, last } of lively) await inOrder(thread.id, () => this.#lookUp(thread, { since, last }));
    log.info('discord.caught-up', { shard, threads: lively.length });
  }

  /** What the bot wrote last shows until when it was there, unless it has been written since it is back. */
  async #lookUp(thread: AnyThreadChannel, { since, last }: { readonly since: number; readonly last: string }) {
    const { client, inbox, hear } = this.#options;
    const conversation = whereOf(thread)?.conversation;
    if (conversation === undefined || !(await inbox.follows(conversation))) return;
    const latest = await thread.messages.fetch({ limit: MAX_MESSAGES, cache: false });
    // Discord answers with the newest first.
    const before = [...latest.values()].filter(({ id }) => BigInt(id) <= BigInt(last));
    const own = before.findIndex(({ author }) => author.id === client.user?.id);
    const missed = before.slice(0, own === -1 ? before.length : own).filter((each) => each.createdTimestamp >= since);
    let followed = false;
    for (const message of missed.toReversed()) {
      // What people said before the bot came to them was not missed.
      followed ||= await inbox.follows(conversation, message.createdTimestamp);
      if (followed) await hear(message);
    }
  }
}

function saidAt(message: string | null): number {
  return message === null ? 0 : SnowflakeUtil.timestampFrom(message);
}
