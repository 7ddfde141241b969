import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/content.ts';
import { text } from './answers.ts';
import { ask, QUESTION } from './plain-client.ts';
import { GeminiSimulator } from './simulator.ts';
import { type Case, check, config, tools, turns } from './validation-case.ts';

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

function thinking(thinkingConfig: JsonObject): JsonObject {
  return config({ thinkingConfig });
}

const SEARCH = { googleSearch: {} };
const WEATHER = { functionDeclarations: [{ name: 'weather', description: 'Weather' }] };
const CALL = { functionCall: { name: 'weather', args: {} }, thoughtSignature: 'skip_thought_signature_validator' };
const RESULT = { functionResponse: { name: 'weather', response: { sky: 'grey' } } };

describe('thinking', () => {
  it.each<Case>([
    { of: '3.8 takes LOW', model: 'gemini-3.8-flash', body: thinking({ thinkingLevel: 'LOW' }) },
    { of: '3.8 takes low', model: 'gemini-3.8-flash', body: thinking({ thinkingLevel: 'low' }) },
    {
      of: '3.8 refuses MINIMAL',
      model: 'gemini-3.8-flash',
      body: thinking({ thinkingLevel: 'MINIMAL' }),
      says: 'Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.',
    },
    { of: '3.6 takes MINIMAL', model: 'gemini-3.6-flash', body: thinking({ thinkingLevel: 'MINIMAL' }) },
    {
      of: '3.7 is served by 3.8',
      model: 'gemini-3.7-flash',
      body: thinking({ thinkingLevel: 'MINIMAL' }),
      says: 'Thinking level MINIMAL is not supported',
    },
    {
      of: 'no model takes EXTREME',
      body: thinking({ thinkingLevel: 'EXTREME' }),
      says: `Invalid value at 'generation_config.thinking_config.thinking_level'`,
    },
    {
      of: 'both are refused',
      body: thinking({ thinkingLevel: 'LOW', thinkingBudget: 5 }),
      says: 'You can only set only one of thinking budget and thinking level.',
    },
    {
      of: '2.5 refuses a level',
      model: 'gemini-2.5-flash',
      body: thinking({ thinkingLevel: 'LOW' }),
      says: 'Thinking level is not supported for this model.',
    },
    {
      of: '2.5-pro refuses budget 0',
      model: 'gemini-2.5-pro',
      body: thinking({ thinkingBudget: 0 }),
      says: 'Budget 0 is invalid. This model only works in thinking mode.',
    },
    { of: '2.5-flash takes budget 0', model: 'gemini-2.5-flash', body: thinking({ thinkingBudget: 0 }) },
    { of: '2.5-pro takes budget -1', model: 'gemini-2.5-pro', body: thinking({ thinkingBudget: -1 }) },
    {
      of: '2.5-flash-lite refuses budget 100',
      model: 'gemini-2.5-flash-lite',
      body: thinking({ thinkingBudget: 100 }),
      says: 'choose a value between 512 and 24576',
    },
    {
      of: '3.6 refuses budget 0',
      model: 'gemini-3.6-flash',
      body: thinking({ thinkingBudget: 0 }),
      says: 'Budget 0 is invalid',
    },
    { of: '3.8 ignores a budget', model: 'gemini-3.8-flash', body: thinking({ thinkingBudget: 1000 }) },
    {
      of: 'a drawing model takes none',
      model: 'gemini-3-pro-image',
      body: thinking({ thinkingLevel: 'LOW' }),
      says: 'Thinking level is not supported for this model.',
    },
    {
      of: 'Gemini 3 gives one candidate',
      body: config({ candidateCount: 2 }),
      says: 'Multiple candidates is not enabled',
    },
    { of: '2.5 gives two', model: 'gemini-2.5-flash', body: config({ candidateCount: 2 }) },
  ])('$of', (row) => check(google, row));
});

