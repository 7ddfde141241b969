/** Marks on Discord: links where there is room, numbers where there is less, and the same text on the same pages. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mark, Reply, Source } from '../../src/core/reply.ts';
import { finalPagesOf, format, pagesOf } from '../../src/discord-text/format.ts';
import { placeFinder } from '../../src/sources/places.ts';
import { anyText, document } from '../markdown/documents.ts';

const DONE: Reply = { text: '', sources: [], ending: { kind: 'complete' } };
const points = (text: string) => Array.from(text).length;
const source = (number: number, url = `https://mark.example/${number}`): Source => ({ number, title: 'T', url });
const sources = [source(1), source(2)];

/** A reply with marks at the ends of these passages. */
function replyWith(text: string, ...passages: readonly string[]): Reply {
  const find = placeFinder(text);
  const marks = passages.flatMap((passage): Mark[] => {
    const start = text.indexOf(passage);
    const at = find({ start, end: start + passage.length });
    return at === undefined ? [] : [{ at, sources: [1, 2] }];
  });
  return { ...DONE, text, sources, marks };
}

const LINKS = ' [1](<https://mark.example/1>) [2](<https://mark.example/2>)';
const FOOT =
  '\n\n**Sources**\n1. [T · mark.example](<https://mark.example/1>)\n2. [T · mark.example](<https://mark.example/2>)';

describe('marks on Discord', () => {
  it.each([
    ['a sentence', 'Blue. Sky.', 'Blue.', `Blue.${LINKS} Sky.`],
    ['a deep heading', '#### Sky ####', 'Sky', `**Sky${LINKS}**`],
    ['a task', '- [ ] look up', 'look up', `- ☐ look up${LINKS}`],
    [
      'a link named like an address',
      'See [https://a.example](https://b.example).',
      'See',
      `See${LINKS} <https://b.example>.`,
    ],
  ])('are links behind %s', (...[, text, passage, shown]) => {
    expect(finalPagesOf(replyWith(text, passage))).toEqual([shown + FOOT]);
  });

  it('are numbers in a table, which becomes a code block', () => {
    const table = '| Item | Price |\n|---|--:|\n| Tea | 2 |';
    expect(finalPagesOf(replyWith(table, 'Tea'))).toEqual([
      `\`\`\`\nItem        | Price\n------------|-----:\nTea [1] [2] |     2\n\`\`\`${FOOT}`,
    ]);
  });

  it('are numbers where the links do not fit on the page, and none where not even these fit', () => {
    const text = (length: number) => `${'word '.repeat(length / 5)}\n\nEnd.`;
    const first = (length: number) => {
      const find = placeFinder(text(length));
      const marks = Array.from({ length: 20 }, (_, at) => ({
        at: find({ start: at * 5, end: at * 5 + 4 }) ?? 0,
        sources: [1],
      }));
      return finalPagesOf({ ...DONE, text: text(length), sources: [source(1)], marks })[0] ?? '';
    };
    expect(first(1000)).toContain('word [1](<https://mark.example/1>) word');
    expect(first(1700)).toContain('word [1] word');
    expect(first(1980)).not.toContain('[1] word');
  });

  it('do not push the sources into a message of their own', () => {
    const text = 'word '.repeat(373);
    const reply = { ...replyWith(text), marks: [{ at: 4, sources: [1] }] };
    const room = 2000 - points(finalPagesOf({ ...reply, marks: [] })[0] ?? '');
    expect(finalPagesOf({ ...reply, marks: [] })).toHaveLength(1);
    expect(room).toBeLessThan(' [1](<https://mark.example/1>)'.length);
    const pages = finalPagesOf(reply);
    expect(pages).toHaveLength(1);
    expect(pages[0]?.startsWith('word [1] word')).toBe(true);
  });

  it('lead nowhere where the address is none or too long', () => {
    const odd = [source(1, 'javascript:alert(1)'), source(2, `https://a.example/${'x'.repeat(1600)}`)];
    const [page] = finalPagesOf({ ...replyWith('Blue.', 'Blue.'), sources: odd });
    expect(page?.startsWith('Blue. [1] [2]\n')).toBe(true);
  });

  it('let no address break out of its mark', () => {
    const url = 'https://a.example/`*|~(x)<y>?a=`*|~(x)\\';
    const [page = ''] = finalPagesOf({ ...replyWith('*Blue. `Sky.', 'Blue.'), sources: [source(1, url)] });
    expect(page).toMatch(/^\*Blue\. \[1\]\(<https:\/\/a\.example\/[^`*|~()<>\\]+>\) \[2\] `Sky\./u);
  });
});

describe('any answer with marks', () => {
  const marksOf = (text: string, ends: readonly number[]): readonly Mark[] => {
    const find = placeFinder(text);
    const places = ends.map((end) => find({ start: 0, end: end % (text.length + 1) })).filter((at) => at !== undefined);
    return [...new Set(places)].toSorted((a, b) => a - b).map((at) => ({ at, sources: [1, 2] }));
  };
  const ends = fc.array(fc.nat(20_000), { maxLength: 25 });
  const without = (page: string): string => page.replace(/ \[1\](?:\(<[^>]*>\))? ?\[2\](?:\(<[^>]*>\))?/gu, '');

  it('keeps its pages, within the limit, and their form', () => {
    const isKept = (text: string, ends: readonly number[], notice: string | undefined): void => {
      const reply = { ...DONE, text, sources, ...(notice === undefined ? {} : { notice }) };
      const [bare, marked] = [finalPagesOf(reply), finalPagesOf({ ...reply, marks: marksOf(text, ends) })];
      expect(marked).toHaveLength(bare.length);
      for (const page of marked) {
        expect(points(page)).toBeLessThanOrEqual(2000);
        expect(format(page)).toBe(page);
      }
      // In tables, which are aligned anew, the marks take room of their own.
      if (!text.includes('|')) expect(marked.map(without)).toEqual(bare);
    };
    const notice = fc.constantFrom(undefined, 'It was cut.');
    fc.assert(fc.property(fc.oneof(document, anyText), ends, notice, isKept));
  });

  it('shows on its first pages what stood there while it was written', () => {
    fc.assert(
      fc.property(document, ends, (text, ends) => {
        fc.pre(!text.includes('|'));
        const streamed = pagesOf(text);
        const pages = finalPagesOf({ ...DONE, text, sources, marks: marksOf(text, ends) }).map(without);
        expect(pages.slice(0, streamed.length - 1)).toEqual(streamed.slice(0, -1));
      }),
      { numRuns: 200 },
    );
  });
});
