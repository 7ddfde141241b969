/** How discord.js is set up: what it listens to, keeps and may wait for, and where messages are written. */
import {
  Client,
  DefaultRestOptions,
  GatewayIntentBits,
  Options,
  Partials,
  type RateLimitData,
  type RESTOptions,
  Routes,
} from 'discord.js';
import type { ReplyAddress } from '../core/inbound.ts';

/** What the client is made of. */
export interface ClientOptions {
  /** Without the version, which is always 10. Default: https://discord.com/api */
  readonly apiUrl?: string;
  /** Whether the privileged Message Content intent is asked for. */
  readonly messageContent: boolean;
}

/** A warning is logged each time so many requests were refused within ten minutes; at 10 000 Discord shuts out the address. */
const WARN_EVERY_REFUSED = 100;

/** Messages kept per channel, for telling a message that is delivered twice. */
const KEPT_MESSAGES = 20;

/** @param longestWaitMs A wait that the client may spend itself before it rejects. */
export function clientOf(options: ClientOptions, longestWaitMs: number): Client {
  const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
  return new Client({
    intents: [Guilds, GuildMessages, DirectMessages, ...(options.messageContent ? [MessageContent] : [])],
    // Direct messages and threads that were archived when the bot connected are not known beforehand.
    partials: [Partials.Channel, Partials.Message],
    allowedMentions: { parse: [], repliedUser: false },
    enforceNonce: true,
    failIfNotExists: false,
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: KEPT_MESSAGES }),
    rest: restOptions(options, longestWaitMs),
  });
}

export function restOptions({ apiUrl }: ClientOptions, longestWaitMs: number): Partial<RESTOptions> {
  return {
    ...(apiUrl === undefined ? {} : { api: apiUrl }),
    version: '10',
    rejectOnRateLimit: ({ retryAfter }: RateLimitData) => retryAfter > longestWaitMs,
    invalidRequestWarningInterval: WARN_EVERY_REFUSED,
  };
}

/** A message of a reply, or where one is made; one that only its asker sees belongs to the command that asked. */
export function messageRoute({ hidden }: ReplyAddress, channel: string, message?: string): `/${string}` {
  if (hidden !== undefined)
    return message === undefined ? `/webhooks/${hidden}` : `/webhooks/${hidden}/messages/${message}`;
  return message === undefined ? Routes.channelMessages(channel) : Routes.channelMessage(channel, message);
}

/** How Node and undici name a connection that the other side closed. */
const CUT: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Sends once more where the connection was cut, as happens to one that was idle too long. What a surface sends may be
 * sent twice: a post has its nonce, and a question has only one thread.
 */
export const sendAgainWhenCut: RESTOptions['makeRequest'] = async (url, init) => {
  try {
    return await DefaultRestOptions.makeRequest(url, init);
  } catch (error) {
    const isCut = error instanceof Error && 'code' in error && CUT.has(error.code);
    if (!isCut) throw error;
    return DefaultRestOptions.makeRequest(url, init);
  }
};
