import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate, Chunk, JsonObject } from '../../../src/core/content.ts';
import { text } from './answers.ts';
import { groundingOf } from './grounding.ts';
import { BLOCK_REASONS, blocked, FINISH_REASONS, outcomes, stopped } from './outcomes.ts';
import { ask, type Asked, QUESTION } from './plain-client.ts';
import type { ModelAnswer } from './script.ts';
import { GeminiSimulator } from './simulator.ts';

let gemini: GeminiSimulator;
beforeAll(async () => {
  gemini = await GeminiSimulator.start();
});
afterAll(() => gemini.stop());

const SEARCHING: JsonObject = { ...QUESTION, tools: [{ googleSearch: {} }] };

async function given(answer: ModelAnswer, request = SEARCHING): Promise<Asked> {
  gemini.next(answer);
  return ask(gemini, request);
}

function last(answer: Asked): Candidate | undefined {
  return answer.chunks.at(-1)?.candidates?.[0];
}

describe('every reason to stop', () => {
  it.each(FINISH_REASONS)('%s comes last, with and without text', async (reason) => {
    const [some, none] = [await given(stopped(reason, { said: 'Bis hier' })), await given(stopped(reason))];
    expect([some.text, last(some)?.finishReason]).toEqual(['Bis hier', reason]);
    expect([none.text, last(none)?.finishReason]).toEqual(['', reason]);
  });

  it.each([
    ['missing', undefined],
    ['empty', {}],
    ['without-parts', { role: 'model' }],
  ] as const)('may come with a content that is %s', async (content, expected) => {
    expect(last(await given(stopped('SAFETY', { content })))?.content).toEqual(expected);
  });

  it.each(BLOCK_REASONS)('%s refuses the prompt without candidates', async (reason) => {
    const [chunk] = (await given(blocked(reason))).chunks;
    expect([chunk?.candidates, chunk?.promptFeedback?.blockReason]).toEqual([undefined, reason]);
  });
});

describe('every answer', () => {
  it.each(Object.entries(outcomes))('%s counts on every event, never backwards, under one id', async (_, answer) => {
    const { chunks } = await given(answer());
    const totals = chunks.map((chunk) => chunk.usageMetadata?.totalTokenCount ?? -1);
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
    expect(totals[0]).toBeGreaterThan(0);
    expect(new Set(chunks.map((chunk) => chunk.responseId)).size).toBe(1);
    expect(new Set(chunks.map((chunk) => chunk.modelVersion))).toEqual(new Set(['gemini-3.8-flash']));
  });

  it.each(Object.entries(outcomes))('%s is the same in one piece, in an array and in a stream', async (_, answer) => {
    const unary = async (operation: string) => {
      gemini.next(answer());
      return ask(gemini, SEARCHING, { operation });
    };
    const streamed = await given(answer());
    expect((await unary('generateContent')).text).toBe(streamed.text);
    expect((await unary('streamGenerateContent')).text).toBe(streamed.text);
  });

  it('has the total of its parts', async () => {
    const { chunks } = await given(outcomes.thoughtful());
    const usage = chunks.at(-1)?.usageMetadata;
    const {
      promptTokenCount = 0,
      candidatesTokenCount = 0,
      thoughtsTokenCount = 0,
      toolUsePromptTokenCount = 0,
    } = usage ?? {};
    expect(promptTokenCount + candidatesTokenCount + thoughtsTokenCount + toolUsePromptTokenCount).toBe(
      usage?.totalTokenCount,
    );
  });
});

describe('single outcomes', () => {
  const parts = (chunks: readonly Chunk[]) => chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);

  it('one character an event', async () => {
    const { chunks, text: said } = await given(outcomes.oneCharacterPerEvent());
    expect(chunks.length - 1).toBe(Array.from(said).length);
  });

  it('an early STOP, before the rest', async () => {
    const reasons = (await given(outcomes.earlyStop())).chunks.map((chunk) => chunk.candidates?.[0]?.finishReason);
    expect(reasons.filter((reason) => reason === 'STOP')).toHaveLength(2);
  });

  it('events without candidates', async () => {
    expect((await given(outcomes.eventsWithoutCandidates())).chunks.some((chunk) => !chunk.candidates)).toBe(true);
  });

  it('parallel calls in one event', async () => {
    const { chunks } = await given(outcomes.parallelCallsInOneEvent());
    expect(parts(chunks.slice(0, 1)).map((part) => part.functionCall?.name)).toEqual(['weather', 'clock']);
  });

  it('a drawing after its draft, which is a thought', async () => {
    const images = parts((await given(outcomes.image())).chunks).filter((part) => part.inlineData);
    expect(images.map((part) => part.thought ?? false)).toEqual([true, false]);
  });

  it('a citation without an address', async () => {
    expect(last(await given(outcomes.cited()))?.citationMetadata?.citationSources).toContainEqual({});
  });

  it('an empty chunk among the sources', async () => {
    expect(last(await given(outcomes.groundedWithEmptyChunk()))?.groundingMetadata?.groundingChunks?.[0]).toEqual({});
  });

  it('no grounding where no tool was given', async () => {
    expect(last(await given(outcomes.grounded(), QUESTION))?.groundingMetadata).toBeUndefined();
  });

  it('no end at all', async () => {
    expect(last(await given(text('offen', { finishReason: undefined })))?.finishReason).toBeUndefined();
  });
});

describe('grounding', () => {
  it('gives offsets in bytes that fit any text', () => {
    const words = fc.array(fc.constantFrom('Zürich', '東京', '🌍', 'plain', '\n', '·'), { minLength: 1 });
    fc.assert(
      fc.property(words, words, words, (before, passage, after) => {
        const answer = [...before, '<', ...passage, '>', ...after].join('');
        const support = `<${passage.join('')}>`;
        const metadata = groundingOf(answer, {
          sources: [{ title: 'a' }],
          supports: [{ passage: support, sources: [0] }],
        });
        const segment = metadata.groundingSupports?.[0]?.segment;
        expect(Buffer.from(answer).subarray(segment?.startIndex, segment?.endIndex).toString()).toBe(segment?.text);
      }),
    );
  });

  it('omits a start of 0 and scores, and links through redirects', () => {
    const [at, script] = [
      'Zürich.',
      { sources: [{ title: 'z.ch' }], supports: [{ passage: 'Zürich.', sources: [0] }] },
    ];
    const metadata = groundingOf(at, script);
    expect(metadata.groundingSupports).toEqual([
      { segment: { endIndex: 8, text: 'Zürich.' }, groundingChunkIndices: [0] },
    ]);
    expect(metadata.groundingChunks?.[0]?.web?.uri?.length).toBeGreaterThan(200);
  });
});
