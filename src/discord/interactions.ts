/** Slash commands, menus and buttons: questions become Mentions, everything else Commands, whose answers are drawn in private. */
import {
  AttachmentBuilder,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
  PermissionFlagsBits,
  type StringSelectMenuInteraction,
} from 'discord.js';
import { ACTIONS, COMMANDS, questionOf } from '../commands/list.ts';
import type { Whereabouts } from '../core/conversation.ts';
import { type Author, type Command, type Mention, TURN } from '../core/inbound.ts';
import type { CommandReply } from '../core/reply.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { conversationAt, isPrivate, type Pressed, pressedIn, privateThread } from '../discord-controls/buttons.ts';
import { answerOf, chosenIn, filledIn, type Given, modalOf, quoteOf } from '../discord-controls/menus.ts';
import { attachmentOf } from '../discord-reading/heard.ts';
import { conversationInPlace, inPlaceWhereWanted, placedOf, type Where, whereOf } from '../discord-reading/where.ts';
import { finalPagesOf } from '../discord-text/format.ts';

type Answerable =
  | ChatInputCommandInteraction
  | StringSelectMenuInteraction
  | ButtonInteraction
  | ModalSubmitInteraction;

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
  if (interaction.isButton()) {
    const pressed = pressedIn(interaction.customId);
    if (pressed !== undefined) return press(interaction, pressed, rooms);
    const { language } = rooms.noticesFor(interaction.locale);
    const modal = modalOf(interaction.customId, language);
    if (modal !== undefined) {
      await interaction.showModal(modal);
      return;
    }
  }
  if (interaction.isStringSelectMenu() || interaction.isButton() || interaction.isModalSubmit()) {
    const given = madeIn(interaction);
    if (given !== undefined) {
      await interaction.deferUpdate();
      return reply(interaction, given, rooms);
    }
  }
  rooms.log.debug('discord.ignored', { reason: 'not-a-command', type: interaction.type });
}

/** What was chosen, pressed or filled in under the answer to a command. */
function madeIn(interaction: Exclude<Answerable, ChatInputCommandInteraction>): Given | undefined {
  if (interaction.isStringSelectMenu()) return chosenIn(interaction.customId, interaction.values[0]);
  if (interaction.isButton()) return chosenIn(interaction.customId, undefined);
  return filledIn(interaction.customId, (field) => interaction.fields.getTextInputValue(field));
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
  return {
    id: `discord:${channel}/${id}`,
    conversation: conversationAt(place, channel, privateThread(user.id)),
    place: { ...place, kind: 'direct' as const },
    replyTo: {
      platform: place.platform,
      channel,
      message: id,
      hidden: `${applicationId}/${token}`,
      asker: user.id,
    },
  };
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

/** Does what a button under an answer asks for. What shows by itself is not told as well. */
async function press(interaction: ButtonInteraction, pressed: Pressed, rooms: Rooms): Promise<void> {
  const { inbox, noticesFor, log } = rooms;
  const isTold = ACTIONS.find(({ name }) => name === pressed.name)?.isTold === true;
  if (isTold) await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  else await interaction.deferUpdate();
  const where = interaction.channel === null ? undefined : whereOf(interaction.channel);
  const notices = noticesFor(interaction.locale);
  if (where === undefined) return tell(interaction, { text: notices.elsewhere });
  try {
    const answer = await inbox.command(commandOf(interaction, pressed, where));
    if (isTold || answer.shows !== true) await tell(interaction, answer);
  } catch (error) {
    log.error('command.failed', error, { command: pressed.name });
    await tell(interaction, { text: notices.ofError(error) });
  }
}

/** A question that comes of it answers the message whose button was pressed, before the same eyes. */
function commandOf(interaction: ButtonInteraction, { name, turn, thread }: Pressed, where: Where): Command {
  const { message, applicationId, token } = interaction;
  const { author, place } = whereaboutsOf(interaction, where);
  const { platform } = place;
  const hidden = isPrivate(thread) ? { hidden: `${applicationId}/${token}`, asker: author.id } : {};
  return {
    name,
    values: { [TURN]: turn },
    author,
    place: isPrivate(thread) ? { ...place, kind: 'direct' } : place,
    conversation: conversationAt(place, where.channel, thread),
    next: {
      id: `discord:${where.channel}/${message.id}`,
      replyTo: { platform, channel: where.channel, message: message.id, ...hidden },
    },
  };
}

/** Messages that one press may bring; what they do not hold comes as a file with the first. */
const MAX_MESSAGES = 3;

/** In private, as Discord shows Markdown. */
async function tell(interaction: ButtonInteraction, { text }: CommandReply): Promise<void> {
  const pages = finalPagesOf({ text, sources: [], ending: { kind: 'complete' } });
  const isLong = pages.length > MAX_MESSAGES;
  const file = new AttachmentBuilder(Buffer.from(text), { name: 'answer.md' });
  for (const [at, content] of (isLong ? pages.slice(0, 1) : pages).entries()) {
    const message = { content, ...(isLong ? { files: [file] } : {}) };
    const quiet = { ...message, flags: MessageFlags.SuppressEmbeds } as const;
    if (at === 0 && interaction.ephemeral === true) await interaction.editReply(quiet);
    else await interaction.followUp({ ...message, flags: [MessageFlags.SuppressEmbeds, MessageFlags.Ephemeral] });
  }
}

function whereaboutsOf(interaction: Answerable, { place }: Where): Whereabouts {
  const manages = managedBy(interaction, place.kind);
  const moderates = interaction.memberPermissions?.has(PermissionFlagsBits.ManageMessages) === true;
  const author = {
    ...authorOf(interaction),
    ...(manages === undefined ? {} : { manages }),
    ...(moderates ? { moderates } : {}),
  };
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
