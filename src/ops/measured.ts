/** The same log, lanes and surfaces, measured: whoever uses them knows nothing of it. */
import type { ConversationId } from '../core/conversation.ts';
import { codeOf, type Refusal } from '../core/errors.ts';
import type { Mention, MentionId } from '../core/inbound.ts';
import type { Metrics } from '../core/model.ts';
import type { Lanes, Log, LogFields, ReplySurface, Urgency } from '../core/ports.ts';

const SECOND_MS = 1000;

/** What becomes of a mention, by the line that is written when it does. */
const REFUSALS: ReadonlySet<string> = new Set(['access.refused', 'turn.refused']);

/** A line is written once for each thing that happens, so counting lines counts what happens, at every level. */
export class MeasuredLog implements Log {
  readonly #log: Log;
  readonly #metrics: Metrics;

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  debug(event: string, fields?: LogFields): void {
    this.#log.debug(event, fields);
  }

  info(event: string, fields: LogFields = {}): void {
    if (event === 'turn.done') {
      const { ending, tookMs } = fields;
      this.#metrics.turnEnded(String(ending), typeof tookMs === 'number' ? tookMs / SECOND_MS : undefined);
    }
    if (REFUSALS.has(event)) this.#metrics.turnEnded('refused');
    this.#count(event, fields);
    this.#log.info(event, fields);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.#count(event, fields);
    this.#log.warn(event, fields);
  }

  error(event: string, cause: unknown, fields?: LogFields): void {
    this.#metrics.failed(codeOf(cause));
    if (event === 'turn.failed') this.#metrics.turnEnded('failed');
    this.#log.error(event, cause, fields);
  }

  #count(event: string, { status, code }: LogFields): void {
    if (event.endsWith('.rate-limited')) this.#metrics.rateLimited('platform');
    if (event === 'model.failed' || event === 'model.retry')
      if (status === 429 || code === 'model.quota') this.#metrics.rateLimited('model');
  }
}

/** Lanes whose waiting is counted. */
export class MeasuredLanes implements Lanes {
  readonly #lanes: Lanes;
  readonly #metrics: Metrics;

  constructor(lanes: Lanes, metrics: Metrics) {
    this.#lanes = lanes;
    this.#metrics = metrics;
  }

  async run(
    id: ConversationId,
    work: (signal: AbortSignal) => Promise<void>,
    how: Parameters<Lanes['run']>[2],
  ): Promise<Refusal | undefined> {
    let isWaiting = true;
    const leave = (): void => {
      if (isWaiting) this.#metrics.queued(-1);
      isWaiting = false;
    };
    const begun = (signal: AbortSignal): Promise<void> => {
      leave();
      return work(signal);
    };
    this.#metrics.queued(1);
    try {
      return await this.#lanes.run(id, begun, how);
    } finally {
      leave();
    }
  }

  running(id: ConversationId): Promise<Mention | undefined> {
    return this.#lanes.running(id);
  }

  cancel(id: ConversationId, by?: string, only?: MentionId): Promise<boolean> {
    return this.#lanes.cancel(id, by, only);
  }
}

/** A surface whose waits are timed, from when it is made to the first text that it shows. */
export function measuredSurface(surface: ReplySurface, metrics: Metrics): ReplySurface {
  const madeAt = performance.now();
  let hasShown = false;
  const shown = (text: string): void => {
    if (hasShown || text.trim() === '') return;
    hasShown = true;
    metrics.firstText((performance.now() - madeAt) / SECOND_MS);
  };
  return {
    begin: () => surface.begin(),
    leave: async (urgency: Urgency, signal) => {
      const askedAt = performance.now();
      await surface.leave(urgency, signal);
      metrics.waitedForLeave(urgency, (performance.now() - askedAt) / SECOND_MS);
    },
    show: async (view) => {
      const posts = await surface.show(view);
      shown(view.text);
      return posts;
    },
    finish: async (reply) => {
      const posts = await surface.finish(reply);
      shown(reply.text);
      return posts;
    },
    note: (notice) => surface.note(notice),
    whisper: (notice) => surface.whisper(notice),
    retract: () => surface.retract(),
    abandon: () => surface.abandon(),
  };
}
