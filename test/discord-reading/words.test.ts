/** What Discord's markup and what a message shows beside its text read like in words. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Names, readable, type Shown, shownBeside } from '../../src/discord-reading/words.ts';

const names: Names = { user: (id) => ({ '1': 'Bob' })[id], role: () => undefined, channel: () => 'lab' };
const NOBODY: Names = { user: () => undefined, role: () => undefined, channel: () => undefined };

describe('markup', () => {
  it.each([
    ['at <t:1780000000>', 'at 2026-05-28 20:26 UTC'],
    ['at <t:1780000000:R>', 'at 2026-05-28 20:26 UTC'],
    ['at <t:-1:F>', 'at 1969-12-31 23:59 UTC'],
    ['at <t:9999999999999:F>', 'at <t:9999999999999:F>'],
    ['see <id:customize> in <#4>', 'see #customize in #lab'],
    ['<@1>, <@2> and <@&3>', '@Bob, <@2> and <@&3>'],
  ])('%j reads %j', (text, read) => {
    expect(readable(text, names)).toBe(read);
  });
});

describe('what a message shows beside its text', () => {
  it.each<[string, Shown, string]>([
    ['nothing', { content: 'hi' }, ''],
    ['stickers', { content: '', stickers: ['wave', 'a\nb]'] }, '[sticker: wave]\n[sticker: a b]'],
    [
      'an embed',
      {
        content: '',
        embeds: [{ title: 'News', description: 'one\ntwo <@1>', fields: [{ name: 'by', value: 'Eve' }] }],
      },
      '[embed]\n> News\n> one\n> two @Bob\n> by: Eve',
    ],
    ['an empty embed', { content: '', embeds: [{}] }, '[embed]'],
    [
      'a forward of a forward’s words',
      { content: '', forwarded: [{ content: 'look', files: ['a.png'], stickers: ['wave'] }] },
      '[forwarded message]\n> look\n> [sticker: wave]\n> [file: a.png]',
    ],
  ])('%s', (_, shown, told) => {
    expect(shownBeside(shown, names)).toBe(told);
  });

  it('has only lines of its own and quoted ones, whatever people write', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u2028', '>', '[', ']', ':') });
    fc.assert(
      fc.property(text, text, fc.array(text), (content, question, answers) => {
        const told = shownBeside({ content, forwarded: [{ content, files: [] }], poll: { question, answers } }, NOBODY);
        for (const line of told.split(/[\n\r\u2028]/u))
          expect(line).toMatch(/^(?:> |\[forwarded message\]$|\[poll\]$)/u);
      }),
    );
  });
});
