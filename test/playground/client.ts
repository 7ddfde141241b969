/** A plain client of the playground's API: any header, any body, and the event stream read by a foreign parser. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { createParser } from 'eventsource-parser';
import type { PageEvent } from '../../src/playground/surface.ts';
import type { Desk } from './desk.ts';

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export async function send(desk: Desk, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Got> {
  const response = await open(desk, path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
}

async function open(desk: Desk, path: string, { method, headers, body }: Sent): Promise<IncomingMessage> {
  const chunked = body === undefined || headers?.['transfer-encoding'] === 'chunked';
  const length = chunked ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
  const outgoing = request({ host: '127.0.0.1', port: desk.port, path, method, headers: { ...length, ...headers } });
  outgoing.end(body);
  // A 'response' event carries exactly one IncomingMessage.
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

/** Loads the page, as a browser does before anything else, and speaks to the API with the cookie it was given. */
export class Visitor {
  readonly #desk: Desk;
  readonly #cookie: string;

  private constructor(desk: Desk, cookie: string) {
    this.#desk = desk;
    this.#cookie = cookie;
  }

  static async of(desk: Desk): Promise<Visitor> {
    const page = await send(desk, '/');
    return new Visitor(desk, page.headers['set-cookie']?.[0]?.split(';')[0] ?? '');
  }

  get cookie(): Readonly<Record<string, string>> {
    return { cookie: this.#cookie };
  }

  /** Reads with GET, or posts a body as JSON. */
  call(path: string, body?: unknown, more: Sent['headers'] = {}) {
    return this.#sent(path, { method: body === undefined ? 'GET' : 'POST', headers: more, body });
  }

  /** Changes what was sent before, with a body as JSON. */
  change(method: 'PATCH' | 'DELETE', path: string, body: unknown) {
    return this.#sent(path, { method, body });
  }

  async #sent(path: string, { headers = {}, method, body }: Omit<Sent, 'body'> & { readonly body: unknown }) {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await open(this.#desk, path, {
      ...(method === undefined ? {} : { method }),
      headers: { ...this.cookie, ...headers, ...type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await json(response);
    return { status: response.statusCode ?? 0, body: answer };
  }

  /** Gives the page a file for a thread. */
  async give(thread: string, body: Buffer): Promise<{ readonly status: number; readonly body: unknown }> {
    const headers = { ...this.cookie, 'content-type': 'application/octet-stream' };
    const path = `/api/files?conversation=${encodeURIComponent(thread)}`;
    const response = await open(this.#desk, path, { method: 'POST', headers, body });
    return { status: response.statusCode ?? 0, body: await json(response) };
  }

  /** Opens the event stream of a thread and reads nothing of it yet. */
  stream(thread: string): Promise<IncomingMessage> {
    return open(this.#desk, `/api/events?conversation=${thread}`, { headers: this.cookie });
  }

  /** Watches a thread; the iteration ends with the connection, and ending it closes the connection. */
  async *events(thread: string): AsyncGenerator<PageEvent> {
    const response = await this.stream(thread);
    const events: PageEvent[] = [];
    const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data)) });
    response.setEncoding('utf8');
    for await (const chunk of response) {
      parser.feed(chunk);
      yield* events.splice(0);
    }
  }
}
