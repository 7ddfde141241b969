/**
 * Parts put right: calls whose arguments come in fragments are made whole, images that come as text become images.
 *
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
 */
import { candidateOf } from '../core/answer.ts';
import type { Chunk, Part } from '../core/content.ts';
import { ImageText } from './images.ts';
import { isRecord } from './wire.ts';

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

function isWholeCall(call: unknown): boolean {
  return isRecord(call) && Boolean(call['name']) && !('partialArgs' in call) && !('willContinue' in call);
}

/** Follows one answer and hands out only parts that are whole and what they should be. */
export class PartAssembler {
  readonly #images = new ImageText();
  #open: OpenCall | undefined;

  /** Whether the next chunk needs a closer look, also when it is plain. */
  get isOpen(): boolean {
    return this.#open !== undefined || this.#images.isOpen;
  }

  /** Whether the chunk may be handed out as it is. */
  #passes(chunk: Chunk): boolean {
    if (this.#open !== undefined || this.#images.isHolding) return false;
    for (const part of candidateOf(chunk)?.content?.parts ?? [])
      if (!(part.functionCall === undefined ? this.#images.passes(part) : isWholeCall(part.functionCall))) return false;
    return true;
  }

  /** The chunk itself when nothing in it needs it; otherwise one in which what is not whole waits until it is. */
  take(chunk: Chunk): Chunk {
    const candidate = candidateOf(chunk);
    if (candidate === undefined || this.#passes(chunk)) return chunk;
    const parts = candidate.content?.parts ?? [];
    const taken = parts.flatMap((part) => this.#wholeOf(part));
    const whole = candidate.finishReason === undefined ? taken : [...this.#close(), ...taken, ...this.end()];
    if (whole.length === parts.length && whole.every((part, at) => part === parts[at])) return chunk;
    const changed = { ...candidate, content: { role: 'model', ...candidate.content, parts: whole } };
    return { ...chunk, candidates: chunk.candidates?.map((each) => (each === candidate ? changed : each)) ?? [] };
  }

  /** Nothing more comes: the text that waited to become an image. A call that has not ended is none. */
  end(): readonly Part[] {
    return this.#images.release();
  }

  #wholeOf(part: Part): readonly Part[] {
    const fragment: unknown = part.functionCall;
    if (!isRecord(fragment)) return this.#images.take(part);
    const { name, partialArgs, willContinue } = fragment;
    const pieces: readonly unknown[] = Array.isArray(partialArgs) ? partialArgs : [];
    const opens = typeof name === 'string' && name !== '';
    const before = opens ? [...this.#images.release(), ...this.#close()] : [];
    if (opens && pieces.length === 0 && willContinue !== true) return [...before, part];
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
