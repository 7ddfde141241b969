/**
 * Who may write next to budgets that several replies share: first words, then endings, then the stalest text.
 *
 * A platform limits the writes of a channel, of a workspace and method, and of a whole bot; never those of one reply. So one
 * Governor serves the process. Leave is granted as late as possible: nothing stale waits in a platform client's own queue.
 */
import type { Urgency } from '../core/ports.ts';
import { type Budget, type Flight, type Learned, Slots } from './budget.ts';
import { type Asked, Heap, isText, type Rank } from './ranks.ts';

/** Permission for one write. One of its methods must be called, once: until then the write counts as under way. */
export interface Leave {
  /** The write was answered, refused or lost. */
  done(learned?: Learned): void;
  /** Nothing was written: its slots are free again. */
  unused(): void;
}

interface Waiter extends Rank, PromiseWithResolvers<Leave> {
  isOver: boolean;
}

/** All who wait for the same budgets. Only the first of them is looked at, and stands at a budget that holds it up. */
interface Lane {
  readonly key: string;
  readonly gates: readonly Gate[];
  readonly waiters: Heap<Waiter>;
  place: Place | undefined;
}

/** Where a lane's first waiter stands; out of date when the lane has another place. */
interface Place extends Rank {
  readonly lane: Lane;
  readonly gate: Gate;
}

/** One budget with those who stand at it. */
interface Gate<S = Slots | Pace> {
  readonly slots: S;
  readonly places: Heap<Place>;
  /** Lanes that lead through here, and the running replies that wait in them. */
  lanes: number;
  waiting: number;
  timer: NodeJS.Timeout | undefined;
}

/** A longer timer fires at once. @see https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Budgets held before those without use are forgotten. */
const SWEEP_AT = 256;

/** Milliseconds between two texts of this process, so that many answers do not take the processor from those that begin or end. */
const SPACING_MS = 2;

/** What this process can bear, as the last of the budgets of every write. */
class Pace {
  readonly name = 'process';
  #textAt = Number.NEGATIVE_INFINITY;

