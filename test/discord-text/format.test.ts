/** What Discord is given for the model's Markdown, and what stands under an answer. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply, Source } from '../../src/core/reply.ts';
import { displayedLengthOf, finalPagesOf, format, lengthOf, PAGE, pagesOf } from '../../src/discord-text/format.ts';
import { viewPages } from '../../src/discord-text/pages.ts';
import { anyText, document, piecesOf } from '../markdown/documents.ts';
import { writing } from '../discord/stage.ts';

const DONE: Reply = { text: '', sources: [], ending: { kind: 'complete' } };
const points = (text: string) => Array.from(text).length;

/** Text made of the pieces that Markdown reacts to, which plain random text would hardly ever bring together. */
const markdown = fc
  .array(
    fc.oneof(
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          '\n',
          '\n\n',
          '#### ',
          '###### ',
          '# ',
          '- [ ] ',
          '- [x] ',
          '* [X]\t',
          '---',
          '***',
          '|',
          '| a | b |',
          '\n|---|--:|\n',
          '|-|',
          '```',
          '```js\n',
          '~~~',
          '`',
          '**',
          '> ',
          '[',
          '](',
          ')',
          '[https://a.example](https://b.example)',
          '[x https://',
          '[x https://[https://a.example](https://b.example)](https://d.example)',
          '](https://d.example)',
          'https://c.example',
          '@everyone',
          '@here',
          '<@123456789012345678>',
          '<@&123456789012345678>',
          '\\|',
          '\\',
          '漢字',
          '👩‍👩‍👧',
          '<br>',
          '  ',
          '$x^2$',
          '$$\\frac{a}{b}$$',
          '\n$$\n',
          '$',
          '\\(',
          '\\)',
          '\\[ a_1 \\\\ |b| \\]',
          '\\alpha ',
          '[^1]',
          '\n[^x]: ',
          '<sub>2</sub>',
          '<b>',
          '</b>',
          '<details><summary>s</summary>',
          '![a](https://e.example/p.png)',
          '<a href="https://f.example">f</a>',
          ' a cell of more than sixty signs, as it stands in so many a table of a model |',
        ),
      },
    ),
    { minLength: 1, maxLength: 30, size: 'max' },
  )
  .map((pieces) => pieces.join(''));

