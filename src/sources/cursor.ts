/** A line of Markdown that is read from its beginning, mark by mark, as its containers and blocks take theirs. */

const ATX_END = /(?:^|[ \t]+)#+$/u;

/** Walks a line from its beginning, in columns: a tab reaches to the next multiple of four. */
export class Cursor {
  #line: string;
  #at = 0;
  #column = 0;
  /** Columns of a tab that was taken in part. */
  #spare = 0;

  constructor(line: string) {
    this.#line = line;
  }

  get from(): number {
    return this.#at + (/^[ \t]*/u.exec(this.#line.slice(this.#at))?.[0].length ?? 0);
  }

  /** What is left, without blanks around it. */
  get rest(): string {
    return this.#line.slice(this.from).replace(/[ \t]+$/u, '');
  }

  /** Columns of blanks before it. */
  get indent(): number {
    let column = this.#column;
    for (const blank of this.#line.slice(this.#at, this.from)) column += blank === '\t' ? 4 - (column % 4) : 1;
    return this.#spare + column - this.#column;
  }

  /** Whether it stands as deep as code does. Some readers let a tab count for four columns wherever it begins. */
  get isDeep(): boolean {
    return this.indent >= 4 || this.#line.slice(this.#at, this.from).includes('\t');
  }

  /** Takes so many columns of blanks. */
  skip(columns: number): void {
    for (let left = columns; left > 0; left--) {
      if (this.#spare === 0) {
        this.#spare = this.#line[this.#at] === '\t' ? 4 - (this.#column % 4) : 1;
        this.#column += this.#spare;
        this.#at++;
      }
      this.#spare--;
    }
  }

  /** Takes the mark of a quote, if there is one. */
  takeQuote(): boolean {
    if (this.isDeep || !this.rest.startsWith('>')) return false;
    this.#take(1);
    if (this.indent > 0) this.skip(1);
    return true;
  }

  /** Takes the mark of an item of this length, and tells how deep its text stands. */
  takeItem(length: number): { readonly width: number; readonly isEmpty: boolean } {
    const before = this.indent;
    this.#take(length);
    const isEmpty = this.rest === '';
    const gap = isEmpty || this.indent > 4 ? 1 : this.indent;
    if (!isEmpty) this.skip(gap);
    return { width: before + length + gap, isEmpty };
  }

  /** Takes the mark of a heading of this length, and what closes it. */
  takeHeading(length: number): void {
    this.#take(length);
    this.#line = this.#line.slice(0, this.from + this.rest.replace(ATX_END, '').length);
  }

  /** Takes blanks and so many characters after them. */
  #take(length: number): void {
    this.skip(this.indent);
    this.#at += length;
    this.#column += length;
  }
}
