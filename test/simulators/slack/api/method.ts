/** What a method of the Web API is: its token, scopes, tier and required arguments, and what it does with a call. */
import type { Json } from '../../discord/json.ts';
import type { Modals } from '../events/modals.ts';
import type { SocketMode } from '../events/socket-mode.ts';
import type { Files } from '../state/files.ts';
import type { Installs } from '../state/installs.ts';
import type { Channel, ChannelKind, Message, Token, Workspace } from '../state/model.ts';
import type { Triggers } from '../events/triggers.ts';
import type { World } from '../state/world.ts';
import { text } from './body.ts';
import { refuse } from './errors.ts';
import type { Tier } from './limits.ts';

export interface Services {
  readonly world: World;
  readonly sockets: SocketMode;
  readonly files: Files;
  readonly installs: Installs;
  readonly modals: Modals;
  readonly triggers: Triggers;
  /** Sold, and not in the Marketplace: history in small sips. */
  readonly commercial: boolean;
}

export interface Call extends Services {
  readonly args: Json;
  readonly token: Token;
  readonly workspace: Workspace;
}

export interface Method {
  readonly name: string;
  /** `app`: the token of the app itself; `none`: no token at all. */
  readonly token: 'bot' | 'app' | 'none';
  /** Any one of these is enough. */
  readonly scopes: readonly string[];
  readonly tier: Tier;
  readonly required: readonly string[];
  handle(call: Call): Json;
}

export function arg(call: Call, name: string): string {
  return text(call.args, name) ?? '';
}

export function optional(call: Call, name: string): string | undefined {
  const value = text(call.args, name);
  return value === '' ? undefined : value;
}

/** What the bot cannot see is as if it were not there. */
export function channelOf(call: Call, id: string): Channel {
  const channel = call.workspace.channels.get(id);
  const hidden = channel && channel.kind !== 'channel' && !channel.members.has(call.workspace.bot.id);
  if (!channel || hidden) throw refuse('channel_not_found');
  return channel;
}

/** A place to write to: the bot is in it, and it takes messages. */
export function writableChannel(call: Call, id: string): Channel {
  // A person's id stands for the direct message with them.
  const own = call.workspace.users.has(id) ? directWith(call, id) : undefined;
  const channel = own ?? channelOf(call, id);
  if (!channel.members.has(call.workspace.bot.id)) throw refuse('not_in_channel');
  if (channel.archived) throw refuse('is_archived');
  if (channel.muted) throw refuse('messages_tab_disabled');
  return channel;
}

export function directWith(call: Pick<Call, 'world' | 'workspace'>, userId: string): Channel {
  const { workspace, world } = call;
  const known = [...workspace.channels.values()].find(({ kind, members }) => kind === 'im' && members.has(userId));
  const channel = known ?? world.addChannel(workspace, { kind: 'im', name: '' });
  channel.members.add(userId).add(workspace.bot.id);
  return channel;
}

/** The app's own message, to change or to take away. */
export function ownMessage(call: Call, channel: Channel, refusal: string): Message {
  const message = call.world.message(channel, arg(call, 'ts'));
  if (!message || message.ephemeralFor !== undefined) throw refuse('message_not_found');
  if (message.author.id !== call.workspace.bot.id) throw refuse(refusal);
  return message;
}

/** Methods about conversations need the scope of the kind of place. */
export function needScope(call: Call, ...scopes: readonly string[]): void {
  if (scopes.some((scope) => call.token.scopes.has(scope))) return;
  throw refuse('missing_scope', { needed: scopes.join(','), provided: [...call.token.scopes].join(',') });
}

export const SCOPE_OF_KIND: Readonly<Record<ChannelKind, string>> = {
  channel: 'channels',
  group: 'groups',
  im: 'im',
  mpim: 'mpim',
};
