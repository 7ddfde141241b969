/** One line of Markdown outside of code, as Discord renders it: what Discord does not know is written in what it does. */
import { isRule, withoutBold } from '../markdown/tables.ts';
import { formulaOf, scriptOf } from './formulas.ts';

export const FENCE = /^\s*(?<marks>`{3,}(?=[^`]*$)|~{3,})/u;
/** What may become a rule when more of it is there. */
export const RULE_START = /^\s{0,3}(?:(?:-[ \t]*){3}|(?:\*[ \t]*){3}|(?:_[ \t]*){3})/mu;
export const RULE_SHOWN = '─'.repeat(12);
const RULE = /^\s{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
/** Four spaces make code of it. Hashes at the end belong to the title unless a space parts them from it. */
const DEEP_HEADING = /^(?<indent>(?: {0,3}>)* {0,3})#{4,6}[ \t]+(?<title>.*?)(?:[ \t]+#+)?[ \t]*$/u;
const TASK = /^(?<bullet>[\s>]*(?:[-*+]|\d+[.)])[ \t]+)\[(?<mark>[ xX])\](?=[ \t])/u;
const FOOTNOTE = /^ {0,3}\[\^(?<name>[\p{L}\p{N}_-]{1,20})\]:[ \t]+(?=\S)/u;
/** Marks of a quote, a list or a heading, which hold what stands behind them together. */
const LEAD = /^(?<quote>[ \t]{0,3}>[ \t]?)|^(?<item>[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t])|^\s*#{1,6}\s/u;
/** Nothing that begins so is a mark at the beginning of a line. */
const TEXT = /^ ?(?:\p{L}|\*\*\p{L}|`[^`\s]|[„“"'«(])/u;

/** What is left alone, and what is not: code, escaped signs, formulas, links, addresses, tags and footnotes. */
const TOKEN = new RegExp(
  [
    '(?<!`)(?<ticks>`+)(?!`).*?(?<!`)\\k<ticks>(?!`)',
    '\\\\[\\\\$`<!]',
    '\\$\\$(?<display>[^$]+)\\$\\$',
    '\\\\\\[(?<bracketed>.+?)\\\\\\]',
    '\\\\\\((?<inline>.+?)\\\\\\)',
    '(?<![\\w$])\\$(?<dollars>[^\\s$](?:[^$]*[^\\s$\\\\])?)\\$(?![\\w$])',
    '!\\[(?<alt>[^[\\]]*)\\]\\(<?(?<image>https?:\\/\\/[^\\s()<>]+)>?\\)',
    '\\[(?<label>[^[\\]]*)\\]\\(<?(?<target>https?:\\/\\/[^\\s()<>]+)>?\\)',
    '\\[[^[\\]^][^[\\]]*\\]\\([^\\s()]*\\)',
    '<https?:\\/\\/[^\\s<>]+>',
    'https?:\\/\\/[^\\s<>]+',
    '\\[\\^(?<note>[\\p{L}\\p{N}_-]{1,20})\\](?!\\()',
    '<(?<tag>sub|sup|b|strong|i|em|u|s|del|code|kbd|summary)>(?<content>[^<>`]*)<\\/\\k<tag>>',
    '<a\\s[^<>]*?href="(?<href>https?:\\/\\/[^\\s()<>"]+)"[^<>]*>(?<named>[^<>[\\]`]+)<\\/a>',
    '(?<br><br\\s*\\/?>)',
    '<!--.*?-->|(?<bare><\\/?(?:details|summary|p|div|span|center|small|mark|font|section)(?:\\s[^<>]*)?\\/?>)',
  ].join('|'),
  'giu',
);
/** Without one of these there is nothing to do, as in most lines; a page is formatted for each view of it. */
const MAYBE = /\[|####|<|\$|\\[([]/u;

/** What the line becomes. It never gets longer, but for a rule; formatting what came out again changes nothing. */
export function formatLine(line: string): readonly string[] {
  if (RULE.test(line)) return [RULE_SHOWN];
  if (!MAYBE.test(line)) return [line];
  const lines = onceFormatted(line);
  const isSafe = lines.every((each) => !endsText(each) && (line.includes('|') || !each.includes('|')));
  if (!isSafe) return [line];
  return lines.length === 1 && lines[0] === line ? lines : lines.flatMap(formatLine);
}

/** Whether the line would change what the lines around it are. */
function endsText(line: string): boolean {
  return FENCE.test(line) || RULE.test(line) || isRule(line);
}

function onceFormatted(line: string): readonly string[] {
  const note = FOOTNOTE.exec(line);
  if (note !== null) return [`-# ${footnoteOf(note.groups?.['name'] ?? '')} ${line.slice(note[0].length)}`];
  const heading = DEEP_HEADING.exec(line)?.groups;
  const title = withoutBold(heading?.['title'] ?? '', (span) => span).trim();
  // A title of asterisks alone would turn into a rule.
  if (heading !== undefined && /[^*\s]/u.test(title)) return [`${heading['indent'] ?? ''}**${title}**`];
  const task = line.replace(TASK, (_, bullet: string, mark: string) => `${bullet}${mark === ' ' ? '☐' : '☑'}`);
  return task === line ? spansFormatted(line).split('\n') : [task];
}

type Groups = Readonly<Record<string, string | undefined>>;

/** The line with each of its spans as Discord shows it. */
function spansFormatted(line: string): string {
  return line.replace(TOKEN, (all, ...rest) => {
    // The last arguments of a replacer are the place, the text and the record of named groups.
    const [at, , groups] = rest.slice(-3) as [number, string, Groups];
    return shownOf(all, groups, { line, at, end: at + all.length });
  });
}

interface Spot {
  readonly line: string;
  readonly at: number;
  readonly end: number;
}

function shownOf(all: string, groups: Groups, spot: Spot): string {
  const { ticks, display, bracketed, inline, dollars, note, br, bare } = groups;
  if (ticks !== undefined) return all;
  const own = display ?? bracketed;
  if (own !== undefined) return formulaIn(own, spot, true) ?? all;
  const within = inline ?? dollars;
  if (within !== undefined) return formulaIn(within, spot, false) ?? all;
  if (note !== undefined) return noteOf(note);
  if (br !== undefined) return breakAt(spot);
  if (bare !== undefined || all.startsWith('<!--')) return '';
  return linkIn(groups) ?? taggedIn(groups) ?? all;
}

/** Discord shows a masked link whose label is an address as raw brackets, and an image as a link behind a sign. */
function linkIn({ alt, image, label = '', target, href, named }: Groups): string | undefined {
  if (image !== undefined) return alt?.trim() ? `[${alt}](${image})` : `<${image}>`;
  if (href !== undefined) return `[${named ?? ''}](${href})`;
  if (target === undefined || !/https?:\/\//iu.test(label)) return undefined;
  // A label that is more than an address loses the part that makes an address of it.
  const words = label.replace(/https?:\/\//giu, '').trim();
  return /\s/u.test(words) ? `[${words}](${target})` : `<${target}>`;
}

const MARKS: Readonly<Record<string, string>> = {
  b: '**',
  strong: '**',
  summary: '**',
  i: '*',
  em: '*',
  u: '__',
  s: '~~',
  del: '~~',
  code: '`',
  kbd: '`',
};

function taggedIn({ tag, content = '' }: Groups): string | undefined {
  const name = tag?.toLowerCase();
  if (name === undefined) return undefined;
  const text = content.trim();
  if (text === '') return content;
  if (name === 'sub') return scriptOf(text, 'below') ?? `_(${text})`;
  if (name === 'sup') return scriptOf(text, 'above') ?? `^(${text})`;
  const mark = MARKS[name] ?? '';
  return content.replace(text, () => mark + text + mark);
}

/** What a footnote begins with; not longer than what was written. */
function footnoteOf(name: string): string {
  return /^\d+$/u.test(name) ? noteOf(name) : `${name}:`;
}

function noteOf(name: string): string {
  return /^\d+$/u.test(name) ? (scriptOf(name, 'above') ?? name) : `⁽${name}⁾`;
}

/** What tells a formula from a price and a note in parentheses. */
const MATH = /[\\^_=+<>]|^[A-Za-z]'?$|^\d*[a-z]$|^[a-z]'*\([a-z\d, ]+\)$|^[A-Za-z\d]+(?:\s*[-*/]\s*[A-Za-z\d]+)+$/u;
const PROSE = /(?<![\\A-Za-z{])[A-Za-z]{4,}(?=[\s,.;:]|$)/u;

/** A formula in code, on a line of its own where it is one to be shown apart and nothing holds it within its line. */
function formulaIn(tex: string, { line, at, end }: Spot, isOwn: boolean): string | undefined {
  if (!MATH.test(tex) || (!isOwn && PROSE.test(tex))) return undefined;
  const lines = formulaOf(tex);
  if (lines === undefined) return undefined;
  const code = `\`${lines.join('; ')}\``;
  const [before, after] = [line.slice(0, at), line.slice(end)];
  const isApart = isOwn && !LEAD.test(line) && (/\p{L}/u.test(before) || before.trim() === '');
  if (!isApart || !(after.trim() === '' || TEXT.test(after))) return code;
  return (before.trim() === '' ? '' : '\n') + code + (after.trim() === '' ? '' : '\n');
}

/** A line's end where what follows is text and stays in its item or quote; else a space. */
function breakAt({ line, at, end }: Spot): string {
  const [before, after] = [line.slice(0, at), line.slice(end)];
  if (after.trim() === '') return '';
  if (before.trim() === '' || !TEXT.test(after)) return ' ';
  const lead = LEAD.exec(line)?.groups;
  if (lead?.['quote'] !== undefined) return '\n> ';
  return lead?.['item'] === undefined ? '\n' : '\n  ';
}

/** A cell of a table as one line. */
export function cellShown(cell: string): string {
  const text = cell.replace(/<br\s*\/?>/giu, ' ');
  if (!MAYBE.test(text)) return text;
  let shown = text;
  for (let before = ''; before !== shown; ) [before, shown] = [shown, spansFormatted(shown).replaceAll('\n', ' ')];
  return shown;
}
