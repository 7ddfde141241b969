/** Where pages break, and what is put in so that each renders whole. */
import { describe, expect, it } from 'vitest';
import { Pager, pagesOf, paginate } from '../../src/markdown/paginate.ts';
import { charactersReadBy } from './reading.ts';

const pages = (text: string, max = 100): string[] => paginate(text, { max, measure: (page) => page.length });
const sentence = (n: number): string => `Sentence ${n} is forty characters long, ok. `;
const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('');

describe('paginate', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n\n \t\n'],
  ])('makes no page of %s', (_, text) => {
    expect(pages(text)).toEqual([]);
  });

  it('leaves a text that fits as it is', () => {
    expect(pages('# Title\n\nText with `code`.\n')).toEqual(['# Title\n\nText with `code`.\n']);
  });

  it('breaks between paragraphs rather than lines, and keeps the blank lines out of the way', () => {
    const text = `${'a'.repeat(60)}\n\n${'b'.repeat(20)}\n${'c'.repeat(60)}`;
    expect(pages(text)).toEqual([`${'a'.repeat(60)}\n\n`, `${'b'.repeat(20)}\n${'c'.repeat(60)}`]);
  });

  it('breaks between lines rather than sentences', () => {
    const text = `${'a'.repeat(60)}\n${sentence(1)}${sentence(2)}`;
    expect(pages(text)[0]).toBe(`${'a'.repeat(60)}\n`);
  });

  it('breaks between sentences rather than words', () => {
    expect(pages(sentence(1) + sentence(2) + sentence(3))).toEqual([sentence(1) + sentence(2), sentence(3)]);
  });

  it('breaks between sentences of a script that writes no spaces', () => {
    expect(pages('這是一句話。'.repeat(20))[0]).toBe('這是一句話。'.repeat(16));
  });

  it('breaks between words rather than letters', () => {
    const [first = '', second = ''] = pages('word '.repeat(30));
    expect(first).toBe('word '.repeat(20));
    expect(second).toBe('word '.repeat(10));
  });

  it('breaks a word that fills a page between graphemes', () => {
    const family = '👩‍👩‍👧‍👦';
    const all = pages(family.repeat(30));
    expect(all.join('')).toBe(family.repeat(30));
    for (const page of all) expect(page.length % family.length).toBe(0);
  });

  it('breaks a grapheme that fills a page between code points', () => {
    const endless = '👩\u200D'.repeat(200);
    const all = pages(endless);
    expect(all.join('')).toBe(endless);
    for (const page of all) expect(page).not.toMatch(/\p{Surrogate}/u);
  });

  it('never breaks between the halves of a character', () => {
    for (let blank = 150; blank < 220; blank++)
      for (const page of pages(`\`\`\`\n${'\n'.repeat(blank)}𐀀 and more`)) expect(page).not.toMatch(/\p{Surrogate}/u);
  });

  it.each(['```', '`````', '~~~~'])('never changes a full page while the end of a fence of %s arrives', (mark) => {
    for (let size = 60; size < 100; size++) {
      const text = `${mark}\n${'x'.repeat(size)}\n${mark}\nb c d e f g h\n\`\`\`a\`b\n${'i j '.repeat(30)}`;
      const whole = pages(text);
      for (let end = 1; end < text.length; end++) {
        const full = pages(text.slice(0, end)).slice(0, -1);
        expect(whole.slice(0, full.length)).toEqual(full);
      }
    }
  });

  it('does not count white space that ends a page', () => {
    expect(pages(`${'a'.repeat(100)}${'\n'.repeat(50)}${'b'.repeat(100)}`)).toEqual(['a'.repeat(100), 'b'.repeat(100)]);
  });

  it('keeps a heading with what follows it', () => {
    const text = `${'a'.repeat(70)}\n\n## A heading\n\n${'b'.repeat(60)}`;
    expect(pages(text)[1]).toBe(`## A heading\n\n${'b'.repeat(60)}`);
  });

  it('does not let text at the beginning of a page turn into a heading, a list or a quote', () => {
    for (let before = 20; before < 34; before++) {
      const text = `${'ab '.repeat(before)}# so - or > 5 | x * y ${'cd '.repeat(20)}`;
      for (const page of pages(text)) expect(page).toMatch(/^(?:ab|cd|so|or|5|x|y) /u);
    }
  });

  it.each([
    ['emphasis', '**some words in bold**'],
    ['formula', '$x_1 + y_2 = z$'],
    ['formula in brackets', String.raw`\(x \in [0, 1]\)`],
    ['address', '<https://example.org/a?b c>'.replace(' ', '_')],
    ['code span', '`some code in a span`'],
    ['code span of several ticks', '``code with ` in it``'],
    ['link', '[a label](https://example.org/a_(b)_c)'],
    ['link with a title', '[a label](https://example.org "A title")'],
    ['image', '![an image](https://example.org/i.png)'],
    ['link in a link’s place', '[![badge](https://example.org/b)](https://example.org)'],
  ])('never breaks inside a %s', (_, span) => {
    for (let before = 50; before < 100; before++) {
      const text = `${'ab '.repeat(before / 3)}${span} and more words after it, and more words after it`;
      expect(pages(text).filter((page) => page.includes(span))).toHaveLength(1);
    }
  });

  it.each([
    ['an entity', '&#128512;'],
    ['an address', '<https://example.org/>'],
    ['a link', '[a](https://b.example)'],
  ])('never breaks inside %s, where there is no white space either', (_, span) => {
    for (let before = 60; before < 110; before++)
      expect(
        pages(`${'語'.repeat(before)}${span}${'語'.repeat(60)}`).filter((page) => page.includes(span)),
      ).toHaveLength(1);
  });

  it('takes prices for text', () => {
    const text = `It costs $5 ${'word '.repeat(40)} or $7.`;
    expect(pages(text)[0]?.length).toBeGreaterThan(90);
  });

  it('takes a bracket that is never closed for text', () => {
    const text = `[${'word '.repeat(400)}`;
    for (const page of pages(text, 1000).slice(0, -1)) expect(page.length).toBeGreaterThan(900);
  });
});

