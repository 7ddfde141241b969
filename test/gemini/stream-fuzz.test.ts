/** Bytes to chunks, whatever the bytes: any cut, any end, any noise, any JSON. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answer } from '../../src/core/answer.ts';
import { aChunk } from '../support/builders.ts';
import { eventOf } from './loopback.ts';
import { events, read, readText } from './readings.ts';

/** Cuts bytes at the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, at) => bytes.subarray(sorted[at], end));
}

const places = fc.array(fc.nat(), { maxLength: 30 });
/** No text that may be the beginning of an image: such a one waits for what follows, and comes in another chunk. */
const word = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/!$|^d/, '.'));
const words = fc.array(fc.oneof(word, fc.constantFrom('\r\n', 'ä', '🙂', '"\\', 'data: ')), {
  minLength: 1,
  maxLength: 10,
});
const body = words.map((texts) =>
  texts.map((text, at) => eventOf(aChunk(text, at === texts.length - 1 ? 'STOP' : undefined))).join(''),
);

describe('whatever happens', () => {
  it('every cut of a stream gives the same chunks, exact to the character', () => {
    fc.assert(
      fc.property(words, places, fc.constantFrom('\r\n', '\n'), (texts, cuts, eol) => {
        const framed = texts.map((text) => eventOf(aChunk(text)).replaceAll('\r\n', eol)).join('');
        const { chunks, fault } = read(cutAt(Buffer.from(framed), cuts));
        expect(chunks).toEqual(texts.map((text) => aChunk(text.toWellFormed())));
        expect(fault).toBeUndefined();
      }),
    );
  });

  it('every cut of a stream, and every end of it, gives all text there was, also what may be the beginning of an image', () => {
    const begun = fc.constantFrom('!', '![a', '](data:image/png;base64,', 'data', 'AAAA', 'Hi!', ' ');
    fc.assert(
      fc.property(fc.array(begun, { minLength: 1, maxLength: 10 }), places, fc.boolean(), (texts, cuts, isCut) => {
        const framed = texts.map((text) => eventOf(aChunk(text))).join('');
        const end = isCut ? 'data: {"candidates":[{"con' : '';
        expect(read(cutAt(Buffer.from(framed + end), cuts)).text).toBe(texts.join(''));
      }),
    );
  });

  it('a stream that ends anywhere gives all events that were whole by then', () => {
    fc.assert(
      fc.property(body, fc.nat(), places, (whole, place, cuts) => {
        const bytes = Buffer.from(whole);
        const kept = bytes.subarray(0, place % (bytes.length + 1));
        const complete = readText(
          kept
            .toString('latin1')
            .split('\r\n\r\n')
            .slice(0, -1)
            .map((event) => `${Buffer.from(event, 'latin1').toString('utf8')}\r\n\r\n`)
            .join(''),
        );
        const got = read(cutAt(kept, cuts));
        expect(got.chunks.slice(0, complete.chunks.length)).toEqual(complete.chunks);
        expect(got.chunks.length - complete.chunks.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('any bytes, alone or in the middle of an answer, end in chunks and at most one fault', () => {
    fc.assert(
      fc.property(body, fc.uint8Array({ maxLength: 200 }), places, (whole, noise, cuts) => {
        const before = readText(whole);
        const got = read(cutAt(Buffer.concat([Buffer.from(whole), noise]), cuts));
        expect(got.chunks.slice(0, before.chunks.length)).toEqual(before.chunks);
        expect(() => read(cutAt(noise, cuts))).not.toThrow();
      }),
    );
  });

  it('any JSON in the place of an answer comes to one outcome', () => {
    const names =
      `candidates content parts text thought finishReason functionCall name args groundingMetadata groundingChunks groundingSupports citationMetadata
      citations uri inlineData promptFeedback blockReason usageMetadata webSearchQueries partialArgs jsonPath index`.split(
        /\s+/,
      );
    const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 7, withCrossShrink: true },
        fc.constantFrom<unknown>(null, 0, 1, '', 'STOP', 'text', true),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    }));
    const candidate = fc.record({
      content: fc.oneof(
        value,
        fc.record({
          parts: fc.array(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }), { maxLength: 4 }),
        }),
      ),
      groundingMetadata: value,
      citationMetadata: value,
      finishReason: fc.oneof(fc.string(), value),
    });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(value, fc.record({ candidates: fc.array(candidate), usageMetadata: value, promptFeedback: value })),
          { maxLength: 4 },
        ),
        (values) => {
          const answer = new Answer();
          for (const chunk of readText(events(...values)).chunks) answer.add(chunk);
          const kinds = ['answer', 'calls', 'truncated', 'empty', 'blocked', 'stopped', 'fault'];
          expect(kinds).toContain(answer.outcome().kind);
          expect(typeof answer.text).toBe('string');
          expect([answer.parts, answer.images, answer.citations].every(Array.isArray)).toBe(true);
        },
      ),
    );
  });
});
