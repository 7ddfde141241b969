/** Views of a text that is still growing: nothing is left open, and nothing that came is lost for long. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterLine, NO_BLOCKS, Scanner, spansOf, withinLine } from '../../src/markdown/markdown.ts';
import { anyText, document, runs } from './documents.ts';

const healed = (text: string): string => {
  const scanner = new Scanner();
  scanner.add(text);
  return scanner.healed();
};

/** A text in pieces, cut at random, also between the halves of a surrogate pair. */
const piecesOf = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.nat(), { maxLength: 30 })).map(([text, cuts]) => {
    const at = [...new Set([0, text.length, ...cuts.map((cut) => cut % (text.length + 1))])].sort((a, b) => a - b);
    return at.slice(1).map((end, index) => text.slice(at[index], end));
  });
/** Every view while the pieces come. */
const viewsOf = (pieces: readonly string[]): readonly string[] => {
  const scanner = new Scanner();
  return pieces.map((piece) => {
    scanner.add(piece);
    return scanner.healed();
  });
};

describe('Scanner', () => {
  it.each([
    ['plain text', 'Some text.', 'Some text.'],
    ['bold', 'Some **bold te', 'Some **bold te**'],
    ['emphasis', 'Some *te', 'Some *te*'],
    ['struck text', 'Some ~~te', 'Some ~~te~~'],
    ['a code span', 'Some `co', 'Some `co`'],
    ['a link', 'See [the la', 'See the la'],
    ['a link’s address', 'See [the label](https://exa', 'See the label'],
    ['an image', 'See ![the al', 'See'],
    ['an image’s address', 'See ![alt](https://exa', 'See'],
    ['an image after another', '![a](https://a.example) and ![b', '![a](https://a.example) and'],
    ['code', '```ts\nconst a', '```ts\nconst a\n```'],
    ['code, after a line', '```ts\nconst a\n', '```ts\nconst a\n```'],
    ['code with marks in it', '```\n**not bold\n', '```\n**not bold\n```'],
    ['code that is about to end', '```ts\nconst a\n``', '```ts\nconst a\n```'],
    ['code that has ended', '```ts\nconst a\n```', '```ts\nconst a\n```'],
    ['code in a quote', '> ```ts\n> const a', '> ```ts\n> const a\n> ```'],
    ['a fence’s first line', 'Text:\n\n```typescr', 'Text:\n\n'],
    ['what may become a fence', 'Text:\n\n``', 'Text:\n\n'],
    ['emphasis in an item', '- one\n- **two', '- one\n- **two**'],
    ['emphasis in a row', '| a | b |\n|---|---|\n| **c', '| a | b |\n|---|---|\n| **c**'],
  ])('shows %s', (_, text, view) => {
    expect(healed(text)).toBe(view);
  });

  it('never lets a mark that was left open reach into the next block', () => {
    expect(healed('A stray ** mark.\n\nAnd `more** text')).toBe('A stray ** mark.\n\nAnd `more** text`');
  });

  it('takes an image that is long in coming for text', () => {
    const text = `![${'an alt text '.repeat(100)}`;
    expect(healed(text)).toBe(text);
  });

  it('leaves text alone that needs no closing', () => {
    for (const text of ['if a <b and c> d', '20~25 °C', '- > 25 is more', '$5 and $6', 'a * b * c'])
      expect(healed(text)).toBe(text);
  });

  describe.each(runs)('of any text in any pieces, %s', (_, parameters) => {
    it('depends on the text alone, however it came', () => {
      fc.assert(
        fc.property(piecesOf(anyText), (pieces) => {
          expect(viewsOf(pieces).at(-1) ?? '').toBe(healed(pieces.join('')));
        }),
        parameters,
      );
    });

    it('shows no half character, and no mark of the tool that closes what is open', () => {
      fc.assert(
        fc.property(piecesOf(anyText), (pieces) => {
          for (const view of viewsOf(pieces)) expect(view).not.toMatch(/\p{Surrogate}|streamdown:/u);
        }),
        parameters,
      );
    });

    it('leaves no fence open for what is put under it', () => {
      fc.assert(
        fc.property(piecesOf(document), (pieces) => {
          for (const view of viewsOf(pieces))
            expect(withinLine(view.split('\n').reduce(afterLine, NO_BLOCKS), 'text').fence).toBeUndefined();
        }),
        parameters,
      );
    });

    it('keeps all but the open block exactly as it came', () => {
      fc.assert(
        fc.property(document, fc.nat(), (text, cut) => {
          const part = text.slice(0, cut % (text.length + 1));
          const before = part.slice(0, part.lastIndexOf('\n\n') + 1);
          const view = healed(part);
          expect(view.startsWith(before)).toBe(true);
        }),
        parameters,
      );
    });
  });

  it('does work in proportion to the open block, not to the text', () => {
    const timeOf = (paragraphs: number): number => {
      const scanner = new Scanner();
      scanner.add('A paragraph with **bold** text, `code` and [a link](https://example.org).\n\n'.repeat(paragraphs));
      const beganAt = performance.now();
      for (let chunk = 0; chunk < 300; chunk++) {
        scanner.add(`word ${chunk} `);
        scanner.healed();
      }
      return performance.now() - beganAt;
    };
    timeOf(10);
    expect(timeOf(20_000)).toBeLessThan(20 * timeOf(10) + 200);
  });
});

describe('spansOf', () => {
  it.each<[string, readonly string[]]>([
    ['a `b` c', ['`b`']],
    ['``a ` b`` c', ['``a ` b``']],
    ['[a](b) ![c](d)', ['[a](b)', '[c](d)']],
    ['[a [b] c](d(e)f) g', ['[a [b] c](d(e)f)']],
    ['`[a`](b) c', ['`[a`']],
    [String.raw`\[a](b) \`c\` d`, []],
    ['[a] (b) c', []],
  ])('finds code and links in %s', (text, found) => {
    expect(spansOf(text).map(([start, end]) => text.slice(start, end))).toEqual(found);
  });

  it.each(['see [the la', 'see [the label]', 'see [the label](htt', 'see `co'])('has no end for %s', (text) => {
    expect(spansOf(text)).toEqual([[4, Infinity]]);
  });
});
