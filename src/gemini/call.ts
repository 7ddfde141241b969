/** One call of the client: what it asks, what has come of it, and the one line that the log gets about it. */
import { Answer, candidateOf, wordOf } from '../core/answer.ts';
import type { Chunk, JsonValue } from '../core/content.ts';
import type { ModelFacts, ModelRequest } from '../core/model.ts';
import { bareId } from '../models/table.ts';
import type { LogFields } from '../core/ports.ts';
import { isRecord } from './wire.ts';

export interface CallOptions {
  readonly request: ModelRequest;
  readonly facts: ModelFacts | undefined;
  /** Aborted by whoever asked. */
  readonly caller: AbortSignal;
  /** Aborted when the whole answer took too long. */
  readonly total: AbortSignal;
}

export class Call {
  readonly request: ModelRequest;
  readonly facts: ModelFacts | undefined;
  readonly caller: AbortSignal;
  readonly total: AbortSignal;
  /** Whether the answer comes at once and not in pieces. */
  readonly whole: boolean;
  /** How often it was sent, changed requests not counted. */
  attempts = 0;
  /** The service's own id of the request, once it has answered. */
  requestId: string | undefined;
  readonly #answer = new Answer();
  readonly #startedAt = performance.now();
  #firstChunkMs: number | undefined;
  #firstTextMs: number | undefined;
  #hasEnded = false;

  constructor({ request, facts, caller, total }: CallOptions) {
    this.request = request;
    this.facts = facts;
    this.caller = caller;
    this.total = total;
    const paints = facts?.output === 'text-and-images' || request.images !== undefined;
    this.whole = (request.delivery ?? (paints ? 'whole' : 'stream')) === 'whole';
  }

  add(chunk: Chunk): void {
    this.#answer.add(chunk);
    this.#firstChunkMs ??= this.#tookMs();
    if (this.#answer.text !== '') this.#firstTextMs ??= this.#tookMs();
    const candidate = candidateOf(chunk);
    if (candidate !== undefined) this.#hasEnded = Boolean(candidate.finishReason);
    if (this.#answer.blockReason !== undefined) this.#hasEnded = true;
  }

  /** An answer in pieces is whole when it says why it ended; one that came at once always is. */
  get isComplete(): boolean {
    return this.whole || this.#answer.finishReason !== undefined || this.#answer.blockReason !== undefined;
  }

  /**
   * Whether the last that came of it was its end, so that nothing is missing even where the connection then breaks. A
   * finish reason behind which more came was none: some relays say STOP long before the end.
   */
  get hasEnded(): boolean {
    return this.whole || this.#hasEnded;
  }

  /** The model that answered, when the service says so. */
  get served(): string | undefined {
    return this.#answer.modelVersion;
  }

  /** How it came out, once it is complete. */
  get outcome(): string {
    return this.#answer.outcome().kind;
  }

  /** Names, ids and numbers. Of the service's own messages only the length: they quote what people and models wrote. */
  fields(): LogFields {
    const { usage, finishReason, finishMessage, blockReason, blockMessage, responseId, createTime } = this.#answer;
    return {
      model: bareId(this.request.model),
      served: wordOf(this.served),
      finishReason: wordOf(finishReason),
      finishMessageChars: finishMessage?.length,
      blockReason: wordOf(blockReason),
      blockMessageChars: blockMessage?.length,
      safety: this.#answer.safetyRatings.flatMap(concernIn).join(' ') || undefined,
      promptTokens: usage.promptTokenCount,
      answerTokens: usage.candidatesTokenCount,
      thoughtTokens: usage.thoughtsTokenCount,
      toolTokens: usage.toolUsePromptTokenCount,
      cachedTokens: usage.cachedContentTokenCount,
      totalTokens: usage.totalTokenCount,
      attempts: this.attempts,
      firstChunkMs: this.#firstChunkMs,
      firstTextMs: this.#firstTextMs,
      totalMs: this.#tookMs(),
      requestId: wordOf(this.requestId),
      responseId: wordOf(responseId),
      createTime: wordOf(createTime),
    };
  }

  #tookMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}

/** A rating that says more than that there is nothing to fear, as `HARM_CATEGORY_HARASSMENT:HIGH:blocked`. */
function concernIn(rating: JsonValue): readonly string[] {
  if (!isRecord(rating)) return [];
  const category = wordOf(rating['category']);
  const probability = wordOf(rating['probability']);
  const blocked = rating['blocked'] === true;
  if (category === undefined || (!blocked && (probability === undefined || probability === 'NEGLIGIBLE'))) return [];
  return [[category, probability, ...(blocked ? ['blocked'] : [])].filter((word) => word !== undefined).join(':')];
}
