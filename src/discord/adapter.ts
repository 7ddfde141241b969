/** Halley's connection to Discord: messages and commands in through the gateway, surfaces out over REST. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  DefaultRestOptions,
  Events,
  GatewayDispatchEvents,
  type GatewayMessageDeleteBulkDispatchData,
  type GatewayMessageDeleteDispatchData,
  type Interaction,
  Status,
} from 'discord.js';
import { PlatformUnavailable } from '../core/errors.ts';
import type { Downloaded, Downloader } from '../core/files.ts';
import type { Attachment, Before, Recent, ReplyAddress } from '../core/inbound.ts';
import type { Adapter, Inbox, Log, ReplySurface } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import type { Governor } from '../reply/governor.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { type Gone, Hearing } from '../discord-reading/hearing.ts';
import { saidBefore } from '../discord-reading/history.ts';
import { mayRead, namesIn } from '../discord-reading/where.ts';
import { Requests, type RequestsOptions } from '../discord-reply/requests.ts';
import { DiscordSurface } from '../discord-reply/surface.ts';
import { type ClientOptions, clientOf, platformErrorOf, refusalOf, startErrorOf, survive } from './client.ts';
import { answerInteraction } from './interactions.ts';
import { registerCommands } from './registration.ts';

export interface DiscordOptions extends ClientOptions {
  readonly token: string;
  /** Writes of each kind that a channel takes per window of so many milliseconds, until Discord's answers say otherwise. */
  readonly writes: RequestsOptions['writes'];
  /** Requests of all kinds that Discord takes of the bot per window of so many milliseconds. */
  readonly requests: RequestsOptions['requests'];
  readonly governor: Governor;
  readonly noticesFor: NoticesFor;
  readonly downloader: Downloader;
  readonly log: Log;
  /** Called when Discord closes a running connection for good: only a person can mend that. */
  readonly onFatal: () => void;
  /** Messages of text that one answer fills. */
  readonly maxPosts: number;
  /** Milliseconds; defaults 8000 and 500. */
  readonly typingMs?: number;
  readonly retryMs?: number;
}

/** Where Discord keeps files. @see https://docs.discord.com/developers/reference#signed-attachment-cdn-urls */
const FILE_HOSTS = ['cdn.discordapp.com', 'media.discordapp.net'];

/** A wait that the client may spend itself before it rejects. */
const CLIENT_WAIT_MS = 10_000;

/** The longest wait for what has to end before the connection is given up. */
const STOP_MS = 2000;

/** Longer than discord.js waits for everything that a start needs. */
const START_MS = 90_000;

