/** Markdown as Slack is given it: tables, code, what can be sent for good, and lengths that are never too short. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paginate } from '../../src/markdown/paginate.ts';
import { format, PAGE, steady, STREAMED_PAGE } from '../../src/slack-text/format.ts';
import { anyText, document } from '../markdown/documents.ts';
import { hostile, tokensIn } from './tokens.ts';

const table = (rows: number, cells = 2): string =>
  ['| a ', '|---', ...Array.from({ length: rows }, (_, at) => `| ${at} `)]
    .map((cell) => `${cell.repeat(cells)}|`)
    .join('\n');

describe('format', () => {
  it('leaves headings, lists, tables and code as they are', () => {
    const text = `# A\n\n- b\n  1. **c**\n\n${table(3)}\n\n\`\`\`ts\nconst d: Array<number> = [];\n\`\`\``;
    expect(format(text)).toBe(text);
  });

  it('makes a list for each row of a table that has too many columns', () => {
    const row = (...cells: readonly string[]) => `| ${[...cells, ...Array(19).fill('')].join(' | ')} |`;
    const wide = [row('Who', 'Where'), '|---'.repeat(21), row('**Ada**', 'in<br>Rome <!here>'), row('Cy', 'x \\| y')];
    expect(format(`before\n${wide.join('\n')}\n\nafter`)).toBe(
      'before\n\n**Ada**\n- Where: in Rome &lt;!here&gt;\n\n**Cy**\n- Where: x \\| y\n\n\nafter',
    );
    expect(format(table(2, 20))).toBe(table(2, 20));
  });

  it('lets nothing through that Slack reads', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tokensIn(format(text))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        expect(paginate(text, PAGE).map(format).flatMap(tokensIn)).toEqual([]);
      }),
    );
  });
});

describe('what is steady', () => {
  it.each([
    ['an open angle bracket', 'a <https://exa', 'a '],
    ['an open bracket of code', '```\na <', '```\na '],
    ['a table too wide to be shown as one', `b\n${table(1, 21)}`, 'b\n'],
    ['a table that fits', table(1), table(1)],
  ])('waits for the end of %s', (_, text, shown) => expect(steady(text)).toBe(shown));

  it('is the beginning of what comes of every longer text', () => {
    const line = fc.oneof(hostile, document);
    fc.assert(
      fc.property(line, fc.nat(2000), (text, at) => {
        // Only whole lines: within one, the renderer hands over what is settled.
        const end = text.lastIndexOf('\n', at) + 1;
        expect(format(text).startsWith(steady(text.slice(0, end)).trimEnd())).toBe(true);
      }),
    );
  });
});

describe('a page', () => {
  it('is never longer than it was measured, and never shrinks when text comes', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hostile), fc.nat(1000), (text, at) => {
        expect(PAGE.measure(text)).toBeGreaterThanOrEqual(format(text).length);
        expect(STREAMED_PAGE.measure(text)).toBeGreaterThanOrEqual(Buffer.byteLength(format(text)));
        expect(PAGE.measure(text.slice(0, at))).toBeLessThanOrEqual(PAGE.measure(text));
      }),
    );
  });

  it('counts signs that the target of a link cannot have as long as they get', () => {
    const link = `[a](<${'b `'.repeat(20)}>)`;
    expect(PAGE.measure(link)).toBeGreaterThanOrEqual(format(link).length);
  });

  it('has no table with more rows than Slack shows: it goes on in the next one, under its header', () => {
    const pages = paginate(table(250), PAGE);
    // The delimiter is no row.
    expect(pages.map((page) => page.trim().split('\n').length - 1)).toEqual([100, 100, 53]);
    for (const page of pages) expect(page.startsWith('| a | a |\n|---|---|\n')).toBe(true);
  });

  it('counts no rows within code', () => {
    expect(paginate(`\`\`\`\n${'| a |\n'.repeat(300)}\`\`\``, PAGE)).toHaveLength(1);
  });
});
