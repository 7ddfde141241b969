/**
 * The shapes of the API on the wire: the request body as documented, and the narrowing of whatever came back to a Chunk.
 *
 * @see https://ai.google.dev/api/generate-content
 */
import type { Chunk, Content, FunctionDeclaration, JsonObject } from '../core/content.ts';
import type { FunctionCalling, ImageOutput, MapsBias, SafetySetting, Sampling } from '../core/model.ts';

/** One of the two ways to ask for thinking; the service refuses both at once. */
export interface ThinkingConfig {
  readonly includeThoughts?: boolean;
  readonly thinkingLevel?: string;
  readonly thinkingBudget?: number;
}

export interface GenerationConfig extends Sampling {
  readonly thinkingConfig?: ThinkingConfig;
  readonly maxOutputTokens?: number;
  readonly responseMimeType?: 'application/json';
  readonly responseSchema?: JsonObject;
  readonly responseJsonSchema?: JsonObject;
  readonly responseModalities?: readonly ('TEXT' | 'IMAGE')[];
  readonly imageConfig?: ImageOutput;
  readonly mediaResolution?: 'MEDIA_RESOLUTION_LOW' | 'MEDIA_RESOLUTION_MEDIUM' | 'MEDIA_RESOLUTION_HIGH';
}

/** One entry of `tools`; each holds one tool. */
export type WireTool =
  | { readonly googleSearch: JsonObject }
  | { readonly googleMaps: JsonObject }
  | { readonly urlContext: JsonObject }
  | { readonly codeExecution: JsonObject }
  | { readonly functionDeclarations: readonly FunctionDeclaration[] };

export interface WireToolConfig {
  readonly functionCallingConfig?: FunctionCalling;
  readonly retrievalConfig?: MapsBias;
  /** Google's own service wants it where built-in tools and functions meet; other backends do not know it. */
  readonly includeServerSideToolInvocations?: true;
}

/** The body of `:generateContent` and `:streamGenerateContent`. camelCase throughout: relays drop the other spelling. */
export interface RequestBody {
  readonly contents: readonly Content[];
  readonly systemInstruction?: { readonly parts: readonly [{ readonly text: string }] };
  readonly tools?: readonly WireTool[];
  readonly toolConfig?: WireToolConfig;
  readonly safetySettings?: readonly SafetySetting[];
  readonly generationConfig?: GenerationConfig;
  readonly cachedContent?: string;
}

/** Whether a value is what it must be. Where a part of it is not, it may be put right in place. */
type Check = (value: unknown) => boolean;

/** Whether `value` is a JSON object, neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const truth: Check = (value) => typeof value === 'boolean';
const list: Check = (value) => Array.isArray(value);
const object: Check = isRecord;

/** An object. Known fields that do not fit are removed, others left as they came; without a required one it does not fit. */
function fields(known: Readonly<Record<string, Check>>, ...required: readonly string[]): Check {
  const checks = new Map(Object.entries(known));
  return (value) => {
    if (!isRecord(value)) return false;
    for (const name in value) {
      const fits = checks.get(name);
      if (fits !== undefined && !fits(value[name])) delete value[name];
    }
    for (const name of required) if (!(name in value)) return false;
    return true;
  };
}

/** A list of objects. One that does not fit is emptied, because others may be pointed at by their place. */
function listOf(fits: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let at = 0; at < value.length; at++) if (!fits(value[at])) value[at] = {};
    return true;
  };
}

/** A list of plain values. Those that do not fit are removed. */
function valuesOf(fits: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let at = value.length - 1; at >= 0; at--) if (!fits(value[at])) value.splice(at, 1);
    return true;
  };
}

const PAGE = { uri: text, title: text } as const;
const CITATIONS = listOf(fields({ ...PAGE, startIndex: number, endIndex: number, license: text }));
const REVIEWS = listOf(fields({ title: text, googleMapsUri: text }));

const GROUNDING = fields({
  groundingChunks: listOf(
    fields({
      web: fields({ ...PAGE, domain: text }),
      maps: fields({ ...PAGE, text, placeId: text, placeAnswerSources: fields({ reviewSnippets: REVIEWS }) }),
      retrievedContext: fields({ ...PAGE, text }),
      image: fields({ sourceUri: text, imageUri: text, title: text }),
    }),
  ),
  groundingSupports: listOf(
    fields({
      segment: fields({ partIndex: number, startIndex: number, endIndex: number, text }),
      groundingChunkIndices: valuesOf(number),
      confidenceScores: valuesOf(number),
    }),
  ),
  webSearchQueries: valuesOf(text),
  imageSearchQueries: valuesOf(text),
  searchEntryPoint: fields({ renderedContent: text }),
});

