/** Deliveries over HTTP, to the real HTTP receiver of @slack/bolt and to servers that misbehave. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import type { SlackSimulator } from '../../simulator.ts';
import { eachTest, SILENT } from '../fixture.ts';

const fixture = eachTest();
let closing: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

/** Bolt behind HTTP; answers its address. */
async function bolt(sim: SlackSimulator, prepare: (app: App) => void): Promise<string> {
  const receiver = new HTTPReceiver({ signingSecret: sim.signingSecret, logger: SILENT });
  const app = new App({ token: sim.botToken, receiver, logger: SILENT, clientOptions: { slackApiUrl: sim.apiUrl } });
  prepare(app);
  // The receiver listens on a TCP port, so the address is an object.
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as unknown as { address(): AddressInfo };
  closing.push(() => app.stop());
  return `http://127.0.0.1:${server.address().port}/slack/events`;
}

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that answers as told; keeps what it got. */
async function stub(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server's address is an object.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, got };
}

describe('delivery over HTTP', () => {
  it('is signed as Bolt wants it: events, commands and buttons', async () => {
    const { sim, ada, general, api } = fixture();
    const heard: string[] = [];
    const url = await bolt(sim, (app) => {
      app.event('app_mention', async ({ event }) => void heard.push(event.text));
      app.command('/halley', async ({ ack, command }) => await ack(`you said ${command.text}`));
      app.action('go', async ({ ack }) => {
        heard.push('go');
        await ack();
      });
    });
    const http = sim.useHttp(url);
    expect(await http.verify()).toBe(true);
    expect(await http.sslCheck()).toBe(200);
    ada.says(general, 'hello', { mention: true });
    await sim.until(() => sim.deliveries.length === 2 && sim.deliveries.every(({ state }) => state === 'acknowledged'));
    expect(heard).toEqual([`<@${sim.bot.id}> hello`]);
    const command = ada.slash(general, '/halley', { text: 'x' });
    await sim.until(() => command.reads().length === 1);
    expect(command.reads()[0]?.text).toBe('you said x');
    const elements = [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }];
    const { ts } = await api('chat.postMessage', {
      channel: general,
      text: 'x',
      blocks: [{ type: 'actions', elements }],
    });
    ada.presses({ channel: general, ts: String(ts) }, 'go');
    await sim.until(() => heard.length === 2);
  });

  it('can be signed wrongly or too early, for what checks it', async () => {
    const { sim } = fixture();
    const url = await bolt(sim, () => {});
    const http = sim.useHttp(url);
    const post = async ({ body, headers }: { body: string; headers: Readonly<Record<string, string>> }) =>
      (await fetch(url, { method: 'POST', body, headers })).status;
    const signed = http.sign('{"type":"event_callback"}', 'application/json');
    expect(await post({ ...signed, body: '{"type":"forged"}' })).toBe(401);
    expect(await post(http.sign('{}', 'application/json', sim.clock.now() - 301_000))).toBe(401);
  });

  it('is tried again at once, after a minute and after five, with its number and reason', async () => {
    const { sim, ada } = fixture();
    const { url, got } = await stub((response) => response.writeHead(500).end());
    sim.useHttp(url);
    ada.dm('hello?');
    await sim.until(() => sim.deliveries[0]?.attempts.length === 2 && got.length === 2);
    sim.clock.advance(60_000);
    await sim.until(() => got.length === 3);
    await settled();
    sim.clock.advance(300_000);
    await sim.until(() => sim.deliveries[0]?.state === 'lost');
    expect(got.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
    expect(got[3]?.headers['x-slack-retry-reason']).toBe('http_error');
    expect(new Set(got.map(({ body }) => body)).size).toBe(1);

    /** The failed third attempt has been seen, so that the next is planned. */
    async function settled(): Promise<void> {
      await sim.until(() => sim.deliveries[0]?.failures === 3);
    }
  });

  it('is not tried again when the app asks for that', async () => {
    const { sim, ada } = fixture();
    const { url, got } = await stub((response) => response.writeHead(500, { 'x-slack-no-retry': '1' }).end());
    sim.useHttp(url);
    ada.dm('hello?');
    await sim.until(() => sim.deliveries[0]?.state === 'lost');
    expect(got).toHaveLength(1);
  });

  it('gives up on an answer after three seconds', async () => {
    const { sim, ada } = fixture();
    const { url, got } = await stub(() => {});
    sim.useHttp(url);
    ada.dm('hello?');
    await sim.until(() => sim.deliveries[0]?.attempts.length === 1);
    sim.clock.advance(3000);
    expect(sim.deliveries[0]?.attempts).toHaveLength(2);
    await expect.poll(() => got.at(-1)?.headers['x-slack-retry-reason']).toBe('http_timeout');
  });

  it('is tried again when nobody could be reached', async () => {
    const { sim, ada } = fixture();
    const { url } = await stub(() => {});
    await closing.pop()?.();
    sim.useHttp(url);
    ada.dm('hello?');
    await sim.until(() => sim.deliveries[0]?.failures === 2);
    expect(sim.deliveries[0]?.lastReason).toBe('connection_failed');
  });

  it('follows two redirects', async () => {
    const { sim, ada } = fixture();
    const { url, got } = await stub((response, { url: path = '/' }) => {
      if (path.length < 3) response.writeHead(307, { location: `${path}x` }).end();
      else response.writeHead(200).end();
    });
    sim.useHttp(url);
    ada.dm('hello?');
    await sim.until(() => sim.deliveries[0]?.state === 'acknowledged');
    expect(got).toHaveLength(3);
  });
});
