/** Who may do what where: roles, overwrites, the rules of threads and of time-outs, as Discord computes them. */
import { refuse } from './errors.ts';
import { ChannelType, type Channel, type Guild, type World } from './state.ts';

/** @see https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags */
export const Permission = {
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  manageGuild: 1n << 5n,
  addReactions: 1n << 6n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  useExternalEmojis: 1n << 18n,
  connect: 1n << 20n,
  useApplicationCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  useExternalStickers: 1n << 37n,
  sendMessagesInThreads: 1n << 38n,
  sendPolls: 1n << 49n,
  useExternalApps: 1n << 50n,
  pinMessages: 1n << 51n,
  bypassSlowmode: 1n << 52n,
} as const;

export type PermissionName = keyof typeof Permission;

const ALL = (1n << 53n) - 1n;

/** What a new server gives @everyone. */
export const EVERYONE_DEFAULT =
  Permission.viewChannel |
  Permission.sendMessages |
  Permission.embedLinks |
  Permission.attachFiles |
  Permission.readMessageHistory |
  Permission.mentionEveryone |
  Permission.useExternalEmojis |
  Permission.useExternalStickers |
  Permission.connect |
  Permission.sendPolls |
  Permission.useExternalApps |
  Permission.addReactions |
  Permission.useApplicationCommands |
  Permission.createPublicThreads |
  Permission.sendMessagesInThreads;

/** The integer of the invitation: view, send, embed, attach, history, react, public threads, send in threads. */
export const INVITED_BOT = 309_237_763_136n;

const WHILE_TIMED_OUT = Permission.viewChannel | Permission.readMessageHistory;
const NEEDS_SENDING = Permission.embedLinks | Permission.attachFiles | Permission.mentionEveryone;
const VOICE: readonly number[] = [ChannelType.voice, ChannelType.stage];

export const isThread = (channel: Channel): boolean => channel.thread !== undefined;
const DIRECT: readonly number[] = [ChannelType.dm, ChannelType.groupDm];
export const isDm = (channel: Channel): boolean => DIRECT.includes(channel.type);

/** Holds posts, which are threads, and no messages of its own. */
export const isForum = (channel: Channel): boolean => channel.forum !== undefined;

/** A member's permissions in a channel; those of a thread are its parent's. */
export function permissionsIn(world: World, userId: string, channel: Channel): bigint {
  if (isDm(channel)) return channel.recipients.some((user) => user.id === userId) ? ALL : 0n;
  const member = world.guild.members.get(userId);
  if (!member) return 0n;
  const base = basePermissions(world.guild, userId);
  if ((base & Permission.administrator) !== 0n) return ALL;
  const place = channel.parentId !== undefined && isThread(channel) ? world.channels.get(channel.parentId) : channel;
  let granted = place ? withOverwrites(base, place, { guildId: world.guild.id, userId, roles: member.roles }) : base;
  if ((granted & Permission.viewChannel) === 0n) return 0n;
  const sending = isThread(channel) ? Permission.sendMessagesInThreads : Permission.sendMessages;
  if ((granted & sending) === 0n) granted &= ~NEEDS_SENDING;
  // Who may not enter a voice channel may do nothing in its chat.
  if (VOICE.includes(channel.type) && (granted & Permission.connect) === 0n) granted &= Permission.viewChannel;
  if ((member.timedOutUntil ?? 0) > world.clock.now()) granted &= WHILE_TIMED_OUT;
  if (channel.type === ChannelType.privateThread && !seesPrivateThread(channel, userId, granted)) return 0n;
  return granted;
}

/** A member's permissions in the server, before any channel has a say. */
export function basePermissions(guild: Guild, userId: string): bigint {
  if (guild.ownerId === userId) return ALL;
  const roles = [guild.id, ...(guild.members.get(userId)?.roles ?? [])];
  return roles.reduce((sum, id) => sum | (guild.roles.get(id)?.permissions ?? 0n), 0n);
}

interface Whose {
  readonly guildId: string;
  readonly userId: string;
  readonly roles: ReadonlySet<string>;
}

/** @everyone's overwrite first, then all roles' together, then the member's own. */
function withOverwrites(base: bigint, channel: Channel, whose: Whose): bigint {
  const everyone = channel.overwrites.get(whose.guildId);
  let granted = everyone ? (base & ~everyone.deny) | everyone.allow : base;
  const ofRoles = [...channel.overwrites.values()].filter((overwrite) => whose.roles.has(overwrite.id));
  const denied = ofRoles.reduce((sum, overwrite) => sum | overwrite.deny, 0n);
  const allowed = ofRoles.reduce((sum, overwrite) => sum | overwrite.allow, 0n);
  granted = (granted & ~denied) | allowed;
  const own = channel.overwrites.get(whose.userId);
  return own ? (granted & ~own.deny) | own.allow : granted;
}

function seesPrivateThread(thread: Channel, userId: string, granted: bigint): boolean {
  return thread.thread?.members.has(userId) === true || (granted & Permission.manageThreads) !== 0n;
}

export function may(world: World, userId: string, channel: Channel, ...names: readonly PermissionName[]): boolean {
  const granted = permissionsIn(world, userId, channel);
  return names.every((name) => (granted & Permission[name]) !== 0n);
}

/** Refuses with 50001 when the channel is not even seen, with 50013 when another permission is missing. */
export function demand(world: World, channel: Channel, ...names: readonly PermissionName[]): void {
  if (!may(world, world.app.id, channel, 'viewChannel')) throw refuse('missingAccess');
  if (!may(world, world.app.id, channel, ...names)) throw refuse('missingPermissions');
}

export function sendingPermission(channel: Channel): PermissionName {
  return isThread(channel) ? 'sendMessagesInThreads' : 'sendMessages';
}
