/** A surface that remembers what a reader saw, grants leave when the test says so, and fails where the test says so. */
import type { ReplySurface, Urgency } from '../../src/core/ports.ts';
import type { DraftView, PostRef, Reply } from '../../src/core/reply.ts';

export interface Script {
  /** Whether leave waits for `grant()`. */
  readonly byHand?: boolean;
  /** What `begin` waits for. */
  readonly begin?: Promise<void>;
  /** What the numbered call of `show` waits for, from 0. A call beyond the last is done at once. */
  readonly shows?: readonly Promise<void>[];
  readonly finish?: Promise<void>;
  /** What the numbered call of `finish` waits for, from 0. */
  readonly finishes?: readonly Promise<void>[];
  /** The posts that stand after the numbered write, from 0; after the last one, the same as then. */
  readonly posts?: readonly (readonly PostRef[])[];
}

export class FakeSurface implements ReplySurface {
  readonly seen: DraftView[] = [];
  readonly finished: Reply[] = [];
  readonly urgencies: Urgency[] = [];
  readonly notes: string[] = [];
  readonly #script: Script;
  #waiting: { readonly grant: () => void } | undefined;
  #writes = 0;
  #ends = 0;
  #running = 0;

  constructor(script: Script = {}) {
    this.#script = script;
  }

  /** Whether leave was asked for and not granted yet. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  grant(): void {
    this.#waiting?.grant();
  }

  begin(): Promise<void> {
    return this.#alone(() => this.#script.begin);
  }

  leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    this.urgencies.push(urgency);
    return this.#alone(async () => {
      signal.throwIfAborted();
      if (this.#script.byHand !== true) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#waiting = { grant: resolve };
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      await promise.finally(() => {
        this.#waiting = undefined;
      });
    });
  }

  show(view: DraftView): Promise<readonly PostRef[]> {
    return this.#alone(async () => {
      const number = this.#writes++;
      await this.#script.shows?.[number];
      this.seen.push(view);
      return this.#posts(number);
    });
  }

  finish(reply: Reply): Promise<readonly PostRef[]> {
    return this.#alone(async () => {
      await (this.#script.finishes?.[this.#ends++] ?? this.#script.finish);
      this.finished.push(reply);
      return this.#posts(this.#writes++);
    });
  }

  async note(notice: string): Promise<void> {
    this.notes.push(notice);
  }

  async whisper(): Promise<boolean> {
    return false;
  }

  async retract(): Promise<void> {
    this.seen.length = 0;
    this.finished.length = 0;
  }

  abandon(): void {
    this.#waiting = undefined;
  }

  #posts(number: number): readonly PostRef[] {
    return this.#script.posts?.[number] ?? this.#script.posts?.at(-1) ?? [{ channel: 'c', message: 'p' }];
  }

  /** A surface is promised that its calls never overlap. */
  async #alone<T>(work: () => T): Promise<Awaited<T>> {
    if (this.#running > 0) throw new TypeError('Two calls to a surface overlap.');
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }
}
