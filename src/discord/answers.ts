/** What Discord's answers mean: limits learned from their headers, failures as the error family. */
import {
  DiscordAPIError,
  DiscordjsError,
  DiscordjsErrorCodes,
  GatewayCloseCodes,
  HTTPError,
  RateLimitError,
} from 'discord.js';
import type { Learned } from '../reply/governor.ts';
import { ConfigError, HalleyError, PlatformRejected, PlatformUnavailable } from '../core/errors.ts';

const PORTAL = 'https://discord.com/developers/applications';

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
        `discord.messageContent: Discord does not allow this bot to read messages; switch on "Message Content Intent" at ${PORTAL}, page Bot, or set discord.messageContent to false to start without it.`,
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

/** What the headers of any answer say of the budget it was counted in.
 * @see https://docs.discord.com/developers/topics/rate-limits#header-format
 */
export function learnedOf(headers: { get(name: string): string | null }): Learned {
  const number = (name: string) => Number.parseFloat(headers.get(`x-ratelimit-${name}`) ?? '');
  const [limit, remaining, seconds] = [number('limit'), number('remaining'), number('reset-after')];
  return Number.isNaN(limit + remaining + seconds) ? {} : { limit, remaining, resetAfterMs: seconds * 1000 };
}
