/** What each person, conversation, channel and workspace chose for itself. */
import {
  MAX_BUDGET_TOKENS,
  MAX_PERSONA_CHARS,
  type ScopeId,
  SETTING_WORDS,
  type SettingsChange,
  type SettingsOverride,
  THINKING_DEPTHS,
  type SettingsStore,
} from '../core/conversation.ts';
import { StorageCorrupt } from '../core/errors.ts';
import { isObject, type Records, type Store } from './open.ts';

/** One record per scope; it holds only what was chosen. */
export class KeyvSettingsStore implements SettingsStore {
  readonly #records: Records<SettingsOverride>;

  constructor(store: Store) {
    this.#records = store.records('settings', { isData: isSettingsOverride });
  }

  async get(id: ScopeId): Promise<SettingsOverride> {
    try {
      return (await this.#records.get(id)) ?? {};
    } catch (error) {
      // Told once: what was chosen there is as by default from then on, rather than nothing being answered there.
      if (error instanceof StorageCorrupt) await this.#records.setAside([id]);
      throw error;
    }
  }

  /** Two changes at once both hold: each is merged into what the other left. */
  async set(id: ScopeId, change: SettingsChange): Promise<void> {
    await this.#records.update(id, (known) => ({ data: merged(known ?? {}, change) }));
  }

  /** Everything that something was chosen for. Walks the whole namespace. */
  async *scopes(): AsyncGenerator<string> {
    for await (const [id] of this.#records.entries()) yield id;
  }

  async forget(id: ScopeId): Promise<void> {
    await this.#records.delete([id]);
  }
}

function merged(known: SettingsOverride, change: SettingsChange): SettingsOverride {
  return Object.fromEntries(Object.entries({ ...known, ...change }).filter(([, value]) => value !== null));
}

/** Settings that this version does not know are left alone: a later one may have written them. */
function isSettingsOverride(data: unknown): data is SettingsOverride {
  if (!isObject(data)) return false;
  const { model, thinking, persona } = data;
  return (
    Object.entries(SETTING_WORDS).every(([name, words]) => isAbsentOrOneOf(data[name], words)) &&
    (model === undefined || (typeof model === 'string' && model !== '')) &&
    (isAbsentOrOneOf(thinking, THINKING_DEPTHS) || isBudget(thinking)) &&
    (persona === undefined || isPersona(persona))
  );
}

function isAbsentOrOneOf(value: unknown, words: readonly unknown[]): boolean {
  return value === undefined || words.includes(value);
}

function isBudget(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_BUDGET_TOKENS;
}

function isPersona(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, text } = value;
  return typeof name === 'string' || (typeof text === 'string' && text.length <= MAX_PERSONA_CHARS);
}
