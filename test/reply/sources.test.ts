/** From what Google Search contributed to numbered sources. */
import { describe, expect, it } from 'vitest';
import type { GroundingChunk } from '../../src/core/content.ts';
import { sourcesOf } from '../../src/reply/sources.ts';

const web = (uri: string, title?: string): GroundingChunk => ({
  web: { uri, ...(title === undefined ? {} : { title }) },
});
const sources = (...chunks: readonly GroundingChunk[]) => sourcesOf([{ groundingChunks: chunks }]);

describe('sourcesOf', () => {
  it('numbers sources from 1 by first appearance', () => {
    expect(sources(web('https://b.example/2', 'Two'), web('https://a.example/1', 'One'))).toEqual([
      { number: 1, title: 'Two', url: 'https://b.example/2' },
      { number: 2, title: 'One', url: 'https://a.example/1' },
    ]);
  });

  it('lists each address once, over all chunks, under its first title', () => {
    const again = [{ groundingChunks: [web('https://a.example/', 'A')] }, {}, { groundingChunks: [] }];
    const all = sourcesOf([
      ...again,
      { groundingChunks: [web('https://a.example', 'Other'), web('https://b.example/')] },
    ]);
    expect(all.map(({ number, title, url }) => `${number} ${title} ${url}`)).toEqual([
      '1 A https://a.example/',
      '2 b.example https://b.example/',
    ]);
  });

  it.each<[string, GroundingChunk]>([
    ['nothing at all', {}],
    ['no address', { web: { title: 'A page' } }],
    ['an empty address', web('')],
    ['an address that is none', web('not an address', 'A page')],
    ['a script', web('javascript:alert(1)', 'A page')],
    ['a data address', web('data:text/html,hi', 'A page')],
    ['a file', web('file:///etc/passwd', 'A page')],
  ])('leaves out an entry with %s', (_, chunk) => {
    expect(sources(chunk, web('https://a.example/'))).toMatchObject([{ number: 1, url: 'https://a.example/' }]);
  });

  it.each<[string, GroundingChunk, string]>([
    ['its title', web('https://a.example/x', 'A page'), 'A page'],
    ['a title on one line', web('https://a.example/x', ' A\n\tlong\u0000  page '), 'A long page'],
    ['its domain', { web: { uri: 'https://redirect.example/x', domain: 'a.example' } }, 'a.example'],
    ['its host, where the title is blank', web('https://a.example/x', ' \n'), 'a.example'],
    ['a place of Google Maps', { maps: { uri: 'https://maps.example/p', title: 'Café' } }, 'Café'],
    ['a retrieved document', { retrievedContext: { uri: 'https://docs.example/d', title: 'Doc' } }, 'Doc'],
    ['the page of a picture', { image: { sourceUri: 'https://pics.example/p', title: 'Pic' } }, 'Pic'],
  ])('is titled by %s', (_, chunk, title) => {
    expect(sources(chunk)).toMatchObject([{ title }]);
  });

  it('escapes what would break out of a link', () => {
    expect(sources(web('https://a.example/a b\n<x>"'))[0]?.url).toBe('https://a.example/a%20b%3Cx%3E%22');
  });
});
