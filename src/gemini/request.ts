/**
 * A ModelRequest as the service takes it: its address, its key, and a body with only what was asked for, in the order and
 * spelling it insists on.
 *
 * @see https://ai.google.dev/api/generate-content
 */
import type { Content, Part } from '../core/content.ts';
import { ConfigError } from '../core/errors.ts';
import type { JsonMode, ModelFacts, ModelRequest } from '../core/model.ts';
import { thinkingOf } from '../models/thinking.ts';
import { type GenerationConfig, isRecord, type RequestBody, type WireTool, type WireToolConfig } from './wire.ts';

/** The header that carries the key: `x-goog-api-key`, or `Authorization: Bearer`. */
export type Auth = 'x-goog-api-key' | 'bearer';

/** A change of the request that the service's own words call for, when it refuses the first one. */
export type Change =
  | 'no-thinking'
  | 'no-sampling'
  | 'no-signatures'
  | 'with-tool-flag'
  | 'no-tool-flag'
  /** Without a field of this name, which the service does not know. */
  | `without ${string}`;

/** Changes that a model calls for whatever it is asked. */
const LASTING: ReadonlySet<Change> = new Set(['no-thinking', 'no-sampling', 'with-tool-flag', 'no-tool-flag']);

/** Whether a change that helped is worth remembering for the next request to the same model. */
export function isLasting(change: Change): boolean {
  return LASTING.has(change) || change.startsWith('without ');
}

/** Fields without which it is still the same question; no other is left out because a service does not know it. */
const DISPENSABLE = new Set(
  'id mediaResolution imageConfig aspectRatio imageSize retrievalConfig latLng languageCode includeThoughts'.split(' '),
);
/** What stands under these has names of its own, which are the model's and people's. */
const OPAQUE = new Set(
  'args response functionDeclarations responseSchema responseJsonSchema toolCall toolResponse'.split(' '),
);

/** Stands for the signature of a call that another model, key or backend signed, or nobody. */
const ANY_SIGNATURE = 'skip_thought_signature_validator';

/** The categories there are; the service refuses a request that names another. */
const SAFETY_CATEGORIES = new Set([
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
]);

/** The body for a request. `facts` is undefined for a model nobody listed; `changes` are those it has already called for. */
export function bodyOf(
  request: ModelRequest,
  facts: ModelFacts | undefined,
  changes: ReadonlySet<Change>,
): RequestBody {
  const contents = contentsOf(request.contents, changes);
  const generationConfig = generationConfigOf(request, facts, changes);
  const safety = (request.safety ?? []).filter((each) => SAFETY_CATEGORIES.has(each.category));
  return {
    ...(request.cachedContent === undefined
      ? instructionsOf(request, changes)
      : { cachedContent: request.cachedContent }),
    contents,
    ...(safety.length === 0 ? {} : { safetySettings: safety }),
    ...(isEmpty(generationConfig) ? {} : { generationConfig }),
  };
}

/** What is asked, and of which model. */
export interface Asking {
  readonly request: ModelRequest;
  readonly facts: ModelFacts | undefined;
}

/** The body as it is sent. */
export function jsonOf({ request, facts }: Asking, changes: ReadonlySet<Change>): string {
  const body = bodyOf(request, facts, changes);
  const names = [...DISPENSABLE].filter((name) => changes.has(`without ${name}`));
  return JSON.stringify(names.length === 0 ? body : without(body, new Set(names)));
}

/** Whether the change makes another body of the request, beside those it has already called for. */
export function isOtherWith(change: Change, asking: Asking, changes: ReadonlySet<Change>): boolean {
  return jsonOf(asking, new Set([...changes, change])) !== jsonOf(asking, changes);
}

function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => without(each, names));
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !names.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, OPAQUE.has(name) ? inner : without(inner, names)]));
}

