/** The flags inside a message: read from both of its ends, never from code or a quotation, and never more than flags. */
import type { Settings, SettingsOverride } from '../core/conversation.ts';
import type { Mention } from '../core/inbound.ts';
import { type Catalogue, readValue } from './values.ts';

/** What a message said besides its question. */
export interface Asked {
  /** The question, without the flags that were understood. */
  readonly text: string;
  readonly flags: SettingsOverride;
  /** Whether the answer is to be JSON. */
  readonly json: boolean;
  /** What was not understood; the text still holds it. */
  readonly faults: readonly FlagFault[];
}

/** A flag that was given a value it does not take, or one that there is not, with what comes near it. */
export type FlagFault =
  | {
      readonly kind: 'value';
      readonly flag: string;
      readonly setting: keyof Settings;
      readonly value: string;
      readonly choices: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly flag: string; readonly choices: readonly string[] };

/** Flags that stand alone, and what each says. */
const ALONE: Readonly<Record<string, SettingsOverride>> = {
  search: { search: 'on' },
  'no-search': { search: 'off' },
  maps: { maps: 'on' },
  'no-maps': { maps: 'off' },
  code: { code: 'on' },
  'no-code': { code: 'off' },
  footer: { footer: 'on' },
  'no-footer': { footer: 'off' },
  json: {},
};

/** Flags that take a value, and the setting it is for. */
const VALUED: Readonly<Record<string, keyof Settings>> = {
  think: 'thinking',
  model: 'model',
  persona: 'persona',
  language: 'language',
  thoughts: 'thoughts',
};

/** Flags that stand alone and may also be given a value, as in `--search=auto`. */
const EITHER: Readonly<Record<string, keyof Settings>> = {
  search: 'search',
  maps: 'maps',
  code: 'code',
  footer: 'footer',
};

/** Every flag, as it is written. */
export const FLAGS: readonly string[] = [...Object.keys(ALONE), ...Object.keys(VALUED)].map((name) => `--${name}`);

/** Telephones make a dash of two hyphens. */
const NAME = String.raw`(?:--|[–—])([a-z]+(?:-[a-z]+)*)`;
const LEADING = new RegExp(String.raw`^\s*${NAME}(?:=(\S*))?(?=\s|$)(?:[ \t]+(\S+))?`, 'iu');
const TRAILING = new RegExp(String.raw`(?<=^|\s)${NAME}(?:=(\S*))?\s*$`, 'iu');
const TRAILING_VALUE = new RegExp(String.raw`(?<=^|\s)${NAME}[ \t]+(\S+)\s*$`, 'iu');

/** One flag at an end of the text, and where it stands. */
interface Found {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly value: string | undefined;
}

/** What a flag says, or what is wrong with it. */
type Read = { readonly chosen: SettingsOverride } | { readonly fault: FlagFault };

/**
 * Reads flags such as `--think high`, `--search` and `--model flash-lite` from both ends of a message, and those that came
 * as options of a command, which go before. The first of two that contradict each other wins.
 */
export function readFlags(message: Pick<Mention, 'text' | 'flags'>, catalogue: Catalogue): Asked {
  const said: SettingsOverride[] = [];
  const faults: FlagFault[] = [];
  let json = false;
  let { text } = message;
  for (const [name, value] of Object.entries(message.flags ?? {})) {
    const read = readOne({ name, value }, catalogue);
    if (read !== undefined && 'chosen' in read) said.push(read.chosen);
    else if (read !== undefined) faults.push(read.fault);
  }
  for (const find of [leading, trailing]) {
    const place = said.length;
    for (let found = find(text); found !== undefined; found = find(text)) {
      const read = readOne(found, catalogue);
      if (read === undefined || 'fault' in read) {
        if (read !== undefined) faults.push(read.fault);
        break;
      }
      json ||= found.name === 'json';
      said.splice(find === leading ? said.length : place, 0, read.chosen);
      text = text.slice(0, found.from) + text.slice(found.to);
    }
  }
  const flags: SettingsOverride = Object.assign({}, ...said.toReversed());
  return { text: text === message.text ? text : text.trim(), flags, json, faults };
}

function leading(text: string): Found | undefined {
  const [all = '', name = '', given, next] = LEADING.exec(text) ?? [];
  if (all === '') return undefined;
  const lower = name.toLowerCase();
  const takesNext = Object.hasOwn(VALUED, lower) && given === undefined && next !== undefined;
  // The word after the flag is looked at, and taken only where it is the flag's value.
  const to = takesNext || next === undefined ? all.length : all.length - next.length;
  return { from: 0, to, name: lower, value: takesNext ? next : given };
}

function trailing(text: string): Found | undefined {
  const alone = TRAILING.exec(text);
  const valued = alone === null ? TRAILING_VALUE.exec(text) : null;
  const match = alone ?? valued;
  const [, name = '', value] = match ?? [];
  const lower = name.toLowerCase();
  if (match === null || isQuoted(text, match.index)) return undefined;
  const isValued = Object.keys(VALUED).some((known) => resembles(`--${lower}`, `--${known}`));
  if (valued !== null && !isValued) return undefined;
  return { from: match.index, to: text.length, name: lower, value };
}

/** Undefined for a flag that is none of ours and resembles none: it belongs to the question. */
function readOne({ name, value }: Pick<Found, 'name' | 'value'>, catalogue: Catalogue): Read | undefined {
  const plain = ALONE[name];
  if (plain !== undefined && value === undefined) return { chosen: plain };
  const setting = VALUED[name] ?? EITHER[name];
  if (setting !== undefined) {
    const reading = readValue(setting, value ?? '', catalogue);
    if ('chosen' in reading) return reading;
    return { fault: { kind: 'value', flag: `--${name}`, setting, value: value ?? '', choices: reading.choices } };
  }
  const choices = FLAGS.filter((flag) => resembles(`--${name}`, flag));
  return choices.length === 0 ? undefined : { fault: { kind: 'unknown', flag: `--${name}`, choices } };
}

/** Whether a position lies in a quoted line, in an indented block, or in code that is still open there. */
function isQuoted(text: string, index: number): boolean {
  const before = text.slice(0, index);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const isIndented = before.includes('\n') && /^(?: {4}|\t)/u.test(line + text.slice(index));
  if (isIndented || line.trimStart().startsWith('>')) return true;
  return before.split('```').length % 2 === 0 || line.replaceAll('```', '').split('`').length % 2 === 0;
}

/** Whether one is the other with a slip of the fingers: one in short names, two in names of six letters and more. */
function resembles(written: string, flag: string): boolean {
  const slips = flag.length >= '--search'.length ? 2 : 1;
  return Math.abs(written.length - flag.length) <= slips && distanceOf(written, flag) <= slips;
}

/** Letters to add, drop or change, or neighbours to swap, to make one of the other. */
function distanceOf(one: string, other: string): number {
  let [last, row]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (last?.[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min((row?.[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row?.[j - 1] ?? 0) + same, swapped));
    }
    [last, row] = [row, next];
  }
  return row?.[other.length] ?? 0;
}
