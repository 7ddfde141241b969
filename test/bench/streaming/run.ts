/** One run of one scenario by one bot, scored. */
import { DEFAULT_LIMITS } from '../../simulators/discord/limits.ts';
import { leastSharedStaleness, leastStaleness, type Written } from './bound.ts';
import { Meters, type Spent } from './meters.ts';
import { recordedIn } from './recording.ts';
import type { Scenario } from './scenarios.ts';
import type { Score } from './score.ts';
import { isWritten, type Question, type RunOptions, scored, Stage } from './stage.ts';

export interface RunResult {
  readonly scores: readonly Score[];
  /** The least mean staleness, as a mean over the answers; none where the limits are lifted. */
  readonly leastMs: number | undefined;
  /** Messages made, edited and deleted. */
  readonly writes: number;
  readonly refusals: number;
  /** What went wrong, in words. */
  readonly faults: readonly string[];
  readonly spent: Spent;
}

/** The characters that a post holds on Discord: where the first page of an answer ends, and so on. */
const PAGE_CHARS = 2000;

/** @throws Error when the bot does not start or ends too soon. */
export async function runOnce(options: RunOptions): Promise<RunResult> {
  const { scenario } = options;
  await using stage = await Stage.start(options);
  const meters = new Meters(stage.bot);
  const questions = await stage.askAll();
  const spent = await stage.settled(questions, meters);
  const { versions, unplaced } = recordedIn(stage.discord.world, questions);
  const answered = questions.filter(isWritten);
  return {
    scores: answered.map((question) => scored(question, versions)),
    leastMs: answered.length === 0 ? undefined : leastOf(scenario, answered),
    writes: stage.writes,
    refusals: stage.discord.refusals.length,
    faults: [...faultsOf(questions, unplaced), ...stage.faults],
    spent,
  };
}

function faultsOf(questions: readonly Question[], unplaced: readonly string[]): readonly string[] {
  const cut = questions.filter((question) => !isWritten(question)).length;
  const again = questions.filter(({ requests }) => requests > 1).length;
  return [
    ...(cut === 0 ? [] : [`${cut} questions were not answered to the end`]),
    ...(again === 0 ? [] : [`${again} questions were asked of the model more than once`]),
    ...(unplaced.length === 0 ? [] : [`${unplaced.length} messages belong to no answer, as “${unplaced[0]}”`]),
  ];
}

function leastOf(scenario: Scenario, questions: readonly Question[]): number | undefined {
  if (scenario.generous) return undefined;
  const written = questions.map(writtenOf);
  const { limit, windowMs } = DEFAULT_LIMITS.editMessage;
  if (!scenario.ownChannels && !scenario.threads) return leastSharedStaleness(written, { limit, windowMs });
  const each = written.map((answer) => leastStaleness(answer, { limit, windowMs }));
  return each.reduce((sum, ms) => sum + ms, 0) / each.length;
}

function writtenOf({ answer, chunks }: Question): Written {
  const pages: number[] = [];
  for (let begin = 0; begin < answer.text.length; begin += PAGE_CHARS)
    pages.push(chunks.findIndex(({ end }) => end > begin));
  return { at: chunks.map(({ at }) => at), pages };
}
