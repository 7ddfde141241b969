/** What each conversation chose for itself. */
import { type ConversationId, SEARCH_MODES, type SettingsOverride, THINKING_DEPTHS } from '../core/conversation.ts';
import type { SettingsStore } from '../core/ports.ts';
import { isObject, type Records, type Store } from './open.ts';

/** One record per conversation; it holds only what was chosen. */
export class KeyvSettingsStore implements SettingsStore {
  readonly #records: Records<SettingsOverride>;

  constructor(store: Store) {
    this.#records = store.records('settings', { isData: isSettingsOverride });
  }

  async get(id: ConversationId): Promise<SettingsOverride> {
    return (await this.#records.get(id)) ?? {};
  }

  /** Two changes at once both hold: each is merged into what the other left. */
  async set(id: ConversationId, change: SettingsOverride): Promise<void> {
    await this.#records.update(id, (known) => ({ data: { ...known, ...change } }));
  }
}

function isSettingsOverride(data: unknown): data is SettingsOverride {
  return (
    isObject(data) && isAbsentOrOneOf(data.thinking, THINKING_DEPTHS) && isAbsentOrOneOf(data.search, SEARCH_MODES)
  );
}

function isAbsentOrOneOf(value: unknown, choices: readonly unknown[]): boolean {
  return value === undefined || choices.includes(value);
}
