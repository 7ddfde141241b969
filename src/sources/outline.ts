/**
 * What each line of a finished Markdown text is, as CommonMark and GFM define blocks: text, a row of a table or neither.
 * @see https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy
 * @see https://github.github.com/gfm/#tables-extension-
 */
import { Cursor } from './cursor.ts';
import { type HtmlBlock, htmlBlockOf } from './opaque.ts';

export interface OutlinedLine {
  readonly start: number;
  /** Where its own text begins and ends: without marks of quotes, lists and headings, and without blanks around it. */
  readonly from: number;
  readonly to: number;
  /**
   * `lazy` is text without the marks of the quote or item that it goes on with, `doubtful` text that some readers take for
   * something else, `other` code, HTML, a rule, a delimiter row or nothing at all.
   */
  readonly kind: 'text' | 'lazy' | 'row' | 'doubtful' | 'other';
  /** The same for the lines of one paragraph. */
  readonly block: number;
  /** Cells of each row of the table that the last row belongs to. */
  readonly columns: number;
}

/** The text of an item stands `width` columns in. An item that begins with nothing ends at a blank line. */
type Container = { readonly kind: 'quote' } | { readonly kind: 'item'; readonly width: number; isEmpty: boolean };
type Leaf = { readonly kind: 'paragraph' | 'table' } | { readonly kind: 'fence'; readonly marker: string } | HtmlBlock;

/** Quotes and items within one another; what is deeper takes no marks. */
const MAX_NESTED = 40;
const ATX = /^#{1,6}(?=[ \t]|$)/u;
const UNDERLINE = /^(?:=+|-+)$/u;
const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
const FENCE = /^(?:`{3,}(?=[^`]*$)|~{3,})/u;
const FENCE_END = /^(?:`{3,}|~{3,})$/u;
const ITEM = /^(?:[-+*]|(?<number>\d{1,9})[.)])(?=[ \t]|$)/u;
const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/u;
const LATE_BLOCK = /`{3}|~{3}|#|<|[ \t]{4}|(?:[-*_][ \t]*){3}/u;

/** The lines of a text, in order. */
export function outlineOf(text: string): readonly OutlinedLine[] {
  const outline = new Outline();
  let start = 0;
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n?|\n|$/gu)) {
    outline.add(start, text.slice(start, index));
    start = index + lineBreak.length;
  }
  return outline.lines;
}

/** Where each cell of a row ends: at its bar, or at the end of the row. */
export function cellEndsOf(row: string): readonly number[] {
  const bars = [...row.matchAll(/\\.|\|/gsu)].flatMap(({ 0: sign, index }) => (sign === '|' ? [index] : []));
  const ends = row.startsWith('|') ? bars.slice(1) : bars;
  return ends.at(-1) === row.length - 1 ? ends : [...ends, row.length];
}

class Outline {
  readonly lines: OutlinedLine[] = [];
  readonly #containers: Container[] = [];
  #leaf: Leaf | undefined;
  #above = '';
  /** Whether readers may be of two minds about what is open; so until a block begins that stands in nothing else. */
  #isDoubtful = false;
  /** Whether a fence began in doubt, which for some goes on to the end. */
  #isLost = false;
  #block = 0;
  #columns = 0;

