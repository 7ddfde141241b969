/** `npm run bench -- flood`: 500 mentions in 10 seconds over 50 conversations; each is answered or told its place in line. */
import { setTimeout as delay } from 'node:timers/promises';
import { text } from '../../simulators/gemini/answers.ts';
import { questionOf } from '../../simulators/gemini/request.ts';
import { LoadStage } from './stage.ts';

const CONVERSATIONS = 50;
const MENTIONS = 500;
const WITHIN_MS = 10_000;
const SETTLE_MS = 300_000;

const LIMITS = { loopP99Ms: 100, heapShare: 1.2 };

export async function floodBench(): Promise<string> {
  await using stage = await LoadStage.start({ people: CONVERSATIONS });
  stage.gemini.otherwise(({ understood }) => {
    const asked = /question-\d+/.exec(questionOf(understood))?.[0] ?? '';
    return text(`Answer to ${asked}. ${'Some words that are worth reading. '.repeat(8)}`, {
      chunks: 8,
      chunkDelayMs: 100,
    });
  });
  const threads: string[] = [];
  for (let at = 0; at < CONVERSATIONS; at++)
    threads.push(await stage.open(`question-${MENTIONS + at}`, stage.person(at)));
  await settled(stage, threads, CONVERSATIONS);
  const before = await stage.vitals();
  const began = performance.now();
  for (let at = 0; at < MENTIONS; at++) {
    await delay(Math.max(0, began + (at * WITHIN_MS) / MENTIONS - performance.now()));
    stage.person(at).says(threads[at % CONVERSATIONS] ?? '', `question-${at}`);
  }
  await settled(stage, threads, CONVERSATIONS + MENTIONS);
  const tookMs = performance.now() - began;
  const after = await stage.vitals();
  // What a connection pool and the simulator's last answers still hold is let go of in a moment.
  await delay(5000);
  const rested = await stage.vitals();
  const posts = threads.flatMap((thread) => stage.posts(thread));
  const answered = new Set(posts.flatMap((post) => /^Answer to (question-\d+)/.exec(post)?.[1] ?? []));
  const busy = posts.filter((post) => /still answering here/.test(post)).length;
  const other = posts.length - answered.size - busy;
  const share = rested.heapMb / before.heapMb;
  const isMet =
    answered.size + busy === CONVERSATIONS + MENTIONS &&
    other === 0 &&
    after.loopP99Ms < LIMITS.loopP99Ms &&
    share < LIMITS.heapShare;
  return [
    '| mentions | answered | told busy | anything else | took | loop delay p99 (max) | heap before → after |',
    '| ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    `| ${CONVERSATIONS + MENTIONS} | ${answered.size} | ${busy} | ${other} | ${(tookMs / 1000).toFixed(1)} s | ${after.loopP99Ms.toFixed(1)} ms (${after.loopMaxMs.toFixed(0)}) | ${before.heapMb.toFixed(1)} → ${rested.heapMb.toFixed(1)} MB (${((share - 1) * 100).toFixed(1)} %) |`,
    '',
    isMet ? 'All of it is as promised.' : 'NOT as promised.',
  ].join('\n');
}

/** Resolves when there are so many posts of the bot, and all of them are complete. */
async function settled(stage: LoadStage, threads: readonly string[], count: number): Promise<void> {
  const late = performance.now() + SETTLE_MS;
  let looks = 0;
  while (performance.now() < late) {
    const posts = threads.flatMap((thread) => stage.posts(thread));
    const isWhole = (post: string): boolean =>
      /still answering here/.test(post) || (post.match(/reading/g) ?? []).length === 8;
    looks = posts.length === count && posts.every(isWhole) ? looks + 1 : 0;
    if (looks === 3) return;
    await delay(200);
  }
}
