/** Slack over HTTP: signed requests are answered at once and heard, all others are turned away. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdapterStage, adapterContract, KeptInbox } from '../contracts/adapter.ts';
import type { HttpMode } from '../simulators/slack/events/http-mode.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, type Made, wholeOf } from './stage.ts';

interface Served {
  readonly sim: SlackSimulator;
  readonly made: Made;
  readonly http: HttpMode;
  readonly url: string;
  close(): Promise<void>;
}

async function serve(): Promise<Served> {
  const sim = await generousSlack();
  const made = anAdapter(sim, { appToken: undefined, signingSecret: sim.signingSecret });
  const server: Server = createServer((request, response) => void made.adapter.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/slack/events`;
  return {
    sim,
    made,
    url,
    http: sim.useHttp(url),
    close: async () => {
      await made.adapter.stop();
      await sim.close();
      server.close();
      server.closeAllConnections();
      sim.assertClean();
    },
  };
}

async function open(): Promise<AdapterStage> {
  const { sim, made, close } = await serve();
  const ada = sim.addUser('Ada');
  return {
    adapter: made.adapter,
    asks: (text, file) => void ada.dm(text, { files: file === undefined ? [] : [{ name: 'file.bin', bytes: file }] }),
    reads: () => {
      const threads = [...sim.channel(ada.dmChannelId).messages.keys()];
      const replies = threads.flatMap((ts) =>
        sim.seenOfBot(ada.dmChannelId, ts).filter(({ threadTs }) => threadTs === ts),
      );
      return replies.map(wholeOf);
    },
    close,
  };
}

adapterContract('SlackAdapter over HTTP', open);

describe('a request', () => {
  let served: Served;
  let inbox: KeptInbox;
  beforeEach(async () => {
    served = await serve();
    inbox = new KeptInbox();
    await served.made.adapter.start(inbox);
  });
  afterEach(() => served.close());

  const post = async (body: string, headers: Readonly<Record<string, string>>) =>
    (await fetch(served.url, { method: 'POST', body, headers })).status;

  it('that asks whose address this is, or looks at its certificate, is answered', async () => {
    expect(await served.http.verify()).toBe(true);
    expect(await served.http.sslCheck()).toBe(200);
  });

  it('that is not signed, or with another secret, is turned away', async () => {
    const { body, headers } = served.http.sign('{"type":"event_callback"}', 'application/json', Date.now());
    expect(await post(body, { 'content-type': 'application/json' })).toBe(401);
    expect(await post(`${body} `, headers)).toBe(401);
  });

  it.each([
    ['now', 0, 200],
    ['five minutes ago', -310_000, 401],
    ['in five minutes', 310_000, 401],
  ])('that was signed %s', async (_, offMs, status) => {
    const body = '{"type":"app_rate_limited"}';
    const signed = served.http.sign(body, 'application/json', Date.now() + offMs);
    expect(await post(signed.body, signed.headers)).toBe(status);
  });

  it('that is too long, or no JSON, is turned away', async () => {
    const { body, headers } = served.http.sign('{nonsense', 'application/json', Date.now());
    expect(await post(body, headers)).toBe(400);
    expect(await post('a'.repeat(4_200_000), headers)).toBe(413);
  });

  it('that says that there were too many events is taken', async () => {
    const { body, headers } = served.http.sign(
      '{"type":"app_rate_limited","team_id":"T1"}',
      'application/json',
      Date.now(),
    );
    expect(await post(body, headers)).toBe(200);
    expect(served.made.log.has('slack.events-limited')).toBe(true);
  });

  it('with a command is answered to its giver', async () => {
    const ada = served.sim.addUser('Ada');
    const given = ada.slash(served.sim.channel('general').id, '/halley', { text: 'think high' });
    await served.sim.until(() => given.reads().length === 1);
    expect(given.reads()[0]).toMatchObject({ text: 'Done.', ephemeral: true });
  });

  it('is refused when the bot does not listen', async () => {
    await served.made.adapter.stop();
    expect(await post('{}', {})).toBe(503);
  });
});
