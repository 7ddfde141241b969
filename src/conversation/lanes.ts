/** One turn at a time per conversation, in this process: order, waiting limit, cancelling. */
import type { ConversationId } from '../core/conversation.ts';
import type { Refusal } from '../core/errors.ts';
import type { Mention, MentionId } from '../core/inbound.ts';
import type { Lanes } from '../core/ports.ts';

interface Lane {
  /** The end of the last work given; the next work is chained to it. */
  tail: Promise<void>;
  waiting: number;
  /** What runs now, if anything. */
  running: { readonly stop: AbortController; readonly mention: Mention | undefined } | undefined;
}

type Work = (signal: AbortSignal) => Promise<void>;

/** A lane lives only while something runs or waits in it, so an idle conversation costs nothing. */
export class LocalLanes implements Lanes {
  readonly #lanes = new Map<ConversationId, Lane>();

  async run(
    id: ConversationId,
    work: Work,
    { maxWaiting, mention }: { readonly maxWaiting: number; readonly mention?: Mention },
  ): Promise<Refusal | undefined> {
    const lane = this.#lanes.get(id);
    if (lane === undefined) {
      await this.#join(id, { tail: Promise.resolve(), waiting: 0, running: undefined }, { work, mention });
      return undefined;
    }
    if (lane.waiting >= maxWaiting) return { kind: 'busy', waiting: lane.waiting };
    await this.#join(id, lane, { work, mention });
    return undefined;
  }

  async running(id: ConversationId): Promise<Mention | undefined> {
    return this.#lanes.get(id)?.running?.mention;
  }

  async cancel(id: ConversationId, by?: string, only?: MentionId): Promise<boolean> {
    const running = this.#lanes.get(id)?.running;
    if (running === undefined || (only !== undefined && running.mention?.id !== only)) return false;
    running.stop.abort(new Stopped(by));
    return true;
  }

  /** Puts `work` at the lane's end; everything up to the first await happens at once, so order is that of the calls. */
  async #join(
    id: ConversationId,
    lane: Lane,
    { work, mention }: { readonly work: Work; readonly mention: Mention | undefined },
  ): Promise<void> {
    this.#lanes.set(id, lane);
    lane.waiting++;
    const before = lane.tail;
    const done = (async () => {
      await before;
      lane.waiting--;
      const stop = new AbortController();
      lane.running = { stop, mention };
      try {
        await work(stop.signal);
      } finally {
        lane.running = undefined;
      }
    })();
    const settled = done.then(
      () => undefined,
      () => undefined, // The caller of run receives the rejection; the lane only needs to know that the work is over.
    );
    lane.tail = settled;
    try {
      await done;
    } finally {
      if (lane.tail === settled) this.#lanes.delete(id);
    }
  }
}

/** Why a turn's signal was aborted: somebody pressed Stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly by: string | undefined;

  constructor(by?: string) {
    super('The answer was stopped.');
    this.by = by;
  }
}

/** Why a turn ends without being closed: the process ends, or the platform is away. The journal keeps it for the next start. */
export class LeftOpen extends Error {
  override readonly name = 'LeftOpen';

  constructor() {
    super('The turn is left to the next start.');
  }
}
