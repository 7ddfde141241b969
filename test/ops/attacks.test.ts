/** What people do to an HTTP server who mean it no good, byte by byte over a socket. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PinoLog } from '../../src/ops/log.ts';
import { HttpServer, type HttpServerOptions } from '../../src/ops/server.ts';

/** A server that says which addresses reached it. */
async function aServer(change: Partial<HttpServerOptions> = {}) {
  const reached: string[] = [];
  const lines: string[] = [];
  const log = new PinoLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const server = new HttpServer({ host: '127.0.0.1', port: 0, portTries: 1, ready: () => true, log, ...change });
  server.mount('/deep', async (request, response) => {
    reached.push(`${request.method} ${request.url}`);
    await text(request);
    response.end('reached');
  });
  onTestFinished(() => server.stop());
  const { port } = await server.start();
  return { port, reached, lines };
}

async function socketTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends these bytes and resolves with all that comes back until the server closes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = await socketTo(port);
  socket.write(bytes);
  return text(socket);
}

const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;

describe('a request with two meanings', () => {
  test.each([
    ['a length and chunks', ['POST /deep HTTP/1.1', 'Host: a', 'Content-Length: 6', 'Transfer-Encoding: chunked']],
    ['two lengths', ['POST /deep HTTP/1.1', 'Host: a', 'Content-Length: 6', 'Content-Length: 0']],
    ['a length that is no number', ['POST /deep HTTP/1.1', 'Host: a', 'Content-Length: +6']],
    ['chunks by another name', ['POST /deep HTTP/1.1', 'Host: a', 'Transfer-Encoding: xchunked']],
    ['chunks that are not last', ['POST /deep HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked, identity']],
    ['a space before a colon', ['POST /deep HTTP/1.1', 'Host: a', 'Content-Length : 6']],
    ['a folded header', ['POST /deep HTTP/1.1', 'Host: a', 'X: y', ' Content-Length: 6']],
    ['no host', ['GET /deep HTTP/1.1', 'X: y']],
    ['two hosts', ['GET /deep HTTP/1.1', 'Host: a', 'Host: b', 'Connection: close']],
  ])('by %s brings no second request in', async (_what, head) => {
    const { port, reached } = await aServer();
    const socket = await socketTo(port);
    socket.write(`${lines(...head)}0\r\n\r\nGET /deep/hidden HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(reached.filter((address) => address.includes('hidden'))).toEqual([]);
  });
});

describe('an address', () => {
  test.each([
    '/deep/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%5c..%5cwindows',
    '/nothing',
    '/deeper',
    '//deep',
    '/healthz/',
    '/%00',
    'http://other.example/nothing',
  ])('%s tells nothing of this machine', async (address) => {
    const { port } = await aServer();
    const answer = await exchange(port, lines(`GET ${address} HTTP/1.1`, 'Host: a', 'Connection: close'));
    expect(answer).toMatch(/^HTTP\/1\.1 (404|200) /);
    expect(answer).toMatch(/not found|reached/);
    expect(answer).not.toMatch(/root:|node|express|stack/i);
    expect(answer).toMatch(/x-content-type-options: nosniff|reached/i);
  });

  test('may be longer than anybody needs, and is then refused', async () => {
    const { port } = await aServer();
    const answer = await exchange(port, lines(`GET /${'a'.repeat(60_000)} HTTP/1.1`, 'Host: a'));
    expect(answer).toMatch(/^HTTP\/1\.1 (431|414) /);
  });
});

describe('a client that takes its time', () => {
  const patience = { headersMs: 50, requestMs: 150 };

  test('with its headers is cut off', async () => {
    const { port } = await aServer({ patience });
    expect(await exchange(port, 'GET /deep HTTP/1.1\r\nHost: a\r\nX: ')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('with its body is cut off', async () => {
    const { port } = await aServer({ patience });
    const head = lines('POST /deep HTTP/1.1', 'Host: a', 'Content-Length: 100');
    expect(await exchange(port, `${head}some`)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  test('a byte at a time is cut off as well', async () => {
    const { port } = await aServer({ patience });
    const socket = await socketTo(port);
    const dripping = setInterval(() => socket.write('x'), 5);
    onTestFinished(() => clearInterval(dripping));
    let answer = '';
    socket.on('data', (bytes) => {
      answer += String(bytes);
    });
    const closed = new Promise((resolve) => socket.once('error', () => undefined).once('close', resolve));
    socket.write('GET /deep HTTP/1.1\r\nHost: a\r\nX: ');
    await closed;
    // A byte that crosses what the server says last makes TCP drop it.
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });
});

test('who comes when the house is full is cut off, and let in when there is room', async () => {
  const { port } = await aServer({ maxConnections: 2 });
  const sitting = await Promise.all([socketTo(port), socketTo(port)]);
  for (const socket of sitting) {
    socket.write(lines('GET /healthz HTTP/1.1', 'Host: a'));
    await once(socket, 'data');
  }
  const late = await socketTo(port);
  late.resume();
  await once(late, 'close');
  for (const socket of sitting) {
    socket.destroy();
    await once(socket, 'close');
  }
  await expect
    .poll(() => exchange(port, lines('GET /healthz HTTP/1.1', 'Host: a', 'Connection: close')))
    .toMatch(/^HTTP\/1\.1 200 /);
});

test('nothing of a request gets into the log', async () => {
  const { port, lines: logged } = await aServer();
  await exchange(port, lines('GET /s3cret?key=s3cret HTTP/1.1', 'Host: s3cret', 'Cookie: s3cret', 'Connection: close'));
  await exchange(port, 's3cret\r\n\r\n');
  expect(logged.join()).not.toContain('s3cret');
});
