/** Who gives a command on Discord, and where. */
import {
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  GatewayIntentBits,
  InteractionContextType,
  type MessageContextMenuCommandInteraction,
  type ModalSubmitInteraction,
  PermissionFlagsBits,
  type StringSelectMenuInteraction,
} from 'discord.js';
import type { Whereabouts } from '../core/conversation.ts';
import type { Author } from '../core/inbound.ts';
import { conversationAt, privateThread } from '../discord-controls/buttons.ts';
import { directWhere, type Where, whereOf } from '../discord-reading/where.ts';

export type Answerable =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | StringSelectMenuInteraction
  | ButtonInteraction
  | ModalSubmitInteraction;

/** Whether the bot is not there itself: a person brought it along, and only answers to commands can be seen. */
export function isForeign({ guildId, guild, context }: Answerable): boolean {
  return (guildId !== null && guild === null) || context === InteractionContextType.PrivateChannel;
}

/** Whether the bot reads there also what neither names it nor replies to it. */
export function hearsAll(interaction: Answerable): boolean {
  const { client, guildId } = interaction;
  return guildId === null || isForeign(interaction) || client.options.intents.has(GatewayIntentBits.MessageContent);
}

/** Undefined where nothing can be said to the bot. In a foreign place each person has a conversation of their own. */
export function whereIn(interaction: Answerable): Where | undefined {
  const { channel, channelId, user } = interaction;
  if (!isForeign(interaction)) return channel === null ? undefined : whereOf(channel);
  if (channelId === null) return undefined;
  const where = directWhere(channelId);
  return { ...where, conversation: conversationAt(where.place, channelId, privateThread(user.id)) };
}

export function whereaboutsOf(interaction: Answerable, { place }: Where): Whereabouts {
  const manages = managedBy(interaction, place.kind);
  const moderates = interaction.memberPermissions?.has(PermissionFlagsBits.ManageMessages) === true;
  const author = {
    ...authorOf(interaction),
    ...(manages === undefined ? {} : { manages }),
    ...(moderates ? { moderates } : {}),
  };
  return { author, place };
}

export function authorOf({ user, member, locale }: Answerable): Author {
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
