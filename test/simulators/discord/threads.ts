/** Threads: opening, joining, archiving and locking them, with the events in Discord's order. */
import { Intent } from './intents.ts';
import type { Dispatch } from './gateway/dispatch.ts';
import { type Channel, ChannelType, type Message, MessageFlag, type User, type World } from './state.ts';
import { channelJson, threadMemberJson } from './wire.ts';

export interface ThreadRequest {
  readonly parent: Channel;
  readonly name: string;
  readonly owner: User;
  /** The message the thread is opened on; the two then share their id. */
  readonly message?: Message;
  readonly type?: number;
  readonly autoArchiveMinutes?: number;
  readonly rateLimitPerUser?: number;
  readonly appliedTags?: readonly string[];
}

const MINUTE_MS = 60_000;

export function openThread(world: World, request: ThreadRequest): Channel {
  const { parent, name, owner, message } = request;
  const at = world.clock.now();
  const ofParent = parent.type === ChannelType.announcement ? ChannelType.announcementThread : ChannelType.publicThread;
  const members = new Map([[owner.id, at]]);
  if (message) members.set(message.author.id, at);
  const thread = world.addChannel({
    ...(message ? { id: message.id } : {}),
    type: request.type ?? ofParent,
    name,
    guildId: world.guild.id,
    parentId: parent.id,
    rateLimitPerUser: request.rateLimitPerUser ?? 0,
    thread: {
      ownerId: owner.id,
      createdAt: at,
      members,
      autoArchiveMinutes: request.autoArchiveMinutes ?? 4320,
      archived: false,
      locked: false,
      archiveChangedAt: at,
      messageCount: 0,
      totalSent: 0,
      appliedTags: request.appliedTags ?? [],
      stopArchiving: () => undefined,
    },
  });
  archiveLater(world, thread);
  threadEvent(world, thread, {
    type: 'THREAD_CREATE',
    data: () => ({ ...channelJson(world, thread), newly_created: true }),
  });
  if (message) {
    message.threadId = thread.id;
    message.flags |= MessageFlag.hasThread;
  }
  return thread;
}

/** A thread nobody writes in is archived; whatever is written puts it off. */
export function archiveLater(world: World, { id, thread }: Channel): void {
  if (!thread) return;
  thread.stopArchiving();
  thread.stopArchiving = world.clock.after(thread.autoArchiveMinutes * MINUTE_MS, () => {
    const standing = world.channels.get(id);
    if (standing?.thread?.archived === false) changeThread(world, standing, { archived: true });
  });
}

export function threadEvent(world: World, thread: Channel, event: Pick<Dispatch, 'type' | 'data'>): void {
  world.dispatch({ ...event, intents: Intent.guilds, guildId: world.guild.id, channelId: thread.id });
}

/** Told to the bot when it is among them; others' comings need the members intent. */
export function announceMembers(world: World, thread: Channel, added: readonly string[]): void {
  if (added.length === 0 || !thread.thread) return;
  const { members } = thread.thread;
  const concernsBot = added.includes(world.app.id);
  // Being pulled into a private thread is how a bot learns that it exists.
  if (concernsBot && thread.type === ChannelType.privateThread)
    threadEvent(world, thread, { type: 'THREAD_CREATE', data: () => channelJson(world, thread) });
  world.dispatch({
    type: 'THREAD_MEMBERS_UPDATE',
    intents: concernsBot ? Intent.guilds : Intent.guildMembers,
    guildId: world.guild.id,
    channelId: thread.id,
    data: () => ({
      id: thread.id,
      guild_id: world.guild.id,
      member_count: members.size,
      added_members: added.map((id) => threadMemberJson(thread.id, id, members.get(id) ?? 0)),
    }),
  });
}

export function leaveThread(world: World, thread: Channel, userId: string): void {
  if (!thread.thread?.members.delete(userId)) return;
  const { members } = thread.thread;
  world.dispatch({
    type: 'THREAD_MEMBERS_UPDATE',
    intents: userId === world.app.id ? Intent.guilds : Intent.guildMembers,
    guildId: world.guild.id,
    channelId: thread.id,
    data: () => ({
      id: thread.id,
      guild_id: world.guild.id,
      member_count: members.size,
      removed_member_ids: [userId],
    }),
  });
}

/** Any message does it: THREAD_UPDATE, then the bot's THREAD_MEMBER_UPDATE, then the message. */
export function unarchive(world: World, thread: Channel): void {
  changeThread(world, thread, { archived: false });
  const joinedAt = thread.thread?.members.get(world.app.id);
  if (joinedAt === undefined) return;
  const data = () => ({ ...threadMemberJson(thread.id, world.app.id, joinedAt), guild_id: world.guild.id });
  threadEvent(world, thread, { type: 'THREAD_MEMBER_UPDATE', data });
}

export interface ThreadChange {
  readonly archived?: boolean;
  readonly locked?: boolean;
  readonly name?: string;
  readonly autoArchiveMinutes?: number;
  readonly rateLimitPerUser?: number;
}

export function changeThread(world: World, thread: Channel, change: ThreadChange): void {
  if (!thread.thread) throw new Error(`${thread.name} is not a thread`);
  thread.name = change.name ?? thread.name;
  thread.thread.locked = change.locked ?? thread.thread.locked;
  thread.rateLimitPerUser = change.rateLimitPerUser ?? thread.rateLimitPerUser;
  thread.thread.autoArchiveMinutes = change.autoArchiveMinutes ?? thread.thread.autoArchiveMinutes;
  if (change.archived !== undefined && change.archived !== thread.thread.archived) {
    thread.thread.archived = change.archived;
    thread.thread.archiveChangedAt = world.clock.now();
  }
  if (!thread.thread.archived) archiveLater(world, thread);
  threadEvent(world, thread, { type: 'THREAD_UPDATE', data: () => channelJson(world, thread) });
}
