/** Slash commands, menus and buttons: questions become Mentions, everything else Commands, whose answers are drawn in private. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  AttachmentBuilder,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  ComponentType,
  type Interaction,
  type Message,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type StringSelectMenuInteraction,
} from 'discord.js';
import { ACTIONS, COMMANDS, questionOf } from '../commands/list.ts';
import { type Command, TURN } from '../core/inbound.ts';
import type { Inbox } from '../core/ports.ts';
import type { CommandReply } from '../core/reply.ts';
import { conversationAt, isPrivate, type Pressed, pressedIn } from '../discord-controls/buttons.ts';
import { answerOf, chosenIn, filledIn, type Given, modalOf } from '../discord-controls/menus.ts';
import { ABOUT, AGAIN } from '../discord-controls/messages.ts';
import { attachmentOf } from '../discord-reading/heard.ts';
import { nextAsWanted, type Where } from '../discord-reading/where.ts';
import { finalPagesOf } from '../discord-text/format.ts';
import { conversationInPlace } from '../place/in-place.ts';
import { type Answerable, hearsAll, isForeign, whereaboutsOf, whereIn } from './askers.ts';
import { ask, askAbout, type Rooms } from './questions.ts';
import { whispered } from './whispers.ts';

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
  if (interaction.isMessageContextMenuCommand() && interaction.commandName === ABOUT.name.en)
    return askAbout(interaction, rooms);
  if (interaction.isMessageContextMenuCommand() && interaction.commandName === AGAIN.name.en)
    return again(interaction, rooms);
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
function madeIn(
  interaction: StringSelectMenuInteraction | ButtonInteraction | ModalSubmitInteraction,
): Given | undefined {
  if (interaction.isStringSelectMenu()) return chosenIn(interaction.customId, interaction.values[0]);
  if (interaction.isButton()) return chosenIn(interaction.customId, undefined);
  return filledIn(interaction.customId, (field) => interaction.fields.getTextInputValue(field));
}

/** What is not known by then is not offered: Discord waits 3,000 milliseconds. */
const COMPLETE_MS = 2000;

/** @see https://docs.discord.com/developers/interactions/application-commands#autocomplete */
async function complete(interaction: AutocompleteInteraction, inbox: Inbox): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const options = COMMANDS.find((spec) => spec.name === interaction.commandName)?.options ?? [];
  const option = options.find((each) => each.name === name);
  const none = delay(COMPLETE_MS, [], { ref: false });
  const words = option?.kind === 'word' ? await Promise.race([inbox.complete(option.suggests, value), none]) : [];
  await interaction.respond(words.map((word) => ({ name: word, value: word })));
}

async function answerCommand(interaction: ChatInputCommandInteraction, given: Given, rooms: Rooms): Promise<void> {
  const asked = questionOf(given.name, given.values);
  // Where the bot is not itself, nobody but the asker can be shown an answer that grows.
  const question = asked && { ...asked, isPrivate: asked.isPrivate || isForeign(interaction) };
  if (question?.isPrivate === false) await interaction.deferReply();
  else await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const where = whereIn(interaction);
  if (where === undefined) await interaction.editReply({ content: rooms.noticesFor(interaction.locale).elsewhere });
  else if (question === undefined) await reply(interaction, given, rooms);
  else {
    const file = interaction.options.getAttachment('file');
    await ask({ interaction, where, question, attachments: file === null ? [] : [attachmentOf(file)] }, rooms);
  }
}

async function reply(interaction: Answerable, given: Given, { inbox, noticesFor, log }: Rooms): Promise<void> {
  const notices = noticesFor(interaction.locale);
  const where = whereIn(interaction);
  if (where === undefined) {
    await interaction.editReply({ content: notices.elsewhere, components: [] });
    return;
  }
  try {
    const { author, place } = whereaboutsOf(interaction, where);
    const conversation = where.conversation ?? (await conversationInPlace({ author, place }, inbox, log));
    const command: Command = {
      ...given,
      author,
      place,
      ...(conversation === undefined ? {} : { conversation }),
      ...(hearsAll(interaction) ? {} : { hearsOnlyMentions: true }),
    };
    await interaction.editReply(answerOf(given.name, await inbox.command(command), interaction.attachmentSizeLimit));
  } catch (error) {
    log.error('command.failed', error, { command: given.name });
    await interaction.editReply({ content: notices.ofError(error), components: [] });
  }
}

/** Does what a button under an answer asks for. What shows by itself is not told as well. */
async function press(interaction: ButtonInteraction, pressed: Pressed, rooms: Rooms): Promise<void> {
  const isTold = ACTIONS.find(({ name }) => name === pressed.name)?.isTold === true;
  // A private answer that comes of it has a message to fill.
  const isFilled = pressed.name === 'continue' && isPrivate(pressed.thread);
  if (isTold || isFilled) await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  else await interaction.deferUpdate();
  const answer = await answerTo({ interaction, message: interaction.message, pressed }, rooms);
  if (isTold || answer.shows !== true) await tell(interaction, answer, rooms);
}

/** What the menu of an answer does as its button would; no other message has one. */
async function again(interaction: MessageContextMenuCommandInteraction, rooms: Rooms): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const message = interaction.targetMessage;
  const rows = message.components.filter((row) => row.type === ComponentType.ActionRow);
  const buttons = rows.flatMap((row) => row.components);
  const pressed = buttons.map((button) => pressedIn(button.customId ?? '')).find((each) => each !== undefined);
  if (pressed === undefined) return tell(interaction, { text: rooms.noticesFor(interaction.locale).elsewhere }, rooms);
  const answer = await answerTo({ interaction, message, pressed: { ...pressed, name: 'retry' } }, rooms);
  if (answer.shows === true) await interaction.deleteReply();
  else await tell(interaction, answer, rooms);
}

interface Pressing {
  readonly interaction: ButtonInteraction | MessageContextMenuCommandInteraction;
  /** The answer that it is about. */
  readonly message: Pick<Message, 'id'>;
  readonly pressed: Pressed;
}

async function answerTo(pressing: Pressing, { inbox, noticesFor, log }: Rooms): Promise<CommandReply> {
  const { interaction, pressed } = pressing;
  const notices = noticesFor(interaction.locale);
  const where = whereIn(interaction);
  if (where === undefined) return { text: notices.elsewhere };
  try {
    return await inbox.command(await nextAsWanted(commandOf(pressing, where), inbox, log));
  } catch (error) {
    log.error('command.failed', error, { command: pressed.name });
    return { text: notices.ofError(error) };
  }
}

/** A question that comes of it answers the message whose button was pressed, before the same eyes. */
function commandOf({ interaction, message, pressed }: Pressing, where: Where): Command {
  const { name, turn, thread } = pressed;
  const { applicationId, token } = interaction;
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
async function tell(interaction: Pressing['interaction'], { text }: CommandReply, { requests }: Rooms): Promise<void> {
  const pages = finalPagesOf({ text, sources: [], ending: { kind: 'complete' } });
  const [content = ''] = pages;
  const answers = interaction.ephemeral === true;
  const files = [new AttachmentBuilder(Buffer.from(text), { name: 'answer.md' })];
  const first = { content, flags: MessageFlags.SuppressEmbeds } as const;
  const isLong = pages.length > MAX_MESSAGES;
  if (answers) await interaction.editReply(isLong ? { ...first, files } : first);
  if (isLong) return;
  for (const page of answers ? pages.slice(1) : pages) {
    if (await whispered(interaction, page, requests)) continue;
    if (answers) await interaction.editReply({ ...first, files });
    return;
  }
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
