/** Several workspaces that install the bot on Slack: the way there and back, each one's own token, restarts, and the end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import { SlackSimulator } from '../simulators/slack/simulator.ts';
import { Harness } from '../support/app.ts';

describe('several workspaces on Slack', () => {
  let slack: SlackSimulator;
  let harness: Harness;

  beforeEach(async () => {
    slack = await SlackSimulator.start({ rotatesTokens: true });
    const { clientId, clientSecret } = slack.world.app;
    harness = await Harness.start({
      environment: {
        SLACK_CLIENT_ID: clientId,
        SLACK_CLIENT_SECRET: clientSecret,
        SLACK_SIGNING_SECRET: slack.signingSecret,
        SLACK_REDIRECT_URL: 'http://127.0.0.1/slack/oauth_redirect',
        SLACK_API_URL: slack.apiUrl,
      },
    });
    slack.useHttp(`${harness.address}/slack/events`);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await harness.stop();
    await slack.close();
    slack.assertClean();
  });

  /** What a browser does: to the bot's page, to Slack's, and back with the cookie, or without. */
  async function install(withCookie = true): Promise<number> {
    return (await installed(withCookie)).status;
  }

  async function installed(withCookie: boolean): Promise<Response> {
    const begun = await fetch(`${harness.address}/slack/install`, { redirect: 'manual' });
    const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? '';
    const agreed = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    const { pathname, search } = new URL(agreed.headers.get('location') ?? '');
    const headers = withCookie ? { cookie } : {};
    return fetch(`${harness.address}${pathname}${search}`, { headers });
  }

  async function answers(person: Person, answer: string): Promise<void> {
    harness.gemini.next(text(answer));
    const { channel, ts } = person.dm('why?');
    await slack.until(() => slack.seenOfBot(channel, ts, person).some((message) => message.text === answer));
  }

  it('are each answered with a token of their own, also after a restart, until they take the bot out', async () => {
    const beta = slack.addWorkspace('Beta');
    const [ada, cy] = [slack.addUser('Ada'), slack.addUser('Cy', { workspace: beta })];
    for (const workspace of [slack.workspace, beta]) {
      slack.decides({ workspace, agrees: true });
      expect(await install()).toBe(200);
    }
    await answers(ada, 'One.');
    await answers(cy, 'Two.');
    await harness.untilLogged('turn.done', 2);
    await harness.halt();
    await harness.start();
    slack.useHttp(`${harness.address}/slack/events`);
    await answers(cy, 'Three.');
    await harness.untilLogged('turn.done', 3);
    slack.installs.uninstall(beta);
    await harness.untilLogged('workspace.erased');
    await answers(ada, 'Four.');
    await harness.untilLogged('turn.done', 4);
    // The simulator tells a call's workspace by its token.
    const teams = slack.calls.filter(({ method }) => method === 'chat.startStream').map(({ team }) => team);
    expect(teams).toEqual([slack.workspace.id, beta.id, beta.id, slack.workspace.id]);
    expect(JSON.stringify(harness.logged)).not.toMatch(/xox[be]/u);
  });

  it('are answered with a token that was renewed before it expires', async () => {
    const ada = slack.addUser('Ada');
    slack.decides({ workspace: slack.workspace, agrees: true });
    expect(await install()).toBe(200);
    await answers(ada, 'One.');
    await harness.untilLogged('turn.done');
    await harness.halt();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 3_600_000 });
    await harness.start();
    slack.useHttp(`${harness.address}/slack/events`);
    await answers(ada, 'Two.');
    await harness.untilLogged('turn.done', 2);
    const renewals = slack.callsOf('oauth.v2.access').filter(({ args }) => args['grant_type'] === 'refresh_token');
    expect(renewals).toHaveLength(1);
  });

  it('are erased a week after they took the bot out while nobody heard of it', async () => {
    const ada = slack.addUser('Ada');
    slack.decides({ workspace: slack.workspace, agrees: true });
    expect(await install()).toBe(200);
    await answers(ada, 'One.');
    await harness.untilLogged('turn.done');
    await harness.halt();
    slack.installs.uninstall(slack.workspace, []);
    await harness.start();
    await harness.untilLogged('workspace.absent');
    expect(harness.stored().join()).toContain('One.');
    await harness.halt();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 24 * 3_600_000 });
    await harness.start();
    await harness.untilLogged('workspace.erased');
    expect(harness.stored().join()).not.toContain('One.');
  });

  it('of an organisation are installed and answered one by one; for all of it at once there is a clear no', async () => {
    const acme = { id: 'E0ACME', name: 'Acme Group' };
    const [north, south] = [slack.addWorkspace('North', acme), slack.addWorkspace('South', acme)];
    slack.decides({ workspace: north, agrees: true, forAll: true });
    const refused = await installed(true);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/not a whole organisation: go back and choose one of its workspaces/u);
    expect(harness.stored().filter((row) => row.startsWith('installations'))).toEqual([]);
    for (const workspace of [north, south]) {
      slack.decides({ workspace, agrees: true });
      expect(await install()).toBe(200);
    }
    const [dee, eve] = [slack.addUser('Dee', { workspace: north }), slack.addUser('Eve', { workspace: south })];
    await answers(dee, 'One.');
    await answers(eve, 'Two.');
    await harness.untilLogged('turn.done', 2);
    slack.installs.uninstall(north);
    await harness.untilLogged('workspace.erased');
    await answers(eve, 'Three.');
    await harness.untilLogged('turn.done', 3);
  });

  it('are not installed by somebody who was not sent to Slack, nor against their will', async () => {
    slack.decides({ workspace: slack.workspace, agrees: true });
    expect(await install(false)).toBe(400);
    slack.decides({ workspace: slack.workspace, agrees: false });
    expect(await install()).toBe(400);
    expect(harness.logged.filter(({ event }) => event === 'slack.installed')).toEqual([]);
  });
});
