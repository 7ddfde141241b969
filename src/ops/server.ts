/** The one HTTP server: health, readiness, and whatever rooms mount below a prefix. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConfigError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';

/** How long a client may take to send its headers, and a whole request; what it reads may take as long as it likes. */
const PATIENCE = { headersMs: 10_000, requestMs: 30_000 };
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;

/** Connections at once; who comes beyond them is cut off. A page holds a few, a probe one. */
const MAX_CONNECTIONS = 500;

const HIGHEST_PORT = 65_535;

export interface HttpServerOptions {
  /** The address to listen on, such as `127.0.0.1`. */
  readonly host: string;
  /** The first port to try; 0 takes any that is free. */
  readonly port: number;
  /** How many ports to try, counting up from `port`; from 1. */
  readonly portTries: number;
  /** Asked at every request of `/readyz`. */
  readonly ready: () => boolean;
  /** Milliseconds that a client may take to send its headers, and a whole request. Default: 10 and 30 seconds. */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number };
  /** Connections at once. Default: 500. */
  readonly maxConnections?: number;
  readonly log: Log;
}

/** Answers one request. What it throws or rejects with becomes a 500 that says nothing more. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** `/healthz` is 200 while the process answers; `/readyz` is 200 or 503; a path that nobody mounted is 404. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  /** The longest prefix first. */
  #mounts: readonly { readonly prefix: string; readonly handler: HttpHandler }[] = [];

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { headersMs, requestMs } = options.patience ?? PATIENCE;
    this.#server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_INTERVAL_MS, headersMs),
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  }

  /**
   * Hands every request at or below `prefix` to `handler`, unless a longer prefix fits. `/` takes what is left. The
   * request's `url` stays whole, and its body is the handler's to limit.
   * @param prefix Begins with a slash; `/a` stands for `/a` and `/a/b`, not for `/ab`.
   */
  mount(prefix: string, handler: HttpHandler): void {
    this.#mounts = [...this.#mounts, { prefix, handler }].sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /**
   * Listens, and resolves with where.
   * @throws ConfigError when no port tried is free, or host and port cannot be listened on at all.
   */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port, portTries, log } = this.#options;
    const last = Math.min(port + portTries - 1, HIGHEST_PORT);
    for (let next = port; next <= last; next++) {
      const fault = await this.#listen(next);
      if (fault === undefined) {
        this.#server.on('error', (error) => log.error('http.failed', error));
        return this.#address();
      }
      if (fault !== 'EADDRINUSE')
        throw new ConfigError([`HTTP_HOST, HTTP_PORT: cannot listen on ${host}, port ${next} (${fault})`]);
    }
    const tried = last > port ? `every port from ${port} to ${last}` : `port ${port}`;
    throw new ConfigError([`HTTP_PORT: ${tried} on ${host} is taken; name a free one, or 0 for any`]);
  }

  /** Frees the port and cuts every connection, streams that are still being written among them. Stopping twice is fine. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** The code of what stood in the way, or nothing. */
  async #listen(port: number): Promise<string | undefined> {
    try {
      const listening = once(this.#server, 'listening');
      this.#server.listen(port, this.#options.host);
      await listening;
      return undefined;
    } catch (error) {
      if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
      throw error;
    }
  }

  #address(): { readonly host: string; readonly port: number } {
    const address = this.#server.address();
    // A server that listens on a host and port has an address with both; strings are for pipes.
    if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
    return { host: address.address, port: address.port };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    try {
      await this.#handlerOf(path)(request, response);
    } catch (error) {
      this.#options.log.error('http.handler', error);
      if (response.headersSent) response.destroy();
      else respond(response, 500, 'internal error');
    }
  }

  #handlerOf(path: string): HttpHandler {
    if (path === '/healthz') return (_, response) => respond(response, 200, 'ok');
    if (path === '/readyz')
      return (_, response) =>
        this.#options.ready() ? respond(response, 200, 'ok') : respond(response, 503, 'not ready');
    const mount = this.#mounts.find(({ prefix }) => isAtOrBelow(path, prefix));
    return mount?.handler ?? ((_, response) => respond(response, 404, 'not found'));
  }
}

function isAtOrBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
  response.end(text);
}
