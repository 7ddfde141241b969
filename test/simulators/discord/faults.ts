/** What a test makes go wrong over HTTP: refusals, delays, cut connections, before or after the work is done. */
import type { Json } from './json.ts';
import { refusalOf, type Scope } from './limits.ts';

export interface Fault {
  /** What is answered instead; `reset` cuts the connection, `hang` never answers; absent, the true answer comes. */
  readonly status?: number | 'reset' | 'hang';
  /** How many calls pass before it begins to strike; none if not said. */
  readonly after?: number;
  /** What stands before Discord answers: a page of HTML, without any of Discord's headers. */
  readonly page?: boolean;
  readonly body?: Json;
  /** How many calls it meets; 1 if not said. */
  readonly times?: number;
  /** The call takes effect first, and only its answer is lost. */
  readonly afterCommit?: boolean;
  readonly delayMs?: number;
  /** With status 429: how long to wait and whose limit it is. */
  readonly retryAfterMs?: number;
  readonly scope?: Scope;
}

interface Planned {
  readonly pattern: string;
  readonly fault: Fault;
  left: number;
  /** Calls that still pass. */
  pass: number;
}

export class Faults {
  readonly #planned: Planned[] = [];
  readonly #routes: ReadonlySet<string>;

  /** `routes` are those that can fail, each a method and a path. */
  constructor(routes: readonly string[]) {
    this.#routes = new Set(routes.map(normalised));
  }

  /** `pattern` is a method and a path, as in `PATCH /channels/{channel_id}/messages/{message_id}`; `*` stands for one part. */
  plan(pattern: string, fault: Fault): void {
    if (!this.#routes.has(normalised(pattern))) throw new Error(`there is no route ${pattern}`);
    this.#planned.push({ pattern: normalised(pattern), fault, left: fault.times ?? 1, pass: fault.after ?? 0 });
  }

  /** The fault that meets this call, counted as used. */
  take(route: string): Fault | undefined {
    const met = this.#planned.find((planned) => planned.left > 0 && planned.pattern === normalised(route));
    if (!met) return undefined;
    if (met.pass-- > 0) return undefined;
    met.left--;
    return met.fault;
  }

  /** Takes back what is left of a planned fault. */
  lift(pattern: string): void {
    for (const planned of this.#planned) if (planned.pattern === normalised(pattern)) planned.left = 0;
  }

  get unused(): readonly string[] {
    return this.#planned.filter((planned) => planned.left > 0).map(({ pattern, left }) => `${pattern} (${left} left)`);
  }
}

/** Parameters may be written as `{name}`, `:name` or `*`. */
function normalised(pattern: string): string {
  return pattern.replaceAll(/\{[^}]+\}|:[a-z_]+/gi, '*');
}

export interface FaultAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Json | string;
}

export function answerOf(fault: Fault): FaultAnswer | undefined {
  if (typeof fault.status !== 'number') return undefined;
  if (fault.page === true) return pageOf(fault.status, fault.retryAfterMs);
  if (fault.status === 429) {
    const refusal = refusalOf(fault.scope ?? 'user', fault.retryAfterMs ?? 1000);
    return { status: 429, headers: refusal.headers, body: { ...refusal.body, ...fault.body } };
  }
  const message = `${fault.status}: ${fault.status >= 500 ? 'Internal Server Error' : 'Bad Request'}`;
  return { status: fault.status, headers: {}, body: fault.body ?? { message, code: 0 } };
}

/** As Cloudflare answers in Discord's place: a page for people, and of the headers only how long to wait. */
export function pageOf(status: number, retryAfterMs?: number): FaultAnswer {
  const title = status === 429 ? 'Error 1015: You are being rate limited' : `discord.com | ${status}: Bad gateway`;
  const body = `<!DOCTYPE html>\n<html lang="en-US"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  const wait = status === 429 ? { 'retry-after': String(Math.ceil((retryAfterMs ?? 1000) / 1000)) } : {};
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare', ...wait }, body };
}
