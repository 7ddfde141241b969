/** The HTTP side: methods of the Web API with their tokens, limits and faults, and the sites beside them; keeps the log of calls. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Json, jsonOf } from '../../discord/json.ts';
import type { Token } from '../state/model.ts';
import { admitted, bearerOf, type Given, missingArguments } from './admission.ts';
import { type Body, readBody, text } from './body.ts';
import type { Description } from './description.ts';
import { SlackError } from './errors.ts';
import { type Answer, answerOf, type Fault, Faults, rateLimited } from './faults.ts';
import type { RateLimiter } from './limits.ts';
import type { Method, Services } from './method.ts';

/** One call, once it was answered. */
export interface Called {
  readonly method: string;
  readonly team: string;
  /** On this simulator's clock, when it arrived and when it was answered. */
  readonly at: number;
  readonly doneAt: number;
  readonly status: number;
  readonly error?: string;
  readonly channel?: string;
  readonly args: Json;
  /** Arguments that the method's page does not name; Slack ignores them. */
  readonly unknownArguments: readonly string[];
  /** A test asked for this outcome. */
  readonly planned: boolean;
}

/** Something under the same address that is no method: files, response URLs, the page that asks for leave to install. */
export interface Site {
  readonly prefix: string;
  serve(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void>;
}

export interface ServerOptions {
  readonly methods: readonly Method[];
  readonly sites: readonly Site[];
  readonly description: Description | undefined;
  readonly limiter: RateLimiter;
  /** Methods this Slack does not know, and how it says so. */
  readonly without: { readonly methods: readonly string[]; readonly as: 'unknown_method' | 404 };
  /** Each half of the way a call takes. */
  readonly latencyMs: number;
}

export class WebApi {
  readonly calls: Called[] = [];
  readonly unknownRoutes: string[] = [];
  /** Faults of the simulator itself. */
  readonly defects: unknown[] = [];
  readonly faults = new Faults();
  readonly server: Server;
  readonly #services: Services;
  readonly #options: ServerOptions;
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(services: Services, options: ServerOptions) {
    this.#services = services;
    this.#options = options;
    this.#methods = new Map(options.methods.map((method) => [method.name, method]));
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
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  /** @throws Error when there is no such method. */
  plan(method: string, fault: Fault): void {
    if (!this.#methods.has(method)) throw new Error(`there is no method ${method}`);
    this.faults.plan(method, fault);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#services.world.address);
    try {
      const site = this.#options.sites.find(({ prefix }) => url.pathname.startsWith(prefix));
      if (site) await site.serve(request, url, response);
      else if (url.pathname.startsWith('/api/')) await this.#call(request, url, response);
      else {
        this.unknownRoutes.push(`${request.method ?? ''} ${url.pathname}`);
        response.writeHead(404).end();
      }
    } catch (error) {
      this.defects.push(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
    this.#services.world.changed();
  }

  async #call(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const { clock } = this.#services.world;
    const name = url.pathname.slice('/api/'.length);
    const at = clock.now();
    const fault = this.faults.take(name);
    const body = await bodyOf(request);
    const args = body instanceof SlackError ? {} : { ...Object.fromEntries(url.searchParams), ...body.args };
    await pause(this.#options.latencyMs);
    const token = this.#services.world.tokens.get(bearerOf(request) ?? text(args, 'token') ?? '');
    const instead = fault && answerOf(fault);
    const prevented = fault !== undefined && fault.afterCommit !== true && (instead ?? fault.status) !== undefined;
    const truth = prevented
      ? undefined
      : this.#truth(name, { args, token, request, refusal: body instanceof SlackError ? body : undefined });
    const answer = instead ?? truth ?? { status: 0, headers: {}, body: {} };
    await pause(this.#options.latencyMs + (fault?.delayMs ?? 0));
    if (fault?.status === 'reset') request.socket.resetAndDestroy();
    else send(response, answer, this.#headersOf(name, token));
    this.#record(name, { args, token, answer, at, planned: fault !== undefined });
  }

  /** What Slack would answer. */
  #truth(name: string, given: Given): Answer {
    const { without, description } = this.#options;
    const method = this.#methods.get(name);
    if (without.methods.includes(name)) return lacking(without.as);
    if (!method) {
      this.unknownRoutes.push(`method ${name}`);
      return lacking('unknown_method');
    }
    const answer = this.#handled(method, given);
    if (answer.status === 200) {
      description?.request(name, given.args);
      description?.response(name, jsonOf(answer.body));
    }
    return answer;
  }

  #handled(method: Method, given: Given): Answer {
    try {
      if (given.refusal) throw given.refusal;
      const token = admitted(method, given, this.#services.world.clock.now());
      const team = token?.team ?? '';
      const waitMs = this.#options.limiter.hit(method, team, text(given.args, 'channel'));
      if (waitMs !== undefined) return rateLimited(Math.max(1, Math.ceil(waitMs / 1000)));
      const missing = method.required.filter((name) => given.args[name] === undefined || given.args[name] === null);
      if (missing.length > 0) throw missingArguments(missing);
      return { status: 200, headers: {}, body: { ok: true, ...this.#work(method, given.args, token) } };
    } catch (error) {
      if (error instanceof SlackError)
        return { status: 200, headers: {}, body: { ok: false, error: error.code, ...error.beside } };
      this.defects.push(error);
      return { status: 200, headers: {}, body: { ok: false, error: 'internal_error' } };
    }
  }

  #work(method: Method, args: Json, token: Token | undefined): Json {
    const { world } = this.#services;
    const [first] = world.workspaces.values();
    const workspace = token === undefined ? first : world.workspace(token.team);
    if (!workspace) throw new Error('there is no workspace');
    const none: Token = { value: '', kind: 'bot', team: workspace.id, scopes: new Set(), revoked: false };
    return method.handle({ ...this.#services, args, token: token ?? none, workspace });
  }

  #headersOf(name: string, token: Token | undefined): Record<string, string> {
    const accepted = this.#methods.get(name)?.scopes ?? [];
    return {
      'x-slack-req-id': randomBytes(16).toString('hex'),
      ...(token === undefined ? {} : { 'x-oauth-scopes': [...token.scopes].join(',') }),
      ...(accepted.length === 0 ? {} : { 'x-accepted-oauth-scopes': accepted.join(',') }),
    };
  }

  #record(
    method: string,
    done: { args: Json; token: Token | undefined; answer: Answer; at: number; planned: boolean },
  ): void {
    const { args, token, answer, at, planned } = done;
    const { token: _secret, ...shown } = args;
    const error = jsonOf(answer.body)['error'];
    const channel = text(args, 'channel') ?? text(args, 'channel_id');
    this.calls.push({
      method,
      team: token?.team ?? '',
      at,
      doneAt: this.#services.world.clock.now(),
      status: answer.status,
      ...(typeof error === 'string' ? { error } : {}),
      ...(channel === undefined ? {} : { channel }),
      args: shown,
      unknownArguments: this.#options.description?.unknownArguments(method, args) ?? [],
      planned,
    });
  }
}

function lacking(as: 'unknown_method' | 404): Answer {
  if (as === 404) return { status: 404, headers: {}, body: 'Not found' };
  return { status: 200, headers: {}, body: { ok: false, error: 'unknown_method' } };
}

async function bodyOf(request: IncomingMessage): Promise<Body | SlackError> {
  try {
    return await readBody(request);
  } catch (error) {
    if (error instanceof SlackError) return error;
    throw error;
  }
}

function send(response: ServerResponse, answer: Answer, headers: Record<string, string>): void {
  const isText = typeof answer.body === 'string';
  const type = isText ? 'text/plain' : 'application/json; charset=utf-8';
  response.writeHead(answer.status, { ...headers, ...answer.headers, 'content-type': type });
  response.end(isText ? answer.body : JSON.stringify(answer.body));
}

async function pause(ms: number): Promise<void> {
  if (ms > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
}
