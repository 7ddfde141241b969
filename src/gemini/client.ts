/**
 * GeminiClient: asks the model service, and asks again where that may help and nothing of an answer was handed out.
 *
 * @see https://apidoc.cometapi.com/api/text/gemini-generating-content
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Chunk } from '../core/content.ts';
import type { ThinkingDepth } from '../core/conversation.ts';
import { codeOf, ModelError, ModelRejected, StreamBroken } from '../core/errors.ts';
import type { ModelClient, ModelFacts, ModelRequest } from '../core/model.ts';
import { bareId, ModelTable, withSuccessor } from '../models/table.ts';
import { thinkingOf } from '../models/thinking.ts';
import type { Log, LogFields } from '../core/ports.ts';
import { Call } from './call.ts';
import { Exchange, TimeLimit, type Timeouts } from './exchange.ts';
import type { Verdict } from './failures.ts';
import { type Auth, baseOf, type Change, isLasting, isOtherWith, jsonOf, keyHeaderOf } from './request.ts';

export interface GeminiClientOptions {
  /** https, or http on loopback; a trailing `/v1` or `/v1beta` is taken off. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The header that carries the key. */
  readonly auth: Auth;
  readonly models: readonly ModelFacts[];
  readonly timeouts: Timeouts;
  /** Tries of one request, at least 1; a try with a changed request does not count. */
  readonly attempts: number;
  /** The longest wait before a retry, in milliseconds; a service that asks for more gets none. */
  readonly maxRetryWaitMs: number;
  /** The largest event, or JSON body, in bytes. */
  readonly maxEventBytes: number;
  readonly log: Log;
}

/** Largest request body, in bytes, that every backend takes. @see https://ai.google.dev/gemini-api/docs/file-input-methods */
const MAX_REQUEST_BYTES = 20_000_000;
/** The first wait where the service names none; it doubles with each try. */
const FIRST_WAIT_MS = 500;
export class GeminiClient implements ModelClient {
  readonly #options: GeminiClientOptions;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #models: ModelTable;
  readonly #agent: Agent;
  /** What models have called for, so that the next request to them is right at once. */
  readonly #changes = new Map<string, ReadonlySet<Change>>();
  readonly #said = new Set<string>();

