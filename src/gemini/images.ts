/** Images that an answer spells out as text: put in its place, and waited for while their text is still coming. */
import type { InlineData, Part } from '../core/content.ts';

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

/** The images that a text spells out as `![…](data:image/…)`; at the beginning of an answer also nothing but a data URL. */
function imagesIn(text: string, isFirst: boolean): readonly ImageAt[] {
  const alone = isFirst ? imageAt(text, text.search(/\S/)) : undefined;
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
function spelledOut(part: Part, isFirst: boolean): readonly Part[] {
  const { text = '', thoughtSignature, ...rest } = part;
  const pieces: Part[] = [];
  let from = 0;
  for (const { image, start, end } of imagesIn(text, isFirst)) {
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

/** As much of `literal` as is there by the end of a text; `then` only behind all of it. */
function begun(literal: string, then = ''): string {
  return Array.from(literal).reduceRight((rest, each) => `(?:${each.replace(/\W/, '\\$&')}${rest})?`, then);
}

/** Base64 to the end of a text, matched at once: without the look-ahead a text of megabytes would be tried letter by letter. */
const DATA_SO_FAR = String.raw`(?=([a-z\d+/]*))\1={0,2}`;
const KIND_SO_FAR = `(?:${String.raw`[\w.+-]{1,100}`}${begun(';base64,', DATA_SO_FAR)})?`;
/** A Markdown image whose text has not ended: `!`, `![a cat`, `![a cat](data:image/png;base64,iVBO`. */
const OPEN = new RegExp(String.raw`!(?:\[[^[\]\n]{0,300}${begun('](data:image/', KIND_SO_FAR)})?$`, 'i');
/** Nothing but a data URL that may go on. */
const OPEN_ALONE = new RegExp(`^${begun('data:image/', KIND_SO_FAR)}$`, 'i');
/** How far the base64 goes on. */
const MORE = /^[a-z\d+/]*={0,2}/i;

/** Where an image begins that has not ended with the text; -1 where none does. */
function openAt(text: string, isFirst: boolean): number {
  if (isFirst && text.startsWith('d') && OPEN_ALONE.test(text)) return 0;
  return text.includes('!') ? text.search(OPEN) : -1;
}

/** An image of one pixel, the smallest there is, takes more characters as a data URL. */
const LEAST_IMAGE_CHARS = 64;

/** Whether a text behind another is worth a closer look. Asked of every text, so with indexOf: includes costs twice as much. */
export function mayHoldImage(text: string): boolean {
  return text.indexOf('!') !== -1 || (text.length > LEAST_IMAGE_CHARS && text.indexOf(';base64,') !== -1);
}

/** Follows the text of one answer and holds back the end of it for as long as that may become an image. */
export class ImageText {
  /** What is held back, in pieces: joining megabytes anew with each would be quadratic. */
  #held: string[] = [];
  /** The part it came in, but for its text. */
  #like: Part = {};
  /** Nothing was said yet: only here a data URL alone is an image. Later it is what somebody asked for, in a block of code. */
  #isFirst = true;

  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Whether the next text needs a closer look, whatever it is. */
  get isOpen(): boolean {
    return this.#isFirst || this.isHolding;
  }

  /** Whether a part may be handed out as it is, while nothing is held back; otherwise it has to be taken. */
  passes(part: Part): boolean {
    const { text } = part;
    if (text !== undefined && (mayHoldImage(text) || (this.#isFirst && text.startsWith('d')))) return false;
    this.#said([part]);
    return true;
  }

  /** The part as the text and images it spells out, with what was held back before it. */
  take(part: Part): readonly Part[] {
    const { text, thought, thoughtSignature } = part;
    if (text === undefined || thought !== this.#like.thought) return [...this.release(), ...this.#begin(part)];
    const [head] = this.#held;
    if (head === undefined) return this.#begin(part);
    const more = head.includes(';base64,') ? (MORE.exec(text)?.[0].length ?? 0) : 0;
    if (more > 0 && more === text.length && thoughtSignature === undefined) {
      this.#held.push(text);
      return [];
    }
    // An image that is nothing but its data ends where space follows.
    if (!head.startsWith('!') && /^\s/.test(text.slice(more))) {
      this.#held.push(text.slice(0, more));
      return [...this.release(), ...this.#begin({ ...part, text: text.slice(more) })];
    }
    const joined = { ...part, text: this.#held.join('') + text };
    // What is signed stays as it is, unless it is the end of an image.
    if (thoughtSignature !== undefined && spelledOut(joined, this.#isFirst)[0] === joined)
      return [...this.release(), ...this.#begin(part)];
    this.#held = [];
    return this.#begin(joined);
  }

  /** All that is held back, as far as it has come. */
  release(): readonly Part[] {
    if (this.#held.length === 0) return [];
    const part = { ...this.#like, text: this.#held.join('') };
    this.#held = [];
    return this.#said(spelledOut(part, this.#isFirst));
  }

  #begin(part: Part): readonly Part[] {
    // What is alone so far may go on, also where it is whole so far.
    const isAlone = this.#isFirst && openAt(part.text ?? '', true) === 0;
    const pieces = isAlone ? [part] : spelledOut(part, this.#isFirst);
    const { text, ...like } = pieces.at(-1) ?? {};
    const at = text === undefined || like.thoughtSignature !== undefined ? -1 : openAt(text, this.#isFirst);
    if (text === undefined || at === -1) return this.#said(pieces);
    this.#held = [text.slice(at)];
    this.#like = like;
    return this.#said([...pieces.slice(0, -1), ...(at === 0 ? [] : [{ ...like, text: text.slice(0, at) }])]);
  }

  #said(parts: readonly Part[]): readonly Part[] {
    if (this.#isFirst) this.#isFirst = parts.every(({ text = '', thought }) => thought === true || text.trim() === '');
    return parts;
  }
}
