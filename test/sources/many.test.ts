/** Very long answers with very many passages: the work for their marks grows with them, not with their square. */
import { describe, expect, it } from 'vitest';
import { sourcedOf } from '../../src/sources/sources.ts';

const COUNT = 10_000;
const sentences = Array.from(
  { length: COUNT },
  (_, at) => `Sentence ${at} says **żółć**, and goes on for a while to say more. `,
);
const text = sentences.map((sentence, at) => (at % 5 === 4 ? `${sentence}\n\n` : sentence)).join('');
const chunks = Array.from({ length: 50 }, (_, at) => ({ web: { uri: `https://${at}.example/`, title: `${at}` } }));

/** Where each sentence stands, in bytes, and what the service says of it. */
function supportsOf(said: (sentence: string, at: number) => string) {
  let startIndex = 0;
  return sentences.map((sentence, at) => {
    const segment = {
      startIndex,
      endIndex: startIndex + Buffer.byteLength(sentence.trimEnd()),
      text: said(sentence.trimEnd(), at),
    };
    startIndex += Buffer.byteLength(sentence) + (at % 5 === 4 ? 2 : 0);
    return { segment, groundingChunkIndices: [at % 50] };
  });
}

describe('ten thousand passages of an answer of 650 KB', () => {
  it.each<[string, number, (sentence: string, at: number) => string]>([
    ['as they are', COUNT, (sentence) => sentence],
    ['without its stars', COUNT, (sentence) => sentence.replaceAll('*', '')],
    ['of which each is the first', 1, () => sentences[0] ?? ''],
    ['that are nowhere in it', 0, (_, at) => `Nobody said ${at} times that this is so, or that it is otherwise.`],
  ])('%s get their %i marks in no time', (_, count, said) => {
    const groundingSupports = supportsOf(said);
    const before = process.cpuUsage();
    const { marks = [] } = sourcedOf([
      { parts: [{ text }], grounding: { groundingChunks: chunks, groundingSupports } },
    ]);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(4000);
    expect(marks).toHaveLength(count);
  });
});
