/** Rate limits: fixed windows from their first hit, Discord's headers, its 429s, and the limits its headers hide. */
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Json } from './json.ts';

export interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
}

/** Discord does not publish these; the numbers are what has been observed, or else an assumption. */
export const DEFAULT_LIMITS = {
  /** One bucket hash for both, two counters. */
  createMessage: { limit: 5, windowMs: 5000 },
  editMessage: { limit: 5, windowMs: 5000 },
  deleteMessage: { limit: 5, windowMs: 1000 },
  typing: { limit: 5, windowMs: 5000 },
  reactions: { limit: 1, windowMs: 250 },
  createThread: { limit: 60, windowMs: 300_000 },
  editChannel: { limit: 10, windowMs: 15_000 },
  webhook: { limit: 5, windowMs: 2000 },
  commands: { limit: 5, windowMs: 20_000 },
  other: { limit: 50, windowMs: 1000 },
  /** Of a token over all routes but those of interactions. */
  global: { limit: 50, windowMs: 1000 },
  /** Hidden: of one thread's name, while the bucket's headers still promise more. */
  renameThread: { limit: 2, windowMs: 600_000 },
  /** Hidden and shared: of the threads opened in one channel; waits of 219 s and 280 s were seen. */
  openThreads: { limit: 50, windowMs: 300_000 },
  /** Of one server at any time, not in a window; the community's figure. */
  activeThreads: { limit: 1000, windowMs: 0 },
  /** Hidden: of messages older than an hour, a channel. */
  oldEdit: { limit: 3, windowMs: 6000 },
  /** IDENTIFYs of one rate-limit key. */
  identify: { limit: 1, windowMs: 5000 },
  /** New commands of one scope; those that keep their name are free. */
  newCommands: { limit: 200, windowMs: 86_400_000 },
  /** Requests for all members of a server, over the gateway. */
  allMembers: { limit: 1, windowMs: 30_000 },
  /** Gateway sends of one connection. */
  gatewaySend: { limit: 120, windowMs: 60_000 },
  /** 401, 403 and 429 (but `shared`) from one address, before it is banned. */
  invalidRequests: { limit: 10_000, windowMs: 600_000 },
} as const satisfies Record<string, Allowance>;

export type LimitName = keyof typeof DEFAULT_LIMITS;
export type Limits = Readonly<Record<LimitName, Allowance>>;

export type Scope = 'user' | 'global' | 'shared';

/** How a window stands after a hit. */
export interface Standing {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

export class RateLimiter {
  readonly limits: Limits;
  readonly #clock: Clock;
  readonly #windows = new Map<string, { used: number; resetAt: number }>();

  constructor(clock: Clock, limits: Partial<Limits>) {
    this.#clock = clock;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Counts one hit on `name` for `whose`; a refused hit uses nothing up. */
  hit(name: LimitName, whose: string): Standing {
    const { limit, windowMs } = this.limits[name];
    const key = `${name}:${whose}`;
    const now = this.#clock.now();
    let window = this.#windows.get(key);
    if (!window || window.resetAt <= now) {
      window = { used: 0, resetAt: now + windowMs };
      this.#windows.set(key, window);
    }
    const allowed = window.used < limit;
    if (allowed) window.used++;
    return { allowed, limit, remaining: limit - window.used, resetAt: window.resetAt };
  }

  /** Every limited response carries these, granted or refused. */
  headersOf(name: LimitName, standing: Standing): Record<string, string> {
    const leftMs = Math.max(0, standing.resetAt - this.#clock.now());
    return {
      'x-ratelimit-limit': String(standing.limit),
      'x-ratelimit-remaining': String(standing.remaining),
      'x-ratelimit-reset': (standing.resetAt / 1000).toFixed(3),
      'x-ratelimit-reset-after': (leftMs / 1000).toFixed(3),
      'x-ratelimit-bucket': bucketHashOf(name),
    };
  }
}

/** Opaque, and the same for POST and PATCH of messages. */
function bucketHashOf(name: LimitName): string {
  const shared = name === 'editMessage' ? 'createMessage' : name;
  return createHash('sha256').update(shared).digest('hex').slice(0, 32);
}

export interface Refusal {
  readonly headers: Record<string, string>;
  readonly body: Json;
}

/** A 429. The header holds whole seconds, rounded up; the body the exact number. */
export function refusalOf(scope: Scope, retryAfterMs: number, code?: number): Refusal {
  const seconds = Math.max(0.001, retryAfterMs / 1000);
  return {
    headers: {
      'retry-after': String(Math.ceil(seconds)),
      'x-ratelimit-scope': scope,
      ...(scope === 'global' ? { 'x-ratelimit-global': 'true' } : {}),
    },
    body: {
      message: scope === 'shared' ? 'The resource is being rate limited.' : 'You are being rate limited.',
      retry_after: Number(seconds.toFixed(3)),
      global: scope === 'global',
      ...(code === undefined ? {} : { code }),
    },
  };
}
