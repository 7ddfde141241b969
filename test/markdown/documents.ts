/** Markdown documents made by chance, of every block that a model writes, and lengths as platforms count them. */
import * as fc from 'fast-check';
import type { PageLimit } from '../../src/markdown/paginate.ts';

const word = fc.constantFrom(
  'a',
  'the',
  'stream',
  'Grüße',
  'żółć',
  '漢字',
  '日本語の文章です。',
  '👩‍👩‍👧‍👦',
  '🇵🇱',
  'e\u0301te\u0301',
  '𝒳',
  'end.',
  'why?',
  'x<y',
  'a&b',
  'snake_case',
  '2*3',
  'incomprehensibilities',
  '\u0301accent',
  '🏽',
  '3.14',
  '-',
  '1.',
  '#',
  '|',
);
/** Each kind carries a number, so that a test can find it again, whole. */
const inline = fc.oneof(
  { weight: 8, arbitrary: word },
  fc.nat(999).map((n) => `[label ${n}](https://example.org/page_(${n})?q=a&b=${n})`),
  fc.nat(999).map((n) => `\`code ${n} <b>\``),
  fc.nat(999).map((n) => `\`\`tick \` ${n}\`\``),
  fc.nat(999).map((n) => `**bold ${n}**`),
  fc.nat(999).map((n) => `*em ${n}*`),
  fc.nat(999).map((n) => `![image ${n}](https://example.org/${n}.png)`),
  fc.nat(999).map((n) => `~~gone ${n}~~`),
  fc.nat(999).map((n) => `**both *${n}* of \`code ${n} <b>\`**`),
  fc.nat(999).map((n) => `<https://example.org/auto/${n}?a_b*c>`),
  fc.nat(999).map((n) => `$x_{${n}} + y^2 * z$`),
  fc.nat(999).map((n) => `\\(a_${n} * b * [c\\)`),
  fc.nat(999).map((n) => `&#${128_000 + n}; AT&T &amp;`),
  fc.nat(999).map((n) => `$${n} and \\*no emphasis\\*`),
);
const sentence = (maxLength: number) => fc.array(inline, { minLength: 1, maxLength }).map((parts) => parts.join(' '));

const codeLine = fc.oneof(
  fc.nat(999).map((n) => `const line${n} = "${n}"; // **not bold**`),
  fc.constantFrom(
    '',
    '    indented();',
    '# not a heading',
    '| not | a row |',
    '``',
    '~~',
    '> no quote',
    '\tif (a < b) {',
  ),
);
const fence = fc
  .record({
    mark: fc.constantFrom('```', '````', '~~~'),
    info: fc.constantFrom('', 'ts', 'python', 'c++ title="x"'),
    lead: fc.constantFrom('', '', '  ', '> ', '> > '),
    lines: fc.array(codeLine, { maxLength: 25 }),
  })
  .map(({ mark, info, lead, lines }) => [mark + info, ...lines, mark].map((line) => lead + line).join('\n'));
const openFence = fence.map((text) => text.slice(0, text.lastIndexOf('\n')));
const table = fc
  .record({
    rows: fc.array(fc.tuple(word, sentence(3)), { maxLength: 20 }),
    rule: fc.constantFrom('|---|:-:|', '| --- | --- |'),
  })
  .map(({ rows, rule }) =>
    ['| Name | Value |', rule, ...rows.map(([a, b]) => `| · ${cell(a)} | ${cell(b)} |`)].join('\n'),
  );
const list = fc
  .array(fc.tuple(fc.constantFrom('- ', '* ', '1. ', '12) ', '  - ', '    1. '), sentence(20)), {
    minLength: 1,
    maxLength: 15,
  })
  .map((items) => items.map(([mark, text]) => mark + text).join('\n'));
const quote = fc
  .array(sentence(60), { minLength: 1, maxLength: 4 })
  .map((lines) => lines.map((line) => `> ${line}`).join('\n'));
const heading = fc
  .tuple(fc.integer({ min: 1, max: 4 }), sentence(4))
  .map(([depth, text]) => `${'#'.repeat(depth)} ${text}`);
const paragraph = fc.array(sentence(80), { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
/** A formula of several lines, which may begin like blocks. */
const formula = fc
  .tuple(fc.constantFrom(['$$', '$$'], ['\\[', '\\]']), fc.nat(999))
  .map(([[open, close], n]) => `${open}\na_${n} &= b_{[0, 1]} \\\\\n- c * d * e\n${close}`);
const rubbish = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(...Array.from('`*_[]()!~>|-\n \\a$&;<#1.\u0301')),
    maxLength: 200,
  }),
  fc
    .tuple(
      fc.constantFrom('a', '漢', '👍🏽', '🇵🇱', '`', '[', '*', '\n', ' ', 'e\u0301'),
      fc.integer({ min: 1, max: 700 }),
    )
    .map(([s, n]) => s.repeat(n)),
);

function cell(text: string): string {
  return text.replaceAll('|', '/');
}

const block = fc.oneof(paragraph, heading, list, quote, table, fence, formula);

const gap = fc.constantFrom('\n\n', '\n\n', '\n', '\n\n\n  \n');

/** A document as a model writes it: a fence that is not closed is the last of it. */
export const document = fc
  .tuple(fc.array(fc.tuple(block, gap), { maxLength: 14 }), fc.option(openFence, { nil: '' }))
  .map(([blocks, last]) => blocks.flat().join('') + last);

/** A text in pieces, cut at random, also between the halves of a surrogate pair. */
export const piecesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> =>
  fc.tuple(text, fc.array(fc.nat(), { maxLength: 30 })).map(([text, cuts]) => {
    const at = [...new Set([0, text.length, ...cuts.map((cut) => cut % (text.length + 1))])].sort((a, b) => a - b);
    return at.slice(1).map((end, index) => text.slice(at[index], end));
  });

/** Anything at all: documents with rubbish between their blocks. */
export const anyText = fc
  .array(fc.tuple(fc.oneof(block, openFence, rubbish), fc.constantFrom('\n\n', '\n', ' ', '')), { maxLength: 12 })
  .map((blocks) => blocks.flat().join(''));

export const measures: Readonly<Record<string, PageLimit['measure']>> = {
  'code points': (page) => Array.from(page).length,
  'UTF-16 units': (page) => page.length,
  'UTF-8 bytes': (page) => Buffer.byteLength(page),
  'escaped code points': (page) => Array.from(page.replaceAll('&', '&amp;').replaceAll('<', '&lt;')).length,
};

export const limit: fc.Arbitrary<PageLimit> = fc.record({
  max: fc.constantFrom(100, 137, 400, 2000),
  measure: fc.constantFrom(...Object.values(measures)),
});
