/**
 * GeminiClient: asks the model service, and asks again where that may help and nothing of an answer was handed out.
 *
 * @see https://apidoc.cometapi.com/api/text/gemini-generating-content
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { Answer } from '../core/answer.ts';
import type { Chunk } from '../core/content.ts';
import { ModelRejected, StreamBroken } from '../core/errors.ts';
import type { ModelFacts, ModelRequest } from '../core/model.ts';
import type { Log, LogFields, ModelClient } from '../core/ports.ts';
import { type Auth, baseOf, Exchange, keyHeaderOf, TimeLimit, type Timeouts } from './exchange.ts';
import type { ModelError, Verdict } from './failures.ts';
import { bareId, isServedBy, ModelTable, withSuccessor } from './models.ts';
import { bodyOf, type Change, isOtherWith } from './request.ts';
import { thinkingOf } from './thinking.ts';

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
/** Changes that a model calls for whatever it is asked; those that helped are remembered. */
const LASTING: ReadonlySet<Change> = new Set(['no-thinking', 'no-sampling', 'with-tool-flag', 'no-tool-flag']);

/** One call of `stream`: what it asks, who may end it, and what has come of it. */
interface Call {
  readonly request: ModelRequest;
  readonly facts: ModelFacts | undefined;
  readonly whole: boolean;
  readonly caller: AbortSignal;
  readonly total: AbortSignal;
  readonly answer: Answer;
  readonly startedAt: number;
  attempts: number;
  firstChunkMs?: number;
}

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
    // The waits after connecting are limited in Exchange, where a comment from the service can count as life.
    this.#agent = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 });
  }

  /** Closes every connection. Answers still being read break. */
  async stop(): Promise<void> {
    await this.#agent.destroy();
  }

  facts(model: string): ModelFacts | undefined {
    return this.#models.facts(model);
  }

  async *stream(request: ModelRequest, caller: AbortSignal): AsyncGenerator<Chunk> {
    caller.throwIfAborted();
    const limit = new TimeLimit();
    limit.start(this.#options.timeouts.totalMs);
    const call = this.#callOf(request, caller, limit.signal);
    let exchange: Exchange | undefined;
    try {
      const opened = await this.#open(call);
      exchange = opened.exchange;
      let { chunks } = opened;
      for (;;) {
        for (const chunk of chunks) {
          call.answer.add(chunk);
          yield chunk;
        }
        const step = await exchange.next();
        if (step.kind === 'end') break;
        if (step.kind === 'failed') throw this.#broken(call, step.verdict.error);
        chunks = step.chunks;
      }
      if (!isComplete(call)) throw this.#broken(call, new StreamBroken('The answer ended without a finish reason.'));
      this.#report(call, exchange.requestId);
    } finally {
      exchange?.close();
      limit.stop();
    }
  }

  #callOf(request: ModelRequest, caller: AbortSignal, total: AbortSignal): Call {
    const facts = this.facts(request.model);
    const paints = facts?.output === 'text-and-images' || request.images !== undefined;
    const whole = (request.delivery ?? (paints ? 'whole' : 'stream')) === 'whole';
    const startedAt = performance.now();
    return { request, facts, whole, caller, total, answer: new Answer(), startedAt, attempts: 0 };
  }

  /** Sends until an answer has begun. @throws the error of the last try. */
  async #open(call: Call): Promise<{ exchange: Exchange; chunks: readonly Chunk[] }> {
    this.#remark(call);
    const changes = new Set(this.#changes.get(call.request.model));
    for (;;) {
      call.attempts++;
      const exchange = this.#send(call, changes);
      const begun = await exchange.begin(call.whole);
      if ('chunks' in begun) {
        this.#changes.set(call.request.model, changes.intersection(LASTING));
        call.firstChunkMs = Math.round(performance.now() - call.startedAt);
        return { exchange, chunks: begun.chunks };
      }
      exchange.close();
      await this.#prepareNext(call, changes, begun);
    }
  }

  #send(call: Call, changes: ReadonlySet<Change>): Exchange {
    const body = JSON.stringify(bodyOf(call.request, call.facts, changes));
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
  async #prepareNext(call: Call, changes: Set<Change>, verdict: Verdict): Promise<void> {
    const { error, change } = verdict;
    const { model } = call.request;
    if (change !== undefined && isOtherWith(change, call, changes)) {
      changes.add(change);
      call.attempts--;
      this.#options.log.warn('model.adapted', { model, change, status: error.failure.status });
      return;
    }
    const { attempts, maxRetryWaitMs } = this.#options;
    const tooLong = (error.failure.retryAfterMs ?? 0) > maxRetryWaitMs;
    if (!verdict.again || tooLong || call.attempts >= attempts) throw this.#failed(call, error);
    const waitMs = this.#waitOf(call.attempts, error);
    this.#options.log.info('model.retry', { model, attempt: call.attempts, waitMs, code: error.code });
    try {
      await sleep(waitMs, undefined, { signal: AbortSignal.any([call.caller, call.total]) });
    } catch {
      // The wait is only cut short by one of the two: the caller's reason counts, or else what made us wait.
      call.caller.throwIfAborted();
      throw this.#failed(call, error);
    }
  }

  /** In milliseconds: what the service asks for, or a doubling time if that is more; with a random part, within the limit. */
  #waitOf(attempt: number, error: ModelError): number {
    const limitMs = this.#options.maxRetryWaitMs;
    const doublingMs = Math.min(limitMs, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    const askedMs = (error.failure.retryAfterMs ?? 0) * (1 + Math.random() / 10);
    return Math.round(Math.min(limitMs, Math.max(askedMs, doublingMs)));
  }

  #failed(call: Call, error: ModelError): ModelError {
    const { status, requestId } = error.failure;
    const { model } = call.request;
    this.#options.log.warn('model.failed', { model, code: error.code, status, requestId, attempts: call.attempts });
    return call.facts === undefined ? error : withSuccessor(error, call.facts);
  }

  /** What was handed out stands; the rest will not come. */
  #broken(call: Call, cause: ModelError): StreamBroken {
    this.#failed(call, cause);
    return new StreamBroken(`The answer broke off. ${cause.message}`, { ...cause.failure, cause });
  }

  /** What is worth one line before a model is asked: once for each model. */
  #remark(call: Call): void {
    const { model, thinking } = call.request;
    const { retired } = call.facts ?? {};
    if (retired !== undefined) this.#once('model.retired', { model, on: retired.on, successor: retired.successor });
    if (!thinkingOf(thinking, call.facts?.thinking).exact) this.#once('model.thinking-adjusted', { model, thinking });
  }

  #once(event: string, fields: LogFields): void {
    const line = `${event} ${JSON.stringify(fields)}`;
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#options.log.warn(event, fields);
  }

  #report(call: Call, requestId: string | undefined): void {
    const { answer, request, attempts, firstChunkMs } = call;
    const { usage, modelVersion: served, responseId, finishReason, blockReason } = answer;
    const model = bareId(request.model);
    if (served !== undefined && !isServedBy(model, served)) this.#once('model.rerouted', { model, served });
    this.#options.log.info('model.answered', {
      model,
      served,
      outcome: answer.outcome().kind,
      finishReason,
      blockReason,
      promptTokens: usage.promptTokenCount,
      answerTokens: usage.candidatesTokenCount,
      thoughtTokens: usage.thoughtsTokenCount,
      toolTokens: usage.toolUsePromptTokenCount,
      cachedTokens: usage.cachedContentTokenCount,
      attempts,
      firstChunkMs,
      totalMs: Math.round(performance.now() - call.startedAt),
      requestId,
      responseId,
    });
  }
}

/** An answer in pieces is whole when it says why it ended; one that came at once always is. */
function isComplete({ whole, answer }: Call): boolean {
  return whole || answer.finishReason !== undefined || answer.blockReason !== undefined;
}
