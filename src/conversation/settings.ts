/** What holds for one answer: defaults, then what the conversation chose, then this message's own flags. */
import type { Settings, SettingsOverride } from '../core/conversation.ts';

/** Lays overrides over the defaults, widest scope first; the last one that names a setting decides it. */
export function effectiveSettings(defaults: Settings, ...overrides: readonly SettingsOverride[]): Settings {
  return Object.assign({ ...defaults }, ...overrides);
}
