/** Counts and times for the operator, as Prometheus reads them: never an id, a name or a word that somebody wrote. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Rating } from '../core/conversation.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Metrics, Spend } from '../core/model.ts';

/** Who may read them: nobody, this machine without a proxy in between, or whoever reaches the server. */
export type MetricsAccess = 'off' | 'loopback' | 'everyone';

/** Seconds; a first word comes within these, and a whole answer within the last. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 30, 60, 120, 300, 900];
const WAITS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

const NANOSECONDS = 1e9;
const QUANTILES = [50, 90, 99] as const;

/** Every count of this process; whoever made it stops it. */
export class PromMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  readonly #turns = this.#counter('turns_total', 'Turns by how they ended.', ['ending']);
  readonly #turnTimes = this.#histogram('turn_seconds', 'From a question to the end of its answer.', {
    buckets: BUCKETS,
  });
  readonly #firstTexts = this.#histogram('first_text_seconds', 'From a question to its first words.', {
    buckets: BUCKETS,
  });
  readonly #leaves = this.#histogram('leave_wait_seconds', 'Waited for leave to write.', {
    buckets: WAITS,
    labelNames: ['urgency'],
  });
  readonly #tokens = this.#counter('tokens_total', 'Tokens; cached and tool are also among in.', ['kind']);
  readonly #cost = this.#counter('cost_usd_total', 'US dollars at list price.');
  readonly #limited = this.#counter('rate_limited_total', 'Answers that said to slow down.', ['by']);
  readonly #errors = this.#counter('errors_total', 'Errors by code.', ['code']);
  readonly #ratings = this.#counter('answer_ratings_total', 'What people think of answers.', ['rating']);
  readonly #queue = this.#gauge('queue_mentions', 'Mentions that wait for the ones before them.');

  constructor() {
    this.#loop.enable();
    this.#readGauge('event_loop_delay_seconds', 'Since it was last read.', {
      labelNames: ['quantile'],
      read: (gauge) => {
        for (const each of QUANTILES) gauge.set({ quantile: each / 100 }, this.#loop.percentile(each) / NANOSECONDS);
        gauge.set({ quantile: 1 }, this.#loop.max / NANOSECONDS);
        this.#loop.reset();
      },
    });
    const read = (gauge: Gauge): void => gauge.set(process.memoryUsage.rss());
    this.#readGauge('resident_memory_bytes', 'Of the process.', { read });
    this.#readGauge('heap_bytes', 'Used of the heap.', { read: (gauge) => gauge.set(process.memoryUsage().heapUsed) });
  }

  stop(): void {
    this.#loop.disable();
  }

  turnEnded(ending: string, seconds?: number): void {
    this.#turns.inc({ ending });
    if (seconds !== undefined) this.#turnTimes.observe(seconds);
  }

  firstText(seconds: number): void {
    this.#firstTexts.observe(seconds);
  }

  waitedForLeave(urgency: string, seconds: number): void {
    this.#leaves.observe({ urgency }, seconds);
  }

  queued(change: 1 | -1): void {
    this.#queue.inc(change);
  }

  rateLimited(by: 'model' | 'platform'): void {
    this.#limited.inc({ by });
  }

  failed(code: ErrorCode): void {
    this.#errors.inc({ code });
  }

  spent({ inTokens, cachedTokens, toolTokens, outTokens, thoughtTokens, usd }: Spend): void {
    const kinds = { in: inTokens, cached: cachedTokens, tool: toolTokens, out: outTokens, thought: thoughtTokens };
    for (const [kind, count] of Object.entries(kinds)) this.#tokens.inc({ kind }, count);
    this.#cost.inc(usd);
  }

  rated(rating: Rating): void {
    this.#ratings.inc({ rating });
  }

  /** Everything, as text. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** What answers `/metrics`; whoever may not read finds nothing there. */
  handler(access: MetricsAccess): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
    return async (request, response) => {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      const isOpen = access === 'everyone' || (access === 'loopback' && isFromHere(request));
      const [status, type, text] =
        isOpen && isRead
          ? [200, this.#registry.contentType, await this.text()]
          : [404, 'text/plain; charset=utf-8', 'not found'];
      response.writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ ...this.#named(name, help), labelNames });
  }

  #histogram<L extends string>(name: string, help: string, more: TimeOptions<L>): Histogram<L> {
    return new Histogram({ ...this.#named(name, help), ...more });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge(this.#named(name, help));
  }

  /** A gauge that is set when it is read. */
  #readGauge<L extends string>(name: string, help: string, { labelNames = [], read }: ReadOptions<L>): void {
    const gauge: Gauge<L> = new Gauge({ ...this.#named(name, help), labelNames, collect: () => read(gauge) });
  }

  #named(name: string, help: string) {
    return { name: `halley_${name}`, help, registers: [this.#registry] };
  }
}

interface TimeOptions<L extends string> {
  /** Seconds. */
  readonly buckets: number[];
  readonly labelNames?: readonly L[];
}

interface ReadOptions<L extends string> {
  readonly labelNames?: readonly L[];
  readonly read: (gauge: Gauge<L>) => void;
}

/** From this machine and of its own accord: a proxy here speaks for somebody else, and says so. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const isLoopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/u.test(socket.remoteAddress ?? '');
  return isLoopback && headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined;
}
