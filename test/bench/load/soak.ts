/** `npm run bench -- soak [--turns n]`: 20,000 turns leave nothing behind in memory, no open handle and no timer. */
import { parseArgs } from 'node:util';
import { text } from '../../simulators/gemini/answers.ts';
import { questionOf } from '../../simulators/gemini/request.ts';
import { UsageError } from '../usage.ts';
import type { Vitals } from './probe.ts';
import { LoadStage } from './stage.ts';

const PEOPLE = 40;
/** Conversations at a time. */
const LANES = 12;
/** A conversation is over after so many turns, and another one begins. */
const TURNS_EACH = 20;
const LONGEST_MS = 60_000;
const GENEROUS = { limit: 100_000, windowMs: 1000 };
const LIMITS = {
  createMessage: GENEROUS,
  editMessage: GENEROUS,
  typing: GENEROUS,
  createThread: GENEROUS,
  openThreads: GENEROUS,
  activeThreads: GENEROUS,
  other: GENEROUS,
  global: GENEROUS,
};

export async function soakBench(args: readonly string[]): Promise<string> {
  const turns = turnsIn(args);
  const writes = { limit: 50, windowMs: 1000 };
  const requests = { limit: 1_000_000, windowMs: 1000 };
  await using stage = await LoadStage.start({
    people: PEOPLE,
    limits: LIMITS,
    settings: { discord: { writes, requests } },
  });
  stage.gemini.otherwise(({ understood }) =>
    text(`To ${/turn-\d+-\d+/.exec(questionOf(understood))?.[0]}: done.`, { chunks: 2 }),
  );
  const vitals: { readonly turns: number; readonly vitals: Vitals }[] = [];
  const share = Math.ceil(turns / 10);
  const began = performance.now();
  for (let part = 0; part < 10; part++) {
    await Promise.all(
      Array.from({ length: LANES }, (_, lane) =>
        lead(stage, { lane: part * LANES + lane, turns: Math.ceil(share / LANES) }),
      ),
    );
    vitals.push({ turns: (part + 1) * Math.ceil(share / LANES) * LANES, vitals: await stage.vitals() });
  }
  return tableOf(vitals, performance.now() - began);
}

/** One person after another leads conversations until there were so many turns. */
async function lead(
  stage: LoadStage,
  { lane, turns }: { readonly lane: number; readonly turns: number },
): Promise<void> {
  let thread = '';
  for (let turn = 0; turn < turns; turn++) {
    const question = `turn-${lane}-${turn}`;
    if (turn % TURNS_EACH === 0) thread = await stage.open(question, stage.person(lane));
    else stage.person(lane).says(thread, question);
    const isAnswered = (): boolean => stage.posts(thread).at(-1) === `To ${question}: done.`;
    await stage.discord.until(isAnswered, { timeoutMs: LONGEST_MS });
  }
}

function tableOf(all: readonly { readonly turns: number; readonly vitals: Vitals }[], tookMs: number): string {
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return 'Nothing was measured.';
  const growth = last.vitals.heapMb / first.vitals.heapMb - 1;
  const kindsOf = ({ vitals }: typeof first) =>
    Object.entries(vitals.resources)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ');
  const rows = all.map(
    ({ turns, vitals: { heapMb, rssMb, loopP99Ms } }) =>
      `| ${turns} | ${heapMb.toFixed(1)} MB | ${rssMb.toFixed(0)} MB | ${loopP99Ms.toFixed(1)} ms |`,
  );
  return [
    '| turns | heap after GC | RSS | loop delay p99 |',
    '| ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    `Heap after GC from ${first.turns} to ${last.turns} turns: ${(growth * 100).toFixed(1)} %, in ${(tookMs / 1000).toFixed(0)} s.`,
    `Open handles and timers then: ${kindsOf(first)}; now: ${kindsOf(last)}.`,
    growth < 0.1 ? 'All of it is as promised.' : 'NOT as promised.',
  ].join('\n');
}

/** @throws UsageError */
function turnsIn(args: readonly string[]): number {
  const value = { type: 'string' } as const;
  let given: string | undefined;
  try {
    given = parseArgs({ args: [...args], options: { turns: value } }).values.turns;
  } catch {
    throw new UsageError(`The soak takes --turns n; it was given: ${args.join(' ')}`);
  }
  const turns = Number(given ?? 20_000);
  if (!Number.isInteger(turns) || turns < 100) throw new UsageError('--turns must be a whole number from 100.');
  return turns;
}
