/** Installing into another workspace: leave, code, token, rotation, farewell. */
import { describe, expect, it } from 'vitest';
import type { SlackSimulator } from '../../simulator.ts';
import { callApi, eachTest } from '../fixture.ts';

const fixture = eachTest({ rotatesTokens: true });
const REDIRECT = 'http://127.0.0.1:1/slack/oauth_redirect';

/** Goes to the page that asks for leave; answers where it sends back to. */
async function asked(sim: SlackSimulator, rest: Record<string, string> = {}): Promise<URL> {
  const url = new URL(sim.authorizationUrl);
  const query = {
    client_id: sim.world.app.clientId,
    scope: 'chat:write,users:read',
    state: 'abc',
    redirect_uri: REDIRECT,
    ...rest,
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? 'http://nowhere');
}

function access(sim: SlackSimulator, rest: Record<string, string>) {
  const { clientId, clientSecret } = sim.world.app;
  return callApi(sim, ['oauth.v2.access', { client_id: clientId, client_secret: clientSecret, ...rest }], '');
}

describe('an installation', () => {
  it('gives a token of its own for a code that works once', async () => {
    const { sim } = fixture();
    const workspace = sim.addWorkspace('Beta');
    const cy = sim.addUser('Cy', { workspace });
    sim.decides({ workspace, agrees: true });
    const back = await asked(sim);
    expect(back.searchParams.get('state')).toBe('abc');
    const code = back.searchParams.get('code') ?? '';
    const granted = await access(sim, { code, redirect_uri: REDIRECT });
    expect(granted).toMatchObject({
      ok: true,
      team: { id: workspace.id, name: 'Beta' },
      scope: 'chat:write,users:read',
      authed_user: { id: cy.id },
    });
    expect(await access(sim, { code })).toMatchObject({ error: 'invalid_code' });
    const test = await callApi(sim, ['auth.test'], String(granted['access_token']));
    expect(test).toMatchObject({ ok: true, team_id: workspace.id, user_id: workspace.bot.id });
  });

  it('is refused by the person, by a wrong secret and for another address', async () => {
    const { sim } = fixture();
    sim.decides({ workspace: sim.workspace, agrees: false });
    expect((await asked(sim)).searchParams.get('error')).toBe('access_denied');
    expect(await access(sim, { client_secret: 'wrong' })).toMatchObject({ error: 'bad_client_secret' });
    expect(await access(sim, { client_id: 'wrong' })).toMatchObject({ error: 'invalid_client_id' });
    sim.decides({ workspace: sim.workspace, agrees: true });
    const code = (await asked(sim)).searchParams.get('code') ?? '';
    expect(await access(sim, { code, redirect_uri: 'http://elsewhere/' })).toMatchObject({ error: 'bad_redirect_uri' });
  });

  it('renews its token with a refresh token that works once', async () => {
    const { sim } = fixture();
    const code = (await asked(sim)).searchParams.get('code') ?? '';
    const first = await access(sim, { code });
    expect(first).toMatchObject({ expires_in: 43_200 });
    sim.clock.advance(43_200_000);
    expect(await callApi(sim, ['auth.test'], String(first['access_token']))).toMatchObject({ error: 'token_expired' });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) };
    const second = await access(sim, refresh);
    expect(await callApi(sim, ['auth.test'], String(second['access_token']))).toMatchObject({ ok: true });
    expect(await access(sim, refresh)).toMatchObject({ error: 'invalid_refresh_token' });
  });

  it('ends with two events, after which the token is worth nothing', async () => {
    const { sim, ada } = fixture();
    sim.installs.uninstall(sim.workspace, ['tokens_revoked', 'app_uninstalled']);
    const types = sim.deliveries.map(({ payload }) => (payload['event'] as { type: string }).type);
    expect(types).toEqual(['tokens_revoked', 'app_uninstalled']);
    expect(await callApi(sim, ['auth.test'])).toMatchObject({ error: 'account_inactive' });
    ada.dm('anybody?');
    expect(sim.deliveries).toHaveLength(2);
  });

  it('can be ended by the app itself', async () => {
    const { sim, api } = fixture();
    expect(await api('auth.revoke', { test: true })).toMatchObject({ revoked: false });
    expect(await api('auth.revoke')).toMatchObject({ revoked: true });
    expect(sim.workspace.installed).toBe(false);
  });
});
