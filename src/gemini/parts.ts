/**
 * Parts put right: calls whose arguments come in fragments are made whole, images that come as text become images.
 *
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
 */
import type { Candidate, Chunk, InlineData, Part } from '../core/content.ts';
import { isRecord, mayHoldImage } from './wire.ts';

type Key = string | number;

interface OpenCall {
  readonly part: Part;
  readonly call: Record<string, unknown>;
  readonly args: Record<string, unknown>;
  /** The paths so far, understood or not: a long text comes in many fragments of one path. */
  readonly paths: Map<unknown, readonly Key[] | undefined>;
}

/** The steps of a path: `.name`, `[0]`, `['name']` or `["name"]`. */
const STEPS = /\.[^.[\]]+|\[\d+\]|\['[^']*'\]|\["[^"]*"\]/g;
const PATH = new RegExp(`^\\$(?:${STEPS.source})+$`);

/** The keys of a path such as `$.items[0].name`; undefined for one that is not understood. */
function keysOf(path: unknown): readonly Key[] | undefined {
  if (typeof path !== 'string' || !PATH.test(path)) return undefined;
  return path.match(STEPS)?.map((step) => {
    if (step.startsWith('.')) return step.slice(1);
    return step.endsWith(']') && /\d/.test(step.charAt(1)) ? Number(step.slice(1, -1)) : step.slice(2, -2);
  });
}

