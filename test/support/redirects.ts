/** A loopback server that plays the host of the model's links: it answers each as scripted, and remembers how it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Where a link leads, or what is done with the answer to it. */
export type Leads = string | ((response: ServerResponse) => void);

/** No answer. */
export const never = (): void => undefined;

export class RedirectHost implements AsyncDisposable {
  readonly origin: string;
  readonly asked: IncomingMessage[] = [];
  /** How many requests were open at the same time, at most. */
  most = 0;
  readonly #leads: ReadonlyMap<string, Leads>;
  readonly #server: ReturnType<typeof createServer>;
  readonly #open = new Set<ServerResponse>();

  /** @param leads By name, where links lead. */
  static async start(leads: Readonly<Record<string, Leads>>): Promise<RedirectHost> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RedirectHost(server, new Map(Object.entries(leads)));
  }

  private constructor(server: ReturnType<typeof createServer>, leads: ReadonlyMap<string, Leads>) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
    this.origin = `http://127.0.0.1:${address.port}`;
    this.#server = server;
    this.#leads = leads;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** The link of this name. */
  link(name: string): string {
    return `${this.origin}/grounding-api-redirect/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request);
    this.#open.add(response);
    this.most = Math.max(this.most, this.#open.size);
    response.on('close', () => this.#open.delete(response));
    const leads = this.#leads.get(decodeURIComponent(request.url?.split('/').at(-1) ?? ''));
    if (leads === undefined) response.writeHead(404).end();
    else if (typeof leads === 'function') leads(response);
    else response.writeHead(302, { location: leads, 'set-cookie': 'seen=1' }).end();
  }
}