  add(start: number, line: string): void {
    const cursor = new Cursor(line);
    const held = this.#held(cursor);
    // Only a paragraph goes on in a line that its containers do not hold.
    if (held < this.#containers.length && this.#leaf?.kind !== 'paragraph') this.#leaf = undefined;
    const kind = this.#goesOn(cursor) ? 'other' : this.#begun(cursor, held);
    this.#isLost ||= this.#isDoubtful && this.#leaf?.kind === 'fence';
    this.#isDoubtful = this.#isLost || kind === 'doubtful' || (this.#isDoubtful && (held > 0 || this.#above !== ''));
    const { rest } = cursor;
    const from = start + cursor.from;
    const place = { start, from, to: from + rest.length, block: this.#block, columns: this.#columns };
    this.lines.push({ ...place, kind: this.#isDoubtful && kind !== 'other' ? 'doubtful' : kind });
    this.#above = rest;
  }

  /** How many of the open containers hold this line too; the cursor is then after their marks. */
  #held(cursor: Cursor): number {
    for (const [index, container] of this.#containers.entries()) {
      if (container.kind === 'quote') {
        if (!cursor.takeQuote()) return index;
      } else if (cursor.rest === '') {
        if (container.isEmpty) return index;
      } else {
        if (cursor.indent < container.width) return index;
        cursor.skip(container.width);
        container.isEmpty = false;
      }
    }
    return this.#containers.length;
  }

  /** Whether the line belongs to the code or HTML that is open. */
  #goesOn({ isDeep, rest }: Cursor): boolean {
    const leaf = this.#leaf;
    if (leaf?.kind === 'fence') {
      if (!isDeep && FENCE_END.test(rest) && rest.startsWith(leaf.marker)) this.#leaf = undefined;
      return true;
    }
    if (leaf?.kind !== 'html' || (leaf.end === undefined && rest === '')) return false;
    if (leaf.end?.test(rest) === true) this.#leaf = undefined;
    return true;
  }

  #begun(cursor: Cursor, held: number): OutlinedLine['kind'] {
    for (let open = held; ; open++) {
      const container = this.#containerIn(cursor, open);
      if (container === undefined) return this.#leafIn(cursor, open);
      this.#put(open, undefined);
      this.#containers.push(container);
    }
  }

  #containerIn(cursor: Cursor, open: number): Container | undefined {
    const { isDeep, rest } = cursor;
    if (isDeep || this.#containers.length === MAX_NESTED) return undefined;
    if (cursor.takeQuote()) return { kind: 'quote' };
    const isWithin = this.#isWithinParagraph(open);
    if (RULE.test(rest) || (isWithin && UNDERLINE.test(rest))) return undefined;
    const item = ITEM.exec(rest);
    if (item === null) return undefined;
    const interrupts = item[0] !== rest && Number(item.groups?.number ?? 1) === 1;
    return (isWithin || this.#leaf?.kind === 'table') && !interrupts
      ? undefined
      : { kind: 'item', ...cursor.takeItem(item[0].length) };
  }

  #leafIn(cursor: Cursor, open: number): OutlinedLine['kind'] {
    const { isDeep, rest } = cursor;
    const inParagraph = this.#leaf?.kind === 'paragraph';
    const isWithin = this.#isWithinParagraph(open);
    if (rest === '' || open === MAX_NESTED) return this.#put(open, undefined);
    if (isDeep) return inParagraph ? 'doubtful' : this.#put(open, undefined);
    const heading = ATX.exec(rest)?.[0];
    if (heading !== undefined) {
      cursor.takeHeading(heading.length);
      return this.#put(open, undefined, 'text');
    }
    const marker = FENCE.exec(rest)?.[0];
    if (marker !== undefined) return this.#put(open, { kind: 'fence', marker });
    const html = htmlBlockOf(rest);
    if (html?.isLoneTag === true && inParagraph) return 'doubtful';
    if (html !== undefined) return this.#put(open, html.end?.test(rest) === true ? undefined : html);
    if (RULE.test(rest) || (isWithin && UNDERLINE.test(rest))) return this.#put(open, undefined);
    if (isWithin && this.#isTable(rest)) return this.#put(open, { kind: 'table' });
    if (isWithin) return 'text';
    if (inParagraph) return rest.includes('|') || this.#isLateBlock() ? 'doubtful' : 'lazy';
    if (this.#leaf?.kind === 'table') return this.#put(open, this.#leaf, 'row');
    return this.#put(open, { kind: 'paragraph' }, 'text');
  }

  /** Whether its containers hold this line too, so that it may be its underline or the rule below a header. */
  #isWithinParagraph(open: number): boolean {
    return this.#leaf?.kind === 'paragraph' && open === this.#containers.length;
  }

  /** Whether readers that cut a lazy line as deep as its item stands find a block in the line above. */
  #isLateBlock(): boolean {
    return this.lines.at(-1)?.kind === 'lazy' && LATE_BLOCK.test(this.#above);
  }

  /** Whether the line makes a table of the one before it, which is then its header. */
  #isTable(line: string): boolean {
    const columns = cellEndsOf(line).length;
    const isRule = line.includes('|') && DELIMITER_ROW.test(line) && columns === cellEndsOf(this.#above).length;
    const header = isRule ? this.lines.pop() : undefined;
    if (header === undefined) return false;
    this.#columns = columns;
    this.lines.push({ ...header, kind: this.#isDoubtful ? 'doubtful' : 'row', block: ++this.#block, columns });
    return true;
  }

  /** Ends what is open beyond these containers, and begins a block that takes marks or one that does not. */
  #put(open: number, leaf: Leaf | undefined, kind: OutlinedLine['kind'] = 'other'): OutlinedLine['kind'] {
    this.#containers.length = open;
    this.#leaf = leaf;
    if (kind !== 'other') this.#block++;
    return kind;
  }
}
