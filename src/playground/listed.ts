/** What the page offers while a command is typed: every command, with the options that can be typed. */
import { COMMANDS } from '../commands/list.ts';
import type { CommandName, CommandOption } from '../core/inbound.ts';

/** A command as the page lists it while it is typed. */
export interface Listed {
  readonly name: CommandName;
  readonly description: string;
  readonly options: readonly {
    readonly name: string;
    readonly choices: readonly string[];
    readonly suggests?: string;
  }[];
}

/** What the page offers: every command, with the options that can be typed. */
export const LISTED: readonly Listed[] = COMMANDS.map(({ name, description, options }) => ({
  name,
  description: description.en,
  options: optionsOf(options),
}));

function optionsOf(options: readonly CommandOption[]): Listed['options'] {
  return options
    .filter(({ kind, name }) => kind !== 'file' && name !== 'private')
    .map((option) => ({
      name: option.name,
      choices: option.kind === 'choice' ? option.choices : [],
      ...(option.kind === 'word' ? { suggests: option.suggests } : {}),
    }));
}
