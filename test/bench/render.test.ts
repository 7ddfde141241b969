import { describe, expect, it } from 'vitest';
import { paginate } from '../../src/markdown/paginate.ts';
import { format, PAGE } from '../../src/discord-text/format.ts';
import { ANSWER_CHARS, anew, CHUNKS, chunksOf, steps } from './render.ts';

describe('the answer that is rendered', () => {
  const chunks = chunksOf(ANSWER_CHARS, CHUNKS);
  const text = chunks.join('');

  it('is as long as it says, in as many chunks', () => {
    expect(chunks).toHaveLength(CHUNKS);
    expect(text).toHaveLength(ANSWER_CHARS);
    expect(chunks.every((chunk) => chunk !== '')).toBe(true);
  });

  it('has blocks of every kind and many pages', () => {
    for (const kind of [
      /^## /mu,
      /^- /mu,
      /^ {2}- /mu,
      /^1\. /mu,
      /^```ts$/mu,
      /^\|--/mu,
      /^> /mu,
      /\]\(https/u,
      /東京/u,
    ])
      expect(text).toMatch(kind);
    expect(paginate(text, PAGE).length).toBeGreaterThan(14);
  });

  it('ends in the same pages whether they are kept or made anew', () => {
    const all = paginate(text, PAGE).map(format);
    const kept = steps.format?.(chunks) ?? [];
    expect(kept.slice(0, -1)).toEqual(all.slice(0, -1));
    expect(kept).toEqual(anew(chunks.slice(-1).map(() => text)));
  });
});
