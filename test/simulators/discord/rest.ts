/** The HTTP side: finds the route, checks token and limits, does the work, meets faults, and keeps the ledger. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './body.ts';
import { serveCdn } from './cdn.ts';
import { ApiError, refuse } from './errors.ts';
import { answerOf, type Fault, Faults, pageOf } from './faults.ts';
import { refusalOf, type Standing } from './limits.ts';
import { uploadLimitOf } from './message-rules.ts';
import type { Checker } from './openapi.ts';
import type { Services } from './route.ts';
import { findRoute, type Found, pathOf, ROUTES } from './routes/table.ts';

/** How long a call is under way before it has its effect, and how long its answer is afterwards; in milliseconds. */
export interface Latency {
  readonly thereMs: number;
  readonly backMs: number;
}

/** One HTTP call, once it was answered. */
export interface Recorded {
  readonly method: string;
  /** The route's path, or the path as it came where there is no route. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  /** On this simulator's clock, when it arrived and when it was answered. */
  readonly at: number;
  readonly doneAt: number;
  readonly channelId?: string;
  readonly request?: unknown;
  readonly response?: unknown;
  /** A test asked for this outcome. */
  readonly planned: boolean;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers: Record<string, string>;
  readonly request?: unknown;
  readonly planned: boolean;
}

/** What counts towards the ban of an address. */
const INVALID: ReadonlySet<number> = new Set([401, 403, 429]);

export class Rest {
  readonly calls: Recorded[] = [];
  readonly unknownRoutes: string[] = [];
  /** Faults of the simulator itself. */
  readonly defects: unknown[] = [];
  readonly faults = new Faults(ROUTES.map(({ method, path }) => `${method} ${path}`));
  readonly server: Server;
  readonly #services: Services;
  readonly #checker: Checker | undefined;
  readonly #latency: () => Latency;
  readonly #invalidAt: number[] = [];
  #stopped = false;

  constructor(services: Services, options: { readonly checker: Checker | undefined; readonly latency: () => Latency }) {
    this.#services = services;
    this.#checker = options.checker;
    this.#latency = options.latency;
    this.server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    // A listening TCP server's address is an object; the string form belongs to pipes.
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world } = this.#services;
    const url = new URL(request.url ?? '/', world.address);
    if (request.method === 'GET' && serveCdn(world, url, response)) return;
    const at = world.clock.now();
    const found = findRoute(request.method ?? '', url.pathname);
    const fault = found && this.faults.take(`${found.route.method} ${found.route.path}`);
    const { thereMs, backMs } = this.#latency();
    await pause(thereMs);
    const reply = await this.#reply(request, url, { found, fault });
    await pause(backMs + (fault?.delayMs ?? 0));
    if (this.#stopped || fault?.status === 'reset') request.socket.resetAndDestroy();
    else if (fault?.status !== 'hang') send(response, reply);
    this.#record({ request, url, found, reply, at });
  }

