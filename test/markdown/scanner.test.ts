/** Views of a text that is still growing: nothing is left open, and nothing that came is lost for long. */
import { describe, expect, it } from 'vitest';
import { Scanner, spansOf } from '../../src/markdown/scanner.ts';
import { charactersReadBy } from './reading.ts';

const scannerOf = (text: string): Scanner => {
  const scanner = new Scanner();
  scanner.add(text);
  return scanner;
};
const healed = (text: string): string => scannerOf(text).healed();
const settled = (text: string): string => text.slice(0, scannerOf(text).settled());

describe('a view', () => {
  it.each([
    ['plain text', 'Some text.', 'Some text.'],
    ['bold', 'Some **bold te', 'Some **bold te**'],
    ['emphasis', 'Some *te', 'Some *te*'],
    ['struck text', 'Some ~~te', 'Some ~~te~~'],
    ['emphasis in bold', '**a *b', '**a *b***'],
    ['bold that is about to end', '**bold*', '**bold**'],
    ['bold after a space', '**bold ', '**bold**'],
    ['bold without a letter yet', 'Some **', 'Some '],
    ['bold in a script without spaces', 'これは**重要', 'これは**重要**'],
    ['bold that such a script ends after a bracket', '**「重要」**です', '**「重要」**です'],
    ['a code span', 'Some `co', 'Some `co`'],
    ['a code span of several ticks', 'Some ``a ` b', 'Some ``a ` b``'],
    ['code in bold', '**b with `c', '**b with `c`**'],
    ['a link', 'See [the la', 'See the la'],
    ['a link’s address', 'See [the label](https://exa', 'See the label'],
    ['bold in a link', 'See [the **la', 'See the **la**'],
    ['a link in bold', '**see [the `la', '**see the `la`**'],
    ['brackets that are no link', 'As in [1, 2] and', 'As in [1, 2] and'],
    ['an image', 'See ![the al', 'See '],
    ['an image’s address', 'See ![alt](https://exa', 'See '],
    ['an image after another', '![a](https://a.example) and ![b', '![a](https://a.example) and '],
    ['an address', 'See <https://exa', 'See '],
    ['an entity', 'Salt &am', 'Salt '],
    ['an ampersand', 'AT&T is', 'AT&T is'],
    ['a short formula', 'So $x_1 +', 'So '],
    ['prices', 'from $5 to $10', 'from $5 to $10'],
    ['a formula in brackets', String.raw`So \(x_1 * y`, String.raw`So \(x_1 * y\)`],
    ['a formula of several lines', '$$\nx_1\n- y_1\n', '$$\nx_1\n- y_1$$'],
    ['an escaped bracket', String.raw`\[a] and`, String.raw`\[a] and`],
    ['an escaped bracket whose end hides', String.raw`\(a $)`, String.raw`\(a\)`],
    ['brackets of which the first one hides the end of all', String.raw`\(\(a *b* <c)`, String.raw`\(\(a *b*\)`],
    ['an escaped bracket whose end hides in the next line', '\\[a\n- $]', '\\[a\n-\\]'],
    ['code', '```ts\nconst a', '```ts\nconst a\n```'],
    ['code, after a line', '```ts\nconst a\n', '```ts\nconst a\n```'],
    ['code with marks in it', '```\n**not bold\n', '```\n**not bold\n```'],
    ['code that is about to end', '```ts\nconst a\n``', '```ts\nconst a\n```'],
    ['code that has ended', '```ts\nconst a\n```', '```ts\nconst a\n```'],
    ['code in a quote', '> ```ts\n> const a', '> ```ts\n> const a\n> ```'],
    ['a fence’s first line', 'Text:\n\n```typescr', 'Text:\n\n'],
    ['what may become a fence', 'Text:\n\n``', 'Text:\n\n'],
    ['what may become an item', 'Text:\n1', 'Text:\n'],
    ['emphasis in an item', '- one\n- **two', '- one\n- **two**'],
    ['emphasis in a row', '| a | b |\n|---|---|\n| **c', '| a | b |\n|---|---|\n| **c**'],
    ['emphasis of a cell before', '| **a | b', '| **a | b'],
    ['half a character', 'Text 👩'.slice(0, -1), 'Text '],
  ])('shows %s', (_, text, view) => {
    expect(healed(text)).toBe(view);
  });

  it('never lets a mark that was left open reach into the next block', () => {
    expect(healed('A stray ** mark.\n\nAnd `more** text')).toBe('A stray ** mark.\n\nAnd `more** text`');
    for (const next of ['\n\nText', '\n- Text', '\n# Text', '\n> Text', '\n| Text', '\n---\nText'])
      expect(healed(`A **stray mark.${next}`)).toBe(`A **stray mark.${next}`);
  });

  it('takes an image that is long in coming for text', () => {
    const text = `![${'an alt text '.repeat(100)}`;
    expect(healed(text)).toBe(text);
  });

  it('leaves text alone that needs no closing', () => {
    for (const text of ['if a <b and c> d', '20~25 °C', '- > 25 is more', '$5 and $6', 'a * b * c', '2*3*4', 'a_b_c'])
      expect(healed(text)).toBe(text);
  });
});

