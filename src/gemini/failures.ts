/**
 * What an HTTP answer that is not an answer of the model means: which error, whether to try again, after how long.
 *
 * The order is content type, JSON, then the words of the error, and the HTTP number last: relays wrap the service's
 * errors under numbers of their own, and some numbers (500 for a missing field) say the opposite of what happened.
 *
 * @see https://ai.google.dev/gemini-api/docs/troubleshooting
 * @see https://apidoc.cometapi.com/errors/error-codes-handling
 */
import {
  type ModelError,
  ModelKeyRejected,
  ModelQuota,
  ModelRejected,
  ModelUnavailable,
  type RejectionReason,
} from '../core/errors.ts';
import type { Change } from './request.ts';
import { parsed } from './stream.ts';
import { isRecord } from './wire.ts';

/** What came instead of an answer. `body` is as much of it as was read. */
export interface Refused {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string | undefined;
  readonly requestId?: string | undefined;
}

/** What to make of it. */
export interface Verdict {
  readonly error: ModelError;
  /** Whether the same request may succeed later, unchanged. */
  readonly again: boolean;
  /** How often at most, where that is less often than other trouble deserves. */
  readonly retries?: number;
  /** Changes of the request that the service's words call for. */
  readonly changes?: readonly Change[];
}

/** The error a body holds, in either dialect. */
interface Said {
  readonly number: number;
  /** Google's status word and reasons, the relay's code and type. */
  readonly code: string;
  /** The text, with the fields it complains about. */
  readonly message: string;
  readonly details: readonly Record<string, unknown>[];
}

type Kind = 'key' | 'quota' | 'unavailable' | Exclude<RejectionReason, 'question-too-long'>;

/** By the words of the error, the first that matches. `code` holds status word, code, type and reason. */
const BY_WORDS: readonly {
  readonly kind: Kind;
  readonly code?: RegExp;
  readonly message?: RegExp;
  /** The number under which these words mean something else. */
  readonly unless?: number;
  readonly retries?: number;
}[] = [
  {
    kind: 'key',
    code: /API_KEY|UNAUTHENTICATED|invalid_api_key/,
    message: /api[ _]key (is )?(not (valid|found)|invalid|expired)|(invalid|incorrect|no) api[ _]key/i,
  },
  // A relay's key is a token; in a request that is refused for its form, so is much else.
  { kind: 'key', unless: 400, message: /invalid token|token (is )?(invalid|expired|not provided)/i },
  { kind: 'region', message: /location is not supported/i },
  {
    kind: 'too-long',
    code: /context_length/,
    message: /input token count|maximum number of tokens|context (length|window)|prompt is too long/i,
  },
  {
    kind: 'quota',
    code: /insufficient_(user_)?quota|pre_consume_token_quota_failed/,
    message: /insufficient (account )?(balance|quota|credit)|quota is not enough/i,
  },
  { kind: 'request', message: /cached ?content/i },
  {
    kind: 'model-gone',
    code: /model_not_found/,
    message:
      /no available channel|models?\/\S+ is not found|model\b.*\b(not found|does not exist|no longer available|retired|shut down|discontinued)/i,
  },
  { kind: 'too-large', message: /payload size|(body|entity|request|content) (is )?too large/i },
  {
    kind: 'media',
    message:
      /cannot fetch content|unsupported (mime|file|media)|mime_?type\b.*not supported|unable to process (input )?(image|video|audio|document|file)/i,
  },
  { kind: 'key', code: /PERMISSION_DENIED/ },
  { kind: 'quota', code: /RESOURCE_EXHAUSTED|rate_limit/, message: /rate limit|too many requests/i },
  { kind: 'request', code: /invalid_request\b/ },
  // Sometimes a request that is too long for the service, and then no try helps.
  { kind: 'unavailable', code: /\bINTERNAL\b/, message: /internal error (has occurred|encountered)/i, retries: 2 },
  { kind: 'unavailable', code: /UNAVAILABLE|DEADLINE_EXCEEDED|CANCELLED|ABORTED/, message: /overloaded/i },
  { kind: 'request', code: /INVALID_ARGUMENT|FAILED_PRECONDITION|OUT_OF_RANGE|UNIMPLEMENTED|\bNOT_FOUND\b/ },
];

