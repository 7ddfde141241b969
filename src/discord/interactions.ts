/** Slash commands, menus and buttons: questions become Mentions, everything else Commands, whose answers are drawn in private. */
import {
  ActionRowBuilder,
  AttachmentBuilder,
  type AutocompleteInteraction,
  ButtonBuilder,
  type ButtonInteraction,
  ButtonStyle,
  type ChatInputCommandInteraction,
  type Interaction,
  type InteractionEditReplyOptions,
  MessageFlags,
  PermissionFlagsBits,
  StringSelectMenuBuilder,
  type StringSelectMenuInteraction,
} from 'discord.js';
import { COMMANDS, questionOf } from '../commands/list.ts';
import { conversationIdOf, type Whereabouts } from '../core/conversation.ts';
import type { Author, Command, CommandName, CommandReply, CommandValues, Mention, Menu } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { attachmentOf } from '../discord-reading/heard.ts';
import { conversationInPlace, inPlaceWhereWanted, placedOf, type Where, whereOf } from '../discord-reading/where.ts';

type Answerable = ChatInputCommandInteraction | StringSelectMenuInteraction | ButtonInteraction;

/**
 * Answers a command, for its giver's eyes only, or takes a question from it. Discord hears within its three seconds that an
 * answer is coming, before anything else is done. What is no command of the bot's is left alone.
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
 */
export async function answerInteraction(interaction: Interaction, rooms: Rooms): Promise<void> {
  if (interaction.isAutocomplete()) return complete(interaction, rooms.inbox);
  if (interaction.isChatInputCommand()) {
    const given = givenIn(interaction);
    if (given !== undefined) return answerCommand(interaction, given, rooms);
  }
  if (interaction.isStringSelectMenu() || interaction.isButton()) {
    const given = chosenIn(interaction.customId, interaction.isButton() ? undefined : interaction.values[0]);
    if (given !== undefined) {
      await interaction.deferUpdate();
      return reply(interaction, given, rooms);
    }
  }
  rooms.log.debug('discord.ignored', { reason: 'not-a-command', type: interaction.type });
}

interface Rooms {
  readonly inbox: Inbox;
  readonly noticesFor: NoticesFor;
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
  if (where === undefined) await interaction.editReply({ content: rooms.noticesFor(interaction.locale).elsewhere });
  else if (question === undefined) await reply(interaction, given, rooms);
  else await ask({ interaction, where, question }, rooms);
}

interface Asking {
  readonly interaction: ChatInputCommandInteraction;
  readonly where: Where;
  readonly question: NonNullable<ReturnType<typeof questionOf>>;
}

/** The question is shown in the answer to the command, and answered as if it had been written there. */
async function ask({ interaction, where, question }: Asking, { inbox, noticesFor, log }: Rooms): Promise<void> {
  const { text, flags, isPrivate } = question;
  const notices = noticesFor(interaction.locale);
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
    const mention: Mention = { ...common, ...placedOf({ where, id, text, author: common.author }, notices) };
    await inbox.mention(await inPlaceWhereWanted(mention, inbox, log));
  } catch (error) {
    log.error('command.failed', error, { command: interaction.commandName });
    await interaction.editReply({ content: notices.ofError(error) });
  }
}

/** Questions that only their asker sees share a memory of their own, apart from what others can read. */
function privately({ id, applicationId, token, user }: ChatInputCommandInteraction, { place, channel }: Where) {
  const { platform, workspace } = place;
  return {
    id: `discord:${channel}/${id}`,
    conversation: conversationIdOf({ platform, workspace, channel, thread: `private-${user.id}` }),
    place: { ...place, kind: 'direct' as const },
    replyTo: { platform, channel, message: id, hidden: `${applicationId}/${token}`, asker: user.id },
  };
}

/** Code points of the question shown, well below what a message holds. */
const MAX_QUOTE = 1500;

function quoteOf(text: string): string {
  const signs = Array.from(text.trim());
  const shown = signs.length > MAX_QUOTE ? `${signs.slice(0, MAX_QUOTE).join('')}…` : signs.join('');
  return shown.replace(/^/gmu, '> ');
}

async function reply(interaction: Answerable, given: Given, { inbox, noticesFor, log }: Rooms): Promise<void> {
  const notices = noticesFor(interaction.locale);
  const where = interaction.channel === null ? undefined : whereOf(interaction.channel);
  if (where === undefined) {
    await interaction.editReply({ content: notices.elsewhere, components: [] });
    return;
  }
  try {
    const { author, place } = whereaboutsOf(interaction, where);
    const conversation = where.conversation ?? (await conversationInPlace({ author, place }, inbox, log));
    const command: Command = { ...given, author, place, ...(conversation === undefined ? {} : { conversation }) };
    await interaction.editReply(answerOf(given.name, await inbox.command(command)));
  } catch (error) {
    log.error('command.failed', error, { command: given.name });
    await interaction.editReply({ content: notices.ofError(error), components: [] });
  }
}

function whereaboutsOf(interaction: Answerable, { place }: Where): Whereabouts {
  const manages = managedBy(interaction, place.kind);
  const author = { ...authorOf(interaction), ...(manages === undefined ? {} : { manages }) };
  return { author, place };
}

function authorOf({ user, member, locale }: Answerable): Author {
  const name = member !== null && 'displayName' in member ? member.displayName : user.displayName;
  return { id: user.id, name, locale, ...(member === null ? {} : { roles: rolesOf(member) }) };
}

/** Of a server that is not known, the roles come as Discord sent them. */
function rolesOf({ roles }: NonNullable<Answerable['member']>): readonly string[] {
  return Array.isArray(roles) ? roles : [...roles.cache.keys()];
}

/** In a direct message the channel is the person's own; its workspace is shared with everyone who writes to the bot. */
function managedBy({ memberPermissions }: Answerable, kind: 'direct' | 'channel' | 'thread'): Author['manages'] {
  if (kind === 'direct') return 'channel';
  if (memberPermissions?.has(PermissionFlagsBits.ManageGuild) === true) return 'workspace';
  return memberPermissions?.has(PermissionFlagsBits.ManageChannels) === true ? 'channel' : undefined;
}

/** A command of ours, with what was filled in as text; undefined for one that is not. */
function givenIn({ commandName, options }: ChatInputCommandInteraction): Given | undefined {
  const spec = COMMANDS.find(({ name }) => name === commandName);
  if (spec === undefined) return undefined;
  const filled = spec.options.flatMap(({ kind, name }) => {
    const value = kind === 'file' ? undefined : options.get(name)?.value;
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return { name: spec.name, values: Object.fromEntries(filled) };
}

/** A command and its values. */
interface Given {
  readonly name: CommandName;
  readonly values: CommandValues;
}

/** Code points of a message; what is longer comes as a file. @see https://docs.discord.com/developers/resources/message#create-message */
const MAX_CONTENT = 2000;

/** A command's answer, with its files and choices; it replaces all that an earlier answer showed. */
function answerOf(name: CommandName, { text, files = [], menus = [] }: CommandReply): InteractionEditReplyOptions {
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
function chosenIn(customId: string, picked: string | undefined): Given | undefined {
  const [ours, named, own = ''] = customId.split(/:(.*?):(.*)/su);
  const spec = COMMANDS.find(({ name }) => name === named);
  if (ours !== OURS || spec === undefined) return undefined;
  return { name: spec.name, values: Object.fromEntries(new URLSearchParams(picked ?? own)) };
}
