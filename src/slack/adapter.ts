/** Halley's connection to Slack: messages and commands in through Socket Mode, surfaces out over the Web API. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, ConfigError } from '../core/errors.ts';
import type { Arrivals, Downloaded, Downloader } from '../core/files.ts';
import type { Attachment, Before, Recent, ReplyAddress } from '../core/inbound.ts';
import type { Adapter, Inbox, Log, ReplySurface } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { Calls, type CallsOptions, clientOf, type Tokens } from '../slack-api/calls.ts';
import type { Installed, Installs } from '../slack-api/installs.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import { uploadOverHttp } from '../slack-reply/files.ts';
import { isLeft, Ladder, startErrorOf } from '../slack-api/refusals.ts';
import { SlackSurface } from '../slack-reply/surface.ts';
import { WhisperSurface } from '../slack-reply/whisper.ts';
import { Connection, type Ears } from './connection.ts';
import { Events } from './events.ts';
import { Home } from './home.ts';
import { Interactions } from './interactions.ts';
import { Arriving } from '../slack-reading/arrivals.ts';
import { saidBefore } from '../slack-reading/history.ts';
import type { Self } from '../slack-reading/inbound.ts';
import { People } from '../slack-reading/people.ts';
import { Webhooks } from './webhooks.ts';

export interface SlackOptions extends Pick<CallsOptions, 'posts' | 'updateMs' | 'perMinute' | 'governor'> {
  /** Of the one workspace that is served; absent where several install the app. */
  readonly botToken?: string | undefined;
  readonly installs?: Installs | undefined;
  readonly arrivals: Arrivals;
  /** For Socket Mode; without it Slack's requests come over HTTP, to `handle`. */
  readonly appToken?: string | undefined;
  /** Tells requests of Slack's from others. */
  readonly signingSecret?: string | undefined;
  /** Default: https://slack.com/api/ */
  readonly apiUrl?: string;
  /** Whether answers in direct messages are streamed. */
  readonly streams: boolean;
  readonly noticesFor: NoticesFor;
  readonly downloader: Downloader;
  readonly log: Log;
  /** Called when Slack will never again take a token: only a person can mend that. */
  readonly onFatal: () => void;
  /** Milliseconds; defaults 90000, 270000, 500, 250, 250 and 20000. */
  readonly statusMs?: number;
  readonly streamMs?: number;
  readonly retryMs?: number;
  readonly twinMs?: number;
  readonly reconnectMs?: number;
  readonly helloMs?: number;
}

const HELLO_MS = 20_000;

const API_URL = 'https://slack.com/api/';

/** Where Slack keeps files, and sends on to. */
const FILE_HOSTS = ['slack.com', '.slack.com', '.slack-files.com'];

/** The longest wait for what has to end before the connection is given up. */
const STOP_MS = 2000;

export class SlackAdapter implements Adapter {
  readonly platform = 'slack';
  readonly #options: SlackOptions;
  /** What surfaces send, which works before the connection is made and after it is closed. */
  readonly #calls: Calls;
  readonly #ladder = new Ladder();
  #connection: Connection | Webhooks | undefined;
  #events: Events | undefined;
  readonly #people: People;
  /** The bot in each workspace that was heard of. */
  readonly #selves = new Map<string, Installed>();
  readonly #tokens: Tokens;
  readonly #selfIn = (team: string): Self | undefined => this.#selves.get(team);

  constructor(options: SlackOptions) {
    this.#options = options;
    this.#tokens = options.installs ?? { tokenOf: async () => options.botToken ?? '' };
    this.#calls = new Calls({ retryMs: 500, ...options, tokens: this.#tokens });
    this.#people = new People(this.#calls, options.log);
  }

  /** Whether events can arrive now. */
  get isConnected(): boolean {
    return this.#connection?.isUp === true;
  }

