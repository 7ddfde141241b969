/**
 * What of a Markdown text is there to be read, whatever a bot's formatting makes of its marks.
 *
 * A bot may show a heading as bold, a table as an aligned block, a fence once more on the next post. All of that is marks
 * and white space. What must come back, character by character, is everything else.
 */

export interface Visible {
  readonly text: string;
  /** Where each unit of it stands in the source, and last the source's length. */
  readonly at: readonly number[];
}

/** White space, and the characters that Markdown or a bot's formatting of it may put in or leave out. */
const MARKS: ReadonlySet<string> = new Set(' \t\r\u00a0*_~`#>-+|\\[]()<•─\u200b\u2060\ufeff');
const FENCE = /^[\s>]*(?:`{3,}|~{3,})[\w.+#-]*\s*$/u;
/** The line under a table's header. */
const TABLE_RULE = /^[\s>|:-]*-[\s>|:-]*$/u;

export function visibleOf(markdown: string): Visible {
  const units: string[] = [];
  const at: number[] = [];
  let lineAt = 0;
  for (const line of markdown.split('\n')) {
    if (!FENCE.test(line) && !TABLE_RULE.test(line))
      for (let column = 0; column < line.length; column++) {
        const unit = line.charAt(column);
        if (MARKS.has(unit)) continue;
        units.push(unit);
        at.push(lineAt + column);
      }
    lineAt += line.length + 1;
  }
  return { text: units.join(''), at: [...at, markdown.length] };
}

/** Where the sources of the bench's answers are said to be; no answer's own text holds it. */
export const SOURCE_HOST = 'https://sources.example';

/**
 * A number, perhaps raised or in brackets of its own, that links to a source; or numbers in brackets alone after a sentence,
 * as where a post has no room for links: no answer of the bench has these of its own.
 */
const SOURCE_MARK =
  /\\?\[{1,2}\\?\[?[\d⁰¹²³⁴-⁹]+\\?\]{0,2}\]\(<?https:\/\/sources\.example[^)>\s]*>?\)\]?|(?<=[.!?。”]) (?:\[\d{1,2}\])+(?!\()/gu;
/** Lines a bot writes under an answer: the list of sources, its heading, what it searched for, small print. */
const OWN_LINE = /^-# |^[\W_]*Sources?:?[\W_]*$|https:\/\/sources\.example|https:\/\/(?:www\.)?google\.com\/search/u;

/** What the posts of an answer show of it, joined: without the bot's own words, and without a table's header shown again. */
export function shownOf(posts: readonly string[]): string {
  let shown = '';
  let above: readonly string[] = [];
  for (const post of posts) {
    const lines = linesOf(post);
    shown += visibleOf(lines.slice(repeatedRows(lines, above)).join('\n')).text;
    if (lines.length > 0) above = lines;
  }
  return shown;
}

/** The lines of a post that say something of the answer; fences say nothing. */
function linesOf(post: string): readonly string[] {
  const lines = post.replaceAll(SOURCE_MARK, '').split('\n');
  return lines.filter((line) => !OWN_LINE.test(line) && !FENCE.test(line) && line.trim() !== '');
}

/** How many lines a post begins with that only repeat the header of the table which the post above it ended in. */
function repeatedRows([header = '', rule = '']: readonly string[], above: readonly string[]): number {
  const isHeader = header.includes('|') && TABLE_RULE.test(rule) && above.at(-1)?.includes('|') === true;
  if (!isHeader) return 0;
  const ruleAbove = above.findLastIndex((line) => TABLE_RULE.test(line));
  return visibleOf(above[ruleAbove - 1] ?? '').text === visibleOf(header).text ? 2 : 0;
}
