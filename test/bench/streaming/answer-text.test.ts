import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerText, chunksOf, type Pacing } from './answer-text.ts';
import { SCENARIOS } from './scenarios.ts';

const names = fc.nat(9999).map((number) => `dome-${number}`);
const lengths = fc.integer({ min: 400, max: 9000 });

describe('an answer of the bench', () => {
  it('is the same for the same name, and another for another', () => {
    expect(answerText('dome-1', 3000)).toEqual(answerText('dome-1', 3000));
    expect(answerText('dome-2', 3000).text).not.toBe(answerText('dome-1', 3000).text);
  });

  it('has exactly the length that was asked for', () => {
    fc.assert(fc.property(names, lengths, (name, length) => answerText(name, length).text.length === length));
  });

  it('has every common block of Markdown, and text beyond ASCII', () => {
    const { text } = answerText('dome-1', 40_000);
    const blocks = [/^#{2,3} /m, /^#### /m, /^1\. /m, /^ {3}- /m, /^- \*\*/m, /^```ts$/m, /^```python$/m];
    for (const block of [...blocks, /^\| --- \|/m, /^> /m, /\]\(https:/, /`/, /佐/, /\p{Emoji_Modifier}\u200d/u])
      expect(text).toMatch(block);
    expect(text.match(/^```/gm)?.length).toSatisfy((fences: number) => fences % 2 === 0);
  });

  it('names its instrument wherever one looks, so that a post of it is known', () => {
    fc.assert(
      fc.property(names, lengths, fc.nat(), (name, length, at) => {
        const { text } = answerText(name, length);
        const from = at % text.length;
        const piece = text.slice(Math.max(0, Math.min(from, text.length - 600)), from + 600);
        expect(piece).toContain(name);
      }),
    );
  });

  it('holds each of its passages', () => {
    const { text, passages } = answerText('dome-7', 6000);
    expect(passages.length).toBeGreaterThan(1);
    for (const passage of passages) expect(text).toContain(passage);
  });
});

describe('the chunks of an answer', () => {
  const pacing: Pacing = { silenceMs: 800, gapMs: [150, 250], chunkChars: [1, 9] };

  it('make the answer, and are never cut inside a character', () => {
    fc.assert(
      fc.property(names, fc.string(), (name, seed) => {
        const { text } = answerText(name, 1200);
        const chunks = chunksOf(text, pacing, seed).map((chunk) => chunk.text);
        expect(chunks.join('')).toBe(text);
        for (const chunk of chunks) expect(chunk.isWellFormed()).toBe(true);
      }),
    );
  });

  it('come in the time and the number that their scenario says', () => {
    const seconds = SCENARIOS.map(({ id, length, pacing }) => {
      const chunks = chunksOf(answerText('dome-1', length).text, pacing, 'x');
      const [first, last] = [chunks.at(0)?.dueMs ?? 0, chunks.at(-1)?.dueMs ?? 0];
      expect(first).toBe(800);
      return [id, Math.round((last - first) / 100) / 10];
    });
    const wanted: Readonly<Record<string, number>> = { S0: 5, S1: 20, S2: 20, S3: 20, S4: 67, S5: 1.5, S6: 20 };
    for (const [id = '', s] of seconds) expect(Number(s) / (wanted[id] ?? 0)).toBeCloseTo(1, 0);
  });
});