  /** A fault before the work prevents it; one after it only replaces the answer. */
  async #reply(
    request: IncomingMessage,
    url: URL,
    met: { found: Found | undefined; fault: Fault | undefined },
  ): Promise<Reply> {
    const { found, fault } = met;
    const instead = fault && answerOf(fault);
    const prevents = fault !== undefined && fault.afterCommit !== true && fault.status !== undefined;
    if (prevents) return { status: 0, headers: {}, ...instead, planned: true };
    const reply = await this.#handled(request, url, found);
    return { ...reply, ...instead, planned: fault !== undefined };
  }

  async #handled(request: IncomingMessage, url: URL, found: Found | undefined): Promise<Reply> {
    const headers: Record<string, string> = {};
    let received: unknown;
    try {
      if (!found) throw refuse('notFound');
      const refusal = this.#admit(request, found, headers);
      if (refusal) return { ...refusal, headers: { ...headers, ...refusal.headers }, planned: false };
      const body = await readBody(
        request,
        uploadLimitOf(this.#services.world, { guildId: this.#services.world.guild.id }),
      );
      received = body.json;
      const { params, route } = found;
      const call = { ...this.#services, params, query: url.searchParams, body: body.json, files: body.files };
      const answer = route.handle(call);
      this.#checker?.request(route, body.json);
      this.#checker?.response(route, answer);
      return { ...answer, headers, request: received, planned: false };
    } catch (error) {
      if (!(error instanceof ApiError)) {
        this.defects.push(error);
        return { status: 500, headers, planned: false };
      }
      const waitS = Number(error.body['retry_after'] ?? 0);
      const ofWait = error.status === 429 ? refusalOf(error.scope, waitS * 1000).headers : {};
      return {
        status: error.status,
        body: error.body,
        headers: { ...headers, ...ofWait },
        request: received,
        planned: false,
      };
    }
  }

  /** Ban, token, global limit, then the route's own window; fills in the window's headers. */
  #admit(request: IncomingMessage, found: Found, headers: Record<string, string>) {
    const { limiter, world } = this.#services;
    const { route, params } = found;
    if (this.invalidRequests >= limiter.limits.invalidRequests.limit) return pageOf(429, this.#banLeftMs());
    if (route.auth !== 'none') {
      if (request.headers.authorization !== `Bot ${world.app.token}`) throw refuse('unauthorized');
      const all = limiter.hit('global', world.app.id);
      if (!all.allowed) return { status: 429, ...refusalOf('global', this.#leftMs(all)) };
    }
    const whose = (route.major ?? []).map((name) => params[name]).join('/');
    const standing = limiter.hit(route.limit, whose === '' ? route.path : whose);
    Object.assign(headers, limiter.headersOf(route.limit, standing));
    return standing.allowed ? undefined : { status: 429, ...refusalOf('user', this.#leftMs(standing)) };
  }

  /** Until so many of the invalid answers are forgotten that the next call is let in. */
  #banLeftMs(): number {
    const { limiter, world } = this.#services;
    const { limit, windowMs } = limiter.limits.invalidRequests;
    const counts = this.#invalidAt.at(-limit) ?? world.clock.now();
    return counts + windowMs - world.clock.now();
  }

  #leftMs(standing: Standing): number {
    return standing.resetAt - this.#services.world.clock.now();
  }

  /** Answers with 401, 403 or 429 in the last ten minutes; a `shared` limit's do not count. */
  get invalidRequests(): number {
    const { limiter, world } = this.#services;
    const since = world.clock.now() - limiter.limits.invalidRequests.windowMs;
    return this.#invalidAt.filter((at) => at > since).length;
  }

  #record(done: { request: IncomingMessage; url: URL; found: Found | undefined; reply: Reply; at: number }): void {
    const { request, url, found, reply, at } = done;
    const { world } = this.#services;
    const path = pathOf(url.pathname) ?? url.pathname;
    const method = request.method ?? '';
    if (!found) this.unknownRoutes.push(`${method} ${path}`);
    const channelId = found?.params['channel_id'];
    const shared = reply.headers['x-ratelimit-scope'] === 'shared';
    if (INVALID.has(reply.status) && !shared) this.#invalidAt.push(at);
    this.calls.push({
      method,
      route: found?.route.path ?? path,
      path,
      status: reply.status,
      at,
      doneAt: world.clock.now(),
      ...(channelId === undefined ? {} : { channelId }),
      request: reply.request,
      response: reply.body,
      planned: reply.planned,
    });
    world.changed();
  }
}

function send(response: ServerResponse, reply: Reply): void {
  const isPage = typeof reply.body === 'string';
  const text = isPage || reply.body === undefined ? reply.body : JSON.stringify(reply.body);
  const type = text === undefined || isPage ? {} : { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...type, ...reply.headers });
  response.end(text);
}

async function pause(ms: number): Promise<void> {
  if (ms > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
}
