/** One HTTP exchange with the service: sent once, read as chunks, each of its waits limited. */
import { type Agent, request } from 'undici';
import type { Chunk } from '../core/content.ts';
import { ModelRejected, ModelUnavailable, StreamBroken } from '../core/errors.ts';
import { type Refused, type Verdict, verdictOf } from './failures.ts';
import { ChunkReader, type Fault } from './stream.ts';

/** How long each wait may take, in milliseconds. */
export interface Timeouts {
  readonly connectMs: number;
  /** From sending to the first byte of the answer's body. */
  readonly firstByteMs: number;
  /** Between two pieces of the body; comments that keep the connection alive count. */
  readonly silenceMs: number;
  /** For the whole answer, retries and their waits included. */
  readonly totalMs: number;
}

/** Aborts its signal when a wait takes too long. Whoever starts it stops it. */
export class TimeLimit {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins a wait, in place of the one before. */
  start(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(new Error(`Nothing came within ${ms} ms.`)), ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

export interface ExchangeOptions {
  readonly agent: Agent;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeouts: Timeouts;
  readonly maxEventChars: number;
  /** The key, so that it can be taken out of what the service repeats. */
  readonly secret: string;
  /** Aborted by whoever asked; ends the exchange with its reason. */
  readonly caller: AbortSignal;
  /** Aborted when the whole answer took too long. */
  readonly total: AbortSignal;
}

/** What the next read brought. */
export type Step =
  | { readonly kind: 'chunks'; readonly chunks: readonly Chunk[] }
  | { readonly kind: 'end' }
  /** `isCut` when the connection broke or fell silent, and nothing in the body says what went wrong. */
  | { readonly kind: 'failed'; readonly verdict: Verdict; readonly isCut: boolean };

/** Enough of an error's body to understand it. */
const ERROR_BYTES = 65_536;
/** What a slow error's body may take before it is judged by what came. */
const ERROR_BODY_MS = 5000;

export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #reader: ChunkReader;
  readonly #limit = new TimeLimit();
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  #bytes: AsyncIterator<Uint8Array> | undefined;
  #status = 0;
  #requestId: string | undefined;
  #anyByte = false;
  #over = false;
  /** Set once the connection broke. */
  #cut: Step | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#reader = new ChunkReader(options.maxEventChars);
    this.#signal = AbortSignal.any([options.caller, options.total, this.#limit.signal, this.#closing.signal]);
  }

  /** The service's own id of the request, once it has answered. */
  get requestId(): string | undefined {
    return this.#requestId;
  }

  /**
   * Reads until there is something to hand out. What came before it and says nothing is handed out with it; a failure
   * until then may be answered by another try. @param whole Whether the body is one answer and not its pieces.
   */
  async begin(whole: boolean): Promise<{ readonly chunks: readonly Chunk[] } | Verdict> {
    const held: Chunk[] = [];
    for (;;) {
      const step = await this.next();
      if (step.kind === 'failed') return step.verdict;
      if (step.kind === 'chunks') held.push(...step.chunks);
      if (held.some(saysSomething) || (step.kind === 'end' && whole && held.length > 0)) return { chunks: held };
      if (step.kind === 'end') return { error: new StreamBroken('The answer ended before it began.'), again: true };
    }
  }

