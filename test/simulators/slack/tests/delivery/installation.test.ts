/** Several workspaces by the real installer of @slack/bolt: the install page, the way back, events with each workspace's own token. */
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, type Installation, type InstallationStore } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import type { SlackSimulator } from '../../simulator.ts';
import { eachTest, SILENT } from '../fixture.ts';

const fixture = eachTest();
let running: App | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Installations in memory, by workspace. */
function memory(kept: Map<string, Installation>): InstallationStore {
  return {
    storeInstallation: async (installation) => void kept.set(installation.team?.id ?? '', installation),
    fetchInstallation: async ({ teamId = '' }) => {
      const found = kept.get(teamId);
      if (!found) throw new Error(`nothing installed in ${teamId}`);
      return found;
    },
    deleteInstallation: async ({ teamId = '' }) => void kept.delete(teamId),
  };
}

/** Bolt behind HTTP with an installer; answers its origin. */
async function installer(sim: SlackSimulator, kept: Map<string, Installation>): Promise<{ app: App; origin: string }> {
  const { clientId, clientSecret } = sim.world.app;
  const clientOptions = { slackApiUrl: sim.apiUrl, retryConfig: { retries: 0 } };
  const receiver = new HTTPReceiver({
    signingSecret: sim.signingSecret,
    logger: SILENT,
    clientId,
    clientSecret,
    stateSecret: 'a secret of this test',
    scopes: ['chat:write', 'im:history'],
    installationStore: memory(kept),
    installerOptions: {
      authorizationUrl: sim.authorizationUrl,
      redirectUriPath: '/slack/oauth_redirect',
      clientOptions,
      directInstall: true,
    },
    redirectUri: 'http://127.0.0.1/slack/oauth_redirect',
  });
  const app = new App({
    receiver,
    logger: SILENT,
    clientOptions,
  });
  // The receiver listens on a TCP port, so the address is an object.
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as unknown as { address(): AddressInfo };
  running = app;
  return { app, origin: `http://127.0.0.1:${server.address().port}` };
}

/** What a browser does: to the app's page, to Slack's, and back with the cookie. */
async function install(origin: string): Promise<number> {
  const begun = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? '';
  const agreed = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const back = new URL(agreed.headers.get('location') ?? '');
  return (await fetch(`${origin}${back.pathname}${back.search}`, { headers: { cookie } })).status;
}

describe('several workspaces', () => {
  it('install the app one after the other, and each is answered with its own token', async () => {
    const { sim, ada } = fixture();
    const kept = new Map<string, Installation>();
    const { app, origin } = await installer(sim, kept);
    const beta = sim.addWorkspace('Beta');
    const cy = sim.addUser('Cy', { workspace: beta });
    for (const workspace of [sim.workspace, beta]) {
      sim.decides({ workspace, agrees: true });
      expect(await install(origin)).toBe(200);
    }
    expect([...kept.keys()]).toEqual([sim.workspace.id, beta.id]);
    app.message(async ({ message, client }) => {
      if (message.subtype === undefined) await client.chat.postMessage({ channel: message.channel, text: 'hello' });
    });
    sim.useHttp(`${origin}/slack/events`);
    ada.dm('hi');
    cy.dm('hi');
    await sim.until(() => [ada, cy].every(({ dmChannelId }) => sim.seenOfBot(dmChannelId).length === 1));
    expect(
      sim
        .callsOf('chat.postMessage')
        .map(({ team }) => team)
        .toSorted(),
    ).toEqual([sim.workspace.id, beta.id].toSorted());
  });

  it('come back with a no, which installs nothing', async () => {
    const { sim } = fixture();
    const kept = new Map<string, Installation>();
    const { origin } = await installer(sim, kept);
    sim.decides({ workspace: sim.workspace, agrees: false });
    expect(await install(origin)).toBeGreaterThanOrEqual(400);
    expect(kept.size).toBe(0);
  });
});
