import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../../src/discord-text/format.ts';
import { answerText } from './answer-text.ts';
import { differenceOf } from './difference.ts';
import { shownOf, SOURCE_HOST, visibleOf } from './visible.ts';

const answers = fc.tuple(fc.nat(9999), fc.integer({ min: 400, max: 9000 })).map(([number, length]) => {
  const name = `dome-${number}`;
  return { name, source: answerText(name, length).text };
});

/** An answer with the posts that show it, and each place in them where a character could be lost or put in. */
const long = answerText('dome-5', 9000).text;
const posts = pagesOf(long);
const spots = fc.constantFrom(
  ...posts.flatMap((post, index) =>
    visibleOf(post)
      .at.slice(0, -1)
      .map((at) => ({ index, at })),
  ),
);

/** The posts with `text` in place of so many units at a spot. */
function changed(
  spot: { readonly index: number; readonly at: number },
  units: number,
  text: string,
): readonly string[] {
  return posts.map((post, index) =>
    index === spot.index ? post.slice(0, spot.at) + text + post.slice(spot.at + units) : post,
  );
}

describe('what is visible of Markdown', () => {
  it('is everything but white space, marks, fences and the rules of tables', () => {
    const markdown = '# A *b*\n\n```ts\nx > 1;\n```\n| c | d |\n|---|:-:|\n| 1 | 2 |\n> - [e](http://f)';
    expect(visibleOf(markdown).text).toBe('Abx1;cd12ehttp://f');
  });

  it('is known by its place in the source', () => {
    const { text, at } = visibleOf('**a**\n\n```\nb\n```');
    expect([text, at]).toEqual(['ab', [2, 11, 16]]);
  });
});

describe('what posts show', () => {
  it('is the answer, when Halley formatted and paged it', () => {
    fc.assert(
      fc.property(answers, ({ source }) => shownOf(pagesOf(source)) === visibleOf(source).text),
      { numRuns: 85 },
    );
  });

  it('lacks every character that a post lacks', () => {
    fc.assert(
      fc.property(spots, (spot) => {
        const difference = differenceOf(visibleOf(long).text, shownOf(changed(spot, 1, '')));
        expect(difference).toEqual({ lost: 1, extra: 0 });
      }),
    );
  });

  it('has too many where a post has', () => {
    fc.assert(
      fc.property(spots, fc.constantFrom('q', '7', '佐'), (spot, put) => {
        const difference = differenceOf(visibleOf(long).text, shownOf(changed(spot, 0, put)));
        expect(difference).toEqual({ lost: 0, extra: 1 });
      }),
    );
  });

  it('is without the bot’s own words: marks, the list of sources, small print', () => {
    const posts = [
      `Plates drift.[1](<${SOURCE_HOST}/dome-1/1>)[[2]](${SOURCE_HOST}/dome-1/2) So\n\n**Sources**`,
      `1. [Night 1](<${SOURCE_HOST}/dome-1/1>) · sources.example`,
      '-# The answer was cut.',
      '-# [dome-1 drift](<https://www.google.com/search?q=dome-1%20drift>)',
    ];
    expect(shownOf([posts.join('\n')])).toBe('Platesdrift.So');
    expect(shownOf(posts)).toBe('Platesdrift.So');
  });

  it('has the model’s own links and numbers', () => {
    expect(shownOf(['see [1](https://charts.example/1) [2]'])).toBe('see1https://charts.example/12');
  });

  it('counts the header of a table once where the table goes on in the next post', () => {
    const [above, below] = ['```\na   | b\n----|--\n1   | 2\n```', '```\na   | b\n----|--\n3   | 4\n```'];
    expect(shownOf([above, below])).toBe('ab1234');
  });

  it('counts the header of another table', () => {
    const above = '| a | b |\n|---|---|\n| 1 | 2 |';
    expect(shownOf([above, '| a | c |\n|---|---|\n| 3 | 4 |'])).toBe('ab12ac34');
    expect(shownOf([`${above}\n\nText.`, '| a | b |\n|---|---|\n| 3 | 4 |'])).toBe('ab12Text.ab34');
  });
});