  permittedAt({ urgency }: Asked, _waiting: number, now: number): number {
    return isText(urgency) ? Math.max(now, this.#textAt + SPACING_MS) : now;
  }

  take(urgency: Urgency, now: number): Flight {
    const flight = { isText: isText(urgency), grantedAt: now, textAt: this.#textAt };
    // What a busy event loop is late by is not made up for: then text yields most.
    if (flight.isText) this.#textAt = now;
    return flight;
  }

  giveBack({ isText, grantedAt, textAt }: Flight): void {
    if (isText && this.#textAt === grantedAt) this.#textAt = textAt;
  }

  count(): void {}
}

/** Grants leave to write. Has no timer while nobody waits; a grant costs the logarithm of how many do. */
export class Governor {
  readonly #gates = new Map<string, Gate<Slots>>();
  readonly #lanes = new Map<string, Lane>();
  readonly #process = gateWith(new Pace());
  #sweepAt = SWEEP_AT;
  #asked = 0;

  /**
   * Resolves when one write that falls in all these budgets may be made. Never more than `limit` writes fall into any
   * window of a platform whose answers tell of its windows, or in any stretch of `windowMs` elsewhere. First words and
   * endings need a free slot only. Text is spread over the window: the less, the more text waits or floods in.
   * @throws the signal's reason when it is aborted first.
   */
  async leave(budgets: readonly Budget[], urgency: Urgency, signal: AbortSignal): Promise<Leave> {
    signal.throwIfAborted();
    const lane = this.#laneOf(budgets);
    const waiter: Waiter = {
      urgency,
      number: this.#asked++,
      askedAt: performance.now(),
      isOver: false,
      ...Promise.withResolvers<Leave>(),
    };
    const abort = (): void => {
      if (waiter.isOver) return;
      end(lane, waiter);
      waiter.reject(signal.reason);
      this.#advance(lane);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (urgency !== 'marks') for (const gate of lane.gates) gate.waiting++;
    lane.waiters.push(waiter);
    this.#advance(lane);
    return waiter.promise.finally(() => signal.removeEventListener('abort', abort));
  }

  /**
   * Milliseconds until such a leave, asked for now, may be expected: 0 when it would be granted at once. Takes nothing;
   * for choosing among several ways to write.
   */
  waitMs(budgets: readonly Budget[], urgency: Urgency): number {
    const now = performance.now();
    const waits = budgets.map(({ name, limit, windowMs }) => {
      const gate = this.#gates.get(name);
      if (gate === undefined) return 0;
      const ownMs = gate.slots.permittedAt({ urgency, askedAt: now }, gate.waiting + 1, now) - now;
      return ownMs + (gate.waiting * windowMs) / limit;
    });
    return Math.max(0, ...waits);
  }

  /** Budgets held in memory; those without use are forgotten as new ones come. */
  get size(): number {
    return this.#gates.size;
  }

  #laneOf(budgets: readonly Budget[]): Lane {
    const key = budgets.map(({ name }) => name).join('\n');
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const gates = [...budgets.map((budget) => this.#gateOf(budget)), this.#process];
    for (const gate of gates) gate.lanes++;
    const lane: Lane = { key, gates, waiters: new Heap((waiter) => waiter.isOver), place: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }

  #gateOf(budget: Budget): Gate {
    const known = this.#gates.get(budget.name);
    if (known !== undefined) return known;
    if (this.#gates.size >= this.#sweepAt) this.#sweep();
    const gate = gateWith(new Slots(budget));
    this.#gates.set(budget.name, gate);
    return gate;
  }

  /** The threshold grows with what is in use, so that a sweep costs each new budget a constant share. */
  #sweep(): void {
    const now = performance.now();
    for (const [name, gate] of this.#gates) if (gate.lanes === 0 && gate.slots.isIdle(now)) this.#gates.delete(name);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#gates.size);
  }

  /** Grants the lane's first waiters what they may have now; the next one stands at a budget that has no room for it. */
  #advance(lane: Lane): void {
    const former = lane.place;
    lane.place = undefined;
    for (let head = lane.waiters.first; head !== undefined; head = lane.waiters.first) {
      const { urgency, number } = head;
      const now = performance.now();
      const gate = lane.gates.find(({ slots, waiting }) => slots.permittedAt(head, waiting, now) > now);
      if (gate !== undefined) {
        const stays = former?.gate === gate && former.number === number;
        lane.place = stays ? former : { lane, gate, urgency, number, askedAt: head.askedAt };
        if (!stays) gate.places.push(lane.place);
        this.#arm(gate);
        break;
      }
      end(lane, head);
      head.resolve(this.#leaveOf(lane.gates, urgency, now));
    }
    if (former !== undefined && former.gate !== lane.place?.gate) this.#arm(former.gate);
    if (lane.place !== undefined || this.#lanes.get(lane.key) !== lane) return;
    this.#lanes.delete(lane.key);
    for (const gate of lane.gates) gate.lanes--;
  }

  /** Sets the timer for when the first who stands here may be let through. */
  #arm(gate: Gate): void {
    clearTimeout(gate.timer);
    const { first } = gate.places;
    if (first === undefined) return;
    const now = performance.now();
    const at = gate.slots.permittedAt(first, gate.waiting, now);
    // A timer may fire a fraction early; rounding up spares a second one. What waits for an answer needs none.
    if (Number.isFinite(at))
      gate.timer = setTimeout(() => this.#pump(gate), Math.min(MAX_TIMER_MS, Math.ceil(at - now)));
  }

  /** Lets through those who stand here, the first ones first, as long as there is room. */
  #pump(gate: Gate): void {
    for (let first = gate.places.first; first !== undefined; first = gate.places.first) {
      const now = performance.now();
      if (gate.slots.permittedAt(first, gate.waiting, now) > now) break;
      gate.places.pop();
      first.lane.place = undefined;
      this.#advance(first.lane);
    }
    this.#arm(gate);
  }

  #leaveOf(gates: readonly Gate[], urgency: Urgency, now: number): Leave {
    const flights = gates.map((gate) => ({ gate, flight: gate.slots.take(urgency, now) }));
    let isOpen = true;
    const close = (settle: (slots: Slots | Pace, flight: Flight) => void): void => {
      if (!isOpen) return;
      isOpen = false;
      for (const { gate, flight } of flights) settle(gate.slots, flight);
      for (const { gate } of flights) this.#pump(gate);
    };
    return {
      done: (learned = {}) => {
        const { budget = flights[0]?.gate.slots.name, sentAt } = learned;
        const others = sentAt === undefined ? {} : { sentAt };
        const now = performance.now();
        close((slots, flight) => slots.count(flight, slots.name === budget ? learned : others, now));
      },
      unused: () => close((slots, flight) => slots.giveBack(flight)),
    };
  }
}

function gateWith<S extends Slots | Pace>(slots: S): Gate<S> {
  const places = new Heap<Place>((place) => place.lane.place !== place);
  return { slots, places, lanes: 0, waiting: 0, timer: undefined };
}

function end({ gates }: Lane, waiter: Waiter): void {
  waiter.isOver = true;
  if (waiter.urgency !== 'marks') for (const gate of gates) gate.waiting--;
}
