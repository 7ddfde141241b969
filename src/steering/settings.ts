/** What holds for one answer, and since whose choice: this message, person, conversation, channel, workspace, default. */
import {
  SCOPES,
  type Scope,
  scopeIdOf,
  type Settings,
  type SettingsOverride,
  type Whereabouts,
  type SettingsStore,
} from '../core/conversation.ts';
import type { Author } from '../core/inbound.ts';

/** Whose choice a value is. */
export type Origin = 'message' | Scope | 'default';

/** What one of them chose. */
export interface Layer {
  readonly from: Exclude<Origin, 'default'>;
  readonly override: SettingsOverride;
}

/** Each setting's value, and whose choice it is. */
export type Effective = {
  readonly [K in keyof Settings]: { readonly value: Settings[K]; readonly from: Origin };
};

/** The first layer that names a setting decides it; what none names is left to the defaults. */
export function effectiveOf(defaults: Settings, layers: readonly Layer[]): Effective {
  const entries = Object.entries(defaults).map(([name, usual]) => {
    // These are the keys the defaults have, which are all that settings have.
    const key = name as keyof Settings;
    const layer = layers.find(({ override }) => override[key] !== undefined);
    return [name, { value: layer?.override[key] ?? usual, from: layer?.from ?? 'default' }] as const;
  });
  // Every key got the value of its own key just above.
  return Object.fromEntries(entries) as Effective;
}

/** The values alone. */
export function settingsOf(effective: Effective): Settings {
  // A value stands under its own key.
  return Object.fromEntries(Object.entries(effective).map(([name, { value }]) => [name, value])) as unknown as Settings;
}

/** The settings of every scope, as stored, under what a message says. */
export class ScopedSettings {
  readonly store: SettingsStore;
  /** What holds where nobody chose. */
  readonly defaults: Settings;

  constructor(store: SettingsStore, defaults: Settings) {
    this.store = store;
    this.defaults = defaults;
  }

  /** @throws StorageUnavailable, StorageCorrupt */
  async at(where: Whereabouts, flags: SettingsOverride = {}): Promise<Effective> {
    const stored = SCOPES.map(async (from): Promise<Layer> => {
      const id = scopeIdOf(from, where);
      return { from, override: id === undefined ? {} : await this.store.get(id) };
    });
    return effectiveOf(this.defaults, [{ from: 'message', override: flags }, ...(await Promise.all(stored))]);
  }
}

/** Who may change what holds in a scope. */
export interface Rights {
  /** `managers` are those who manage the channel or the workspace on the platform, and the admins. */
  readonly may: Readonly<Record<Scope, 'anyone' | 'managers' | 'admins'>>;
  /** Ids of people, as their platform writes them. */
  readonly admins: readonly string[];
}

export function mayChange(scope: Scope, author: Author, { may, admins }: Rights): boolean {
  if (may[scope] === 'anyone' || admins.includes(author.id)) return true;
  return may[scope] === 'managers' && isManager(scope, author);
}

/** Whether a person may see what a scope used: their own, or that of a place they manage. */
export function maySee(scope: Scope, author: Author, { admins }: Rights): boolean {
  return scope === 'person' || admins.includes(author.id) || isManager(scope, author);
}

function isManager(scope: Scope, { manages }: Author): boolean {
  return manages === 'workspace' || (manages === 'channel' && scope !== 'workspace');
}
