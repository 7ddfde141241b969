/** From what the model says its answers rest on to the numbered sources of a reply, its marks, searches and quotes. */
import type { CitationSource, GroundingChunk, GroundingMetadata } from '../core/content.ts';
import { markdownOf } from '../core/conversation.ts';
import type { Redirects } from '../core/files.ts';
import {
  type Mark,
  REDIRECT_ORIGIN,
  type SearchSuggestion,
  type Source,
  type Sourced,
  type Support,
} from '../core/reply.ts';
import { type Passage, placeFinder } from './places.ts';
import { type GroundedAnswer, passagesOf } from './supports.ts';

/**
 * What the text of these answers, one after the other, rests on. Sources are numbered from 1 by first appearance in the
 * text, then come those that no passage names; each address once. Entries without an http or https address are left out.
 */
export function sourcedOf(answers: readonly GroundedAnswer[], citations: readonly CitationSource[] = []): Sourced {
  const pages = answers.map(({ grounding }) => (grounding?.groundingChunks ?? []).map(pageOf));
  const numbers = new Numbers();
  const passages = passagesIn(answers, pages);
  const marks = [...placesOf(answers, passages)]
    .toSorted(([a], [b]) => a - b)
    .map(([at, named]): Mark => ({ at, sources: numbers.of(named) }));
  numbers.of(pages.flat());
  numbers.of(answers.flatMap(({ grounding }) => grounding?.groundingChunks ?? []).flatMap(reviewsOf));
  const supports = passages.map((passage) => supportOf(passage, numbers)).toSorted((a, b) => a.start - b.start);
  const searches = searchesOf(answers.flatMap(({ grounding }) => grounding ?? []));
  const quotes = new Numbers();
  quotes.of(citations.map(({ uri, title }) => pageAt(uri, title)));
  return {
    sources: numbers.sources,
    ...(marks.length === 0 ? {} : { marks }),
    ...(supports.length === 0 ? {} : { supports }),
    ...(searches.length === 0 ? {} : { searches }),
    ...(quotes.sources.length === 0 ? {} : { quotes: quotes.sources }),
  };
}

/** Looks up where the links among the sources lead; undefined, at once, when none of them is known to lead elsewhere. */
export function relinking<T extends Sourced>(
  sourced: T,
  redirects: Redirects,
  signal: AbortSignal,
): Promise<T> | undefined {
  const urls = sourced.sources.map(({ url }) => url);
  const following = redirects.follow(urls, signal);
  const whenFound = async (found: NonNullable<typeof following>): Promise<T> => relinked(sourced, await found);
  return following && whenFound(following);
}

/**
 * The same with other addresses for some sources. Those that turn out to be one are merged into the first of them, so that
 * numbers still go by first appearance. An address that is not http or https changes nothing.
 */
export function relinked<T extends Sourced>(sourced: T, addresses: ReadonlyMap<string, string>): T {
  const numbers = new Numbers();
  const renumbered = new Map<number, readonly number[]>();
  for (const { number, title, url, kind } of sourced.sources) {
    const [from, to] = [URL.parse(url), webAddressOf(addresses.get(url))];
    const page = { title: to !== undefined && title === from?.host ? to.host : title, url: to?.href ?? url };
    renumbered.set(number, numbers.of([{ ...page, ...(kind === undefined ? {} : { kind }) }]));
  }
  const marks = sourced.marks?.map(({ at, sources }) => ({
    at,
    sources: ascending(sources.flatMap((number) => renumbered.get(number) ?? [])),
  }));
  const supports = sourced.supports?.map((support) => renumberedSupport(support, renumbered));
  return {
    ...sourced,
    sources: numbers.sources,
    ...(marks === undefined ? {} : { marks }),
    ...(supports === undefined ? {} : { supports }),
  };
}

/** What is named beside a source's title, where the title does not say it: Google Maps, as its terms ask, or the host. */
export function siteOf({ title, url, kind }: Source): string | undefined {
  if (kind === 'maps') return 'Google Maps';
  const address = URL.parse(url);
  const host = address?.host.replace(/^www\./u, '');
  const said = title.toLowerCase().replace(/^www\./u, '');
  if (host === undefined || address?.origin === REDIRECT_ORIGIN) return undefined;
  return host === said || host.endsWith(`.${said}`) ? undefined : host;
}

type Page = Omit<Source, 'number'>;

/** Numbers pages in the order in which they are first named. */
class Numbers {
  readonly #byUrl = new Map<string, Source>();