  /** Sends the request on the first call; then reads until there are chunks, or there is nothing more. Rejects only on the caller's abort. */
  async next(): Promise<Step> {
    if (this.#cut !== undefined) return this.#cut;
    try {
      if (this.#bytes === undefined && !this.#over) {
        const refused = await this.#send();
        if (refused !== undefined) return { kind: 'failed', verdict: verdictOf(refused), isCut: false };
      }
      return await this.#read();
    } catch (cause) {
      this.#options.caller.throwIfAborted();
      // What the break left unfinished may be whole: an answer that is one JSON, an event without its blank line.
      const chunks = this.#reader.end();
      this.#cut = this.#faultStep('error') ?? { kind: 'failed', verdict: this.#interrupted(cause), isCut: true };
      return chunks.length > 0 ? { kind: 'chunks', chunks } : this.#cut;
    } finally {
      this.#limit.stop();
    }
  }

  /** Closes the connection, unless the body was read to its end. */
  close(): void {
    this.#limit.stop();
    if (!this.#over) this.#closing.abort();
  }

  async #send(): Promise<Refused | undefined> {
    const { agent, url, headers, body, timeouts } = this.#options;
    this.#limit.start(timeouts.firstByteMs);
    // Nothing here unpacks a body, and without this any packing would be allowed.
    const all = { ...headers, 'accept-encoding': 'identity' };
    const answer = await request(url, { dispatcher: agent, method: 'POST', headers: all, body, signal: this.#signal });
    // An abort while nobody reads makes the body fail with nobody listening; the next read reports it.
    answer.body.on('error', () => undefined);
    this.#status = answer.statusCode;
    this.#requestId = header(answer.headers['x-request-id']) ?? header(answer.headers['x-oneapi-request-id']);
    this.#bytes = answer.body[Symbol.asyncIterator]();
    const type = header(answer.headers['content-type']) ?? '';
    if (answer.statusCode < 300 && !type.includes('html')) return undefined;
    const text = await this.#errorText(this.#bytes);
    const retryAfter = header(answer.headers['retry-after']);
    return { status: answer.statusCode, body: this.#withoutSecret(text), retryAfter, requestId: this.#requestId };
  }

  /** As much of an error as comes in time. */
  async #errorText(bytes: AsyncIterator<Uint8Array>): Promise<string> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    this.#limit.start(ERROR_BODY_MS);
    try {
      while (length < ERROR_BYTES) {
        const { done, value } = await bytes.next();
        this.#over = done === true;
        if (done === true) break;
        pieces.push(value);
        length += value.length;
      }
    } catch {
      // What came before the break is judged; an abort by the caller is not to be answered at all.
      this.#options.caller.throwIfAborted();
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  async #read(): Promise<Step> {
    while (this.#bytes !== undefined) {
      const fault = this.#faultStep();
      if (fault !== undefined) return fault;
      if (this.#over) break;
      if (this.#anyByte) this.#limit.start(this.#options.timeouts.silenceMs);
      const { done, value } = await this.#bytes.next();
      this.#anyByte = true;
      this.#over = done === true;
      const chunks = done === true ? this.#reader.end() : this.#reader.push(value);
      if (chunks.length > 0) return { kind: 'chunks', chunks };
    }
    return { kind: 'end' };
  }

  /** What is wrong with the body, when it is this. */
  #faultStep(kind?: Fault['kind']): Step | undefined {
    const { fault } = this.#reader;
    if (fault === undefined || (kind !== undefined && fault.kind !== kind)) return undefined;
    return { kind: 'failed', verdict: this.#verdictOn(fault), isCut: false };
  }

  #verdictOn(fault: Fault): Verdict {
    const requestId = this.#requestId;
    const failure = { status: this.#status, ...(requestId === undefined ? {} : { requestId }) };
    if (fault.kind === 'error')
      return verdictOf({ status: this.#status, body: this.#withoutSecret(JSON.stringify(fault.body)), requestId });
    if (fault.kind === 'foreign')
      return {
        error: new ModelRejected('What answers is not the Gemini API.', 'wrong-address', failure),
        again: false,
      };
    const again = fault.kind === 'corrupt';
    const what = again ? 'could not be read' : 'is larger than the limit';
    return { error: new StreamBroken(`A piece of the answer ${what}.`, failure), again };
  }

  #interrupted(cause: unknown): Verdict {
    this.#over ||= this.#bytes === undefined;
    const late = [this.#options.total, this.#limit.signal].find((signal) => signal.aborted);
    const reason: unknown = late?.reason ?? cause;
    const message = `The model service could not be reached or fell silent: ${reason instanceof Error ? reason.message : String(reason)}`;
    return { error: new ModelUnavailable(message, { cause }), again: !this.#options.total.aborted };
  }

  #withoutSecret(text: string): string {
    return text.replaceAll(this.#options.secret, '…');
  }
}

/** A part, an end, or a refusal; a chunk that only counts tokens says nothing yet. */
function saysSomething({ candidates, promptFeedback }: Chunk): boolean {
  if (promptFeedback?.blockReason) return true;
  const parts = candidates?.flatMap((each) => each.content?.parts ?? []) ?? [];
  return candidates?.some((each) => each.finishReason) === true || parts.some((part) => Object.keys(part).length > 0);
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
