/** The client and the simulated service, written apart from each other, in both dialects. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Answer } from '../../src/core/answer.ts';
import type { Content } from '../../src/core/content.ts';
import { codeOf, ModelRejected } from '../../src/core/errors.ts';
import type { ModelRequest } from '../../src/core/model.ts';
import { call, image, refusal, text } from '../simulators/gemini/answers.ts';
import {
  accountEmpty,
  bodyTooLarge,
  cancelled,
  deadlineExceeded,
  type Fault,
  internal,
  keyInvalid,
  keyMissing,
  modelUnknown,
  overloaded,
  permissionDenied,
  quotaExceeded,
  regionRefused,
  tooLong,
} from '../simulators/gemini/faults.ts';
import { BLOCK_REASONS, blocked, FINISH_REASONS, outcomes, stopped } from '../simulators/gemini/outcomes.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';
import { ask, clientOf, never } from './loopback.ts';

const declared = { name: 'clock', description: 'The time.', parametersJsonSchema: { type: 'object', properties: {} } };

describe.each(['google', 'comet'] as const)('the %s dialect', (dialect) => {
  let service: GeminiSimulator;
  let gemini: ReturnType<typeof clientOf>;

  beforeAll(async () => {
    service = await GeminiSimulator.start({ dialect });
  });
  beforeEach(() => {
    gemini = clientOf(service.baseUrl, { apiKey: service.apiKey, attempts: 1 });
    return () => gemini[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    service.assertUsed();
    await service.stop();
  });

  async function read(change: Partial<ModelRequest> = {}): Promise<Answer> {
    const answer = new Answer();
    for await (const chunk of gemini.client.stream({ ...ask, ...change }, never)) answer.add(chunk);
    return answer;
  }

  const asked: readonly Partial<ModelRequest>[] = [
    { thinking: 'minimal', includeThoughts: true },
    { thinking: 'off', includeThoughts: true },
    { googleSearch: true },
    { urlContext: true, codeExecution: true },
    { functions: [declared], functionCalling: { mode: 'ANY', allowedFunctionNames: ['clock'] } },
    { json: { kind: 'schema', schema: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } } },
    { json: { kind: 'json-schema', schema: { type: 'object' } } },
    { safety: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] },
    { sampling: { temperature: 1, stopSequences: ['END'] }, maxOutputTokens: 100, mediaResolution: 'LOW' },
    {
      contents: [
        { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }, { text: 'What?' }] },
      ],
    },
    { model: 'gemini-nano-banana-2.1', images: { aspectRatio: '16:9', imageSize: '2K' } },
    { delivery: 'whole' },
  ];

  it.each(asked)('takes %j', async (change) => {
    service.next(text('Understood.'));
    expect((await read(change)).text).toBe('Understood.');
  });

  it('reads one event of 20 MB, a picture in one line', async () => {
    const data = Buffer.alloc(15 * 1024 * 1024, 'picture');
    service.next(image({ data }));
    const { images } = await read({ model: 'gemini-nano-banana-2.1', delivery: 'stream' });
    expect(images.map((each) => Buffer.from(each.data, 'base64').equals(data))).toEqual([true]);
  });

  it('sends back what it was given, signatures and ids included', async () => {
    service.next(call([{ name: 'clock' }, { name: 'clock' }]), text('Noon.'));
    const functions = [declared];
    const called = await read({ functions });
    const results = called.calls.map(({ name, id }) => ({
      functionResponse: { name, ...(id === undefined ? {} : { id }), response: { time: '12:00' } },
    }));
    const contents: readonly Content[] = [
      ...ask.contents,
      { role: 'model', parts: called.parts },
      { role: 'user', parts: results },
    ];
    expect(called.outcome().kind).toBe('calls');
    expect((await read({ functions, contents })).text).toBe('Noon.');
  });

  it('refuses calls that someone else signed, and takes them with the signature that says so', async () => {
    service.next(text('Noon.'));
    const contents: readonly Content[] = [
      ...ask.contents,
      { role: 'model', parts: [{ functionCall: { name: 'clock', args: {} }, thoughtSignature: 'Zm9yZWlnbg==' }] },
      { role: 'user', parts: [{ functionResponse: { name: 'clock', response: { time: '12:00' } } }] },
    ];
    expect((await read({ functions: [declared], contents })).text).toBe('Noon.');
    expect(gemini.logged).toContainEqual(['model.adapted', expect.objectContaining({ change: 'no-signatures' })]);
  });

  it.each(FINISH_REASONS)('ends for %s in one outcome of the closed set, with the text or without', async (reason) => {
    for (const said of ['So far.', '']) {
      service.next(stopped(reason, { said }));
      const answer = await read();
      expect(answer.text).toBe(said);
      const { kind } = answer.outcome();
      if (/^(STOP|FINISH_REASON_UNSPECIFIED)$/.test(reason)) expect(kind).toBe(said === '' ? 'empty' : 'answer');
      else expect(answer.outcome()).toEqual({ kind: expect.stringMatching(/^(truncated|fault|stopped)$/), reason });
    }
  });

  it.each(BLOCK_REASONS)('refuses a prompt for %s', async (reason) => {
    service.next(blocked(reason, 'why'));
    expect((await read()).outcome()).toEqual({ kind: 'blocked', reason });
  });

  /** Those that are no answer with something to show. */
  const others: Readonly<Record<string, string>> = {
    thoughtsOnly: 'truncated',
    emptyStop: 'empty',
    undeclaredCall: 'fault',
    parallelCalls: 'calls',
    parallelCallsInOneEvent: 'calls',
    callsWithoutIds: 'calls',
    callWithoutArguments: 'calls',
    partialArguments: 'calls',
    partialArgumentsLeftOpen: 'calls',
  };

  it.each(Object.entries(outcomes))('can answer like %s', async (name, answer) => {
    service.next(answer());
    const heard = await read({ googleSearch: true, includeThoughts: true });
    expect(heard.outcome().kind).toBe(others[name] ?? 'answer');
  });

  const faults: readonly (readonly [string, Fault])[] = [
    ['model.key', keyInvalid()],
    ['model.key', keyMissing()],
    ['model.key', permissionDenied()],
    ['model.quota', accountEmpty()],
    ['model.quota', quotaExceeded({ retryMs: 500 })],
    ['model.quota', quotaExceeded({ limit: 0 })],
    ['model-gone', modelUnknown('gemini-9', 'generateContent')],
    ['region', regionRefused()],
    ['too-long', tooLong(1_250_074, 1_048_576)],
    ['too-large', bodyTooLarge(20_971_520)],
    ['model.unavailable', overloaded()],
    ['model.unavailable', internal()],
    ['model.unavailable', deadlineExceeded()],
    ['model.unavailable', cancelled()],
  ];

  it.each(faults)('refuses as %s', async (meaning, fault) => {
    service.next(refusal(fault));
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error instanceof ModelRejected ? error.reason : codeOf(error)).toBe(meaning);
  });
});
