/** Following the model's links: one host is asked, one step is taken, and nobody waits longer than was said. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { GroundingRedirects } from '../../src/web/redirects.ts';
import { quietLog } from '../support/model.ts';
import { type Leads, never, RedirectHost } from '../support/redirects.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

async function started(leads: Readonly<Record<string, Leads>>, resolveMs = 5000) {
  const host = await RedirectHost.start(leads);
  const redirects = new GroundingRedirects({ resolveMs, origin: host.origin, log: quietLog });
  open.push(host, { [Symbol.asyncDispose]: () => redirects.stop() });
  const { signal } = new AbortController();
  return { host, redirects, follow: (...urls: readonly string[]) => redirects.follow(urls, signal) };
}

const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end();

describe('links to sources', () => {
  it('are asked where they lead, and the place itself is not asked', async () => {
    const place = await RedirectHost.start({});
    open.push(place);
    const { host, follow } = await started({ a: `${place.origin}/page?q=1#part`, b: 'https://b.example/%C3%A9' });
    expect(await follow(host.link('a'), host.link('b'), host.link('a'))).toEqual(
      new Map([
        [host.link('a'), `${place.origin}/page?q=1#part`],
        [host.link('b'), 'https://b.example/%C3%A9'],
      ]),
    );
    expect(place.asked).toEqual([]);
    expect(host.asked).toHaveLength(2);
  });

  it('are asked without a body, and without the cookies that were given before', async () => {
    const { host, follow } = await started({ a: 'https://a.example/', b: 'https://b.example/' });
    await follow(host.link('a'));
    await follow(host.link('b'));
    expect(host.asked.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
    for (const { headers } of host.asked) expect(headers).not.toHaveProperty('cookie');
  });

  it.each([
    ['another host', 'https://a.example/grounding-api-redirect/x'],
    ['a host that begins like it', 'https://vertexaisearch.cloud.google.com.example/grounding-api-redirect/x'],
    ['a host below it', 'https://x.vertexaisearch.cloud.google.com/grounding-api-redirect/x'],
    ['another scheme', 'http://vertexaisearch.cloud.google.com/grounding-api-redirect/x'],
    ['another port', 'https://vertexaisearch.cloud.google.com:8443/grounding-api-redirect/x'],
    ['another path', 'https://vertexaisearch.cloud.google.com/search'],
    ['a name and a password', 'https://a:b@vertexaisearch.cloud.google.com/grounding-api-redirect/x'],
    ['what is no address', 'nowhere'],
  ])('are nothing to wait for with %s', async (_, url) => {
    const redirects = new GroundingRedirects({ resolveMs: 5000, log: quietLog });
    expect(redirects.follow([url], new AbortController().signal)).toBeUndefined();
    await redirects.stop();
  });

  it('are left alone where no time is given for them', async () => {
    const { host, follow } = await started({ a: 'https://a.example/' }, 0);
    expect(follow(host.link('a'))).toBeUndefined();
    expect(host.asked).toEqual([]);
  });

  it.each<[string, Leads]>([
    ['is not known', answering(404)],
    ['fails', answering(503, { location: 'https://a.example/' })],
    ['shows something itself', answering(200, { location: 'https://a.example/' })],
    ['leads nowhere', answering(302)],
    ['leads to a script', answering(302, { location: 'javascript:alert(1)' })],
    ['leads to a file', answering(302, { location: 'file:///etc/passwd' })],
    ['leads to what is no address', answering(302, { location: 'http://[' })],
    ['leads to the same host', answering(302, { location: '/grounding-api-redirect/b' })],
    ['leads to a name and a password', answering(302, { location: 'https://a:b@a.example/' })],
    [
      'leads to an address that nobody could read',
      answering(302, { location: `https://a.example/${'x'.repeat(2000)}` }),
    ],
    ['breaks off', (response) => void response.destroy()],
  ])('stay as they are when one %s, and the others are found', async (_, leads) => {
    const { host, follow } = await started({ odd: leads, b: 'https://b.example/' });
    expect(await follow(host.link('odd'), host.link('b'))).toEqual(new Map([[host.link('b'), 'https://b.example/']]));
  });

  it.each([301, 302, 303, 307, 308])('may lead on with status %i', async (status) => {
    const { host, follow } = await started({ a: answering(status, { location: 'https://a.example/' }) });
    expect(await follow(host.link('a'))).toEqual(new Map([[host.link('a'), 'https://a.example/']]));
  });

  it('stay as they are when they take longer than there is time, and the others are found', async () => {
    const { host, follow } = await started({ slow: never, b: 'https://b.example/' }, 1000);
    expect(await follow(host.link('slow'), host.link('b'))).toEqual(new Map([[host.link('b'), 'https://b.example/']]));
  });

  it('are given up at once when the process ends', async () => {
    const { host, redirects } = await started({ slow: never }, 30_000);
    const ending = new AbortController();
    const following = redirects.follow([host.link('slow')], ending.signal);
    await expect.poll(() => host.asked.length, { timeout: 5000 }).toBe(1);
    ending.abort(new Error('the process ends'));
    expect(await following).toEqual(new Map());
  });

  it('are given up when nobody may ask any more', async () => {
    const { host, redirects, follow } = await started({ slow: never }, 30_000);
    const following = follow(host.link('slow'));
    await expect.poll(() => host.asked.length, { timeout: 5000 }).toBe(1);
    await redirects.stop();
    expect(await following).toEqual(new Map());
  });

  it('are asked side by side, eight at a time and sixty-four in all', async () => {
    const held: ServerResponse[] = [];
    const answer = (response: ServerResponse): void => {
      held.push(response);
      // Nothing is answered before all that may be asked together were asked.
      if (held.length % 8 === 0)
        for (const each of held.splice(0)) each.writeHead(302, { location: 'https://a.example/' }).end();
    };
    const names = Array.from({ length: 70 }, (_, at) => `n${at}`);
    const { host, follow } = await started(Object.fromEntries(names.map((name) => [name, answer])));
    const found = await follow(...names.map((name) => host.link(name)));
    expect(found?.size).toBe(64);
    expect(host.most).toBe(8);
  });
});
