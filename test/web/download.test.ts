/** Downloads from hosts that lie, trickle, send on, or are not what their names say. */
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Downloaded, Wanted } from '../../src/core/files.ts';
import type { Resolve } from '../../src/web/addresses.ts';
import { WebDownloader } from '../../src/web/download.ts';
import { KeptLog } from '../discord/stage.ts';
import { RED } from '../support/pictures.ts';
import { FileServer, sendOn, type Serve, serve } from './server.ts';

/** The second has a name that the guard of `setup.ts` lets a test connect to. */
const HOSTS = ['cdn.files.test', 'localhost'];
/** Everything on the web is on this machine, or so its names say. */
const toLoopback: Resolve = (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);

let log: KeptLog;
let downloader: WebDownloader;
let server: FileServer | undefined;
beforeEach(() => {
  log = new KeptLog();
  downloader = new WebDownloader({ timeoutMs: 5000, log, resolve: toLoopback });
});
afterEach(async () => {
  await downloader.stop();
  await server?.close();
  server = undefined;
});

/** Asks a server of our own for `/file`, which it serves so. */
async function fetched(file: Serve, change: Partial<Wanted> = {}, others: Readonly<Record<string, Serve>> = {}) {
  server = await FileServer.start({ '/file': file, ...others });
  return asked(`${server.origin}/file`, { own: server.origin, ...change });
}

function asked(url: string, change: Partial<Wanted> = {}): Promise<Downloaded> {
  const wanted = { url, mimeType: 'image/png', maxBytes: 1000, hosts: HOSTS, ...change };
  return downloader.fetch(wanted, new AbortController().signal);
}

const reasons = (): readonly unknown[] => log.lines.map(({ fields }) => fields['reason']);

describe('a file', () => {
  it('comes whole from the origin that the operator chose, and is asked for unpacked', async () => {
    expect(await fetched(serve(RED))).toEqual({ bytes: RED });
    expect(server?.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(log.lines).toEqual([]);
  });

  it('may be empty', async () => {
    expect(await fetched(serve(''))).toEqual({ bytes: Buffer.alloc(0) });
  });

  it('comes whole in whatever pieces, up to its limit and not a byte beyond', async () => {
    const piece = fc.uint8Array({ minLength: 1, maxLength: 40_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.boolean(), async (pieces, fits) => {
        const whole = Buffer.concat(pieces);
        const pour: Serve = (response) => {
          response.writeHead(200);
          for (const each of pieces) response.write(each);
          response.end();
        };
        const maxBytes = fits ? whole.length : Math.max(0, whole.length - 1);
        const got = await fetched(pour, { maxBytes });
        await server?.close();
        expect(got).toEqual(fits || whole.length === 0 ? { bytes: whole } : { fault: 'size' });
      }),
      { numRuns: 50 },
    );
  });

  it('that is declared too long is not read', async () => {
    expect(await fetched((response) => response.writeHead(200, { 'content-length': '1001' }).write('x'))).toEqual({
      fault: 'size',
    });
  });

  it('that never ends is cut off at the limit, whatever length it declared', async () => {
    const endless: Serve = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (response.write(Buffer.alloc(16_384)));
        response.once('drain', pour);
      };
      pour();
    };
    expect(await fetched(endless, { maxBytes: 1_000_000 })).toEqual({ fault: 'size' });
  });

  it('that ends before its declared length is no file', async () => {
    const short: Serve = (response) => {
      response.writeHead(200, { 'content-length': '900' }).write('x', () => response.destroy());
    };
    expect(await fetched(short)).toEqual({ fault: 'download' });
  });

  it('that trickles is given up when its time is over', async () => {
    downloader = new WebDownloader({ timeoutMs: 100, log });
    const trickle: Serve = (response) => {
      response.writeHead(200).write('x');
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(timer));
    };
    expect(await fetched(trickle)).toEqual({ fault: 'download' });
    expect(reasons()).toEqual(['too-slow']);
  });

  it('whose host never answers is given up when its time is over', async () => {
    downloader = new WebDownloader({ timeoutMs: 100, log });
    expect(await fetched(() => undefined)).toEqual({ fault: 'download' });
    expect(reasons()).toEqual(['too-slow']);
  });

  it('that comes packed is refused: a bomb would grow beyond any limit', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    expect(await fetched(serve(bomb, { 'content-encoding': 'gzip' }), { maxBytes: 100_000 })).toEqual({
      fault: 'download',
    });
    expect(reasons()).toEqual(['encoded']);
  });

  it.each([204, 206, 401, 404, 410, 429, 500, 503])('with status %i is no file', async (status) => {
    expect(await fetched((response) => response.writeHead(status).end())).toEqual({ fault: 'download' });
    expect(reasons()).toEqual([`status-${status}`]);
  });

  it('that is a web page in place of a picture is told as one, and is fine where a page was meant', async () => {
    const page = serve('<!doctype html><title>Sign in</title>', { 'content-type': 'text/html; charset=utf-8' });
    expect(await fetched(page)).toEqual({ fault: 'page' });
    await server?.close();
    expect(await fetched(page, { mimeType: 'text/html; charset=utf-8' })).toHaveProperty('bytes');
  });

  it('that is cut off in the middle by a broken connection is no file', async () => {
    const broken: Serve = (response) => {
      response.writeHead(200).write('some', () => response.socket?.destroy());
    };
    expect(await fetched(broken)).toEqual({ fault: 'download' });
  });
});