const PART = fields({
  text,
  thought: truth,
  thoughtSignature: text,
  inlineData: fields({ mimeType: text, data: text }, 'mimeType', 'data'),
  fileData: fields({ mimeType: text, fileUri: text }, 'fileUri'),
  functionCall: fields({ id: text, name: text, args: object }),
  functionResponse: fields({ id: text, name: text, response: object }, 'name', 'response'),
  executableCode: fields({ id: text, language: text, code: text }, 'language', 'code'),
  codeExecutionResult: fields({ id: text, outcome: text, output: text }, 'outcome'),
  toolCall: object,
  toolResponse: object,
});

const CANDIDATE = fields({
  content: fields({ role: text, parts: listOf(PART) }),
  finishReason: text,
  finishMessage: text,
  index: number,
  groundingMetadata: GROUNDING,
  citationMetadata: fields({ citationSources: CITATIONS, citations: CITATIONS }),
  urlContextMetadata: fields({ urlMetadata: listOf(fields({ retrievedUrl: text, urlRetrievalStatus: text })) }),
  safetyRatings: list,
});

const KNOWN = {
  candidates: listOf(CANDIDATE),
  promptFeedback: fields({ blockReason: text, blockReasonMessage: text, safetyRatings: list }),
  usageMetadata: fields({
    promptTokenCount: number,
    candidatesTokenCount: number,
    thoughtsTokenCount: number,
    toolUsePromptTokenCount: number,
    cachedContentTokenCount: number,
    totalTokenCount: number,
  }),
  modelVersion: text,
  responseId: text,
  createTime: text,
} as const;
const CHUNK = fields(KNOWN);
const NAMES = Object.keys(KNOWN);

/**
 * Whether a value is a chunk of text and counts alone, all of the right type: no call, no source, no error. Nearly all
 * are, and one look at each field that is there costs a third of the walk over the shape, which then need not be made.
 */
export function isPlainChunk(value: Record<string, unknown>): value is Chunk & Record<string, unknown> {
  let anyCandidate = false;
  for (const name in value) {
    const field = value[name];
    if (name === 'candidates') {
      anyCandidate = Array.isArray(field) && field.length === 1 && isPlainCandidate(field[0]);
      if (!anyCandidate) return false;
    } else if (name === 'usageMetadata') {
      if (!isRecord(field) || !hasCounts(field)) return false;
    } else if (!text(field) || (name !== 'modelVersion' && name !== 'responseId' && name !== 'createTime'))
      return false;
  }
  return anyCandidate;
}

function hasCounts(usage: Record<string, unknown>): boolean {
  for (const name in usage) if (!number(usage[name]) && name.endsWith('TokenCount')) return false;
  return true;
}

function isPlainCandidate(candidate: unknown): boolean {
  if (!isRecord(candidate)) return false;
  for (const name in candidate) {
    const field = candidate[name];
    if (name === 'content') {
      if (!isPlainContent(field)) return false;
    } else if (name === 'finishReason') {
      if (!text(field)) return false;
    } else if (name === 'index') {
      if (!number(field)) return false;
    } else if (name !== 'safetyRatings' || !list(field)) return false;
  }
  return true;
}

function isPlainContent(content: unknown): boolean {
  if (!isRecord(content)) return false;
  for (const name in content) {
    const field = content[name];
    if (name === 'parts') {
      if (!Array.isArray(field)) return false;
      for (const part of field) if (!isPlainPart(part)) return false;
    } else if (name !== 'role' || !text(field)) return false;
  }
  return true;
}

function isPlainPart(part: unknown): boolean {
  if (!isRecord(part)) return false;
  for (const name in part) {
    const field = part[name];
    if (name === 'text') {
      if (typeof field !== 'string' || mayHoldImage(field)) return false;
    } else if (name === 'thought' ? !truth(field) : name !== 'thoughtSignature' || !text(field)) return false;
  }
  return true;
}

/** An image of one pixel, the smallest there is, takes more characters as a data URL. */
const LEAST_IMAGE_CHARS = 64;

/** Whether a text may spell out an image. Asked of every text, so the short ones, nearly all, are not searched. */
export function mayHoldImage(words: string): boolean {
  return words.length > LEAST_IMAGE_CHARS && words.includes(';base64,');
}

/**
 * A freshly parsed object as a Chunk; undefined when nothing of a Gemini answer is in it. The object is changed in
 * place: a known field of a wrong type is removed, so that whoever reads the Chunk can believe its type, and every
 * field this file does not name is kept.
 */
export function chunkOf(value: Record<string, unknown>): Chunk | undefined {
  CHUNK(value);
  return NAMES.some((name) => name in value) ? value : undefined;
}
