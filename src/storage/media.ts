/** The pictures and files of a turn, moved to blobs and back, so that its record stays small. */
import type { Content, InlineData, Part } from '../core/content.ts';
import type { Turn } from '../core/conversation.ts';
import type { BlobStore } from '../core/files.ts';
import { isObject } from './open.ts';

/** A longer signature is not kept. Images carry such, up to 3 MB, and are understood without. */
const MAX_SIGNATURE_CHARACTERS = 256 * 1_024;

/** Base64 characters kept of one turn: what one request may hold, so that more could never go back to the model. */
const MAX_KEPT_CHARACTERS = 20_000_000;

/** What stands in a record for inline data: its bytes are the blob of this name. */
interface Moved {
  readonly mimeType: string;
  readonly blob: string;
  /** Of base64, so that it is known beforehand what reading it costs. */
  readonly characters: number;
}

type StoredPart = Omit<Part, 'inlineData'> & { readonly inlineData?: InlineData | Moved };
type StoredContent = Omit<Content, 'parts'> & { readonly parts: readonly StoredPart[] };

/** A turn as its record holds it. */
export type StoredTurn = Omit<Turn, 'contents'> & {
  readonly contents: readonly [StoredContent, ...StoredContent[]];
};

/** A turn's place among the blobs. */
export interface Shelf {
  readonly blobs: BlobStore;
  readonly place: string;
}

/** Moves the bytes of a turn to the shelf; what is beyond its limits becomes a note. @throws StorageUnavailable */
export async function moveMedia(
  turn: Turn,
  shelf: Shelf,
): Promise<{ readonly stored: StoredTurn; readonly names: readonly string[] }> {
  const kept = keptParts(turn);
  const names: string[] = [];
  const contents = await eachPart<Part, StoredPart>(turn.contents, async (given, role) => {
    const part = withShortSignature(given);
    if (part.inlineData === undefined) return part;
    const { mimeType, data } = part.inlineData;
    if (!kept.has(given)) return noteOf(`${mimeType}: too large to be remembered`, role);
    const blob = await shelf.blobs.keep(shelf.place, data);
    names.push(blob);
    return { ...part, inlineData: { mimeType, blob, characters: data.length } };
  });
  return { stored: { ...turn, contents }, names };
}

/** What may still be read: of many turns the newest media are asked for first. */
export interface Room {
  characters: number;
}

/** The turn with its bytes back in place, and notes for those that there is no room for or that are no longer kept. @throws StorageUnavailable, StorageCorrupt */
export async function fetchMedia(stored: StoredTurn, shelf: Shelf, room: Room): Promise<Turn> {
  const names = new Map(stored.files?.map(({ name, part }) => [part, name]));
  const contents = await eachPart<StoredPart, Part>(stored.contents, async (part, role, at) => {
    const { inlineData, ...rest } = part;
    if (inlineData === undefined) return rest;
    if (!isMoved(inlineData)) return { ...part, inlineData };
    const name = (at.content === 0 ? names.get(at.part) : undefined) ?? inlineData.mimeType;
    room.characters -= inlineData.characters;
    if (room.characters < 0) return noteOf(`${name} of an earlier message is left out`, role);
    const data = await shelf.blobs.find(shelf.place, inlineData.blob);
    if (data === undefined) return noteOf(`${name} is no longer kept`, role);
    return { ...part, inlineData: { mimeType: inlineData.mimeType, data } };
  });
  return { ...stored, contents };
}

/** The blobs of a turn that is left with fewer of them. */
export function blobsGone(before: StoredTurn, left: StoredTurn): readonly string[] {
  const names = new Set(blobsOf(left));
  return blobsOf(before).filter((name) => !names.has(name));
}

function blobsOf({ contents }: StoredTurn): readonly string[] {
  return contents.flatMap(({ parts }) =>
    parts.flatMap(({ inlineData }) => (inlineData !== undefined && isMoved(inlineData) ? [inlineData.blob] : [])),
  );
}

/** In the model's own Content a plain text would pass for words of its answer; a thought never does. */
function noteOf(text: string, role: Content['role']): Part {
  return { text: `[${text}]`, ...(role === 'model' ? { thought: true } : {}) };
}

/** The parts whose inline data is kept: other files before images, the smallest first, as long as there is room. */
function keptParts(turn: Turn): ReadonlySet<Part> {
  const sized = turn.contents
    .flatMap((content) => content.parts)
    .flatMap((part) => (part.inlineData === undefined ? [] : [{ part, ...part.inlineData }]))
    .map(({ part, data, mimeType }) => ({ part, characters: data.length, isImage: mimeType.startsWith('image/') }))
    .sort((a, b) => Number(a.isImage) - Number(b.isImage) || a.characters - b.characters);
  const kept = new Set<Part>();
  let room = MAX_KEPT_CHARACTERS;
  for (const { part, characters } of sized) {
    room -= characters;
    if (room >= 0) kept.add(part);
  }
  return kept;
}

function withShortSignature(part: Part): Part {
  if ((part.thoughtSignature?.length ?? 0) <= MAX_SIGNATURE_CHARACTERS) return part;
  const { thoughtSignature: _, ...rest } = part;
  return rest;
}

function isMoved(data: InlineData | Moved): data is Moved {
  return isObject(data) && 'blob' in data && typeof data.blob === 'string' && !('data' in data);
}

/** Changes each part, one after the other. */
async function eachPart<From, To>(
  contents: readonly [PartsOf<From>, ...PartsOf<From>[]],
  change: (part: From, role: Content['role'], at: { readonly content: number; readonly part: number }) => Promise<To>,
): Promise<[PartsOf<To>, ...PartsOf<To>[]]> {
  const contentOf = async (content: PartsOf<From>, index: number): Promise<PartsOf<To>> => {
    const parts: To[] = [];
    for (const [at, part] of content.parts.entries())
      parts.push(await change(part, content.role, { content: index, part: at }));
    return { ...content, parts };
  };
  const [first, ...rest] = contents;
  const question = await contentOf(first, 0);
  const said: PartsOf<To>[] = [];
  for (const [index, content] of rest.entries()) said.push(await contentOf(content, index + 1));
  return [question, ...said];
}

type PartsOf<P> = Omit<Content, 'parts'> & { readonly parts: readonly P[] };

/** Whether a record can be read as a turn. */
export function isTurn(data: unknown): data is StoredTurn {
  return (
    isObject(data) &&
    [data.id, data.text, data.model].every((field) => typeof field === 'string') &&
    [data.receivedAt, data.endedAt].every((field) => typeof field === 'number') &&
    [data.author, data.ending, data.usage].every(isObject) &&
    [data.sources, data.posts].every(Array.isArray) &&
    isListOfObjects(data.files ?? []) &&
    Array.isArray(data.contents) &&
    data.contents.length > 0 &&
    data.contents.every(isContent)
  );
}

function isContent(data: unknown): boolean {
  return isObject(data) && (data.role === 'user' || data.role === 'model') && isListOfObjects(data.parts);
}

function isListOfObjects(data: unknown): boolean {
  return Array.isArray(data) && data.every(isObject);
}
