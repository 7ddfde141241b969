/** A server of files on loopback that does to a download what a test wants, and knows what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Serve = (response: ServerResponse, request: IncomingMessage) => void;

export class FileServer {
  readonly origin: string;
  /** The paths it was asked for, in order. */
  readonly asked: string[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly #close: () => Promise<void>;

  static async start(pages: Readonly<Record<string, Serve>>): Promise<FileServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server that listens on a port has an address with one.
    const { port } = server.address() as AddressInfo;
    const files = new FileServer(`http://127.0.0.1:${port}`, async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    server.on('request', (request, response) => {
      files.asked.push(request.url ?? '');
      files.requests.push(request);
      const serve = pages[request.url ?? ''];
      if (serve === undefined) response.writeHead(404).end();
      else serve(response, request);
    });
    return files;
  }

  private constructor(origin: string, close: () => Promise<void>) {
    this.origin = origin;
    this.#close = close;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Sends on to another address. */
export function sendOn(to: string, status = 302): Serve {
  return (response) => response.writeHead(status, { location: to }).end('moved');
}

/** A file as a CDN serves it. */
export function serve(bytes: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): Serve {
  return (response) => response.writeHead(200, { 'content-type': 'image/png', ...headers }).end(bytes);
}
