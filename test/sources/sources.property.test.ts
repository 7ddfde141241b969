/** Whatever the service says an answer rests on, what comes of it is sound. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroundingChunk, Part } from '../../src/core/content.ts';
import { markdownOf } from '../../src/core/conversation.ts';
import type { Sourced } from '../../src/core/reply.ts';
import { relinked, sourcedOf } from '../../src/sources/sources.ts';
import { anyText } from '../markdown/documents.ts';

describe('whatever the service says', () => {
  const index = fc.oneof(fc.integer({ min: -3, max: 400 }), fc.double(), fc.constant(undefined));
  const uri = fc.oneof(fc.webUrl(), fc.constantFrom('https://a.example/', 'https://b.example/', 'x'), fc.string());
  const page = fc.record({ uri, title: fc.string({ unit: 'grapheme' }) }, { requiredKeys: [] });
  const chunk: fc.Arbitrary<GroundingChunk> = fc.oneof(
    page.map((web) => ({ web })),
    page.map((maps) => ({ maps })),
    fc.constant({}),
  );
  const optional = (value: object): object =>
    Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
  const supports = (text: string) =>
    fc.array(
      fc.record({
        segment: fc
          .record({
            partIndex: fc.oneof(fc.constant(undefined), index),
            startIndex: index,
            endIndex: index,
            text: fc.oneof(
              fc.string({ unit: 'grapheme' }),
              fc.tuple(fc.nat(text.length), fc.nat(80)).map(([at, length]) => text.slice(at, at + length)),
              fc.constant(undefined),
            ),
          })
          .map(optional),
        groundingChunkIndices: fc.array(fc.oneof(fc.integer({ min: -1, max: 6 }), fc.double()), { maxLength: 4 }),
      }),
      { maxLength: 12 },
    );
  const answer = anyText.chain((text) =>
    fc.record({
      parts: fc
        .nat(text.length)
        .map((cut): Part[] => [
          { text: text.slice(0, cut) },
          { executableCode: { language: 'PYTHON', code: text.slice(0, cut % 40) } },
          { text: text.slice(cut) },
        ]),
      grounding: fc.record({
        groundingChunks: fc.array(chunk, { maxLength: 6 }),
        groundingSupports: supports(text),
        webSearchQueries: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
      }),
    }),
  );

  const isSound = ({ sources, marks = [] }: Sourced, text: string): void => {
    expect(sources.map(({ number }) => number)).toEqual(sources.map((_, at) => at + 1));
    expect(new Set(sources.map(({ url }) => url)).size).toBe(sources.length);
    expect(marks.map(({ at }) => at)).toEqual([...new Set(marks.map(({ at }) => at))].toSorted((a, b) => a - b));
    let named = 0;
    for (const { at, sources: numbers } of marks) {
      expect(at > 0 && at <= text.length).toBe(true);
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      // First appearance: no number beyond the next new one.
      for (const number of numbers) {
        expect(number).toBeLessThanOrEqual(named + 1);
        named = Math.max(named, number);
      }
    }
    expect(named).toBeLessThanOrEqual(sources.length);
  };

  it('comes out as sound sources and marks, also with other addresses', () => {
    const isSoundAnswer = (answers: Parameters<typeof sourcedOf>[0], addresses: readonly string[]): void => {
      const text = answers.flatMap(({ parts }) => parts.map(markdownOf)).join('');
      const sourced = sourcedOf(answers);
      isSound(sourced, text);
      const found = new Map(sourced.sources.map(({ url }, at) => [url, addresses[at % 3] ?? url]));
      isSound(relinked(sourced, found), text);
    };
    fc.assert(fc.property(fc.array(answer, { maxLength: 3 }), fc.array(uri, { maxLength: 3 }), isSoundAnswer));
  });
});
