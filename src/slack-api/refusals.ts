/** What Slack's refusals mean: which pass, which hold, and what each says about a message. */
import { webApi } from '@slack/bolt';
import { ConfigError, PlatformRejected, PlatformUnavailable } from '../core/errors.ts';

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

/** What is no fault of streaming: nothing else could be written there either. */
export const NO_WRITING: ReadonlySet<string> = new Set([
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'messages_tab_disabled',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_thread_locked',
  'restricted_action_non_threadable_channel',
]);

/** Codes of a message or a file that somebody took away. */
export const GONE: ReadonlySet<string> = new Set([
  'message_not_found',
  'message_not_owned_by_app',
  'file_not_found',
  'file_deleted',
]);

/** Codes of a page that Slack does not take as Markdown. */
export const NOT_SHOWN: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_too_long',
  'msg_blocks_too_long',
  'msg_blocks_too_many',
]);

/** Codes of an edit that no later one mends: the answer is posted anew. */
export const NO_EDITING: ReadonlySet<string> = new Set([
  'unknown_method',
  'method_deprecated',
  'cant_update_message',
  'edit_window_closed',
  'update_failed',
  'is_inactive',
]);

/** Whether Slack says that the bot is no longer in the workspace, which no outage does. */
export function isLeft(error: unknown): boolean {
  return ['account_inactive', 'token_revoked'].includes(refusalOf(error) ?? '');
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
    const known = { platformCode, ...(NO_WRITING.has(platformCode) ? { isShut: true as const } : {}) };
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
    return new ConfigError([
      `${variable}: Slack does not take this token (${code}); get one at ${APPS}, page ${page}${lacks}.`,
    ]);
  return failure;
}

/** Whether Slack asks to wait: then it did nothing. */
export function isRateLimit(error: unknown): boolean {
  return error instanceof PlatformUnavailable && error.failure.status === 429;
}

/** Codes that say the method is not there, for the workspace. */
const NOT_IN_WORKSPACE: ReadonlySet<string> = new Set([
  'unknown_method',
  'method_deprecated',
  'feature_not_enabled',
  'missing_scope',
  'not_allowed_token_type',
]);

/** Codes that say that it does not work in the channel. */
const NOT_IN_CHANNEL: ReadonlySet<string> = new Set(['channel_type_not_supported', 'invalid_thread_ts']);

/** Milliseconds after which what was refused is tried again, and how many refusals are remembered. */
const LATCHED_MS = 60 * 60_000;
const MAX_LATCHES = 1000;

/** Shared by all replies of a process. */
export class Ladder {
  readonly #latches = new Map<string, number>();

  /** Remembers a refusal that holds for more than one answer. */
  refused(method: string, where: { readonly team: string; readonly channel: string }, code: string): void {
    const key = NOT_IN_WORKSPACE.has(code) ? where.team : NOT_IN_CHANNEL.has(code) ? where.channel : undefined;
    if (key === undefined) return;
    const [oldest] = this.#latches.keys();
    if (this.#latches.size >= MAX_LATCHES && oldest !== undefined) this.#latches.delete(oldest);
    this.#latches.set(`${method} ${key}`, performance.now() + LATCHED_MS);
  }

  mayTry(method: string, { team, channel }: { readonly team: string; readonly channel: string }): boolean {
    const now = performance.now();
    return [team, channel].every((key) => (this.#latches.get(`${method} ${key}`) ?? 0) <= now);
  }
}
