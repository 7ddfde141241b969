/** Halley's connection to Discord: messages and commands in through the gateway, surfaces out over REST. */
import {
  type Client,
  DefaultRestOptions,
  Events,
  GatewayDispatchEvents,
  type GatewayMessageDeleteBulkDispatchData,
  type GatewayMessageDeleteDispatchData,
  type Interaction,
  type Message,
} from 'discord.js';
import type { Downloaded, Downloader } from '../core/files.ts';
import type { Attachment, Before, Mention, Recent, ReplyAddress } from '../core/inbound.ts';
import type { Adapter, Inbox, ReplySurface } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import type { Governor } from '../reply/governor.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { type Gone, Hearing } from '../discord-reading/hearing.ts';
import { saidBefore } from '../discord-reading/history.ts';
import { invitationOf } from '../discord-reading/rights.ts';
import { DIRECT, mayRead, namesIn } from '../discord-reading/where.ts';
import { tellElsewhere } from '../discord-reply/elsewhere.ts';
import { Requests, type RequestsOptions } from '../discord-reply/requests.ts';
import { DiscordSurface } from '../discord-reply/surface.ts';
import { noticeOf } from '../discord-text/foot.ts';
import { hindrancesIn } from '../notices/hindrances.ts';
import { CatchUp } from './catch-up.ts';
import { platformErrorOf } from './client.ts';
import { Connection, type ConnectionOptions, within } from './connection.ts';
import { answerInteraction } from './interactions.ts';
import { registerCommands } from './registration.ts';

export interface DiscordOptions extends ConnectionOptions {
  /** Writes of each kind that a channel takes per window of so many milliseconds, until Discord's answers say otherwise. */
  readonly writes: RequestsOptions['writes'];
  /** Requests of all kinds that Discord takes of the bot per window of so many milliseconds. */
  readonly requests: RequestsOptions['requests'];
  readonly governor: Governor;
  readonly noticesFor: NoticesFor;
  readonly downloader: Downloader;
  /** Milliseconds: what was written longer ago while the bot was away is not answered; 0 answers nothing of it. Default: 0. */
  readonly catchUpMs?: number;
  /** Messages of text that one answer fills. */
  readonly maxPosts: number;
  /** Milliseconds; defaults 8000 and 500. */
  readonly typingMs?: number;
  readonly retryMs?: number;
}

/** Where Discord keeps files. @see https://docs.discord.com/developers/reference#signed-attachment-cdn-urls */
const FILE_HOSTS = ['cdn.discordapp.com', 'media.discordapp.net'];

/** The longest wait for what has to end before the connection is given up. */
const STOP_MS = 2000;

