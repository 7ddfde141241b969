/** One call as the simulator received it: kept raw for assertions, read once for its own use. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Content, FunctionDeclaration, JsonObject, Part } from '../../../src/core/content.ts';

export type Operation = 'generateContent' | 'streamGenerateContent' | 'countTokens' | 'models' | 'unknown';

/** What a test reads about a call. Times are epoch milliseconds. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, byte for byte. */
  readonly bytes: Uint8Array;
  /** The body as JSON; empty when it is none. */
  readonly body: JsonObject;
  /** The body as the service understood it: camelCase, and in the comet dialect without what the relay drops. */
  readonly understood: GenerateRequest;
  readonly model: string;
  readonly operation: Operation;
  /** True when server-sent events were asked for. */
  readonly sse: boolean;
  readonly receivedAt: number;
  /** The status it was answered with. */
  readonly status?: number;
  readonly endedAt?: number;
  /** Set when the client closed the connection before the answer was complete. */
  readonly closedEarlyAt?: number;
  /** Resolves when the answer is complete or the connection gone. */
  readonly closed: Promise<void>;
}

/** A request whose names were checked. Values are as the client sent them. */
export interface GenerateRequest {
  readonly contents?: readonly (Omit<Content, 'role'> & { readonly role?: string })[];
  readonly systemInstruction?: Omit<Content, 'role'>;
  readonly tools?: readonly RequestTool[];
  readonly toolConfig?: JsonObject;
  readonly cachedContent?: string;
  readonly safetySettings?: readonly { readonly category?: string; readonly threshold?: string }[];
  readonly generationConfig?: {
    readonly temperature?: number;
    readonly topP?: number;
    readonly candidateCount?: number;
    readonly responseMimeType?: string;
    readonly responseSchema?: JsonObject;
    readonly responseJsonSchema?: JsonObject;
    readonly responseModalities?: readonly string[];
    readonly imageConfig?: { readonly aspectRatio?: string; readonly imageSize?: string };
    readonly thinkingConfig?: {
      readonly includeThoughts?: boolean;
      readonly thinkingBudget?: number;
      readonly thinkingLevel?: string;
    };
  };
}

export interface RequestTool {
  readonly functionDeclarations?: readonly FunctionDeclaration[];
  readonly googleSearch?: JsonObject;
  readonly googleSearchRetrieval?: JsonObject;
  readonly googleMaps?: JsonObject;
  readonly codeExecution?: JsonObject;
  readonly urlContext?: JsonObject;
  readonly fileSearch?: JsonObject;
}

/** The kinds of tool a request offers, by their names on the wire. */
export function toolKinds(request: GenerateRequest): ReadonlySet<string> {
  return new Set((request.tools ?? []).flatMap((tool) => Object.keys(tool)));
}

/** The text of the last content that is the user's own words: what the current turn answers. */
export function questionOf(request: GenerateRequest): string {
  return questionsOf(request).at(-1) ?? '';
}

/** Every question so far, oldest first. Function responses are no questions. */
export function questionsOf(request: GenerateRequest): readonly string[] {
  const own = (request.contents ?? []).filter(
    (content) => content.role !== 'model' && !content.parts.some((part) => part.functionResponse),
  );
  return own.map((content) => content.parts.map((part) => part.text ?? '').join(''));
}

/** A rough count, four characters a token and a flat price for media: enough to be cumulative and plausible. */
export function tokensOf(request: GenerateRequest): number {
  const contents = [...(request.contents ?? []), ...(request.systemInstruction ? [request.systemInstruction] : [])];
  const parts = contents.flatMap((content) => content.parts);
  return parts.reduce((sum, part) => sum + partTokens(part), 0);
}

export function partTokens(part: Part): number {
  if (part.inlineData) return 1120;
  return Math.ceil((part.text ?? JSON.stringify({ ...part, thoughtSignature: undefined })).length / 4);
}
