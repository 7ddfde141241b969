/** What goes to the service: every capability in its place, nothing that was not asked for, and the conversation as it is taken. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Content, Part } from '../../src/core/content.ts';
import type { ModelFacts, ModelRequest } from '../../src/core/model.ts';
import { bodyOf, type Change } from '../../src/gemini/request.ts';
import { ask } from './loopback.ts';
import { faultsOf, isDescribed } from './description.ts';

const facts: ModelFacts = {
  id: 'gemini-3.8-flash',
  inputTokens: 1_048_576,
  outputTokens: 65_536,
  thinking: { kind: 'level', levels: ['LOW', 'MEDIUM', 'HIGH'] },
};
const budget: ModelFacts = {
  ...facts,
  id: 'gemini-2.5-flash',
  thinking: { kind: 'budget', minTokens: 1, maxTokens: 24_576, canBeOff: true },
};

interface Given {
  readonly facts?: ModelFacts | undefined;
  readonly changes?: readonly Change[];
}

/** The body as it travels. */
function body(change: Partial<ModelRequest>, given: Given = {}): Record<string, unknown> {
  const known = 'facts' in given ? given.facts : facts;
  const made: unknown = bodyOf({ ...ask, systemInstruction: '', ...change }, known, new Set(given.changes));
  return JSON.parse(JSON.stringify(made));
}

