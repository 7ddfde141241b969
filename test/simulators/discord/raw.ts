/** HTTP and Gateway by hand, for what discord.js never does. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { INTENTS } from './client.ts';
import { isJson, type Json, jsonOf } from './json.ts';
import type { DiscordSimulator } from './simulator.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly list: readonly Json[];
}

export interface RawCall {
  readonly body?: unknown;
  /** The bot's own unless given; empty for none. */
  readonly token?: string;
}

/** `path` as in `GET /channels/1`. */
export async function call(sim: DiscordSimulator, path: string, raw: RawCall = {}): Promise<RawAnswer> {
  const { body, token = sim.token } = raw;
  const [method = 'GET', route = '/'] = path.split(' ');
  const isForm = body instanceof FormData;
  const response = await fetch(`${sim.apiUrl}/v10${route}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bot ${token}` }),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
  const json: unknown = text === '' || isPage ? {} : JSON.parse(text);
  return {
    status: response.status,
    headers: response.headers,
    body: jsonOf(json),
    list: Array.isArray(json) ? json.filter(isJson) : [],
  };
}

/** A gateway connection whose every payload is kept. */
export class RawGateway {
  readonly received: Json[] = [];
  readonly #socket: WebSocket;
  readonly #closed: Promise<number>;
  readonly #waiting = new Set<() => void>();

  static async open(url: string): Promise<RawGateway> {
    const socket = new WebSocket(url);
    const gateway = new RawGateway(socket);
    await once(socket, 'open');
    await gateway.next(10);
    return gateway;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => {
      socket.on('close', resolve);
    });
    socket.on('message', (data: Buffer) => {
      this.received.push(jsonOf(JSON.parse(data.toString())));
      for (const look of this.#waiting) look();
    });
  }

  get closeCode(): Promise<number> {
    return this.#closed;
  }

  send(op: number, d: unknown): void {
    this.#socket.send(JSON.stringify({ op, d }));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  identify(sim: DiscordSimulator, change: Json = {}): void {
    this.send(2, { token: sim.token, intents: INTENTS, properties: {}, shard: [0, 1], ...change });
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** The first payload of an opcode, or of an event's name, that came or comes. */
  async next(what: number | string): Promise<Json> {
    return await this.#nth(what, 0);
  }

  /** Resolves once everything sent before has arrived: a heartbeat is answered in its turn. */
  async settled(): Promise<void> {
    const before = this.received.filter((payload) => payload['op'] === 11).length;
    this.send(1, null);
    await this.#nth(11, before);
  }

  async #nth(what: number | string, index: number): Promise<Json> {
    const key = typeof what === 'number' ? 'op' : 't';
    const find = () => this.received.filter((payload) => payload[key] === what)[index];
    for (;;) {
      const found = find();
      if (found) return found;
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  /** Names of the events so far, in order. */
  get events(): readonly unknown[] {
    return this.received.filter((payload) => payload['op'] === 0).map((payload) => payload['t']);
  }

  /** The data of every event of a name. */
  dataOf(type: string): readonly Json[] {
    return this.received.filter((payload) => payload['t'] === type).map((payload) => jsonOf(payload['d']));
  }
}
