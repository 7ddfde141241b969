/** What each setting takes: values read from what people write, shown to them, and completed while they type. */
import type { Suggested } from '../core/inbound.ts';
import {
  MAX_BUDGET_TOKENS,
  MAX_PERSONA_CHARS,
  SEARCH_MODES,
  SETTING_WORDS,
  type Settings,
  type SettingsOverride,
  THINKING_DEPTHS,
  type ThinkingDepth,
} from '../core/conversation.ts';
import type { ModelFacts } from '../core/model.ts';
import { lineOf } from '../notices/notices.ts';

/** What can be chosen from, beside words. */
export interface Catalogue {
  readonly models: readonly ModelFacts[];
  /** Texts by name. */
  readonly personas: Readonly<Record<string, string>>;
  /** The name of the persona where nobody chose. */
  readonly usual: string;
}

/** What was written, as a setting; or what could have been. */
export type Reading = { readonly chosen: SettingsOverride } | { readonly choices: readonly string[] };

/** Reads a value as people write it: in any case, with any space around it. */
export function readValue(name: keyof Settings, written: string, catalogue: Catalogue): Reading {
  const value = written.trim().toLowerCase();
  const choices = choicesOf(name, catalogue);
  if (name === 'model') {
    const facts = modelNamed(value, catalogue.models);
    return facts === undefined ? { choices } : { chosen: { model: facts.id } };
  }
  if (name === 'thinking') {
    const depth = THINKING_DEPTHS.find((word) => word === value) ?? budgetOf(value);
    return depth === undefined ? { choices } : { chosen: { thinking: depth } };
  }
  const known = choices.find((choice) => choice.toLowerCase() === value);
  if (known === undefined) return { choices };
  return { chosen: name === 'persona' ? { persona: { name: known } } : { [name]: known } };
}

/** An own persona; undefined where the text is empty or too long. */
export function readPersona(text: string): SettingsOverride | undefined {
  const own = text.trim();
  return own === '' || own.length > MAX_PERSONA_CHARS ? undefined : { persona: { text: own } };
}

/** The system instruction's first part. A persona whose file is gone is the one of every other conversation. */
export function personaText(persona: Settings['persona'], { personas, usual }: Catalogue): string {
  if ('text' in persona) return persona.text;
  return (Object.hasOwn(personas, persona.name) ? personas[persona.name] : undefined) ?? personas[usual] ?? '';
}

/** Whether the model can be given this depth: only some take a budget of tokens. */
export function takesDepth(depth: ThinkingDepth, facts: ModelFacts | undefined): boolean {
  return typeof depth !== 'number' || facts?.thinking.kind === 'budget';
}

/** Every value that can be named, the most useful first. */
export function choicesOf(name: keyof Settings, { models, personas }: Catalogue): readonly string[] {
  if (name === 'model') return models.filter(({ retired }) => retired === undefined).map(nameOf);
  if (name === 'thinking') return THINKING_DEPTHS;
  return name === 'persona' ? Object.keys(personas) : SETTING_WORDS[name];
}

/** A value for people to read. */
export function shownValue(value: Settings[keyof Settings]): string {
  if (typeof value !== 'object') return String(value);
  return 'name' in value ? value.name : `“${lineOf(value.text)}”`;
}

/** Platforms offer no more. */
const MAX_COMPLETIONS = 25;

/** What fits what was typed: what begins with it, then what holds it. */
export function completionsOf(what: Suggested, typed: string, catalogue: Catalogue): readonly string[] {
  const all = what === 'search' ? SEARCH_MODES : choicesOf(what, catalogue);
  const wanted = typed.trim().toLowerCase();
  const begins = all.filter((choice) => choice.toLowerCase().startsWith(wanted));
  const holds = all.filter((choice) => !begins.includes(choice) && choice.toLowerCase().includes(wanted));
  return [...begins, ...holds].slice(0, MAX_COMPLETIONS);
}

function budgetOf(value: string): number | undefined {
  const tokens = /^\d{1,6}$/u.test(value) ? Number(value) : Number.NaN;
  return tokens <= MAX_BUDGET_TOKENS ? tokens : undefined;
}

function modelNamed(name: string, models: readonly ModelFacts[]): ModelFacts | undefined {
  const bare = name.replace(/^models\//u, '');
  return models.find(({ id, aliases = [] }) => [id, ...aliases].some((known) => known.toLowerCase() === bare));
}

/** The shortest name there is. */
function nameOf({ id, aliases = [] }: ModelFacts): string {
  return [id, ...aliases].reduce((short, name) => (name.length < short.length ? name : short));
}
