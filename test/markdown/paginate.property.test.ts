/** What holds for the pages of any text under any limit. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterLine, NO_BLOCKS } from '../../src/markdown/blocks.ts';
import { type Page, type PageLimit, Pager, pagesOf, paginate } from '../../src/markdown/paginate.ts';
import { Scanner } from '../../src/markdown/scanner.ts';
import { anyText, document, limit, piecesOf } from './documents.ts';
import { list, pathsOf } from './lists.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const shown = ({ before, body, after }: Page): string => before + body + after;
const sourceOf = ({ lead, body, trail }: Page): string => lead + body + trail;

describe('pages', () => {
  const holds = <T>(values: fc.Arbitrary<T>, predicate: (value: T, limit: PageLimit) => void): void =>
    fc.assert(fc.property(values, limit, predicate));

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
      for (const { start, lead, body, after, trail } of pages) {
        expect(text.slice(start, start + body.length)).toBe(body);
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

  it('never break inside a link, an image, a code span, emphasis or a formula', () => {
    const whole = [
      /!?\[(?:label|image) \d+\]\([^\s]+\)|<https[^>]*>/gu,
      /`code \d+ <b>`|``tick ` \d+``/gu,
      /\*\*(?:bold|both) [^`]*?(?:`[^`]*`)?\*\*|\*em \d+\*|~~gone \d+~~/gu,
      /\$x_\{\d+\} \+ y\^2 \* z\$|\\\(a_[^)]*\)/gu,
      /^\$\$\na_[^$]*\n\$\$$|^\\\[\na_.*\n.*\n\\\]$/gmu,
    ];
    holds(document, (text, limit) => {
      if (limit.max < 400) return;
      const pages = pagesOf(text, limit);
      for (const span of whole)
        expect(pages.flatMap(({ body }) => body.match(span) ?? [])).toEqual(text.match(span) ?? []);
    });
  });

  it('never break inside an entity, however short they are', () => {
    holds(document, (text, limit) => {
      const ends = pagesOf(text, limit).map(({ start, body }) => start + body.length);
      for (const { index, 0: entity } of text.matchAll(/&#\d+;|&amp;/gu))
        for (const end of ends) expect(end > index && end < index + entity.length).toBe(false);
    });
  });

  it('go on with the lists that they cut', () => {
    holds(list, (text, limit) => {
      const paths = paginate(text, limit).map(pathsOf);
      expect(new Map(paths.flatMap((path) => [...path]))).toEqual(pathsOf(text));
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

describe('pages of a growing text', () => {
  interface Shown {
    readonly markdown: string;
  }
  const pagerOf = (limit: PageLimit): Pager<Shown> =>
    new Pager(limit, (markdown) => (markdown.trim() === '' ? undefined : { markdown }));
  const holds = (
    texts: fc.Arbitrary<string>,
    predicate: (views: readonly (readonly Shown[])[], text: string, limit: PageLimit) => void,
  ): void =>
    fc.assert(
      fc.property(piecesOf(texts), limit, (pieces, limit) => {
        const pager = pagerOf(limit);
        let text = '';
        const views = pieces.map((piece) => {
          text += piece;
          return pager.pages(text.replace(/[\uD800-\uDBFF]$/, ''));
        });
        predicate(views, text, limit);
      }),
    );

  it('are those of the whole text, but for what closes the last', () => {
    holds(anyText, (views, text, limit) => {
      const all = paginate(text, limit);
      const last = views.at(-1)?.map(({ markdown }) => markdown) ?? [];
      expect(last.slice(0, all.length - 1)).toEqual(all.slice(0, -1));
      expect(last.length).toBeLessThanOrEqual(all.length);
    });
  });

  it('stay the same objects once they are full', () => {
    holds(anyText, (views) => {
      for (const [index, view] of views.entries())
        for (const [at, page] of view.slice(0, -1).entries()) expect(views[index + 1]?.[at] ?? page).toBe(page);
    });
  });

  it('depend on the text alone, however it came', () => {
    holds(anyText, (views, text, limit) => {
      expect(views.at(-1) ?? []).toEqual(pagerOf(limit).pages(text));
    });
  });

  it('are never longer than the limit, never blank, and never hold half a character', () => {
    holds(anyText, (views, _text, limit) => {
      for (const { markdown } of views.flat()) {
        expect(limit.measure(markdown)).toBeLessThanOrEqual(limit.max);
        expect(markdown.trim()).not.toBe('');
        expect(markdown).not.toMatch(LONE_SURROGATE);
      }
    });
  });

  it('have nothing open: what is put under them is shown as it is', () => {
    holds(document, (views, _text, limit) => {
      if (limit.max < 400) return;
      for (const { markdown } of views.flat()) {
        const scanner = new Scanner();
        scanner.add(`${markdown}\n.`);
        expect(scanner.healed()).toBe(`${markdown}\n.`);
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
    expect(shown({ start: 0, lead: '', before: 'a', body: 'b', after: 'c', trail: '' })).toBe('abc');
  });
});
