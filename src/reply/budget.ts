/** What a platform allows under one name: the slots of a window, what its answers taught of them, and the pace of text. */
import type { Urgency } from '../core/ports.ts';
import { type Asked, isText } from './ranks.ts';

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

/** Round trips that are remembered, and that have to be known before they say how alike requests travel. */
const TRIPS = 8;
const TRUSTED_TRIPS = 4;

/**
 * Even shares of a window between its last text and its end. All of a share is the most even, over the ends of windows too;
 * less of it lets an ending that finds the window spent come sooner. The first window after a pause is mostly the whole of a
 * short answer, whose ending comes about when it ends.
 */
const TAIL = 0.7;
const FIRST_TAIL = 0.88;

/** Milliseconds that a write is held for the next text to come, until it is known how long it was: half a usual pause. */
const HELD_MS = 80;

/** Roughly how long an answer streams, in milliseconds: one in so many of the running ones ends within that time. */
const ANSWER_MS = 20_000;

/** Replies that may end beside those that wait or write just now: one between two texts, and one that begins next. */
const UNSEEN = 2;

/** Text that floods in goes at twice the pace. */
const BURST = 0.5;

/** Where no window's end is known, text slows down below this share of the slots, so that it never quite runs out. */
const SLOW_BELOW = 1 / 5;

/** In a log of the last writes so many replies double the pace about four times. Of more each gets so few writes that it falls again. */
const HURRY = 14;
const MANY = 10;

/** Of the time in which each of several replies can write once, so much passes before new text does; less where it is shorter than an answer. */
const RIPE = 0.2;

const NEVER = Number.NEGATIVE_INFINITY;
const NO_WINDOW = { from: NEVER, to: NEVER, endsAt: NEVER, counted: 0, tail: TAIL };