/** What stands at a place, or undefined. */
function valueAt(holder: Record<Key, unknown>, key: Key): unknown {
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

/** Sets one place. A list grows by one at most, so that a wild index cannot make a huge one; `__proto__` is no place. */
function put(holder: Record<Key, unknown>, key: Key, value: unknown): boolean {
  if (Array.isArray(holder) ? typeof key !== 'number' || key > holder.length : typeof key === 'number') return false;
  if (key === '__proto__') return false;
  holder[key] = value;
  return true;
}

/** Applies one fragment: its value at its path, a string joined to what stands there. */
function apply({ args, paths }: OpenCall, fragment: unknown): void {
  if (!isRecord(fragment)) return;
  const path = fragment['jsonPath'];
  const keys = paths.has(path) ? paths.get(path) : keysOf(path);
  paths.set(path, keys);
  if (keys === undefined) return;
  let holder: Record<Key, unknown> = args;
  for (let at = 0; at < keys.length - 1; at++) {
    const key = keys[at] ?? '';
    let next = valueAt(holder, key);
    if (typeof next !== 'object' || next === null) {
      next = typeof keys[at + 1] === 'number' ? [] : {};
      if (!put(holder, key, next)) return;
    }
    // Either it passed the test above, or it was made in this step; a list has keys as an object has.
    holder = next as Record<Key, unknown>;
  }
  const last = keys.at(-1) ?? '';
  const standing = valueAt(holder, last);
  put(holder, last, valueOf(fragment, typeof standing === 'string' ? standing : ''));
}

function valueOf(fragment: Record<string, unknown>, standing: string): unknown {
  const { stringValue, numberValue, boolValue } = fragment;
  if (typeof stringValue === 'string') return standing + stringValue;
  return numberValue ?? boolValue ?? null;
}

/** The head of a data URL that holds an image. */
const IMAGE_HEAD = /data:(image\/[\w.+-]{1,100});base64,/iy;
const BASE64 = /[a-z\d+/]+={0,2}/iy;
/** What stands before a data URL that Markdown shows as an image. The text between the brackets is short or it is none. */
const MARKDOWN_HEAD = /!\[[^[\]\n]{0,300}\]\($/;
const MARKDOWN_HEAD_CHARS = 304;

interface ImageAt {
  readonly image: InlineData;
  readonly start: number;
  readonly end: number;
}

/** What a pattern finds at exactly one place. */
function matchAt(pattern: RegExp, text: string, place: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = place;
  return sticky.exec(text);
}

/** The data URL that begins at `start`, when it holds an image in whole groups of base64. */
function imageAt(text: string, start: number): ImageAt | undefined {
  const head = matchAt(IMAGE_HEAD, text, start);
  const data = head === null ? null : matchAt(BASE64, text, start + head[0].length);
  if (head === null || data === null || data[0].length % 4 !== 0) return undefined;
  return { image: { mimeType: head[1] ?? '', data: data[0] }, start, end: data.index + data[0].length };
}

/** The images that a text spells out: `![…](data:image/…)`, or nothing but a data URL. */
function imagesIn(text: string): readonly ImageAt[] {
  const alone = imageAt(text, text.search(/\S/));
  if (alone !== undefined && text.slice(alone.end).trim() === '') return [{ ...alone, start: 0, end: text.length }];
  const images: ImageAt[] = [];
  for (let at = text.indexOf('](data:'); at !== -1; at = text.indexOf('](data:', at + 1)) {
    const found = imageAt(text, at + 2);
    const before = text.slice(Math.max(0, at + 2 - MARKDOWN_HEAD_CHARS), at + 2);
    const head = MARKDOWN_HEAD.exec(before);
    if (found === undefined || head === null || text[found.end] !== ')') continue;
    images.push({ image: found.image, start: at + 2 - head[0].length, end: found.end + 1 });
  }
  return images;
}

/** A text part as the text and images it spells out, in order; the part itself where it is only text. */
function spelledOut(part: Part): readonly Part[] {
  const { text = '', thoughtSignature, ...rest } = part;
  const pieces: Part[] = [];
  let from = 0;
  for (const { image, start, end } of imagesIn(text)) {
    if (start > from) pieces.push({ ...rest, text: text.slice(from, start) });
    pieces.push({ ...rest, inlineData: image });
    from = end;
  }
  if (pieces.length === 0) return [part];
  if (from < text.length) pieces.push({ ...rest, text: text.slice(from) });
  const last = pieces.pop();
  // A signature stands on the last part of what it signs.
  return [...pieces, { ...last, ...(thoughtSignature === undefined ? {} : { thoughtSignature }) }];
}

/** Asked of every chunk that is not plain, so without a copy. */
function isWhole(chunk: Chunk): boolean {
  for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
    if (part.functionCall !== undefined && !isWholeCall(part.functionCall)) return false;
    if (part.text !== undefined && mayHoldImage(part.text)) return false;
  }
  return true;
}

function isWholeCall(call: unknown): boolean {
  return isRecord(call) && Boolean(call['name']) && !('partialArgs' in call) && !('willContinue' in call);
}

/** Follows one answer and hands out only parts that are whole and what they should be. */
export class PartAssembler {
  #open: OpenCall | undefined;

  /** Whether a call has begun and not ended. While none has, a chunk of mere text need not be asked about. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The chunk itself when nothing in it needs it; otherwise one in which fragments wait until their call is whole. */
  take(chunk: Chunk): Chunk {
    if (this.#open === undefined && isWhole(chunk)) return chunk;
    const [candidate, ...others] = chunk.candidates ?? [];
    const parts = candidate?.content?.parts ?? [];
    const ends = candidate?.finishReason !== undefined;
    const whole = parts.flatMap((part) => this.#wholeOf(part));
    if (ends) whole.unshift(...this.#close());
    const changed: Candidate = { ...candidate, content: { role: 'model', ...candidate?.content, parts: whole } };
    return { ...chunk, candidates: [changed, ...others] };
  }

  #wholeOf(part: Part): readonly Part[] {
    const fragment: unknown = part.functionCall;
    if (!isRecord(fragment)) return part.text !== undefined && mayHoldImage(part.text) ? spelledOut(part) : [part];
    const { name, partialArgs, willContinue } = fragment;
    const pieces: readonly unknown[] = Array.isArray(partialArgs) ? partialArgs : [];
    const opens = typeof name === 'string' && name !== '';
    if (opens && pieces.length === 0 && willContinue !== true) return [...this.#close(), part];
    const before = opens ? this.#close() : [];
    if (opens) this.#begin(part, fragment);
    for (const piece of pieces) if (this.#open !== undefined) apply(this.#open, piece);
    return willContinue === true ? before : [...before, ...this.#close()];
  }

  #begin(part: Part, fragment: Record<string, unknown>): void {
    const { partialArgs: _pieces, willContinue: _more, args, ...call } = fragment;
    this.#open = { part, call, args: isRecord(args) ? args : {}, paths: new Map() };
  }

  #close(): readonly Part[] {
    if (this.#open === undefined) return [];
    const { part, call, args } = this.#open;
    this.#open = undefined;
    // The name is there: a call is only opened by a fragment that has one; the arguments are made of JSON values.
    return [{ ...part, functionCall: { ...call, args } as NonNullable<Part['functionCall']> }];
  }
}
