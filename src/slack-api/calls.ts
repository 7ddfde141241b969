/** Calls of Slack's Web API: each is sent at once with leave of the governor, which learns from refusals. Nothing is queued here. */
import { LogLevel, webApi } from '@slack/bolt';
import type { Log, Urgency } from '../core/ports.ts';
import type { Budget } from '../reply/budget.ts';
import type { Governor, Leave } from '../reply/governor.ts';
import { retrying } from '../reply/patience.ts';
import { type Fields, fieldsOf, textIn } from './fields.ts';
import { platformErrorOf } from './refusals.ts';

/**
 * Calls of each method that a workspace surely takes in a minute, all of the bot's processes together.
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
export const PER_MINUTE = {
  'chat.postMessage': 200,
  'chat.update': 50,
  'chat.delete': 50,
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.stopStream': 20,
  'assistant.threads.setStatus': 600,
  'assistant.threads.setTitle': 100,
  'assistant.threads.setSuggestedPrompts': 100,
  'chat.postEphemeral': 100,
  'auth.test': 100,
  'conversations.replies': 50,
  'views.open': 100,
  'views.update': 100,
  'views.push': 100,
  'views.publish': 100,
  'conversations.open': 50,
  'users.info': 100,
  'files.info': 100,
  'files.getUploadURLExternal': 100,
  'files.completeUploadExternal': 100,
} as const;

export type Method = keyof typeof PER_MINUTE;

/** One call. All of one method in one workspace share a budget; so do all posts in one channel. */
export interface Call {
  readonly method: Method;
  readonly team: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The token of each workspace that the bot is installed in. */
export interface Tokens {
  /** @throws PlatformRejected where the bot is not installed (any more). */
  tokenOf(team: string): Promise<string>;
}

export interface CallsOptions {
  readonly tokens: Tokens;
  /** Default: https://slack.com/api/ */
  readonly apiUrl?: string;
  readonly governor: Governor;
  /** Calls of each method in a minute where they are other than Slack's. */
  readonly perMinute?: Partial<Record<Method, number>>;
  /** Posts that a channel takes. @see https://docs.slack.dev/apis/web-api/rate-limits#posting-messages */
  readonly posts: Omit<Budget, 'name'>;
  /** Milliseconds between two edits of one message while it grows. */
  readonly updateMs: number;
  /** Milliseconds before what has to succeed is tried again; doubled each time. */
  readonly retryMs: number;
  readonly log: Log;
}

const MINUTE_MS = 60_000;

/** Milliseconds after which a call without an answer is given up. */
const TIMEOUT_MS = 15_000;

/** How often what has to succeed is tried, and the longest wait that Slack may ask of it: its windows last a minute. */
const ATTEMPTS = 6;
const MAX_WAIT_MS = 65_000;

/** Enough for the client never to hold a call back. */
const ALL_AT_ONCE = 10_000;

/** A client that sends at once, once, and says at once that Slack asks to wait. */
export function clientOf({ apiUrl, log }: Pick<CallsOptions, 'apiUrl' | 'log'>): webApi.WebClient {
  return new webApi.WebClient(undefined, clientOptionsOf({ apiUrl, log }));
}

export function clientOptionsOf({ apiUrl, log }: { readonly apiUrl?: string | undefined; readonly log: Log }) {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    maxRequestConcurrency: ALL_AT_ONCE,
    timeout: TIMEOUT_MS,
    logger: loggerOf(log),
  };
}

/** A log as Slack's packages want it, without what they say, which may hold tokens: their lower levels log whole messages and are left out. */
export function loggerOf(log: Log) {
  const silent = (): void => {};
  return {
    debug: silent,
    info: silent,
    warn: () => log.debug('slack.client-warned'),
    error: () => log.debug('slack.client-failed'),
    setLevel: silent,
    getLevel: () => LogLevel.ERROR,
    setName: silent,
  };
}

/** Serves all replies at once. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #client: webApi.WebClient;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#client = clientOf(options);
  }

  /**
   * Resolves with leave for such a call.
   * @throws the signal's reason when it is aborted first.
   */
  leave(call: Call, urgency: Urgency, signal: AbortSignal): Promise<Leave> {
    return this.#options.governor.leave(this.#budgetsOf(call, urgency), urgency, signal);
  }

  /** Milliseconds until such a call would get leave. */
  waitMs(call: Call, urgency: Urgency): number {
    return this.#options.governor.waitMs(this.#budgetsOf(call, urgency), urgency);
  }

  /**
   * Sends once, and resolves with what Slack answered.
   * @throws PlatformUnavailable, PlatformRejected
   */
  async send({ method, team, args }: Call, leave: Leave): Promise<Fields> {
    const sentAt = performance.now();
    try {
      const token = await this.#options.tokens.tokenOf(team);
      const answer = await this.#client.apiCall(method, { ...args, token });
      leave.done({ sentAt });
      return fieldsOf(answer);
    } catch (cause) {
      const error = platformErrorOf(cause);
      const { retryAfterMs } = error.failure;
      if (retryAfterMs !== undefined) this.#options.log.warn('slack.rate-limited', { method, team, retryAfterMs });
      leave.done(retryAfterMs === undefined ? { sentAt } : { retryAfterMs, sentAt });
      throw error;
    }
  }

  /** The same with leave of its own. @throws PlatformUnavailable, PlatformRejected */
  async ask(call: Call): Promise<Fields> {
    return this.send(call, await this.leave(call, 'first', new AbortController().signal));
  }

  /** Tries again what failed because Slack was away or asked to wait, unless it asks for too long. */
  retrying<T>(work: () => Promise<T>): Promise<T> {
    return retrying(work, { attempts: ATTEMPTS, retryMs: this.#options.retryMs, maxWaitMs: MAX_WAIT_MS });
  }

  #budgetsOf({ method, team, args }: Call, urgency: Urgency): readonly Budget[] {
    const { perMinute = {}, posts, updateMs } = this.#options;
    const own = { limit: perMinute[method] ?? PER_MINUTE[method], windowMs: MINUTE_MS };
    const budgets = [{ name: `slack ${team} ${method}`, ...own }];
    const [channel, ts] = [textIn(args, 'channel'), textIn(args, 'ts')];
    if (method === 'chat.postMessage') budgets.push({ name: `slack ${team} ${channel}`, ...posts });
    const isGrowing = urgency === 'text' || urgency === 'burst';
    // An ending does not wait for the pace of its message.
    if (method === 'chat.update' && isGrowing)
      budgets.push({ name: `slack ${team} ${channel} ${ts}`, limit: 1, windowMs: updateMs });
    return budgets;
  }
}
