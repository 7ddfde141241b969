/** Requests to Discord: each is sent at once with leave of the governor, which learns from the answer. Nothing is queued here. */
import { DefaultRestOptions, DefaultUserAgent, RequestMethod } from 'discord.js';
import { request as requestOnce } from 'undici';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Log, Urgency } from '../core/ports.ts';
import { LOST, meaningOf, NOT_IN_DISPLAYS } from './refusals.ts';
import type { Budget, Learned } from '../reply/budget.ts';
import type { Governor, Leave } from '../reply/governor.ts';
import { retrying } from '../reply/patience.ts';

export interface RequestsOptions {
  readonly token: string;
  /** Without the version. Default: https://discord.com/api */
  readonly apiUrl?: string;
  readonly governor: Governor;
  /** How many posts, and how many edits, a channel takes until Discord's answers say otherwise. */
  readonly writes: Omit<Budget, 'name'>;
  /** How many requests Discord takes of the bot in all; its answers tell of that only when it refuses. */
  readonly requests: Omit<Budget, 'name'>;
  /** Milliseconds before what has to succeed is tried again; doubled each time. */
  readonly retryMs: number;
  readonly log: Log;
  /** Default: over undici. */
  readonly transport?: Transport;
}

/** Sends one request and resolves with its answer, whose body has to be read. */
export type Transport = (
  url: string,
  how: {
    readonly method: RequestMethod;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Uint8Array | null;
  },
) => Promise<{
  readonly statusCode: number;
  readonly headers: Headers;
  readonly body: { json(): Promise<unknown>; text(): Promise<string> };
}>;

/** Names are in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One request. All of one kind to one channel share a budget; `whisper` is any that writes what one person alone sees. */
export interface Request {
  readonly kind: 'create' | 'edit' | 'remove' | 'whisper' | 'thread' | 'typing' | 'read' | 'direct';
  readonly channel: string;
  readonly method: RequestMethod;
  readonly route: string;
  readonly body?: object;
  /** A second one would have an effect of its own. */
  readonly isOnce?: true;
  readonly files?: readonly { readonly name: string; readonly contentType: string; readonly data: Buffer }[];
}

/** The budget of the whole bot. */
const ALL = 'discord';

/** Milliseconds after which a request without an answer is given up. */
const TIMEOUT_MS = 15_000;

/** How often what has to succeed is tried, and the longest wait that Discord may ask of it. */
const ATTEMPTS = 5;
const MAX_WAIT_MS = 20_000;

/** The signal of what nobody calls off. */
export const NEVER = new AbortController().signal;

/** How Node and undici name a connection that the other side closed. */
const CUT: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Serves all replies at once. */
export class Requests {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /**
   * Resolves with leave for one such request.
   * @throws the signal's reason when it is aborted first.
   */
  leave(what: Pick<Request, 'kind' | 'channel'>, urgency: Urgency, signal: AbortSignal): Promise<Leave> {
    return this.#options.governor.leave(this.#budgetsOf(what), urgency, signal);
  }

  /** Whether such a request would get leave at once. */
  isFree(what: Pick<Request, 'kind' | 'channel'>): boolean {
    return this.#options.governor.waitMs(this.#budgetsOf(what), 'text') === 0;
  }

