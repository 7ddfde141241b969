/**
 * Answer: what the chunks of one answer come to — text, thoughts, parts for history, usage, grounding, citations — and
 * its Outcome, one of a closed set.
 */
import { markdownOf } from './conversation.ts';
import type {
  BlockReason,
  Candidate,
  Chunk,
  CitationSource,
  FinishReason,
  FunctionCall,
  GroundingMetadata,
  InlineData,
  JsonValue,
  Part,
  UrlMetadata,
  UsageMetadata,
} from './content.ts';

/** How an answer that arrived whole came out. Reasons the API may add later fall under `stopped` or `blocked`. */
export type Outcome =
  | { readonly kind: 'answer' }
  /** The model wants functions called before it goes on. */
  | { readonly kind: 'calls' }
  /** It hit its length limit, and can be asked to continue. Without text, thinking used the budget. */
  | { readonly kind: 'truncated'; readonly reason: FinishReason }
  /** Success with nothing to show: worth asking once more. */
  | { readonly kind: 'empty' }
  /** The prompt was refused. */
  | { readonly kind: 'blocked'; readonly reason: BlockReason }
  /** The answer was refused, before or after some of it. */
  | { readonly kind: 'stopped'; readonly reason: FinishReason }
  /** The model made a mistake in its own protocol: worth asking once more. */
  | { readonly kind: 'fault'; readonly reason: FinishReason };

const TRUNCATED: ReadonlySet<FinishReason> = new Set(['MAX_TOKENS', 'CONTINUATION']);
const FAULTS: ReadonlySet<FinishReason> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
]);
const ENDED_WELL: ReadonlySet<FinishReason> = new Set(['STOP', 'FINISH_REASON_UNSPECIFIED']);

/** The candidate that counts; no other is ever asked for. */
export function candidateOf(chunk: Chunk): Candidate | undefined {
  const first = chunk.candidates?.[0];
  return (first?.index ?? 0) === 0 ? first : chunk.candidates?.find((each) => (each.index ?? 0) === 0);
}

/** A name, an id or an instant of an answer, for a log line; undefined for anything that could be a sentence. */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:+/=@-]{1,200}$/.test(value) ? value : undefined;
}

/** Folds one answer. Chunks are added in the order they came; only the first candidate counts. */
export class Answer {
  #text = '';
  #thoughts = '';
  readonly #parts: Part[] = [];
  /** Unsigned text since the last other part, not yet among the parts. */
  #plain = '';
  #usage: UsageMetadata = {};
  #grounding: GroundingMetadata | undefined;
  #citations: readonly CitationSource[] = [];
  #urls: readonly UrlMetadata[] = [];
  #safetyRatings: readonly JsonValue[] = [];
  #finishReason: FinishReason | undefined;
  #finishMessage: string | undefined;
  #blockReason: BlockReason | undefined;
  #blockMessage: string | undefined;
  #modelVersion: string | undefined;
  #responseId: string | undefined;
  #createTime: string | undefined;

  add(chunk: Chunk): void {
    const { usageMetadata, promptFeedback } = chunk;
    if (usageMetadata !== undefined) this.#usage = { ...this.#usage, ...usageMetadata };
    if (promptFeedback?.blockReason) {
      this.#blockReason = promptFeedback.blockReason;
      this.#blockMessage = promptFeedback.blockReasonMessage;
      this.#safetyRatings = promptFeedback.safetyRatings ?? this.#safetyRatings;
    }
    this.#modelVersion = chunk.modelVersion ?? this.#modelVersion;
    this.#responseId = chunk.responseId ?? this.#responseId;
    this.#createTime = chunk.createTime ?? this.#createTime;
    const candidate = candidateOf(chunk);
    if (candidate !== undefined) this.#addCandidate(candidate);
  }

