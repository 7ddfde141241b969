/** LaTeX as text that can be read where no formula is drawn: fractions, powers, roots, matrices, Greek and signs. */
import { codePoints } from '../markdown/tables.ts';
import { ABOVE, BELOW, DOUBLE_STROKE, NAMES, OVER, STYLES, SYMBOLS, UNSEEN, WORDS } from './symbols.ts';

/** Longer ones are shown as they are written; this bounds how deep the reader below goes. */
const MAX_CHARS = 1000;
const TOKEN = /\\(?:[A-Za-z]+\*?|[^])|[{}^_&~]|\s+|[^]/gu;
const SPACES: ReadonlySet<string> = new Set([',', ';', ':', ' ', 'quad', 'qquad', '>', '\n']);
const BRACKETS: Readonly<Record<string, readonly [string, string]>> = {
  matrix: ['[', ']'],
  pmatrix: ['(', ')'],
  bmatrix: ['[', ']'],
  Bmatrix: ['{', '}'],
  vmatrix: ['∣', '∣'],
  Vmatrix: ['‖', '‖'],
  smallmatrix: ['(', ')'],
  array: ['[', ']'],
  cases: ['{ ', ''],
};

/**
 * The lines of a formula, never longer together than what was written; undefined where it cannot be made readable. None of
 * them holds a backtick, so that they can stand in code, or a `|`, so that none becomes a table's row.
 */
export function formulaOf(tex: string): readonly string[] | undefined {
  if (tex.length > MAX_CHARS || tex.includes('`')) return undefined;
  const reader = new FormulaReader(tex.replaceAll('|', '∣').match(TOKEN) ?? []);
  const lines = reader
    .read()
    .split('\n')
    .map((line) => line.replace(/\s+/gu, ' ').trim())
    .filter((line) => line !== '');
  const length = lines.reduce((sum, line) => sum + codePoints(line) + 1, -1);
  return lines.length === 0 || length > codePoints(tex) ? undefined : lines;
}

/** Reads the tokens of one formula, from the first to the last. */
class FormulaReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Up to a closing token, or the end. */
  read(end?: string): string {
    let out = '';
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++] ?? '';
      if (token === end) return out;
      if (token === '}') continue;
      const shown = token === '^' || token === '_' ? this.#script(token) : this.#shown(token);
      const isJoined = NAMES.has(token.slice(1)) && /[\p{L}\p{N})]$/u.test(out);
      out += isJoined ? ` ${shown}` : shown;
    }
    return out;
  }

  /** A sign, a group, or what a command makes of what follows it. */
  #shown(token: string): string {
    if (token === '{') return this.read('}');
    if (token === '~') return ' ';
    if (token === '&') return '\t';
    if (token === "'") return '′';
    return token.startsWith('\\') ? this.#command(token.slice(1).replace(/\*$/u, '')) : token.replace(/\s+/u, ' ');
  }

  #command(name: string): string {
    const symbol = SYMBOLS.get(name);
    if (symbol !== undefined) return symbol;
    if (name === '\\') return '\n';
    if (name === '!' || UNSEEN.has(name)) return this.#withoutDot(name);
    if (SPACES.has(name)) return ' ';
    if (NAMES.has(name)) return name;
    if (name.endsWith('frac')) return `${groupedAbove(this.#atom())}/${grouped(this.#atom())}`;
    if (name === 'binom') return `C(${this.#atom()},${this.#atom()})`;
    if (name === 'sqrt') return this.#root();
    if (name === 'mathbb') return withDoubleStroke(this.#atom());
    if (name === 'begin') return this.#environment(this.#raw());
    if (WORDS.has(name)) return this.#raw();
    if (STYLES.has(name)) return this.#atom();
    const over = OVER.get(name);
    if (over !== undefined) return withOver(this.#atom(), over);
    if (name === '|') return '‖';
    return /^[A-Za-z]/u.test(name) ? `\\${name}` : name;
  }

  /** The dot behind `\left` and `\right` stands for no bracket. */
  #withoutDot(name: string): string {
    if ((name === 'left' || name === 'right') && this.#tokens[this.#at] === '.') this.#at++;
    return '';
  }

  /** What a command or a script takes: a group, or the next sign. */
  #atom(): string {
    while (/^\s/u.test(this.#tokens[this.#at] ?? '')) this.#at++;
    const token = this.#tokens[this.#at];
    if (token === undefined || token === '}' || token === '&') return '';
    this.#at++;
    return token === '^' || token === '_' ? token : this.#shown(token).trim();
  }

  /** A group as it is written. */
  #raw(): string {
    if (this.#tokens[this.#at] !== '{') return this.#atom();
    const end = this.#tokens.indexOf('}', this.#at);
    const text = this.#tokens.slice(this.#at + 1, end === -1 ? undefined : end).join('');
    this.#at = end === -1 ? this.#tokens.length : end + 1;
    return text.replaceAll('\n', ' ');
  }

  #script(mark: '^' | '_'): string {
    const content = this.#atom().replaceAll(' ', '');
    const signs = mapped(content, mark === '^' ? ABOVE : BELOW);
    if (signs !== undefined) return signs;
    const isOne = codePoints(content) === 1 || (mark === '_' && /^[\p{L}\d]+$/u.test(content));
    return mark + (isOne ? content : `(${content})`);
  }

  #root(): string {
    let degree = '';
    if (this.#tokens[this.#at] === '[') {
      this.#at++;
      degree = this.read(']');
    }
    return `${mapped(degree, ABOVE) ?? `${degree} `}√${grouped(this.#atom())}`;
  }

  /** Columns are parted by a space and rows of a matrix by a semicolon; other rows stand on lines of their own. */
  #environment(written: string): string {
    const name = written.replace(/\*$/u, '');
    if (name === 'array') this.#raw();
    const content = this.read('\\end');
    this.#raw();
    const brackets = Object.hasOwn(BRACKETS, name) ? BRACKETS[name] : undefined;
    if (brackets === undefined) return content.replaceAll('\t', '');
    const rows = content.split('\n').map((row) =>
      row
        .split('\t')
        .map((cell) => cell.trim())
        .join(' ')
        .trim(),
    );
    return brackets[0] + rows.filter((row) => row !== '').join('; ') + brackets[1];
  }
}

/** In parentheses where it is more than one number, sign or group. */
function grouped(text: string): string {
  const isOne = /^(?:\d[\d.,]*|[^\s+\-*/=]\p{M}?|\([^()]*\))[\u2070-\u209f¹²³′]*$/u.test(text);
  return isOne ? text : `(${text})`;
}

/** The same where what is multiplied needs none. */
function groupedAbove(text: string): string {
  return /^[\p{L}\p{M}\p{N}.,′]+(?:\([^()]*\))?$/u.test(text) ? text : grouped(text);
}

function withDoubleStroke(text: string): string {
  return mapped(text, DOUBLE_STROKE) ?? text;
}

function withOver(text: string, over: string): string {
  return codePoints(text) === 1 ? text + over : text;
}

function mapped(text: string, signs: ReadonlyMap<string, string>): string | undefined {
  const shown = Array.from(text, (sign) => signs.get(sign));
  return shown.includes(undefined) ? undefined : shown.join('');
}

/** A text above or below the line, as in a footnote or a chemical formula; undefined where a sign of it has no such form. */
export function scriptOf(text: string, place: 'above' | 'below'): string | undefined {
  return mapped(text, place === 'above' ? ABOVE : BELOW);
}
