/** Where marks may stand in Markdown: each rule by an example, and any document as another reader of Markdown sees it. */
import * as fc from 'fast-check';
import { Marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { placeFinder } from '../../src/sources/places.ts';
import { anyText, document } from '../markdown/documents.ts';

/** The text with a diamond where the mark of the first `passage` in it stands. */
function marked(text: string, passage: string): string {
  const start = text.indexOf(passage);
  const at = placeFinder(text)({ start, end: start + passage.length });
  return at === undefined ? 'nowhere' : `${text.slice(0, at)}◆${text.slice(at)}`;
}

describe('a mark', () => {
  it.each([
    ['stands at the end of its passage', 'The sky is blue. It is.', 'The sky is blue.', 'The sky is blue.◆ It is.'],
    ['follows the full stop', 'Blue. Green.', 'Blue', 'Blue.◆ Green.'],
    ['follows closing stars', 'It is **blue** now.', 'It is **blue', 'It is **blue**◆ now.'],
    ['follows closing brackets and quotes', 'He said (“so”). Yes.', 'He said (“so', 'He said (“so”).◆ Yes.'],
    ['follows a sign that stands apart', 'Vraiment ! Oui.', 'Vraiment', 'Vraiment !◆ Oui.'],
    ['does not part a word', 'Scattering happens.', 'Scatter', 'Scattering◆ happens.'],
    ['does not part a number', 'It is 3.14 long.', 'It is 3.', 'It is 3.14◆ long.'],
    ['stands between sentences without a space', '空は青い。海は広い。', '空は青い', '空は青い。◆海は広い。'],
    ['stays on the line', 'One\ntwo', 'One\n', 'One◆\ntwo'],
    ['stands before the spaces of a hard break', 'One  \ntwo', 'One', 'One◆  \ntwo'],
    ['stands before the backslash of a hard break', 'One\\\ntwo', 'One', 'One◆\\\ntwo'],
    ['follows code', 'Use `a b` here.', 'Use `a', 'Use `a b`◆ here.'],
    ['follows code that goes over a line', 'Use `a\nb` here.', 'Use `a', 'Use `a\nb`◆ here.'],
    [
      'follows a link',
      'See [the page](https://a.example "a b") now.',
      'See [the',
      'See [the page](https://a.example "a b")◆ now.',
    ],
    [
      'follows an image',
      'See ![a b](https://a.example/b.png) now.',
      'See ![a',
      'See ![a b](https://a.example/b.png)◆ now.',
    ],
    ['follows a reference', 'See [a b][c d] now.', 'See [a', 'See [a b][c d]◆ now.'],
    ['follows an address', 'At https://a.example/b now.', 'At https://a', 'At https://a.example/b◆ now.'],
    ['follows a tag', 'An <abbr title="a b">x</abbr> now.', 'An <abbr', 'An <abbr title="a b">x</abbr>◆ now.'],
    ['follows a comment', 'An <!-- a b --> now.', 'An', 'An◆ <!-- a b --> now.'],
    ['follows math', 'If $a + b$ holds.', 'If $a', 'If $a + b$◆ holds.'],
    ['follows math in brackets', 'If \\(a + b\\) holds.', 'If \\(a', 'If \\(a + b\\)◆ holds.'],
    ['takes prices for prices', 'From $5 to $10 now.', 'From $5', 'From $5◆ to $10 now.'],
    ['stands within a cell', '| a b | c |\n|---|---|\n| d e | f |', '| d', '| a b | c |\n|---|---|\n| d e◆ | f |'],
    [
      'stands in the last cell of a row',
      '| a | b |\n|---|---|\n| c | d |',
      '| c | d |',
      '| a | b |\n|---|---|\n| c | d◆ |',
    ],
    ['stands in a tight cell', '|a|b|\n|-|-|\n|c|d|', '|c', '|a|b|\n|-|-|\n|c◆|d|'],
    ['keeps out of the bars in a cell', '| a |\n|---|\n| `b \\| c` d |', '| `b', '| a |\n|---|\n| `b \\| c` d◆ |'],
    ['stands before the closing marks of a heading', '## One ##\ntwo', '## One', '## One◆ ##\ntwo'],
    ['stands in an item', '- one\n    - two\n- three', 'two', '- one\n    - two◆\n- three'],
    ['stands at the end of a line that goes on lazily', '> one two\nthree four', 'three', '> one two\nthree four◆'],
    ['goes back to the text before a fence', 'So:\n\n```\na b\n```', 'So:\n\n```\na b\n```', 'So:◆\n\n```\na b\n```'],
    ['goes back to the last row', '| a |\n|---|\n| b |\n\n', '| a |\n|---|\n| b |\n', '| a |\n|---|\n| b◆ |\n\n'],
    ['stands behind the brace of JSON', '{\n  "a": 1\n}', '{\n  "a": 1\n}', '{\n  "a": 1\n}◆'],
  ])('%s', (...[, text, passage, expected]) => {
    expect(marked(text, passage)).toBe(expected);
  });

  it.each([
    ['code alone', '```\na b\n```', 'a b'],
    ['code in a list', '- a\n\n  ```\n  b c\n  ```', 'b c'],
    ['code that is not closed', '```\na b', 'a b'],
    ['indented code', 'a\n\n    b c\n', 'b c'],
    ['what every platform but one takes for code', '      ```\n      a b\n      ```', 'a b'],
    ['a block of HTML', '<div>\na b\n</div>', 'a b'],
    ['a definition', '[a]: https://a.example\n"b c"', 'b c'],
    ['an underline', 'a\n---', '---'],
    ['a rule', '***', '***'],
    ['a delimiter row', '| a |\n|---|', '|---|'],
    ['a number that would begin a list', 'a\n1.', '1.'],
    ['nothing', '', ''],
    ['white space', ' \n ', ' \n'],
    ['a bracket that never ends before the end', '[a b](<c d', 'zzz'],
  ])('stands nowhere in %s', (_, text, passage) => {
    expect(marked(text, passage)).toBe('nowhere');
  });
});

const LINK = ' [1](<https://mark.example/1>)';
const READ = / ?<a href="https:\/\/mark\.example\/1">1<\/a>/gu;
const reader = new Marked({ gfm: true, async: false });
/** Whether an ampersand is written as an entity may hang on what stands in the same paragraph; it is shown as one either way. */
const html = (markdown: string): string => reader.parser(reader.lexer(markdown)).replaceAll('&amp;', '&');

/** Every place there is, with a mark at each. */
function full(text: string): { readonly places: readonly number[]; readonly marked: string } {
  const find = placeFinder(text);
  const ends = Array.from({ length: text.length }, (_, at) => find({ start: at, end: at + 1 }));
  const places = [...new Set(ends)].filter((at) => at !== undefined).toSorted((a, b) => a - b);
  const pieces = places.map((at, index) => text.slice(places[index - 1] ?? 0, at) + LINK);
  return { places, marked: pieces.join('') + text.slice(places.at(-1) ?? 0) };
}

function isRead(text: string): void {
  const { places, marked } = full(text);
  const read = html(marked);
  expect(read.replace(READ, '')).toBe(html(text));
  // A mark in a cell beyond the last column is not shown, nor is the cell.
  expect(read.match(READ)?.length ?? 0).toBeLessThanOrEqual(places.length);
}

describe('marks at every place of a document', () => {
  it('change nothing else for another reader of Markdown', () => {
    fc.assert(fc.property(document, isRead));
  });

  it('change nothing else where rubbish stands between the blocks', () => {
    fc.assert(fc.property(anyText, isRead));
  });

  it.each([
    ['a fence that is seen in the middle of a lazy line', '- a\nb ```\nconst c = 1;\n\n\tif (a < b) {\n'],
    [
      'a fence that is one only where an item goes on',
      '- a\nb ```\nc d\n\n  ```\n\n> ```\n\n| Name | Value |\n|---|:-:|\n',
    ],
    ['emphasis that would begin before a hard break', 'a **b**_\\\nc_ d\n'],
    ['an ampersand that is escaped or not', 'a &#128000; AT&T &amp;\n&_;\n'],
  ])('change nothing else with %s', (_, text) => isRead(text));

  it('part no character, no word and no passage from its own end', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const isEvident = (text: string): void => {
      const boundaries = new Set([...graphemes.segment(text)].map(({ index }) => index).concat(text.length));
      for (const at of full(text).places) {
        expect(boundaries).toContain(at);
        expect(text.slice(0, at)).toMatch(/[^\s\\]$/u);
        expect(text.slice(at - 2, at + 2)).not.toMatch(/^[\p{L}\p{N}]{4}$/u);
        expect(text.slice(at)).not.toMatch(/^[ \t]*[.,;:!?)]+(\s|$)/u);
        expect(text.slice(text.lastIndexOf('\n', at - 1) + 1, at)).toMatch(/[\p{L}\p{N}\p{So})}]/u);
      }
    };
    fc.assert(fc.property(anyText, isEvident));
  });

  it.each(['[', '`a', '<a b="', '$a', '\\(', '| a ', '](', '> ', '- ', '<!--', '[a](<', '*a '])(
    'are found in a long answer of %j without work that grows with its square',
    (piece) => {
      const text = piece.repeat(Math.ceil(60_000 / piece.length));
      const before = process.cpuUsage();
      placeFinder(text)({ start: 0, end: text.length });
      const { user } = process.cpuUsage(before);
      expect(user / 1000).toBeLessThan(3000);
    },
  );
});
