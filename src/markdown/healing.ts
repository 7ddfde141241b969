/** What is shown of a text whose last block is still being read: what is open in it is closed, what is not complete is left out. */
import { escapeAt, type Known, MAX_RUN, type Pending } from './tokens.ts';

/** A mark that opens emphasis and closes it too, or the bracket of a label. */
export interface Opener {
  readonly at: number;
  readonly kind: 'emphasis' | 'label' | 'image';
  readonly mark: string;
}

/** What was read of the last block. */
interface OpenBlock {
  readonly open: readonly Opener[];
  readonly pending: Pending | undefined;
  /** Where brackets are escaped, and no formula, as what stands behind them tells. */
  readonly escaped: readonly number[];
}

/** A label that would begin a block if its bracket were not there. */
const BLOCK_MARK = /^\[\s*(?:`{3}|~{3}|[>|]|(?:#{1,6}|[-*+]|\d{1,9}[.)])\s)/u;
const STRAY_END = /\s[*_~]+$|(?<=(?:^|[^\\])(?:\\\\)*)\\$/u;

/** The text up to its end with all closed that is open there. */
export function healed(known: Known, block: OpenBlock): string {
  const { text } = known;
  const [stop, closing, inside] = shownOf(known, block);
  const marks: { readonly mark: string; readonly at: number }[] = [];
  let shown = '';
  let from = 0;
  for (const { at, kind, mark } of block.open) {
    if (at >= inside) break;
    if (kind === 'emphasis') marks.push({ mark, at: shown.length + at - from });
    else shown += text.slice(from, at);
    if (kind !== 'emphasis') from = at + mark.length;
  }
  shown += text.slice(from, stop) + closing;
  // What is closed is closed right after its last letter; what has none is left out.
  for (let last = marks.at(-1); last !== undefined; last = marks.at(-1)) {
    if (solid(shown).length > last.at + last.mark.length) break;
    shown = shown.slice(0, last.at);
    marks.pop();
  }
  const closings = marks.map(({ mark }) => mark).toReversed();
  return marks.length === 0 ? shown : solid(shown) + closings.join('');
}

/** Where an opener begins that is shown with what is in front of it. */
export function startOf({ at, kind }: Opener): number {
  return kind === 'image' ? at - 1 : at;
}

/** How much is shown, what closes it, and from which place on nothing else is to be closed. */
function shownOf(
  known: Known,
  { open, pending, escaped }: OpenBlock,
): readonly [stop: number, closing: string, inside: number] {
  const { text } = known;
  const hidden = open.find(
    ({ at, kind }) => kind === 'image' || (kind === 'label' && BLOCK_MARK.test(text.slice(at, at + 12))),
  );
  const [stop, closing] = hidden === undefined ? closedAt(known, pending) : [startOf(hidden), ''];
  // An escaped bracket begins a formula where that is not shown which told it apart.
  for (const at of stop < text.length ? escaped : []) {
    const shown = { text, end: stop };
    const token = at < stop ? escapeAt(shown, at) : at;
    if (typeof token !== 'number' && 'mark' in token) return [...closedAt(shown, token), at];
  }
  return [stop, closing, stop];
}

/** How much is shown of a text that may end in a mark that is not complete, and what closes it. */
function closedAt({ text, end }: Known, pending: Pending | undefined): readonly [stop: number, closing: string] {
  if (pending === undefined || pending.at >= end) return [end, ''];
  const { at, kind, mark } = pending;
  if (kind === 'old') return [end, ''];
  const from = at + mark.length;
  const content = text.slice(from, end);
  // The closing mark may have begun, and does not stand in a line of its own.
  const shown = kind === 'code' ? content.replace(/[`\s]+$/u, '') : solid(content.replace(/[$\s]+$/u, ''));
  return (kind !== 'code' && kind !== 'math') || shown === '' ? [at, ''] : [from + shown.length, mark];
}

/** A text without what at its end would change a closing mark behind it: white space, a stray mark, a backslash. */
function solid(text: string): string {
  const shown = text.trimEnd();
  const stray = STRAY_END.exec(shown.slice(-MAX_RUN))?.[0].length ?? 0;
  return stray === 0 ? shown : solid(shown.slice(0, -stray));
}