  #addCandidate(candidate: Candidate): void {
    for (const part of candidate.content?.parts ?? []) this.#addPart(part);
    if (candidate.finishReason) this.#finishReason = candidate.finishReason;
    this.#finishMessage = candidate.finishMessage ?? this.#finishMessage;
    this.#safetyRatings = candidate.safetyRatings ?? this.#safetyRatings;
    this.#urls = candidate.urlContextMetadata?.urlMetadata ?? this.#urls;
    // Some streams carry an empty object on every event.
    const grounding = candidate.groundingMetadata ?? {};
    if (Object.keys(grounding).length > 0) this.#grounding = mergeGrounding(this.#grounding, grounding);
    const { citationSources = [], citations = [] } = candidate.citationMetadata ?? {};
    const cited = [...citationSources, ...citations].filter((source) => source.uri);
    if (cited.length > 0) this.#citations = mergeLists(this.#citations, cited);
  }

  #addPart(part: Part): void {
    if (part.thought === true) {
      this.#thoughts += part.text ?? '';
      return;
    }
    if (part.text !== undefined) this.#text += part.text;
    if (part.text !== undefined && Object.keys(part).length === 1) {
      this.#plain += part.text;
      return;
    }
    if (this.#plain !== '') this.#parts.push({ text: this.#plain });
    this.#plain = '';
    this.#parts.push(part);
  }

  /** The visible text, exactly as it came. */
  get text(): string {
    return this.#text;
  }

  get thoughts(): string {
    return this.#thoughts;
  }

  /** Everything but thoughts, whole and in order, to be sent back; unsigned text that came in pieces is joined. */
  get parts(): readonly Part[] {
    return [...this.#parts, ...(this.#plain === '' ? [] : [{ text: this.#plain }])];
  }

  get calls(): readonly FunctionCall[] {
    return this.#parts.flatMap((part) => (part.functionCall === undefined ? [] : [part.functionCall]));
  }

  get images(): readonly InlineData[] {
    return this.#parts.flatMap((part) => (part.inlineData?.mimeType.startsWith('image/') ? [part.inlineData] : []));
  }

  /** The last value of each field. */
  get usage(): UsageMetadata {
    return this.#usage;
  }

  /** Of all chunks: indices point into the joined list. Undefined until some came, also when it was asked for. */
  get grounding(): GroundingMetadata | undefined {
    return this.#grounding;
  }

  /** Passages repeated from elsewhere, as they came; those without an address are left out, and one address may repeat. */
  get citations(): readonly CitationSource[] {
    return this.#citations;
  }

  /** How the addresses of the question fared. */
  get urls(): readonly UrlMetadata[] {
    return this.#urls;
  }

  get safetyRatings(): readonly JsonValue[] {
    return this.#safetyRatings;
  }

  get finishReason(): FinishReason | undefined {
    return this.#finishReason;
  }

  get finishMessage(): string | undefined {
    return this.#finishMessage;
  }

  get blockReason(): BlockReason | undefined {
    return this.#blockReason;
  }

  get blockMessage(): string | undefined {
    return this.#blockMessage;
  }

  /** The model that answered, which may be another than the one asked. */
  get modelVersion(): string | undefined {
    return this.#modelVersion;
  }

  get responseId(): string | undefined {
    return this.#responseId;
  }

  get createTime(): string | undefined {
    return this.#createTime;
  }

  /** Whether there is anything a reader can be shown. */
  get isVisible(): boolean {
    return (
      this.#text.trim() !== '' || this.images.length > 0 || this.#parts.some((part) => markdownOf(part).trim() !== '')
    );
  }

  /** How it came out, once all chunks are added. Without a finish reason, by what there is. */
  outcome(): Outcome {
    const reason = this.#finishReason ?? 'STOP';
    if (this.#blockReason !== undefined) return { kind: 'blocked', reason: this.#blockReason };
    if (TRUNCATED.has(reason)) return { kind: 'truncated', reason };
    if (FAULTS.has(reason)) return { kind: 'fault', reason };
    if (!ENDED_WELL.has(reason)) return { kind: 'stopped', reason };
    if (this.calls.length > 0) return { kind: 'calls' };
    return { kind: this.isVisible ? 'answer' : 'empty' };
  }

  /** Whether the text is JSON, also inside a code fence. Asked of an answer that is complete: one that was cut is not. */
  get isJson(): boolean {
    const fenced = /^\s*```(?:json)?\s*\n(.*?)\n?```\s*$/is.exec(this.#text)?.[1];
    try {
      JSON.parse(fenced ?? this.#text);
      return true;
    } catch {
      // The only way to know.
      return false;
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A list that repeats what came before, with or without more, replaces it; any other goes behind it. */
function mergeLists<T>(before: readonly T[] = [], now: readonly T[] = []): readonly T[] {
  const [longer, shorter] = now.length >= before.length ? [now, before] : [before, now];
  return shorter.every((each, at) => isSame(each, longer[at])) ? longer : [...before, ...now];
}

function mergeGrounding(before: GroundingMetadata = {}, now: GroundingMetadata): GroundingMetadata {
  const chunks = mergeLists(before.groundingChunks, now.groundingChunks);
  const supports = mergeLists(before.groundingSupports, now.groundingSupports);
  const queries = [...new Set([...(before.webSearchQueries ?? []), ...(now.webSearchQueries ?? [])])];
  return {
    ...before,
    ...now,
    ...(chunks.length > 0 ? { groundingChunks: chunks } : {}),
    ...(supports.length > 0 ? { groundingSupports: supports } : {}),
    ...(queries.length > 0 ? { webSearchQueries: queries } : {}),
  };
}
