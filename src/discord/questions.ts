/** Questions that are asked by commands: typed into one, or about a message from its menu. */
import { type ChatInputCommandInteraction, type MessageContextMenuCommandInteraction, MessageFlags } from 'discord.js';
import type { questionOf } from '../commands/list.ts';
import type { Attachment, Mention } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import { conversationAt, privateThread } from '../discord-controls/buttons.ts';
import { quoteOf } from '../discord-controls/menus.ts';
import { ABOUT } from '../discord-controls/messages.ts';
import { heardOf } from '../discord-reading/heard.ts';
import { asMayBe, missingFor } from '../discord-reading/rights.ts';
import { asWanted, namesIn, placedOf, type Where } from '../discord-reading/where.ts';
import { shownBeside } from '../discord-reading/words.ts';
import type { Requests } from '../discord-reply/requests.ts';
import { hindrancesIn } from '../notices/hindrances.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { authorOf, isForeign, whereIn } from './askers.ts';

export interface Rooms {
  readonly inbox: Inbox;
  readonly requests: Requests;
  readonly noticesFor: NoticesFor;
  readonly log: Log;
}

type Asker = ChatInputCommandInteraction | MessageContextMenuCommandInteraction;
type Question = NonNullable<ReturnType<typeof questionOf>>;

/** A command from the menu of a message, which can be read whatever intents the bot has. */
export async function askAbout(interaction: MessageContextMenuCommandInteraction, rooms: Rooms): Promise<void> {
  const isPrivate = isForeign(interaction);
  await interaction.deferReply(isPrivate ? { flags: MessageFlags.Ephemeral } : {});
  const { language, elsewhere } = rooms.noticesFor(interaction.locale);
  const where = whereIn(interaction);
  if (where === undefined) {
    await interaction.editReply({ content: elsewhere });
    return;
  }
  const { client, channelId, targetMessage } = interaction;
  const { attachments, ...heard } = heardOf(targetMessage, where);
  const shown = { ...heard, files: attachments.map(({ name }) => name) };
  const shows = shownBeside(
    { content: '', forwarded: [shown, ...(heard.forwarded ?? [])] },
    namesIn(client, channelId),
  );
  const question = { text: ABOUT.question[language], flags: {}, isPrivate };
  await ask({ interaction, where, question, attachments, shows, under: `\n${targetMessage.url}` }, rooms);
}

interface Asking {
  readonly interaction: Asker;
  readonly where: Where;
  readonly question: Question;
  readonly attachments: readonly Attachment[];
  /** What the question is about, in words. */
  readonly shows?: string;
  /** Stands under the question where it is shown. */
  readonly under?: string;
}

/** The question is shown in the answer to the command, and answered as if it had been written there. */
export async function ask(asking: Asking, { inbox, noticesFor, log }: Rooms): Promise<void> {
  const { interaction, where, question, attachments, shows, under = '' } = asking;
  const { text, flags, isPrivate } = question;
  const notices = noticesFor(interaction.locale);
  const common = {
    text,
    author: authorOf(interaction),
    attachments,
    ...(shows === undefined ? {} : { shows }),
    flags,
    receivedAt: Date.now(),
  };
  try {
    if (isPrivate) {
      await inbox.mention(await asWanted({ ...common, ...privately(interaction, where) }, inbox, log));
      return;
    }
    const { id } = await interaction.editReply({ content: quoteOf(text) + under });
    const mention: Mention = { ...common, ...placedOf({ where, id, text, author: common.author }, notices) };
    const placed = await asWanted(mention, inbox, log);
    const missing = missingFor(placed, interaction.appPermissions);
    if (missing.length === 0) await inbox.mention(asMayBe(placed, interaction.appPermissions));
    else await interaction.editReply({ content: hindrancesIn(notices.language).lacks(missing) });
  } catch (error) {
    log.error('command.failed', error, { command: interaction.commandName });
    await interaction.editReply({ content: notices.ofError(error) });
  }
}

/** Questions that only their asker sees share a memory of their own, apart from what others can read. */
function privately(
  { id, applicationId, token, user, attachmentSizeLimit: maxFileBytes }: Asker,
  { place, channel }: Where,
) {
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
      maxFileBytes,
    },
  };
}
