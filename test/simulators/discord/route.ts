/** What a route is: a method, a path, its budget, and what it does with a call. */
import type { Upload } from './cdn.ts';
import type { Commands } from './commands.ts';
import { refuse } from './errors.ts';
import type { Interactions } from './interactions.ts';
import type { Json } from './json.ts';
import type { LimitName, RateLimiter } from './limits.ts';
import type { Viewer } from './gateway/dispatch.ts';
import type { Channel, Message, World } from './state.ts';

export interface Services {
  readonly world: World;
  readonly limiter: RateLimiter;
  readonly interactions: Interactions;
  readonly commands: Commands;
  readonly gatewayUrl: () => string;
  readonly sessionStarts: () => Json;
  /** Connections that are recommended to the bot. */
  readonly shards: () => number;
}

export interface Call extends Services {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly Upload[];
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in Discord's documentation, with `{channel_id}` for what varies. */
  readonly path: string;
  readonly limit: LimitName;
  /** The parameters whose values have windows of their own. */
  readonly major?: readonly string[];
  /** `none`: the token stands in the path, and the global limit does not count it. */
  readonly auth?: 'none';
  handle(call: Call): Answer;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** Through REST the bot reads as much as the portal lets it. */
export function viewerOf(call: Call): Viewer {
  return { seesContent: call.world.app.privileged.messageContent };
}

export function channelOf(call: Call): Channel {
  const channel = call.world.channels.get(param(call, 'channel_id'));
  if (!channel) throw refuse('unknownChannel');
  return channel;
}

export function messageIn(call: Call, channel: Channel, id = param(call, 'message_id')): Message {
  const message = channel.messages.get(id) ?? call.world.message(id);
  if (!message || message.channelId !== channel.id) throw refuse('unknownMessage');
  return message;
}