/** By what a refused request says about itself, the first that matches. */
const CHANGES: readonly { readonly change: Change; readonly message: RegExp }[] = [
  { change: 'no-signatures', message: /thought.?signature/i },
  { change: 'no-thinking', message: /thinking|thought_?config|include_?thoughts/i },
  { change: 'with-tool-flag', message: /enable tool_?config\.include_?server_?side/i },
  { change: 'no-tool-flag', message: /include_?server_?side|context circulation is not enabled/i },
  {
    change: 'no-sampling',
    message: /temperature|top_?[pk]\b|candidate_?count|(presence|frequency)_?penalty|\bseed\b/i,
  },
];

/** What an answer with an error status, a redirect, or a body of another kind means. */
export function verdictOf(refused: Refused): Verdict {
  if (refused.status >= 300 && refused.status < 400) return judge('wrong-address', refused, undefined);
  const said = saidIn(parsed(refused.body), refused.status);
  return said === undefined ? judge(kindOfPage(refused.status), refused, undefined) : verdictOfWords(said, refused);
}

function verdictOfWords(said: Said, refused: Refused): Verdict {
  const rule = BY_WORDS.find(
    ({ code, message, unless }) => said.number !== unless && (code?.test(said.code) || message?.test(said.message)),
  );
  const changes = changesFor(said);
  // A relay may answer 500 to what the service answered 400.
  const kind = rule?.kind ?? (changes.length === 0 ? kindOfNumber(said.number) : 'request');
  const verdict = judge(kind, refused, said);
  if (kind === 'request') return { ...verdict, changes };
  return rule?.retries === undefined ? verdict : { ...verdict, retries: rule.retries };
}

function changesFor({ message }: Said): readonly Change[] {
  const known = CHANGES.find((each) => each.message.test(message));
  const unknown = Array.from(message.matchAll(/Unknown name "(\w+)"/g), ([, name]): Change => `without ${name ?? ''}`);
  return [...(known === undefined ? [] : [known.change]), ...new Set(unknown)];
}