describe('Markdown for Discord', () => {
  it.each([
    ['a heading of the third level', '### Three', '### Three'],
    ['a heading of the fourth level', '#### Four ####', '**Four**'],
    ['a deep heading in a quotation', '> ##### Five', '> **Five**'],
    ['a deep heading with bold words', '###### All **of** it', '**All of it**'],
    ['a deep heading that ends in a hash of its own', '#### Learning C#', '**Learning C#**'],
    ['stars in the code of a deep heading', '#### Using `2**8`', '**Using `2**8`**'],
    ['stars in the code of a table', '| `2**8` |\n|---|\n| **x** |', '```\n2**8\n----\nx\n```'],
    ['a heading of asterisks alone', '#### ***', '#### ***'],
    ['hash signs without a space', '####four', '####four'],
    ['an open task', '- [ ] buy milk', '- ☐ buy milk'],
    ['a done task', '  1. [x] sleep', '  1. ☑ sleep'],
    ['a footnote-like bracket', '- [x]y', '- [x]y'],
    ['a rule', 'a\n\n---\n\nb', 'a\n\n────────────\n\nb'],
    ['a list item that is no rule', '- a', '- a'],
    ['a link', '[the page](https://a.example/x)', '[the page](https://a.example/x)'],
    ['a link named like an address', 'see [https://a.example](https://b.example/x)!', 'see <https://b.example/x>!'],
    ['such a link in code', '`[https://a.example](https://b.example)`', '`[https://a.example](https://b.example)`'],
    ['mentions', '@everyone <@123456789012345678>', '@everyone <@123456789012345678>'],
  ])('shows %s', (_, markdown, shown) => {
    expect(format(markdown)).toBe(shown);
  });

  it('aligns a table in a code block', () => {
    const table = [
      'Prices:',
      '| Item | Price |',
      '|:-----|------:|',
      '| **Tea** | 2 |',
      '| `漢字` | 1250 |',
      '| a\\|b |',
      '',
      'Enjoy.',
    ];
    expect(format(table.join('\n')).split('\n')).toEqual([
      'Prices:',
      '```',
      'Item | Price',
      ':----|-----:',
      'Tea  |     2',
      '漢字 |  1250',
      'a|b  |',
      '```',
      '',
      'Enjoy.',
    ]);
  });

  it.each([
    ['indented code', '    #### x'],
    ['a table with three ticks in a cell', '| ``` |\n|---|\n| a |'],
    ['a fence', '```md\n#### x\n| a | b |\n|---|---|\n- [ ] y\n---\n```'],
    ['a longer fence around a shorter one', '````md\n```\n#### x\n```\n#### y\n````'],
    ['a fence of tildes', '~~~\n#### x\n~~~'],
    ['a fence that is still open', '```\n#### x'],
  ])('leaves %s alone', (_, code) => {
    expect(format(code)).toBe(code);
  });

  it('formats again what comes after a fence', () => {
    expect(format('```\n#### a\n```\n#### b')).toBe('```\n#### a\n```\n**b**');
  });

  it('makes no formula of what stood around a table', () => {
    const once = format(`$$\n| a | ${'wide '.repeat(12)} |\n|---|--:|\nb\n$$`);
    expect(format(once)).toBe(once);
  });

  it.each([
    ['ends in a break', '$$\nx $$<br>', '`x`'],
    ['stands around a rule', '$$\n***\n$$', '$$\n────────────\n$$'],
  ])('changes nothing more of a formula that %s', (_, text, shown) => {
    expect(format(text)).toBe(shown);
    expect(format(shown)).toBe(shown);
  });

  it('changes nothing when it is done twice', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const once = format(text);
        expect(format(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the length of a page', () => {
  const texts = fc.oneof(
    markdown,
    fc.array(markdown, { maxLength: 8 }).map((texts) => texts.join('\n')),
    document,
  );

  it('is never less than Discord will count', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const [shown, displayed] = [format(text), displayedLengthOf(text)];
        for (const length of [lengthOf(text), displayed]) expect(length).toBeGreaterThanOrEqual(points(shown));
        // In a text display its bytes count in proportion.
        expect((displayed * 10_150) / 4000 + 0.001).toBeGreaterThanOrEqual(Buffer.byteLength(shown));
      }),
    );
  });

  it('never shrinks when text is appended', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, from) => {
        const characters = Array.from(text);
        let before = [0, 0];
        const start = from % (characters.length + 1);
        for (let end = start; end <= Math.min(characters.length, start + 60); end++) {
          const page = characters.slice(0, end).join('');
          const lengths = [lengthOf(page), displayedLengthOf(page)];
          for (const [at, length] of lengths.entries()) expect(length).toBeGreaterThanOrEqual(before[at] ?? 0);
          before = lengths;
        }
      }),
    );
  });
});

describe('the length of a page', () => {
  it('does not shrink when a formula around a table is closed', () => {
    const open = '\n$$\n| a | b |\n|---|--:|\n$$\\frac{a}{b}';
    expect(lengthOf(`${open}$$`)).toBeGreaterThanOrEqual(lengthOf(open));
  });

  it('holds for a table that begins a line later than it seemed', () => {
    const text = '\n|---|--:|\n|-|\\[ a_1 \\\\ |b| \\]\n|---|--:|\n\n';
    expect(lengthOf(text)).toBeGreaterThanOrEqual(points(format(text)));
  });

  it('is little more than that of a table', () => {
    for (const table of [
      '| Item | Price |\n|:-----|------:|\n| Tea | 2 |\n| Milk | 1250 |',
      `| a | b |\n|---|---|\n${`| x | ${'word '.repeat(30)}|\n`.repeat(10)}`,
    ])
      expect(lengthOf(table) - points(format(table))).toBeLessThan(70);
  });

  it.each([
    ['text', 'Some 😀 text.'],
    ['a rule', 'a\n\n---\n\nb'],
  ])('is exact for %s', (_, text) => {
    expect(lengthOf(text)).toBe(points(format(text)));
  });
});

