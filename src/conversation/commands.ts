/** What each command does, once for all platforms; the answer is a sentence for the person who gave it. */
import { SEARCH_MODES, type Settings, THINKING_DEPTHS } from '../core/conversation.ts';
import type { Command } from '../core/inbound.ts';
import type { Lanes, ModelClient, SettingsStore } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { effectiveSettings } from './settings.ts';

export interface CommandContext {
  readonly lanes: Lanes;
  readonly settings: SettingsStore;
  readonly defaults: Settings;
  readonly noticesFor: NoticesFor;
  readonly client: Pick<ModelClient, 'depthOf'>;
  /** The model that answers here. */
  readonly model: string;
}

/** Does what was asked and says what holds now. @throws StorageUnavailable, StorageCorrupt */
export async function runCommand(command: Command, context: CommandContext): Promise<string> {
  switch (command.name) {
    case 'stop':
      return stop(command, context);
    case 'think':
      return choose(command, context, {
        name: 'think',
        key: 'thinking',
        choices: THINKING_DEPTHS,
        beside: (depth) =>
          context.noticesFor(command.author.locale).ofDepth(depth, context.client.depthOf(context.model, depth)),
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

/** Where several people read the answer, it says who stopped it. */
async function stop({ conversation, author, place }: Command, { lanes, noticesFor }: CommandContext): Promise<string> {
  const { stopped, nothingToStop } = noticesFor(author.locale);
  const by = place.kind === 'direct' ? undefined : author.name;
  return (await lanes.cancel(conversation, by)) ? stopped : nothingToStop;
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
  { value, conversation, author }: Command,
  { settings, defaults, noticesFor }: CommandContext,
  { name, key, choices, beside }: Choice<K>,
): Promise<string> {
  const notices = noticesFor(author.locale);
  if (value === undefined) {
    const held = effectiveSettings(defaults, await settings.get(conversation));
    return notices.ofHolding(name, held[key]);
  }
  const chosen = choices.find((choice) => choice === value.toLowerCase());
  if (chosen === undefined) return notices.ofFlag({ flag: `/${name}`, value, choices });
  await settings.set(conversation, { [key]: chosen });
  return [notices.ofSetting(name, chosen), beside(chosen)].filter((sentence) => sentence !== undefined).join(' ');
}
