/** Commands that choose a setting, and what they are answered: what holds, for whom, and what else there is to choose. */
import { COMMANDS, SETTING_NAMES } from '../commands/list.ts';
import {
  type Language,
  type Scope,
  SCOPES,
  scopeIdOf,
  type Settings,
  type SettingsChange,
} from '../core/conversation.ts';
import type { Command } from '../core/inbound.ts';
import type { CommandReply, Form, Menu, MenuItem } from '../core/reply.ts';
import type { ModelFacts } from '../core/model.ts';
import { thinkingOf } from '../models/thinking.ts';
import { lineOf, noticesIn } from '../notices/notices.ts';
import type { SteeringSentences } from './sentences.ts';
import { type Effective, mayChange, type Rights, type ScopedSettings } from './settings.ts';
import { type Catalogue, choicesOf, readPersona, readValue, shownValue, takesDepth } from './values.ts';

/** What choosing needs to know. */
export interface ChoiceContext {
  readonly settings: ScopedSettings;
  readonly catalogue: Catalogue;
  readonly rights: Rights;
  readonly facts: (model: string) => ModelFacts | undefined;
}

/** A command with what holds for its giver, and the language they are answered in. */
export interface Given {
  readonly command: Command;
  readonly held: Effective;
  readonly language: Language;
  readonly say: SteeringSentences;
}

type Name = keyof Settings;

/** What somebody wants of a setting: to see it, or to give it a value by name, or a persona of their own words. */
interface Wish {
  readonly name: Name;
  readonly written?: string | undefined;
  readonly own?: string | undefined;
}

/** The word that takes a choice back. */
const TAKEN_BACK = 'default';

/** Items of a list that every platform draws, the word for taking back among them. */
const MAX_ITEMS = 25;

/** Sets what was chosen or, where nothing was, says what holds and what there is. @throws StorageUnavailable, StorageCorrupt */
export async function choose(wish: Wish, given: Given, context: ChoiceContext): Promise<CommandReply> {
  const { command, say } = given;
  const scope = scopeOf(command);
  if (scope === undefined)
    return { text: say.takes('scope', lineOf(command.values['scope'] ?? ''), SCOPES.join(', ')) };
  const { name, written, own } = wish;
  if (written === undefined && own === undefined) return shownChoice({ name, scope }, given, context);
  const change = changeOf(wish, given, context);
  if ('fault' in change) return { text: change.fault };
  const id = scopeIdOf(scope, command);
  if (id === undefined) return { text: say.noConversation };
  if (!mayChange(scope, command.author, context.rights)) return { text: say.mayNot(scope) };
  await context.settings.store.set(id, change.chosen);
  const held = await context.settings.at(command);
  const told = toldOf({ name, scope, value: change.chosen[name] ?? null }, { ...given, held });
  const nearest = nearestOf(change.chosen, { ...given, held }, context);
  return { text: nearest === undefined ? told : `${told} ${nearest}` };
}

/** What a chosen thinking depth comes to, where the model does not have it. */
function nearestOf(
  { thinking }: SettingsChange,
  { held, language }: Given,
  { facts }: ChoiceContext,
): string | undefined {
  if (thinking === undefined || thinking === null) return undefined;
  const { depth } = thinkingOf(thinking, facts(held.model.value)?.thinking);
  return noticesIn(language).ofDepth(thinking, depth);
}

/** Everything that holds for the person, or one setting of it. @throws StorageUnavailable, StorageCorrupt */
export async function showSettings(given: Given, context: ChoiceContext): Promise<CommandReply> {
  const { command, say } = given;
  const { setting, value } = command.values;
  const name = SETTING_NAMES.find((known) => known.toLowerCase() === setting?.trim().toLowerCase());
  if (setting !== undefined && name === undefined)
    return { text: say.takes('setting', lineOf(setting), SETTING_NAMES.join(', ')) };
  if (name !== undefined) return choose({ name, written: value }, given, context);
  const items = SETTING_NAMES.map((each): MenuItem => ({ label: say.settings[each], values: { setting: each } }));
  const lines = SETTING_NAMES.map((each) => `- ${say.holds(heldOf(each, given))}`);
  return { text: [say.heading, ...lines].join('\n'), menus: [{ style: 'list', label: say.change, items }] };
}