/** One budget in use. Instants are milliseconds of `performance.now()`. */
export class Slots {
  readonly name: string;
  readonly #windowMs: number;
  readonly #defaultLimit: number;
  #limit: number;
  #inFlight = 0;
  /** The window that the platform told of last: between which instants it ends, when it surely has, and what counts in it. */
  #window = NO_WINDOW;
  /** When each other answered write stops counting, in ascending order. */
  #freeAt: number[] = [];
  #refusedUntil = 0;
  /** When a limit that a refusal lowered was last changed. */
  #changedAt = 0;
  /** The last round trips, in milliseconds. */
  #trips: number[] = [];
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
    return this.#refusedUntil <= now && this.#used(now) === 0;
  }

  /** When such a write may be made, as so many running replies wait; infinite where an answer has to come first. */
  permittedAt({ urgency, askedAt }: Asked, waiting: number, now: number): number {
    const slots = this.#limit - this.#keptFrom(urgency, waiting);
    const over = this.#used(now) - slots;
    const slotAt = over < 0 ? now : this.#freeAfter(over, now);
    if (!isText(urgency)) return Math.max(slotAt, this.#refusedUntil);
    const pacedAt = this.#textAt + this.#gapMs(urgency, waiting, now);
    const roundMs = ((waiting - 1) * this.#windowMs) / this.#limit;
    const ripeMs = this.#isToldOf ? 0 : RIPE * roundMs * Math.min(1, roundMs / ANSWER_MS) ** 3;
    return Math.max(slotAt, pacedAt, askedAt + ripeMs, this.#refusedUntil);
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
    if (learned.remaining === undefined) this.#countUntold(learned, now);
    else this.#countTold(flight, { ...learned, remaining: learned.remaining }, now);
  }

  #travelled({ isText, grantedAt }: Flight, sentAt: number, now: number): void {
    if (isText) this.#heldMs += (sentAt - grantedAt - this.#heldMs) / 4;
    if (isText && this.#textAt === grantedAt) this.#textAt = sentAt;
    this.#trips = [...this.#trips.slice(1 - TRIPS), now - sentAt];
  }

  /** A refused write counts nowhere. Where answers tell no limit, there is no more room than was used, or half of it: others write too. */
  #refuse(retryAfterMs: number, now: number): void {
    this.#refusedUntil = now + retryAfterMs + MARGIN_MS;
    if (this.#isToldOf) return;
    this.#limit = Math.min(this.#limit, Math.max(1, Math.floor(this.#limit / 2), this.#used(now)));
    this.#changedAt = now;
  }

  #countUntold({ sentAt = Number.POSITIVE_INFINITY }: Learned, now: number): void {
    const until = this.#surely(sentAt + this.#windowMs, now + this.#windowMs);
    const at = this.#freeAt.findLastIndex((other) => other <= until);
    this.#freeAt.splice(at + 1, 0, until);
    if (this.#isToldOf || this.#limit >= this.#defaultLimit || now - this.#changedAt < this.#windowMs) return;
    // What a refusal took from the limit comes back one slot a window.
    this.#limit++;
    this.#changedAt = now;
  }

  /** What the platform counted in its window holds also what other processes wrote. */
  #countTold(flight: Flight, learned: Learned & { readonly remaining: number }, now: number): void {
    const { remaining, resetAfterMs = this.#windowMs, sentAt = flight.grantedAt } = learned;
    const known = this.#window;
    const [earliest, latest] = [sentAt + resetAfterMs, now + resetAfterMs];
    // An answer that was overtaken by one of a later window.
    if (latest < known.from - MARGIN_MS) return;
    const isSame = earliest <= known.to + MARGIN_MS;
    const [from, to] = isSame ? [Math.max(known.from, earliest), Math.max(known.to, latest)] : [earliest, latest];
    const counted = Math.max(this.#limit - remaining, isSame ? known.counted : 0);
    const tail = isSame ? known.tail : from - known.to > 2 * this.#windowMs ? FIRST_TAIL : TAIL;
    this.#window = { from, to, endsAt: this.#surely(from, to) + MARGIN_MS, counted, tail };
  }

  /**
   * A platform counts a write between its sending and its answer. What is reckoned from the answer is surely over; what
   * is reckoned from the sending is over for requests that travel as fast, so the differences of their trips are added.
   */
  #surely(fromSending: number, fromAnswer: number): number {
    if (this.#trips.length < TRUSTED_TRIPS) return fromAnswer;
    return Math.min(fromAnswer, fromSending + Math.max(...this.#trips) - Math.min(...this.#trips));
  }

  /** Writes that count now, those under way among them. */
  #used(now: number): number {
    const free = this.#freeAt.findIndex((at) => at > now);
    this.#freeAt.splice(0, free === -1 ? this.#freeAt.length : free);
    return this.#freeAt.length + this.#inFlight + (this.#window.endsAt > now ? this.#window.counted : 0);
  }

  /** When so many more than one of the answered writes have stopped counting. */
  #freeAfter(more: number, now: number): number {
    const { endsAt, counted } = this.#window;
    const told = endsAt > now ? Array.from({ length: counted }, () => endsAt) : [];
    return [...this.#freeAt, ...told].sort((a, b) => a - b)[more] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the platform tells of its windows. */
  get #isToldOf(): boolean {
    return this.#window.to > NEVER;
  }

  /** The slots left to others: one for each running reply by marks, some by text; none by text in a window whose end is known, see `TAIL`. */
  #keptFrom(urgency: Urgency, waiting: number): number {
    if (urgency === 'marks') return Math.min(this.#limit - 1, waiting);
    if (!isText(urgency) || this.#isToldOf) return 0;
    const ending = (waiting + this.#inFlight + UNSEEN) * Math.min(1, this.#windowMs / ANSWER_MS);
    const kept = Math.floor(Math.max(this.#limit / 8, Math.min(this.#limit / 2, ending)));
    return Math.min(this.#limit - 1, Math.max(1, kept));
  }

  /** From the last text to when leave for the next one is due, were there a slot for it. */
  #gapMs(urgency: Urgency, waiting: number, now: number): number {
    if (this.#textAt === NEVER) return 0;
    const factor = urgency === 'burst' ? BURST : 1;
    const gapMs = this.#isToldOf ? this.#windowGapMs(factor, now) : this.#logGapMs(factor, waiting, now);
    return Math.max(gapMs / 2, gapMs - this.#heldMs);
  }

  /** Even shares of what is left of the window, up to the last text. */
  #windowGapMs(factor: number, now: number): number {
    const even = this.#windowMs / this.#limit;
    const { endsAt, tail } = this.#window;
    // A window opens with its first write, and before that is answered there is nothing to share.
    if (endsAt <= now) return (this.#inFlight === 0 ? TAIL : factor) * even;
    const leftMs = endsAt - tail * even - this.#textAt;
    const free = this.#limit - this.#used(now);
    return free <= 1 ? leftMs : (factor * leftMs) / free;
  }

  /** An even share of a whole window for one reply; for n of them less by n², as each of n grows stale n times as long. */
  #logGapMs(factor: number, waiting: number, now: number): number {
    const many = Math.min(waiting + this.#inFlight, MANY ** 2 / Math.max(1, waiting + this.#inFlight));
    const hurry = 1 + (many ** 2 - 1) / HURRY;
    const share = Math.max(0.5, this.#limit - this.#keptFrom('text', waiting) - this.#used(now)) / this.#limit;
    return (factor * this.#windowMs * Math.max(1, SLOW_BELOW / share)) / this.#limit / hurry;
  }
}
