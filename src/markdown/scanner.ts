/** Markdown that is still being written: a view of it in which nothing is left open, and how much of it stays as it is. */
import {
  afterLine,
  beginsBlock,
  type Blocks,
  endsBlock,
  endsFence,
  type Fence,
  isFenceLike,
  isRow,
  NO_BLOCKS,
  withinLine,
} from './blocks.ts';
import { SpanReader } from './spans.ts';
import { OPEN_CHARS, type Span } from './tokens.ts';

/** A beginning of a line that may become a mark, or is one that nothing stands behind. */
const PART_OF_MARK = /^[ \t\r>]*(?:[-*_=+ \t\r]*|\d{1,9}(?:[.)][ \t]*)?|#{1,6}[ \t]*|`{1,2}|~{1,2})$/u;
const PART_OF_FENCE_END = /^[ \t>]*(?:`+|~+)[ \t\r]*$/u;
/** What begins like a fence and is none: code within a line, or more marks than a fence has. */
const CODE_IN_TICKS = /^[^`~]*`+[^`]+`/u;
const LONG_RUN = /`{17}|~{17}/u;
const LINE_START = /(?:^|\n)(?<line>[^\n]*)$/u;
const BLANK = /^[ \t\r>]*$/u;
/** A line whose beginning is longer is taken for text while it comes. */
const MARK_CHARS = 200;
/** Graphemes are looked for in so much text; none in practice is as long. */
const GRAPHEME_CHARS = 256;
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** A grapheme ends between these, whatever follows. */
const PLAIN_PAIR = /[\n -~]{2}/u;

/**
 * A text that grows. Each character is read once, when a view is asked for. What a view looks at again is what may mean
 * something else when more is there: a mark that is not complete, at most 2,048 characters of it, the beginning of the last
 * line, at most 200, and the last grapheme.
 */
export class Scanner {
  readonly #spans: SpanReader;
  #text = '';
  /** Where the line begins that has no end yet, and what is open before it. */
  #lineAt = 0;
  #above: Blocks = NO_BLOCKS;
  /** No line ends between the beginning of that line and here. */
  #seen = 0;
  /** Whether that line is known to be text, so that its spans are read. */
  #isText = false;
  /** Whether a formula began above goes on in that line. */
  #isFormula = false;
  /** The blocks before this place are complete. */
  #floor = 0;
  #settled = 0;

  /** @param found Told every span of the text. */
  constructor(found?: (span: Span) => void) {
    this.#spans = new SpanReader(found);
  }

  add(text: string): void {
    this.#text += text;
  }

