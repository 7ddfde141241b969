/** What an answer rests on: sources and their numbers, marks, searches, quotes, and better addresses for them. */
import { describe, expect, it } from 'vitest';
import type { CitationSource, GroundingChunk, GroundingMetadata, Part } from '../../src/core/content.ts';
import { markdownOf } from '../../src/core/conversation.ts';
import type { Sourced } from '../../src/core/reply.ts';
import { relinked, relinking, siteOf, sourcedOf } from '../../src/reply/sources.ts';
import { groundingOf } from '../simulators/gemini/grounding.ts';

const web = (uri: string, title?: string): GroundingChunk => ({
  web: { uri, ...(title === undefined ? {} : { title }) },
});
const chunked = (...groundingChunks: readonly GroundingChunk[]) =>
  sourcedOf([{ parts: [], grounding: { groundingChunks } }]);
const quoted = (...citations: readonly CitationSource[]) => sourcedOf([], citations).quotes;
const A = web('https://a.example/', 'A');
const B = web('https://b.example/', 'B');
const C = web('https://c.example/', 'C');

/** The text of the answers with every mark in it. */
function marked(answers: Parameters<typeof sourcedOf>[0]): string {
  const text = answers.flatMap(({ parts }) => parts.map(markdownOf)).join('');
  const { marks = [] } = sourcedOf(answers);
  return marks.reduceRight((so, { at, sources }) => `${so.slice(0, at)}[${sources.join()}]${so.slice(at)}`, text);
}
const answered = (text: string, grounding: GroundingMetadata) => marked([{ parts: [{ text }], grounding }]);

