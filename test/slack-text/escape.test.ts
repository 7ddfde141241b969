/** No text of others is read as markup of Slack's own, in Markdown, mrkdwn and plain text. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodedUrl,
  escaped,
  hrefOf,
  labelOf,
  linkOf,
  plain,
  safeCode,
  safeLine,
} from '../../src/slack-text/escape.ts';
import { hostile, tokensIn } from './tokens.ts';

describe('a line of Markdown', () => {
  it.each([
    ['plain words stay', 'a & b "c"', 'a & b "c"'],
    ['angle brackets become entities', 'a < b > c', 'a &lt; b &gt; c'],
    ['a mention is shown as text', 'hi <!channel>', 'hi &lt;!channel&gt;'],
    ['a quote stays one', '> > a > b', '> > a &gt; b'],
    ['a quote in a list stays one', '- > a', '- > a'],
    ['an address in brackets is the address', 'see <https://a.example/x>.', 'see https://a.example/x.'],
    ['a link of Slack’s own is none', '<https://a.example|b>', '&lt;https://a.example|b&gt;'],
    ['a target in brackets loses them', '[a](<https://a.example/x y>)', '[a](https://a.example/x%20y)'],
    ['code keeps its brackets', 'use `Map<string, number>`', 'use `Map<string, number>`'],
    ['code loses what Slack would read', '`<!here> <T>`', '`&lt;!here&gt; <T>`'],
    ['an arrow is shown', 'a -> b', 'a -&gt; b'],
    ['a code span that never ends is text', '`a <!here>', '`a &lt;!here&gt;'],
  ])('%s', (_, line, shown) => expect(safeLine(line)).toBe(shown));

  it('holds nothing that Slack reads, whatever it is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(text.split('\n').map(safeLine).flatMap(tokensIn)).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tokensIn(safeCode(text))).toEqual([]);
      }),
    );
  });
});

describe('mrkdwn', () => {
  it('is escaped in all three signs', () => expect(escaped('a & <b>')).toBe('a &amp; &lt;b&gt;'));

  it('shows plain text as it is', () => {
    expect(plain('*a* <!here>').replaceAll('\u200b', '')).toBe('*a* &lt;!here&gt;');
    expect(plain('*a*')).not.toMatch(/\*[a-z]+\*/u);
  });

  it.each([
    ['an address', 'https://sky.example/a', '<https://sky.example/a|Sky>'],
    ['an address that would end the link', 'https://sky.example/a|b>c', '<https://sky.example/a%7cb%3Ec|Sky>'],
    ['two arguments', 'https://sky.example/?a=1&b=2', '<https://sky.example/?a=1&amp;b=2|Sky>'],
    ['another scheme', 'javascript:alert(1)', 'Sky'],
  ])('links %s', (_, url, link) => expect(linkOf('Sky', url)).toBe(link));

  it('has labels on one line that end nothing', () => {
    expect(labelOf('a|b\n`c` *d* <e>', 100)).toBe('a b c d &lt;e&gt;');
    expect(labelOf('abcdef', 3)).toBe('abc…');
  });

  it('has addresses that end nothing', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string(), (url, rest) => {
        expect(hrefOf(url + rest) ?? '').not.toMatch(/[<>|()\s`*]/u);
      }),
    );
    expect(encodedUrl('https://a.example/(b)')).toBe('https://a.example/%28b%29');
  });
});