function judge(kind: Kind, refused: Refused, said: Said | undefined): Verdict {
  const retryAfterMs = kind === 'quota' && isExhausted(refused, said) ? undefined : waitOf(refused, said);
  const requestId = refused.requestId ?? /request id: ?([\w-]+)/i.exec(said?.message ?? '')?.[1];
  const failure = {
    status: refused.status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const message = `${SENTENCES[kind]} (${[refused.status, ...(said?.code.split(' ') ?? [])].filter(isWord).join(' ')}).`;
  switch (kind) {
    case 'key':
      return { error: new ModelKeyRejected(message, failure), again: false };
    case 'quota':
      return { error: new ModelQuota(message, failure), again: !isExhausted(refused, said) };
    case 'unavailable':
      return { error: new ModelUnavailable(message, failure), again: true };
    default:
      return { error: new ModelRejected(message, kind, failure), again: false };
  }
}

const SENTENCES: Readonly<Record<Kind, string>> = {
  key: 'The model service refuses the key',
  quota: 'The account has no quota left for now',
  unavailable: 'The model service is not available',
  request: 'The model service refuses the request',
  'too-long': 'The conversation is too long for the model',
  'too-large': 'The request is too large',
  media: 'The model service cannot read a file or address of the request',
  'model-gone': 'The model is not offered',
  region: 'The model service is not offered in this region',
  'wrong-address': 'What answers at this address is not the Gemini API',
  'blocked-network': 'A page between here and the model service blocks the request',
};

/** No wait helps: the balance is empty, or the quota is nothing at all. */
function isExhausted({ status }: Refused, said: Said | undefined): boolean {
  const all = said === undefined ? `${status}` : `${said.number} ${said.code} ${said.message}`;
  return /^402|\blimit: 0\b|insufficient|pre_consume|not enough/i.test(all);
}

/** A page that is no JSON says nothing reliable but its number. */
function kindOfPage(status: number): Kind {
  if (status === 403) return 'blocked-network';
  return status < 400 ? 'wrong-address' : kindOfNumber(status);
}

function kindOfNumber(status: number): Kind {
  if (status === 401 || status === 403) return 'key';
  if (status === 402 || status === 429) return 'quota';
  if (status === 404 || status === 405) return 'wrong-address';
  if (status === 413) return 'too-large';
  if (status < 400) return 'unavailable';
  return status === 408 || status === 499 || status >= 500 ? 'unavailable' : 'request';
}

/** The first of: RetryInfo, the Retry-After header, "retry in 5s" in the text. */
function waitOf(refused: Refused, said: Said | undefined): number | undefined {
  const info = said?.details.find((each) => typeof each['retryDelay'] === 'string')?.['retryDelay'];
  const asked =
    typeof info === 'string' ? info : /retry (?:in|after) ([\d.][\d.hms ]*)/i.exec(said?.message ?? '')?.[1];
  const header = refused.retryAfter?.trim() ?? '';
  if (typeof info !== 'string' && header !== '') {
    const waitMs = /^[\d.]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
    if (Number.isFinite(waitMs)) return Math.max(0, Math.ceil(waitMs));
  }
  return asked === undefined ? undefined : durationOf(asked);
}

/** Milliseconds of `48.9s`, `1m2.5s`, `17h32m5s`, `250ms` or a bare number of seconds. */
function durationOf(text: string): number | undefined {
  const found = /^(?:(\d+) ?h)? ?(?:(\d+) ?m(?!s))? ?(?:([\d.]+) ?ms|(\d[\d.]*) ?s?)?/.exec(text.trim()) ?? [];
  const [h = 0, m = 0, ms = 0, s = 0] = found.slice(1).map((each) => Number(each ?? 0));
  const total = ((h * 60 + m) * 60 + s) * 1000 + ms;
  return Number.isFinite(total) && total > 0 ? Math.ceil(total) : undefined;
}

/** Reads `{error: {…}}`, `[{error: {…}}]`, `{error: "…"}`, `{message: "…"}`, and an error quoted inside a message. */
function saidIn(value: unknown, status: number): Said | undefined {
  if (Array.isArray(value)) return saidIn(value[0], status);
  if (!isRecord(value)) return undefined;
  const held = value['error'] ?? value;
  if (held === value && typeof value['message'] !== 'string') return undefined;
  const error = isRecord(held) ? held : { message: held };
  const message = typeof error['message'] === 'string' ? error['message'] : '';
  const quoted = message.indexOf('{"error"');
  const inner = quoted === -1 ? undefined : saidIn(parsed(message.slice(quoted, message.lastIndexOf('}') + 1)), status);
  if (inner !== undefined) return inner;
  const details = Array.isArray(error['details']) ? error['details'].filter(isRecord) : [];
  const inText = /\b(RESOURCE_EXHAUSTED|INVALID_ARGUMENT|UNAVAILABLE|DEADLINE_EXCEEDED|INTERNAL)\b/.exec(message)?.[0];
  const words = [error['status'], error['code'], error['type'], inText, ...details.map((each) => each['reason'])];
  // Not every code is a number of HTTP.
  const number = Number(/status code:? (\d{3})/.exec(message)?.[1] ?? error['code']);
  return {
    number: number >= 400 && number < 600 ? number : status,
    code: words.filter((word) => typeof word === 'string').join(' '),
    message: [message, ...details.flatMap(violationsIn)].join(' '),
    details,
  };
}

function violationsIn(detail: Record<string, unknown>): readonly string[] {
  const list: readonly unknown[] = Array.isArray(detail['fieldViolations']) ? detail['fieldViolations'] : [];
  return list.filter(isRecord).flatMap((each) => (typeof each['field'] === 'string' ? [each['field']] : []));
}

/** What may stand in an error's message, which is logged: numbers and code words. The service's sentence may repeat what people wrote. */
function isWord(word: string | number): boolean {
  return /^[\w.-]{1,60}$/.test(String(word));
}
