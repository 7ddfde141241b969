/** Calls of Slack's Web API: each is sent at once with leave of the governor, which learns from refusals. Nothing is queued here. */
import { setTimeout as delay } from 'node:timers/promises';
import { webApi } from '@slack/bolt';
import { ConfigError, PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Log, Urgency } from '../core/ports.ts';
import type { Budget } from '../reply/budget.ts';
import type { Governor, Leave } from '../reply/governor.ts';
import { type Fields, fieldsOf } from './inbound.ts';
import { loggerOf } from './log.ts';

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

/** Codes of what may succeed later, unchanged. */
const PASSING: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'team_added_to_org',
]);

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
  async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const { retryAfterMs = 0 } = error instanceof PlatformUnavailable ? error.failure : {};
        if (!(error instanceof PlatformUnavailable) || attempt >= ATTEMPTS || retryAfterMs > MAX_WAIT_MS) throw error;
        await delay(Math.max(retryAfterMs, this.#options.retryMs * 2 ** (attempt - 1)));
      }
    }
  }

  #budgetsOf({ method, team, args }: Call, urgency: Urgency): readonly Budget[] {
    const { perMinute = {}, posts, updateMs } = this.#options;
    const own = { limit: perMinute[method] ?? PER_MINUTE[method], windowMs: MINUTE_MS };
    const budgets = [{ name: `slack ${team} ${method}`, ...own }];
    const { channel, ts } = args;
    if (method === 'chat.postMessage') budgets.push({ name: `slack ${team} ${channel}`, ...posts });
    const isGrowing = urgency === 'text' || urgency === 'burst';
    // An ending does not wait for the pace of its message.
    if (method === 'chat.update' && isGrowing) budgets.push({ name: `slack ${team} ${channel} ${ts}`, limit: 1, windowMs: updateMs });
    return budgets;
  }
}

/** What the client threw, without the request it was thrown for: that holds the text. */
export function platformErrorOf(error: unknown): PlatformRejected | PlatformUnavailable {
  if (error instanceof PlatformRejected || error instanceof PlatformUnavailable) return error;
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new PlatformUnavailable('Slack asks to wait.', { status: 429, retryAfterMs: error.retryAfter * 1000 });
  if (error instanceof webApi.WebAPIHTTPError) {
    const { statusCode: status } = error;
    if (status >= 500) return new PlatformUnavailable(`Slack failed with ${status}.`, { status });
    return new PlatformRejected(`Slack refused: ${status}.`, { status, ...(status === 404 ? UNKNOWN : {}) });
  }
  if (error instanceof webApi.WebAPIPlatformError) {
    const { error: platformCode } = error.data;
    const known = { platformCode };
    if (PASSING.has(platformCode)) return new PlatformUnavailable(`Slack failed: ${platformCode}.`, known);
    return new PlatformRejected(`Slack refused: ${platformCode}.`, known);
  }
  return new PlatformUnavailable('Slack could not be reached.', { cause: error });
}

/** What does not know a method may say so as a web server does. */
const UNKNOWN = { platformCode: 'unknown_method' };

/** The code of what Slack refused for good; undefined for everything else. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof PlatformRejected ? String(error.failure.platformCode ?? 'none') : undefined;
}

const APPS = 'https://api.slack.com/apps';

/** Codes of a token that will not work again. */
export const DEAD: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'user_removed_from_team',
  'team_disabled',
  'not_allowed_token_type',
  'app_uninstalled',
]);

/** Why a token is refused at the start, and what to do about it. */
export function startErrorOf(error: unknown, variable: 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN'): Error {
  const failure = platformErrorOf(error);
  const code = refusalOf(failure) ?? '';
  const page = variable === 'SLACK_BOT_TOKEN' ? 'Install App' : 'Basic Information, App-Level Tokens';
  const lacks = variable === 'SLACK_APP_TOKEN' ? ', with the scope connections:write' : '';
  if (DEAD.has(code) || code === 'missing_scope' || code === 'forbidden_team')
    return new ConfigError([`${variable}: Slack does not take this token (${code}); get one at ${APPS}, page ${page}${lacks}.`]);
  return failure;
}
