/** Lists made by chance, and where in a list each of their words stands for who reads the Markdown. */
import * as fc from 'fast-check';
import { Marked, type Token, type Tokens } from 'marked';

interface Item {
  readonly words: number;
  readonly further: number;
  readonly inner: readonly number[];
}

const item: fc.Arbitrary<Item> = fc.record({
  words: fc.integer({ min: 1, max: 60 }),
  further: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
  inner: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }),
});

/** A list with lists and paragraphs in its items; each word of it is another one. */
export const list: fc.Arbitrary<string> = fc
  .record({
    items: fc.array(item, { minLength: 1, maxLength: 9 }),
    ordered: fc.boolean(),
    space: fc.constantFrom(' ', '  ', '   '),
    end: fc.constantFrom('.', ')'),
  })
  .map(({ items, ordered, space, end }) => {
    let count = 0;
    const words = (length: number): string => Array.from({ length }, () => `w${count++}.`).join(' ');
    return items
      .map((item, index) => {
        const marker = (ordered ? `${index + 1}${end}` : '-') + space;
        const indent = ' '.repeat(marker.length);
        const inner = item.inner.map((length) => `${indent}- ${words(length)}\n`);
        const further = item.further === 0 ? '' : `\n${indent}${words(item.further)}\n\n`;
        return `${marker}${words(item.words)}\n${inner.join('')}${further}`;
      })
      .join('');
  });

/** For each word the items around it, outermost first: their numbers, or a dot. */
export function pathsOf(markdown: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const walk = (tokens: readonly Token[], path: string): void => {
    for (const token of tokens) {
      if (token.type === 'list') {
        // What marked calls a list is one.
        const { items, ordered, start } = token as Tokens.List;
        for (const [index, item] of items.entries())
          walk(item.tokens, `${path}/${ordered ? Number(start) + index : '•'}`);
      } else if ('tokens' in token && token.tokens !== undefined) walk(token.tokens, path);
      else for (const [word] of token.raw.matchAll(/w\d+\./gu)) paths.set(word, path);
    }
  };
  walk(new Marked().lexer(markdown), '');
  return paths;
}
