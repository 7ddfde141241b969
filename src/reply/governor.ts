/**
 * Who may write next to a budget that several replies share: first words, then endings, then the stalest text.
 *
 * A platform limits writes per channel, or per workspace and method, never per reply. One Governor therefore serves the
 * whole process, and whatever writes to a platform asks it first. Leave is granted as late as possible and one write at
 * a time, so nothing stale ever waits in a platform client's own queue.
 */
import type { Urgency } from '../core/ports.ts';

/** What a platform allows, by a name that everyone who shares it uses. The figures are safe defaults until answers teach better. */
export interface Budget {
  readonly name: string;
  /** Writes in one window, from 1 up. */
  readonly limit: number;
  /** Milliseconds. */
  readonly windowMs: number;
}

/** What the platform's answer to a write said. Absent fields leave what is known as it is. */
export interface Learned {
  /** Writes in one window. */
  readonly limit?: number;
  /** Writes left in this window, after this one. */
  readonly remaining?: number;
  /** Milliseconds until the window ends and all its writes are free again. */
  readonly resetAfterMs?: number;
  /** Milliseconds in which nothing may be written: the platform refused. */
  readonly retryAfterMs?: number;
}

/** Permission for one write. One of its methods must be called, once: the budget's next write waits for it. */
export interface Leave {
  /** The write was answered, refused or lost. */
  done(learned?: Learned): void;
  /** Nothing was written: the slot is free again. */
  unused(): void;
}

interface Waiter {
  readonly urgency: Urgency;
  readonly grant: () => void;
}

const ORDER: Readonly<Record<Urgency, number>> = { first: 0, ending: 1, text: 2 };

/** Milliseconds added to every instant a platform names: its clock is read a little before its answer arrives. */
const MARGIN_MS = 20;

/** Budgets held before those without use are forgotten. */
const SWEEP_AT = 256;

/** Grants leave to write. Has no timer while nobody waits. */
export class Governor {
  readonly #gates = new Map<string, Gate>();
  #sweepAt = SWEEP_AT;

  /**
   * Resolves when one write to `budget` may be made. Never more than `limit` writes fall into any window of the platform.
   * Text leaves the last slot of a window to first words and endings, and is spread evenly over the window; the first
   * third of a window that was unused goes twice as fast.
   * @throws the signal's reason when it is aborted first.
   */
  async leave(budget: Budget, urgency: Urgency, signal: AbortSignal): Promise<Leave> {
    signal.throwIfAborted();
    return this.#gateOf(budget).leave(urgency, signal);
  }

  /** Budgets held in memory; those without use are forgotten as new ones come. */
  get size(): number {
    return this.#gates.size;
  }

  #gateOf(budget: Budget): Gate {
    const known = this.#gates.get(budget.name);
    if (known !== undefined) return known;
    if (this.#gates.size >= this.#sweepAt) this.#sweep();
    const gate = new Gate(budget);
    this.#gates.set(budget.name, gate);
    return gate;
  }

  /** The threshold grows with what is in use, so that a sweep costs each new budget a constant share. */
  #sweep(): void {
    for (const [name, gate] of this.#gates) if (gate.idle) this.#gates.delete(name);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#gates.size);
  }
}

/** One budget: its window, its write in flight and who waits. Instants are milliseconds of the monotonic clock. */
class Gate {
  #limit: number;
  readonly #windowMs: number;
  /** When each write that may still count stops counting, in ascending order. */
  #freeAt: number[] = [];
  #refusedUntil = 0;
  /** How many times text was permitted since the budget was last quiet for a whole window, and when it last was. */
  #streak = 0;
  #textAt = 0;
  #inFlight = false;
  /** In order of arrival. A reply waits from the moment it has something new, so the first of its kind is the stalest. */
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;

  constructor(budget: Budget) {
    this.#limit = budget.limit;
    this.#windowMs = budget.windowMs;
  }

  get idle(): boolean {
    const now = performance.now();
    const counts = this.#freeAt.some((at) => at > now) || this.#refusedUntil > now;
    return !counts && !this.#inFlight && this.#waiters.size === 0;
  }