const user = (...parts: readonly Part[]): Content => ({ role: 'user', parts });
const model = (...parts: readonly Part[]): Content => ({ role: 'model', parts });
const plain = { contents: ask.contents };
const call: Part = { functionCall: { id: 'c1', name: 'now' }, thoughtSignature: 'c2ln' };
const result: Part = { functionResponse: { id: 'c1', name: 'now', response: { time: '12:00' } } };
const media: readonly Part[] = [
  { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
  { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
  { fileData: { fileUri: 'https://example.com/a.mp4', mimeType: 'video/mp4' } },
];
const declared = { name: 'now', description: 'The time.', parametersJsonSchema: { type: 'object', properties: {} } };

describe('a capability', () => {
  const rows: readonly (readonly [what: string, asked: Partial<ModelRequest>, sent: object])[] = [
    ['nothing', {}, {}],
    [
      'a system instruction',
      { systemInstruction: 'Be brief.' },
      { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
    ],
    ['a thinking level', { thinking: 'high' }, { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } }],
    [
      'thought summaries',
      { includeThoughts: true },
      { generationConfig: { thinkingConfig: { includeThoughts: true } } },
    ],
    ['Google Search', { googleSearch: true }, { tools: [{ googleSearch: {} }] }],
    ['Google Maps', { googleMaps: {} }, { tools: [{ googleMaps: {} }] }],
    [
      'Google Maps near a place',
      { googleMaps: { latLng: { latitude: 48.2, longitude: 16.4 }, languageCode: 'de' } },
      {
        tools: [{ googleMaps: {} }],
        toolConfig: { retrievalConfig: { latLng: { latitude: 48.2, longitude: 16.4 }, languageCode: 'de' } },
      },
    ],
    ['URL context', { urlContext: true }, { tools: [{ urlContext: {} }] }],
    ['code execution', { codeExecution: true }, { tools: [{ codeExecution: {} }] }],
    [
      'several tools at once',
      { googleSearch: true, urlContext: true, codeExecution: true },
      { tools: [{ googleSearch: {} }, { urlContext: {} }, { codeExecution: {} }] },
    ],
    ['functions', { functions: [declared] }, { tools: [{ functionDeclarations: [declared] }] }],
    [
      'forced functions',
      { functions: [declared], functionCalling: { mode: 'ANY', allowedFunctionNames: ['now'] } },
      {
        tools: [{ functionDeclarations: [declared] }],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['now'] } },
      },
    ],
    ['no functions to call', { functions: [], functionCalling: { mode: 'AUTO' } }, {}],
    ['JSON', { json: { kind: 'any' } }, { generationConfig: { responseMimeType: 'application/json' } }],
    [
      'JSON of a schema',
      { json: { kind: 'schema', schema: { type: 'OBJECT' } } },
      { generationConfig: { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' } } },
    ],
    [
      'JSON of a JSON Schema',
      { json: { kind: 'json-schema', schema: { type: 'object' } } },
      { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } } },
    ],
    ['pictures', { images: {} }, { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }],
    [
      'pictures of a shape',
      { images: { aspectRatio: '16:9', imageSize: '2K' } },
      {
        generationConfig: {
          responseModalities: ['TEXT', 'IMAGE'],
          imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
        },
      },
    ],
    [
      'safety, of the categories there are',
      {
        safety: [
          { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
          { category: 'HARM_CATEGORY_NEW', threshold: 'OFF' },
        ],
      },
      { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] },
    ],
    [
      'sampling and limits',
      { sampling: { temperature: 0, topP: 0.9, topK: 3, seed: 1, stopSequences: ['END'] }, maxOutputTokens: 100 },
      {
        generationConfig: { temperature: 0, topP: 0.9, topK: 3, seed: 1, stopSequences: ['END'], maxOutputTokens: 100 },
      },
    ],
    ['a closer look', { mediaResolution: 'HIGH' }, { generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_HIGH' } }],
    [
      'a cached content, which owns instruction and tools',
      {
        cachedContent: 'cachedContents/x',
        systemInstruction: 'Be brief.',
        googleSearch: true,
        googleMaps: { languageCode: 'de' },
      },
      { cachedContent: 'cachedContents/x' },
    ],
  ];

  it.each(rows)('%s is sent in its place, and nothing else is', (_what, asked, sent) => {
    expect(body(asked)).toEqual({ ...plain, ...sent });
  });

  it.skipIf(!isDescribed)('is sent as Google describes it, each alone and all together', () => {
    const contents = [
      user({ text: 'a' }),
      model({ text: '', thoughtSignature: 'c2ln' }, call),
      user(result),
      user(...media),
    ];
    const everything = Object.assign({ contents }, ...rows.slice(0, -1).map(([, asked]) => asked), {
      functions: [declared],
    });
    const flagged = body(everything, { changes: ['with-tool-flag'] });
    expect(flagged).toMatchObject({ toolConfig: { includeServerSideToolInvocations: true } });
    for (const sent of [flagged, ...rows.map(([, asked]) => body(asked))]) expect(faultsOf(sent)).toEqual([]);
    expect(faultsOf({ ...flagged, generation_config: {} })).toHaveLength(1);
  });

  it('of thinking goes to 2.5 as a budget, to unknown models not at all', () => {
    const wanted = { thinking: 'low', includeThoughts: true } as const;
    expect(body(wanted, { facts: budget })['generationConfig']).toEqual({
      thinkingConfig: { thinkingBudget: 1024, includeThoughts: true },
    });
    expect(body(wanted, { facts: undefined })).toEqual(plain);
    expect(body(wanted, { facts: { ...facts, thinking: { kind: 'none' } } })).toEqual(plain);
  });
});

it('a model that draws is asked for pictures and words, whether or not their shape is configured', () => {
  const draws: ModelFacts = { ...facts, thinking: { kind: 'none' }, output: 'text-and-images' };
  expect(body({}, { facts: draws })['generationConfig']).toEqual({ responseModalities: ['TEXT', 'IMAGE'] });
});

it('no more is asked for than the model writes, and nothing where nobody set a limit', () => {
  const limits = [100, 65_536, 1_000_000].map((maxOutputTokens) => body({ maxOutputTokens })['generationConfig']);
  expect(limits).toEqual([100, 65_536, 65_536].map((maxOutputTokens) => ({ maxOutputTokens })));
  expect(body({ maxOutputTokens: 1_000_000 }, { facts: undefined })['generationConfig']).toEqual({
    maxOutputTokens: 1_000_000,
  });
});

it('thoughts are not summed up where thinking is switched off, which would be refused', () => {
  const off = body({ thinking: 'off', includeThoughts: true }, { facts: budget })['generationConfig'];
  expect(off).toEqual({ thinkingConfig: { thinkingBudget: 0 } });
});

describe('a changed request', () => {
  it('leaves out what was refused', () => {
    const wanted = { thinking: 'high', sampling: { temperature: 1 }, maxOutputTokens: 9 } as const;
    expect(body(wanted, { changes: ['no-thinking'] })['generationConfig']).toEqual({
      temperature: 1,
      maxOutputTokens: 9,
    });
    expect(body(wanted, { changes: ['no-sampling'] })['generationConfig']).not.toHaveProperty('temperature');
  });

  it('carries the flag for mixed tools where it was asked for, and only there', () => {
    const mixed = { googleSearch: true, functions: [declared] };
    expect(body(mixed)).not.toHaveProperty('toolConfig');
    expect(body(mixed, { changes: ['with-tool-flag'] })['toolConfig']).toEqual({
      includeServerSideToolInvocations: true,
    });
    expect(body(mixed, { changes: ['with-tool-flag', 'no-tool-flag'] })).not.toHaveProperty('toolConfig');
    expect(body({ functions: [declared] }, { changes: ['with-tool-flag'] })).not.toHaveProperty('toolConfig');
  });

  it('without signatures keeps every part, and marks the first call of a step as unsigned', () => {
    const contents = [
      user({ text: 'time?' }),
      model({ text: 'Let me see.', thoughtSignature: 'a' }, call, { ...call, thoughtSignature: 'b' }),
      user(result, result),
      model({ text: '', thoughtSignature: 'c' }),
      user({ text: 'and now?' }),
    ];
    const { functionCall } = call;
    expect(body({ contents }, { changes: ['no-signatures'] })['contents']).toEqual([
      user({ text: 'time?' }),
      model(
        { text: 'Let me see.' },
        { functionCall, thoughtSignature: 'skip_thought_signature_validator' } as Part,
        { functionCall } as Part,
      ),
      user(result, result),
      user({ text: 'and now?' }),
    ]);
  });
});

describe('the conversation', () => {
  const rows: readonly (readonly [what: string, had: readonly Content[], sent: readonly Content[]])[] = [
    [
      'goes back part by part as it came',
      [user({ text: 'a' }), model({ text: 'b', thoughtSignature: 's' }, call), user(result)],
      [user({ text: 'a' }), model({ text: 'b', thoughtSignature: 's' }, call), user(result)],
    ],
    [
      'loses its thoughts',
      [user({ text: 'a' }), model({ text: 'hm', thought: true }, { text: 'b' })],
      [user({ text: 'a' }), model({ text: 'b' })],
    ],
    [
      'loses empty parts and what is empty without them',
      [user({ text: 'a' }, { text: '' }, {}), model({ text: '' }), user({ text: 'b' })],
      [user({ text: 'a' }, { text: 'b' })],
    ],
    [
      'keeps an empty text that is signed',
      [user({ text: 'a' }), model({ text: '', thoughtSignature: 's' })],
      [user({ text: 'a' }), model({ text: '', thoughtSignature: 's' })],
    ],
    [
      'joins neighbours of one role',
      [user({ text: 'a' }), user({ text: 'b' }), model({ text: 'c' })],
      [user({ text: 'a' }, { text: 'b' }), model({ text: 'c' })],
    ],
    [
      'does not join steps of function calling',
      [user({ text: 'a' }), model({ text: 'b' }), model(call), user(result), user({ text: 'c' })],
      [user({ text: 'a' }), model({ text: 'b' }), model(call), user(result), user({ text: 'c' })],
    ],
    ['begins with a question', [model({ text: 'x' }), user(result), user({ text: 'a' })], [user({ text: 'a' })]],
    [
      'keeps parts of a kind unknown here',
      [user({ text: 'a' }), model({ newKind: { x: 1 } } as Part)],
      [user({ text: 'a' }), model({ newKind: { x: 1 } } as Part)],
    ],
  ];

  it.each(rows)('%s', (_what, had, sent) => {
    const made = bodyOf({ ...ask, contents: had }, facts, new Set());
    expect(made.contents).toEqual(sent);
  });

  it('carries pictures, papers and addresses', () => {
    const contents = [user(...media, { text: 'What is this?' })];
    expect(body({ contents })).toEqual({ contents });
  });

  it('whatever it was, satisfies the service: user first, no empty content, plain neighbours joined', () => {
    const part = fc.constantFrom<Part>({ text: 'x' }, { text: '' }, {}, { text: 't', thought: true }, call, result, {
      text: '',
      thoughtSignature: 's',
    });
    const content = fc.record({
      role: fc.constantFrom('user' as const, 'model' as const),
      parts: fc.array(part, { maxLength: 3 }),
    });
    const isStep = (each: Content) => each.parts.some((one) => one.functionCall ?? one.functionResponse);
    fc.assert(
      fc.property(fc.array(content, { maxLength: 12 }), fc.subarray<Change>(['no-signatures']), (had, changes) => {
        const sent = bodyOf({ ...ask, contents: [...had, user({ text: 'last' })] }, facts, new Set(changes)).contents;
        expect(sent[0]?.role).toBe('user');
        expect(sent.every((each) => each.parts.length > 0)).toBe(true);
        expect(sent.at(-1)?.parts.at(-1)).toEqual({ text: 'last' });
        expect(sent.some((each) => each.parts.some((one) => one.thought === true))).toBe(false);
        const joinable = sent.some((each, at) => {
          const before = sent[at - 1];
          return before !== undefined && before.role === each.role && !isStep(each) && !isStep(before);
        });
        expect(joinable).toBe(false);
      }),
    );
  });
});
