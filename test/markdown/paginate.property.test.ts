/** What holds for the pages of any text under any limit. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterLine, NO_BLOCKS } from '../../src/markdown/markdown.ts';
import { type Page, type PageLimit, pagesOf, paginate } from '../../src/markdown/paginate.ts';
import { anyText, document, limit, runs } from './documents.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const shown = ({ before, body, after }: Page): string => before + body + after;
const sourceOf = ({ lead, body, trail }: Page): string => lead + body + trail;

describe.each(runs)('pages, %s', (_, parameters) => {
  const holds = <T>(values: fc.Arbitrary<T>, predicate: (value: T, limit: PageLimit) => void): void =>
    fc.assert(fc.property(values, limit, predicate), parameters);

  it('are never longer than the limit, never blank, and never hold half a character', () => {
    holds(anyText, (text, limit) => {
      for (const page of paginate(text, limit)) {
        expect(limit.measure(page)).toBeLessThanOrEqual(limit.max);
        expect(page.trim()).not.toBe('');
        expect(page).not.toMatch(LONE_SURROGATE);
      }
    });
  });

  it('give the source when what was put in is taken out', () => {
    holds(anyText, (text, limit) => {
      const pages = pagesOf(text, limit);
      expect(pages.map(sourceOf).join('')).toBe(text.trim() === '' ? '' : text);
      for (const { lead, after, trail } of pages) {
        expect(lead.trim()).toBe('');
        // A fence's own closing mark may be left out where the mark put in already closes it.
        if (trail.trim() !== '') expect(after).not.toBe('');
        expect(trail).toMatch(/^[\s>]*(?:`+|~+)?\s*$/u);
      }
    });
  });

  it('do not change once they are full, however the text goes on', () => {
    holds(fc.tuple(anyText, fc.double({ min: 0, max: 1, noNaN: true })), ([text, share], limit) => {
      const points = Array.from(text);
      const early = paginate(points.slice(0, Math.floor(points.length * share)).join(''), limit).slice(0, -1);
      expect(paginate(text, limit).slice(0, early.length)).toEqual(early);
    });
  });

  it('each close every fence that they open', () => {
    holds(document, (text, limit) => {
      for (const page of paginate(text, limit)) {
        expect(page.split('\n').reduce(afterLine, NO_BLOCKS).fence).toBeUndefined();
      }
    });
  });

  it('break between graphemes', () => {
    holds(document, (text, limit) => {
      const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
      let at = 0;
      for (const page of pagesOf(text, limit)) {
        at += sourceOf(page).length;
        expect(graphemes.containing(at)?.index ?? at).toBe(at);
      }
    });
  });

  it('never break inside a link, an image or a code span', () => {
    holds(document, (text, limit) => {
      if (limit.max < 400) return;
      const pages = pagesOf(text, limit);
      const whole = /!?\[(?:label|image) \d+\]\([^\s]+\)|`code \d+ <b>`|``tick ` \d+``/gu;
      const inPages = pages.flatMap(({ body }) => body.match(whole) ?? []);
      expect(inPages).toEqual(text.match(whole) ?? []);
    });
  });

  it('never cut a table row, and each begin a table with its header', () => {
    holds(document, (text, limit) => {
      if (limit.max < 400) return;
      for (const page of paginate(text, limit)) {
        let blocks = NO_BLOCKS;
        for (const line of page.split('\n')) {
          blocks = afterLine(blocks, line);
          if (!line.startsWith('| ·') || blocks.fence !== undefined) continue;
          expect(line.trimEnd()).toMatch(/\|$/u);
          expect(blocks.table).toMatch(/^\| Name \| Value \|\n/u);
        }
      }
    });
  });
});

describe('the properties', () => {
  it('see texts of many pages', () => {
    const max = 400;
    const counts = fc
      .sample(document, { seed: 1, numRuns: 100 })
      .map((text) => paginate(text, { max, measure: (page) => page.length }).length);
    expect(counts.filter((count) => count > 3).length).toBeGreaterThan(30);
    expect(shown({ lead: '', before: 'a', body: 'b', after: 'c', trail: '' })).toBe('abc');
  });
});
