/** The commands Discord's client shows one person in one place: installed, open there, permitted, in their language. */
import { type Commands } from '../commands.ts';
import { typeOf } from '../command-rules.ts';
import { type Json, jsonOf, listOf, textOf } from '../json.ts';
import { isDm, may, permissionsIn } from '../permissions.ts';
import type { Channel, User, World } from '../state.ts';

/** @see https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-context-types */
const Context = { guild: 0, botDm: 1, privateChannel: 2 } as const;
const ForGuild = 0;
const ForUser = 1;

export interface Standpoint {
  readonly world: World;
  readonly commands: Commands;
  readonly user: User;
  readonly channel: Channel;
}

/** Who brought the application where it is used. */
export interface Installation {
  readonly context: number;
  /** By kind of installation: the server's id, "0" in the bot's direct messages, or the person's id. */
  readonly owners: Readonly<Record<string, string>>;
  /** Nobody but the person installed it: few follow-ups, and perhaps nobody else may see the answer. */
  readonly userOnly: boolean;
}

export function contextOf(world: World, channel: Channel): number {
  if (!isDm(channel)) return Context.guild;
  return channel.recipients.some((user) => user.id === world.app.id) ? Context.botDm : Context.privateChannel;
}

/** Of a command, or of an application as a whole; nothing where it is not installed. */
export function installationOf(
  { world, user, channel }: Omit<Standpoint, 'commands'>,
  kinds: readonly unknown[] = [ForGuild, ForUser],
): Installation | undefined {
  const context = contextOf(world, channel);
  const inGuild = context === Context.guild && world.guild.members.has(world.app.id);
  const byGuild = kinds.includes(ForGuild) && (inGuild || context === Context.botDm);
  const byUser = kinds.includes(ForUser) && user.hasInstalled === true;
  if (!byGuild && !byUser) return undefined;
  const owners = {
    ...(byGuild ? { [ForGuild]: inGuild ? world.guild.id : '0' } : {}),
    ...(byUser ? { [ForUser]: user.id } : {}),
  };
  return { context, owners, userOnly: !byGuild };
}

/** Everything the client lists there, of all types. */
export function offered(standpoint: Standpoint): readonly Json[] {
  const { commands, channel, world } = standpoint;
  if (channel.thread?.archived) return [];
  const own = channel.guildId === undefined ? [] : commands.in(world.guild.id);
  return [...own, ...commands.in(undefined)].filter((command) => isOpen(standpoint, command));
}

function isOpen(standpoint: Standpoint, command: Json): boolean {
  const { world, user, channel } = standpoint;
  const contexts = listOf(command['contexts']);
  const installation = installationOf(standpoint, listOf(command['integration_types']));
  if (!installation || (contexts.length > 0 && !contexts.includes(installation.context))) return false;
  if (channel.guildId === undefined) return true;
  const needed = textOf(command['default_member_permissions']);
  const granted = permissionsIn(world, user.id, channel);
  if (needed === '0') return may(world, user.id, channel, 'administrator');
  const allowed = needed === undefined || (granted & BigInt(needed)) === BigInt(needed);
  return allowed && may(world, user.id, channel, 'useApplicationCommands');
}

/** Called by the name it was registered under, or by the one the person reads. @throws Error when it is not there. */
export function commandNamed(standpoint: Standpoint, name: string, type = 1): Json {
  const { channel, user, world } = standpoint;
  if (channel.thread?.archived) throw new Error(`thread ${channel.name} is archived, commands are not offered there`);
  const locale = user.locale ?? world.guild.locale;
  const found = offered(standpoint).find(
    (command) => typeOf(command) === type && [command['name'], shownName(command, locale)].includes(name),
  );
  const mark = type === 1 ? '/' : '';
  if (!found)
    throw new Error(`there is no command ${mark}${name} in ${channel.name === '' ? 'direct messages' : channel.name}`);
  return found;
}

const FALLBACKS: Readonly<Record<string, string>> = { 'en-US': 'en-GB', 'en-GB': 'en-US', 'es-419': 'es-ES' };

/** In the person's language, in its neighbour's, or as registered. */
export function shownName(command: Json, locale: string): string {
  const translations = jsonOf(command['name_localizations']);
  const translated = textOf(translations[locale]) ?? textOf(translations[FALLBACKS[locale] ?? '']);
  return translated ?? String(command['name']);
}
