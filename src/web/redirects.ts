/** Where the service's links lead: asks their host for the next address, and goes no further. */
import { Agent, request } from 'undici';
import type { Redirects } from '../core/files.ts';
import type { Log } from '../core/ports.ts';
import { REDIRECT_ORIGIN } from '../core/reply.ts';

export interface GroundingRedirectsOptions {
  /** Milliseconds that the links of one answer have together; 0 follows none. */
  readonly resolveMs: number;
  /** The one origin that is asked. Google's by default; a stand-in may play it. */
  readonly origin?: string | undefined;
  readonly log: Log;
}

const PATH = '/grounding-api-redirect/';
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Connections to the host; links beyond them wait, within the time there is. */
const CONNECTIONS = 8;
/** Links of one answer that are followed, from the first. */
const MAX_LINKS = 64;
/** Characters of an address; a longer one is no better to show than the link. */
const MAX_ADDRESS = 1024;

/** Reads `Location` of each link and nothing else: no other host is asked, no body is read, no cookie is kept. */
export class GroundingRedirects implements Redirects {
  readonly #options: GroundingRedirectsOptions;
  readonly #origin: string;
  readonly #agent = new Agent({ connections: CONNECTIONS });

  constructor(options: GroundingRedirectsOptions) {
    this.#options = options;
    this.#origin = options.origin ?? REDIRECT_ORIGIN;
  }

  follow(urls: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> | undefined {
    const links = [...new Set(urls)].filter((url) => this.#isLink(url)).slice(0, MAX_LINKS);
    return links.length === 0 || this.#options.resolveMs === 0 ? undefined : this.#addressesOf(links, signal);
  }

  /** Closes the connections; links that are being followed are left as they are. */
  async stop(): Promise<void> {
    await this.#agent.destroy();
  }

  #isLink(link: string): boolean {
    const url = URL.parse(link);
    const isAnonymous = url?.username === '' && url.password === '';
    return url?.origin === this.#origin && isAnonymous && url.pathname.startsWith(PATH);
  }

  async #addressesOf(links: readonly string[], caller: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { resolveMs, log } = this.#options;
    const signal = AbortSignal.any([caller, AbortSignal.timeout(resolveMs)]);
    const found = await Promise.all(links.map((link) => this.#addressOf(link, signal)));
    const addresses = new Map(links.flatMap((link, at) => (found[at] === undefined ? [] : [[link, found[at]]])));
    if (addresses.size < links.length) log.info('sources.unresolved', { links: links.length, found: addresses.size });
    return addresses;
  }

  async #addressOf(link: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { statusCode, headers, body } = await request(link, { method: 'HEAD', dispatcher: this.#agent, signal });
      await body.dump();
      const { location } = headers;
      const isRedirect = REDIRECTS.has(statusCode) && typeof location === 'string';
      return isRedirect ? this.#shownAddress(URL.parse(location, link)) : undefined;
    } catch (error) {
      this.#options.log.debug('sources.redirect-failed', { cause: error instanceof Error ? error.name : 'unknown' });
      return undefined;
    }
  }

  /** An address of another place, which people can be shown. */
  #shownAddress(url: URL | null): string | undefined {
    if (url === null || !/^https?:$/u.test(url.protocol) || url.origin === this.#origin) return undefined;
    return url.username === '' && url.password === '' && url.href.length <= MAX_ADDRESS ? url.href : undefined;
  }
}
