import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, Part } from '../../../src/core/content.ts';
import { text } from './answers.ts';
import { outcomes } from './outcomes.ts';
import { ask, type Asked, QUESTION } from './plain-client.ts';
import { GeminiSimulator } from './simulator.ts';

let gemini: GeminiSimulator;
beforeEach(async () => {
  gemini = await GeminiSimulator.start();
});
afterEach(() => gemini.stop());

const ASKED = 'Warum ist der Himmel blau?';
const RESULTS = ['weather', 'weather'].map((name) => ({ functionResponse: { name, response: { sky: 'grey' } } }));

function partsOf(answer: Asked): readonly Part[] {
  return answer.chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
}

async function called(model: string): Promise<readonly Part[]> {
  gemini.next(outcomes.parallelCalls());
  return partsOf(await ask(gemini, QUESTION, { model })).filter((part) => part.functionCall);
}

/** The request that brings the results of the calls. */
function answering(calls: readonly Part[], question = ASKED): JsonObject {
  const contents = [
    { role: 'user', parts: [{ text: question }] },
    { role: 'model', parts: calls },
    { role: 'user', parts: RESULTS },
  ];
  return JSON.parse(JSON.stringify({ contents }));
}

function unsigned(calls: readonly Part[]): readonly Part[] {
  return calls.map(({ functionCall }) => ({ ...(functionCall && { functionCall }) }));
}

function signedWith(calls: readonly Part[], thoughtSignature: string): readonly Part[] {
  return calls.map((part, index) => (index === 0 ? { ...part, thoughtSignature } : part));
}

const G3 = 'gemini-3.8-flash';
const TAKEN = 'grau';

async function answerTo(request: JsonObject, { service = gemini, model = G3 } = {}): Promise<string> {
  service.otherwise(() => text(TAKEN));
  const answer = await ask(service, request, { model });
  return answer.status === 200 ? answer.text : JSON.parse(answer.body).error.message;
}

describe('on Gemini 3', () => {
  it('the first call has a signature and every call an id', async () => {
    const calls = await called(G3);
    expect(calls.map((part) => typeof part.thoughtSignature)).toEqual(['string', 'undefined']);
    expect(calls.map((part) => part.functionCall?.id)).toEqual([
      expect.stringMatching(/^[a-z0-9]{8}$/),
      expect.any(String),
    ]);
  });

  it('a text ends in an empty part with a signature', async () => {
    gemini.next(text('blau'));
    expect(partsOf(await ask(gemini)).at(-1)).toEqual({ text: '', thoughtSignature: expect.any(String) });
  });

  it('calls come back as they were given', async () => {
    expect(await answerTo(answering(await called(G3)))).toBe(TAKEN);
  });

  it('a call without its signature is refused, and named', async () => {
    const said = await answerTo(answering(unsigned(await called(G3))));
    expect(said).toContain('Function call is missing a thought_signature in functionCall parts.');
    expect(said).toContain('function call `default_api:weather`, position 2.');
  });

  it('a call of an earlier turn needs none', async () => {
    const { contents } = answering(unsigned(await called(G3)));
    const later = [
      { role: 'model', parts: [{ text: TAKEN }] },
      { role: 'user', parts: [{ text: 'Und morgen?' }] },
    ];
    expect(await answerTo({ contents: [...(Array.isArray(contents) ? contents : []), ...later] })).toBe(TAKEN);
  });

  it('a changed signature is corrupted', async () => {
    expect(await answerTo(answering(signedWith(await called(G3), 'EgEAAAAA')))).toBe('Corrupted thought signature.');
  });

  it('the documented way out is taken', async () => {
    const calls = signedWith(await called(G3), 'skip_thought_signature_validator');
    expect(await answerTo(answering(calls))).toBe(TAKEN);
  });

  it('a signature of another model is invalid', async () => {
    const calls = await called('gemini-3.6-flash');
    expect(await answerTo(answering(calls))).toBe('Invalid thought signature.');
  });

  it('a signature of another question is invalid in the current turn', async () => {
    expect(await answerTo(answering(await called(G3), 'Warum ist er grün?'))).toBe('Invalid thought signature.');
  });

  it('a signature of another backend or key is corrupted', async () => {
    const calls = await called(G3);
    for (const options of [{ backend: 'elsewhere' }, { apiKey: 'another' }]) {
      const service = await GeminiSimulator.start(options);
      expect(await answerTo(answering(calls), { service })).toBe('Corrupted thought signature.');
      await service.stop();
    }
  });
});

describe('on 2.5', () => {
  const model = 'gemini-2.5-flash';

  it('calls have no ids, and their signatures are not insisted on', async () => {
    const calls = await called(model);
    expect(calls.map((part) => part.functionCall?.id)).toEqual([undefined, undefined]);
    expect(await answerTo(answering(unsigned(calls)), { model })).toBe(TAKEN);
  });

  it('a text ends with its last words', async () => {
    gemini.next(text('blau und so', { chunks: 2 }));
    const answer = await ask(gemini, QUESTION, { model });
    expect(partsOf(answer)).toEqual([{ text: 'blau u' }, { text: 'nd so' }]);
    expect(answer.chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
  });
});