  /** @throws ConfigError for an address or key that cannot be used, or models that contradict themselves. */
  constructor(options: GeminiClientOptions) {
    this.#options = options;
    this.#base = baseOf(options.baseUrl);
    this.#headers = { 'content-type': 'application/json', ...keyHeaderOf(options.apiKey, options.auth) };
    this.#models = new ModelTable(options.models);
    const connect = { timeout: options.timeouts.connectMs };
    // The waits after connecting are limited in Exchange, where a comment from the service can count as life. One kind of
    // connection, the one that every test runs on: what HTTP/2 adds, many requests at once on one, a bot has no need of.
    this.#agent = new Agent({
      connect,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    });
  }

  /** Closes every connection. Answers still being read break. */
  async stop(): Promise<void> {
    await this.#agent.destroy();
  }

  facts(model: string): ModelFacts | undefined {
    return this.#models.facts(model);
  }

  depthOf(model: string, wanted: ThinkingDepth): ThinkingDepth {
    if (this.#changes.get(model)?.has('no-thinking') === true) return 'auto';
    return thinkingOf(wanted, this.facts(model)?.thinking).depth;
  }

  async *stream(request: ModelRequest, caller: AbortSignal): AsyncGenerator<Chunk> {
    caller.throwIfAborted();
    const limit = new TimeLimit();
    limit.start(this.#options.timeouts.totalMs);
    const call = new Call({ request, facts: this.facts(request.model), caller, total: limit.signal });
    let end: End = { kind: 'left' };
    try {
      yield* this.#answerOf(call);
      end = { kind: 'answered' };
    } catch (error) {
      if (!caller.aborted) end = { kind: 'failed', error };
      throw error;
    } finally {
      limit.stop();
      this.#report(call, end);
    }
  }

  async *#answerOf(call: Call): AsyncGenerator<Chunk> {
    const opened = await this.#open(call);
    const { exchange } = opened;
    let { chunks } = opened;
    try {
      for (;;) {
        for (const chunk of chunks) {
          call.add(chunk);
          yield chunk;
        }
        const step = await exchange.next();
        if (step.kind === 'end' || (step.kind === 'failed' && step.isCut && call.hasEnded)) break;
        if (step.kind === 'failed') throw brokenBy(step.verdict.error);
        chunks = step.chunks;
      }
      if (!call.isComplete) throw brokenBy(new StreamBroken('The answer ended without a finish reason.'));
    } finally {
      exchange.close();
    }
  }

  /** Sends until an answer has begun. @throws the error of the last try. */
  async #open(call: Call): Promise<{ exchange: Exchange; chunks: readonly Chunk[] }> {
    this.#remark(call);
    const changes = new Set(this.#changes.get(call.request.model));
    for (;;) {
      call.attempts++;
      const exchange = this.#send(call, changes);
      const begun = await exchange.begin(call.whole);
      call.requestId = exchange.requestId;
      if ('chunks' in begun) {
        this.#remember(call.request.model, changes);
        return { exchange, chunks: begun.chunks };
      }
      exchange.close();
      await this.#prepareNext(call, changes, begun);
    }
  }

  /** Beside what other calls have learned meanwhile. */
  #remember(model: string, changes: ReadonlySet<Change>): void {
    const lasting = [...changes].filter(isLasting);
    if (lasting.length > 0) this.#changes.set(model, new Set([...(this.#changes.get(model) ?? []), ...lasting]));
  }

  #send(call: Call, changes: ReadonlySet<Change>): Exchange {
    const body = jsonOf(call, changes);
    const bytes = Buffer.byteLength(body);
    if (bytes > MAX_REQUEST_BYTES)
      throw new ModelRejected(`The request has ${bytes} bytes, more than ${MAX_REQUEST_BYTES}.`, 'too-large');
    const operation = call.whole ? 'generateContent' : 'streamGenerateContent?alt=sse';
    return new Exchange({
      agent: this.#agent,
      url: `${this.#base}/v1beta/models/${encodeURIComponent(bareId(call.request.model))}:${operation}`,
      headers: { ...this.#headers, accept: call.whole ? 'application/json' : 'text/event-stream' },
      body,
      timeouts: this.#options.timeouts,
      maxEventChars: this.#options.maxEventBytes,
      secret: this.#options.apiKey,
      caller: call.caller,
      total: call.total,
    });
  }

  /** Changes the request or waits, whichever the verdict calls for; throws its error when neither helps. */
  async #prepareNext(call: Call, changes: Set<Change>, { error, again, retries, ...verdict }: Verdict): Promise<void> {
    const { model } = call.request;
    const helpful = (verdict.changes ?? []).filter((change) => isOtherWith(change, call, changes));
    if (helpful.length > 0) {
      for (const change of helpful) changes.add(change);
      call.attempts--;
      this.#options.log.warn('model.adapted', { model, change: helpful.join(' '), status: error.failure.status });
      return;
    }
    const { attempts, maxRetryWaitMs } = this.#options;
    const tooLong = (error.failure.retryAfterMs ?? 0) > maxRetryWaitMs;
    const most = Math.min(attempts, 1 + (retries ?? attempts));
    if (!again || tooLong || call.attempts >= most) throw explained(call, error);
    const waitMs = this.#waitOf(call.attempts, error);
    this.#options.log.info('model.retry', { model, attempt: call.attempts, waitMs, code: error.code });
    try {
      await sleep(waitMs, undefined, { signal: AbortSignal.any([call.caller, call.total]) });
    } catch {
      // The wait is only cut short by one of the two: the caller's reason counts, or else what made us wait.
      call.caller.throwIfAborted();
      throw explained(call, error);
    }
  }

  /** In milliseconds: what the service asks for, or a doubling time if that is more; with a random part, within the limit. */
  #waitOf(attempt: number, error: ModelError): number {
    const limitMs = this.#options.maxRetryWaitMs;
    const doublingMs = Math.min(limitMs, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    const askedMs = (error.failure.retryAfterMs ?? 0) * (1 + Math.random() / 10);
    return Math.round(Math.min(limitMs, Math.max(askedMs, doublingMs)));
  }

  /** What is worth one line before a model is asked: once for each model. */
  #remark(call: Call): void {
    const { model, thinking } = call.request;
    const { retired } = call.facts ?? {};
    if (retired !== undefined) this.#once('model.retired', { model, on: retired.on, successor: retired.successor });
    const { depth } = thinkingOf(thinking, call.facts?.thinking);
    if (depth !== thinking) this.#once('model.thinking-adjusted', { model, thinking, used: depth });
  }

  #once(event: string, fields: LogFields): void {
    const line = `${event} ${JSON.stringify(fields)}`;
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#options.log.warn(event, fields);
  }

  /** One line for each call, however it ended: with all that is known of it by then. */
  #report(call: Call, end: End): void {
    const fields = call.fields();
    const { log } = this.#options;
    const { model, served } = fields;
    if (call.served !== undefined && !this.#models.isServedBy(call.request.model, call.served))
      this.#once('model.rerouted', { model, served });
    if (end.kind === 'answered') log.info('model.answered', { ...fields, outcome: call.outcome });
    else if (end.kind === 'left') log.info('model.left', fields);
    else log.warn('model.failed', { ...fields, ...factsOf(end.error) });
  }
}

/** How a call ended: with a whole answer, with an error, or because whoever asked left. */
type End =
  | { readonly kind: 'answered' }
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What was handed out stands; the rest will not come. */
function brokenBy(cause: ModelError): StreamBroken {
  return new StreamBroken(`The answer broke off. ${cause.message}`, { ...cause.failure, cause });
}

function explained({ facts }: Call, error: ModelError): ModelError {
  return facts === undefined ? error : withSuccessor(error, facts);
}

function factsOf(error: unknown): LogFields {
  const cause = error instanceof StreamBroken && error.cause !== undefined ? codeOf(error.cause) : undefined;
  const { status, requestId } = error instanceof ModelError ? error.failure : {};
  return { code: codeOf(error), cause, status, ...(requestId === undefined ? {} : { requestId }) };
}
