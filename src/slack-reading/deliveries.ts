/** Tells what came before: Slack sends an event again, and a mention twice, as two kinds of event. */

/** An event, by its own id and by the message it tells of. */
export interface Delivery<T> {
  readonly event: string;
  readonly message: string;
  /** Whether it says all of the message: a mention may leave files out. */
  readonly isWhole: boolean;
  readonly what: T;
}

/** What a delivery is: new, with the fullest form of it when that is there; or known. */
export type Taken<T> = { readonly kind: 'new'; readonly what: Promise<T> } | { readonly kind: 'again' | 'twin' };

export interface DeliveriesOptions {
  /** Milliseconds for which a mention waits for the whole message. */
  readonly twinMs: number;
  /** Milliseconds for which what came is remembered: Slack sends again for six minutes. @see https://docs.slack.dev/apis/events-api#retries */
  readonly keptMs?: number;
}

const KEPT_MS = 10 * 60_000;

/** Of one process. What another process took is told by the journal. */
export class Deliveries<T> {
  readonly #options: DeliveriesOptions;
  /** When each id came, the oldest first. */
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Map<string, (whole?: T) => void>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  take({ event, message, isWhole, what }: Delivery<T>): Taken<T> {
    if (!this.#isNew(`event ${event}`)) return { kind: 'again' };
    if (!this.#isNew(`message ${message}`)) {
      if (isWhole) this.#waiting.get(message)?.(what);
      return { kind: 'twin' };
    }
    return { kind: 'new', what: isWhole ? Promise.resolve(what) : this.#whole(message, what) };
  }

  /** Nothing waits any more: what was taken is handed over as it is. */
  stop(): void {
    for (const resolve of this.#waiting.values()) resolve();
  }

  async #whole(message: string, what: T): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const timer = setTimeout(() => resolve(what), this.#options.twinMs);
    this.#waiting.set(message, (whole = what) => resolve(whole));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(message);
    }
  }

  #isNew(id: string): boolean {
    const now = performance.now();
    const { keptMs = KEPT_MS } = this.#options;
    for (const [known, at] of this.#seen) {
      if (now - at < keptMs) break;
      this.#seen.delete(known);
    }
    if (this.#seen.has(id)) return false;
    this.#seen.set(id, now);
    return true;
  }
}
