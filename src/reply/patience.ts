/** Waits out a platform that is away: one call a few times, and what ends a reply for as long as it takes. */
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, PlatformUnavailable } from '../core/errors.ts';
import type { Log, ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply } from '../core/reply.ts';

/** Milliseconds before the first further try, and the longest time between two: each pause is twice the one before. */
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** Milliseconds after which a platform that stays away is left to the next start. */
const PATIENCE_MS = 3_600_000;

export interface RetryOptions {
  /** How often it is tried in all. */
  readonly attempts: number;
  /** Milliseconds before the first further try; doubled each time. */
  readonly retryMs: number;
  /** Milliseconds: the longest wait that the platform may ask for. */
  readonly maxWaitMs: number;
}

/** Tries again what failed because the platform was away or asked to wait, unless it asks for too long. */
export async function retrying<T>(work: () => Promise<T>, { attempts, retryMs, maxWaitMs }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { retryAfterMs = 0 } = error instanceof PlatformUnavailable ? error.failure : {};
      if (!(error instanceof PlatformUnavailable) || attempt >= attempts || retryAfterMs > maxWaitMs) throw error;
      await delay(Math.max(retryAfterMs, retryMs * 2 ** (attempt - 1)));
    }
  }
}

export interface PatienceOptions {
  /** Aborted when there is no more time to wait: the last failure is what counts then. */
  readonly givenUp: AbortSignal;
  readonly log: Log;
  /** Milliseconds; default 1000. */
  readonly firstMs?: number;
}

/** The same surface, whose endings and notes are tried until the platform takes or refuses them, for an hour at most. */
export class PatientSurface implements ReplySurface {
  readonly #surface: ReplySurface;
  readonly #options: PatienceOptions;

  constructor(surface: ReplySurface, options: PatienceOptions) {
    this.#surface = surface;
    this.#options = options;
  }

  begin(): Promise<void> {
    return this.#surface.begin();
  }

  leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    return this.#surface.leave(urgency, signal);
  }

  show(view: DraftView): Promise<readonly PostRef[]> {
    return this.#surface.show(view);
  }

  finish(reply: Reply): Promise<readonly PostRef[]> {
    return this.#patiently(() => this.#surface.finish(reply));
  }

  note(notice: string): Promise<void> {
    return this.#patiently(() => this.#surface.note(notice));
  }

  whisper(notice: string): Promise<boolean> {
    return this.#patiently(() => this.#surface.whisper(notice));
  }

  retract(): Promise<void> {
    return this.#patiently(() => this.#surface.retract());
  }

  abandon(): void {
    this.#surface.abandon();
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { givenUp, log, firstMs = FIRST_MS } = this.#options;
    const until = performance.now() + PATIENCE_MS;
    for (let pauseMs = firstMs; ; pauseMs = Math.min(2 * pauseMs, LONGEST_MS)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof PlatformUnavailable) || performance.now() > until) throw error;
        const waitMs = Math.max(pauseMs, Math.min(error.failure.retryAfterMs ?? 0, LONGEST_MS));
        log.warn('reply.waits', { code: codeOf(error), status: error.failure.status, waitMs });
        if (!(await passed(waitMs, givenUp))) throw error;
      }
    }
  }
}

/** Whether the time passed before the signal was aborted. */
async function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), ms);
  const abort = (): void => resolve(false);
  signal.addEventListener('abort', abort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  });
}
