/** What a platform allows under one name: the slots of a window, what its answers taught of them, and the pace of text. */
import type { Urgency } from '../core/ports.ts';

/**
 * A limit of a platform, by a name that all who share it use. The figures are safe defaults until answers teach better.
 * Answers that tell when a window ends make it a fixed window. Where none does, a write counts for a whole window of its
 * own: exact where the platform keeps a log of the last writes, and safe wherever its windows begin.
 */
export interface Budget {
  readonly name: string;
  /** Writes in one window, from 1 up. */
  readonly limit: number;
  /** Milliseconds. */
  readonly windowMs: number;
}

/** What the platform's answer to a write said. Absent fields leave what is known as it is. */
export interface Learned {
  /** The name of the budget that the rest is about; absent: the first one that leave was asked for. */
  readonly budget?: string;
  /** Writes in one window. */
  readonly limit?: number;
  /** Writes left in this window, after this one. */
  readonly remaining?: number;
  /** Milliseconds from when the platform counted the write until the window ends and all its writes are free again. */
  readonly resetAfterMs?: number;
  /** Milliseconds in which nothing may be written: the platform refused. */
  readonly retryAfterMs?: number;
  /** When the request was sent, by `performance.now()`; absent: at some time between leave and answer. */
  readonly sentAt?: number;
}

/** One write that was permitted and is not answered yet. */
export interface Flight {
  readonly isText: boolean;
  readonly grantedAt: number;
  /** When text was written before. */
  readonly textAt: number;
}

/** Milliseconds added to every instant a platform names: it rounds them, and no two requests travel alike. */
const MARGIN_MS = 20;

/** Round trips that have to be known before a window is taken to end by when its requests were sent. */
const TRUSTED_TRIPS = 4;

/**
 * Even shares of a window between its last text and its end: long enough for the slot to be worth a write, too short for an
 * ending to be late. The first window after a pause is mostly the whole of a short answer, and may be used up sooner.
 */
const TAIL = 0.65;
const FIRST_TAIL = 0.85;

/** Milliseconds that a write is held for the next text to come, until it is known how long it was: half a usual pause. */
const HELD_MS = 80;

/** Roughly how long an answer streams, in milliseconds: one in so many of the running ones ends within that time. */
const ANSWER_MS = 20_000;

/** Text that floods in goes at twice the pace. */
const BURST = 0.5;

/** Where no window's end is known, text slows down below this share of the slots, so that it never quite runs out. */
const SLOW_BELOW = 1 / 5;

/** In a log of the last writes so many replies double the pace about four times; more than `MANY` change it no further. */
const HURRY = 18;
const MANY = 10;

/** Longer ago than anything. */
const NEVER = Number.NEGATIVE_INFINITY;

const NO_WINDOW = { from: NEVER, to: NEVER, endsAt: NEVER, tail: TAIL };

/** One budget in use. Instants are milliseconds of `performance.now()`. */
export class Slots {
  readonly name: string;
  readonly #windowMs: number;
  readonly #defaultLimit: number;
  #limit: number;
  #inFlight = 0;
  /** When each answered write stops counting, in ascending order. */
  #freeAt: number[] = [];
  /** Between which instants the window ends that the platform told of last, and when it surely has. */
  #window = NO_WINDOW;
  #refusedUntil = 0;
  /** When a limit that a refusal lowered was last changed. */
  #changedAt = 0;
  /** Round trips: how many are known, the last one, and how much they differ. */
  #trips = { known: 0, lastMs: 0, spreadMs: 0 };
  #textAt = NEVER;
  /** How long leave for text is kept before it is used, averaged over the last ones. */
  #heldMs = HELD_MS;

  constructor({ name, limit, windowMs }: Budget) {
    this.name = name;
    this.#windowMs = windowMs;
    this.#defaultLimit = limit;
    this.#limit = limit;
  }

  isIdle(now: number): boolean {
    return this.#inFlight === 0 && this.#refusedUntil <= now && (this.#freeAt.at(-1) ?? 0) <= now;
  }