  async start(inbox: Inbox): Promise<void> {
    const { log, twinMs = 250 } = this.#options;
    if (this.#options.installs === undefined) {
      const self = await this.#installed();
      this.#selves.set(self.team, self);
    }
    const calls = this.#calls;
    const { apiUrl } = this.#options;
    const shared = { inbox, calls, people: this.#people, log, noticesFor: this.#options.noticesFor };
    const home = new Home(shared);
    const interactions = new Interactions({
      ...shared,
      home,
      upload: uploadOverHttp,
      own: new URL(apiUrl ?? API_URL).origin,
    });
    const { arrivals } = this.#options;
    const rooms = { ...shared, interactions, home, arriving: new Arriving({ arrivals, log }) };
    this.#events = new Events({ ...rooms, selfIn: this.#selfIn, twinMs, left: (team) => this.#left(team) });
    const ears = this.#knowing(this.#events);
    for (const payload of await arrivals.left()) hearAgain(payload, ears);
    this.#connection = this.#connectionTo(ears);
    await this.#connection.start();
    log.info('slack.ready', { team: [...this.#selves.keys()].join(' ') });
  }

  /** A request of Slack's, where there is no socket. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#connection instanceof Webhooks) return this.#connection.handle(request, response);
    response.writeHead(503).end();
  }

  async stop(): Promise<void> {
    const over = new AbortController();
    const waited = delay(STOP_MS, undefined, { signal: over.signal }).catch(() => undefined);
    // What was acknowledged is not sent again, so it is handed over first.
    await Promise.race([this.#events?.stop(), waited]);
    over.abort();
    await this.#connection?.stop();
  }

  surface(to: ReplyAddress, standing: readonly PostRef[]): ReplySurface {
    const { log, streams, statusMs = 90_000, streamMs = 270_000, noticesFor } = this.#options;
    const { workspace: team = '', channel, thread, message: question, hidden, asker, isResumed = false } = to;
    if (hidden !== undefined) return new WhisperSurface(hidden, new URL(this.#options.apiUrl ?? API_URL).origin);
    const { thinking: status } = noticesFor(undefined).isDoing;
    const tools = { calls: this.#calls, ladder: this.#ladder, upload: uploadOverHttp, log };
    const at = {
      team,
      channel,
      question,
      ...(thread === undefined ? {} : { thread }),
      ...(asker === undefined ? {} : { asker }),
    };
    this.#events?.answering(to);
    return new SlackSurface(at, standing, { ...tools, streams, streamMs, status, statusMs, isResumed });
  }

  /** One workspace that is served by its token is all that the bot knows of. */
  async isIn(workspace: string): Promise<boolean | undefined> {
    const { installs, log } = this.#options;
    if (installs === undefined) return this.#selves.has(workspace) ? true : undefined;
    try {
      await this.#calls.ask({ method: 'auth.test', team: workspace, args: {} });
      return true;
    } catch (error) {
      log.debug('slack.workspace-unsure', { team: workspace, code: codeOf(error) });
      if (!isLeft(error)) return undefined;
      // Its token cannot be renewed any more either, after which Slack would say something else.
      await this.#left(workspace);
      return false;
    }
  }

  /** A file of another kind than a web page that turns out to be one is a login page; so is one of another size. */
  async download(file: Attachment, maxBytes: number, signal: AbortSignal): Promise<Downloaded> {
    const { downloader, apiUrl = API_URL } = this.#options;
    const bearer = await this.#tokens.tokenOf(file.id.split('/', 1)[0] ?? '');
    const { origin, hostname } = new URL(apiUrl);
    const own = hostname === 'slack.com' ? {} : { own: origin };
    const wanted = { url: file.url, mimeType: file.mimeType, maxBytes, hosts: FILE_HOSTS, bearer, ...own };
    const got = await downloader.fetch(wanted, signal);
    const isOther = 'bytes' in got && /html/iu.test(file.mimeType) && got.bytes.length !== file.bytes;
    return isOther ? { fault: 'page' } : got;
  }

  recent(before: Before, limit: number): Promise<Recent> {
    return saidBefore(before, limit, { calls: this.#calls, people: this.#people, selfIn: this.#selfIn });
  }

  async #left(team: string): Promise<void> {
    if (this.#options.installs === undefined) return;
    this.#selves.delete(team);
    await this.#options.installs.forget(team);
  }

  /** Of a workspace that was not heard of before, it is looked up first who the bot is there. */
  #knowing(events: Events): Ears {
    const { installs, log } = this.#options;
    if (installs === undefined) return events;
    return {
      interaction: (kind, payload, ack) => events.interaction(kind, payload, ack),
      event: async (envelope) => {
        const team = textIn(envelope, 'team_id') ?? '';
        try {
          if (!this.#selves.has(team)) this.#selves.set(team, await installs.selfIn(team));
        } catch (error) {
          log.warn('slack.workspace-unknown', { team, code: codeOf(error) });
        }
        return events.event(envelope);
      },
    };
  }

  #connectionTo(events: Ears): Connection | Webhooks {
    const { log, appToken, signingSecret = '', apiUrl, onFatal } = this.#options;
    if (appToken === undefined) return new Webhooks({ signingSecret, log }, events);
    const { reconnectMs: retryMs = 250, helloMs = HELLO_MS } = this.#options;
    const address = apiUrl === undefined ? {} : { apiUrl };
    return new Connection({ appToken, log, onFatal, retryMs, helloMs, ...address }, events);
  }

  /** Who the bot is. @throws ConfigError, PlatformUnavailable */
  async #installed(): Promise<Installed> {
    const answer = await this.#auth();
    const [team, user] = [textIn(answer, 'team_id'), textIn(answer, 'user_id')];
    const bot = textIn(answer, 'bot_id');
    if (team === undefined || user === undefined || bot === undefined)
      throw new ConfigError(['SLACK_BOT_TOKEN: this is no token of a bot; it begins with xoxb-.']);
    return { team, user, bot };
  }

  async #auth(): Promise<Fields> {
    try {
      const answer = await clientOf(this.#options).apiCall('auth.test', { token: this.#options.botToken });
      return fieldsOf(answer);
    } catch (error) {
      throw startErrorOf(error, 'SLACK_BOT_TOKEN');
    }
  }
}

/** What an earlier process was told and did not hand over. */
function hearAgain(payload: Fields, ears: Ears): void {
  if (payload['type'] === 'event_callback') void ears.event(payload);
  else ears.interaction('command', payload, async () => undefined);
}
