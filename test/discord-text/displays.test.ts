/** What a text display holds: 4,000 characters and somewhat more than 10,000 bytes, whatever is written in it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/reply.ts';
import { DISPLAY, finalPagesOf, pagesOf } from '../../src/discord-text/format.ts';
import { viewPages } from '../../src/discord-text/pages.ts';
import { writing } from '../discord/stage.ts';
import { anyText, document } from '../markdown/documents.ts';

const DONE: Reply = { text: '', sources: [], ending: { kind: 'complete' } };
const points = (text: string) => Array.from(text).length;

function expectHeld(page: string): void {
  expect(points(page)).toBeLessThanOrEqual(4000);
  expect(Buffer.byteLength(page)).toBeLessThanOrEqual(10_150);
}

describe('a page of text displays', () => {
  it.each([
    { what: 'letters', sign: 'word ', characters: 3940 },
    { what: 'Polish', sign: 'żółć ', characters: 3940 },
    { what: 'Chinese', sign: '漢字', characters: 3333 },
    { what: 'emoji', sign: '😀', characters: 2499 },
    { what: 'prices', sign: '$5 ', characters: 3333 },
    { what: 'formulas among Chinese', sign: '$x^2$ 漢 ', characters: 3333 },
  ])('holds as much as there is room for: $what', ({ sign, characters }) => {
    const pages = pagesOf(sign.repeat(6000), DISPLAY);
    for (const page of pages) expectHeld(page);
    const [first = ''] = pages;
    expect(points(first)).toBeLessThanOrEqual(characters);
    expect(points(first)).toBeGreaterThan(characters / 2);
  });

  it('holds tables, whatever their columns are called', () => {
    const names = ['漢字漢字漢字', '😀😀😀', 'name'];
    for (const name of names)
      for (const cell of ['a', '漢字', '😀'])
        for (const columns of [2, 12]) {
          const row = (text: string) => `|${` ${text} |`.repeat(columns)}\n`;
          const table = row(name) + row('---') + row(cell).repeat(columns === 2 ? 250 : 40);
          for (const page of pagesOf(table, DISPLAY)) expectHeld(page);
        }
  });

  it('holds many rules, boxes and headings', () => {
    for (const line of ['---', '- [ ] 漢', '#### 漢字', '***', '[^note] 漢', '[^4444444444]'])
      for (const page of pagesOf(`${line}\n\n`.repeat(1500), DISPLAY)) expectHeld(page);
  });

  it('has the foot under it where both limits leave room', () => {
    const url = `https://e.example/${'x'.repeat(190)}`;
    const sources = Array.from({ length: 60 }, (_, at) => ({ number: at + 1, title: '漢字'.repeat(50), url }));
    for (const length of [10, 1000, 2400, 3300]) {
      const text = '漢'.repeat(length);
      const marks = [{ at: length, sources: [1, 2, 3] }];
      const pages = finalPagesOf({ ...DONE, text, sources, marks, notice: 'It was cut.' }, { room: DISPLAY });
      for (const page of pages) expectHeld(page);
      expect(pages.join('')).toContain('漢'.repeat(length));
      expect(pages.at(-1)).toContain('-# It was cut.');
    }
  });
});

describe('the pages of views in text displays', () => {
  it('fit a message, and are those of the whole answer', () => {
    const signs = fc.constantFrom('a ', 'ż', '漢', '😀', '漢字 | ', '$');
    fc.assert(
      fc.property(fc.oneof(anyText, document), signs, fc.nat({ max: 4000 }), (text, sign, count) => {
        const whole = `${text}\n${sign.repeat(count)}\n${text}`.toWellFormed();
        const views = viewPages(Infinity, { messageStyle: 'display' });
        for (const part of [whole.slice(0, 500).replace(/[\uD800-\uDBFF]$/u, ''), whole])
          for (const { content } of views(writing(part))) expectHeld(content);
        for (const page of pagesOf(whole, DISPLAY)) expectHeld(page);
      }),
      { numRuns: 120 },
    );
  });
});
