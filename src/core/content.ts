/**
 * Gemini's own nouns: Content, Part and what an answer carries, spelled as in the API.
 *
 * Values are kept exactly as they came: a field this file does not name survives in the stored object,
 * so what the model needs back later (thought signatures, call ids) cannot be lost in between.
 *
 * @see https://ai.google.dev/api/generate-content
 * @see https://ai.google.dev/api/caching#Content
 */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** One side's contribution to a conversation. Only these two roles exist on the wire. */
export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: readonly Part[];
}

/** One piece of a Content: exactly one data field, plus modifiers. May be empty or of a kind unknown here. */
export interface Part {
  readonly text?: string;
  readonly inlineData?: InlineData;
  readonly fileData?: FileData;
  readonly functionCall?: FunctionCall;
  readonly functionResponse?: FunctionResponse;
  readonly executableCode?: ExecutableCode;
  readonly codeExecutionResult?: CodeExecutionResult;
  /** A tool the service ran itself, and what it gave back; kept for history, not for display. */
  readonly toolCall?: JsonObject;
  readonly toolResponse?: JsonObject;
  /** True on a thought summary, which is never part of the answer and is never sent back. */
  readonly thought?: boolean;
  /** Opaque base64; goes back to the model untouched, on the part it came with. */
  readonly thoughtSignature?: string;
}

/** The API's `Blob`: bytes in base64 with their MIME type. */
export interface InlineData {
  readonly mimeType: string;
  readonly data: string;
}

/** A file the service fetches itself. */
export interface FileData {
  readonly mimeType?: string;
  readonly fileUri: string;
}

export interface FunctionCall {
  /** Present from Gemini 3 on; echoed in the response when given. */
  readonly id?: string;
  readonly name: string;
  readonly args?: JsonObject;
}

export interface FunctionResponse {
  readonly id?: string;
  readonly name: string;
  readonly response: JsonObject;
}

/** A function the model may call. `parametersJsonSchema` is a JSON Schema. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly description: string;
  readonly parametersJsonSchema?: JsonObject;
}

export interface ExecutableCode {
  readonly id?: string;
  readonly language: string;
  readonly code: string;
}

export interface CodeExecutionResult {
  readonly id?: string;
  readonly outcome: string;
  readonly output?: string;
}

/** Why the model stopped. The set is open: an unknown value is kept as it came. */
export type FinishReason =
  | 'STOP'
  | 'MAX_TOKENS'
  | 'SAFETY'
  | 'RECITATION'
  | 'LANGUAGE'
  | 'OTHER'
  | 'BLOCKLIST'
  | 'PROHIBITED_CONTENT'
  | 'SPII'
  | 'MALFORMED_FUNCTION_CALL'
  | 'IMAGE_SAFETY'
  | 'IMAGE_PROHIBITED_CONTENT'
  | 'IMAGE_OTHER'
  | 'NO_IMAGE'
  | 'IMAGE_RECITATION'
  | 'UNEXPECTED_TOOL_CALL'
  | 'TOO_MANY_TOOL_CALLS'
  | 'MISSING_THOUGHT_SIGNATURE'
  | 'MALFORMED_RESPONSE'
  | 'CONTINUATION'
  | 'MODEL_ARMOR'
  | (string & {});

/** Why a prompt was not answered at all. The set is open. */
export type BlockReason =
  | 'SAFETY'
  | 'OTHER'
  | 'BLOCKLIST'
  | 'PROHIBITED_CONTENT'
  | 'IMAGE_SAFETY'
  | 'MODEL_ARMOR'
  | 'JAILBREAK'
  | (string & {});

/** Tokens as counted by the service; a count of zero is omitted. `promptTokenCount` includes the cached ones. */
export interface UsageMetadata {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly totalTokenCount?: number;
}

/** A source the answer rests on; at most one of the kinds, and sometimes none. */
export interface GroundingChunk {
  readonly web?: { readonly uri?: string; readonly title?: string; readonly domain?: string };
  readonly maps?: {
    readonly uri?: string;
    readonly title?: string;
    readonly text?: string;
    readonly placeId?: string;
    readonly placeAnswerSources?: {
      readonly reviewSnippets?: readonly { readonly title?: string; readonly googleMapsUri?: string }[];
    };
  };
  readonly retrievedContext?: { readonly uri?: string; readonly title?: string; readonly text?: string };
  readonly image?: { readonly sourceUri?: string; readonly imageUri?: string; readonly title?: string };
}

/** A passage of the visible answer and the chunks that support it. */
export interface GroundingSupport {
  /** Offsets are UTF-8 bytes over the visible text; `startIndex` is omitted at 0, `endIndex` is exclusive. */
  readonly segment?: {
    readonly partIndex?: number;
    readonly startIndex?: number;
    readonly endIndex?: number;
    readonly text?: string;
  };
  readonly groundingChunkIndices?: readonly number[];
  readonly confidenceScores?: readonly number[];
}

/** What Google Search or Maps contributed. Every field may be missing, also when grounding was asked for. */
export interface GroundingMetadata {
  readonly groundingChunks?: readonly GroundingChunk[];
  readonly groundingSupports?: readonly GroundingSupport[];
  readonly webSearchQueries?: readonly string[];
  readonly imageSearchQueries?: readonly string[];
  readonly searchEntryPoint?: { readonly renderedContent?: string };
}

/** A passage the answer repeats from elsewhere, apart from grounding. Offsets are UTF-8 bytes; most fields may be missing. */
export interface CitationSource {
  readonly startIndex?: number;
  readonly endIndex?: number;
  readonly uri?: string;
  readonly title?: string;
  readonly license?: string;
}

/** Google writes `citationSources`, Vertex `citations`. */
export interface CitationMetadata {
  readonly citationSources?: readonly CitationSource[];
  readonly citations?: readonly CitationSource[];
}

/** How one address of the question fared with the URL context tool. */
export interface UrlMetadata {
  readonly retrievedUrl?: string;
  readonly urlRetrievalStatus?: string;
}

/** One of the answers a chunk carries; only the first candidate is ever asked for. */
export interface Candidate {
  readonly content?: { readonly role?: string; readonly parts?: readonly Part[] };
  readonly finishReason?: FinishReason;
  readonly finishMessage?: string;
  readonly index?: number;
  readonly groundingMetadata?: GroundingMetadata;
  readonly citationMetadata?: CitationMetadata;
  readonly urlContextMetadata?: { readonly urlMetadata?: readonly UrlMetadata[] };
  /** How likely the text is to harm, by category; for the log. */
  readonly safetyRatings?: readonly JsonValue[];
}

/** One `GenerateContentResponse` of a stream, or the only one of a unary call. */
export interface Chunk {
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: {
    readonly blockReason?: BlockReason;
    readonly blockReasonMessage?: string;
    readonly safetyRatings?: readonly JsonValue[];
  };
  readonly usageMetadata?: UsageMetadata;
  readonly modelVersion?: string;
  readonly responseId?: string;
  /** When the service made the answer, as an RFC 3339 instant; only some backends say. */
  readonly createTime?: string;
}
