/** The page that asks somebody whether the app may be installed: it sends them back with a code, or with their no. */
import type { ServerResponse } from 'node:http';
import type { Site } from '../api/server.ts';
import type { Installs } from '../state/installs.ts';
import type { Workspace } from '../state/model.ts';
import type { World } from '../state/world.ts';

/** What the person at the page does. */
export interface Decision {
  readonly workspace: Workspace;
  readonly agrees: boolean;
  /** Chooses all of the workspace's organisation. */
  readonly forAll?: boolean;
}

export function authorizeSite(world: World, installs: Installs, decision: () => Decision): Site {
  return {
    prefix: '/oauth/v2/authorize',
    serve: async (_request, url, response) => decide({ world, installs, decision: decision() }, url, response),
  };
}

function decide(
  desk: { world: World; installs: Installs; decision: Decision },
  url: URL,
  response: ServerResponse,
): void {
  const { world, installs, decision } = desk;
  const asked = url.searchParams;
  const redirectUri = asked.get('redirect_uri') ?? '';
  if (asked.get('client_id') !== world.app.clientId || !URL.canParse(redirectUri)) {
    response.writeHead(400, { 'content-type': 'text/html' }).end('<p>Invalid client_id parameter</p>');
    return;
  }
  const back = new URL(redirectUri);
  const scopes = (asked.get('scope') ?? '').split(',');
  const { workspace, agrees, forAll: isOrganisation = false } = decision;
  if (agrees) back.searchParams.set('code', installs.approve(workspace, { scopes, redirectUri, isOrganisation }));
  else back.searchParams.set('error', 'access_denied');
  back.searchParams.set('state', asked.get('state') ?? '');
  response.writeHead(302, { location: back.href }).end();
}
