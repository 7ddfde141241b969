/** Socket Mode as the real client meets it: tickets, hello, one socket an envelope, acknowledgements, refresh and cuts. */
import { describe, expect, it } from 'vitest';
import { type WebSocket as Socket, WebSocket } from 'ws';
import type { SlackSimulator } from '../../simulator.ts';
import { callApi, eachTest } from '../fixture.ts';

const fixture = eachTest();

async function newUrl(sim: SlackSimulator): Promise<string> {
  return String((await callApi(sim, ['apps.connections.open'], sim.appToken))['url']);
}

/** A socket that says nothing by itself; its frames are kept. */
async function rawSocket(sim: SlackSimulator): Promise<{ socket: Socket; frames: Record<string, unknown>[] }> {
  const socket = new WebSocket(await newUrl(sim));
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString())));
  await new Promise((resolve) => void socket.once('message', resolve));
  return { socket, frames };
}

describe('a connection', () => {
  it('opens with a ticket that works once', async () => {
    const { sim } = fixture();
    const url = await newUrl(sim);
    const first = new WebSocket(url);
    await new Promise((resolve) => void first.once('open', resolve));
    const second = new WebSocket(url);
    const status = await new Promise((resolve) => {
      second.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(401);
    second.on('error', () => {});
    first.terminate();
  });

  it('carries each envelope on one of several sockets', async () => {
    const { sim, ada, app } = fixture();
    await app();
    await app();
    for (const text of ['a', 'b', 'c', 'd']) ada.dm(text);
    await sim.until(() => sim.deliveries.every(({ state }) => state === 'acknowledged'));
    expect(sim.sockets.history.map(({ received }) => received.length)).toEqual([2, 2]);
  });

  it('keeps events until somebody is there', async () => {
    const { sim, ada, app } = fixture();
    ada.dm('early');
    const heard: string[] = [];
    await app((bolt) => bolt.message(async ({ message }) => void heard.push(message.ts)));
    await sim.until(() => heard.length === 1);
    expect(sim.deliveries[0]).toMatchObject({ state: 'acknowledged', late: false });
  });

  it('is renewed by the client at a refresh, a warning and a cut', async () => {
    const { sim, ada, app } = fixture();
    await app();
    sim.sockets.disconnect('refresh_requested');
    await sim.until(() => sim.sockets.history.length === 2 && sim.sockets.ready.length === 1);
    sim.sockets.disconnect('warning');
    await sim.until(() => sim.sockets.history.length === 3 && sim.sockets.ready.length === 1);
    sim.sockets.cut();
    await sim.until(() => sim.sockets.history.length === 4 && sim.sockets.ready.length === 1);
    // A client that is stopped while it still connects rejects a promise that nobody holds.
    ada.dm('still there?');
    await sim.until(() => sim.deliveries[0]?.state === 'acknowledged');
  });

  it('ends ten seconds after a warning that nobody heeds', async () => {
    const { sim } = fixture();
    const { socket, frames } = await rawSocket(sim);
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    sim.sockets.disconnect('warning');
    expect(sim.sockets.ready).toHaveLength(1);
    sim.clock.advance(10_000);
    await closed;
    expect(frames.map(({ type }) => type)).toEqual(['hello', 'disconnect']);
  });

  it('is pinged, until the test asks for silence', async () => {
    const { sim } = fixture();
    const { socket } = await rawSocket(sim);
    let pings = 0;
    socket.on('ping', () => void pings++);
    sim.clock.advance(10_000);
    await expect.poll(() => pings).toBe(1);
    sim.sockets.stopPinging();
    sim.clock.advance(10_000);
    socket.ping();
    await new Promise((resolve) => void socket.once('pong', resolve));
    expect(pings).toBe(1);
    socket.terminate();
  });

  it('is refused to the eleventh', async () => {
    const { sim } = fixture();
    const ten = [];
    for (let count = 0; count < 10; count++) ten.push(await rawSocket(sim));
    const eleventh = new WebSocket(await newUrl(sim));
    const frame = await new Promise(
      (resolve) => void eleventh.once('message', (data: Buffer) => resolve(data.toString())),
    );
    expect(frame).toContain('too_many_websockets');
    for (const { socket } of ten) socket.terminate();
  });

  it('can do without a hello, which the client waits for', async () => {
    const { sim } = fixture();
    sim.sockets.nextHello('never');
    const socket = new WebSocket(await newUrl(sim));
    await new Promise((resolve) => void socket.once('open', resolve));
    expect(sim.sockets.ready).toEqual([]);
    sim.sockets.nextHello(50);
    const late = await rawSocket(sim);
    expect(late.frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 2,
      connection_info: { app_id: sim.world.app.id },
    });
    socket.terminate();
    late.socket.terminate();
  });
});

describe('an envelope', () => {
  it('comes again with the same event when nobody acknowledges it', async () => {
    const { sim, ada } = fixture();
    const { socket, frames } = await rawSocket(sim);
    ada.dm('hello?');
    await sim.until(() => sim.deliveries[0]?.attempts.length === 1);
    for (const waitMs of [3000, 3000, 60_000, 3000, 300_000, 3000]) sim.clock.advance(waitMs);
    await sim.until(() => sim.deliveries[0]?.state === 'lost');
    socket.ping();
    await new Promise((resolve) => void socket.once('pong', resolve));
    const [, ...tries] = frames;
    expect(tries.map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(tries.map(({ envelope_id }) => envelope_id)).size).toBe(4);
    expect(new Set(tries.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    socket.terminate();
  });

  it('is known to be acknowledged late', async () => {
    const { sim, ada } = fixture();
    const { socket, frames } = await rawSocket(sim);
    ada.dm('slow');
    await sim.until(() => sim.deliveries.length === 1);
    socket.ping();
    await new Promise((resolve) => void socket.once('pong', resolve));
    sim.clock.advance(3100);
    socket.send(JSON.stringify({ envelope_id: frames[1]?.['envelope_id'] }));
    await sim.until(() => sim.deliveries[0]?.state === 'acknowledged');
    expect(sim.deliveries[0]).toMatchObject({ late: true });
    socket.terminate();
  });

  it('can be delivered a second time at will', async () => {
    const { sim, ada, app } = fixture();
    const ids: unknown[] = [];
    await app((bolt) => bolt.event('message', async ({ body }) => void ids.push(body.event_id)));
    ada.dm('once');
    await sim.until(() => ids.length === 1);
    sim.events.redeliver('message');
    await sim.until(() => ids.length === 2);
    expect(ids[0]).toBe(ids[1]);
  });
});