  /**
   * Sends once, and resolves with what Discord answered; undefined where it has nothing to say.
   * @throws PlatformUnavailable, PlatformRejected; the latter also where it is not known what became of what may not be sent twice.
   */
  async send(request: Request, leave: Leave): Promise<unknown> {
    try {
      const { statusCode, headers, body, sentAt } = await this.#answerTo(request);
      if (statusCode < 300) {
        leave.done({ ...learnedOf(headers), sentAt });
        return statusCode === 204 ? void (await body.text()) : await body.json();
      }
      const error = refusalIn(statusCode, headers, await body.text());
      leave.done({ ...this.#taughtBy(error, headers, request), sentAt });
      throw error;
    } catch (error) {
      leave.done();
      if (error instanceof PlatformRejected) throw error;
      const isKnown = error instanceof PlatformUnavailable && error.failure.status === 429;
      if (request.isOnce === true && !isKnown)
        throw new PlatformRejected('Discord did not answer.', { platformCode: LOST, cause: error });
      if (error instanceof PlatformUnavailable) throw error;
      throw new PlatformUnavailable('Discord could not be reached.', { cause: error });
    }
  }

  /** Reads what stands at a route of this channel. @throws PlatformUnavailable, PlatformRejected */
  read(channel: string, route: string): Promise<unknown> {
    const request = { kind: 'read', channel, method: RequestMethod.Get, route } as const;
    return this.retrying(async () => this.send(request, await this.leave(request, 'first', NEVER)));
  }

  /** Tries again what failed because Discord was away or asked to wait, unless it asks for too long. */
  retrying<T>(work: () => Promise<T>): Promise<T> {
    return retrying(work, { attempts: ATTEMPTS, retryMs: this.#options.retryMs, maxWaitMs: MAX_WAIT_MS });
  }

  #taughtBy(error: PlatformRejected | PlatformUnavailable, headers: Headers, { kind, channel }: Request): Learned {
    const { retryAfterMs } = error.failure;
    // A limit within a limit says nothing of the channel's budget: other messages may still be edited.
    if (retryAfterMs === undefined || meaningOf(error) === 'too-old') return learnedOf(headers);
    const isOfAll = headers['x-ratelimit-scope'] === 'global' || headers['x-ratelimit-global'] !== undefined;
    this.#options.log.warn('discord.rate-limited', { kind, channel, retryAfterMs, all: isOfAll });
    return { ...(isOfAll ? { budget: ALL } : {}), retryAfterMs };
  }

  /**
   * Sends once more where the connection was cut, as happens to one that was idle too long. What is sent here may be sent
   * twice unless it says otherwise: a post has its nonce, and a question has only one thread.
   */
  async #answerTo(request: Request) {
    try {
      return await this.#attempt(request);
    } catch (error) {
      const isCut = error instanceof Error && 'code' in error && CUT.has(error.code);
      if (!isCut || request.isOnce === true) throw error;
      return this.#attempt(request);
    }
  }

  async #attempt({ method, route, body, files = [] }: Request) {
    const { token, apiUrl = DefaultRestOptions.api, transport = overUndici } = this.#options;
    const json = body === undefined ? null : JSON.stringify(body);
    const form = files.length === 0 ? undefined : await formOf(json ?? '{}', files);
    const type = form?.type ?? (json === null ? {} : { 'content-type': 'application/json' });
    const headers = { authorization: `Bot ${token}`, 'user-agent': DefaultUserAgent, ...type };
    const sentAt = performance.now();
    return { ...(await transport(`${apiUrl}/v10${route}`, { method, headers, body: form?.bytes ?? json })), sentAt };
  }

  #budgetsOf({ kind, channel }: Pick<Request, 'kind' | 'channel'>): readonly Budget[] {
    const { writes, requests } = this.#options;
    const own = kind === 'create' || kind === 'edit' || kind === 'whisper' ? writes : requests;
    return [
      { name: `${ALL} ${kind} ${channel}`, ...own },
      { name: ALL, ...requests },
    ];
  }
}

const overUndici: Transport = async (url, how) => {
  const { statusCode, headers, body } = await requestOnce(url, {
    ...how,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  return { statusCode, headers, body };
};

/** A form with files. @see https://docs.discord.com/developers/reference#uploading-files */
async function formOf(json: string, files: NonNullable<Request['files']>) {
  const form = new FormData();
  for (const [index, { name, contentType, data }] of files.entries())
    form.append(`files[${index}]`, new Blob([new Uint8Array(data)], { type: contentType }), name);
  form.append('payload_json', json);
  const packed = new Response(form);
  // A response made of a form always has the type that names its boundary.
  return { bytes: await packed.bytes(), type: { 'content-type': packed.headers.get('content-type') as string } };
}

/**
 * What an answer says of the budget it was counted in.
 * @see https://docs.discord.com/developers/topics/rate-limits#header-format
 */
function learnedOf(headers: Headers): Learned {
  const number = (name: string) => Number(headers[`x-ratelimit-${name}`] ?? Number.NaN);
  const [limit, remaining, seconds] = [number('limit'), number('remaining'), number('reset-after')];
  const isSane = limit >= 1 && limit <= MAX_LIMIT && remaining >= 0 && remaining <= limit && isWait(seconds);
  return isSane ? { limit, remaining, resetAfterMs: seconds * 1000 } : {};
}

/** Figures beyond these come from something before Discord, and would stop all writing or fill the memory. */
const MAX_LIMIT = 1000;
const MAX_WAIT_SECONDS = 86_400;

function isWait(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_WAIT_SECONDS;
}

/** What an answer that is no success means. Its body holds the exact wait, unless it comes from something before Discord. */
function refusalIn(status: number, headers: Headers, body: string): PlatformRejected | PlatformUnavailable {
  const said = objectIn(body);
  const isForDisplays = body.includes(NOT_IN_DISPLAYS);
  const code = isForDisplays ? NOT_IN_DISPLAYS : typeof said.code === 'number' ? said.code : undefined;
  const seconds = [said.retry_after, Number(headers['retry-after'])].find(isWait) ?? 1;
  const platformCode = code === undefined ? {} : { platformCode: code };
  if (status === 429)
    return new PlatformUnavailable('Discord asks to wait.', { status, retryAfterMs: seconds * 1000, ...platformCode });
  if (status >= 500) return new PlatformUnavailable(`Discord failed with ${status}.`, { status });
  return new PlatformRejected(`Discord refused: ${status}, code ${code ?? 'none'}.`, { status, ...platformCode });
}

/** The fields of a JSON object, none of them checked; none where there is no such thing. */
function objectIn(body: string): { readonly code?: unknown; readonly retry_after?: unknown } {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null ? said : {};
  } catch {
    return {};
  }
}
