/**
 * Models: what is known of each, what one used and who counts that, and what it can be asked: words, places, functions, JSON,
 * pictures, safety, sampling.
 *
 * @see https://ai.google.dev/api/generate-content
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
import type { Chunk, Content, FunctionDeclaration, JsonObject } from './content.ts';
import type { Rating, ScopeId, ThinkingDepth } from './conversation.ts';
import type { ErrorCode } from './errors.ts';
import type { Mention } from './inbound.ts';

/** US dollars for a million tokens, as the maker lists them; a relay may ask another price. */
export interface ModelPrice {
  readonly inputUsd: number;
  /** Thoughts are charged as output. */
  readonly outputUsd: number;
  readonly cachedInputUsd?: number;
}

/** What was used: counts that add up. */
export interface Spend {
  readonly turns: number;
  /** The cached ones and those that tools read included. */
  readonly inTokens: number;
  readonly cachedTokens: number;
  /** What the service's own tools read. */
  readonly toolTokens: number;
  /** Without thoughts. */
  readonly outTokens: number;
  readonly thoughtTokens: number;
  /** US dollars at list price; where a model has none, nothing or what the dearest one asks. */
  readonly usd: number;
  /** Turns whose model has no price. */
  readonly unpricedTurns: number;
}

/** What is counted by itself; each ends where UTC says. */
export const PERIODS = ['hour', 'day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** At most so much in one period. Tokens are those read and written, thoughts included. */
export interface Limit {
  readonly turns?: number;
  readonly tokens?: number;
  readonly usd?: number;
}

/** Who pays for an answer: its asker in this workspace, the channel and the workspace, each by limits of its own. */
export const PAYERS = ['person', 'channel', 'workspace'] as const;
export type Payer = (typeof PAYERS)[number];

/** What one account may use. */
export type AccountLimits = { readonly [P in Period]?: Limit };

/** What one account used in a period, and what requests under way hold of it at the most they can come to. */
export interface Used {
  readonly account: ScopeId;
  readonly period: Period;
  readonly spent: Spend;
  readonly held: Spend;
}

/** What is to be held, of whom, and which counts decide it. */
export interface Hold {
  /** No two that are open at once share one. */
  readonly id: string;
  readonly accounts: readonly ScopeId[];
  readonly watched: readonly Pick<Used, 'account' | 'period'>[];
  /** Epoch milliseconds: it counts in the periods of this instant, also when it ends later. */
  readonly at: number;
}

/** What each account used, by hour, day and month. What is held is counted in full if the process ends before it is settled. */
export interface Ledger {
  /** Adds to each period of `at` (epoch milliseconds) of each account, to all or to none. @throws StorageUnavailable, StorageCorrupt */
  add(accounts: readonly ScopeId[], spend: Spend, at: number): Promise<void>;
  /** What was used in the period that holds `at`; undefined for nothing. @throws StorageUnavailable, StorageCorrupt */
  spent(account: ScopeId, period: Period, at: number): Promise<Spend | undefined>;
  /**
   * Holds what `decide` says, given what is watched; undefined holds nothing. Between the two nothing else is held or counted.
   * @throws StorageUnavailable, StorageCorrupt
   */
  hold(hold: Hold, decide: (used: readonly Used[]) => Spend | undefined): Promise<void>;
  /**
   * Ends a hold and counts what was used instead. Where the store fails, all of it stays held, and the next settling counts it.
   * @throws StorageUnavailable, StorageCorrupt
   */
  settle(id: string, spend: Spend): Promise<void>;
  /** Counts in full what an earlier process held, and resolves with how many holds those were. @throws StorageUnavailable, StorageCorrupt */
  lapse(): Promise<number>;
  /**
   * Drops every count of the account that is still kept of now and before.
   * @param running Whether those of the periods that hold `at` are dropped too.
   * @throws StorageUnavailable
   */
  forget(account: ScopeId, at: number, running: boolean): Promise<void>;
}

/** What is measured for the operator; every label is a word of a closed set. */
export interface Metrics {
  turnEnded(ending: string, seconds?: number): void;
  firstText(seconds: number): void;
  waitedForLeave(urgency: string, seconds: number): void;
  /** A mention begins to wait for those before it, or ends. */
  queued(change: 1 | -1): void;
  rateLimited(by: 'model' | 'platform'): void;
  failed(code: ErrorCode): void;
  spent(spend: Spend): void;
  /** Somebody said what they think of an answer. */
  rated(rating: Rating): void;
}

/** Where Google Maps looks first. */
export interface MapsBias {
  readonly latLng?: { readonly latitude: number; readonly longitude: number };
  /** BCP 47. */
  readonly languageCode?: string;
}

/** Whether and which functions the model calls; `ANY` forces a call, to one of the allowed ones where they are named. */
export interface FunctionCalling {
  readonly mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';
  readonly allowedFunctionNames?: readonly string[];
}

/** An answer in JSON: of any shape, of an OpenAPI-subset schema, or of a JSON Schema. */
export type JsonMode =
  | { readonly kind: 'any' }
  | { readonly kind: 'schema'; readonly schema: JsonObject }
  | { readonly kind: 'json-schema'; readonly schema: JsonObject };

/** Pictures in the answer, of a shape such as `16:9` and a size such as `1K`. */
export interface ImageOutput {
  readonly aspectRatio?: string;
  readonly imageSize?: string;
}

export interface SafetySetting {
  readonly category: string;
  readonly threshold: 'BLOCK_LOW_AND_ABOVE' | 'BLOCK_MEDIUM_AND_ABOVE' | 'BLOCK_ONLY_HIGH' | 'BLOCK_NONE' | 'OFF';
}

/** How words are chosen. Newer models ignore or refuse most of it, so nothing is sent that nobody set. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Five at most. */
  readonly stopSequences?: readonly string[];
}

