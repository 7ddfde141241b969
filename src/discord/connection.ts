/** The bot's connection to the gateway: made with what Discord allows it to hear, watched, and ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, Events, GatewayCloseCodes, Status } from 'discord.js';
import { PlatformUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { type ClientOptions, clientOf, PORTAL, refusalOf, startErrorOf, guardReading } from './client.ts';

export interface ConnectionOptions extends Omit<ClientOptions, 'hearsAll'> {
  readonly token: string;
  /** Whether the privileged Message Content intent is asked for; `auto`: where Discord allows it. */
  readonly messageContent: boolean | 'auto';
  readonly log: Log;
  /** Called when Discord closes a running connection for good: only a person can mend that. */
  readonly onFatal: () => void;
}

/** A wait that the client may spend itself before it rejects. */
const CLIENT_WAIT_MS = 10_000;

/** The longest wait for what has to end before the connection is given up. */
const STOP_MS = 2000;

/** Longer than discord.js waits for everything that a start needs. */
const START_MS = 90_000;

/** Discord's own connections are made and made again by discord.js; what is closed for good is not. */
export class Connection {
  readonly #options: ConnectionOptions;
  #client: Client;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = this.#made(options.messageContent !== false);
  }

  get client(): Client {
    return this.#client;
  }

  get isReady(): boolean {
    const { status, shards } = this.#client.ws;
    return status === Status.Ready && shards.every((shard) => shard.status === Status.Ready);
  }

  /**
   * Resolves when everything that Discord sends at the start has arrived.
   * @param listen Called with each client before it connects.
   * @throws ConfigError, PlatformUnavailable, PlatformRejected
   */
  async start(listen: (client: Client) => void): Promise<Client<true>> {
    const { messageContent, log, onFatal } = this.#options;
    listen(this.#client);
    let client = await this.#connect();
    if (client === GatewayCloseCodes.DisallowedIntents && messageContent === 'auto') {
      log.warn('discord.without-message-content', { page: PORTAL });
      this.#client = this.#made(false);
      listen(this.#client);
      client = await this.#connect();
    }
    if (typeof client === 'number') throw refusalOf(client);
    client.on(Events.ShardDisconnect, ({ code }) => {
      log.error('discord.closed', refusalOf(code), { code });
      onFatal();
    });
    return client;
  }

  /**
   * Ends a connection that stands. One that is being made is left alone: `destroy` then never comes back, or leaves a socket
   * behind whose error nobody hears. It brings nothing in any more, and ends with the process.
   */
  async stop(): Promise<void> {
    if (this.#client.ws.status === Status.Ready) await within(STOP_MS, this.#client.destroy());
  }

  #made(hearsAll: boolean): Client {
    const { log } = this.#options;
    const client = clientOf({ ...this.#options, hearsAll }, CLIENT_WAIT_MS);
    guardReading(client, (type, error) => log.warn('discord.event-unread', { type, error }));
    client.rest
      .on('rateLimited', ({ route, majorParameter, retryAfter, scope }) =>
        log.info('discord.rate-limited', { route, channel: majorParameter, retryAfterMs: retryAfter, scope }),
      )
      .on('invalidRequestWarning', ({ count, remainingTime }) =>
        log.warn('discord.requests-refused', { count, remainingMs: remainingTime }),
      );
    client
      .on(Events.ShardReconnecting, (shard) => log.info('discord.reconnecting', { shard }))
      .on(Events.ShardResume, (shard, replayed) => log.info('discord.resumed', { shard, replayed }))
      .on(Events.ShardError, (error, shard) => log.error('discord.connection-failed', error, { shard }))
      .on(Events.Error, (error) => log.error('discord.client-failed', error));
    return client;
  }

  /** The client, or why Discord closed the connection for good. */
  async #connect(): Promise<Client<true> | GatewayCloseCodes> {
    const client = this.#client;
    const ready = Promise.withResolvers<Client<true> | GatewayCloseCodes>();
    client.once(Events.ClientReady, ready.resolve);
    client.on(Events.ShardDisconnect, ({ code }) => ready.resolve(code));
    const timer = setTimeout(() => ready.reject(new PlatformUnavailable('Discord does not answer.')), START_MS);
    try {
      client.login(this.#options.token).catch(ready.reject);
      const connected = await ready.promise;
      if (typeof connected === 'number') await this.stop();
      return connected;
    } catch (error) {
      await this.stop();
      throw startErrorOf(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Resolves when the work is done, or when it takes too long. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: over.signal })]);
  over.abort();
}