export class DiscordAdapter implements Adapter {
  readonly platform = 'discord';
  readonly #options: DiscordOptions;
  /** What surfaces send, which works before the gateway is connected and after it is closed. */
  readonly #requests: Requests;
  readonly #connection: Connection;
  /** What is being delivered, by the place whose order it keeps. */
  readonly #delivering = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(options: DiscordOptions) {
    this.#options = options;
    this.#requests = new Requests({ retryMs: 500, ...options });
    this.#connection = new Connection(options);
  }

  get isConnected(): boolean {
    return !this.#isStopped && this.#connection.isReady;
  }

  async start(inbox: Inbox): Promise<void> {
    const client = await this.#connection.start((made) => this.#listen(made, inbox));
    await this.#register(client);
    const { application, user, guilds } = client;
    const { size: servers } = guilds.cache;
    const invited = servers === 0 ? { invitation: invitationOf(application.id) } : {};
    this.#options.log.info('discord.ready', { bot: user.id, servers, ...invited });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    // What was taken from Discord is not sent again, so it is handed over first.
    await within(STOP_MS, Promise.all(this.#delivering.values()));
    await this.#connection.stop();
  }

  surface(to: ReplyAddress, standing: readonly PostRef[]): ReplySurface {
    const { log, typingMs = 8000, maxPosts } = this.#options;
    return new DiscordSurface(to, standing, { requests: this.#requests, log, typingMs, maxPosts });
  }

  /** Discord lists every server of the bot when it connects, also those that are away; direct messages belong to none. */
  async isIn(workspace: string): Promise<boolean | undefined> {
    if (workspace === DIRECT) return true;
    return this.isConnected ? this.#connection.client.guilds.cache.has(workspace) : undefined;
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
    const { client } = this.#connection;
    return saidBefore(before, limit, {
      get: (route) => this.#requests.read(channel, route),
      self: client.user?.id,
      names: namesIn(client, channel),
      mayRead: mayRead(client, channel),
    });
  }

  #listen(client: Client, inbox: Inbox): void {
    const { log, noticesFor } = this.#options;
    const tell = async ({ author, replyTo }: Mention, missing: readonly string[]): Promise<void> => {
      const content = noticeOf(hindrancesIn(noticesFor(author.locale).language).lacks(missing));
      await tellElsewhere({ content, to: replyTo, shut: replyTo.channel }, { requests: this.#requests, log });
    };
    const explain = async ({ author, replyTo }: Mention): Promise<void> => {
      const { language } = noticesFor(author.locale);
      const notice = hindrancesIn(language).hearsOnlyMentions;
      const ending = { kind: 'complete' } as const;
      await this.surface(replyTo, []).finish({ text: '', sources: [], ending, notice, language });
    };
    const hearing = new Hearing({ client, inbox, noticesFor, log, tell, explain });
    const gone = (event: Gone) => this.#take(event.channel, () => hearing.deleted(event));
    const answer = (given: Interaction) =>
      answerInteraction(given, { inbox, requests: this.#requests, noticesFor, log });
    client
      .on(Events.MessageCreate, (message) => this.#take(message.channelId, () => hearing.written(message)))
      .on(Events.MessageUpdate, (before, message) =>
        this.#take(message.channelId, () => hearing.edited(before, message)),
      )
      .on(Events.InteractionCreate, (given) => this.#take(given.id, () => answer(given)))
      // A server that is only away for now is told of by another event.
      .on(Events.GuildDelete, ({ id }) => this.#take(id, () => inbox.removed('discord', id)));
    this.#catchUp(client, hearing, inbox);
    // The client's own events of these pass over channels that it does not know yet, such as that of a direct message.
    client.ws
      .on(GatewayDispatchEvents.MessageDelete, (event: GatewayMessageDeleteDispatchData) =>
        gone({ channel: event.channel_id, guild: event.guild_id, messages: [event.id] }),
      )
      .on(GatewayDispatchEvents.MessageDeleteBulk, (event: GatewayMessageDeleteBulkDispatchData) =>
        gone({ channel: event.channel_id, guild: event.guild_id, messages: event.ids }),
      );
  }

  /** Looks up what was missed whenever a shard is back without what was sent meanwhile. */
  #catchUp(client: Client, hearing: Hearing, inbox: Inbox): void {
    const { log, catchUpMs = 0 } = this.#options;
    const hear = (message: Message) => hearing.written(message);
    const inOrder = (channel: string, work: () => Promise<void>) => this.#inOrder(channel, work);
    const catchUp = new CatchUp({ client, inbox, hear, inOrder, catchUpMs, log });
    client
      .on(Events.ShardReconnecting, (shard) => catchUp.left(shard))
      .on(Events.ShardResume, (shard) => catchUp.resumed(shard))
      .on(Events.ShardReady, (shard) => this.#take(`shard ${shard}`, () => catchUp.returned(shard)));
  }

  /** A bot without its commands still answers, so a failure is only logged. */
  async #register({ rest, application }: Client<true>): Promise<void> {
    const { log } = this.#options;
    try {
      log.info('discord.commands', { state: await registerCommands(rest, application.id) });
    } catch (error) {
      log.error('discord.commands-failed', platformErrorOf(error));
    }
  }

  #take(key: string, work: () => Promise<void>): void {
    void this.#inOrder(key, work);
  }

  /** One after the other for the same key, so that what was written first is delivered first. */
  async #inOrder(key: string, work: () => Promise<void>): Promise<void> {
    if (this.#isStopped) return;
    const done = (this.#delivering.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#options.log.error('discord.delivery-failed', error, { key }))
      .finally(() => {
        if (this.#delivering.get(key) === done) this.#delivering.delete(key);
      });
    this.#delivering.set(key, done);
    await done;
  }
}
