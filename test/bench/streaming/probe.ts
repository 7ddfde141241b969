/** Loaded into a bot before its own code: measures how late its event loop is, and tells whoever started it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Probed } from './bot-process.ts';

/** How often the loop is asked to be on time; the histogram holds whole intervals, so this is taken off again. */
const INTERVAL_MS = 10;

const delays = monitorEventLoopDelay({ resolution: INTERVAL_MS });
delays.enable();

process.on('message', (message) => {
  if (message === 'begin') delays.reset();
  if (message === 'report') process.send?.({ loopP99Ms: delays.percentile(99) / 1e6 - INTERVAL_MS } satisfies Probed);
});
// Listening must not keep the bot alive.
process.channel?.unref();