describe('the pages of views', () => {
  it('are those of the whole answer, fit a message, and stay as they are when they are full', () => {
    fc.assert(
      fc.property(piecesOf(fc.oneof(anyText, document)), (pieces) => {
        const pagesOfView = viewPages();
        let text = '';
        let full: readonly unknown[] = [];
        for (const piece of pieces) {
          text += piece;
          const pages = pagesOfView(writing(text.replace(/[\uD800-\uDBFF]$/, '')));
          for (const { content } of pages) expect(points(content)).toBeLessThanOrEqual(2000);
          for (const [at, page] of full.entries()) expect(pages[at] ?? page).toBe(page);
          full = pages.slice(0, -1);
        }
        const all = pagesOf(text);
        expect(full).toEqual(all.slice(0, full.length).map((content) => ({ content, files: [], buttons: [] })));
      }),
    );
  });
});

describe('pages', () => {
  it('leave room for marks that are put in when they have stood for long', () => {
    const pages = pagesOf('word '.repeat(3000));
    for (const page of pages) expect(points(page)).toBeLessThanOrEqual(1940);
    expect(PAGE.max).toBe(1940);
  });

  it('never pass 2000 code points after formatting, and are never blank', () => {
    fc.assert(
      fc.property(fc.array(markdown, { minLength: 5, maxLength: 60 }), (texts) => {
        for (const page of pagesOf(texts.join('\n'))) {
          expect(points(page)).toBeLessThanOrEqual(2000);
          expect(page.trim()).not.toBe('');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('give back a plain answer when they are joined', () => {
    const answer = Array.from({ length: 900 }, (_, index) => `word${index} 😀`).join(' ');
    const pages = pagesOf(answer);
    expect(pages.length).toBeGreaterThan(3);
    expect(pages.join(' ').replace(/\s+/gu, ' ')).toBe(answer);
  });

  it('count an emoji as one, as Discord does', () => {
    expect(pagesOf('😀'.repeat(1940))).toHaveLength(1);
  });

  it('are none for a text of white space', () => {
    expect(pagesOf(' \n\n ')).toEqual([]);
  });
});

describe('the end of a reply', () => {
  const sources: readonly Source[] = [
    { number: 1, title: 'Sky', url: 'https://sky.example/blue?a=1' },
    { number: 2, title: 'light.example', url: 'https://light.example/(x)' },
  ];

  it('puts the sources as numbered links and the notice in small print under the text', () => {
    expect(finalPagesOf({ ...DONE, text: 'Blue.', sources, notice: 'It was cut.' })).toEqual([
      'Blue.\n\n**Sources**\n1. [Sky · sky.example](<https://sky.example/blue?a=1>)\n2. [light.example](<https://light.example/%28x%29>)\n-# It was cut.',
    ]);
  });

  it('shows a notice as plain text, whatever name stands in it', () => {
    const notice = 'Stopped by **<@1>** _a_ [b](https://c.example) `d` ||e|| \\.';
    expect(finalPagesOf({ ...DONE, notice })).toEqual([
      '-# Stopped by \\*\\*\\<@1\\>\\*\\* \\_a\\_ \\[b\\](https\\://c.example) \\`d\\` \\|\\|e\\|\\| \\\\.',
    ]);
  });

  it('is the notice alone when there is no text', () => {
    expect(finalPagesOf({ ...DONE, notice: 'Sorry.' })).toEqual(['-# Sorry.']);
  });

  it('moves to a page of its own where it does not fit under the text', () => {
    const text = 'a'.repeat(1930);
    const pages = finalPagesOf({ ...DONE, text, sources });
    expect(pages[0]).toBe(text);
    expect(pages[1]).toMatch(/^\*\*Sources\*\*\n1\. /u);
  });

  const many = Array.from({ length: 40 }, (_, at) => ({
    number: at + 1,
    title: `T${at}`,
    url: `https://e.example/${'x'.repeat(190)}`,
  }));

  it('lists as many sources as fit under the text, and counts the others', () => {
    const pages = finalPagesOf({ ...DONE, text: 'Hi', sources: many, notice: 'It was cut.' });
    expect(pages).toHaveLength(1);
    expect(points(pages[0] ?? '')).toBeLessThanOrEqual(2000);
    const lines = (pages[0] ?? '').split('\n');
    expect(lines.slice(0, 3)).toEqual(['Hi', '', '**Sources**']);
    expect(lines.slice(3, -2).length).toBeGreaterThan(6);
    for (const line of lines.slice(3, -2))
      expect(line).toMatch(/^\d+\. \[T\d+ · e\.example\]\(<https:\/\/e\.example\/x{190}>\)$/u);
    expect(lines.slice(-2)).toEqual([`-# and ${40 - lines.slice(3, -2).length} more`, '-# It was cut.']);
  });

  it('lists them in a message of their own where fewer than five fit under the text', () => {
    const text = 'a '.repeat(700);
    const pages = finalPagesOf({ ...DONE, text, sources: many });
    expect(pages).toHaveLength(2);
    expect(pages[1]).toMatch(/^\*\*Sources\*\*\n1\. [^]*\n-# and \d+ more$/u);
  });

  it('links the searches to their results and the quotes to what they are of, in small print', () => {
    const searches = [
      { query: 'why [is] *the* sky blue', url: 'https://www.google.com/search?q=why%20(x)' },
      { query: 'sky', url: 'https://www.google.com/search?q=sky' },
    ];
    const quotes = [{ number: 1, title: 'A book', url: 'https://book.example/p' }];
    expect(finalPagesOf({ ...DONE, text: 'Blue.', sources: [], searches, quotes })).toEqual([
      'Blue.\n\n-# Google Search: [why is the sky blue](<https://www.google.com/search?q=why%20%28x%29>) · ' +
        '[sky](<https://www.google.com/search?q=sky>)\n-# Quotes: [A book · book.example](<https://book.example/p>)',
    ]);
  });

  it('keeps searches and quotes to a line each, and counts the others', () => {
    const quotes = many.map((source) => ({ ...source, url: `${source.url}${source.number}` }));
    const [page = ''] = finalPagesOf({ ...DONE, text: 'Hi', sources: [], quotes });
    expect(page).toMatch(/^Hi\n\n-# Quotes: [^\n]{1,600} and 38 more$/u);
  });

  it('names Google Maps beside its places', () => {
    const place = { number: 1, title: 'Café', url: 'https://maps.google.com/?cid=1', kind: 'maps' } as const;
    expect(finalPagesOf({ ...DONE, text: 'Go.', sources: [place] })).toEqual([
      'Go.\n\n**Sources**\n1. [Café · Google Maps](<https://maps.google.com/?cid=1>)',
    ]);
  });

  it('shows the host where a title is empty, and a title alone where the address is no web address', () => {
    const odd = [
      { number: 1, title: ' ** ', url: 'https://host.example/p' },
      { number: 2, title: 'Bad', url: 'javascript:alert(1)' },
      { number: 3, title: 'Worse', url: 'no address' },
    ];
    expect(finalPagesOf({ ...DONE, sources: odd })).toEqual([
      '**Sources**\n1. [host.example](<https://host.example/p>)\n2. Bad\n3. Worse',
    ]);
  });

  it('lets no title and no address break out of its link', () => {
    const title = fc.oneof(
      markdown,
      fc.constantFrom('hhttps://ttps://x.example', '](<https://evil.example>)', 'a\n1. [b](c)'),
    );
    const url = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      markdown.map((tail) => `https://a.example/${tail}`),
    );
    fc.assert(
      fc.property(title, url, (title, url) => {
        fc.pre(new URL(url).href.length < 1500);
        const lines = finalPagesOf({ ...DONE, sources: [{ number: 1, title, url }] })
          .join('\n')
          .split('\n');
        expect(lines).toHaveLength(2);
        expect(lines[1]).toMatch(/^1\. \[[^[\]()<>\\`*_~|\n]+\]\(<https?:\/\/[^\s<>()\\]+>\)$/u);
        expect(lines[1]?.split('](')[0]).not.toContain('://');
        expect(format(lines.join('\n'))).toBe(lines.join('\n'));
      }),
      { numRuns: 500 },
    );
  });
});
