/** `npm run test:crash` kills the bot at 200 moments; the sample of `npm test` is as many as CRASHES says, or a few. */
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../bench/random.ts';
import { type Outcome, planOf, Story } from './story.ts';
import { DiscordScene } from './discord.ts';
import { PageScene } from './page.ts';
import { SlackScene } from './slack.ts';
import { CrashStage } from './stage.ts';

const CRASHES = Number(process.env['CRASHES'] ?? 6);
const SCENES = [
  ['Discord', DiscordScene],
  ['Slack', SlackScene],
  ['the page', PageScene],
] as const;
/** Each platform has its part of them. */
const EACH = Math.ceil(CRASHES / SCENES.length);
const SEED = process.env['CRASH_SEED'] ?? 'halley';

describe.each(SCENES)('a bot that is killed on %s', (name, Platform) => {
  it(`at ${EACH} moments of its turns has answered each question that it accepted once and whole`, {
    timeout: 120_000 + EACH * 20_000,
  }, async () => {
    await using stage = await CrashStage.open(await Platform.open());
    const story = new Story(stage);
    await stage.start();
    const steps = await story.measured();
    const outcomes: Outcome[] = [];
    for (let number = 0; number < EACH; number++)
      outcomes.push(await story.play(planOf(chanceOf(`${SEED}/${number}`), stage.scene, steps)));
    if (CRASHES > 20) console.log(`${name}: ${reportOf(outcomes, steps)}`);
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
