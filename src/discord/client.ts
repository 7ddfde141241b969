/** How Discord is set up: what the client listens to, keeps and may wait for, and what its failures mean. */
import {
  Client,
  DefaultRestOptions,
  DiscordAPIError,
  DiscordjsError,
  DiscordjsErrorCodes,
  GatewayCloseCodes,
  GatewayIntentBits,
  HTTPError,
  Options,
  Partials,
  type RateLimitData,
  RateLimitError,
  type RESTOptions,
} from 'discord.js';
import { ConfigError, HalleyError, PlatformRejected, PlatformUnavailable } from '../core/errors.ts';

/** What the client is made of. */
export interface ClientOptions {
  /** Without the version, which is always 10. Default: https://discord.com/api */
  readonly apiUrl?: string;
  /** Whether the privileged Message Content intent is asked for. */
  readonly hearsAll: boolean;
  /** Connections that the bot's servers are spread over; `auto`: as many as Discord recommends. Default: auto. */
  readonly shards?: number | 'auto';
}

/** A warning is logged each time so many requests were refused within ten minutes; at 10 000 Discord shuts out the address. */
const WARN_EVERY_REFUSED = 100;

/** Messages that discord.js keeps per channel: what was delivered before is known to the journal, and threads are many. */
const KEPT_MESSAGES = 0;

/** @param longestWaitMs A wait that the client may spend itself before it rejects. */
export function clientOf(options: ClientOptions, longestWaitMs: number): Client {
  const { shards = 'auto' } = options;
  const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
  return new Client({
    intents: [Guilds, GuildMessages, DirectMessages, ...(options.hearsAll ? [MessageContent] : [])],
    ...(shards === 'auto' ? { shards } : { shardCount: shards }),
    // Direct messages and threads that were archived when the bot connected are not known beforehand.
    partials: [Partials.Channel, Partials.Message],
    allowedMentions: { parse: [], repliedUser: false },
    enforceNonce: true,
    failIfNotExists: false,
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: KEPT_MESSAGES }),
    rest: {
      ...(options.apiUrl === undefined ? {} : { api: options.apiUrl }),
      version: '10',
      rejectOnRateLimit: ({ retryAfter }: RateLimitData) => retryAfter > longestWaitMs,
      invalidRequestWarningInterval: WARN_EVERY_REFUSED,
      makeRequest: acknowledging(send),
    },
  });
}

/** What came over the gateway, none of it checked. */
interface Packet {
  readonly t?: unknown;
  readonly d?: { readonly author?: { readonly id?: unknown } | null } | null;
}

/**
 * discord.js reads an event before anybody is asked, and what it cannot read ends the process. Only the kind of the event and
 * of the error are told: its text may quote the event. The bot's own edits, which all come back, it need not read at all.
 */
export function guardReading(client: Client, onUnread: (type: string, error: string) => void): void {
  const { ws } = client;
  const name = 'handlePacket';
  const read: unknown = Reflect.get(ws, name);
  if (typeof read !== 'function') throw new TypeError(`discord.js has no ${name} any more.`);
  Reflect.set(ws, name, (...given: readonly [Packet | undefined, ...unknown[]]) => {
    const [packet] = given;
    if (packet?.t === 'MESSAGE_UPDATE' && packet.d?.author?.id === client.user?.id) return true;
    try {
      return Reflect.apply(read, ws, given);
    } catch (error) {
      onUnread(String(packet?.t), error instanceof Error ? error.name : typeof error);
      return false;
    }
  });
}

export const PORTAL = 'https://discord.com/developers/applications';

/** What discord.js threw, without the request it was thrown for: that holds the text, and an address may hold a token. */
export function platformErrorOf(error: unknown): PlatformRejected | PlatformUnavailable {
  if (error instanceof RateLimitError)
    return new PlatformUnavailable('Discord asks to wait.', { status: 429, retryAfterMs: error.retryAfter });
  if (error instanceof HTTPError)
    return new PlatformUnavailable(`Discord failed with ${error.status}.`, { status: error.status });
  if (error instanceof DiscordAPIError) {
    const { status, code: platformCode } = error;
    return new PlatformRejected(`Discord refused: ${status}, code ${platformCode}.`, { status, platformCode });
  }
  return new PlatformUnavailable('Discord could not be reached.', { cause: error });
}

/** Why Discord closed the connection for good. @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway */
export function refusalOf(code: GatewayCloseCodes): ConfigError | PlatformRejected {
  switch (code) {
    case GatewayCloseCodes.AuthenticationFailed:
      return new ConfigError([
        `DISCORD_TOKEN: Discord does not know this token; make a new one at ${PORTAL}, page Bot, Reset Token.`,
      ]);
    case GatewayCloseCodes.DisallowedIntents:
      return new ConfigError([
        `discord.messageContent: Discord does not allow this bot to read messages; switch on "Message Content Intent" at ${PORTAL}, page Bot, or set discord.messageContent to false or auto to start without it.`,
      ]);
    default:
      return new PlatformRejected(`Discord closed the connection for good, code ${code}.`, { platformCode: code });
  }
}

/** What `login` rejected with. */
export function startErrorOf(error: unknown): Error {
  if (error instanceof HalleyError) return error;
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid)
    return refusalOf(GatewayCloseCodes.AuthenticationFailed);
  return platformErrorOf(error);
}

/** Milliseconds after which an acknowledgement without an answer is given again, of the 3000 that Discord waits. */
const ACKNOWLEDGE_MS = 1000;

/** @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const ALREADY_ACKNOWLEDGED = /"code":\s*40060\b/u;

/** Acknowledgements that are remembered while they are tried. */
const MAX_TRIED = 1000;

/**
 * Gives acknowledgements again in time when they are not answered, and takes it for their answer that Discord has them
 * already. What Discord has from elsewhere is refused as before: the same event may have come twice.
 */
function acknowledging(make: RESTOptions['makeRequest']): RESTOptions['makeRequest'] {
  const tried = new Set<string>();
  return async (url, init) => {
    if (!/\/interactions\/\d+\/[^/]+\/callback/u.test(url)) return make(url, init);
    if (tried.size > MAX_TRIED) tried.clear();
    const isAgain = tried.has(url);
    tried.add(url);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ACKNOWLEDGE_MS);
    try {
      const answer = await make(url, { ...init, signal: late.signal });
      if (answer.status >= 500) return answer;
      tried.delete(url);
      if (!isAgain || answer.status !== 400) return answer;
      const said = await answer.text();
      const read = { ...answer, text: async () => said, json: async () => JSON.parse(said) };
      return ALREADY_ACKNOWLEDGED.test(said) ? { ...read, status: 204, ok: true } : read;
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * A form is sent as its bytes: discord.js sends through whichever undici was loaded first, and one does not take the
 * forms of another.
 */
async function send(...[url, init]: Parameters<RESTOptions['makeRequest']>): ReturnType<RESTOptions['makeRequest']> {
  if (!(init.body instanceof FormData)) return DefaultRestOptions.makeRequest(url, init);
  const form = new Response(init.body);
  // discord.js makes a record of them.
  const given = init.headers as Readonly<Record<string, string>>;
  const headers = { ...given, 'content-type': form.headers.get('content-type') ?? '' };
  return DefaultRestOptions.makeRequest(url, { ...init, headers, body: new Uint8Array(await form.arrayBuffer()) });
}
