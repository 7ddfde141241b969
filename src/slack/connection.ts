/** The connection that brings events in through Socket Mode: made, watched and made again by this file alone. */
import { setTimeout as delay } from 'node:timers/promises';
import { App, type AppOptions, type Receiver, type ReceiverEvent, SocketModeReceiver } from '@slack/bolt';
import { ConfigError, HalleyError, PlatformUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { clientOptionsOf, loggerOf } from '../slack-api/calls.ts';
import { type Fields, fieldsOf } from '../slack-api/fields.ts';
import { startErrorOf } from '../slack-api/refusals.ts';

/** Who hears what Slack sends. What is called returns soon: Slack waits three seconds at most. */
export interface Ears {
  /** An envelope of the Events API. Resolves with whether it may be acknowledged: what is not comes again. */
  event(envelope: Fields): Promise<boolean>;
  /** A slash command, a shortcut, a pressed button or a form. `ack` has to be called. */
  interaction(kind: InteractionKind, payload: Fields, ack: Acknowledge): void;
}

export type InteractionKind = 'command' | 'action' | 'shortcut' | 'view';
export type Acknowledge = () => Promise<void>;

export interface ConnectionOptions {
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly log: Log;
  /** Called when Slack will never again take the token: only a person can mend that. */
  readonly onFatal: () => void;
  /** Milliseconds for a connection to be made, and before the second attempt to make one anew; doubled each time. */
  readonly helloMs: number;
  readonly retryMs: number;
}

const MAX_RETRY_MS = 30_000;

/** The longest wait for Slack to agree to the end of a connection. */
const STOP_MS = 1000;

/** Milliseconds without an answer to a ping after which a connection counts as lost. */
const PING_MS = 5000;

/** One connection. The packages' own attempts to make it anew are off: where those fail, nobody hears of it. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #ears: Ears;
  /** That of the last attempt. */
  #receiver: SocketModeReceiver | undefined;
  #isStopped = false;
  #isUp = false;
  #connecting: Promise<void> | undefined;

  constructor(options: ConnectionOptions, ears: Ears) {
    this.#options = options;
    this.#ears = ears;
  }

  /** Whether events can arrive now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves when events can arrive. @throws ConfigError, PlatformUnavailable */
  async start(): Promise<void> {
    this.#connecting = this.#connect();
    try {
      await this.#connecting;
    } finally {
      this.#connecting = undefined;
    }
    // It may be lost already.
    if (!this.#isUp) this.#lost();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isUp = false;
    if (this.#receiver !== undefined) await closed(this.#receiver);
  }

  /** Each attempt has a client of its own: one that is given up may still connect, and is then closed. @throws ConfigError, PlatformUnavailable */
  async #connect(): Promise<void> {
    const receiver = this.#newReceiver();
    this.#receiver = receiver;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new PlatformUnavailable('Slack does not greet.')),
      this.#options.helloMs,
    );
    const starting = receiver.client.start();
    try {
      await Promise.race([starting, late.promise]);
      this.#isUp = !this.#isStopped;
    } catch (error) {
      void starting.then(
        () => closed(receiver),
        () => undefined,
      );
      await closed(receiver);
      if (error instanceof HalleyError) throw error;
      if (error === undefined) throw new PlatformUnavailable('Slack closed the connection.');
      throw startErrorOf(error, 'SLACK_APP_TOKEN');
    } finally {
      clearTimeout(timer);
    }
    if (this.#isStopped) await closed(receiver);
  }

  #newReceiver(): SocketModeReceiver {
    const { appToken, log } = this.#options;
    const receiver = new SocketModeReceiver({
      appToken,
      autoReconnectEnabled: false,
      clientPingTimeout: PING_MS,
      logger: loggerOf(log),
      installerOptions: { clientOptions: clientOptionsOf(this.#options) },
      // What was not acknowledged comes again.
      processEventErrorHandler: async ({ error }) => {
        log.error('slack.event-failed', error);
        return false;
      },
    });
    listening(receiver, this.#ears, this.#options);
    receiver.client.on('disconnected', () => {
      if (this.#receiver === receiver) this.#lost();
    });
    return receiver;
  }

  #lost(): void {
    this.#isUp = false;
    if (this.#isStopped || this.#connecting !== undefined) return;
    this.#options.log.info('slack.reconnecting');
    this.#connecting = this.#reconnect().finally(() => {
      this.#connecting = undefined;
      // Lost again before this was over.
      if (!this.#isUp) this.#lost();
    });
  }

  /** Tries until it succeeds, the bot is stopped, or the token turns out to be dead. Never rejects. */
  async #reconnect(): Promise<void> {
    const { log, onFatal, retryMs } = this.#options;
    for (let waitMs = 0; !this.#isStopped; waitMs = Math.min(MAX_RETRY_MS, Math.max(retryMs, 2 * waitMs))) {
      await delay(waitMs);
      if (this.#isStopped) return;
      try {
        await this.#connect();
        if (this.#isUp) log.info('slack.resumed');
        return;
      } catch (error) {
        if (!(error instanceof ConfigError)) {
          log.warn('slack.connection-failed', { code: error instanceof HalleyError ? error.code : 'defect' });
          continue;
        }
        log.error('slack.closed', error);
        this.#isStopped = true;
        onFatal();
      }
    }
  }
}

/** Resolves when the connection is closed, or when that takes too long. */
async function closed({ client }: SocketModeReceiver): Promise<void> {
  const over = new AbortController();
  const waited = delay(STOP_MS, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([client.disconnect(), waited]);
  over.abort();
}

/** Bolt acknowledges an event before anybody hears it; here whoever hears it comes first. */
class HeardApp extends App {
  readonly #ears: Ears;

  constructor(ears: Ears, options: AppOptions) {
    super(options);
    this.#ears = ears;
  }

  override async processEvent(event: ReceiverEvent): Promise<void> {
    const body = fieldsOf(event.body);
    if (body['type'] !== 'event_callback') return super.processEvent(event);
    if (await this.#ears.event(body)) await event.ack();
  }
}

/** Joins the ears to what Bolt receives. Who the bot is in each workspace is known here, so that nothing is asked before the answer. */
export function listening(receiver: Receiver, ears: Ears, { log }: Pick<ConnectionOptions, 'log'>): App {
  const app = new HeardApp(ears, {
    receiver,
    logger: loggerOf(log),
    // Nothing is sent through Bolt's own clients.
    authorize: async () => ({ botToken: 'none' }),
    ignoreSelf: false,
  });
  app.command(/./u, async ({ body, ack }) => ears.interaction('command', fieldsOf(body), ack));
  app.action(/./u, async ({ body, ack }) => ears.interaction('action', fieldsOf(body), ack));
  app.shortcut(/./u, async ({ body, ack }) => ears.interaction('shortcut', fieldsOf(body), ack));
  app.view(/./u, async ({ body, ack }) => ears.interaction('view', fieldsOf(body), ack));
  app.error(async (error) => log.error('slack.event-failed', error));
  return app;
}