/** One of the two ways to ask for thinking, as on the wire; the service refuses both at once. */
export interface ThinkingConfig {
  readonly includeThoughts?: boolean;
  readonly thinkingLevel?: string;
  readonly thinkingBudget?: number;
}

/** How a model takes a wanted thinking depth. */
export type ThinkingRule =
  /** `thinkingLevel`: the levels it accepts, in upper case as on the wire, from least to most. */
  | { readonly kind: 'level'; readonly levels: readonly string[] }
  /** `thinkingBudget` in tokens: its range, and whether 0 turns thinking off. */
  | { readonly kind: 'budget'; readonly minTokens: number; readonly maxTokens: number; readonly canBeOff: boolean }
  /** Takes neither. */
  | { readonly kind: 'none' };

/** A kind of file that a model may read beside text. */
export type Medium = 'image' | 'document' | 'audio' | 'video';

/** What is known of a model, from `config/models.yaml`. */
export interface ModelFacts {
  readonly id: string;
  /** Tokens the model reads and writes at most. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly thinking: ThinkingRule;
  /** Other names of the same model. */
  readonly aliases?: readonly string[];
  /** What the model reads beside text; every kind when absent. */
  readonly reads?: readonly Medium[];
  /** What the model writes; text alone when absent. */
  readonly output?: 'text' | 'text-and-images';
  readonly price?: ModelPrice;
  /** Present when the service withdraws the model: the day or month (YYYY-MM-DD, YYYY-MM), where it is known, and the id to use instead. */
  readonly retired?: { readonly on?: string; readonly successor: string };
}

/** One question to the model, in the bot's terms. */
export interface ModelRequest {
  readonly model: string;
  readonly systemInstruction: string;
  readonly contents: readonly Content[];
  readonly thinking: ThinkingDepth;
  /** Whether the answer brings summaries of its thoughts, as parts marked `thought`. */
  readonly includeThoughts?: boolean;
  /** Whether the model is given Google Search. */
  readonly googleSearch: boolean;
  /** Google Maps, when present. */
  readonly googleMaps?: MapsBias;
  /** Whether the model may read the addresses in the question. */
  readonly urlContext?: boolean;
  /** Whether the model may run Python of its own. */
  readonly codeExecution?: boolean;
  /** Functions the model may call; not to be mixed with the service's own tools on models before Gemini 3. */
  readonly functions?: readonly FunctionDeclaration[];
  readonly functionCalling?: FunctionCalling;
  readonly json?: JsonMode;
  readonly images?: ImageOutput;
  readonly safety?: readonly SafetySetting[];
  readonly sampling?: Sampling;
  /** Thoughts count too: a small limit may leave no text. */
  readonly maxOutputTokens?: number;
  /** How closely pictures are looked at. */
  readonly mediaResolution?: 'LOW' | 'MEDIUM' | 'HIGH';
  /** `cachedContents/{id}`. It owns system instruction, tools and their settings, so those are not sent beside it. */
  readonly cachedContent?: string;
  /** In pieces, or whole in one chunk. By default whole from models that write images, and in pieces from others. */
  readonly delivery?: 'stream' | 'whole';
}

/** The model service. */
export interface ModelClient {
  /** What is known of `model`; undefined for one that `models.yaml` does not list. */
  facts(model: string): ModelFacts | undefined;
  /** The depth that `wanted` comes to on this model: itself, the nearest the model has, or `auto` where it takes none. */
  depthOf(model: string, wanted: ThinkingDepth): ThinkingDepth;
  /**
   * Streams one answer, chunk by chunk, to its end. Aborting closes the connection and ends the iteration with the
   * signal's reason. Retries happen only before the first chunk was yielded; chunks with nothing in them wait for one
   * that has something.
   * @throws ModelUnavailable, ModelQuota, ModelRejected, ModelKeyRejected before the first chunk.
   * @throws StreamBroken after it, or when the body ends without a finish reason.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<Chunk>;
}

/** Asks a model and streams its answer, as `ModelClient.stream` does. */
export type Ask = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<Chunk>;

/** Holds each request against what may be used, and counts what it used. */
export interface Meter {
  /** Asks for one mention. What is asked ends early where little is left. @throws BudgetSpent where too little is left to ask at all. */
  metered(ask: Ask, mention: Mention): Ask;
}
