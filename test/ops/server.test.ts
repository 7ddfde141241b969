import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../src/core/errors.ts';
import { PinoLog } from '../../src/ops/log.ts';
import { type HttpHandler, HttpServer, type HttpServerOptions } from '../../src/ops/server.ts';

interface Running {
  readonly server: HttpServer;
  readonly port: number;
  readonly lines: string[];
  get(path: string, init?: RequestInit): Promise<Response>;
}

async function start(
  change: Partial<HttpServerOptions> = {},
  mounts: Record<string, HttpHandler> = {},
): Promise<Running> {
  const lines: string[] = [];
  const log = new PinoLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const server = new HttpServer({ host: '127.0.0.1', port: 0, portTries: 1, ready: () => true, log, ...change });
  for (const [prefix, handler] of Object.entries(mounts)) server.mount(prefix, handler);
  onTestFinished(() => server.stop());
  const { host, port } = await server.start();
  return { server, port, lines, get: (path, init) => fetch(`http://${host}:${port}${path}`, init) };
}

/** Takes `port`, or any, and holds it until the test ends. */
async function holdPort(port = 0): Promise<number> {
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  onTestFinished(() => void holder.close());
  const address = holder.address();
  return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
}

async function socketTo(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // A cut connection may show as a reset; what the test awaits is its end.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const says =
  (text: string): HttpHandler =>
  (_, response) =>
    void response.end(text);

describe('health and readiness', () => {
  test('say that the process answers', async () => {
    const { get } = await start();
    const response = await get('/healthz?probe=1');
    expect([response.status, await response.text()]).toEqual([200, 'ok']);
  });

  test('follow what the bot says of itself at each request', async () => {
    let ready = false;
    const { get } = await start({ ready: () => ready });
    expect((await get('/readyz')).status).toBe(503);
    ready = true;
    expect((await get('/readyz')).status).toBe(200);
    ready = false;
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
  });

  test('are not hidden by what is mounted at the root', async () => {
    const { get } = await start({}, { '/': says('page') });
    expect(await (await get('/healthz')).text()).toBe('ok');
  });
});

describe('mounts', () => {
  test.each([
    ['/', 'root'],
    ['/elsewhere', 'root'],
    ['/slack', 'slack'],
    ['/slack?x=/slack/events', 'slack'],
    ['/slack/', 'slack'],
    ['/slack/other', 'slack'],
    ['/slack/events', 'events'],
    ['/slack/events/1', 'events'],
    ['/slackers', 'root'],
  ])('give %s to the longest prefix that fits: %s', async (path, expected) => {
    const { get } = await start({}, { '/slack': says('slack'), '/': says('root'), '/slack/events': says('events') });
    expect(await (await get(path)).text()).toBe(expected);
  });

  test('leave method, url and body to the handler', async () => {
    const { get } = await start(
      {},
      {
        '/a': async (request, response) => {
          let body = '';
          for await (const chunk of request) body += String(chunk);
          response.end(`${request.method} ${request.url} ${body}`);
        },
      },
    );
    expect(await (await get('/a/b?c=d', { method: 'POST', body: 'e' })).text()).toBe('POST /a/b?c=d e');
  });

  test('answer nothing but "not found" where nobody is', async () => {
    const { get } = await start({}, { '/a': says('a') });
    const response = await get('/secret/path');
    expect([response.status, await response.text()]).toEqual([404, 'not found']);
  });
});

describe('a handler that fails', () => {
  const failures: [string, HttpHandler][] = [
    ['throws', () => expect.fail('private words')],
    ['rejects', async () => Promise.reject(new Error('private words'))],
  ];
  test.each(failures)('becomes a 500 without detail and a log line when it %s', async (_, handler) => {
    const { get, lines } = await start({}, { '/a': handler });
    const response = await get('/a');
    expect([response.status, await response.text()]).toEqual([500, 'internal error']);
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['http.handler']);
    expect(lines.join('')).not.toContain('private');
    expect((await get('/healthz')).status).toBe(200);
  });

  test('cuts an answer that has begun, so that nobody takes it for whole', async () => {
    const { get } = await start(
      {},
      {
        '/a': (_, response) => {
          response.write('half');
          throw new Error('x');
        },
      },
    );
    await expect(get('/a').then((response) => response.text())).rejects.toThrow(TypeError);
  });
});

describe('the port', () => {
  test('is the next free one when it is taken', async () => {
    const taken = await holdPort();
    const { port } = await start({ port: taken, portTries: 20 });
    expect(port).toBeGreaterThan(taken);
    expect(port).toBeLessThan(taken + 20);
  });

  test('is an error that names the setting when every one tried is taken', async () => {
    const taken = await holdPort();
    const starting = start({ port: taken });
    await expect(starting).rejects.toBeInstanceOf(ConfigError);
    await expect(starting).rejects.toThrow(`HTTP_PORT: port ${taken} on 127.0.0.1 is taken`);
  });

  test('is not looked for beyond the highest there is', async () => {
    await holdPort(65_535).catch(() => undefined);
    await expect(start({ port: 65_535, portTries: 10 })).rejects.toThrow('HTTP_PORT: port 65535');
  });

  test('and host are named when the host is not of this machine', async () => {
    const starting = start({ host: '192.0.2.1' });
    await expect(starting).rejects.toBeInstanceOf(ConfigError);
    await expect(starting).rejects.toThrow('HTTP_HOST, HTTP_PORT: cannot listen on 192.0.2.1');
  });
});

describe('stopping', () => {
  test('cuts streams and idle connections and frees the port', async () => {
    const { server, port, get } = await start(
      {},
      {
        '/stream': (_, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write('data: 1\n\n');
        },
      },
    );
    const reader = (await get('/stream')).body?.getReader();
    await reader?.read();
    const idle = await socketTo(port, '');
    const ends = [expect(reader?.read()).rejects.toThrow(TypeError), once(idle, 'close')];
    await server.stop();
    await Promise.all(ends);
    await expect(get('/healthz')).rejects.toThrow(TypeError);
  });

  test('is fine twice, and before the start', async () => {
    const { server } = await start();
    await server.stop();
    await expect(server.stop()).resolves.toBeUndefined();
    const options = {
      host: '127.0.0.1',
      port: 0,
      portTries: 1,
      ready: () => true,
      log: new PinoLog({ level: 'silent' }),
    };
    await expect(new HttpServer(options).stop()).resolves.toBeUndefined();
  });
});

test('a client that breaks the protocol is cut off and the others are served', async () => {
  const { port, get } = await start();
  const socket = await socketTo(port, 'no http\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
  await once(socket, 'close');
  expect((await get('/healthz')).status).toBe(200);
});
