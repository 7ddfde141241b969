/** What `allowed_mentions` lets through: who a text mentions, who is notified, who is pulled into a thread. */
import { invalidForm } from './errors.ts';
import { isJson, type Json, listOf, textOf } from './json.ts';
import { isThread, may } from './permissions.ts';
import type { Notification } from './gateway/dispatch.ts';
import type { Channel, Message, User, World } from './state.ts';

/** The request's object, read. Absent altogether means Discord's default, which pings. */
export interface AllowedMentions {
  readonly parse: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly repliedUser: boolean;
}

/** Ordinary messages without the object: everything is parsed. */
export const PINGS_ALL: AllowedMentions = {
  parse: new Set(['users', 'roles', 'everyone']),
  users: new Set(),
  roles: new Set(),
  repliedUser: true,
};

/** Interaction responses without the object: only people. */
export const PINGS_USERS: AllowedMentions = { ...PINGS_ALL, parse: new Set(['users']) };

export function allowedMentionsOf(body: Json, whenAbsent: AllowedMentions): AllowedMentions {
  const given = body['allowed_mentions'];
  if (!isJson(given)) return whenAbsent;
  const parse = new Set(listOf(given['parse']).filter((kind) => typeof kind === 'string'));
  const users = new Set(listOf(given['users']).flatMap((id) => textOf(id) ?? []));
  const roles = new Set(listOf(given['roles']).flatMap((id) => textOf(id) ?? []));
  for (const [kind, ids] of [['users', users] as const, ['roles', roles] as const])
    if (parse.has(kind) && ids.size > 0)
      throw invalidForm({
        path: 'allowed_mentions',
        code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        message: `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      });
  return { parse, users, roles, repliedUser: given['replied_user'] === true };
}

export interface Mentioned {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
  readonly replied: string | undefined;
}

interface Written {
  readonly channel: Channel;
  readonly author: User;
  readonly content: string;
  readonly allowed: AllowedMentions;
  /** Who wrote the message that is answered. */
  readonly repliedTo: string | undefined;
}

export function mentionedBy(world: World, written: Written): Mentioned {
  const { content, allowed, channel, author } = written;
  const masses = may(world, author.id, channel, 'mentionEveryone');
  const users = idsIn(content, /<@!?(\d+)>/g).filter(
    (id) => world.users.has(id) && (allowed.parse.has('users') || allowed.users.has(id)),
  );
  const roles = idsIn(content, /<@&(\d+)>/g).filter((id) => {
    const role = world.guild.roles.get(id);
    return role && (role.mentionable || masses) && (allowed.parse.has('roles') || allowed.roles.has(id));
  });
  const everyone = /@(everyone|here)/.test(content) && masses && allowed.parse.has('everyone');
  const replied = allowed.repliedUser ? written.repliedTo : undefined;
  return { users: [...new Set([...users, ...(replied ? [replied] : [])])], roles, everyone, replied };
}

function idsIn(content: string, pattern: RegExp): string[] {
  return [...new Set([...content.matchAll(pattern)].flatMap((match) => match[1] ?? []))];
}

/** Keeps the record of badges and pushes: on a new message only, never for its author. */
export function notify(world: World, message: Message, mentioned: Mentioned): void {
  const reasons = new Map<string, Notification['because']>();
  if (mentioned.everyone) for (const id of world.guild.members.keys()) reasons.set(id, 'everyone');
  for (const role of mentioned.roles)
    for (const member of world.guild.members.values()) if (member.roles.has(role)) reasons.set(member.user.id, 'role');
  for (const id of mentioned.users) reasons.set(id, id === mentioned.replied ? 'reply' : 'user');
  reasons.delete(message.author.id);
  for (const [userId, because] of reasons) world.notified.push({ userId, messageId: message.id, because });
}

/** People and roles mentioned inside a thread join it; an edit does it as silently as a new message. */
export function pullIntoThread(world: World, message: Message, byEdit: boolean): readonly string[] {
  const channel = world.channels.get(message.channelId);
  if (!channel?.thread || !isThread(channel)) return [];
  const { members } = channel.thread;
  const ofRoles = [...world.guild.members.values()]
    .filter((member) => message.mentionRoles.some((role) => member.roles.has(role)))
    .map((member) => member.user.id);
  const added = [...new Set([...message.mentions, ...ofRoles])].filter(
    (id) => !members.has(id) && world.guild.members.has(id),
  );
  for (const userId of added) {
    members.set(userId, world.clock.now());
    world.addedToThread.push({ threadId: channel.id, userId, messageId: message.id, byEdit });
  }
  return added;
}
