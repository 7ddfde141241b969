/** Slash commands, menus and buttons as they are given: questions become Mentions, everything else Commands, answered in private. */
import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  PermissionFlagsBits,
  type StringSelectMenuInteraction,
} from 'discord.js';
import { COMMANDS, questionOf } from '../commands/list.ts';
import { conversationIdOf, type Whereabouts } from '../core/conversation.ts';
import type { Author, Command, Mention } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import { noticeOfError } from '../reply/notices.ts';
import { answerOf, chosenIn, type Given, givenIn } from './commands.ts';
import { attachmentOf, conversationInPlace, inPlaceWhereWanted, placedOf, type Where, whereOf } from './inbound.ts';

const ELSEWHERE = 'This does not work here.';

type Answerable = ChatInputCommandInteraction | StringSelectMenuInteraction | ButtonInteraction;

/**
 * Answers a command, for its giver's eyes only, or takes a question from it. Discord hears within its three seconds that an
 * answer is coming, before anything else is done. What is no command of the bot's is left alone.
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
 */
export async function answerInteraction(interaction: Interaction, inbox: Inbox, log: Log): Promise<void> {
  if (interaction.isAutocomplete()) return complete(interaction, inbox);
  if (interaction.isChatInputCommand()) {
    const given = givenIn(interaction);
    if (given !== undefined) return answerCommand(interaction, given, { inbox, log });
  }
  if (interaction.isStringSelectMenu() || interaction.isButton()) {
    const given = chosenIn(interaction.customId, interaction.isButton() ? undefined : interaction.values[0]);
    if (given !== undefined) {
      await interaction.deferUpdate();
      return reply(interaction, given, { inbox, log });
    }
  }
  log.debug('discord.ignored', { reason: 'not-a-command', type: interaction.type });
}

interface Rooms {
  readonly inbox: Inbox;
  readonly log: Log;
}

/** @see https://docs.discord.com/developers/interactions/application-commands#autocomplete */
async function complete(interaction: AutocompleteInteraction, inbox: Inbox): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const options = COMMANDS.find((spec) => spec.name === interaction.commandName)?.options ?? [];
  const option = options.find((each) => each.name === name);
  const words = option?.kind === 'word' ? await inbox.complete(option.suggests, value) : [];
  await interaction.respond(words.map((word) => ({ name: word, value: word })));
}

async function answerCommand(interaction: ChatInputCommandInteraction, given: Given, rooms: Rooms): Promise<void> {
  const question = questionOf(given.name, given.values);
  if (question?.isPrivate === false) await interaction.deferReply();
  else await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const where = interaction.channel === null ? undefined : whereOf(interaction.channel);
  if (where === undefined) await interaction.editReply({ content: ELSEWHERE });
  else if (question === undefined) await reply(interaction, given, rooms);
  else await ask({ interaction, where, question }, rooms);
}

interface Asking {
  readonly interaction: ChatInputCommandInteraction;
  readonly where: Where;
  readonly question: NonNullable<ReturnType<typeof questionOf>>;
}

/** The question is shown in the answer to the command, and answered as if it had been written there. */
async function ask({ interaction, where, question }: Asking, { inbox, log }: Rooms): Promise<void> {
  const { text, flags, isPrivate } = question;
  const file = interaction.options.getAttachment('file');
  const common = {
    text,
    author: authorOf(interaction),
    attachments: file === null ? [] : [attachmentOf(file)],
    flags,
    receivedAt: Date.now(),
  };
  try {
    if (isPrivate) {
      await inbox.mention({ ...common, ...privately(interaction, where) });
      return;
    }
    const { id } = await interaction.editReply({ content: quoteOf(text) });
    const mention: Mention = { ...common, ...placedOf({ where, id, text, author: common.author }) };
    await inbox.mention(await inPlaceWhereWanted(mention, inbox, log));
  } catch (error) {
    log.error('command.failed', error, { command: interaction.commandName });
    await interaction.editReply({ content: noticeOfError(error) });
  }
}

/** Questions that only their asker sees share a memory of their own, apart from what others can read. */
function privately({ id, applicationId, token, user }: ChatInputCommandInteraction, { place, channel }: Where) {
  const { platform, workspace } = place;
  return {
    id: `discord:${channel}/${id}`,
    conversation: conversationIdOf({ platform, workspace, channel, thread: `private-${user.id}` }),
    place: { ...place, kind: 'direct' as const },
    replyTo: { platform, channel, message: id, hidden: `${applicationId}/${token}` },
  };
}

/** Code points of the question shown, well below what a message holds. */
const MAX_QUOTE = 1500;

function quoteOf(text: string): string {
  const signs = Array.from(text.trim());
  const shown = signs.length > MAX_QUOTE ? `${signs.slice(0, MAX_QUOTE).join('')}…` : signs.join('');
  return shown.replace(/^/gmu, '> ');
}

async function reply(interaction: Answerable, given: Given, { inbox, log }: Rooms): Promise<void> {
  const where = interaction.channel === null ? undefined : whereOf(interaction.channel);
  if (where === undefined) {
    await interaction.editReply({ content: ELSEWHERE, components: [] });
    return;
  }
  try {
    const { author, place } = whereaboutsOf(interaction, where);
    const conversation = where.conversation ?? (await conversationInPlace({ author, place }, inbox, log));
    const command: Command = { ...given, author, place, ...(conversation === undefined ? {} : { conversation }) };
    await interaction.editReply(answerOf(given.name, await inbox.command(command)));
  } catch (error) {
    log.error('command.failed', error, { command: given.name });
    await interaction.editReply({ content: noticeOfError(error), components: [] });
  }
}

function whereaboutsOf(interaction: Answerable, { place }: Where): Whereabouts {
  const manages = managedBy(interaction, place.kind);
  const author = { ...authorOf(interaction), ...(manages === undefined ? {} : { manages }) };
  return { author, place };
}

function authorOf({ user, member, locale }: Answerable): Author {
  const name = member !== null && 'displayName' in member ? member.displayName : user.displayName;
  return { id: user.id, name, locale };
}

/** In a direct message the channel is the person's own; its workspace is shared with everyone who writes to the bot. */
function managedBy({ memberPermissions }: Answerable, kind: 'direct' | 'channel' | 'thread'): Author['manages'] {
  if (kind === 'direct') return 'channel';
  if (memberPermissions?.has(PermissionFlagsBits.ManageGuild) === true) return 'workspace';
  return memberPermissions?.has(PermissionFlagsBits.ManageChannels) === true ? 'channel' : undefined;
}
