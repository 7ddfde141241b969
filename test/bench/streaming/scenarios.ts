/** What is asked of a bot: how many at once, where, and how fast the model writes. Times in milliseconds, lengths in UTF-16 units. */
import type { Pacing } from './answer-text.ts';

export interface Scenario {
  readonly name: string;
  /** How it is called on the command line; two scenarios may share it. */
  readonly id: string;
  readonly title: string;
  readonly answers: number;
  readonly length: number;
  /** Between two questions. */
  readonly staggerMs: number;
  readonly pacing: Pacing;
  /** Whether every question stands in a channel of its own. */
  readonly ownChannels: boolean;
  /** Whether the bot may open threads. */
  readonly threads: boolean;
  /** Whether the platform's limits are lifted so far that only the machine limits the bot. */
  readonly generous: boolean;
}

/** About 300 characters a second. */
const USUAL: Pacing = { silenceMs: 800, gapMs: [150, 250], chunkChars: [40, 80] };
const FAST: Pacing = { silenceMs: 800, gapMs: [100, 200], chunkChars: [60, 120] };
const BURST: Pacing = { silenceMs: 800, gapMs: [50, 70], chunkChars: [120, 200] };

function scenario(id: string, title: string, change: Partial<Scenario>): Scenario {
  return {
    name: id,
    id,
    title,
    answers: 1,
    length: 6000,
    staggerMs: 0,
    pacing: USUAL,
    ownChannels: true,
    threads: true,
    generous: false,
    ...change,
  };
}

const SHARED = { answers: 5, staggerMs: 200, ownChannels: false } as const;

export const SCENARIOS: readonly Scenario[] = [
  scenario('S0', '10 short answers, 1.5 KB over 5 s', { answers: 10, length: 1500, staggerMs: 150 }),
  scenario('S1', 'one answer, 6 KB over 20 s', {}),
  scenario('S2', '20 at once, 6 KB over 20 s', { answers: 20, staggerMs: 50 }),
  scenario('S3', '5 at once in one channel, a thread each', SHARED),
  scenario('S3', '5 at once in one channel without threads', { ...SHARED, name: 'S3 plain', threads: false }),
  scenario('S4', 'one long answer, 40 KB over 67 s', { length: 40_000, pacing: FAST }),
  scenario('S5', 'a burst, 4 KB in 1.5 s', { length: 4000, pacing: BURST }),
  scenario('S6', '500 at once, generous limits', { answers: 500, staggerMs: 10, generous: true }),
];
