/** Getting payloads to the app: each is carried once at a time, has to be acknowledged in time, and events are tried again. */
import { randomUUID } from 'node:crypto';
import type { Json } from '../../discord/json.ts';
import type { World } from '../state/world.ts';

export type DeliveryKind = 'events_api' | 'slash_commands' | 'interactive';

export interface Envelope {
  readonly envelopeId: string;
  readonly kind: DeliveryKind;
  readonly payload: Json;
  readonly attempt: number;
  /** Why the attempt before failed; empty at first. */
  readonly reason: string;
}

/** One payload and how it fared. */
export interface Delivery {
  readonly kind: DeliveryKind;
  readonly payload: Json;
  /** On this simulator's clock, when each attempt went out. */
  readonly attempts: number[];
  /** How many of the attempts failed. */
  failures: number;
  /** Why the last of them did. */
  lastReason?: string;
  state: 'waiting' | 'sent' | 'acknowledged' | 'lost';
  /** How long after the attempt it answered. */
  ackedAfterMs?: number;
  /** The answer came after its time was over. */
  late: boolean;
}

export interface Outcome {
  acknowledged(answer: Json): void;
  /** Nobody answered in time, or nobody could be reached. */
  failed(): void;
}

/** Takes an envelope to the app; false where nobody is there to take it. */
export interface Carrier {
  /** What a retry says of an attempt that nobody answered in time. */
  readonly timeoutReason: string;
  carry(envelope: Envelope): boolean;
}

interface Underway {
  readonly delivery: Delivery;
  readonly outcome: Outcome | undefined;
  readonly sentAt: number;
  readonly stopWaiting: () => void;
}

export class Deliveries {
  readonly all: Delivery[] = [];
  readonly #world: World;
  readonly #waiting: { delivery: Delivery; outcome: Outcome | undefined; reason: string }[] = [];
  readonly #underway = new Map<string, Underway>();
  #carrier: Carrier | undefined;
  #isLost: (delivery: Delivery) => boolean = () => false;

  constructor(world: World) {
    this.#world = world;
  }

  /** Who carries from now on. */
  use(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  offer(kind: DeliveryKind, payload: Json, outcome?: Outcome): Delivery {
    const delivery: Delivery = { kind, payload, attempts: [], failures: 0, state: 'waiting', late: false };
    this.all.push(delivery);
    this.#attempt(delivery, outcome, '');
    return delivery;
  }

  /** Somebody can be reached again: what waited goes out, in its order. */
  flush(): void {
    for (const { delivery, outcome, reason } of this.#waiting.splice(0)) this.#attempt(delivery, outcome, reason);
  }

  /** Acknowledgements of these get lost on their way. */
  loseAcknowledgements(of: (delivery: Delivery) => boolean): void {
    this.#isLost = of;
  }

  acknowledge(envelopeId: string, answer: Json): void {
    const underway = this.#underway.get(envelopeId);
    if (!underway) return;
    if (this.#isLost(underway.delivery)) return;
    const { delivery, outcome, sentAt } = underway;
    underway.stopWaiting();
    this.#underway.delete(envelopeId);
    delivery.ackedAfterMs = this.#world.clock.now() - sentAt;
    if (delivery.ackedAfterMs > this.#world.assumptions.ackMs) delivery.late = true;
    else outcome?.acknowledged(answer);
    delivery.state = 'acknowledged';
    this.#world.changed();
  }

  /** The app refused it, or could not be reached; `final` where it asked not to be tried again. */
  fail(envelopeId: string, reason: string, final = false): void {
    const underway = this.#underway.get(envelopeId);
    if (!underway) return;
    underway.stopWaiting();
    this.#underway.delete(envelopeId);
    this.#again(underway, reason, final);
  }

  #attempt(delivery: Delivery, outcome: Outcome | undefined, reason: string): void {
    if (delivery.state === 'acknowledged') return;
    const { clock, assumptions } = this.#world;
    const envelope: Envelope = {
      envelopeId: randomUUID(),
      kind: delivery.kind,
      payload: delivery.payload,
      attempt: delivery.attempts.length,
      reason,
    };
    const stopWaiting = clock.after(assumptions.ackMs, () => this.#timeOut(envelope.envelopeId));
    this.#underway.set(envelope.envelopeId, { delivery, outcome, sentAt: clock.now(), stopWaiting });
    if (this.#carrier?.carry(envelope) === true) {
      delivery.state = 'sent';
      delivery.attempts.push(clock.now());
      return;
    }
    stopWaiting();
    this.#underway.delete(envelope.envelopeId);
    // Nobody is there: an event waits for somebody, a person at a button is told at once.
    if (delivery.kind === 'events_api') this.#waiting.push({ delivery, outcome, reason });
    else this.#lose(delivery, outcome);
  }

  /** The envelope is kept for a while, so that an answer that comes late is seen as such. */
  #timeOut(envelopeId: string): void {
    const underway = this.#underway.get(envelopeId);
    if (underway) this.#again(underway, this.#carrier?.timeoutReason ?? 'timeout', false);
  }

  #again({ delivery, outcome }: Underway, reason: string, final: boolean): void {
    delivery.failures++;
    delivery.lastReason = reason;
    const { clock, assumptions } = this.#world;
    const delayMs = assumptions.retriesMs[delivery.failures - 1];
    if (delivery.kind !== 'events_api' || delayMs === undefined || final) this.#lose(delivery, outcome);
    else if (delayMs === 0) this.#attempt(delivery, outcome, reason);
    else clock.after(delayMs, () => this.#attempt(delivery, outcome, reason));
    this.#world.changed();
  }

  #lose(delivery: Delivery, outcome: Outcome | undefined): void {
    if (delivery.state === 'acknowledged' || delivery.state === 'lost') return;
    delivery.state = 'lost';
    outcome?.failed();
    this.#world.changed();
  }
}
