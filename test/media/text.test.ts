/** Text files: their encodings, what is no text, and how the model is given one. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPage, quoted, textOf } from '../../src/media/text.ts';

const TEXT = 'Zażółć gęślą jaźń — 日本語 👩🏽‍💻\r\n\tend';
const wide = (text: string, bigEndian: boolean): Buffer => {
  const marked = Buffer.from(`\ufeff${text}`, 'utf16le');
  return bigEndian ? marked.swap16() : marked;
};

describe('textOf', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16, little end first', wide(TEXT, false)],
    ['UTF-16, big end first', wide(TEXT, true)],
  ])('reads %s', (_name, bytes) => {
    expect(textOf(bytes)).toBe(TEXT);
  });

  it('reads anything else as Latin-1', () => {
    expect(textOf(Buffer.from([0x63, 0x61, 0x66, 0xe9]))).toBe('café');
  });

  it('reads an empty file, and what a terminal coloured', () => {
    expect(textOf(Buffer.alloc(0))).toBe('');
    expect(textOf(Buffer.from('\u001b[31mred\u001b[0m\n'))).toBe('\u001b[31mred\u001b[0m\n');
  });

  it.each([
    ['a zero', Buffer.from('a\0b')],
    ['UTF-16 without a mark', Buffer.from('text', 'utf16le')],
    ['UTF-16 with a zero', wide('a\0b', false)],
    ['UTF-16 with half a character', Buffer.concat([wide('a', false), Buffer.from([0x00, 0xd8])])],
    ['a bell', Buffer.from('a\u0007')],
  ])('takes %s for no text', (_name, bytes) => {
    expect(textOf(bytes)).toBeUndefined();
  });

  it('gives back any text, in each encoding', () => {
    const written = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\ufeff]/u.test(text));
    fc.assert(
      fc.property(written, (text) => {
        for (const bytes of [Buffer.from(text), wide(text, false), wide(text, true)]) expect(textOf(bytes)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('isPage', () => {
  it.each([
    '<!doctype html>',
    '\n <!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">',
    '<html lang="en">',
    '<?xml version="1.0"?>\n<!DOCTYPE html>',
    '<!-- made by x -->\n<!-- and y --><html>',
    '<head><title>',
  ])('knows %j', (text) => {
    expect(isPage(text)).toBe(true);
  });

  it.each(['<p>a paragraph', '<svg xmlns="x">', '# html', 'html', '<htmlx>', '', '<?xml version="1.0"?><rss>'])(
    'does not take %j for one',
    (text) => {
      expect(isPage(text)).toBe(false);
    },
  );

  it('takes no time over one that only begins, over and over', () => {
    expect(isPage('<!--'.repeat(100_000))).toBe(false);
    expect(isPage('<!-- x -->'.repeat(100_000))).toBe(false);
  });
});

describe('quoted', () => {
  it('names the file and fences its text, with its language', () => {
    expect(quoted('main.rs', 'fn main() {}\n', 100)).toBe('File main.rs:\n\n```rs\nfn main() {}\n```');
  });

  it('cuts what is beyond, and says so', () => {
    const text = quoted('a', 'x'.repeat(50), 10);
    expect(text).toContain(`\n${'x'.repeat(10)}\n`);
    expect(text).toContain('[The file goes on: only its first 10 of 50 characters are here.]');
  });

  it('cuts no character in two', () => {
    expect(quoted('a', '👍👍', 3)).toContain('\n👍\n');
  });

  it('lets nothing in a file end its fence', () => {
    const piece = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('```', '\n````\n', '`````js\n', '~~~'));
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        fc.integer({ min: 1, max: 200 }),
        (text, max) => {
          const lines = quoted('a.md', text, max).split('\n');
          const opening = lines.findIndex((line) => /^`{3,}md$/.test(line));
          const fence = /^`+/.exec(lines[opening] ?? '')?.[0] ?? expect.fail('there is no fence');
          const closings = lines.flatMap((line, at) =>
            at > opening && new RegExp(`^ {0,3}${fence}\`*\\s*$`).test(line) ? [at] : [],
          );
          expect(closings).toHaveLength(1);
          const shown = lines.slice(opening + 1, closings[0]).join('\n');
          expect(text.slice(0, max).startsWith(shown.slice(0, max - 1))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