describe('tools', () => {
  const flagged = { toolConfig: { includeServerSideToolInvocations: true } };
  const json = { generationConfig: { responseMimeType: 'application/json' } };

  it.each<Case>([
    { of: 'search alone', body: tools(SEARCH) },
    { of: 'search in snake_case', body: tools({ google_search: {} }) },
    {
      of: 'search and functions on 2.5',
      model: 'gemini-2.5-flash',
      body: tools(SEARCH, WEATHER),
      says: 'Tool use with function calling is unsupported',
    },
    {
      of: 'search and functions on 3',
      body: tools(SEARCH, WEATHER),
      says: 'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling.',
    },
    { of: 'search and functions on 3 with the flag', body: { ...tools(SEARCH, WEATHER), ...flagged } },
    {
      of: 'the flag on 2.5',
      model: 'gemini-2.5-flash',
      body: { ...tools(WEATHER), ...flagged },
      says: 'Tool call context circulation is not enabled for models/gemini-2.5-flash',
    },
    {
      of: 'JSON and a tool on 2.5',
      model: 'gemini-2.5-flash',
      body: { ...tools(SEARCH), ...json },
      says: `Tool use with a response mime type: 'application/json' is unsupported`,
    },
    { of: 'JSON and a tool on 3', body: { ...tools(SEARCH), ...json } },
    { of: 'the search of 1.5', body: tools({ googleSearchRetrieval: {} }), says: 'Please use google_search' },
    {
      of: 'functions on a drawing model',
      model: 'gemini-3-pro-image',
      body: tools(WEATHER),
      says: 'Function calling is not enabled for models/gemini-3-pro-image',
    },
    {
      of: 'a function with spaces in its name',
      body: tools({ functionDeclarations: [{ name: 'a b', description: '' }] }),
      says: 'Invalid function name',
    },
    { of: 'a call and its answer', body: turns(['user', { text: 'a' }], ['model', CALL], ['user', RESULT]) },
    {
      of: 'two calls and one answer',
      body: turns(['user', { text: 'a' }], ['model', CALL, CALL], ['user', RESULT]),
      says: 'the number of function response parts is equal to the number of function call parts',
    },
    {
      of: 'an answer without a call',
      body: turns(['user', { text: 'a' }], ['user', RESULT]),
      says: 'function response turn comes immediately after a function call turn',
    },
    {
      of: 'a call out of nowhere',
      body: turns(['model', CALL], ['user', RESULT]),
      says: 'function call turn comes immediately after a user turn',
    },
  ])('$of', (row) => check(google, row));

  it.each<Case>([{ of: 'search and functions', body: tools(SEARCH, WEATHER) }])('$of at the relay', (row) =>
    check(comet, row),
  );
});

describe('models', () => {
  it.each<Case>([
    {
      of: 'an unknown one',
      model: 'gemini-9',
      body: QUESTION,
      says: 'models/gemini-9 is not found for API version v1beta',
      status: 404,
    },
    { of: 'one with its prefix', model: 'models%2Fgemini-3.8-flash', body: QUESTION },
    { of: '2.5-flash at Google', model: 'gemini-2.5-flash', body: QUESTION },
  ])('$of', (row) => check(google, row));

  it.each<Case>([
    {
      of: 'an unknown one',
      model: 'gemini-9',
      body: QUESTION,
      says: 'no available channel for group default and model gemini-9 (distributor) (request id: ',
      status: 503,
    },
    {
      of: '2.5-flash',
      model: 'gemini-2.5-flash',
      body: QUESTION,
      says: 'no available channel',
      status: 503,
    },
  ])('$of at the relay', (row) => check(comet, row));

  it('must be named', async () => {
    const response = await fetch(`${comet.baseUrl}/v1beta/models/:generateContent?key=test-key`, {
      method: 'POST',
      body: '{}',
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('model name is required')]);
  });

  it('may be served by another, which says its own name', async () => {
    const answer = await ask(google, QUESTION, { model: 'gemini-3.7-flash' });
    expect(answer.chunks[0]?.modelVersion).toBe('gemini-3.8-flash');
  });

  it('may be added by a test', async () => {
    const service = await GeminiSimulator.start({ models: ['gemini-5-next'] });
    service.next(text('new'));
    expect((await ask(service, QUESTION, { model: 'gemini-5-next' })).chunks[0]?.modelVersion).toBe('gemini-5-next');
    await service.stop();
  });
});
