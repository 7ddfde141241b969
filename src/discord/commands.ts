/** The bot's slash commands on Discord: registered when they changed, turned into Commands, answered in private. */
import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  type ChatInputCommandInteraction,
  type Interaction,
  InteractionContextType,
  MessageFlags,
  type REST,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import { type Command, type CommandName, type CommandSpec, COMMANDS } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { whereOf } from './inbound.ts';

const SPECS: readonly (CommandSpec & { readonly name: CommandName })[] = COMMANDS;

/**
 * Makes Discord's list of global commands the bot's own, with one write and only when they differ.
 * @see https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-global-application-commands
 */
export async function registerCommands(rest: REST, application: string): Promise<'unchanged' | 'registered'> {
  const wanted = SPECS.map(bodyOf);
  const fullRoute = Routes.applicationCommands(application);
  const standing = await rest.get(fullRoute);
  if (holdsAll(standing, wanted)) return 'unchanged';
  await rest.put(fullRoute, { body: wanted });
  return 'registered';
}

function bodyOf({ name, description, option }: CommandSpec): RESTPostAPIChatInputApplicationCommandsJSONBody {
  return {
    name,
    description,
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    options:
      option === undefined
        ? []
        : [
            {
              type: ApplicationCommandOptionType.String,
              name: option.name,
              description: option.description,
              choices: option.choices.map((choice) => ({ name: choice, value: choice })),
            },
          ],
  };
}

/** Discord lists commands in an order of its own. */
function holdsAll(standing: unknown, wanted: readonly { readonly name: string }[]): boolean {
  if (!Array.isArray(standing) || standing.length !== wanted.length) return false;
  return wanted.every((command) => standing.some((other: unknown) => holds(other, command)));
}

/** Whether all that is wanted stands; what Discord adds of its own does not count, and it may leave out an empty list. */
function holds(standing: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const list: unknown = standing ?? [];
    return Array.isArray(list) && list.length === wanted.length && wanted.every((item, at) => holds(list[at], item));
  }
  if (typeof wanted !== 'object' || wanted === null) return standing === wanted;
  if (typeof standing !== 'object' || standing === null) return false;
  return Object.entries(wanted).every(([key, value]) => holds(Reflect.get(standing, key), value));
}

export interface Answering {
  readonly inbox: Inbox;
  readonly noticesFor: NoticesFor;
  readonly log: Log;
}

/**
 * Answers a command, for its giver's eyes only. Discord hears within its three seconds that an answer is coming, before
 * anything else is done. An interaction that is no command of the bot's is left alone.
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
 */
export async function answerInteraction(interaction: Interaction, answering: Answering): Promise<void> {
  const { noticesFor, log } = answering;
  if (!interaction.isChatInputCommand()) {
    log.debug('discord.ignored', { reason: 'not-a-command', type: interaction.type });
    return;
  }
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const command = commandOf(interaction);
  const { elsewhere } = noticesFor(interaction.locale);
  const content = command === undefined ? elsewhere : await replyTo(command, answering);
  await interaction.editReply({ content });
}

async function replyTo(command: Command, { inbox, noticesFor, log }: Answering): Promise<string> {
  try {
    return (await inbox.command(command)).text;
  } catch (error) {
    log.error('command.failed', error, { command: command.name });
    return noticesFor(command.author.locale).ofError(error);
  }
}

/** Undefined where no conversation is: in a channel, where each one gets a thread of its own. */
function commandOf(interaction: ChatInputCommandInteraction): Command | undefined {
  const { channel, user, member, locale } = interaction;
  const spec = SPECS.find(({ name }) => name === interaction.commandName);
  const where = channel === null ? undefined : whereOf(channel);
  if (where?.conversation === undefined || spec === undefined) return undefined;
  const value = spec.option === undefined ? null : interaction.options.getString(spec.option.name);
  const name = member !== null && 'displayName' in member ? member.displayName : user.displayName;
  return {
    name: spec.name,
    ...(value === null ? {} : { value }),
    conversation: where.conversation,
    author: { id: user.id, name, locale },
    place: where.place,
  };
}
