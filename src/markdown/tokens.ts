/** Spans that are known by their ends alone: code, math, addresses, tags and entities, each read at one place of a text. */

/** Characters after which an opening mark that found no closing one is taken for text; a link with a long address is shorter. */
export const OPEN_CHARS = 600;
/** The longest address looked for, and the longest formula: between brackets or two dollar signs, and between single ones. */
const ADDRESS_CHARS = 2048;
export const MATH_CHARS = 1000;
const DOLLAR_CHARS = 160;
const ENTITY_CHARS = 40;
/** A longer run of one mark is text. */
export const MAX_RUN = 64;

/** What a reader sees as one: parted, its marks or letters would mean something else. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: 'code' | 'link' | 'emphasis' | 'math' | 'entity';
}

/** A mark of which too little is known to go on. */
export interface Pending {
  readonly at: number;
  /** `hidden` is to be shown when it is complete, `old` as it is; at `label` a link's address may begin. */
  readonly kind: 'code' | 'math' | 'label' | 'hidden' | 'old';
  /** What would close it. */
  readonly mark: string;
}

/** What begins at a place: a span, a mark that is not complete, or plain text up to another place. */
export type Token = Span | Pending | number;

/** A text of which nothing is known from `end` on. */
export interface Known {
  readonly text: string;
  readonly end: number;
}

const ANGLE = /^<[a-zA-Z@#:/!][^\s<>]*>/u;
const PART_OF_ANGLE = /^<(?:[a-zA-Z@#:/!][^\s<>]*)?$/u;
const ENTITY = /^&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,31});/u;
const PART_OF_ENTITY = /^&(?:#\d{0,7}|#[xX][\da-fA-F]{0,6}|(?:[a-zA-Z][a-zA-Z\d]{0,31})?)$/u;
/** A dollar sign after white space closes nothing, and neither does one before a digit: those are prices. */
const DOLLAR_END = /[^\s\\$]\$(?![\d$])/u;
const PUNCTUATION = /[!-/:-@[-`{-~]/u;

/** A code span of any number of backticks, or as many of them as text. */
export function codeAt({ text, end }: Known, at: number): Token {
  const from = endOfRun(text, at, end);
  if (from - at === MAX_RUN) return from;
  if (from === end) return hidden(at);
  const ticks = text.slice(at, from);
  const window = text.slice(from, Math.min(end, at + OPEN_CHARS));
  for (let found = window.indexOf(ticks); found !== -1; ) {
    const stop = endOfRun(text, from + found, end);
    // More of them may come.
    if (stop === end) break;
    if (stop - from - found === ticks.length && stop <= at + OPEN_CHARS) return { start: at, end: stop, kind: 'code' };
    found = window.indexOf(ticks, stop - from);
  }
  return end - at <= OPEN_CHARS ? openAt(at, { kind: 'code', mark: ticks }, OPEN_CHARS - end + at) : from;
}

/** An escaped character, or a formula in escaped brackets. */
export function escapeAt(known: Known, at: number): Token {
  const { text, end } = known;
  if (at + 1 === end) return hidden(at);
  const next = text.charAt(at + 1);
  if (next === '(') return bracketsAt(known, at, ')');
  if (next === '[') return bracketsAt(known, at, ']');
  return PUNCTUATION.test(next) ? at + 2 : at + 1;
}

/** A bracket that closes more than the formula opened tells that the first was only escaped. */
function bracketsAt({ text, end }: Known, at: number, close: string): Token {
  const open = text.charAt(at + 1);
  const stop = Math.min(end, at + MATH_CHARS);
  let depth = 0;
  for (let i = at + 2; i < stop; i++) {
    const char = text.charAt(i);
    if (char === '\\' && text.charAt(i + 1) === close && i + 2 <= stop) return { start: at, end: i + 2, kind: 'math' };
    if (char === '\\') i++;
    else if (char === open) depth++;
    else if (char === close && --depth < 0) return at + 2;
  }
  return end - at <= MATH_CHARS ? openAt(at, { kind: 'math', mark: `\\${close}` }, MATH_CHARS - end + at) : at + 2;
}

/** A formula in dollar signs. With `eager`, what begins like a price may be one, if it also ends like one. */
export function dollarsAt(known: Known, at: number, eager: boolean): Token {
  const { text, end } = known;
  const from = endOfRun(text, at, end);
  if (from - at === MAX_RUN) return from;
  if (from === end) return hidden(at);
  if (from - at === 2) return displayAt(known, at);
  const next = text.charAt(from);
  const mayBePrice = /\d/u.test(next);
  if (from - at > 2 || /\s/u.test(next) || (mayBePrice && !eager)) return from;
  const [line = ''] = text.slice(from, Math.min(end, at + DOLLAR_CHARS + 1)).split('\n', 1);
  const stop = from + (DOLLAR_END.exec(line)?.index ?? Infinity) + 2;
  if (stop < end && stop <= at + DOLLAR_CHARS) return { start: at, end: stop, kind: 'math' };
  return from + line.length === end && end - at <= DOLLAR_CHARS && !mayBePrice ? hidden(at) : from;
}

function displayAt({ text, end }: Known, at: number): Token {
  const found = text.slice(at + 2, Math.min(end, at + MATH_CHARS)).indexOf('$$');
  if (found !== -1) return { start: at, end: at + found + 4, kind: 'math' };
  return end - at <= MATH_CHARS ? openAt(at, { kind: 'math', mark: '$$' }, MATH_CHARS - end + at) : at + 2;
}

/** An address, a tag, or what a platform writes in angle brackets. */
export function angleAt({ text, end }: Known, at: number): Token {
  const window = text.slice(at, Math.min(end, at + OPEN_CHARS));
  const found = ANGLE.exec(window)?.[0];
  if (found !== undefined) return { start: at, end: at + found.length, kind: 'link' };
  return end - at <= OPEN_CHARS && PART_OF_ANGLE.test(window) ? hidden(at) : at + 1;
}

export function entityAt({ text, end }: Known, at: number): Token {
  const window = text.slice(at, Math.min(end, at + ENTITY_CHARS));
  const found = ENTITY.exec(window)?.[0];
  if (found !== undefined) return { start: at, end: at + found.length, kind: 'entity' };
  return end - at <= ENTITY_CHARS && PART_OF_ENTITY.test(window) ? hidden(at) : at + 1;
}

/** After the address of a link, whose parentheses come in pairs; undefined when its line has no end of it, Infinity while that may come. */
export function endOfAddress({ text, end }: Known, from: number): number | undefined {
  let depth = 1;
  const stop = Math.min(end, from + ADDRESS_CHARS);
  for (let i = from; i < stop; i++) {
    const char = text.charAt(i);
    if (char === '\n') return undefined;
    if (char === '\\') i++;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return i + 1;
  }
  return end - from <= ADDRESS_CHARS ? Infinity : undefined;
}

/** After a run of one character, or after as much of it as may be a mark. */
export function endOfRun(text: string, at: number, end: number): number {
  let stop = at;
  while (stop < Math.min(end, at + MAX_RUN) && text.charAt(stop) === text.charAt(at)) stop++;
  return stop;
}

/** @param room Characters that may come before it is taken for text. It is not closed where that would take them all. */
function openAt(at: number, { kind, mark }: Omit<Pending, 'at'>, room: number): Pending {
  return { at, kind: mark.length <= room ? kind : 'old', mark };
}

function hidden(at: number): Pending {
  return { at, kind: 'hidden', mark: '' };
}
