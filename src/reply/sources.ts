/** From GroundingMetadata to the numbered sources of a reply. */
import type { GroundingChunk, GroundingMetadata } from '../core/content.ts';
import type { Source } from '../core/reply.ts';

/**
 * The pages an answer rests on, from all of its chunks, in order: numbered from 1 by first appearance, each address
 * once. Entries without an http or https address are left out.
 */
export function sourcesOf(metadata: readonly GroundingMetadata[]): readonly Source[] {
  const titles = new Map<string, string>();
  for (const chunk of metadata.flatMap(({ groundingChunks }) => groundingChunks ?? [])) {
    const { uri, title } = pageOf(chunk);
    const url = webAddressOf(uri);
    if (url !== undefined && !titles.has(url.href)) titles.set(url.href, oneLine(title) || url.host);
  }
  return [...titles].map(([url, title], index) => ({ number: index + 1, title, url }));
}

interface Page {
  readonly uri: string | undefined;
  readonly title: string | undefined;
}

function pageOf({ web, maps, retrievedContext, image }: GroundingChunk): Page {
  if (web !== undefined) return { uri: web.uri, title: web.title ?? web.domain };
  const { uri, title } = maps ?? retrievedContext ?? { uri: image?.sourceUri, title: image?.title };
  return { uri, title };
}

/** As the address bar would show it: escaped, and without the line breaks and spaces that addresses from outside may hold. */
function webAddressOf(uri: string | undefined): URL | undefined {
  const url = URL.parse(uri ?? '');
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

function oneLine(title: string | undefined): string {
  return (title ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
