/** Loaded into the bot before its own code: tells how late its event loop is, what its heap holds, and what keeps it alive. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Vitals {
  /** How late the loop was, at the 99th percentile since the last time it was asked. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** After garbage collection. */
  readonly heapMb: number;
  readonly rssMb: number;
  /** Open handles and timers, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

/** How often the loop is asked to be on time; the histogram holds whole intervals, so this is taken off again. */
const INTERVAL_MS = 10;

const MB = 1024 * 1024;

const delays = monitorEventLoopDelay({ resolution: INTERVAL_MS });
delays.enable();

process.on('message', () => {
  const loop = { loopP99Ms: delays.percentile(99) / 1e6 - INTERVAL_MS, loopMaxMs: delays.max / 1e6 - INTERVAL_MS };
  for (let times = 0; times < 4; times++) globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const kinds = Map.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  const resources = Object.fromEntries([...kinds].map(([kind, all]) => [kind, all.length]));
  process.send?.({ ...loop, heapMb: heapUsed / MB, rssMb: rss / MB, resources } satisfies Vitals);
  delays.reset();
});
// Listening must not keep the bot alive.
process.channel?.unref();
