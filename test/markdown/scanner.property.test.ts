/** What holds for the views of any text, however it comes. */
import * as fc from 'fast-check';
import { Marked, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { afterLine, type Blocks, NO_BLOCKS, withinLine } from '../../src/markdown/blocks.ts';
import { Scanner } from '../../src/markdown/scanner.ts';
import type { Span } from '../../src/markdown/tokens.ts';
import { anyText, document, piecesOf } from './documents.ts';

interface View {
  readonly text: string;
  readonly settled: number;
}

/** Every view while the pieces come. */
const viewsOf = (pieces: readonly string[]): readonly View[] => {
  const scanner = new Scanner();
  return pieces.map((piece) => {
    scanner.add(piece);
    return { text: scanner.healed(), settled: scanner.settled() };
  });
};
const viewOf = (text: string): string => viewsOf([text]).map((view) => view.text)[0] ?? '';
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The texts that a reader of the Markdown sees, without code. */
function textsOf(markdown: string): readonly string[] {
  const marked = new Marked();
  const texts: string[] = [];
  const collect = (token: Token): void => {
    if (token.type === 'text' && !('tokens' in token)) texts.push(token.raw);
  };
  void marked.walkTokens(marked.lexer(markdown), collect);
  return texts;
}

function spansIn(text: string): readonly Span[] {
  const spans: Span[] = [];
  const scanner = new Scanner((span) => spans.push(span));
  scanner.add(text);
  scanner.healed();
  return spans;
}

/** Marks of items and headings with a letter of their text, first lines of fences, and tables up to the delimiter row. */
function marksIn(text: string): readonly { readonly start: number; readonly end: number }[] {
  const marks: { start: number; end: number }[] = [];
  let [above, start, headAt]: [Blocks, number, number] = [NO_BLOCKS, 0, 0];
  for (const line of text.split('\n').slice(0, -1)) {
    const after = afterLine(above, line);
    const isCode = withinLine(above, line).fence !== undefined;
    const mark = /^[ \t>]*(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]+/u.exec(line)?.[0] ?? '';
    if (!isCode && after.fence !== undefined) marks.push({ start, end: start + line.length + 1 });
    else if (!isCode && mark !== '') marks.push({ start, end: start + mark.length + 1 });
    if (after.table !== undefined && above.table === undefined) marks.push({ start: headAt, end: start + line.length });
    [above, headAt, start] = [after, start, start + line.length + 1];
  }
  return marks;
}

describe('views of any text in any pieces', () => {
  const holds = <T>(values: fc.Arbitrary<T>, predicate: (value: T) => void): void =>
    fc.assert(fc.property(values, predicate));

  it('depend on the text alone, however it came', () => {
    holds(piecesOf(anyText), (pieces) => {
      expect(viewsOf(pieces).at(-1)?.text ?? '').toBe(viewOf(pieces.join('')));
    });
  });

  it('have nothing open: the view of a view is the view', () => {
    holds(piecesOf(document), (pieces) => {
      for (const { text } of viewsOf(pieces)) expect(viewOf(text)).toBe(text);
    });
  });

  it('have nothing open in any text: what is put under them is shown as it is', () => {
    // Three kinds of rubbish are left out. Of stray brackets a view leaves out those that may begin a link, and then older
    // ones, and what stands behind them, may look otherwise; so it is with hundreds of one mark at the end. A fence's first
    // line of hundreds of characters is taken for code.
    const stray = /\[(?!label|image|0, 1|c\\)|([`*])(?=\1{20})|(?:`{3}|~{3})(?=[^\n]{150})/gu;
    const plain = anyText.map((text) => text.replace(stray, ''));
    holds(piecesOf(plain), (pieces) => {
      for (const { text } of viewsOf(pieces)) expect(viewOf(`${text}\n.`)).toBe(`${text}\n.`);
    });
  });

  it('have nothing open for who reads them as CommonMark', () => {
    holds(piecesOf(document), (pieces) => {
      for (const { text } of viewsOf(pieces))
        for (const shown of textsOf(text)) expect(shown).not.toMatch(/\*\*|`|~~|\]\(|!\[|<http/u);
    });
  });

  it('show no half character', () => {
    holds(piecesOf(anyText), (pieces) => {
      for (const { text } of viewsOf(pieces)) expect(text).not.toMatch(/\p{Surrogate}/u);
    });
  });

  it('leave no fence open for what is put under them', () => {
    holds(piecesOf(document), (pieces) => {
      for (const { text } of viewsOf(pieces))
        expect(withinLine(text.split('\n').reduce(afterLine, NO_BLOCKS), 'text').fence).toBeUndefined();
    });
  });

  it('keep all but the open block exactly as it came', () => {
    holds(fc.tuple(document, fc.nat()), ([text, cut]) => {
      const part = text.slice(0, cut % (text.length + 1));
      const before = part.slice(0, part.lastIndexOf('\n\n') + 1);
      expect(viewOf(part).startsWith(before)).toBe(true);
    });
  });
});

describe('what is settled of any text in any pieces', () => {
  const holds = (texts: fc.Arbitrary<string>, predicate: (text: string, settled: readonly number[]) => void): void =>
    fc.assert(
      fc.property(piecesOf(texts), (pieces) => {
        const settled = viewsOf(pieces).map((view) => view.settled);
        predicate(pieces.join(''), settled);
      }),
    );

  it('only grows, and is never more than has come', () => {
    fc.assert(
      fc.property(piecesOf(anyText), (pieces) => {
        let [before, came] = [0, 0];
        for (const [index, { settled }] of viewsOf(pieces).entries()) {
          came += pieces[index]?.length ?? 0;
          expect(settled).toBeGreaterThanOrEqual(before);
          expect(settled).toBeLessThanOrEqual(came);
          before = settled;
        }
      }),
    );
  });

  it('ends between the graphemes of the whole text', () => {
    holds(anyText, (text, settled) => {
      const graphemes = GRAPHEMES.segment(text);
      for (const end of settled) expect(graphemes.containing(end)?.index ?? end).toBe(end);
    });
  });

  it('ends outside of every span that the whole text turns out to have', () => {
    // Who knows the whole text may find that a price began a formula.
    const withoutPrices = anyText.map((text) => text.replace(/\$(?=\d)/gu, '€'));
    holds(withoutPrices, (text, settled) => {
      for (const { start, end } of spansIn(text)) for (const at of settled) expect(start < at && at < end).toBe(false);
    });
  });

  it('ends outside of the marks at the beginning of a line, of a fence’s first line and of a table’s head', () => {
    holds(anyText, (text, settled) => {
      for (const { start, end } of marksIn(text)) for (const at of settled) expect(start < at && at < end).toBe(false);
    });
  });

  it('ends outside of what belongs together', () => {
    const together =
      /!?\[(?:label|image) \d+\]\([^\s]+\)|`code \d+ <b>`|``tick ` \d+``|\*\*bold \d+\*\*|~~gone \d+~~|<https[^>]*>|&#\d+;|&amp;|\\\(a_\d+ \* b \* \[c\\\)/gu;
    holds(document, (text, settled) => {
      for (const { index, 0: found } of text.matchAll(together))
        for (const end of settled) expect(end > index && end < index + found.length).toBe(false);
    });
  });

  it('leaves little of a document waiting', () => {
    holds(document, (text, settled) => {
      // A row, a formula of several lines, or the beginning of a line and a span.
      if (settled.length > 0) expect(text.length - (settled.at(-1) ?? 0)).toBeLessThan(700);
    });
  });
});