  /** All of the text, but for the first half of a character whose second is missing. */
  get text(): string {
    const end = this.#text.length - 1;
    return /^[\uD800-\uDBFF]/.test(this.#text.charAt(end)) ? this.#text.slice(0, end) : this.#text;
  }

  /**
   * The text with open fences, emphasis, code and formulas closed; of an open link the label. A mark that is not complete is
   * left out: the beginning of a line or of a fence, an image, an address, an entity, a short formula.
   */
  healed(): string {
    const text = this.#read();
    const line = this.#line(text);
    const { fence } = withinLine(this.#above, line);
    if (fence !== undefined) return this.#healedCode(fence, line);
    const shown = this.#spans.healed(text, this.#isText ? text.length : this.#lineAt);
    // All that stood behind the mark of a line may be hidden.
    const isMark = shown.length <= this.#lineAt + MARK_CHARS && PART_OF_MARK.test(shown.slice(this.#lineAt));
    if (!isMark) return shown;
    // A line that leaves a quote ends the fence in it, but not while nothing of the line is shown.
    const { fence: above } = this.#above;
    return above === undefined ? this.#spans.healed(text, this.#lineAt) : this.#healedCode(above, '');
  }

  /**
   * How much of the text stays as it is and can be shown as it is, as UTF-16 units from its beginning; never less than
   * before. It ends between graphemes, and outside of emphasis, code spans, links, formulas, entities, a fence's first and
   * last line, rows, the head of a table, and the marks at the beginning of a line. The code of a fence may be open there.
   */
  settled(): number {
    const text = this.#read();
    this.#settled = Math.max(this.#settled, this.#floor, this.#clearEnd(text));
    return this.#settled;
  }

  /** Where spans begin that are open at the end of the text, or may be: not long before it. */
  openings(): readonly number[] {
    return this.#spans.openingsAt(this.#read().length);
  }

  /** The beginning of the last line. */
  #line(text: string): string {
    return text.slice(this.#lineAt, this.#lineAt + MARK_CHARS + 1);
  }

  #read(): string {
    const { text } = this;
    for (let end = text.indexOf('\n', this.#seen); end !== -1; end = text.indexOf('\n', end + 1))
      this.#endLine(text, end);
    this.#seen = text.length;
    const line = this.#line(text);
    if (!this.#isText && this.#isKnown(line)) this.#beginText(line);
    if (this.#isText) this.#spans.read({ text, end: text.length });
    return text;
  }

  #endLine(text: string, at: number): void {
    const line = text.slice(this.#lineAt, at);
    const after = afterLine(this.#above, line);
    const isCode = (withinLine(this.#above, line).fence ?? after.fence) !== undefined;
    const end = at + 1;
    if (!isCode) {
      if (!this.#isText) this.#beginText(line.slice(0, MARK_CHARS + 1));
      this.#spans.read({ text, end });
    }
    if (isCode || (endsBlock(line) && !this.#isFormula && !this.#isInMath(line))) {
      this.#spans.begin(end, false);
      // A row without a table above may be the head of one.
      this.#floor = !isCode && isRow(line) && after.table === undefined ? this.#lineAt : end;
    }
    this.#above = after;
    this.#lineAt = end;
    this.#isText = false;
  }

  /** Whether it is certain that the line is text, and which block it belongs to. */
  #isKnown(line: string): boolean {
    if (withinLine(this.#above, line).fence !== undefined) return false;
    const mayBeFence = isFenceLike(line) && !CODE_IN_TICKS.test(line) && !LONG_RUN.test(line);
    return line.length > MARK_CHARS || !(mayBeFence || PART_OF_MARK.test(line));
  }

  #beginText(line: string): void {
    this.#isText = true;
    this.#isFormula = this.#isInMath(line);
    if (this.#isFormula || !beginsBlock(this.#above, line)) return;
    this.#spans.begin(this.#lineAt, isRow(line));
    if (!isRow(line) || !isRow(this.#above.line)) this.#floor = this.#lineAt;
  }

  /** A formula goes on to a blank line, whatever its lines begin with. */
  #isInMath(line: string): boolean {
    return this.#spans.pending?.kind === 'math' && !BLANK.test(line);
  }

  #healedCode(fence: Fence, line: string): string {
    const { text } = this;
    if (endsFence(fence, line)) return text;
    const isHidden = line === '' || (line.length <= MARK_CHARS && PART_OF_FENCE_END.test(line));
    return (isHidden ? text.slice(0, this.#lineAt) : `${text}\n`) + fence.lead + fence.marker;
  }

  #clearEnd(text: string): number {
    const line = this.#line(text);
    if (withinLine(this.#above, line).fence !== undefined)
      return BLANK.test(line) || PART_OF_FENCE_END.test(line) ? 0 : this.#boundary(text, this.#lineAt, text.length);
    if (this.#isText && (isRow(line) || isFenceLike(line))) return 0;
    const [before, first, last] = this.#spans.clear;
    const at = this.#boundary(text, first, last) || this.#boundary(text, before, before);
    const start = LINE_START.exec(text.slice(Math.max(0, at - MARK_CHARS), at))?.groups?.line ?? '';
    return start !== '' && PART_OF_MARK.test(start) ? 0 : at;
  }

  /** The last place between two graphemes, whatever follows, from `first` to `last`; 0 where there is none. */
  #boundary(text: string, first: number, last: number): number {
    const to = Math.min(last, text.length - 1);
    if (to < Math.max(first, 1)) return 0;
    if (PLAIN_PAIR.test(text.slice(to - 1, to + 1))) return to;
    const near = Math.max(this.#settled, to - GRAPHEME_CHARS);
    const plain = text.slice(near, to).search(PLAIN_PAIR);
    const from = plain === -1 ? this.#settled : near + plain + 1;
    const graphemes = GRAPHEMES.segment(text.slice(from, to + GRAPHEME_CHARS));
    const at = from + (graphemes.containing(to - from)?.index ?? 0);
    return at < first ? 0 : at;
  }
}

/** Where spans stand in a text, those that are open at its end without one. Long emphasis is left out: it may not be meant. */
export function spansOf(text: string): readonly Pick<Span, 'start' | 'end'>[] {
  const spans: Pick<Span, 'start' | 'end'>[] = [];
  const scanner = new Scanner((span) => {
    if (span.kind !== 'emphasis' || span.end - span.start <= OPEN_CHARS) spans.push(span);
  });
  scanner.add(text);
  return [...scanner.openings().map((start) => ({ start, end: Infinity })), ...spans];
}
