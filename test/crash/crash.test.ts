/** `npm run test:crash` kills the bot at 200 moments; the sample of `npm test` is as many as CRASHES says, or a few. */
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../bench/random.ts';
import { type Outcome, planOf, Story } from './story.ts';
import { CrashStage } from './stage.ts';

const CRASHES = Number(process.env['CRASHES'] ?? 6);
const SEED = process.env['CRASH_SEED'] ?? 'halley';

describe('a bot that is killed', () => {
  it(`at ${CRASHES} moments of its turns has answered each question that it accepted once and whole`, {
    timeout: 120_000 + CRASHES * 20_000,
  }, async () => {
    await using stage = await CrashStage.open();
    const story = new Story(stage);
    await stage.start();
    const steps = await story.measured();
    const outcomes: Outcome[] = [];
    for (let number = 0; number < CRASHES; number++)
      outcomes.push(await story.play(planOf(chanceOf(`${SEED}/${number}`), steps)));
    if (CRASHES > 20) console.log(reportOf(outcomes, steps));
    expect(outcomes.filter(({ faults }) => faults.length > 0)).toEqual([]);
    stage.gemini.assertUsed();
  });
});

function reportOf(outcomes: readonly Outcome[], steps: ReadonlyMap<string, number>): string {
  const count = (end: Outcome['end']): number => outcomes.filter((outcome) => outcome.end === end).length;
  const killed = outcomes.flatMap(({ killedAt }) => killedAt);
  const ends = (['answered', 'interrupted', 'unaccepted'] as const).map((end) => `${end} ${count(end)}`);
  return [
    `seed ${SEED}; steps of a turn: ${[...steps].map(([kind, most]) => `${kind} ${most}`).join(', ')}`,
    `${outcomes.length} questions, killed ${killed.length} times at ${new Set(killed).size} kinds of moment: ${ends.join(', ')}`,
    ...[...Map.groupBy(killed, (at) => at)].map(([at, all]) => `  ${all.length} × ${at}`),
  ].join('\n');
}