/** What a cached content owns: instruction, tools and their settings. */
function instructionsOf(request: ModelRequest, changes: ReadonlySet<Change>): Partial<RequestBody> {
  const tools = toolsOf(request);
  const toolConfig = toolConfigOf(request, tools, changes);
  return {
    ...(request.systemInstruction === ''
      ? {}
      : { systemInstruction: { parts: [{ text: request.systemInstruction }] } }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(isEmpty(toolConfig) ? {} : { toolConfig }),
  };
}

function toolsOf(request: ModelRequest): readonly WireTool[] {
  const functions = request.functions ?? [];
  return [
    ...(request.googleSearch ? [{ googleSearch: {} }] : []),
    ...(request.googleMaps === undefined ? [] : [{ googleMaps: {} }]),
    ...(request.urlContext === true ? [{ urlContext: {} }] : []),
    ...(request.codeExecution === true ? [{ codeExecution: {} }] : []),
    ...(functions.length === 0 ? [] : [{ functionDeclarations: functions }]),
  ];
}

function toolConfigOf(request: ModelRequest, tools: readonly WireTool[], changes: ReadonlySet<Change>): WireToolConfig {
  const calls = tools.some((tool) => 'functionDeclarations' in tool);
  const { functionCalling, googleMaps } = request;
  return {
    ...(calls && functionCalling !== undefined ? { functionCallingConfig: functionCalling } : {}),
    ...(googleMaps === undefined || isEmpty(googleMaps) ? {} : { retrievalConfig: googleMaps }),
    ...(calls && tools.length > 1 && changes.has('with-tool-flag') && !changes.has('no-tool-flag')
      ? { includeServerSideToolInvocations: true }
      : {}),
  };
}

function generationConfigOf(
  request: ModelRequest,
  facts: ModelFacts | undefined,
  changes: ReadonlySet<Change>,
): GenerationConfig {
  const { images, mediaResolution } = request;
  const maxOutputTokens = outputLimitOf(request, facts);
  const level = thinkingOf(request.thinking, facts?.thinking).config;
  // Where thinking is switched off there is nothing to sum up, and asking for it is refused.
  const thinks = facts !== undefined && facts.thinking.kind !== 'none' && level?.thinkingBudget !== 0;
  const thinking = { ...level, ...(thinks && request.includeThoughts === true ? { includeThoughts: true } : {}) };
  return {
    ...(changes.has('no-sampling') ? {} : request.sampling),
    ...(changes.has('no-thinking') || isEmpty(thinking) ? {} : { thinkingConfig: thinking }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(mediaResolution === undefined ? {} : { mediaResolution: `MEDIA_RESOLUTION_${mediaResolution}` }),
    ...(request.json === undefined ? {} : jsonModeOf(request.json)),
    // Google's own service takes it for granted that a model that draws is to draw, Vertex does not.
    ...(images === undefined && facts?.output !== 'text-and-images' ? {} : { responseModalities: ['TEXT', 'IMAGE'] }),
    ...(images === undefined || isEmpty(images) ? {} : { imageConfig: images }),
  };
}

/** What the operator allows, as far as the model goes. */
function outputLimitOf({ maxOutputTokens }: ModelRequest, facts: ModelFacts | undefined): number | undefined {
  return maxOutputTokens === undefined ? undefined : Math.min(maxOutputTokens, facts?.outputTokens ?? maxOutputTokens);
}

function jsonModeOf(json: JsonMode): GenerationConfig {
  return {
    responseMimeType: 'application/json',
    ...(json.kind === 'schema' ? { responseSchema: json.schema } : {}),
    ...(json.kind === 'json-schema' ? { responseJsonSchema: json.schema } : {}),
  };
}

/**
 * The conversation as the service takes it: without thoughts and empty parts, beginning with a question of the user,
 * neighbours of one role joined unless one of them is a step of function calling.
 */
function contentsOf(contents: readonly Content[], changes: ReadonlySet<Change>): readonly Content[] {
  const sendable = contents.map((content) => sendableOf(content, changes)).filter(({ parts }) => parts.length > 0);
  const kept = fromQuestion(sendable);
  const joined: Content[] = [];
  for (const content of kept.length > 0 ? kept : sendable.slice(Math.max(0, sendable.findLastIndex(isQuestion)))) {
    const before = joined.at(-1);
    if (before?.role !== content.role || isFunctionStep(before) || isFunctionStep(content)) joined.push(content);
    else joined.splice(-1, 1, { role: content.role, parts: [...before.parts, ...content.parts] });
  }
  return joined;
}

function sendableOf(content: Content, changes: ReadonlySet<Change>): Content {
  const parts = content.parts.filter((part) => part.thought !== true && hasSomething(part));
  return { role: content.role, parts: changes.has('no-signatures') ? withoutSignatures(parts) : parts };
}

/** A part with data, or with a signature, which the model wants back even on an empty text. */
function hasSomething(part: Part): boolean {
  const { text, thought: _mark, ...rest } = part;
  return (text !== undefined && text !== '') || !isEmpty(rest);
}

function withoutSignatures(parts: readonly Part[]): readonly Part[] {
  const first = parts.findIndex((part) => part.functionCall !== undefined);
  const bare = parts.map(({ thoughtSignature: _signature, ...part }, at) =>
    at === first ? { ...part, thoughtSignature: ANY_SIGNATURE } : part,
  );
  return bare.filter(hasSomething);
}

/** From the first content that a user wrote and that answers no call. */
function fromQuestion(contents: readonly Content[]): readonly Content[] {
  const start = contents.findIndex(isQuestion);
  return start === -1 ? [] : contents.slice(start);
}

function isQuestion(content: Content): boolean {
  return content.role === 'user' && !isFunctionStep(content);
}

function isFunctionStep(content: Content): boolean {
  return content.parts.some((part) => part.functionCall !== undefined || part.functionResponse !== undefined);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** The address without trailing slashes and without a version. @throws ConfigError when it is neither https nor on loopback. */
export function baseOf(address: string): string {
  const url = URL.parse(address);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? '');
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)))
    throw new ConfigError([
      `The model's base address must be https, or http on loopback; it is ${url?.origin ?? 'no address'}.`,
    ]);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new ConfigError(["The model's base address must hold no name, password, query or fragment."]);
  return `${url.origin}${url.pathname}`
    .replace(/\/+$/, '')
    .replace(/\/v1(beta)?$/, '')
    .replace(/\/+$/, '');
}

/** @throws ConfigError for a key that no header can carry; the key itself is not repeated. */
export function keyHeaderOf(apiKey: string, auth: Auth): Readonly<Record<string, string>> {
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new ConfigError(['The model key is empty, or holds a space, a line break or a letter that no key has.']);
  return auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { 'x-goog-api-key': apiKey };
}
