/** A message on the wire: over REST, in an event, and with its content held back from those who may not read it. */
import { signedUrls } from './cdn.ts';
import { snapshotJson } from './content/forwards.ts';
import { pollJson } from './content/polls.ts';
import { stickerJson } from './content/stickers.ts';
import { type Json, jsonOf, listOf } from './json.ts';
import type { StoredFile } from './content/parts.ts';
import type { Viewer } from './gateway/dispatch.ts';
import { type Channel, type Message, MessageFlag, type World } from './state.ts';
import { channelJson, isoOf, memberJson, userJson } from './wire.ts';

/** The message as REST answers it, with the message it replies to one level deep. */
export function messageJson(world: World, message: Message, viewer: Viewer): Json {
  return { ...plainJson(world, message, viewer), ...referenceJson(world, message, viewer) };
}

/** The message as MESSAGE_CREATE and MESSAGE_UPDATE carry it. */
export function messageEventJson(world: World, message: Message, viewer: Viewer): Json {
  const channel = world.channels.get(message.channelId);
  const inGuild = channel?.guildId !== undefined && message.ephemeralFor === undefined;
  const member = world.guild.members.get(message.author.id);
  return {
    ...messageJson(world, message, viewer),
    mentions: message.mentions.map((id) => mentionJson(world, id, inGuild)),
    channel_type: channel?.type,
    ...(inGuild ? { guild_id: channel?.guildId } : {}),
    ...(inGuild && member && message.interaction === undefined && message.webhookId === undefined
      ? { member: memberJson(member) }
      : {}),
  };
}

function mentionJson(world: World, userId: string, withMember: boolean): Json {
  const user = world.users.get(userId);
  const member = world.guild.members.get(userId);
  return { ...(user ? userJson(user) : {}), ...(withMember && member ? { member: memberJson(member) } : {}) };
}

function plainJson(world: World, message: Message, viewer: Viewer): Json {
  const readable = viewer.seesContent || isReadable(world, message);
  const embeds = (message.flags & MessageFlag.suppressEmbeds) === 0 ? [...message.embeds, ...message.unfurled] : [];
  const thread = message.threadId === undefined ? undefined : world.channels.get(message.threadId);
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: userJson(message.author),
    content: readable ? message.content : '',
    attachments: readable ? message.attachments.map((file) => attachmentJson(world, message, file)) : [],
    embeds: readable ? embeds : [],
    components: readable ? message.components.map((each) => componentJson(world, message, each)) : [],
    timestamp: isoOf(message.createdAt),
    edited_timestamp: message.editedAt === null ? null : isoOf(message.editedAt),
    flags: message.flags,
    mentions: message.mentions.flatMap((id) => world.users.get(id) ?? []).map(userJson),
    mention_roles: message.mentionRoles,
    mention_everyone: message.mentionEveryone,
    pinned: message.pinnedAt !== undefined,
    tts: false,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.position === undefined ? {} : { position: message.position }),
    ...(thread ? { thread: channelJson(world, thread) } : {}),
    ...interactionJson(world, message),
    ...richJson(world, message, readable),
  };
}

const MEDIA_GALLERY = 12;
const FILE = 13;

/** A component; one that shows files of the message tells where they are. */
function componentJson(world: World, { attachments }: Message, component: Json): Json {
  const named = (media: unknown) => attachments.find(({ name }) => jsonOf(media)['url'] === `attachment://${name}`);
  const shown = (media: unknown): Json => {
    const file = named(media);
    if (file === undefined) return jsonOf(media);
    const { url, proxyUrl } = signedUrls(world, file);
    const { id, contentType, image } = file;
    return { id, attachment_id: id, url, proxy_url: proxyUrl, content_type: contentType, ...image };
  };
  if (component['type'] === MEDIA_GALLERY) {
    const items = listOf(component['items']).map(jsonOf);
    const all = items.map((item) => ({ description: null, spoiler: false, ...item, media: shown(item['media']) }));
    return { ...component, items: all };
  }
  if (component['type'] !== FILE) return component;
  const file = named(component['file']);
  const told = { name: file?.name ?? null, size: file?.bytes.length ?? null };
  return { spoiler: false, ...component, ...told, file: shown(component['file']) };
}

