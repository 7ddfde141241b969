/** The bot's commands as Discord lists them, registered with one write and only when they differ. */
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type REST,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import { COMMANDS } from '../commands/list.ts';
import { MESSAGE_COMMANDS } from '../discord-controls/messages.ts';
import type { CommandOption, CommandSpec, Words } from '../core/inbound.ts';

/**
 * Makes Discord's list of global commands the bot's own, with one write and only when they differ.
 * @see https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-global-application-commands
 */
export async function registerCommands(rest: REST, application: string): Promise<'unchanged' | 'registered'> {
  const wanted = [...COMMANDS.map(bodyOf), ...MESSAGE_COMMANDS.map(({ name }) => menuOf(name))];
  const fullRoute = Routes.applicationCommands(application);
  const standing = await rest.get(fullRoute, { query: new URLSearchParams({ with_localizations: 'true' }) });
  if (holdsAll(standing, wanted)) return 'unchanged';
  await rest.put(fullRoute, { body: wanted });
  return 'registered';
}

/** In a server that took the bot in, in direct messages with it, and wherever a person brings it along. */
const EVERYWHERE = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
};

function menuOf({ en, pl }: Words): RESTPostAPIContextMenuApplicationCommandsJSONBody {
  const name_localizations = { 'en-US': en, 'en-GB': en, pl };
  return { name: en, name_localizations, type: ApplicationCommandType.Message, ...EVERYWHERE };
}

function bodyOf({ name, description, options }: CommandSpec): RESTPostAPIChatInputApplicationCommandsJSONBody {
  return {
    name,
    ...told(description),
    ...EVERYWHERE,
    options: options.map(optionOf),
  };
}

/** Where only one English has its own text, Discord shows the other English that one too, so both have it. */
function told({ en, pl }: Words) {
  return { description: en, description_localizations: { 'en-US': en, 'en-GB': en, pl } };
}

function optionOf(option: CommandOption) {
  const { name, description, isRequired = false } = option;
  const common = { name, ...told(description), required: isRequired };
  switch (option.kind) {
    case 'text':
      return { ...common, type: ApplicationCommandOptionType.String, max_length: option.maxChars } as const;
    case 'word':
      return { ...common, type: ApplicationCommandOptionType.String, autocomplete: true } as const;
    case 'choice': {
      const choices = option.choices.map((choice) => ({ name: choice, value: choice }));
      return { ...common, type: ApplicationCommandOptionType.String, choices } as const;
    }
    case 'switch':
      return { ...common, type: ApplicationCommandOptionType.Boolean } as const;
    case 'file':
      return { ...common, type: ApplicationCommandOptionType.Attachment } as const;
  }
}

/** Discord lists commands in an order of its own. */
function holdsAll(standing: unknown, wanted: readonly { readonly name: string }[]): boolean {
  if (!Array.isArray(standing) || standing.length !== wanted.length) return false;
  return wanted.every((command) => standing.some((other: unknown) => holds(other, command)));
}

/** Whether all that is wanted stands; what Discord adds of its own does not count, and it may leave out what is empty or false. */
function holds(standing: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const list: unknown = standing ?? [];
    return Array.isArray(list) && list.length === wanted.length && wanted.every((item, at) => holds(list[at], item));
  }
  if (typeof wanted !== 'object' || wanted === null) return (standing ?? false) === wanted;
  if (typeof standing !== 'object' || standing === null) return false;
  return Object.entries(wanted).every(([key, value]) => holds(Reflect.get(standing, key), value));
}