  get sources(): readonly Source[] {
    return [...this.#byUrl.values()];
  }

  /** The numbers of these pages, ascending, each once. */
  of(pages: readonly (Page | undefined)[]): readonly number[] {
    const sources = pages.flatMap((page): readonly Source[] => {
      if (page === undefined) return [];
      const source = this.#byUrl.get(page.url) ?? { number: this.#byUrl.size + 1, ...page };
      this.#byUrl.set(page.url, source);
      return [source];
    });
    return ascending(sources.map(({ number }) => number));
  }
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

/** A passage of the reply with the pages that it rests on, and how surely it does on each where the model says so. */
interface NamedPassage {
  readonly passage: Passage;
  readonly named: readonly Page[];
  readonly confidence?: readonly number[];
}

function passagesIn(
  answers: readonly GroundedAnswer[],
  pages: readonly (readonly (Page | undefined)[])[],
): readonly NamedPassage[] {
  let before = 0;
  const passages = answers.flatMap((answer, index) => {
    const found = passagesOf(answer, before);
    before += answer.parts.map(markdownOf).join('').length;
    return found.map(({ chunks, confidence, ...passage }): NamedPassage => {
      const named = chunks.flatMap((chunk, at) => {
        const page = pages[index]?.[chunk];
        return page === undefined ? [] : [{ page, sure: confidence[at] }];
      });
      const sure = named.flatMap((each) => each.sure ?? []);
      return {
        passage,
        named: named.map(({ page }) => page),
        ...(sure.length > 0 && sure.length === named.length ? { confidence: sure } : {}),
      };
    });
  });
  return passages.filter(({ named }) => named.length > 0);
}

/** To be called when every page of a passage has its number. A page that is named twice counts once. */
function supportOf({ passage, named, confidence }: NamedPassage, numbers: Numbers): Support {
  const byNumber = new Map(named.map((page, at) => [numbers.of([page])[0] ?? 0, confidence?.[at]]));
  return supportIn(passage, byNumber);
}

function supportIn({ start, end }: Passage, byNumber: ReadonlyMap<number, number | undefined>): Support {
  const sure = [...byNumber.values()].filter((each) => each !== undefined);
  const confidence = sure.length > 0 && sure.length === byNumber.size ? { confidence: sure } : {};
  return { start, end, sources: [...byNumber.keys()], ...confidence };
}

/** Sources that turned out to be one support a passage as surely as the surest of them. */
function renumberedSupport(
  { sources, confidence, ...passage }: Support,
  renumbered: ReadonlyMap<number, readonly number[]>,
): Support {
  const byNumber = new Map<number, number | undefined>();
  for (const [at, source] of sources.entries())
    for (const number of renumbered.get(source) ?? []) {
      const sure = confidence?.[at];
      byNumber.set(number, sure === undefined ? undefined : Math.max(sure, byNumber.get(number) ?? 0));
    }
  return supportIn(passage, byNumber);
}

/** Where marks stand in the reply, and the pages that each of them names. */
function placesOf(
  answers: readonly GroundedAnswer[],
  passages: readonly NamedPassage[],
): ReadonlyMap<number, readonly Page[]> {
  const places = new Map<number, Page[]>();
  if (passages.length === 0) return places;
  const find = placeFinder(answers.flatMap(({ parts }) => parts.map(markdownOf)).join(''));
  for (const { passage, named } of passages) {
    const at = find(passage);
    const there = at === undefined ? undefined : places.get(at);
    if (there !== undefined) there.push(...named);
    else if (at !== undefined) places.set(at, [...named]);
  }
  return places;
}

function pageOf({ web, maps, retrievedContext, image }: GroundingChunk): Page | undefined {
  if (web !== undefined) return pageAt(web.uri, web.title ?? web.domain);
  if (maps !== undefined) return placeAt(maps.uri, maps.title);
  return pageAt(retrievedContext?.uri ?? image?.sourceUri, retrievedContext?.title ?? image?.title);
}

/** The terms of Google Maps ask for links to the reviews that an answer draws on, too. */
function reviewsOf({ maps }: GroundingChunk): readonly (Page | undefined)[] {
  const reviews = maps?.placeAnswerSources?.reviewSnippets ?? [];
  return reviews.map(({ title, googleMapsUri }) => placeAt(googleMapsUri, title ?? maps?.title));
}

function placeAt(uri: string | undefined, title: string | undefined): Page | undefined {
  const page = pageAt(uri, title);
  return page && { ...page, kind: 'maps' };
}

function pageAt(uri: string | undefined, title = ''): Page | undefined {
  const url = webAddressOf(uri);
  return url && { title: onOneLine(title) || url.host, url: url.href };
}

function onOneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** As the address bar would show it: escaped, and without the line breaks and spaces that addresses from outside may hold. */
function webAddressOf(uri: string | undefined): URL | undefined {
  const url = URL.parse(uri ?? '');
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/** Each query once, as a link to the page of its results; some come empty. */
function searchesOf(metadata: readonly GroundingMetadata[]): readonly SearchSuggestion[] {
  const queries = metadata.flatMap(({ webSearchQueries }) => webSearchQueries ?? []).map(onOneLine);
  return [...new Set(queries)]
    .filter((query) => query !== '')
    .map((query) => ({ query, url: `https://www.google.com/search?q=${encodeURIComponent(query.toWellFormed())}` }));
}