  /**
   * When a write of this kind may be made if nothing else happens; infinite where an answer has to come first.
   * @param waiting How many wait for leave here.
   */
  permittedAt(urgency: Urgency, waiting: number, now: number): number {
    this.#dropFree(now);
    const slots = isText(urgency) ? this.#limit - this.#keptOf(waiting) : this.#limit;
    const over = this.#freeAt.length + this.#inFlight - slots;
    const slotAt = over < 0 ? now : (this.#freeAt[over] ?? Number.POSITIVE_INFINITY);
    const pacedAt = isText(urgency) ? this.#textAt + this.#gapMs(urgency, waiting, now) : now;
    return Math.max(slotAt, pacedAt, this.#refusedUntil);
  }

  take(urgency: Urgency, now: number): Flight {
    const flight = { isText: isText(urgency), grantedAt: now, textAt: this.#textAt };
    if (flight.isText) this.#textAt = now;
    this.#inFlight++;
    return flight;
  }

  giveBack({ isText, grantedAt, textAt }: Flight): void {
    this.#inFlight--;
    if (isText && this.#textAt === grantedAt) this.#textAt = textAt;
  }

  /** The write was answered, refused or lost. */
  count(flight: Flight, learned: Learned, now: number): void {
    this.#inFlight--;
    const { limit, retryAfterMs, sentAt } = learned;
    if (limit !== undefined) this.#limit = Math.max(1, limit);
    if (sentAt !== undefined) this.#travelled(flight, sentAt, now);
    if (retryAfterMs !== undefined) return this.#refuse(retryAfterMs, now);
    this.#grow(now);
    if (learned.remaining === undefined) this.#countUntold(learned, now);
    else this.#countTold(flight, { ...learned, remaining: learned.remaining }, now);
  }

  #travelled({ isText, grantedAt }: Flight, sentAt: number, now: number): void {
    if (isText) this.#heldMs += (sentAt - grantedAt - this.#heldMs) / 4;
    if (isText && this.#textAt === grantedAt) this.#textAt = sentAt;
    const { known, lastMs, spreadMs } = this.#trips;
    const tripMs = now - sentAt;
    const differenceMs = known === 0 ? 0 : Math.abs(tripMs - lastMs);
    this.#trips = { known: known + 1, lastMs: tripMs, spreadMs: Math.max(0.8 * spreadMs, differenceMs) };
  }

  /** A refused write counts nowhere. Where answers tell no limit, it shows that there is no more room than was used. */
  #refuse(retryAfterMs: number, now: number): void {
    this.#refusedUntil = now + retryAfterMs + MARGIN_MS;
    if (this.#isToldOf) return;
    this.#dropFree(now);
    this.#limit = Math.max(1, Math.min(this.#limit, this.#freeAt.length + this.#inFlight));
    this.#changedAt = now;
  }

  /** What a refusal took from the limit comes back one slot a window. */
  #grow(now: number): void {
    if (this.#isToldOf || this.#limit >= this.#defaultLimit || now - this.#changedAt < this.#windowMs) return;
    this.#limit++;
    this.#changedAt = now;
  }

  #countUntold({ sentAt }: Learned, now: number): void {
    const until = this.#surely((sentAt ?? now) + this.#windowMs, now + this.#windowMs);
    const at = this.#freeAt.findLastIndex((other) => other <= until);
    this.#freeAt.splice(at + 1, 0, until);
  }

  /** The platform counted: this is all that stands in its window, also what other processes wrote. */
  #countTold(flight: Flight, learned: Learned & { readonly remaining: number }, now: number): void {
    const { remaining, resetAfterMs = this.#windowMs, sentAt = flight.grantedAt } = learned;
    const told = { from: sentAt + resetAfterMs, to: now + resetAfterMs };
    const known = this.#window;
    // An answer that was overtaken by one of a later window.
    if (told.to < known.from - MARGIN_MS) return;
    const isSame = told.from <= known.to + MARGIN_MS;
    const from = isSame ? Math.max(known.from, told.from) : told.from;
    const to = isSame ? Math.min(known.to, told.to) : told.to;
    const endsAt = this.#surely(from, to) + MARGIN_MS;
    const counted = Math.max(this.#limit - remaining, isSame ? this.#freeAt.length : 0);
    const isFirst = from - known.to > 2 * this.#windowMs;
    this.#window = { from, to, endsAt, tail: isSame ? known.tail : isFirst ? FIRST_TAIL : TAIL };
    this.#freeAt = Array.from({ length: counted }, () => endsAt);
  }

  /**
   * A platform counts a write between its sending and its answer. An instant reckoned from the answer is surely over;
   * one reckoned from the sending is for a request that travels no faster, and requests travel as alike as their trips.
   */
  #surely(fromSending: number, fromAnswer: number): number {
    const { known, spreadMs } = this.#trips;
    return known < TRUSTED_TRIPS ? fromAnswer : Math.min(fromAnswer, fromSending + 2 * spreadMs);
  }

  #dropFree(now: number): void {
    const free = this.#freeAt.findIndex((at) => at > now);
    this.#freeAt.splice(0, free === -1 ? this.#freeAt.length : free);
  }

  /** Whether the platform tells of its windows. */
  get #isToldOf(): boolean {
    return this.#window.to > NEVER;
  }

  /** The slots that text leaves to first words and endings. None in a window whose end is known: see `TAIL`. */
  #keptOf(waiting: number): number {
    if (this.#isToldOf) return 0;
    const ending = (waiting + this.#inFlight) * Math.min(1, this.#windowMs / ANSWER_MS);
    const kept = Math.max(this.#limit / 8, Math.min(this.#limit / 2, ending));
    return Math.min(this.#limit - 1, Math.ceil(kept));
  }

  /** From the last text to when leave for the next one is due, were there a slot for it. */
  #gapMs(urgency: Urgency, waiting: number, now: number): number {
    if (this.#textAt === NEVER) return 0;
    const gapMs = this.#isToldOf ? this.#windowGapMs(urgency, now) : this.#logGapMs(urgency, waiting);
    return Math.max(gapMs / 2, gapMs - this.#heldMs);
  }

  /** Even shares of what is left of the window, up to the last text. */
  #windowGapMs(urgency: Urgency, now: number): number {
    const factor = urgency === 'burst' ? BURST : 1;
    const even = this.#windowMs / this.#limit;
    const { endsAt, tail } = this.#window;
    // A window opens with its first write, and before that is answered there is nothing to share.
    if (endsAt <= now) return (this.#inFlight === 0 ? TAIL : factor) * even;
    const leftMs = endsAt - tail * even - this.#textAt;
    const free = this.#limit - this.#freeAt.length - this.#inFlight;
    return free <= 1 ? leftMs : (factor * leftMs) / free;
  }

  /** An even share of a whole window for one reply; for n of them less by n², as each of n grows stale n times as long. */
  #logGapMs(urgency: Urgency, waiting: number): number {
    const factor = urgency === 'burst' ? BURST : 1;
    const many = Math.min(MANY, waiting + this.#inFlight);
    const hurry = 1 + (many ** 2 - 1) / HURRY;
    const free = this.#limit - this.#keptOf(waiting) - this.#freeAt.length - this.#inFlight;
    const share = Math.max(0.5, free) / this.#limit;
    return (factor * this.#windowMs * Math.max(1, SLOW_BELOW / share)) / this.#limit / hurry;
  }
}

function isText(urgency: Urgency): boolean {
  return urgency === 'text' || urgency === 'burst';
}
