/** What a test makes go wrong: refusals, delays, cut connections, before or after a call has its effect. */
import type { Json } from '../../discord/json.ts';

export interface Fault {
  /** HTTP status instead of the answer; `reset` cuts the connection. */
  readonly status?: number | 'reset';
  /** A platform error instead of the answer, at status 200. */
  readonly error?: string;
  readonly body?: Json;
  /** How many calls it meets; 1 if not said. */
  readonly times?: number;
  /** How many calls of the method pass before it begins. */
  readonly after?: number;
  /** The call takes effect first, and only its answer is lost. */
  readonly afterCommit?: boolean;
  readonly delayMs?: number;
  /** With status 429; absent, 1; `none` leaves the header out. */
  readonly retryAfterS?: number | 'none';
}

interface Planned {
  readonly method: string;
  readonly fault: Fault;
  left: number;
  passing: number;
}

export class Faults {
  readonly #planned: Planned[] = [];

  plan(method: string, fault: Fault): void {
    this.#planned.push({ method, fault, left: fault.times ?? 1, passing: fault.after ?? 0 });
  }

  /** The fault that meets this call, counted as used. */
  take(method: string): Fault | undefined {
    for (const planned of this.#planned) {
      if (planned.method !== method || planned.left === 0) continue;
      if (planned.passing > 0) {
        planned.passing--;
        continue;
      }
      planned.left--;
      return planned.fault;
    }
    return undefined;
  }

  lift(method: string): void {
    for (const planned of this.#planned) if (planned.method === method) planned.left = 0;
  }

  get unused(): readonly string[] {
    return this.#planned.filter(({ left }) => left > 0).map(({ method, left }) => `${method} (${left} left)`);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | string;
}

export function rateLimited(retryAfterS: number | 'none'): Answer {
  const headers: Record<string, string> = retryAfterS === 'none' ? {} : { 'retry-after': String(retryAfterS) };
  return { status: 429, headers, body: { ok: false, error: 'ratelimited' } };
}

/** What is answered in place of the truth; nothing where the fault only delays. */
export function answerOf(fault: Fault): Answer | undefined {
  if (fault.error !== undefined)
    return { status: 200, headers: {}, body: { ok: false, error: fault.error, ...fault.body } };
  if (fault.status === 429) return rateLimited(fault.retryAfterS ?? 1);
  if (typeof fault.status !== 'number') return undefined;
  return { status: fault.status, headers: {}, body: fault.body ?? `${fault.status}` };
}
