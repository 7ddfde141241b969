/** What Discord accepts as an application command, beyond what its OpenAPI description says. */
import { badChoice, badLength, type FieldFault, invalidForm, required, tooLong } from './errors.ts';
import { isJson, type Json, jsonOf, lengthOf, listOf, textOf } from './json.ts';

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MAX_CHARACTERS = 8000;
const CAPS: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15, 4: 1 };
const LOCALES = new Set(
  'ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk vi zh-CN zh-TW'.split(
    ' ',
  ),
);

export const typeOf = (command: Json): number => Number(command['type'] ?? 1);

export function checkCommands(commands: readonly Json[]): void {
  const faults = commands.flatMap((command, index) => commandFaults(command, String(index)));
  const names = new Set<string>();
  for (const [index, command] of commands.entries()) {
    const key = `${typeOf(command)}:${String(command['name'])}`;
    const message = 'Application command names must be unique';
    if (names.has(key)) faults.push({ path: String(index), code: 'APPLICATION_COMMANDS_DUPLICATE_NAME', message });
    names.add(key);
  }
  for (const [type, cap] of Object.entries(CAPS))
    if (commands.filter((command) => typeOf(command) === Number(type)).length > cap)
      faults.push(tooLong('commands', cap));
  if (faults.length > 0) throw invalidForm(...faults);
}

function commandFaults(command: Json, path: string): FieldFault[] {
  const faults = localeFaults(command, path);
  if (typeOf(command) === 1) {
    faults.push(...nameFaults(command, path), ...descriptionFaults(command, path));
    faults.push(...optionFaults(listOf(command['options']).filter(isJson), `${path}.options`));
  } else if (textOf(command['description'])) faults.push(tooLong(`${path}.description`, 0));
  const message = `Command exceeds maximum size (${MAX_CHARACTERS})`;
  if (sizeOf(command) > MAX_CHARACTERS) faults.push({ path, code: 'APPLICATION_COMMAND_TOO_LARGE', message });
  return faults;
}

function nameFaults(named: Json, path: string): FieldFault[] {
  const name = textOf(named['name']);
  if (name === undefined) return [required(`${path}.name`)];
  if (NAME.test(name) && name === name.toLowerCase()) return [];
  const message = 'Command name is invalid';
  return [{ path: `${path}.name`, code: 'APPLICATION_COMMAND_INVALID_NAME', message }];
}

function descriptionFaults(described: Json, path: string): FieldFault[] {
  const description = textOf(described['description']);
  if (description === undefined || description === '') return [required(`${path}.description`)];
  return lengthOf(description) > 100 ? [badLength(`${path}.description`, 1, 100)] : [];
}

function optionFaults(options: readonly Json[], path: string): FieldFault[] {
  const faults = options.length > 25 ? [tooLong(path, 25)] : [];
  let optionalSeen = false;
  const names = new Set<unknown>();
  for (const [index, option] of options.entries()) {
    const at = `${path}.${index}`;
    faults.push(...nameFaults(option, at), ...descriptionFaults(option, at), ...localeFaults(option, at));
    const code = 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID';
    if (option['required'] === true && optionalSeen)
      faults.push({ path: at, code, message: 'Required options must be placed before non-required options' });
    optionalSeen ||= option['required'] !== true && Number(option['type']) > 2;
    if (names.has(option['name'])) faults.push(badChoice(`${at}.name`, ['a name not used before']));
    names.add(option['name']);
    faults.push(
      ...choiceFaults(option, at),
      ...optionFaults(listOf(option['options']).filter(isJson), `${at}.options`),
    );
  }
  return faults;
}

function choiceFaults(option: Json, path: string): FieldFault[] {
  const choices = listOf(option['choices']).filter(isJson);
  if (choices.length > 25) return [tooLong(`${path}.choices`, 25)];
  if (choices.length > 0 && option['autocomplete'] === true) return [badChoice(`${path}.autocomplete`, [false])];
  return choices.flatMap((choice, index) => {
    const length = lengthOf(textOf(choice['name']) ?? '');
    return length < 1 || length > 100 ? [badLength(`${path}.choices.${index}.name`, 1, 100)] : [];
  });
}

function localeFaults(localised: Json, path: string): FieldFault[] {
  return ['name_localizations', 'description_localizations'].flatMap((field) =>
    Object.keys(jsonOf(localised[field]))
      .filter((locale) => !LOCALES.has(locale))
      .map((locale) => badChoice(`${path}.${field}.${locale}`, [...LOCALES])),
  );
}

/** Names, descriptions and choices of the command and everything below it; of translations the longest counts. */
function sizeOf(value: Json): number {
  const own = ['name', 'description'].reduce(
    (sum, field) => {
      const texts = [value[field], ...Object.values(jsonOf(value[`${field}_localizations`]))];
      return sum + Math.max(...texts.map((text) => lengthOf(textOf(text) ?? '')));
    },
    lengthOf(textOf(value['value']) ?? ''),
  );
  const below = [...listOf(value['options']), ...listOf(value['choices'])].filter(isJson);
  return own + below.reduce((sum, item) => sum + sizeOf(item), 0);
}
