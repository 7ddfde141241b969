/** Commands as they are typed, such as `/think high scope:person`, read by the list of commands. */
import type { CommandName, CommandOption, CommandValues } from '../core/inbound.ts';
import { COMMANDS } from './list.ts';

/** A command with its options filled in. */
export interface Typed {
  readonly name: CommandName;
  readonly values: CommandValues;
}

const COMMAND = /^\/([a-z]+)(?:\s+([^]*))?$/iu;
const LAST = /(?<=^|\s)(?<name>[a-z]+):(?<value>\S+)\s*$/iu;
const FIRST = /^\s*(?<name>[a-z]+):(?<value>\S+)(?=\s|$)/iu;

/**
 * Reads a line that begins with a slash. `option:value` is taken from both ends, where the value has no spaces; all that
 * is left goes to the option it names or, where it names none, to the first. Undefined for a command that there is not.
 */
export function readTyped(line: string): Typed | undefined {
  const [, name = '', written = ''] = COMMAND.exec(line.trim()) ?? [];
  const spec = COMMANDS.find((command) => command.name === name.toLowerCase());
  if (spec === undefined) return undefined;
  const { options } = spec;
  const values = new Map<string, string>();
  let rest = written;
  for (const pattern of [LAST, FIRST]) {
    for (let found = optionAt(pattern, rest, options); found !== undefined; found = optionAt(pattern, rest, options)) {
      if (values.has(found.name)) break;
      values.set(found.name, found.value);
      rest = rest.slice(0, found.from) + rest.slice(found.to);
    }
  }
  const [, named = '', text = rest] = /^\s*([a-z]+):([^]*)$/iu.exec(rest) ?? [];
  const option = options.find((each) => each.name === named.toLowerCase());
  const [taker, left] = option === undefined ? [options[0], rest] : [option, text];
  if (taker !== undefined && left.trim() !== '' && !values.has(taker.name)) values.set(taker.name, left.trim());
  return { name: spec.name, values: Object.fromEntries(values) };
}

interface Found {
  readonly name: string;
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/** Free text is not cut at a space, so it is never taken from an end. */
function optionAt(pattern: RegExp, text: string, options: readonly CommandOption[]): Found | undefined {
  const match = pattern.exec(text);
  const { name = '', value = '' } = match?.groups ?? {};
  const option = options.find((each) => each.name === name.toLowerCase());
  if (match === null || option === undefined || option.kind === 'text') return undefined;
  return { name: option.name, value, from: match.index, to: match.index + match[0].length };
}
