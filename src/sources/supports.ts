/** From groundingSupports, which count bytes of one answer, to passages of the text that a reader sees. */
import type { GroundingMetadata, GroundingSupport, Part } from '../core/content.ts';
import { markdownOf } from '../core/conversation.ts';
import { countBelow, type Passage } from './places.ts';

/** One answer of the model; a reply has as many as there were requests. */
export interface GroundedAnswer {
  /** What goes into the reply, in order. */
  readonly parts: readonly Part[];
  readonly grounding: GroundingMetadata | undefined;
}

/** A passage of a reply, and the places of what it rests on in the answer's list of chunks. */
export interface SupportedPassage extends Passage {
  readonly chunks: readonly number[];
  /** From 0 to 1, by chunk; empty where the model does not say. */
  readonly confidence: readonly number[];
}

type Segment = NonNullable<GroundingSupport['segment']>;

/** Letters by which a segment that is not in the text word for word may be away from where it should be. */
const MAX_DRIFT = 64;
/** UTF-16 units that are searched for the segments of one answer that are not where their offsets say. */
const MAX_SEARCHED = 10_000_000;

/**
 * The passages of one answer. What a segment says is looked for where its offsets say, then elsewhere, the nearest first,
 * then near by without regard to white space and punctuation; a segment that is not in the text is left out. Of very many
 * that have drifted in a very long answer, the last are looked for near by alone.
 * @param before UTF-16 units of the reply that stand before the answer.
 */
export function passagesOf({ parts, grounding }: GroundedAnswer, before: number): readonly SupportedPassage[] {
  const supports = grounding?.groundingSupports ?? [];
  if (supports.length === 0) return [];
  const text = new VisibleText(parts);
  return supports.flatMap(({ segment = {}, groundingChunkIndices: chunks = [], confidenceScores: confidence = [] }) => {
    const found = text.find(segment);
    if (found === undefined) return [];
    const [start, end] = [text.shownEnd(found.start + 1) - 1, text.shownEnd(found.end)];
    return [{ start: before + start, end: before + end, chunks, confidence }];
  });
}

interface Piece {
  /** UTF-16 units of the visible text, and of what is shown, that stand before the part. */
  readonly from: number;
  readonly shownFrom: number;
  readonly shown: string;
  /** Whether its text is what is shown of it. */
  readonly isText: boolean;
}

/** What the offsets of an answer count: the text of its parts, one after the other. */
class VisibleText {
  #text = '';
  readonly #pieces: readonly Piece[];
  readonly #units: Uint32Array;
  #letters: Letters | undefined;
  #searched = 0;

  constructor(parts: readonly Part[]) {
    let shownFrom = 0;
    this.#pieces = parts.map((part) => {
      const [text, shown] = [part.thought === true ? '' : (part.text ?? ''), markdownOf(part)];
      const piece = { from: this.#text.length, shownFrom, shown, isText: shown === text };
      this.#text += text;
      shownFrom += shown.length;
      return piece;
    });
    this.#units = unitsByByte(this.#text);
  }

  /** Where what is shown ends of the text up to `end`, which is not 0. */
  shownEnd(end: number): number {
    const piece = this.#pieces.findLast(({ from }) => from < end);
    if (piece === undefined) return 0;
    return piece.shownFrom + (piece.isText ? end - piece.from : piece.shown.length);
  }

  find({ partIndex = 0, startIndex = 0, endIndex = Number.NaN, text = '' }: Segment): Passage | undefined {
    const partFrom = Buffer.byteLength(this.#text.slice(0, this.#pieces[partIndex]?.from ?? 0));
    // The documentation says that offsets count from the part; in no answer that was seen it would have mattered.
    const passages = [partFrom, 0].flatMap((base) => {
      const [start, end] = [this.#units[base + startIndex], this.#units[base + endIndex]];
      return start === undefined || end === undefined || !this.#isText(start, end) ? [] : [{ start, end }];
    });
    if (text.trim() === '') return passages[0];
    const near = passages[0]?.start ?? this.#units[startIndex] ?? this.#text.length;
    return passages.find(({ start, end }) => this.#text.slice(start, end) === text) ?? this.#nearest(text, near);
  }

  #isText(start: number, end: number): boolean {
    return this.#text.slice(start, end).trim() !== '';
  }

  #nearest(text: string, near: number): Passage | undefined {
    const start = this.#searched > MAX_SEARCHED ? undefined : nearestIn(this.#text, text, near);
    this.#searched += this.#text.length;
    if (start !== undefined) return { start, end: start + text.length };
    this.#letters ??= lettersOf(this.#text);
    const { letters, places } = this.#letters;
    const said = lettersOf(text).letters;
    const expected = countBelow(places, near, (place) => place);
    const from = Math.max(0, expected - MAX_DRIFT);
    const around = letters.slice(from, expected + MAX_DRIFT + said.length);
    const at = said === '' ? undefined : nearestIn(around, said, expected - from);
    if (at === undefined) return undefined;
    return { start: places[from + at] ?? 0, end: (places[from + at + said.length - 1] ?? 0) + 1 };
  }
}

function nearestIn(text: string, sought: string, near: number): number | undefined {
  const found = [text.lastIndexOf(sought, near), text.indexOf(sought, near)].filter((at) => at !== -1);
  return found.toSorted((a, b) => Math.abs(a - near) - Math.abs(b - near))[0];
}

/** For each byte of the text in UTF-8, and for its end, how many UTF-16 units stand before it; within a character, after it. */
function unitsByByte(text: string): Uint32Array {
  const units = new Uint32Array(Buffer.byteLength(text) + 1);
  let [byte, unit] = [0, 0];
  for (const sign of text) {
    units[byte] = unit;
    unit += sign.length;
    const code = sign.codePointAt(0) ?? 0;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units.fill(unit, byte + 1, byte + size);
    byte += size;
  }
  units[byte] = unit;
  return units;
}

/** The letters and digits of a text, and where each of their UTF-16 units stands in it. */
interface Letters {
  readonly letters: string;
  readonly places: readonly number[];
}

function lettersOf(text: string): Letters {
  let letters = '';
  const places: number[] = [];
  for (const { 0: letter, index } of text.matchAll(/[\p{L}\p{N}]/gu)) {
    letters += letter;
    for (let unit = 0; unit < letter.length; unit++) places.push(index + unit);
  }
  return { letters, places };
}
