/** Who comes first among those who wait to write: first words, endings, what endings leave to be done, the stalest text. */
import type { Urgency } from '../core/ports.ts';

export interface Asked {
  readonly urgency: Urgency;
  /** By `performance.now()`. */
  readonly askedAt: number;
}

export interface Rank extends Asked {
  /** Counts up. A reply asks from the moment it has something new, so the first of its kind is the stalest. */
  readonly number: number;
}

/** Whether it is the text between first words and ending, which is spread over time. */
export function isText(urgency: Urgency): boolean {
  return urgency === 'text' || urgency === 'burst';
}

const ORDER: Readonly<Record<Urgency, number>> = { first: 0, ending: 1, marks: 2, burst: 3, text: 3 };

/** A pairing heap: the most urgent first, and of those the earliest. What has died is dropped when it comes first. */
export class Heap<T extends Rank> {
  readonly #isDead: (entry: T) => boolean;
  #root: Branch<T> | undefined;

  constructor(isDead: (entry: T) => boolean) {
    this.#isDead = isDead;
  }

  get first(): T | undefined {
    while (this.#root !== undefined && this.#isDead(this.#root.entry)) this.pop();
    return this.#root?.entry;
  }

  push(entry: T): void {
    this.#root = joined(this.#root, { entry, below: [] });
  }

  pop(): void {
    const below = this.#root?.below ?? [];
    const pairs = below.flatMap((branch, at) => (at % 2 === 0 ? [joined(branch, below[at + 1])] : []));
    this.#root = pairs.reduceRight((one, other) => joined(one, other), undefined);
  }
}

type Branch<T> = { readonly entry: T; readonly below: Branch<T>[] };

function joined<T extends Rank>(one: Branch<T> | undefined, other: Branch<T> | undefined): Branch<T> | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const [first, second] = isBefore(other.entry, one.entry) ? [other, one] : [one, other];
  first.below.push(second);
  return first;
}

function isBefore(one: Rank, other: Rank): boolean {
  const difference = ORDER[one.urgency] - ORDER[other.urgency];
  return difference === 0 ? one.number < other.number : difference < 0;
}
