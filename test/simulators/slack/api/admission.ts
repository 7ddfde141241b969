/** Who may call a method: token, kind of token and scopes, in the order in which Slack looks at them. */
import type { IncomingMessage } from 'node:http';
import type { Json } from '../../discord/json.ts';
import type { Token } from '../state/model.ts';
import { text } from './body.ts';
import { refuse, type SlackError } from './errors.ts';
import type { Method } from './method.ts';

export interface Given {
  readonly args: Json;
  readonly token: Token | undefined;
  readonly request: IncomingMessage;
  readonly refusal: SlackError | undefined;
}

/** @throws SlackError when the token is missing, unknown, revoked, expired, of the wrong kind or without the scope. */
export function admitted(method: Method, { args, token, request }: Given, now: number): Token | undefined {
  if (method.token === 'none') return undefined;
  if ((bearerOf(request) ?? text(args, 'token') ?? '') === '') throw refuse('not_authed');
  if (!token) throw refuse('invalid_auth');
  if (token.revoked) throw refuse('account_inactive');
  if (token.expiresAt !== undefined && token.expiresAt <= now) throw refuse('token_expired');
  if (token.kind !== method.token) throw refuse('not_allowed_token_type');
  if (method.scopes.length > 0 && !method.scopes.some((scope) => token.scopes.has(scope)))
    throw refuse('missing_scope', { needed: method.scopes.join(','), provided: [...token.scopes].join(',') });
  return token;
}

export function missingArguments(names: readonly string[]): SlackError {
  const messages = names.map((name) => `[ERROR] missing required field: ${name}`);
  return refuse('invalid_arguments', { response_metadata: { messages } });
}

export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
