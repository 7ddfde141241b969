/** Fetches files from addresses of others: from named hosts only, and within bytes and time. */
import { Agent, type Dispatcher, request } from 'undici';
import type { Downloaded, Downloader, Wanted } from '../core/files.ts';
import type { Log } from '../core/ports.ts';
import { publicLookup, type Resolve } from './addresses.ts';

export interface WebDownloaderOptions {
  /** Milliseconds for one file, from looking its host up to its last byte. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** How names are looked up; by default as the system does. */
  readonly resolve?: Resolve;
}

/** How often one address may send on to another. */
const MAX_REDIRECTS = 3;

/** What a body is first given room for. */
const FIRST_BYTES = 64 * 1024;

type Answer = Dispatcher.ResponseData;

/** Keeps connections for a while; whoever made it stops it. */
export class WebDownloader implements Downloader {
  readonly #options: WebDownloaderOptions;
  readonly #public: Agent;
  readonly #own = new Agent();

  constructor(options: WebDownloaderOptions) {
    this.#options = options;
    this.#public = new Agent({ connect: { lookup: publicLookup(options.resolve) } });
  }

  async fetch(wanted: Wanted, signal: AbortSignal): Promise<Downloaded> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Refused('too-slow')), this.#options.timeoutMs);
    try {
      return { bytes: await this.#follow(wanted, AbortSignal.any([signal, late.signal])) };
    } catch (cause) {
      signal.throwIfAborted();
      const error: unknown = late.signal.aborted ? late.signal.reason : cause;
      const fault = error instanceof Refused ? error.fault : 'download';
      // An address may hold a key, so its host alone is told.
      this.#options.log.warn('download.failed', { host: URL.parse(wanted.url)?.host, fault, reason: reasonOf(error) });
      return { fault };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes every connection, also those in use. */
  async stop(): Promise<void> {
    await Promise.all([this.#public.destroy(), this.#own.destroy()]);
  }

  async #follow(wanted: Wanted, signal: AbortSignal): Promise<Uint8Array> {
    let url = URL.parse(wanted.url);
    for (let sentOn = 0; sentOn <= MAX_REDIRECTS; sentOn++) {
      const dispatcher = this.#agentFor(url, wanted);
      if (url === null || dispatcher === undefined) throw new Refused('not-allowed');
      const token = wanted.bearer === undefined ? {} : { authorization: `Bearer ${wanted.bearer}` };
      const answer = await request(url, { dispatcher, signal, headers: { 'accept-encoding': 'identity', ...token } });
      // An abort while nobody reads makes the body fail with nobody listening; whoever reads is told as well.
      answer.body.on('error', () => undefined);
      if (answer.statusCode < 300 || answer.statusCode > 399) return await bytesOf(answer, wanted);
      answer.body.destroy();
      url = URL.parse(headerOf(answer, 'location'), url);
    }
    throw new Refused('redirects');
  }

  /** Who may ask there: nobody, where neither the host is a named one nor the origin the operator's own. */
  #agentFor(url: URL | null, { hosts, own }: Wanted): Agent | undefined {
    if (url === null || url.username !== '' || url.password !== '') return undefined;
    if (url.origin === own) return this.#own;
    const isNamed = hosts.some(
      (host) => url.hostname === host || (host.startsWith('.') && url.hostname.endsWith(host)),
    );
    return url.protocol === 'https:' && url.port === '' && isNamed ? this.#public : undefined;
  }
}

/** The whole body. Its declared length is believed only when it is too long. */
async function bytesOf(answer: Answer, { mimeType, maxBytes }: Wanted): Promise<Uint8Array> {
  const refused = refusalOf(answer, mimeType, maxBytes);
  if (refused !== undefined) {
    answer.body.destroy();
    throw refused;
  }
  let bytes = Buffer.allocUnsafe(Math.min(maxBytes, FIRST_BYTES));
  let length = 0;
  // The pieces are copied: a body in millions of pieces would take many times its size.
  for await (const piece of answer.body) {
    if (!(piece instanceof Uint8Array)) throw new Refused('not-bytes');
    if (length + piece.length > maxBytes) throw new Refused('size', 'size');
    if (length + piece.length > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(2 * bytes.length, length + piece.length)));
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes.subarray(0, length);
}

/** Why a body is not read, as its head tells. An encoded one could grow beyond any limit, and was not asked for. */
function refusalOf(answer: Answer, mimeType: string, maxBytes: number): Refused | undefined {
  if (answer.statusCode !== 200) return new Refused(`status-${answer.statusCode}`);
  if (!['', 'identity'].includes(headerOf(answer, 'content-encoding'))) return new Refused('encoded');
  if (/^(text\/html|application\/xhtml)/i.test(headerOf(answer, 'content-type')) && !/html/i.test(mimeType))
    return new Refused('page', 'page');
  return Number(headerOf(answer, 'content-length')) > maxBytes ? new Refused('size', 'size') : undefined;
}

function headerOf({ headers }: Answer, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? '';
}

/** Why a file is not fetched: in a word for the log, and as the fault that its reader is told. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: string;
  readonly fault: 'size' | 'download' | 'page';

  constructor(reason: string, fault: Refused['fault'] = 'download') {
    super(`The file is not fetched: ${reason}.`);
    this.reason = reason;
    this.fault = fault;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.reason;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
