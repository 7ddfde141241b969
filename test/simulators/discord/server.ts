/** The one server: how it begins, who joins it, and what its moderators do to permissions and people. */
import { INVITED_BOT, Permission, type PermissionName } from './permissions.ts';
import { channelEvent } from './places.ts';
import type { Channel, User, World } from './state.ts';
import { everyoneRole } from './wire.ts';

/** As a new server is: @everyone, its owner, and the bot with the role it brought along. */
export function settle(world: World): void {
  const { guild, app, users } = world;
  guild.roles.set(guild.id, everyoneRole(guild.id));
  const id = world.newId();
  const name = app.bot.username;
  guild.roles.set(id, { id, name, position: 1, mentionable: false, botId: app.id, permissions: INVITED_BOT });
  for (const user of users.values()) join(world, user, user.id === app.id ? [id] : []);
}

export function join(world: World, user: User, roles: readonly string[] = []): void {
  world.guild.members.set(user.id, { user, roles: new Set(roles), joinedAt: world.clock.now() });
}

export interface Bits {
  readonly allow: readonly PermissionName[];
  readonly deny: readonly PermissionName[];
}

/** Changes the overwrite of a role or a member in a channel; what it does not name stays as it was. */
export function overwrite(world: World, { channel, whom }: { channel: Channel; whom: string }, bits: Bits): void {
  const kind = world.guild.roles.has(whom) ? 'role' : 'member';
  const standing = channel.overwrites.get(whom) ?? { id: whom, kind, allow: 0n, deny: 0n };
  const [allow, deny] = [bitsOf(bits.allow), bitsOf(bits.deny)];
  standing.allow = (standing.allow & ~deny) | allow;
  standing.deny = (standing.deny & ~allow) | deny;
  channel.overwrites.set(whom, standing);
  channelEvent(world, channel, 'CHANNEL_UPDATE');
}

function bitsOf(names: readonly PermissionName[]): bigint {
  return names.reduce((sum, name) => sum | Permission[name], 0n);
}
