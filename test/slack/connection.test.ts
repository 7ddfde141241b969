/** The connection to Slack: what it does at its start, when it is renewed, cut or refused, and how soon it acknowledges. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, PlatformUnavailable } from '../../src/core/errors.ts';
import type { SlackOptions } from '../../src/slack/adapter.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, type Made } from './stage.ts';

let sim: SlackSimulator;
let inbox: KeptInbox;
let made: Made;

beforeEach(async () => {
  sim = await generousSlack();
  inbox = new KeptInbox();
});
afterEach(async () => {
  await made.adapter.stop();
  await sim.close();
  sim.assertClean();
});

function start(change: Partial<SlackOptions> = {}): Promise<void> {
  made = anAdapter(sim, change);
  return made.adapter.start(inbox);
}

async function untilUp(): Promise<void> {
  await expect.poll(() => made.adapter.isConnected && sim.sockets.ready.length).toBe(1);
}

describe('at its start', () => {
  it.each([
    ['the token of the bot', { botToken: 'xoxb-wrong' }, /SLACK_BOT_TOKEN.*invalid_auth.*Install App/],
    ['the token of the app', { appToken: 'xapp-wrong' }, /SLACK_APP_TOKEN.*invalid_auth.*connections:write/],
  ])('says what to do when Slack does not know %s', async (_, change, said) => {
    const failure = await start(change).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toMatch(said);
  });

  it('takes each token for what it is', async () => {
    await expect(start({ botToken: sim.appToken, appToken: sim.botToken })).rejects.toThrow(ConfigError);
  });

  it('gives up when Slack does not greet it, and can be told so', async () => {
    sim.sockets.nextHello('never');
    await expect(start({ helloMs: 50 })).rejects.toThrow(PlatformUnavailable);
    expect(made.adapter.isConnected).toBe(false);
  });

  it('gives up when Slack fails', async () => {
    sim.fail('auth.test', { status: 500 });
    await expect(start()).rejects.toThrow(PlatformUnavailable);
  });
});

describe('a connection', () => {
  it.each(['refresh_requested', 'warning', 'link_disabled'] as const)('is made anew at %s', async (reason) => {
    await start();
    sim.sockets.disconnect(reason);
    await sim.until(() => sim.sockets.history.length === 2);
    await untilUp();
    sim.addUser('Ada').dm('still there?');
    expect((await inbox.only()).text).toBe('still there?');
  });

  it('is made anew after a cut, and brings what was said meanwhile', async () => {
    await start();
    const ada = sim.addUser('Ada');
    sim.sockets.cut();
    ada.dm('hello?');
    expect((await inbox.only()).text).toBe('hello?');
    await untilUp();
  });

  it('is tried again when Slack is away, refuses for a while, or does not greet', async () => {
    await start({ helloMs: 50 });
    sim.fail('apps.connections.open', { status: 503, times: 2 });
    sim.fail('apps.connections.open', { error: 'internal_error' });
    sim.sockets.nextHello('never');
    sim.sockets.cut();
    await sim.until(() => sim.callsOf('apps.connections.open').length >= 6);
    await untilUp();
    expect(made.log.has('slack.connection-failed')).toBe(true);
    expect(made.log.has('test.fatal')).toBe(false);
  });

  it('is given up for good when Slack does not know the token any more', async () => {
    await start();
    sim.fail('apps.connections.open', { error: 'invalid_auth' });
    sim.sockets.cut();
    await expect.poll(() => made.log.has('test.fatal')).toBe(true);
    expect(made.adapter.isConnected).toBe(false);
    expect(sim.callsOf('apps.connections.open')).toHaveLength(2);
  });

  it('acknowledges within 100 ms, whatever the engine does', async () => {
    await start();
    const held = Promise.withResolvers<void>();
    inbox.heldBack = () => held.promise;
    const ada = sim.addUser('Ada');
    for (const text of ['one', 'two', 'three']) ada.dm(text);
    await sim.until(() => sim.deliveries.every(({ state }) => state === 'acknowledged'));
    for (const { ackedAfterMs } of sim.deliveries) expect(ackedAfterMs).toBeLessThan(100);
    held.resolve();
    await inbox.first(3);
  });

  it('is closed at a stop while it is being made', async () => {
    await start();
    sim.sockets.nextHello('never');
    sim.sockets.cut();
    await sim.until(() => sim.sockets.history.length === 2);
    await made.adapter.stop();
    await expect.poll(() => sim.sockets.ready.length).toBe(0);
  });
});