export class DiscordAdapter implements Adapter {
  readonly platform = 'discord';
  readonly #options: DiscordOptions;
  /** What surfaces send, which works before the gateway is connected and after it is closed. */
  readonly #requests: Requests;
  readonly #client: Client;
  /** What is being delivered, by the place whose order it keeps. */
  readonly #delivering = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(options: DiscordOptions) {
    this.#options = options;
    this.#requests = new Requests({ retryMs: 500, ...options });
    this.#client = clientOf(options, CLIENT_WAIT_MS);
    this.#watch();
  }

  get isConnected(): boolean {
    return !this.#isStopped && this.#client.ws.status === Status.Ready;
  }

  async start(inbox: Inbox): Promise<void> {
    const { log, onFatal } = this.#options;
    this.#listen(inbox);
    const client = await this.#connect();
    client.on(Events.ShardDisconnect, ({ code }) => {
      log.error('discord.closed', refusalOf(code), { code });
      onFatal();
    });
    await this.#register(client.application.id);
    log.info('discord.ready', { bot: client.user.id, servers: client.guilds.cache.size });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    // What was taken from Discord is not sent again, so it is handed over first.
    await within(STOP_MS, Promise.all(this.#delivering.values()));
    await this.#disconnect();
  }

  /**
   * Ends a connection that stands. One that is being made is left alone: `destroy` then never comes back, or leaves a socket
   * behind whose error nobody hears. It brings nothing in any more, and ends with the process.
   */
  async #disconnect(): Promise<void> {
    if (this.#client.ws.status === Status.Ready) await within(STOP_MS, this.#client.destroy());
  }

  surface(to: ReplyAddress, standing: readonly PostRef[]): ReplySurface {
    const { log, typingMs = 8000, maxPosts } = this.#options;
    return new DiscordSurface(to, standing, { requests: this.#requests, log, typingMs, maxPosts });
  }

  /** An address of a file is good for a day. Where another address speaks for Discord, it has the files too. */
  download(file: Attachment, maxBytes: number, signal: AbortSignal): Promise<Downloaded> {
    const { downloader, apiUrl } = this.#options;
    const { origin, hostname } = new URL(apiUrl ?? DefaultRestOptions.api);
    const own = hostname === 'discord.com' ? {} : { own: origin };
    return downloader.fetch({ url: file.url, mimeType: file.mimeType, maxBytes, hosts: FILE_HOSTS, ...own }, signal);
  }

  recent(before: Before, limit: number): Promise<Recent> {
    const { channel } = before;
    const client = this.#client;
    return saidBefore(before, limit, {
      get: (route) => this.#requests.read(channel, route),
      self: client.user?.id,
      names: namesIn(client, channel),
      mayRead: mayRead(client, channel),
    });
  }

  #listen(inbox: Inbox): void {
    const { log, noticesFor } = this.#options;
    const hearing = new Hearing({ client: this.#client, inbox, noticesFor, log });
    const gone = (event: Gone) => this.#inOrder(event.channel, () => hearing.deleted(event));
    const answer = (given: Interaction) => answerInteraction(given, { inbox, noticesFor, log });
    this.#client
      .on(Events.MessageCreate, (message) => this.#inOrder(message.channelId, () => hearing.written(message)))
      .on(Events.MessageUpdate, (before, message) =>
        this.#inOrder(message.channelId, () => hearing.edited(before, message)),
      )
      .on(Events.InteractionCreate, (given) => this.#inOrder(given.id, () => answer(given)))
      // A server that is only away for now is told of by another event.
      .on(Events.GuildDelete, ({ id }) => this.#inOrder(id, () => inbox.removed('discord', id)))
      .on(Events.ShardReconnecting, (shard) => log.info('discord.reconnecting', { shard }))
      .on(Events.ShardResume, (shard, replayed) => log.info('discord.resumed', { shard, replayed }))
      .on(Events.ShardError, (error, shard) => log.error('discord.connection-failed', error, { shard }))
      .on(Events.Error, (error) => log.error('discord.client-failed', error));
    // The client's own events of these pass over channels that it does not know yet, such as that of a direct message.
    this.#client.ws
      .on(GatewayDispatchEvents.MessageDelete, (event: GatewayMessageDeleteDispatchData) =>
        gone({ channel: event.channel_id, guild: event.guild_id, messages: [event.id] }),
      )
      .on(GatewayDispatchEvents.MessageDeleteBulk, (event: GatewayMessageDeleteBulkDispatchData) =>
        gone({ channel: event.channel_id, guild: event.guild_id, messages: event.ids }),
      );
  }

  /** Resolves when everything that Discord sends at the start has arrived. */
  async #connect(): Promise<Client<true>> {
    const client = this.#client;
    const ready = Promise.withResolvers<Client<true>>();
    client.once(Events.ClientReady, ready.resolve);
    client.on(Events.ShardDisconnect, ({ code }) => ready.reject(refusalOf(code)));
    const timer = setTimeout(() => ready.reject(new PlatformUnavailable('Discord does not answer.')), START_MS);
    try {
      const [connected] = await Promise.all([ready.promise, client.login(this.#options.token)]);
      return connected;
    } catch (error) {
      await this.#disconnect();
      throw startErrorOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A bot without its commands still answers, so a failure is only logged. */
  async #register(application: string): Promise<void> {
    const { log } = this.#options;
    try {
      log.info('discord.commands', { state: await registerCommands(this.#client.rest, application) });
    } catch (error) {
      log.error('discord.commands-failed', platformErrorOf(error));
    }
  }

  /** One after the other for the same key, so that what was written first is delivered first. */
  #inOrder(key: string, work: () => Promise<void>): void {
    if (this.#isStopped) return;
    const done = (this.#delivering.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#options.log.error('discord.delivery-failed', error, { key }))
      .finally(() => {
        if (this.#delivering.get(key) === done) this.#delivering.delete(key);
      });
    this.#delivering.set(key, done);
  }

  #watch(): void {
    const { log } = this.#options;
    const { rest } = this.#client;
    survive(this.#client, (type, error) => log.warn('discord.event-unread', { type, error }));
    rest.on('rateLimited', ({ route, majorParameter, retryAfter, scope }) =>
      log.info('discord.rate-limited', { route, channel: majorParameter, retryAfterMs: retryAfter, scope }),
    );
    rest.on('invalidRequestWarning', ({ count, remainingTime }) =>
      log.warn('discord.requests-refused', { count, remainingMs: remainingTime }),
    );
  }
}

/** Resolves when the work is done, or when it takes too long. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: over.signal })]);
  over.abort();
}