  leave(urgency: Urgency, signal: AbortSignal): Promise<Leave> {
    const { promise, resolve, reject } = Promise.withResolvers<Leave>();
    const settle = (): void => {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', abort);
    };
    const waiter: Waiter = {
      urgency,
      grant: () => {
        settle();
        resolve(this.#take(urgency));
      },
    };
    const abort = (): void => {
      settle();
      reject(signal.reason);
      this.#pump();
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#waiters.add(waiter);
    this.#pump();
    return promise;
  }

  /** Grants what may be granted now, or sets the timer for when it may. */
  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#inFlight) return;
    const next = [...this.#waiters].sort((a, b) => ORDER[a.urgency] - ORDER[b.urgency]).at(0);
    if (next === undefined) return;
    const now = performance.now();
    this.#freeAt = this.#freeAt.filter((at) => at > now);
    const at = this.#permittedAt(next.urgency, now);
    if (at <= now) next.grant();
    // A timer may fire a fraction early; rounding up spares a second one.
    else this.#timer = setTimeout(() => this.#pump(), Math.ceil(at - now));
  }

  #take(urgency: Urgency): Leave {
    const before = { textAt: this.#textAt, streak: this.#streak };
    if (urgency === 'text') {
      const now = performance.now();
      this.#streak = now - this.#textAt >= this.#windowMs ? 1 : this.#streak + 1;
      this.#textAt = now;
    }
    this.#inFlight = true;
    let open = true;
    const close = (settle: () => void): void => {
      if (!open) return;
      open = false;
      this.#inFlight = false;
      settle();
      this.#pump();
    };
    return {
      done: (learned = {}) => close(() => this.#count(learned)),
      unused: () =>
        close(() => {
          this.#textAt = before.textAt;
          this.#streak = before.streak;
        }),
    };
  }

  /**
   * Counts a write from its answer, not from its leave: the platform saw it somewhere between, so a slot that is free a
   * whole window after the answer is free on the platform too, wherever the platform's window began.
   */
  #count({ limit, remaining, resetAfterMs, retryAfterMs }: Learned): void {
    const now = performance.now();
    if (limit !== undefined) this.#limit = Math.max(1, limit);
    if (retryAfterMs !== undefined) this.#refusedUntil = now + retryAfterMs + MARGIN_MS;
    const until = now + (resetAfterMs === undefined ? this.#windowMs : resetAfterMs + MARGIN_MS);
    if (remaining === undefined) this.#freeAt.push(until);
    // The platform counted: this is all that stands in its window, also what other processes wrote.
    else this.#freeAt = Array.from({ length: Math.max(0, this.#limit - remaining) }, () => until);
    this.#freeAt.sort((a, b) => a - b);
  }

  /** When a write of this kind may be made if nothing else happens. Expects slots that are free to have been dropped. */
  #permittedAt(urgency: Urgency, now: number): number {
    const slots = urgency === 'text' ? this.#textSlots : this.#limit;
    const slotAt = this.#freeAt[this.#freeAt.length - slots] ?? now;
    const spacedAt = urgency === 'text' && this.#streak > 0 ? this.#textAt + this.#textGapMs() : now;
    return Math.max(slotAt, spacedAt, this.#refusedUntil);
  }

  /** The slots of a window that text may take: all but one, which is kept for first words and endings. */
  get #textSlots(): number {
    return Math.max(1, this.#limit - 1);
  }

  /** Even shares of the time until slots are free again; never closer than an even share of a whole window. */
  #textGapMs(): number {
    const even = this.#windowMs / this.#textSlots;
    const free = Math.max(0, this.#textSlots - this.#freeAt.length);
    const share = ((this.#freeAt[0] ?? this.#textAt) - this.#textAt) / (free + 1);
    const quick = this.#streak <= Math.ceil(this.#textSlots / 3) ? 0.5 : 1;
    return quick * Math.max(even, share);
  }
}
