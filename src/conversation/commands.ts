/** What each command does, once for all platforms; the answer is a sentence for the person who gave it. */
import { SEARCH_MODES, type Settings, THINKING_DEPTHS } from '../core/conversation.ts';
import type { Command } from '../core/inbound.ts';
import type { Lanes, ModelClient, SettingsStore } from '../core/ports.ts';
import { NOTICES, noticeOfDepth, noticeOfFlag, noticeOfHolding, noticeOfSetting } from '../reply/notices.ts';
import { effectiveSettings } from './settings.ts';

export interface CommandContext {
  readonly lanes: Lanes;
  readonly settings: SettingsStore;
  readonly defaults: Settings;
  readonly client: Pick<ModelClient, 'depthOf'>;
  /** The model that answers here. */
  readonly model: string;
}

/** Does what was asked and says what holds now. @throws StorageUnavailable, StorageCorrupt */
export async function runCommand(command: Command, context: CommandContext): Promise<string> {
  switch (command.name) {
    case 'stop':
      return (await context.lanes.cancel(command.conversation)) ? NOTICES.stopped : NOTICES.nothingToStop;
    case 'think':
      return choose(command, context, {
        name: 'think',
        key: 'thinking',
        choices: THINKING_DEPTHS,
        beside: (depth) => noticeOfDepth(depth, context.client.depthOf(context.model, depth)),
      });
    case 'search':
      return choose(command, context, {
        name: 'search',
        key: 'search',
        choices: SEARCH_MODES,
        beside: () => undefined,
      });
  }
}

/** A setting of the conversation, with the values it takes. */
interface Choice<K extends keyof Settings> {
  readonly name: 'think' | 'search';
  readonly key: K;
  readonly choices: readonly Settings[K][];
  /** What else there is to say of a choice. */
  readonly beside: (chosen: Settings[K]) => string | undefined;
}

/** Without a value says what holds, with one of the choices sets it, with any other names the choices. */
async function choose<K extends keyof Settings>(
  { value, conversation }: Command,
  { settings, defaults }: CommandContext,
  { name, key, choices, beside }: Choice<K>,
): Promise<string> {
  if (value === undefined) {
    const held = effectiveSettings(defaults, await settings.get(conversation));
    return noticeOfHolding(name, held[key]);
  }
  const chosen = choices.find((choice) => choice === value.toLowerCase());
  if (chosen === undefined) return noticeOfFlag({ flag: `/${name}`, value, choices });
  await settings.set(conversation, { [key]: chosen });
  return [noticeOfSetting(name, chosen), beside(chosen)].filter((sentence) => sentence !== undefined).join(' ');
}
