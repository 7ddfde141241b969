/** Rate limits: one budget for each method and workspace by its tier, a bucket of its own for posts in a channel. */
import type { Clock } from '../../discord/clock.ts';

export type Tier = 1 | 2 | 3 | 4 | 'post' | 'status' | 'special';

/**
 * Calls a minute. "Special" methods have no published number; 600 is an assumption that no bot should meet.
 *
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
export const PER_MINUTE: Readonly<Record<Tier, number>> = {
  1: 1,
  2: 20,
  3: 50,
  4: 100,
  /** Over a whole workspace: "several hundred". */
  post: 300,
  status: 600,
  special: 600,
};

export interface LimitOptions {
  /** Length of the minute that windows count, in milliseconds of the simulator's clock. */
  readonly minuteMs: number;
  readonly postBurst: number;
  /** Calls a minute of single methods, where they differ from their tier. */
  readonly perMinute: Readonly<Record<string, number>>;
}

interface Window {
  used: number;
  resetAt: number;
}

export class RateLimiter {
  readonly #clock: Clock;
  readonly #options: LimitOptions;
  readonly #windows = new Map<string, Window>();
  /** When a channel's bucket would be full again. */
  readonly #buckets = new Map<string, number>();

  constructor(clock: Clock, options: LimitOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Counts a call; answers how many milliseconds to wait where it is one too many, and then counts nothing. */
  hit(method: { readonly name: string; readonly tier: Tier }, team: string, channel?: string): number | undefined {
    const inChannel = method.tier === 'post' && channel !== undefined ? `${team}/${channel}` : undefined;
    const waitMs = inChannel === undefined ? 0 : this.#overflow(inChannel);
    if (waitMs > 0) return waitMs;
    const window = this.#window(`${method.name}/${team}`);
    const most = this.#options.perMinute[method.name] ?? PER_MINUTE[method.tier];
    if (window.used >= most) return window.resetAt - this.#clock.now();
    window.used++;
    if (inChannel !== undefined) this.#pour(inChannel);
    return undefined;
  }

  #window(key: string): Window {
    const now = this.#clock.now();
    const open = this.#windows.get(key);
    if (open && open.resetAt > now) return open;
    const window = { used: 0, resetAt: now + this.#options.minuteMs };
    this.#windows.set(key, window);
    return window;
  }

  /** One post a second, with a burst: how long until the bucket takes another. */
  #overflow(key: string): number {
    const spacingMs = this.#options.minuteMs / 60;
    const fullAt = this.#buckets.get(key) ?? 0;
    return fullAt - this.#clock.now() - spacingMs * (this.#options.postBurst - 1);
  }

  #pour(key: string): void {
    const from = Math.max(this.#buckets.get(key) ?? 0, this.#clock.now());
    this.#buckets.set(key, from + this.#options.minuteMs / 60);
  }
}
