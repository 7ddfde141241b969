/**
 * A ModelRequest to the body the service takes: only what was asked for, in the order and spelling it insists on.
 *
 * @see https://ai.google.dev/api/generate-content
 */
import type { Content, Part } from '../core/content.ts';
import type { JsonMode, ModelFacts, ModelRequest } from '../core/model.ts';
import { thinkingOf } from './thinking.ts';
import type { GenerationConfig, RequestBody, WireTool, WireToolConfig } from './wire.ts';

/** A change of the request that the service's own words call for, when it refuses the first one. */
export type Change =
  | 'no-thinking'
  | 'no-sampling'
  | 'no-signatures'
  | 'half-history'
  | 'with-tool-flag'
  | 'no-tool-flag';

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

/** Whether the change makes another body of the request, beside those it has already called for. */
export function isOtherWith(
  change: Change,
  { request, facts }: { readonly request: ModelRequest; readonly facts: ModelFacts | undefined },
  changes: ReadonlySet<Change>,
): boolean {
  const changed = bodyOf(request, facts, new Set([...changes, change]));
  return JSON.stringify(changed) !== JSON.stringify(bodyOf(request, facts, changes));
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
  const { images, maxOutputTokens, mediaResolution } = request;
  const level = thinkingOf(request.thinking, facts?.thinking).config;
  const thinks = facts !== undefined && facts.thinking.kind !== 'none';
  const thinking = { ...level, ...(thinks && request.includeThoughts === true ? { includeThoughts: true } : {}) };
  return {
    ...(changes.has('no-sampling') ? {} : request.sampling),
    ...(changes.has('no-thinking') || isEmpty(thinking) ? {} : { thinkingConfig: thinking }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(mediaResolution === undefined ? {} : { mediaResolution: `MEDIA_RESOLUTION_${mediaResolution}` }),
    ...(request.json === undefined ? {} : jsonModeOf(request.json)),
    ...(images === undefined ? {} : { responseModalities: ['TEXT', 'IMAGE'] }),
    ...(images === undefined || isEmpty(images) ? {} : { imageConfig: images }),
  };
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
  const kept = fromQuestion(changes.has('half-history') ? sendable.slice(Math.ceil(sendable.length / 2)) : sendable);
  const joined: Content[] = [];
  // Half of a short conversation may hold no question; then the last one is asked alone.
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
