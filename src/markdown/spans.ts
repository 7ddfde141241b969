/** Reads the text of blocks while it comes: where its spans stand, and what closes those that are open at its end. */
import { healed, type Opener, startOf } from './healing.ts';
import {
  angleAt,
  codeAt,
  dollarsAt,
  endOfAddress,
  endOfRun,
  entityAt,
  escapeAt,
  type Known,
  MATH_CHARS,
  MAX_RUN,
  OPEN_CHARS,
  type Pending,
  type Span,
  type Token,
} from './tokens.ts';

/** Whole paragraphs are put in bold; what is longer than this was not meant to be. */
const EMPHASIS_CHARS = 4000;
/** The most emphasis that is open at once; more of it makes text of the first. */
const MAX_OPEN = 32;

const MARK = /[\\`*_~[\]<&$|]/gu;
const SPACE_BEFORE = /(?:^|\s)$/u;
const SPACE_AFTER = /^\s/u;
const WORD_BEFORE = /[\p{L}\p{N}]$/u;
const WORD_AFTER = /^[\p{L}\p{N}]/u;
const ASCII_BEFORE = /[a-zA-Z\d]$/u;
const ASCII_AFTER = /^[a-zA-Z\d]/u;

/**
 * Reads one block after the other of a text that grows, each character once; only a mark that was not complete is read
 * again, at most 2,048 of its characters. What is found depends on the text alone, however it came.
 */
export class SpanReader {
  readonly #found: ((span: Span) => void) | undefined;
  #open: readonly Opener[] = [];
  #pending: Pending | undefined;
  /** Brackets that were only escaped, as what follows them tells. */
  #escaped: readonly number[] = [];
  #isRow = false;
  #start = 0;
  #at = 0;
  #clear: readonly [before: number, first: number, last: number] = [0, 0, 0];

  /** @param found Told every span. With it a price that could begin a formula does: nobody sees it while it is read. */
  constructor(found?: (span: Span) => void) {
    this.#found = found;
  }

  get pending(): Pending | undefined {
    return this.#pending;
  }

  /** The places outside of all marks: the run of them that was read last, and the end of the one before. */
  get clear(): readonly [before: number, first: number, last: number] {
    return this.#clear;
  }

  /** Where that begins which is open at `end`, or may be, and began not long before it. */
  openingsAt(end: number): readonly number[] {
    const open = this.#openAt(end).filter(({ at }) => end - at <= OPEN_CHARS);
    return [...open.map(startOf), ...(this.#pending === undefined ? [] : [this.#pending.at])];
  }

  /** The text up to `end`, up to which it was read, with all closed that is open there. */
  healed(text: string, end: number): string {
    const open = this.#openAt(end).filter(({ at }) => at < end);
    return healed({ text, end }, { open, pending: this.#pending, escaped: this.#escaped });
  }

  #openAt(end: number): readonly Opener[] {
    return this.#open.filter((opener) => isRecent(opener, end));
  }

  /** A block begins at `at`, each cell of a row is one: what was open is text. */
  begin(at: number, isRow: boolean): void {
    this.#open = [];
    this.#pending = undefined;
    this.#escaped = [];
    this.#isRow = isRow;
    this.#start = at;
    this.#at = at;
    this.#clear = [at, at, at];
  }

  read(known: Known): void {
    this.#pending = undefined;
    while (this.#at < known.end) {
      MARK.lastIndex = this.#at;
      const next = Math.min(MARK.exec(known.text)?.index ?? known.end, known.end);
      this.#pass(next);
      if (next === known.end) return;
      const isClear = this.#open.length === 0;
      if (!isClear) this.#open = this.#openAt(next);
      const token = this.#tokenAt(known, next);
      if (typeof token !== 'number' && 'mark' in token) {
        this.#pending = token;
        return;
      }
      if (token === next + 1 && isClear) this.#pass(token);
      else this.#jump(typeof token === 'number' ? token : this.#report(token));
    }
  }

  #pass(to: number): void {
    const [before, first, last] = this.#clear;
    if (this.#open.length === 0) this.#clear = last === this.#at ? [before, first, to] : [last, this.#at, to];
    this.#at = to;
  }

  #jump(to: number): void {
    if (this.#open.length === 0) this.#clear = [this.#clear[2], to, to];
    this.#at = to;
  }

  #report(span: Span): number {
    this.#found?.(span);
    return span.end;
  }

  #push(opener: Opener): void {
    const emphasis = this.#open.filter(({ kind }) => kind === 'emphasis');
    const kept = emphasis.length < MAX_OPEN ? this.#open : this.#open.filter((other) => other !== emphasis[0]);
    this.#open = [...kept, opener];
  }

  #tokenAt(known: Known, at: number): Token {
    const { text } = known;
    switch (text[at]) {
      case '\\':
        return this.#escapeAt(known, at);
      case '`':
        return codeAt(known, at);
      case '$':
        return dollarsAt(known, at, this.#found !== undefined);
      case '<':
        return angleAt(known, at);
      case '&':
        return entityAt(known, at);
      case '[':
        return this.#labelAt(known, at);
      case ']':
        return this.#labelEndAt(known, at);
      case '|':
        if (this.#isRow) this.#open = [];
        return at + 1;
      default:
        return this.#emphasisAt(known, at);
    }
  }

  #escapeAt(known: Known, at: number): Token {
    const token = escapeAt(known, at);
    if (typeof token === 'number' && /[([]/u.test(known.text.charAt(at + 1)))
      this.#escaped = [...this.#escaped.filter((other) => at - other <= MATH_CHARS), at];
    return token;
  }

  #labelAt({ text }: Known, at: number): Token {
    const kind = at > this.#start && text[at - 1] === '!' ? 'image' : 'label';
    const [before, first, last] = this.#clear;
    if (kind === 'image' && last === at) this.#clear = [before, Math.min(first, at - 1), at - 1];
    this.#push({ at, kind, mark: '[' });
    return at + 1;
  }

  #labelEndAt(known: Known, at: number): Token {
    const index = this.#open.findLastIndex(({ kind }) => kind !== 'emphasis');
    const opener = this.#open[index];
    if (opener === undefined) return at + 1;
    const pending: Pending = { at, kind: 'label', mark: ']' };
    if (at + 1 === known.end) return pending;
    const end = known.text[at + 1] === '(' ? endOfAddress(known, at + 2) : undefined;
    if (end === Infinity) return pending;
    this.#open = end === undefined ? this.#open.toSpliced(index, 1) : this.#open.slice(0, index);
    return end === undefined ? at + 1 : { start: startOf(opener), end, kind: 'link' };
  }

  #emphasisAt({ text, end }: Known, at: number): Token {
    const char = text.charAt(at);
    const stop = endOfRun(text, at, end);
    if (stop === end && stop - at < MAX_RUN) return { at, kind: 'hidden', mark: '' };
    const size = stop - at;
    if (char === '~' && size === 1) return stop;
    const [before, after] = [text.slice(Math.max(this.#start, at - 2), at), text.slice(stop, stop + 2)];
    const isInWord = char === '_' ? WORD_BEFORE.test(before) : ASCII_BEFORE.test(before) && ASCII_AFTER.test(after);
    const closes = !SPACE_BEFORE.test(before) && !(char === '_' && WORD_AFTER.test(after));
    const left = closes ? this.#close(char, at, stop) : size;
    const opens = char === '~' ? left === 2 : left > 0 && left <= 3;
    if (opens && !isInWord && !SPACE_AFTER.test(after))
      this.#push({ at: stop - left, kind: 'emphasis', mark: char.repeat(left) });
    return stop;
  }

  /** Closes what the marks from `at` to `stop` can, inside first, and tells how many of them are left. */
  #close(char: string, at: number, stop: number): number {
    let from = at;
    while (from < stop) {
      const index = this.#open.findLastIndex(({ kind, mark }) => kind === 'emphasis' && mark.startsWith(char));
      const opener = this.#open[index];
      if (opener === undefined || (char === '~' && stop - from < 2)) break;
      const used = Math.min(2, stop - from, opener.mark.length);
      const mark = opener.mark.slice(used);
      from += used;
      this.#found?.({ start: opener.at + mark.length, end: from, kind: 'emphasis' });
      this.#open = [...this.#open.slice(0, index), ...(mark === '' ? [] : [{ ...opener, mark }])];
    }
    return stop - from;
  }
}

function isRecent({ at, kind }: Opener, end: number): boolean {
  return end - at <= (kind === 'emphasis' ? EMPHASIS_CHARS : OPEN_CHARS);
}