describe('sources', () => {
  it('are numbered from 1 by first appearance', () => {
    const { sources } = chunked(web('https://b.example/2', 'Two'), web('https://a.example/1', 'One'));
    expect(sources).toEqual([
      { number: 1, title: 'Two', url: 'https://b.example/2' },
      { number: 2, title: 'One', url: 'https://a.example/1' },
    ]);
  });

  it('are numbered by first appearance in the text, before those that no passage names', () => {
    const text = 'First. Second.';
    const supports = [
      { segment: { startIndex: 7, endIndex: 14, text: 'Second.' }, groundingChunkIndices: [1] },
      { segment: { endIndex: 6, text: 'First.' }, groundingChunkIndices: [2] },
    ];
    const grounding = { groundingChunks: [A, B, C], groundingSupports: supports };
    expect(answered(text, grounding)).toBe('First.[1] Second.[2]');
    const { sources } = sourcedOf([{ parts: [{ text }], grounding }]);
    expect(sources.map(({ title }) => title)).toEqual(['C', 'B', 'A']);
  });

  it('are listed once for each address, over all answers, under the first title', () => {
    const { sources } = sourcedOf([
      { parts: [], grounding: { groundingChunks: [A] } },
      { parts: [], grounding: {} },
      { parts: [], grounding: undefined },
      { parts: [], grounding: { groundingChunks: [web('https://a.example', 'Other'), web('https://b.example/')] } },
    ]);
    expect(sources.map(({ number, title, url }) => `${number} ${title} ${url}`)).toEqual([
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
    ['a bucket', { retrievedContext: { uri: 'gs://bucket/a.pdf', title: 'A file' } }],
  ])('leave out an entry with %s', (_, chunk) => {
    expect(chunked(chunk, A).sources).toMatchObject([{ number: 1, url: 'https://a.example/' }]);
  });

  it.each<[string, GroundingChunk, string]>([
    ['its title', web('https://a.example/x', 'A page'), 'A page'],
    ['a title on one line', web('https://a.example/x', ' A\n\tlong\u0000  page '), 'A long page'],
    ['its domain', { web: { uri: 'https://redirect.example/x', domain: 'a.example' } }, 'a.example'],
    ['its host, where the title is blank', web('https://a.example/x', ' \n'), 'a.example'],
    ['a place of Google Maps', { maps: { uri: 'https://maps.example/p', title: 'Café' } }, 'Café'],
    ['a retrieved document', { retrievedContext: { uri: 'https://docs.example/d', title: 'Doc' } }, 'Doc'],
    ['the page of a picture', { image: { sourceUri: 'https://pics.example/p', title: 'Pic' } }, 'Pic'],
  ])('are titled by %s', (_, chunk, title) => {
    expect(chunked(chunk).sources).toMatchObject([{ title }]);
  });

  it('escape what would break out of a link', () => {
    expect(chunked(web('https://a.example/a b\n<x>"')).sources[0]?.url).toBe('https://a.example/a%20b%3Cx%3E%22');
  });

  it('are known as places of Google Maps, with the reviews that were read after all others', () => {
    const review = { title: 'Good coffee', googleMapsUri: 'https://maps.example/r' };
    const place = {
      uri: 'https://maps.example/p',
      title: 'Café',
      placeAnswerSources: { reviewSnippets: [review, {}] },
    };
    expect(chunked({ maps: place }, A).sources).toEqual([
      { number: 1, title: 'Café', url: 'https://maps.example/p', kind: 'maps' },
      { number: 2, title: 'A', url: 'https://a.example/' },
      { number: 3, title: 'Good coffee', url: 'https://maps.example/r', kind: 'maps' },
    ]);
  });

  it.each([
    ['the host', { title: 'A page', url: 'https://www.a.example/x' }, 'a.example'],
    ['nothing where the title is the host', { title: 'A.example', url: 'https://www.a.example/x' }, undefined],
    ['nothing where the title is its domain', { title: 'a.example', url: 'https://en.a.example/x' }, undefined],
    [
      'nothing for a link that only leads on',
      { title: 'A', url: 'https://vertexaisearch.cloud.google.com/x' },
      undefined,
    ],
    ['Google Maps for a place', { title: 'Café', url: 'https://maps.example/', kind: 'maps' } as const, 'Google Maps'],
    ['nothing for what is no address', { title: 'A', url: 'nowhere' }, undefined],
  ])('have %s named beside their title', (_, source, site) => {
    expect(siteOf({ number: 1, ...source })).toBe(site);
  });
});

describe('marks', () => {
  const text = 'Größe ≠ Farbe. 空は青い。 🌤 Ende.';

  it('stand where bytes of UTF-8 say, the start left out at 0', () => {
    const supports = [
      { passage: 'Größe ≠ Farbe.', sources: [0] },
      { passage: '🌤 Ende.', sources: [1] },
    ];
    const sources = [
      { title: 'A', uri: 'https://a.example/' },
      { title: 'B', uri: 'https://b.example/' },
    ];
    expect(answered(text, groundingOf(text, { sources, supports }))).toBe('Größe ≠ Farbe.[1] 空は青い。 🌤 Ende.[2]');
  });

  it('do not count thoughts and tool parts, and stand behind what code came before', () => {
    const parts: Part[] = [
      { text: 'Hm. ', thought: true },
      { toolCall: {} },
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
      { text: 'It is ' },
      { text: 'one.', thoughtSignature: 'c2ln' },
    ];
    const supports = [{ segment: { endIndex: 10, text: 'It is one.' }, groundingChunkIndices: [0] }];
    const shown = marked([{ parts, grounding: { groundingChunks: [A], groundingSupports: supports } }]);
    expect(shown).toMatch(/^\n\n```python\nprint\(1\)\n```\n\n\n\n```\n1\n```\n\nIt is one\.\[1\]$/u);
  });

  it('count from the beginning of their own answer, and share numbers over all of them', () => {
    const grounding = (...groundingChunks: readonly GroundingChunk[]) => ({
      groundingChunks,
      groundingSupports: [{ segment: { endIndex: 4, text: 'One.' }, groundingChunkIndices: [0] }],
    });
    const answers = [
      { parts: [{ text: 'One. ' }, { functionCall: { name: 'f' } }], grounding: grounding(A) },
      { parts: [{ text: 'One. Two. ' }], grounding: grounding(B, A) },
      { parts: [{ text: 'One.' }], grounding: grounding(A) },
    ];
    expect(marked(answers)).toBe('One.[1] One.[2] Two. One.[1]');
  });

  const support = (segment: object, ...groundingChunkIndices: readonly number[]): GroundingMetadata => ({
    groundingChunks: [A, {}, B],
    groundingSupports: [{ segment, groundingChunkIndices }],
  });

  it.each([
    ['a few bytes off', support({ startIndex: 9, endIndex: 13, text: 'Two.' }, 0), 'One two. Two.[1] Two. Three.'],
    ['far off', support({ startIndex: 0, endIndex: 3, text: 'Three.' }, 0), 'One two. Two. Two. Three.[1]'],
    ['beyond the end', support({ startIndex: 900, endIndex: 906, text: 'Two.' }, 0), 'One two. Two. Two.[1] Three.'],
    ['without an end', support({ startIndex: 9, text: 'Two.' }, 0), 'One two. Two.[1] Two. Three.'],
    ['of another spacing', support({ endIndex: 9, text: 'One  two' }, 0), 'One two.[1] Two. Two. Three.'],
    [
      'of another punctuation',
      support({ startIndex: 9, endIndex: 18, text: 'Two; Two!' }, 0),
      'One two. Two. Two.[1] Three.',
    ],
    ['without a text', support({ endIndex: 8 }, 0), 'One two.[1] Two. Two. Three.'],
    ['within a part', support({ partIndex: 1, endIndex: 4, text: 'Two.' }, 0), 'One two. Two.[1] Two. Three.'],
    [
      'of a part that is none',
      support({ partIndex: 7, endIndex: 8, text: 'One two.' }, 0),
      'One two.[1] Two. Two. Three.',
    ],
    [
      'of several chunks, one of them empty',
      support({ endIndex: 8, text: 'One two.' }, 2, 1, 0, 2),
      'One two.[1,2] Two. Two. Three.',
    ],
    [
      'of chunks out of range',
      support({ endIndex: 8, text: 'One two.' }, 9, -1, 0.5, 2),
      'One two.[1] Two. Two. Three.',
    ],
  ])('are right for a segment %s', (_, grounding, expected) => {
    const parts = [{ text: 'One two. ' }, { text: 'Two. Two. Three.' }];
    expect(marked([{ parts, grounding }])).toBe(expected);
  });

  it.each([
    ['a segment that is not in the text', support({ startIndex: 0, endIndex: 3, text: 'Never said.' }, 0)],
    ['a segment of white space', support({ startIndex: 3, endIndex: 4, text: ' ' }, 0)],
    ['a segment that ends before it begins', support({ startIndex: 5, endIndex: 2 }, 0)],
    ['a segment with nothing', support({}, 0)],
    ['numbers that are none', support({ startIndex: -1, endIndex: 0.5 }, 0)],
    ['no chunk', support({ endIndex: 8, text: 'One two.' })],
    ['only an empty chunk', support({ endIndex: 8, text: 'One two.' }, 1)],
    ['no segment', { groundingChunks: [A], groundingSupports: [{ groundingChunkIndices: [0] }] }],
  ])('are none for %s, whose sources are listed all the same', (_, grounding) => {
    const sourced = sourcedOf([{ parts: [{ text: 'One two. Three.' }], grounding }]);
    expect(sourced.marks).toBeUndefined();
    expect(sourced.sources.length).toBeGreaterThan(0);
  });

  it('are merged where several stand at one place', () => {
    const supports = [
      { segment: { endIndex: 9, text: 'One **two' }, groundingChunkIndices: [2] },
      { segment: { startIndex: 4, endIndex: 12, text: '**two**.' }, groundingChunkIndices: [0, 2] },
    ];
    const grounding = { groundingChunks: [A, {}, B], groundingSupports: supports };
    expect(answered('One **two**. Three.', grounding)).toBe('One **two**.[1,2] Three.');
  });

  it('stay with the text that came of an answer that broke off', () => {
    const whole = groundingOf('One. Two. Three.', {
      sources: [{ title: 'A', uri: 'https://a.example/' }],
      supports: [
        { passage: 'One.', sources: [0] },
        { passage: 'Three.', sources: [0] },
      ],
    });
    expect(answered('One. Two. Thr', whole)).toBe('One.[1] Two. Thr');
  });

  it('stand where a drifting service means', () => {
    const text = 'One\ntwo three. Four *five*';
    const script = {
      sources: [{ title: 'A', uri: 'https://a.example/' }],
      supports: [
        { passage: 'One\ntwo three.', sources: [0] },
        { passage: 'Four *five*', sources: [0] },
      ],
      drifting: true,
    };
    expect(answered(text, groundingOf(text, script))).toBe('One\ntwo three.[1] Four *five*[1]');
  });
});

describe('searches', () => {
  it('are links to Google’s page of results, each once and none empty', () => {
    const { searches } = sourcedOf([
      { parts: [], grounding: { webSearchQueries: ['', 'why is the sky blue?', ' a & b ', 'a & b'] } },
      { parts: [], grounding: { webSearchQueries: ['half \ud83d'] } },
    ]);
    expect(searches).toEqual([
      { query: 'why is the sky blue?', url: 'https://www.google.com/search?q=why%20is%20the%20sky%20blue%3F' },
      { query: 'a & b', url: 'https://www.google.com/search?q=a%20%26%20b' },
      { query: 'half \ud83d', url: 'https://www.google.com/search?q=half%20%EF%BF%BD' },
    ]);
  });
});

describe('quotes', () => {
  it('are numbered apart, each address once, without those that have none', () => {
    expect(
      quoted(
        { uri: 'https://a.example/' },
        {},
        { uri: 'https://b.example/', title: 'B' },
        { uri: 'https://a.example' },
      ),
    ).toEqual([
      { number: 1, title: 'a.example', url: 'https://a.example/' },
      { number: 2, title: 'B', url: 'https://b.example/' },
    ]);
  });
});

describe('other addresses', () => {
  const link = (name: string) => `https://vertexaisearch.cloud.google.com/grounding-api-redirect/${name}`;
  const sourced: Sourced = {
    sources: ['a', 'b', 'c'].map((name, at) => ({ number: at + 1, title: `${name}.example`, url: link(name) })),
    marks: [
      { at: 3, sources: [1, 2] },
      { at: 9, sources: [2, 3] },
    ],
  };

  it('take the place of those that lead to them, and merge sources that turn out to be one', () => {
    const found = new Map([
      [link('a'), 'https://a.example/page'],
      [link('b'), 'https://a.example/page'],
    ]);
    expect(relinked(sourced, found)).toEqual({
      sources: [
        { number: 1, title: 'a.example', url: 'https://a.example/page' },
        { number: 2, title: 'c.example', url: link('c') },
      ],
      marks: [
        { at: 3, sources: [1] },
        { at: 9, sources: [1, 2] },
      ],
    });
  });

  it('give their host to a source that had no title', () => {
    const untitled = { sources: [{ number: 1, title: 'vertexaisearch.cloud.google.com', url: link('a') }] };
    const { sources } = relinked(untitled, new Map([[link('a'), 'https://a.example/page']]));
    expect(sources).toEqual([{ number: 1, title: 'a.example', url: 'https://a.example/page' }]);
  });

  it.each(['javascript:alert(1)', 'nowhere', ''])('are not believed when they are %j', (address) => {
    expect(relinked(sourced, new Map([[link('a'), address]]))).toEqual(sourced);
  });

  it('are looked up only where there is a link to follow', async () => {
    const signal = new AbortController().signal;
    expect(relinking(sourced, { follow: () => undefined }, signal)).toBeUndefined();
    const asked: (readonly string[])[] = [];
    const follow = async (urls: readonly string[]) => {
      asked.push(urls);
      return new Map([[link('a'), 'https://a.example/page']]);
    };
    expect((await relinking(sourced, { follow }, signal))?.sources[0]?.url).toBe('https://a.example/page');
    expect(asked).toEqual([[link('a'), link('b'), link('c')]]);
  });
});
