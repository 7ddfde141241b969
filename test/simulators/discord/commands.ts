/** The commands an application registered, everywhere and in the server, and what a person fills into one. */
import { checkCommands, typeOf } from './command-rules.ts';
import { refuse } from './errors.ts';
import { isJson, type Json, lengthOf, listOf } from './json.ts';
import type { World } from './state.ts';

/** `undefined` is everywhere; otherwise a server's id. */
type Scope = string | undefined;

/** A file is given by the id it was uploaded under, as Discord's client does. */
export type OptionValue = string | number | boolean;

export class Commands {
  readonly #world: World;
  readonly #all: { readonly scope: Scope; json: Json }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  in(scope: Scope): readonly Json[] {
    return this.#all.filter((command) => command.scope === scope).map((command) => command.json);
  }

  one(scope: Scope, id: string): Json {
    const found = this.in(scope).find((command) => command['id'] === id);
    if (!found) throw refuse('unknownCommand');
    return found;
  }

  /** Replaces every command of the scope, of all types; those of the same name and type keep their id. */
  overwrite(scope: Scope, wanted: readonly Json[]): readonly Json[] {
    checkCommands(wanted);
    const before = this.in(scope);
    this.#drop((command) => command.scope === scope);
    return wanted.map((command) => this.#add(scope, command, before.find(sameAs(command))));
  }

  /** Adds one, or replaces the one of its name and type. */
  upsert(scope: Scope, wanted: Json): { readonly json: Json; readonly isNew: boolean } {
    const before = this.in(scope).find(sameAs(wanted));
    checkCommands([...this.in(scope).filter((command) => command !== before), wanted]);
    this.#drop((command) => command.json === before);
    return { json: this.#add(scope, wanted, before), isNew: before === undefined };
  }

  change(scope: Scope, id: string, change: Json): Json {
    const before = this.one(scope, id);
    const changed = { ...before, ...change };
    checkCommands([...this.in(scope).filter((command) => command !== before), changed]);
    this.#drop((command) => command.json === before);
    return this.#add(scope, changed, before);
  }

  remove(scope: Scope, id: string): void {
    const found = this.one(scope, id);
    this.#drop((command) => command.json === found);
  }

  #add(scope: Scope, given: Json, before: Json | undefined): Json {
    const json: Json = {
      name_localizations: null,
      description_localizations: null,
      integration_types: [0],
      contexts: null,
      nsfw: false,
      dm_permission: true,
      options: [],
      ...given,
      description: given['description'] ?? '',
      default_member_permissions: permissionsText(given['default_member_permissions']),
      type: typeOf(given),
      id: before?.['id'] ?? this.#world.newId(),
      application_id: this.#world.app.id,
      version: this.#world.newId(),
      ...(scope === undefined ? {} : { guild_id: scope }),
    };
    this.#all.push({ scope, json });
    return json;
  }

  #drop(which: (command: { readonly scope: Scope; json: Json }) => boolean): void {
    for (let index = this.#all.length - 1; index >= 0; index--) {
      const command = this.#all[index];
      if (command && which(command)) this.#all.splice(index, 1);
    }
  }
}

const sameAs = (wanted: Json) => (command: Json) =>
  command['name'] === wanted['name'] && command['type'] === typeOf(wanted);

function permissionsText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/**
 * What Discord's client sends for a filled-in command. `path` is the command's name and those of its subcommands.
 *
 * @throws Error when a person could not have entered this: unknown option, missing one, a value outside the choices.
 */
export function filledIn(
  command: Json,
  path: readonly string[],
  values: Readonly<Record<string, OptionValue>>,
): Json[] {
  const options = listOf(command['options']).filter(isJson);
  const [next, ...rest] = path;
  if (next !== undefined) {
    const sub = options.find((option) => option['name'] === next && Number(option['type']) <= 2);
    if (!sub) throw new Error(`/${String(command['name'])} has no subcommand ${next}`);
    return [{ name: next, type: sub['type'], options: filledIn(sub, rest, values) }];
  }
  for (const name of Object.keys(values))
    if (!options.some((option) => option['name'] === name)) throw new Error(`no option ${name}`);
  return options.flatMap((option) => {
    const name = String(option['name']);
    const value = values[name];
    if (value === undefined) {
      if (option['required'] === true) throw new Error(`option ${name} is required`);
      return [];
    }
    checkValue(option, value);
    return [{ name, type: option['type'], value }];
  });
}

/**
 * What Discord's client sends while an option is being typed: what was filled in before it, then what stands there now.
 *
 * @throws Error when the option is not completed by the application.
 */
export function beingTyped(command: Json, path: readonly string[], typed: Readonly<Record<string, string>>): Json[] {
  const options = listOf(command['options']).filter(isJson);
  const [next, ...rest] = path;
  if (next !== undefined) {
    const sub = options.find((option) => option['name'] === next && Number(option['type']) <= 2);
    if (!sub) throw new Error(`/${String(command['name'])} has no subcommand ${next}`);
    return [{ name: next, type: sub['type'], options: beingTyped(sub, rest, typed) }];
  }
  const last = Object.keys(typed).at(-1);
  return Object.entries(typed).map(([name, value]) => {
    const option = options.find((each) => each['name'] === name);
    if (option === undefined) throw new Error(`no option ${name}`);
    if (name === last && option['autocomplete'] !== true) throw new Error(`option ${name} is not completed`);
    return { name, type: option['type'], value, ...(name === last ? { focused: true } : {}) };
  });
}

const VALUE_TYPES: Readonly<Record<number, string>> = {
  3: 'string',
  4: 'number',
  5: 'boolean',
  6: 'string',
  7: 'string',
  8: 'string',
  9: 'string',
  10: 'number',
  11: 'string',
};

const INTEGER = 4;

/** Characters of a text option where the command says nothing. */
const MAX_TEXT = 6000;

function checkValue(option: Json, value: OptionValue): void {
  const name = String(option['name']);
  if (VALUE_TYPES[Number(option['type'])] !== typeof value) throw new Error(`option ${name} takes no ${typeof value}`);
  const max = Number(option['max_length'] ?? MAX_TEXT);
  const min = Number(option['min_length'] ?? 0);
  const [least, most] = [Number(option['min_value'] ?? -Infinity), Number(option['max_value'] ?? Infinity)];
  if (typeof value === 'string' && lengthOf(value) < min) throw new Error(`option ${name} wants ${min} characters`);
  if (typeof value === 'number' && (value < least || value > most))
    throw new Error(`option ${name} takes ${least} to ${most}`);
  if (Number(option['type']) === INTEGER && !Number.isInteger(value))
    throw new Error(`option ${name} takes no fraction`);
  if (typeof value === 'string' && lengthOf(value) > max) throw new Error(`option ${name} takes ${max} characters`);
  const choices = listOf(option['choices']).filter(isJson);
  if (choices.length > 0 && !choices.some((choice) => choice['value'] === value))
    throw new Error(`option ${name} does not offer ${value}`);
}