/** What only some messages have. A poll is left out where the text may not be read. */
function richJson(world: World, message: Message, readable: boolean): Json {
  const { stickers, poll, snapshot, webhookId, reactions } = message;
  const file = (each: StoredFile) => attachmentJson(world, {}, each);
  const reacted = [...reactions].filter(([, users]) => users.size > 0);
  return {
    ...(stickers.length === 0 ? {} : { sticker_items: stickers.map(stickerJson) }),
    ...(poll && readable ? { poll: pollJson(world, poll) } : {}),
    ...(snapshot ? { message_snapshots: [snapshotJson(world, snapshot, { readable, file })] } : {}),
    ...(webhookId === undefined ? {} : { webhook_id: webhookId }),
    ...(reacted.length === 0 ? {} : { reactions: reacted.map(([name, users]) => reactionJson(world, name, users)) }),
  };
}

function reactionJson(world: World, name: string, users: ReadonlySet<string>): Json {
  return {
    emoji: { id: null, name },
    count: users.size,
    count_details: { burst: 0, normal: users.size },
    burst_colors: [],
    me_burst: false,
    me: users.has(world.app.id),
  };
}

/** A file, as part of a message or as the option of a command. */
export function attachmentJson(world: World, message: Pick<Message, 'ephemeralFor'>, file: StoredFile): Json {
  const { url, proxyUrl } = signedUrls(world, file);
  return {
    id: file.id,
    filename: file.name,
    size: file.bytes.length,
    url,
    proxy_url: proxyUrl,
    content_type: file.contentType,
    ...file.image,
    ...(file.voice ? { duration_secs: file.voice.durationS, waveform: file.voice.waveform } : {}),
    ...(file.description === undefined ? {} : { description: file.description }),
    ...(message.ephemeralFor === undefined ? {} : { ephemeral: true }),
  };
}

function interactionJson(world: World, message: Message): Json {
  const { interaction } = message;
  if (!interaction) return {};
  return {
    application_id: world.app.id,
    webhook_id: world.app.id,
    interaction_metadata: {
      id: interaction.id,
      type: interaction.type,
      user: userJson(interaction.user),
      authorizing_integration_owners: interaction.owners,
      ...(interaction.targetId === undefined ? {} : { target_message_id: interaction.targetId }),
      ...(interaction.pressedId === undefined ? {} : { interacted_message_id: interaction.pressedId }),
      ...(interaction.originalId === undefined ? {} : { original_response_message_id: interaction.originalId }),
    },
  };
}

function referenceJson(world: World, message: Message, viewer: Viewer): Json {
  const { reference } = message;
  if (!reference) return {};
  const channel = world.channels.get(reference.channelId);
  const target = channel?.messages.get(reference.messageId);
  return {
    message_reference: {
      type: reference.forwards === true ? 1 : 0,
      channel_id: reference.channelId,
      message_id: reference.messageId,
      ...(channel?.guildId === undefined ? {} : { guild_id: channel.guildId }),
    },
    ...(reference.forwards === true ? {} : { referenced_message: target ? plainJson(world, target, viewer) : null }),
  };
}

/**
 * What the bot may read without the message content intent: its own messages, direct messages, messages that mention it,
 * and replies that ping it, unless they answer an interaction's response. (The target of a context-menu command is the fifth.)
 *
 * @see https://discord.com/developers/docs/events/gateway#message-content-intent
 */
export function isReadable(world: World, message: Message): boolean {
  const botId = world.app.id;
  if (message.author.id === botId || isDirect(world.channels.get(message.channelId))) return true;
  if (!message.mentions.includes(botId)) return false;
  if (new RegExp(`<@!?${botId}>`).test(message.content)) return true;
  const target = message.reference && world.message(message.reference.messageId, message.reference.channelId);
  return message.pingsReplied && target?.interaction === undefined;
}

const isDirect = (channel: Channel | undefined): boolean => channel?.guildId === undefined;
