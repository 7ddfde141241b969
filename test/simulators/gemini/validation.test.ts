import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/content.ts';
import { text } from './answers.ts';
import { ask, QUESTION } from './plain-client.ts';
import { GeminiSimulator } from './simulator.ts';
import { type Case, check, config, turns } from './validation-case.ts';

let google: GeminiSimulator;
let comet: GeminiSimulator;
beforeAll(async () => {
  google = await GeminiSimulator.start();
  comet = await GeminiSimulator.start({ dialect: 'comet' });
  for (const service of [google, comet]) service.otherwise(() => text('fine'));
});
afterAll(async () => {
  for (const service of [google, comet]) await service.stop();
});

function saying(...parts: readonly JsonObject[]): JsonObject {
  return { contents: [{ role: 'user', parts }] };
}

describe('the body', () => {
  it.each<Case>([
    { of: 'camelCase', body: { ...QUESTION, systemInstruction: { parts: [{ text: 'Be brief.' }] } } },
    { of: 'snake_case', body: { ...QUESTION, system_instruction: { parts: [{ text: 'Be brief.' }] } } },
    {
      of: 'an unknown name',
      body: { ...QUESTION, messages: [] },
      says: 'Invalid JSON payload received. Unknown name "messages": Cannot find field.',
    },
    {
      of: 'an unknown inner name',
      body: config({ maxTokens: 5 }),
      says: `Unknown name "maxTokens" at 'generation_config': Cannot find field.`,
    },
    { of: 'an unknown part', body: saying({ image: 'x' }), says: `Unknown name "image" at 'contents[0].parts[0]'` },
    {
      of: 'a schema with $ref',
      body: config({ responseSchema: { items: { $ref: '#/x' } } }),
      says: `Unknown name "$ref" at 'generation_config.response_schema.items'`,
    },
    { of: 'a JSON schema with $ref', body: config({ responseJsonSchema: { items: { $ref: '#/x' } } }) },
    { of: 'no contents', body: { contents: [] }, says: 'contents is not specified' },
    {
      of: 'a content without parts',
      body: { contents: [{ role: 'user' }] },
      says: 'contents[0].parts: contents.parts must not be empty.',
    },
    {
      of: 'an assistant',
      body: turns(['user', { text: 'a' }], ['assistant', { text: 'b' }]),
      says: 'Please use a valid role: user, model.',
    },
    { of: 'no role', body: { contents: [{ parts: [{ text: 'a' }] }] } },
    { of: 'an empty text', body: saying({ text: '' }), says: 'must have a text parameter' },
    {
      of: 'a part of nothing',
      body: saying({}),
      says: `contents[0].parts[0].data: required oneof field 'data' must have one initialized field`,
    },
    {
      of: 'a part of two things',
      body: saying({ text: 'a', fileData: { fileUri: 'https://a' } }),
      says: `required oneof field 'data'`,
    },
    {
      of: 'a GIF',
      body: saying({ inlineData: { mimeType: 'image/gif', data: '' } }),
      says: 'Unsupported MIME type: image/gif',
    },
    {
      of: 'image/jpg',
      body: saying({ inlineData: { mimeType: 'image/jpg', data: '' } }),
      says: 'Unsupported MIME type: image/jpg',
    },
    { of: 'a HEIC', body: saying({ inlineData: { mimeType: 'image/heic', data: 'AAAA' } }) },
    {
      of: 'a broken base64',
      body: saying({ inlineData: { mimeType: 'image/png', data: '???' } }),
      says: 'Base64 decoding failed',
    },
    { of: 'temperature 4', body: config({ temperature: 4 }), says: 'temperature must be in the range [0.0, 2.0].' },
    { of: 'topP 2', body: config({ topP: 2 }), says: 'top_p must be in the range [0.0, 1.0].' },
    {
      of: 'an unknown harm',
      body: { ...QUESTION, safetySettings: [{ category: 'HARM_CATEGORY_NOISE', threshold: 'OFF' }] },
      says: `Invalid value at 'safety_settings[0].category'`,
    },
    {
      of: 'image size 1k',
      body: config({ imageConfig: { imageSize: '1k' } }),
      says: `Invalid value at 'generation_config.image_config.image_size'`,
    },
    {
      of: 'a cache and an instruction',
      body: { ...QUESTION, cachedContent: 'cachedContents/1', systemInstruction: { parts: [{ text: 'a' }] } },
      says: 'CachedContent can not be used with GenerateContent request setting system_instruction',
    },
    {
      of: 'two schemas',
      body: config({ responseSchema: { type: 'STRING' }, responseJsonSchema: { type: 'string' } }),
      says: 'Only one of',
    },
  ])('with $of', (row) => check(google, row));

  it.each<Case>([
    { of: 'an unknown name', body: { ...QUESTION, messages: [] } },
    {
      of: 'an unknown tool',
      body: { ...QUESTION, tools: [{ webSearch: {} }] },
      says: /Unknown name "webSearch" at 'tools\[0\]'.*\(request id: /,
    },
    {
      of: 'no contents',
      body: {},
      says: /^field contents is required \(request id: /,
      status: 500,
    },
    {
      of: 'no role',
      body: { contents: [{ parts: [{ text: 'a' }] }] },
      says: 'Please use a valid role: user, model.',
    },
    {
      of: 'a HEIC',
      body: saying({ inlineData: { mimeType: 'image/heic', data: 'AAAA' } }),
      says: 'mimeType parameter with value image/heic',
    },
  ])('with $of at the relay', (row) => check(comet, row));

  it('that is no JSON is refused', async () => {
    expect((await ask(google, '{"contents":')).body).toContain('Invalid JSON payload received. Unexpected token.');
    expect((await ask(comet, '{"contents":')).status).toBe(400);
  });

  it('over the limit is refused', async () => {
    for (const [dialect, status] of [
      ['google', 400],
      ['comet', 413],
    ] as const) {
      const small = await GeminiSimulator.start({ dialect, maxBodyBytes: 50 });
      expect((await ask(small)).status).toBe(status);
      await small.stop();
    }
  });
});