describe('a fence over several pages', () => {
  const code = lines(12, (n) => `  const line${n} = ${n};`);

  it.each([
    ['its language', '```ts\n', '```'],
    ['a longer mark', '`````ts\n', '`````'],
    ['tildes', '~~~python\n', '~~~'],
    ['its indentation', '  ```ts\n', '  ```'],
  ])('is closed and opened again with %s', (_, open, close) => {
    const all = pages(`${open}${code}${close}\n`);
    expect(all.length).toBeGreaterThan(2);
    for (const page of all) {
      expect(page.startsWith(open)).toBe(true);
      expect(page.trimEnd().endsWith(`\n${close}`)).toBe(true);
    }
  });

  it('is opened again without its title where that would fill the page', () => {
    const all = pages(`\`\`\`ts a-rather-long-title-of-a-file.ts\n${code}\`\`\`\n`);
    for (const page of all.slice(1)) expect(page).toMatch(/^```\n/u);
  });

  it('is not indented so far that it would be a code block of its own', () => {
    const all = pages(`1.  An item:\n\n    \`\`\`ts\n${code}    \`\`\`\n`);
    for (const page of all.slice(1)) expect(page).toMatch(/^ {3}```ts\n/u);
  });

  it('keeps the marks of the quote around it', () => {
    const all = pages(`> \`\`\`ts\n${lines(12, (n) => `> const line${n} = ${n};`)}> \`\`\`\n`);
    for (const page of all) expect(page).toMatch(/^> ```ts\n[^]*\n> ```\s*$/u);
  });

  it('breaks between lines of code, however short that leaves a page', () => {
    const all = pages(`\`\`\`\n${'a b '.repeat(5)}\n${'c d '.repeat(20)}\n\`\`\``);
    expect(all[1]).toBe(`\`\`\`\n${'c d '.repeat(20)}\n\`\`\``);
  });

  it('never leaves a page that only opens and closes', () => {
    for (let size = 60; size < 140; size++) {
      const all = pages(`Text.\n\n\`\`\`ts\n${'x'.repeat(size)}\n\`\`\`\n\nMore text.`);
      for (const page of all) expect(page.replace(/```(?:ts)?/gu, '').trim()).not.toBe('');
    }
  });

  it('is closed where the text ends without closing it', () => {
    expect(pages('```ts\nconst a = 1;')).toEqual(['```ts\nconst a = 1;\n```']);
  });
});

describe('a table over several pages', () => {
  const head = '| Name | Value |\n|------|-------|\n';
  const rows = lines(12, (n) => `| row ${n} | some value ${n} |`);

  it('begins each page with its header, and no row is cut', () => {
    const all = pages(head + rows, 150);
    expect(all.length).toBeGreaterThan(2);
    for (const page of all)
      expect(page).toMatch(/^\| Name \| Value \|\n\|-+\|-+\|\n(?:\| row \d+ \| some value \d+ \|\n)+$/u);
  });

  it('does not leave its header behind', () => {
    const all = pages(`${'a'.repeat(110)}\n\n${head}${rows}`, 150);
    expect(all[0]).toBe(`${'a'.repeat(110)}\n\n`);
  });

  it('is parted from its heading rather than cut in its header', () => {
    for (let size = 20; size < 45; size++) {
      const all = pages(`Text.\n\n## ${'h '.repeat(size)}\n\n${head}${rows}`);
      expect(all.some((page) => page.includes(head))).toBe(true);
    }
  });

  it('does not repeat a header that would fill the page', () => {
    const wide = `| ${'wide '.repeat(12)}|\n|---|\n`;
    const all = pages(wide + rows);
    expect(all.filter((page) => page.includes('wide'))).toHaveLength(1);
  });

  it('is over where its rows are', () => {
    const all = pages(`${head}| a | b |\n\n${'word '.repeat(40)}`);
    expect(all.slice(1).join('')).not.toContain('|');
  });
});

describe('lists and quotes over several pages', () => {
  it('breaks a list between its items', () => {
    const all = pages(lines(10, (n) => `${n + 1}. Item number ${n + 1} of a list.`));
    for (const page of all) expect(page).toMatch(/^\d+\. /u);
  });

  it('breaks a list before an item rather than within one', () => {
    const all = pages(
      lines(4, (n) => `- Item ${n} of the list.\n  - Its first point.\n  - Its second point.`),
      150,
    );
    for (const page of all) expect(page).toMatch(/^- Item/u);
  });

  it('goes on with the item that was cut', () => {
    const all = pages(`1. One.\n2. ${sentence(1)}${sentence(2)}${sentence(3)}\n3. Three.\n`);
    expect(all.slice(1)).toEqual([`2. ${sentence(3)}\n3. Three.\n`]);
  });

  it('goes on with the items around what begins a page, and leaves its indentation to them', () => {
    const all = pages(`1.  ${sentence(1)}\n    *   ${sentence(2)}\n    *   ${sentence(3)}\n    *   ${sentence(4)}\n`);
    expect(all).toEqual([
      `1.  ${sentence(1)}\n    *   ${sentence(2)}\n`,
      `1.  *   ${sentence(3)}\n    *   ${sentence(4)}\n`,
    ]);
  });

  it('goes on in an item whose next paragraph begins a page', () => {
    const all = pages(`3. ${sentence(1)}${sentence(2)}\n\n   ${sentence(3)}\n`);
    expect(all[1]).toBe(`3. ${sentence(3)}\n`);
  });

  it('leaves text behind a list alone', () => {
    const all = pages(`- ${sentence(1)}${sentence(2)}\n\n${sentence(3)}\n`);
    expect(all[1]).toBe(`${sentence(3)}\n`);
  });

  it('goes on in a quote where a quoted line was cut', () => {
    const all = pages(`> > ${sentence(1)}${sentence(2)}${sentence(3)}${sentence(4)}\n`);
    expect(all.length).toBeGreaterThan(1);
    for (const page of all) expect(page).toMatch(/^> > Sentence/u);
  });
});

describe('pages with what was put in kept apart', () => {
  it('tell where their text stands in the source, so that more can be put there', () => {
    const text = `- ${'word '.repeat(30)}end.\n\n${'more '.repeat(30)}`;
    const marks = [text.indexOf('end.') + 4, text.length - 1];
    const marked = pagesOf(text, { max: 100, measure: (page) => page.length }).map(({ start, before, body, after }) => {
      const here = marks.filter((at) => at > start && at <= start + body.length).toReversed();
      return before + here.reduce((all, at) => `${all.slice(0, at - start)}[1]${all.slice(at - start)}`, body) + after;
    });
    expect(marked.join('')).toContain('end.[1]');
    expect(marked.at(-1)).toMatch(/more\[1\] $/u);
  });
});

describe('the pages of a growing text', () => {
  const max = 400;
  const pagerOf = (): Pager<string> =>
    new Pager({ max, measure: (page) => page.length }, (page) => page.trim() || undefined);

  it('close what is open on the last one', () => {
    const pager = pagerOf();
    expect(pager.pages(`${'word '.repeat(100)}**bold and [a link](https://exa`).at(-1)).toMatch(
      / \*\*bold and a link\*\*$/u,
    );
    expect(pager.pages('Text.\n\n```ts\nconst a')).toEqual(['Text.\n\n```ts\nconst a\n```']);
  });

  it('are not made before there is something to see on them', () => {
    const first = `${'word '.repeat(79)}word`;
    expect(pagerOf().pages(`${first}\n\n**`)).toEqual([first]);
  });

  it('show less rather than more than fits when what is open has to be closed', () => {
    const [page = ''] = pagerOf().pages(`${'word '.repeat(70)}**${'x'.repeat(max - 352)}`);
    expect(page).toBe('word '.repeat(70).trim());
  });

  it('begin anew with another text', () => {
    const pager = pagerOf();
    pager.pages('word '.repeat(200));
    expect(pager.pages('Another text.')).toEqual(['Another text.']);
  });

  const endless = ['word ', 'word', '```ts\n', '> quoted ', '- item\n', '| cell | cell |\n', '**bold** `code` [a](b) '];

  it.each(endless)('cost their last page, however much there is of %j before', (piece) => {
    const pager = pagerOf();
    let text = piece.repeat(40_000);
    pager.pages(text);
    for (let view = 0; view < 30; view++) {
      text += piece.repeat(5);
      const read = charactersReadBy(() => pager.pages(text));
      expect(read).toBeLessThan(500 * max);
    }
  });
});
