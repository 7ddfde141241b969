/** The HTTP side: finds the route, checks token and limits, does the work, meets faults, and keeps the ledger. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './body.ts';
import { serveCdn } from './cdn.ts';
import { ApiError, refuse } from './errors.ts';
import { answerOf, type Fault, Faults } from './faults.ts';
import { refusalOf, type Standing } from './limits.ts';
import { uploadLimitOf } from './message-rules.ts';
import type { Checker } from './openapi.ts';
import type { Route, Services } from './route.ts';
import { basicRoutes } from './routes/basics.ts';
import { channelRoutes } from './routes/channels.ts';
import { commandRoutes } from './routes/commands.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { messageRoutes } from './routes/messages.ts';
import { threadRoutes } from './routes/threads.ts';
import { reactionRoutes } from './routes/reactions.ts';

/** Every route there is; the first whose path fits is taken, so literal parts stand before parameters. */
export const ROUTES: readonly Route[] = [
  ...basicRoutes,
  ...messageRoutes,
  ...reactionRoutes,
  ...channelRoutes,
  ...threadRoutes,
  ...commandRoutes,
  ...interactionRoutes,
];

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

interface Found {
  readonly route: Route;
  readonly params: Record<string, string>;
}

export class Rest {
  readonly calls: Recorded[] = [];
  readonly unknownRoutes: string[] = [];
  /** Faults of the simulator itself. */
  readonly defects: unknown[] = [];
  readonly faults = new Faults(ROUTES.map(({ method, path }) => `${method} ${path}`));
  readonly server: Server;
  readonly #services: Services;
  readonly #checker: Checker | undefined;
  readonly #latency: Latency;
  readonly #invalidAt: number[] = [];
  #stopped = false;

  constructor(services: Services, options: { readonly checker: Checker | undefined; readonly latency: Latency }) {
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
    await pause(this.#latency.thereMs);
    const reply = await this.#reply(request, url, { found, fault });
    await pause(this.#latency.backMs + (fault?.delayMs ?? 0));
    if (this.#stopped || fault?.status === 'reset') request.socket.resetAndDestroy();
    else send(response, reply);
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
    if (this.invalidRequests >= limiter.limits.invalidRequests.limit)
      return { status: 429, ...refusalOf('global', 600_000) };
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

function pathOf(pathname: string): string | undefined {
  return /^\/api\/v10(\/.*)$/.exec(pathname)?.[1];
}

function findRoute(method: string, pathname: string): Found | undefined {
  const path = pathOf(pathname);
  if (path === undefined) return undefined;
  const parts = path.split('/').map(decodeURIComponent);
  for (const route of ROUTES) {
    const params = route.method === method ? paramsOf(route.path.split('/'), parts) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith('{')) params[expected.slice(1, -1)] = part;
    else if (expected !== part) return undefined;
  }
  return params;
}

function send(response: ServerResponse, reply: Reply): void {
  const json = reply.body === undefined ? undefined : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  });
  response.end(json);
}

async function pause(ms: number): Promise<void> {
  if (ms > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
}
