/** Tokens for codes and for refresh tokens, and giving a token back. */
import { flag } from '../api/body.ts';
import { refuse } from '../api/errors.ts';
import { arg, type Call, type Method, optional } from '../api/method.ts';
import type { Json } from '../../discord/json.ts';
import type { Granted } from '../state/installs.ts';

const LIFE_S = 43_200;

function access(call: Call): Json {
  const { app } = call.world;
  if (arg(call, 'client_id') !== app.clientId) throw refuse('invalid_client_id');
  if (arg(call, 'client_secret') !== app.clientSecret) throw refuse('bad_client_secret');
  switch (optional(call, 'grant_type') ?? 'authorization_code') {
    case 'authorization_code':
      return answerOf(call, call.installs.redeem(arg(call, 'code'), optional(call, 'redirect_uri')));
    case 'refresh_token':
      return answerOf(call, call.installs.refresh(arg(call, 'refresh_token')));
    default:
      throw refuse('invalid_grant_type');
  }
}

function answerOf(call: Call, { workspace, token, scopes, user, refreshToken, isOrganisation }: Granted): Json {
  return {
    app_id: call.world.app.id,
    authed_user: { id: user },
    scope: scopes.join(','),
    token_type: 'bot',
    access_token: token.value,
    bot_user_id: workspace.bot.id,
    team: isOrganisation ? null : { id: workspace.id, name: workspace.name },
    enterprise: workspace.organisation ?? null,
    is_enterprise_install: isOrganisation,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken, expires_in: LIFE_S }),
  };
}

export const oauthMethods: readonly Method[] = [
  { name: 'oauth.v2.access', token: 'none', scopes: [], tier: 'special', required: [], handle: access },
  {
    name: 'auth.revoke',
    token: 'bot',
    scopes: [],
    tier: 3,
    required: [],
    handle: (call) => {
      if (flag(call.args, 'test') === true) return { revoked: false };
      call.installs.revoke(call.token);
      return { revoked: true };
    },
  },
];
