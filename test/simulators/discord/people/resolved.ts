/** What Discord sends along for the ids in a command's options and targets: people, roles, channels. */
import { isJson, type Json, listOf } from '../json.ts';
import { permissionsIn } from '../permissions.ts';
import type { Channel, World } from '../state.ts';
import { interactionChannelJson, memberJson, roleJson, userJson } from '../wire.ts';

const User = 6;
const Place = 7;
const Role = 8;
const Mentionable = 9;

/** Everything the filled-in options name, at any depth. @throws Error when a person could not have picked it. */
export function resolvedOf(world: World, filled: readonly Json[], asked: { channel: Channel; userId: string }): Json {
  const users: Json = {};
  const members: Json = {};
  const roles: Json = {};
  const channels: Json = {};
  const look = (option: Json): void => {
    for (const inner of listOf(option['options']).filter(isJson)) look(inner);
    const [type, id] = [Number(option['type']), String(option['value'])];
    const user = world.users.get(id);
    const role = world.guild.roles.get(id);
    const place = world.channels.get(id);
    if ((type === User || type === Mentionable) && user) Object.assign(users, { [id]: userJson(user) });
    else if ((type === Role || type === Mentionable) && role) Object.assign(roles, { [id]: roleJson(role) });
    else if (type === Place && place)
      Object.assign(channels, { [id]: interactionChannelJson(world, place, asked.userId) });
    else if (type >= User && type <= Mentionable) throw new Error(`option ${String(option['name'])} offers no ${id}`);
    if (users[id] !== undefined) Object.assign(members, membersJson(world, id, asked.channel));
  };
  for (const option of filled) look(option);
  const parts = Object.entries({ users, members, roles, channels }).filter(([, part]) => Object.keys(part).length > 0);
  return Object.fromEntries(parts);
}

/** Of a target: also what they may do there. Nothing for those who are not in the server. */
export function membersJson(world: World, userId: string, channel: Channel): Json {
  const member = channel.guildId === undefined ? undefined : world.guild.members.get(userId);
  if (!member) return {};
  const { deaf: _deaf, mute: _mute, ...partial } = memberJson(member);
  return { [userId]: { ...partial, permissions: String(permissionsIn(world, userId, channel)) } };
}
