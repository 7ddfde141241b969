/** What happens in a place besides its messages: typing, a thread opened on a message, the channels of a server. */
import { Intent } from './intents.ts';
import { announce } from './posts.ts';
import { type Channel, ChannelType, type Message, type User, type World } from './state.ts';
import { openThread, type ThreadRequest, threadEvent } from './threads.ts';
import { channelJson, memberJson } from './wire.ts';

/** How long "is typing" stands. */
const TYPING_MS = 10_000;

export function beginTyping(world: World, channel: Channel, user: User): void {
  const at = world.clock.now();
  channel.typing.set(user.id, at);
  world.clock.after(TYPING_MS, () => world.changed());
  const member = channel.guildId === undefined ? undefined : world.guild.members.get(user.id);
  world.dispatch({
    type: 'TYPING_START',
    intents: channel.guildId === undefined ? Intent.directMessageTyping : Intent.guildMessageTyping,
    channelId: channel.id,
    ...(channel.guildId === undefined ? {} : { guildId: channel.guildId }),
    data: () => ({
      channel_id: channel.id,
      user_id: user.id,
      timestamp: Math.floor(at / 1000),
      ...(member ? { guild_id: channel.guildId, member: memberJson(member) } : {}),
    }),
  });
}

export function isTyping(world: World, channel: Channel, user: User): boolean {
  const at = channel.typing.get(user.id);
  return at !== undefined && world.clock.now() - at < TYPING_MS;
}

/** THREAD_CREATE, the parent's MESSAGE_UPDATE with the thread in it, then the starter message inside. */
export function openThreadOn(world: World, message: Message, request: Omit<ThreadRequest, 'message'>): Channel {
  const thread = openThread(world, { ...request, message });
  announce(world, 'MESSAGE_UPDATE', message);
  const starter: Message = {
    ...message,
    id: world.newId(),
    channelId: thread.id,
    type: 21,
    content: '',
    versions: [],
    createdAt: world.clock.now(),
    reference: { channelId: message.channelId, messageId: message.id },
    flags: 0,
    mentions: [],
    mentionRoles: [],
    mentionEveryone: false,
    attachments: [],
    embeds: [],
    unfurled: [],
    components: [],
    stickers: [],
    reactions: new Map(),
  };
  delete starter.threadId;
  delete starter.pinnedAt;
  thread.messages.set(starter.id, starter);
  announce(world, 'MESSAGE_CREATE', starter);
  return thread;
}

export function removeChannel(world: World, channel: Channel): void {
  const { id, guildId, parentId, type, thread } = channel;
  const deletion = { id, guild_id: guildId, parent_id: parentId, type };
  if (thread) threadEvent(world, channel, { type: 'THREAD_DELETE', data: () => deletion });
  else channelEvent(world, channel, 'CHANNEL_DELETE');
  world.channels.delete(id);
}

/** A moderator, or a bot that manages channels, changes one. */
export function changeChannel(
  world: World,
  channel: Channel,
  change: { readonly name?: string; readonly rateLimitPerUser?: number },
): void {
  channel.name = change.name ?? channel.name;
  channel.rateLimitPerUser = change.rateLimitPerUser ?? channel.rateLimitPerUser;
  channelEvent(world, channel, 'CHANNEL_UPDATE');
}

/** Every channel of a server is known to every bot in it; seeing inside is another matter. */
export function channelEvent(
  world: World,
  channel: Channel,
  type: 'CHANNEL_CREATE' | 'CHANNEL_UPDATE' | 'CHANNEL_DELETE',
) {
  world.dispatch({ type, intents: Intent.guilds, guildId: world.guild.id, data: () => channelJson(world, channel) });
}

/** The direct channel of two people, opened by whoever writes first. */
export function directChannel(world: World, one: User, other: User): Channel {
  const ids = new Set([one.id, other.id]);
  for (const channel of world.channels.values())
    if (channel.type === ChannelType.dm && channel.recipients.every((user) => ids.has(user.id))) return channel;
  return world.addChannel({ type: ChannelType.dm, name: '', recipients: [one, other] });
}
