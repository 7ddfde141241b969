/** Marks put into texts and pages: taking them out gives what was there. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeFinder } from '../../src/sources/places.ts';
import { pagesOf } from '../../src/markdown/paginate.ts';
import { marksByPage, withMarks } from '../../src/sources/marks.ts';
import { anyText, limit } from '../markdown/documents.ts';

const show = ({ sources }: { readonly sources: readonly number[] }): string => `\u{f0000}${sources.join()}\u{f0001}`;
const without = (text: string): string => text.replace(/\u{f0000}[\d,]*\u{f0001}/gu, '');

/** Any text and marks in it, where marks may stand. */
const markedText = fc.tuple(anyText, fc.array(fc.nat(20_000), { maxLength: 30 })).map(([text, ends]) => {
  const find = placeFinder(text);
  const places = ends.map((end) => find({ start: 0, end: end % (text.length + 1) })).filter((at) => at !== undefined);
  const marks = [...new Set(places)].toSorted((a, b) => a - b).map((at, index) => ({ at, sources: [index + 1] }));
  return { text, marks };
});

describe('marks in a text', () => {
  it('stand where they say', () => {
    const marks = [
      { at: 4, sources: [1] },
      { at: 9, sources: [1, 2] },
    ];
    expect(withMarks('One. Two. Three.', marks, ({ sources }) => `[${sources.join()}]`)).toBe(
      'One.[1] Two.[1,2] Three.',
    );
  });

  it('leave the text as it is', () => {
    const isLeft = ({ text, marks }: { text: string; marks: Parameters<typeof withMarks>[1] }): void => {
      expect(without(withMarks(text, marks, show))).toBe(text);
    };
    fc.assert(fc.property(markedText, isLeft));
  });
});

describe('marks on pages', () => {
  it('are all there, in order, and leave every page as it is', () => {
    fc.assert(
      fc.property(markedText, limit, ({ text, marks }, limit) => {
        const pages = pagesOf(text, limit);
        const byPage = marksByPage(pages, marks);
        const bodies = pages.map(({ body }, at) => withMarks(body, byPage[at] ?? [], show));
        expect(bodies.map(without)).toEqual(pages.map(({ body }) => body));
        const numbers = bodies.join('').match(/(?<=\u{f0000})\d+/gu) ?? [];
        expect(numbers).toEqual(marks.map(({ sources }) => `${sources[0]}`));
      }),
      { numRuns: 150 },
    );
  });

  it('that fall between two pages end the first', () => {
    const page = { lead: '', before: '', after: '', trail: '' };
    const pages = [
      { ...page, start: 0, body: 'One.', trail: '\n```\n\n' },
      { ...page, start: 10, body: 'Two.' },
    ];
    const marks = [6, 14].map((at) => ({ at, sources: [1] }));
    expect(marksByPage(pages, marks)).toEqual([[{ at: 4, sources: [1] }], [{ at: 4, sources: [1] }]]);
  });
});
