/** Who is let in: only the page that this process served, in a browser that shows it under its own address. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, Visitor } from './client.ts';
import { type Desk, openDesk } from './desk.ts';

let desk: Desk;
let visitor: Visitor;
beforeAll(async () => {
  desk = await openDesk();
  visitor = await Visitor.of(desk);
});
afterAll(() => desk.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const question = JSON.stringify({ conversation: 't1', id: 'message-1', text: 'Why?' });

describe('the name a browser asked for', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]'])('may be %s with the port', async (name) => {
    expect((await send(desk, '/', { headers: { host: `${name}:${desk.port}` } })).status).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1', 'localhost:1', '127.0.0.1.evil.example', 'localhost.', '0.0.0.0', '127.1'])(
    'may not be %s: that is how another site points its own name at this machine',
    async (name) => {
      const hosts = name.includes(':') ? [name] : [name, `${name}:${desk.port}`];
      for (const host of hosts.filter((host) => host !== `127.0.0.1:${desk.port}`))
        for (const path of ['/', '/page.js', '/api/conversations']) {
          const answer = await send(desk, path, { headers: { ...visitor.cookie, host } });
          expect(answer.status, host).toBe(403);
          expect(answer.text).toContain(`http://127.0.0.1:${desk.port}/`);
          expect(answer.headers['set-cookie']).toBeUndefined();
        }
    },
  );
});

describe('where a request comes from', () => {
  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('may not be elsewhere: %j', async (headers) => {
    const posted = { method: 'POST', body: question, headers: { ...visitor.cookie, ...JSON_TYPE, ...headers } };
    expect((await send(desk, '/api/mentions', posted)).status).toBe(403);
    expect((await send(desk, '/', { headers })).status).toBe(403);
    expect(desk.inbox.mentions).toEqual([]);
  });

  it('may be the page itself', async () => {
    const headers = { ...visitor.cookie, origin: `http://127.0.0.1:${desk.port}`, 'sec-fetch-site': 'same-origin' };
    expect((await send(desk, '/api/conversations', { headers })).status).toBe(200);
  });
});

describe('the token', () => {
  it('is asked for at every address of the API', async () => {
    for (const path of ['/api/conversations', '/api/conversations/t1', '/api/events?conversation=t1', '/api/mentions'])
      expect((await send(desk, path)).status).toBe(403);
    const forged = { cookie: `halley_${desk.port}=${'A'.repeat(43)}` };
    expect((await send(desk, '/api/conversations', { headers: forged })).status).toBe(403);
  });

  it('is out of reach of scripts and of other sites, and another one at each start', async () => {
    const page = await send(desk, '/');
    expect(page.headers['set-cookie']?.[0]).toMatch(/^halley_\d+=[\w-]{43}; Path=\/api; HttpOnly; SameSite=Strict$/);
    const other = await openDesk();
    const value = (cookie: string | undefined): string | undefined => cookie?.split('=')[1];
    expect(value((await Visitor.of(other)).cookie['cookie'])).not.toBe(value(visitor.cookie['cookie']));
    await other.close();
  });
});

describe('what is served', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/page.js', 'text/javascript; charset=utf-8'],
    ['/drawer.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
    ['/marked.js', 'text/javascript; charset=utf-8'],
    ['/purify.js', 'text/javascript; charset=utf-8'],
  ])('%s has its type and allows nothing from elsewhere', async (path, type) => {
    const answer = await send(desk, path);
    expect(answer.status).toBe(200);
    expect(answer.text.length).toBeGreaterThan(100);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = answer.headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'self';.*frame-ancestors 'none'/);
    expect(policy).not.toContain('unsafe');
  });

  it('names no address but its own in the page', async () => {
    expect((await send(desk, '/')).text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it.each([
    '/adapter.ts',
    '/page/page.js',
    '/../adapter.ts',
    '/%2e%2e/adapter.ts',
    '/tsconfig.json',
    '//evil',
    '/nothing',
  ])('is nothing else: %s', async (path) => {
    expect((await send(desk, path)).status).toBe(404);
  });

  it('can only be read', async () => {
    expect((await send(desk, '/', { method: 'POST', body: '' })).status).toBe(405);
    const head = await send(desk, '/page.js', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

describe('a body', () => {
  it.each([
    { what: 'is not JSON', status: 400, body: '{"text":' },
    { what: 'is not an object', status: 400, body: '[1]' },
    { what: 'is null', status: 400, body: 'null' },
    { what: 'is empty', status: 400, body: '' },
    {
      what: 'is a form',
      status: 415,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'text=Why',
    },
    { what: 'is called text', status: 415, headers: { 'content-type': 'text/plain' }, body: question },
    { what: 'is too large', status: 413, body: JSON.stringify({ text: 'x'.repeat(256 * 1024) }) },
    { what: 'hides its length', status: 413, headers: { 'transfer-encoding': 'chunked' }, body: question },
  ])('that $what is refused with a sentence', async ({ status, headers, body }) => {
    const sent = { method: 'POST', headers: { ...visitor.cookie, ...JSON_TYPE, ...headers }, body };
    const answer = await send(desk, '/api/mentions', sent);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).error).toMatch(/^The body must .*\.$/);
    expect(desk.inbox.mentions).toEqual([]);
  });

  it('can be sent to no other address', async () => {
    const sent = { method: 'POST', headers: { ...visitor.cookie, ...JSON_TYPE }, body: '{}' };
    expect((await send(desk, '/api/conversations', sent)).status).toBe(404);
  });
});
