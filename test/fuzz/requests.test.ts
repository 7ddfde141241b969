/** Requests to the HTTP server as nobody should send them: each gets an answer or its connection is cut, and the server goes on. */
import { once } from 'node:events';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Harness } from '../support/app.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

const SECRET = 'planted-in-a-request';
const LONGEST_MS = 5000;

const path = fc.oneof(
  fc.constantFrom(
    '/',
    '/healthz',
    '/readyz',
    '/api/events',
    '/api/threads',
    '/api/messages',
    '/api/commands',
    '/api/files',
    '/api/pictures/x/0',
    '/../config',
    '/%2e%2e/',
    '//',
    '/%',
    '*',
  ),
  fc.webPath(),
);
const header = fc.tuple(
  fc.constantFrom(
    'host',
    'origin',
    'cookie',
    'content-type',
    'content-length',
    'transfer-encoding',
    'accept-language',
    'range',
    'x-odd',
    'expect',
  ),
  fc.oneof(
    fc.constantFrom(
      '127.0.0.1',
      'localhost',
      'application/json',
      'chunked',
      '0',
      '-1',
      '99999999999',
      '100-continue',
      'null',
    ),
    fc.string({ maxLength: 40 }),
  ),
);
const body = fc.oneof(
  fc.constant(''),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant(`{"text":"${SECRET}"}`),
);

/** Writes bytes as they are, and resolves when the server has answered or closed. */
async function sent(bytes: string): Promise<string> {
  const { hostname, port } = new URL(harness.address);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => {
    answer += String(data);
    socket.end();
  });
  // A cut connection may show as a reset.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.end(bytes, 'latin1');
  const late = AbortSignal.timeout(LONGEST_MS);
  await once(socket, 'close', { signal: late }).finally(() => socket.destroy());
  return answer;
}

it('is answered or cut off, whatever it is, and tells nothing that it should not', { timeout: 7_200_000 }, async () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'BREW', '');
  const request = fc
    .record({ method, path, headers: fc.array(header, { maxLength: 6 }), body })
    .map(({ method, path, headers, body }) =>
      [`${method} ${path} HTTP/1.1`, ...headers.map((pair) => pair.join(': ')), '', body].join('\r\n'),
    );
  await fc.assert(
    fc.asyncProperty(fc.oneof(request, fc.string({ unit: 'binary', maxLength: 200 })), async (bytes) => {
      const answer = await sent(bytes);
      if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /);
      expect(answer).not.toMatch(/\bat .*\.ts:\d+/);
    }),
    { numRuns: 100 },
  );
  expect((await fetch(`${harness.address}/healthz`)).status).toBe(200);
  expect(JSON.stringify(harness.logged)).not.toContain(SECRET);
});
