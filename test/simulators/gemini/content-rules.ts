/** What the service insists on whatever the model: roles, parts, the order of turns, media, enumerations. */
import type { Part } from '../../../src/core/content.ts';
import type { DialectName } from './dialect.ts';
import { invalidArgument, missingField } from './faults.ts';
import type { GenerateRequest } from './request.ts';
import type { Rule } from './validation.ts';

type RequestContent = NonNullable<GenerateRequest['contents']>[number];

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  HarmCategory: ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT', 'CIVIC_INTEGRITY'].map(
    (name) => `HARM_CATEGORY_${name}`,
  ),
  HarmBlockThreshold: ['BLOCK_LOW_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_ONLY_HIGH', 'BLOCK_NONE', 'OFF'],
  ThinkingLevel: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'],
  ImageSize: ['512', '1K', '2K', '4K'],
};

/** Google's list. Vertex, behind the relay, has fewer images and one more name for MP3. */
const MEDIA = new Set(
  [
    'image/png image/jpeg image/webp image/heic image/heif application/pdf',
    'audio/wav audio/mp3 audio/aiff audio/aac audio/ogg audio/flac',
    'video/mp4 video/mpeg video/mov video/quicktime video/avi video/x-flv video/mpg video/webm video/wmv video/3gpp',
    'text/plain text/html text/css text/csv text/xml text/rtf text/md text/javascript text/x-python',
  ].flatMap((line) => line.split(' ')),
);
const VERTEX_LACKS = new Set(['image/heic', 'image/heif']);

const contentsGiven: Rule = ({ request }) =>
  (request.contents ?? []).length > 0
    ? undefined
    : missingField('* GenerateContentRequest.contents: contents is not specified\n', 'contents');

const partsGiven: Rule = ({ request }) => {
  const index = (request.contents ?? []).findIndex((content) => (content.parts ?? []).length === 0);
  if (index === -1) return undefined;
  const message = `* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.\n`;
  return missingField(message, `contents[${index}].parts`);
};

const rolesValid: Rule = ({ request, dialect }) => {
  const valid = new Set<string | undefined>(['user', 'model', ...(dialect === 'google' ? [undefined] : [])]);
  if ((request.contents ?? []).every((content) => valid.has(content.role))) return undefined;
  return invalidArgument('Please use a valid role: user, model.');
};

/** Exactly one data field a part; a part that carries only a signature is taken too. */
const partsFilled: Rule = ({ request }) => {
  for (const [at, content] of (request.contents ?? []).entries())
    for (const [place, part] of content.parts.entries()) {
      if (part.thoughtSignature !== undefined) continue;
      if (part.text === '')
        return invalidArgument(
          'Unable to submit request because it must have a text parameter. Add a text parameter and try again.',
        );
      if (dataFields(part) !== 1)
        return invalidArgument(
          `* GenerateContentRequest.contents[${at}].parts[${place}].data: required oneof field 'data' must have one initialized field\n`,
        );
    }
  return undefined;
};

function dataFields(part: Part): number {
  const modifiers = new Set(['thought', 'thoughtSignature', 'partMetadata', 'videoMetadata', 'mediaResolution']);
  return Object.keys(part).filter((name) => !modifiers.has(name)).length;
}

/** All answers to the calls of one model turn come in the content right after it. */
const turnsInOrder: Rule = ({ request }) => {
  const contents = request.contents ?? [];
  for (const [at, content] of contents.entries()) {
    const before = contents[at - 1];
    const responses = count(content, 'functionResponse');
    if (responses > 0 && (before === undefined || count(before, 'functionCall') === 0))
      return invalidArgument('Please ensure that function response turn comes immediately after a function call turn.');
    const calls = count(content, 'functionCall');
    if (calls > 0 && (before === undefined || before.role === 'model'))
      return invalidArgument(
        'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      );
    const next = contents[at + 1];
    if (calls > 0 && next !== undefined && count(next, 'functionResponse') !== calls)
      return invalidArgument(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
  }
  return undefined;
};

function count(content: RequestContent, kind: 'functionCall' | 'functionResponse'): number {
  return content.parts.filter((part) => part[kind] !== undefined).length;
}

const mediaKnown: Rule = ({ request, dialect }) => {
  for (const part of (request.contents ?? []).flatMap((content) => content.parts)) {
    const type = part.inlineData?.mimeType;
    if (type !== undefined && !mediaAccepted(type, dialect)) return mediaRefused(type, dialect);
    if (part.inlineData && !/^[\w+/-]*={0,2}$/.test(part.inlineData.data))
      return invalidArgument(
        "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed",
      );
  }
  return undefined;
};

function mediaAccepted(type: string, dialect: DialectName): boolean {
  if (dialect === 'google') return MEDIA.has(type);
  return type === 'audio/mpeg' || (MEDIA.has(type) && !VERTEX_LACKS.has(type));
}

function mediaRefused(type: string, dialect: DialectName) {
  if (dialect === 'google') return invalidArgument(`Unsupported MIME type: ${type}`);
  return invalidArgument(
    `Unable to submit request because it has a mimeType parameter with value ${type}, which is not supported. Update the mimeType and try again.`,
  );
}

const enumsKnown: Rule = ({ request }) => {
  const { safetySettings = [], generationConfig: config } = request;
  const given: readonly (readonly [kind: string, field: string, value: string | undefined])[] = [
    ...safetySettings.flatMap((each, at) => [
      ['HarmCategory', `safety_settings[${at}].category`, each.category] as const,
      ['HarmBlockThreshold', `safety_settings[${at}].threshold`, each.threshold] as const,
    ]),
    // Google takes levels in lower case as well.
    [
      'ThinkingLevel',
      'generation_config.thinking_config.thinking_level',
      config?.thinkingConfig?.thinkingLevel?.toUpperCase(),
    ],
    ['ImageSize', 'generation_config.image_config.image_size', config?.imageConfig?.imageSize],
  ];
  const wrong = given.find(([kind, , value]) => value !== undefined && !ENUMS[kind]?.includes(value));
  if (!wrong) return undefined;
  const [kind, field, value] = wrong;
  return invalidArgument(
    `Invalid value at '${field}' (type.googleapis.com/google.ai.generativelanguage.v1beta.${kind}), "${value}"`,
  );
};

const samplingInRange: Rule = ({ request }) => {
  const { temperature, topP } = request.generationConfig ?? {};
  const field = 'GenerateContentRequest.generation_config';
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2))
    return invalidArgument(`* ${field}.temperature: temperature must be in the range [0.0, 2.0].\n`);
  if (topP !== undefined && !(topP >= 0 && topP <= 1))
    return invalidArgument(`* ${field}.top_p: top_p must be in the range [0.0, 1.0].\n`);
  return undefined;
};

/** What was cached is not sent again. */
const cacheAlone: Rule = ({ request }) =>
  request.cachedContent !== undefined && (request.systemInstruction || request.tools || request.toolConfig)
    ? invalidArgument(
        'CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.',
      )
    : undefined;

export const contentRules: readonly Rule[] = [
  contentsGiven,
  partsGiven,
  rolesValid,
  partsFilled,
  turnsInOrder,
  mediaKnown,
  enumsKnown,
  samplingInRange,
  cacheAlone,
];
