/** The names a request may use, and the reading of a body by them: unknown names are told as the service tells them. */
import type { JsonObject, JsonValue } from '../../../src/core/content.ts';

/** A scalar, an object of anybody's own making, a list, or an object with these fields. */
export type Shape = 'scalar' | 'free' | readonly [Shape] | { readonly [name: string]: Shape | (() => Shape) };

const SCHEMA: Shape = {
  ...each('type format title description nullable minItems maxItems minProperties maxProperties'),
  ...each('minimum maximum minLength maxLength pattern'),
  enum: ['scalar'],
  required: ['scalar'],
  propertyOrdering: ['scalar'],
  default: 'free',
  example: 'free',
  items: () => SCHEMA,
  anyOf: () => [SCHEMA],
  // The names of properties are anybody's; what stands under them is checked by `readFields`.
  properties: 'free',
};

const BLOB: Shape = each('mimeType data');

const PART: Shape = {
  ...each('text thought thoughtSignature'),
  inlineData: BLOB,
  fileData: each('mimeType fileUri'),
  functionCall: { ...each('id name'), args: 'free' },
  functionResponse: {
    ...each('id name willContinue scheduling'),
    response: 'free',
    parts: [{ inlineData: BLOB }],
  },
  executableCode: each('id language code'),
  codeExecutionResult: each('id outcome output'),
  toolCall: { ...each('id toolType'), args: 'free' },
  toolResponse: { ...each('id toolType'), response: 'free' },
  partMetadata: 'free',
  videoMetadata: each('startOffset endOffset fps'),
  mediaResolution: 'free',
};

const CONTENT: Shape = { role: 'scalar', parts: [PART] };

const TOOL: Shape = {
  functionDeclarations: [
    {
      ...each('name description behavior'),
      parameters: SCHEMA,
      parametersJsonSchema: 'free',
      response: SCHEMA,
      responseJsonSchema: 'free',
    },
  ],
  googleSearch: { searchTypes: 'free', timeRangeFilter: each('startTime endTime') },
  googleSearchRetrieval: { dynamicRetrievalConfig: each('mode dynamicThreshold') },
  googleMaps: each('enableWidget'),
  codeExecution: {},
  urlContext: {},
  fileSearch: { ...each('metadataFilter topK'), fileSearchStoreNames: ['scalar'] },
  computerUse: { environment: 'scalar', excludedPredefinedFunctions: ['scalar'] },
  mcpServers: ['free'],
};

const GENERATION_CONFIG: Shape = {
  ...each('temperature topP topK seed maxOutputTokens candidateCount presencePenalty frequencyPenalty'),
  ...each('responseLogprobs logprobs responseMimeType mediaResolution enableEnhancedCivicAnswers'),
  stopSequences: ['scalar'],
  responseModalities: ['scalar'],
  responseSchema: SCHEMA,
  responseJsonSchema: 'free',
  _responseJsonSchema: 'free',
  speechConfig: 'free',
  thinkingConfig: each('includeThoughts thinkingBudget thinkingLevel'),
  imageConfig: each('aspectRatio imageSize'),
};

/** @see https://ai.google.dev/api/generate-content */
export const REQUEST: Shape = {
  ...each('model cachedContent serviceTier store'),
  contents: [CONTENT],
  systemInstruction: CONTENT,
  tools: [TOOL],
  toolConfig: {
    functionCallingConfig: { mode: 'scalar', allowedFunctionNames: ['scalar'] },
    retrievalConfig: { latLng: each('latitude longitude'), languageCode: 'scalar' },
    includeServerSideToolInvocations: 'scalar',
  },
  safetySettings: [each('category threshold')],
  generationConfig: GENERATION_CONFIG,
};

/** @see https://ai.google.dev/api/tokens */
export const COUNT_REQUEST: Shape = { contents: [CONTENT], generateContentRequest: REQUEST };

function each(names: string): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, 'scalar']));
}

export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** A body with its names in camelCase, and what is wrong with them. */
export interface Read {
  readonly value: JsonValue;
  readonly violations: readonly Violation[];
}

export function readFields(value: JsonValue, shape: Shape, path = ''): Read {
  if (value === null || shape === 'free') return { value, violations: [] };
  if (isList(shape)) return readList(value, shape, path);
  if (shape === 'scalar') return typeof value === 'object' ? invalid(value, path) : { value, violations: [] };
  if (!isObject(value)) return invalid(value, path);
  const fields: Record<string, JsonValue> = {};
  const violations: Violation[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const known = Object.hasOwn(shape, name) ? name : camelCase(name);
    const field = Object.hasOwn(shape, known) ? shape[known] : undefined;
    if (field === undefined) {
      violations.push(unknownName(name, path));
      continue;
    }
    const read = readFields(inner, typeof field === 'function' ? field() : field, joined(path, snakeCase(known)));
    if (inner !== null) fields[known] = read.value;
    violations.push(...read.violations);
  }
  return { value: fields, violations };
}

function readList(value: JsonValue, [item]: readonly [Shape], path: string): Read {
  if (!Array.isArray(value)) return invalid(value, path);
  const reads = value.map((each: JsonValue, index) => readFields(each, item, `${path}[${index}]`));
  return { value: reads.map((each) => each.value), violations: reads.flatMap((each) => each.violations) };
}

function unknownName(name: string, path: string): Violation {
  const where = path === '' ? '' : ` at '${path}'`;
  return {
    field: path,
    description: `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`,
  };
}

function invalid(value: JsonValue, path: string): Read {
  return { value, violations: [{ field: path, description: `Invalid value at '${path}', ${JSON.stringify(value)}` }] };
}

export function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function camelCase(name: string): string {
  return name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
