/** The bot's slash commands as Discord takes them: registered when they changed, read when they are given, drawn when answered. */
import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  type ChatInputCommandInteraction,
  InteractionContextType,
  type InteractionEditReplyOptions,
  type REST,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
  StringSelectMenuBuilder,
} from 'discord.js';
import { COMMANDS } from '../commands/list.ts';
import type {
  CommandName,
  CommandOption,
  CommandReply,
  CommandSpec,
  CommandValues,
  Menu,
  Words,
} from '../core/inbound.ts';

/**
 * Makes Discord's list of global commands the bot's own, with one write and only when they differ.
 * @see https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-global-application-commands
 */
export async function registerCommands(rest: REST, application: string): Promise<'unchanged' | 'registered'> {
  const wanted = COMMANDS.map(bodyOf);
  const fullRoute = Routes.applicationCommands(application);
  const standing = await rest.get(fullRoute, { query: new URLSearchParams({ with_localizations: 'true' }) });
  if (holdsAll(standing, wanted)) return 'unchanged';
  await rest.put(fullRoute, { body: wanted });
  return 'registered';
}

function bodyOf({ name, description, options }: CommandSpec): RESTPostAPIChatInputApplicationCommandsJSONBody {
  return {
    name,
    ...told(description),
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
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

/** A command of ours, with what was filled in as text; undefined for one that is not. */
export function givenIn({ commandName, options }: ChatInputCommandInteraction): Given | undefined {
  const spec = COMMANDS.find(({ name }) => name === commandName);
  if (spec === undefined) return undefined;
  const filled = spec.options.flatMap(({ kind, name }) => {
    const value = kind === 'file' ? undefined : options.get(name)?.value;
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return { name: spec.name, values: Object.fromEntries(filled) };
}

/** A command and its values. */
export interface Given {
  readonly name: CommandName;
  readonly values: CommandValues;
}

/** Code points of a message; what is longer comes as a file. @see https://docs.discord.com/developers/resources/message#create-message */
const MAX_CONTENT = 2000;

/** A command's answer, with its files and choices; it replaces all that an earlier answer showed. */
export function answerOf(
  name: CommandName,
  { text, files = [], menus = [] }: CommandReply,
): InteractionEditReplyOptions {
  const isLong = Array.from(text).length > MAX_CONTENT;
  const all = [...files, ...(isLong ? [{ name: `${name}.md`, mimeType: 'text/markdown', text }] : [])];
  return {
    content: isLong
      ? `${Array.from(text)
          .slice(0, MAX_CONTENT - 2)
          .join('')}…`
      : text,
    files: all.map((file) => new AttachmentBuilder(Buffer.from(file.text), { name: file.name })),
    components: menus.map((menu, at) => rowOf(name, menu, at)),
  };
}

/** What a component is called says whose it is; what it says is the command's values. Both outlive a restart. */
const OURS = 'command';

function rowOf(name: CommandName, { style, label, items }: Menu, at: number) {
  if (style === 'list') {
    const options = items.map(({ label: each, values, isChosen = false }) => ({
      label: each,
      value: written(values),
      default: isChosen,
    }));
    const list = new StringSelectMenuBuilder({ custom_id: `${OURS}:${name}:${at}`, placeholder: label, options });
    return new ActionRowBuilder<StringSelectMenuBuilder>({ components: [list] });
  }
  const buttons = items.map(({ label: each, values, isChosen }) =>
    new ButtonBuilder()
      .setCustomId(`${OURS}:${name}:${written(values)}`)
      .setLabel(each)
      .setStyle(isChosen === true ? ButtonStyle.Primary : ButtonStyle.Secondary),
  );
  return new ActionRowBuilder<ButtonBuilder>({ components: buttons });
}

function written(values: CommandValues): string {
  return new URLSearchParams(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  ).toString();
}

/** What a chosen item or a pressed button asks for; undefined for a component that is none of a command's. */
export function chosenIn(customId: string, picked: string | undefined): Given | undefined {
  const [ours, named, own = ''] = customId.split(/:(.*?):(.*)/su);
  const spec = COMMANDS.find(({ name }) => name === named);
  if (ours !== OURS || spec === undefined) return undefined;
  return { name: spec.name, values: Object.fromEntries(new URLSearchParams(picked ?? own)) };
}