describe('an address', () => {
  it.each([
    ['of a host that is not named', 'https://files.test/a.png'],
    ['of a host that ends like a named one', 'https://evil-cdn.files.test/a.png'],
    ['of a named host without https', 'http://cdn.files.test/a.png'],
    ['of a named host at another port', 'https://cdn.files.test:8443/a.png'],
    ['of a named host with a dot behind', 'https://cdn.files.test./a.png'],
    ['with a name and password', 'https://ada:secret@cdn.files.test/a.png'],
    ['that hides the host behind a name', 'https://cdn.files.test@evil.test/a.png'],
    ['of this machine', 'http://127.0.0.1/a.png'],
    ['of this machine in other digits', 'http://2130706433/a.png'],
    ['of this machine in the new digits', 'http://[::1]/a.png'],
    ['of a cloud’s metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['of a file', 'file:///etc/passwd'],
    ['that holds its own data', 'data:image/png;base64,AAAA'],
    ['of another protocol', 'ftp://cdn.files.test/a.png'],
    ['that is none', 'not an address'],
    ['that is empty', ''],
  ])('%s is not asked', async (_what, url) => {
    expect(await asked(url)).toEqual({ fault: 'download' });
    expect(reasons()).toEqual(['not-allowed']);
  });

  it('of a named host whose name leads into this machine is not connected to', async () => {
    expect(await asked('https://localhost/a.png')).toEqual({ fault: 'download' });
    expect(reasons()).toEqual(['NOT_PUBLIC']);
  });

  it('of the operator’s own is asked at its own port alone', async () => {
    server = await FileServer.start({ '/file': serve(RED) });
    expect(await asked(`${server.origin}/file`, { own: 'http://127.0.0.1:9' })).toEqual({ fault: 'download' });
    expect(server.asked).toEqual([]);
  });

  it('is not logged: it may hold what opens the file', async () => {
    await asked('https://evil.test/a.png?hm=signature');
    expect(JSON.stringify(log.lines)).not.toContain('signature');
  });
});

describe('an address that sends on', () => {
  it('is followed where the next one may be asked too', async () => {
    const moved = { '/there': sendOn('/end', 307), '/end': serve(RED) };
    expect(await fetched(sendOn('/there', 301), {}, moved)).toEqual({ bytes: RED });
    expect(server?.asked).toEqual(['/file', '/there', '/end']);
  });

  it.each([
    ['into a cloud’s metadata', 'http://169.254.169.254/latest/meta-data/', 'not-allowed'],
    ['to another host', 'https://evil.test/a.png', 'not-allowed'],
    ['to a named host that leads into this machine', 'https://localhost/a.png', 'NOT_PUBLIC'],
    ['to a file', 'file:///etc/passwd', 'not-allowed'],
    ['to nowhere', 'http://', 'not-allowed'],
  ])('%s is not followed', async (_what, to, reason) => {
    expect(await fetched(sendOn(to))).toEqual({ fault: 'download' });
    expect(reasons()).toEqual([reason]);
  });

  it('in a circle is given up', async () => {
    expect(await fetched(sendOn('/file'))).toEqual({ fault: 'download' });
    expect(server?.asked).toHaveLength(4);
    expect(reasons()).toEqual(['redirects']);
  });

  it('without saying where to is no file', async () => {
    expect(await fetched((response) => response.writeHead(302).end())).toEqual({ fault: 'download' });
  });

  it('has no more time than one that does not', async () => {
    downloader = new WebDownloader({ timeoutMs: 200, log });
    const slowly: Serve = (response) => {
      const timer = setTimeout(() => response.writeHead(302, { location: '/file' }).end(), 90);
      response.on('close', () => clearTimeout(timer));
    };
    expect(await fetched(slowly)).toEqual({ fault: 'download' });
    expect(reasons()).toEqual(['too-slow']);
  });
});

describe('whoever asked', () => {
  it('ends the download with the reason of his own', async () => {
    server = await FileServer.start({ '/file': (response) => response.writeHead(200).write('x') });
    const stop = new AbortController();
    const own = { own: server.origin, mimeType: 'image/png', maxBytes: 1000, hosts: HOSTS };
    const fetching = downloader.fetch({ url: `${server.origin}/file`, ...own }, stop.signal);
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(fetching).rejects.toBe(reason);
    expect(log.lines).toEqual([]);
  });
});
