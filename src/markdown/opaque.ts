/** What of a finished text is read as one and takes nothing into it: code spans, links, images, addresses, HTML and math. */

export type Opaque = readonly [start: number, end: number];

/** What a block of HTML ends with; without an end of its own it ends at a blank line. */
export interface HtmlBlock {
  readonly kind: 'html';
  readonly end?: RegExp;
  /** One that stands alone on its line begins a block, but not within a paragraph. */
  readonly isLoneTag?: true;
}

const TAGS =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|' +
  'fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|' +
  'menuitem|meta|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|' +
  'tr|track|ul';
/** How a block of HTML begins, and its end. @see https://spec.commonmark.org/0.31.2/#html-blocks */
const HTML: readonly (readonly [begin: RegExp, end?: RegExp])[] = [
  [/^<(?:script|pre|style|textarea)(?=[\s>]|$)/iu, /<\/(?:script|pre|style|textarea)>/iu],
  [/^<!--/u, /-->/u],
  [/^<\?/u, /\?>/u],
  [/^<![a-z]/iu, />/u],
  [/^<!\[CDATA\[/u, /\]\]>/u],
  [new RegExp(`^</?(?:${TAGS})(?=[\\s>]|/>|$)`, 'iu')],
];
const TAG = String.raw`(?:[a-z][a-z\d-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>\x60]+|'[^']*'|"[^"]*"))?)*\s*/?|/[a-z][a-z\d-]*\s*)`;
const LONE_TAG = new RegExp(`^<${TAG}>$`, 'iu');
const ADDRESS = String.raw`[a-z][a-z\d+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+`;
/** An address or a tag, a comment, an instruction, a declaration. */
const ANGLED = new RegExp(
  String.raw`<(?:${ADDRESS}|${TAG}|!--[^]*?--|\?[^]*?\?|!\[CDATA\[[^]*?\]\]|![a-z][^>]*)>`,
  'iuy',
);
/** Such a beginning is closed by the first bracket that comes, even that of a mark. */
const UNCLOSED = /<[!?]/uy;
/** Where a link leads, its title included. */
const TARGET =
  /\(\s*(?:<(?:[^<>\n\\]|\\.)*>|[^\s<>()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\([^()]*\)))?\s*\)/uy;
/** What readers that are less strict take for one. */
const LOOSE_TARGET = /\((?:[^()\n]|\([^()\n]*\))*\)/uy;
const INLINE_MATH = /(?<![\\$])\$(?![\s$])(?:[^$\\]|\\[^])*(?<![\s\\])\$(?![\d$])/gu;
const MATH = [
  ['$$', '$$'],
  ['\\[', '\\]'],
  ['\\(', '\\)'],
] as const;

/** The block of HTML that a line begins, if any. */
export function htmlBlockOf(line: string): HtmlBlock | undefined {
  const known = HTML.find(([begin]) => begin.test(line));
  if (known === undefined) return LONE_TAG.test(line) ? { kind: 'html', isLoneTag: true } : undefined;
  return { kind: 'html', ...(known[1] === undefined ? {} : { end: known[1] }) };
}

/** Code spans, tags, addresses and brackets in the text of one block, with what belongs to a bracket behind it. */
export function opaqueIn(text: string): readonly Opaque[] {
  const found: Opaque[] = [];
  const brackets: number[] = [];
  const unclosed = new Set<string>();
  const signs = /\\[^]|`+|<|!?\[|\]/gu;
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    const { 0: mark, index } = sign;
    let end = -1;
    let start = index;
    if (mark.startsWith('`')) {
      end = unclosed.has(mark) ? -1 : endOfCode(text, signs.lastIndex, mark);
      if (end === -1) unclosed.add(mark);
    } else if (mark === '<') {
      end = endOf(ANGLED, text, index);
      if (end === -1 && endOf(UNCLOSED, text, index) !== -1) end = text.length;
    } else if (mark.endsWith('[')) {
      brackets.push(index);
    } else if (mark === ']') {
      start = brackets.pop() ?? -1;
      end = start === -1 ? -1 : Math.max(signs.lastIndex, endOf(TARGET, text, signs.lastIndex));
      if (end !== -1) found.push([start, Math.max(end, endOf(LOOSE_TARGET, text, signs.lastIndex))]);
    }
    if (end === -1) continue;
    found.push([start, end]);
    signs.lastIndex = end;
  }
  for (const { 0: math, index } of text.matchAll(INLINE_MATH)) found.push([index, index + math.length]);
  return found;
}

/** Math that may reach over lines and paragraphs. */
export function mathIn(text: string): readonly Opaque[] {
  const found: Opaque[] = [];
  for (const [open, close] of MATH) {
    for (let start = text.indexOf(open); start !== -1; ) {
      const end = text.indexOf(close, start + open.length);
      if (end === -1) break;
      found.push([start, end + close.length]);
      start = text.indexOf(open, end + close.length);
    }
  }
  return found;
}

/** After a run of just as many backticks. */
function endOfCode(text: string, from: number, ticks: string): number {
  for (let at = text.indexOf(ticks, from); at !== -1; at = text.indexOf(ticks, at)) {
    let end = at;
    while (text[end] === '`') end++;
    if (end - at === ticks.length) return end;
    at = end;
  }
  return -1;
}

/** Where the match that begins at `at` ends, or -1. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
