/** Grounding as the service gives it: byte offsets over the real text, redirect links, search suggestions. */
import type { GroundingMetadata } from '../../../src/core/content.ts';

export interface SourceScript {
  readonly title: string;
  /** The service's own kind of link, long and redirecting, by default. */
  readonly uri?: string;
  /** Google Maps rather than the web. */
  readonly placeId?: string;
}

export interface GroundingScript {
  readonly sources: readonly SourceScript[];
  /** Passages of the answer, found in order of appearance, and the sources (from 0) each rests on. */
  readonly supports?: readonly {
    readonly passage: string;
    readonly sources: readonly number[];
    /** How surely, by source; models before 2.5 say so. */
    readonly confidence?: readonly number[];
  }[];
  readonly queries?: readonly string[];
  /** The service's segment text was seen to differ from the answer by a few bytes. */
  readonly drifting?: boolean;
  /** Puts an empty chunk `{}` before the others, as was seen; indices still count it. */
  readonly emptyChunk?: boolean;
}

const REDIRECT = 'https://vertexaisearch.cloud.google.com/grounding-api-redirect/';

export function groundingOf(text: string, script: GroundingScript): GroundingMetadata {
  const shift = script.emptyChunk === true ? 1 : 0;
  const queries = script.queries ?? [];
  return {
    ...(queries.length > 0 && { searchEntryPoint: { renderedContent: suggestions(queries) } }),
    groundingChunks: [...(shift === 1 ? [{}] : []), ...script.sources.map(chunkOf)],
    groundingSupports: (script.supports ?? []).map((support) => ({
      segment: segmentOf(text, support.passage, script.drifting === true),
      groundingChunkIndices: support.sources.map((index) => index + shift),
      ...(support.confidence && { confidenceScores: support.confidence }),
    })),
    ...(queries.length > 0 && { webSearchQueries: queries }),
  };
}

function chunkOf(source: SourceScript, index: number): NonNullable<GroundingMetadata['groundingChunks']>[number] {
  const { title, placeId } = source;
  if (placeId !== undefined)
    return { maps: { uri: source.uri ?? `https://maps.google.com/?cid=${index}`, title, placeId } };
  return { web: { uri: source.uri ?? redirectTo(title, index), title } };
}

/** 200 to 350 characters of base64url, as the service's links have. */
function redirectTo(title: string, index: number): string {
  const seed = `${title}/${index}/`;
  const token = Buffer.from(seed.repeat(Math.ceil(150 / seed.length))).toString('base64url');
  return `${REDIRECT}AUZIYQ${token.slice(0, 200)}==`;
}

/** Offsets count UTF-8 bytes; the start is omitted at 0 and the end is exclusive. */
function segmentOf(text: string, passage: string, drifting: boolean) {
  const at = text.indexOf(passage);
  if (at === -1) throw new Error(`The answer does not contain the supported passage "${passage}".`);
  const startIndex = Buffer.byteLength(text.slice(0, at));
  const endIndex = startIndex + Buffer.byteLength(passage);
  const said = drifting ? passage.replaceAll('\n', ' ').replace(/\s*\W?$/, '.') : passage;
  return { ...(startIndex > 0 && { startIndex }), endIndex, text: said };
}

/** The piece of HTML that Google's terms ask to show with a grounded answer. */
function suggestions(queries: readonly string[]): string {
  const chips = queries
    .filter((query) => query !== '')
    .map((query) => `<a class="chip" href="${REDIRECT}${encodeURIComponent(query)}">${escapeHtml(query)}</a>`);
  return `<style>\n.container {\n  align-items: center;\n  border-radius: 8px;\n}\n</style>\n<div class="container">\n  <div class="headline"></div>\n  <div class="carousel">${chips.join('')}</div>\n</div>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