describe('what is settled', () => {
  it.each([
    ['text, but for its last letter', 'Some text', 'Some tex'],
    ['no part of a grapheme', 'A family: 👩‍👩‍👧‍👦', 'A family: '],
    ['no letter whose accent may follow', 'cafe', 'caf'],
    ['nothing of open emphasis', 'Some **bold te', 'Some '],
    ['emphasis that is closed', 'Some **bold** te', 'Some **bold** t'],
    ['nothing of an open code span', 'Some `co', 'Some '],
    ['nothing of an open link', 'See [the label](https://exa', 'See '],
    ['nothing of an open image', 'See ![alt', 'See '],
    ['nothing of a formula', 'So $x_1 +', 'So '],
    ['no part of an entity', 'Salt &am', 'Salt '],
    ['no mark at the beginning of a line', 'Text\n- ', 'Text\n'],
    ['no such mark before what is open', 'Text\n- **bo', 'Text\n'],
    ['nothing of a fence’s first line', 'Text\n\n```typescr', 'Text\n\n'],
    ['code of an open fence', '```ts\nconst a', '```ts\nconst '],
    ['nothing of a fence’s last line', '```ts\nconst a\n```', '```ts\nconst a\n'],
    ['nothing of the head of a table', 'Text\n\n| a | b |\n', 'Text\n\n'],
    ['nothing of a table before its second row has an end', '| a | b |\n|---|--', ''],
    ['the head of a table when it is known to be one', '| a | b |\n|---|---|\n', '| a | b |\n|---|---|\n'],
    ['whole rows', '| a | b |\n|---|---|\n| c', '| a | b |\n|---|---|\n'],
    ['a row that is no table’s', '| a | b |\nText', '| a | b |\nTex'],
    ['what was open at the end of a block', 'A **stray mark.\n\nText', 'A **stray mark.\n\nTex'],
  ])('is %s', (_, text, start) => {
    expect(settled(text)).toBe(start);
  });

  it('goes on in a paragraph of a script that writes no spaces', () => {
    const text = '日本語の文章です';
    expect(settled(text)).toBe(text.slice(0, -1));
  });

  it('is never taken back when less can be told than before', () => {
    const scanner = scannerOf('Text and more');
    const before = scanner.settled();
    scanner.add('\u0301\u0301');
    expect(scanner.settled()).toBe(before);
  });
});

describe('the work of a view', () => {
  const paragraph = 'A paragraph with **bold** text, `code`, $x^2$ and [a link](https://example.org).';
  const open = [
    '',
    '**bold',
    '`code',
    '[label',
    '[label](address',
    '![',
    '&am',
    '<https:',
    '$x',
    '$$x',
    '\\(x',
    '| row',
    '```',
  ];
  const growing = open.flatMap((mark) => [
    [`a line that begins with ${mark}`, mark],
    [`a line that goes on with ${mark}`, `${paragraph} `.repeat(4000) + mark],
    [`a text that ends with ${mark}`, `${paragraph}\n\n`.repeat(4000) + mark],
  ]);

  it.each(growing)('is bounded by what is new in %s', (_, text) => {
    const scanner = scannerOf(text);
    scanner.healed();
    scanner.settled();
    for (const piece of ['word ', 'and `more ', ' words'.repeat(200)]) {
      for (let chunk = 0; chunk < 20; chunk++) {
        const read = charactersReadBy(() => {
          scanner.add(piece);
          scanner.healed();
          scanner.settled();
        });
        expect(read).toBeLessThan(12 * piece.length + 40_000);
      }
    }
  });
});

describe('spansOf', () => {
  it.each<[string, readonly string[]]>([
    ['a `b` c', ['`b`']],
    ['``a ` b`` c', ['``a ` b``']],
    ['[a](b) ![c](d)', ['[a](b)', '![c](d)']],
    ['[a [b] c](d(e)f) g', ['[a [b] c](d(e)f)']],
    ['`[a`](b) c', ['`[a`']],
    [String.raw`\[a](b) \`c\` d`, []],
    ['[a] (b) c', []],
    ['a *b* **c** ~~d~~ e', ['*b*', '**c**', '~~d~~']],
    ['a $x + 2$ and $3x + y$ but $5 and $6, $7-$8', ['$x + 2$', '$3x + y$']],
    [String.raw`a \(x\) b \[y [z] \] c $$d$$`, [String.raw`\(x\)`, String.raw`\[y [z] \]`, '$$d$$']],
    ['a <https://b.example> <@1> c < d > e', ['<https://b.example>', '<@1>']],
    ['a &amp; b &#128512; c &; d & e', ['&amp;', '&#128512;']],
  ])('finds spans in %s', (text, found) => {
    expect(spansOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(found);
  });

  it.each(['see [the la', 'see [the label]', 'see [the label](htt', 'see `co', 'see **bo', 'see &am', 'see <htt'])(
    'has no end for %s',
    (text) => {
      expect(spansOf(text)[0]).toEqual({ start: 4, end: Infinity });
    },
  );
});
