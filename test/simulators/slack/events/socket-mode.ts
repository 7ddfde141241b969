/** Socket Mode: one-time tickets, hello, envelopes each to exactly one socket, acknowledgements, pings and disconnects. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { type Json, jsonOf, textOf } from '../../discord/json.ts';
import type { World } from '../state/world.ts';
import type { Carrier, Deliveries, Envelope } from './deliveries.ts';

/** How long a client has to answer the close frame of a simulator that stops. */
const CLOSE_GRACE_MS = 250;
const LIFE_S = 18_060;
const DEBUG_LIFE_S = 360;

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';

/** A connection as a test looks at it. */
export interface Connection {
  readonly number: number;
  readonly openedAt: number;
  readonly url: string;
  /** Envelopes it was given, oldest first. */
  readonly received: Json[];
  helloAt?: number;
  closedAt?: number;
  /** Told to go; it gets no more envelopes. */
  leaving: boolean;
}

export class SocketMode implements Carrier {
  readonly timeoutReason = 'timeout';
  /** Every connection there was, in order. */
  readonly history: Connection[] = [];
  readonly #world: World;
  readonly #deliveries: Deliveries;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #open = new Map<Connection, WebSocket>();
  readonly #tickets = new Set<string>();
  readonly #timers: (() => void)[] = [];
  /** How the next hellos go: after so many milliseconds, or never. */
  readonly #hellos: (number | 'never')[] = [];
  #turn = 0;
  #pinging = true;

  constructor(world: World, deliveries: Deliveries) {
    this.#world = world;
    this.#deliveries = deliveries;
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** A URL that opens one connection. */
  newUrl(): string {
    const ticket = randomBytes(12).toString('hex');
    this.#tickets.add(ticket);
    return `${this.#world.address.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${this.#world.app.id}`;
  }

  /** Connections that said hello and were not told to go. */
  get ready(): readonly Connection[] {
    return [...this.#open.keys()].filter((each) => each.helloAt !== undefined && !each.leaving);
  }

  /** The hello of the next connection is late, or does not come. */
  nextHello(how: number | 'never'): void {
    this.#hellos.push(how);
  }

  /** Late hellos for which no connection came; one that was never to come is missed by nobody. */
  get unusedHellos(): number {
    return this.#hellos.filter((hello) => hello !== 'never').length;
  }

  /** From now on the server sends no pings. */
  stopPinging(): void {
    this.#pinging = false;
  }

  /** Tells every connection, or one of them, that it will end; a warning comes some time before the cut. */
  disconnect(reason: DisconnectReason, which: readonly Connection[] = [...this.#open.keys()]): void {
    for (const connection of which) {
      const socket = this.#open.get(connection);
      if (!socket) continue;
      send(socket, { type: 'disconnect', reason, debug_info: { host: 'applink-simulated' } });
      connection.leaving = reason !== 'warning';
      this.#later(this.#world.assumptions.warningMs, () => socket.close(1000));
    }
  }

  /** Cuts the connections without a word. */
  cut(which: readonly Connection[] = [...this.#open.keys()]): void {
    for (const connection of which) this.#open.get(connection)?.terminate();
  }

  carry(envelope: Envelope): boolean {
    const ready = this.ready;
    const chosen = ready[this.#turn++ % Math.max(1, ready.length)];
    const socket = chosen && this.#open.get(chosen);
    if (!socket) return false;
    const frame = frameOf(envelope);
    chosen.received.push(frame);
    send(socket, frame);
    return true;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', this.#world.address);
    const ticket = url.searchParams.get('ticket') ?? '';
    if (url.pathname !== '/link/' || !this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#connected(opened, url));
  }

  #connected(socket: WebSocket, url: URL): void {
    const connection: Connection = {
      number: this.history.length + 1,
      openedAt: this.#world.clock.now(),
      url: url.href,
      received: [],
      leaving: false,
    };
    if (this.#open.size >= this.#world.assumptions.maxSockets) {
      send(socket, { type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: 'applink-simulated' } });
      socket.close(1000);
      return;
    }
    this.history.push(connection);
    this.#open.set(connection, socket);
    socket.on('message', (data) => this.#heard(data));
    socket.on('close', () => {
      connection.closedAt = this.#world.clock.now();
      this.#open.delete(connection);
      this.#world.changed();
    });
    const hello = this.#hellos.shift() ?? 0;
    if (hello !== 'never') this.#later(hello, () => this.#greet(connection));
    this.#ping(connection);
    this.#world.changed();
  }

  #greet(connection: Connection): void {
    const socket = this.#open.get(connection);
    if (!socket) return;
    const life = connection.url.includes('debug_reconnects=true') ? DEBUG_LIFE_S : LIFE_S;
    send(socket, {
      type: 'hello',
      num_connections: this.#open.size,
      connection_info: { app_id: this.#world.app.id },
      debug_info: { host: 'applink-simulated', build_number: 10, approximate_connection_time: life },
    });
    connection.helloAt = this.#world.clock.now();
    this.#later(life * 1000 - this.#world.assumptions.warningMs, () => this.disconnect('warning', [connection]));
    this.#deliveries.flush();
    this.#world.changed();
  }

  #ping(connection: Connection): void {
    this.#later(this.#world.assumptions.pingMs, () => {
      const socket = this.#open.get(connection);
      if (!socket) return;
      if (this.#pinging) socket.ping();
      this.#ping(connection);
    });
  }

  #heard(data: RawData): void {
    // Text frames arrive whole, as one buffer.
    const frame = jsonOf(JSON.parse((data as Buffer).toString()));
    const id = textOf(frame['envelope_id']);
    if (id !== undefined) this.#deliveries.acknowledge(id, jsonOf(frame['payload']));
  }

  #later(delayMs: number, work: () => void): void {
    if (delayMs === 0) work();
    else this.#timers.push(this.#world.clock.after(delayMs, work));
  }

  async stop(): Promise<void> {
    for (const drop of this.#timers) drop();
    const closed = [...this.#open.values()].map(
      (socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const socket of this.#open.values()) socket.close(1001);
    const grace = setTimeout(() => this.cut(), CLOSE_GRACE_MS);
    await Promise.all(closed);
    clearTimeout(grace);
    this.#server.close();
  }
}

/** Events say how often they were tried; the others take an answer back. */
function frameOf({ envelopeId, kind, payload, attempt, reason }: Envelope): Json {
  const isEvent = kind === 'events_api';
  return {
    envelope_id: envelopeId,
    payload,
    type: kind,
    accepts_response_payload: !isEvent,
    ...(isEvent ? { retry_attempt: attempt, retry_reason: reason } : {}),
  };
}

function send(socket: WebSocket, frame: Json): void {
  socket.send(JSON.stringify(frame));
}