/** As named, or the conversation; undefined for a word that is no scope. */
function scopeOf({ values }: Command): Scope | undefined {
  const named = values['scope']?.trim().toLowerCase();
  return named === undefined ? 'conversation' : SCOPES.find((scope) => scope === named);
}

function changeOf(
  { name, written = '', own }: Wish,
  { held, say }: Given,
  { catalogue, facts }: ChoiceContext,
): { readonly chosen: SettingsChange } | { readonly fault: string } {
  if (own !== undefined) {
    const chosen = readPersona(own);
    return chosen === undefined ? { fault: say.noPersonaText } : { chosen };
  }
  if (written.trim().toLowerCase() === TAKEN_BACK) return { chosen: { [name]: null } };
  const reading = readValue(name, written, catalogue);
  if ('choices' in reading) {
    const choices = choicesIn(name, reading.choices, say);
    return { fault: say.takes(say.settings[name], lineOf(written), choices) };
  }
  const { thinking } = reading.chosen;
  const model = held.model.value;
  if (thinking !== undefined && !takesDepth(thinking, facts(model))) return { fault: say.takesNoBudget(model) };
  return reading;
}

/** The choices in a row, and that a number is one too. */
export function choicesIn(name: Name, choices: readonly string[], say: SteeringSentences): string {
  return [...choices, ...(name === 'thinking' ? [say.orTokens] : [])].join(', ');
}

/** What was done, and what holds now where somebody narrower decides; a choice that was taken back leaves what holds. */
function toldOf(
  { name, scope, value }: { readonly name: Name; readonly scope: Scope; readonly value: Settings[Name] | null },
  given: Given,
): string {
  const { say } = given;
  const holds = heldOf(name, given);
  if (value === null) return say.holds(holds);
  const set = say.set({ ...holds, value: shownValue(value), from: scope });
  return holds.from === scope ? set : `${set} ${say.decidedBy(holds)}`;
}

function heldOf(name: Name, { held, say }: Given) {
  const { value, from } = held[name];
  return { name: say.settings[name], value: shownValue(value), from };
}

/** One setting with its choices, and for whom they would be made. */
function shownChoice(
  { name, scope }: { readonly name: Name; readonly scope: Scope },
  given: Given,
  { catalogue, rights }: ChoiceContext,
): CommandReply {
  const { command, say, held } = given;
  const open = SCOPES.filter(
    (each) => scopeIdOf(each, command) !== undefined && mayChange(each, command.author, rights),
  );
  const chosen = open.includes(scope) ? scope : open[0];
  const text = say.holds(heldOf(name, given));
  if (chosen === undefined) return { text };
  const valuesOf = (values: Command['values']): Command['values'] =>
    command.name === 'settings' ? { setting: name, ...values } : values;
  // A persona of that name is what holds where nobody chose, unless the operator chose another.
  const words = choicesOf(name, catalogue)
    .filter((word) => word !== TAKEN_BACK)
    .slice(0, MAX_ITEMS - 1);
  const spec = COMMANDS.find((each) => each.name === command.name);
  const option = command.name === 'settings' ? 'value' : (spec?.options[0]?.name ?? '');
  const items: MenuItem[] = [...words, TAKEN_BACK].map((word) => ({
    label: word === TAKEN_BACK ? say.usual : word,
    values: valuesOf({ [option]: word, scope: chosen }),
    ...(shownValue(held[name].value) === word ? { isChosen: true } : {}),
  }));
  const scopes: MenuItem[] = open.map((each) => ({
    label: say.origins[each],
    values: valuesOf({ scope: each }),
    ...(each === chosen ? { isChosen: true } : {}),
  }));
  const menus: Menu[] = [
    { style: 'list', label: say.newValue(say.settings[name]), items },
    { style: 'buttons', label: say.forWhom, items: scopes },
  ];
  const form: Form = { label: say.ownWords, command: 'persona', option: 'text', values: { scope: chosen } };
  return { text, menus, ...(name === 'persona' ? { forms: [form] } : {}) };
}
