/** Runs as Markdown tables: of each figure the median of the runs, of everything that must not happen the sum. */
import type { RunResult } from './run.ts';
import type { Score } from './score.ts';

export interface Row {
  readonly title: string;
  readonly runs: readonly RunResult[];
}

const HEAD = [
  'platform',
  'scenario',
  'first text',
  'mean staleness',
  'least possible',
  'times that',
  'staleness p95',
  'completion lag',
  'lost / extra',
  'writes an answer',
  '429',
  'CPU an answer',
  'peak memory',
  'loop delay p99',
] as const;

/** Every scenario of one platform; further platforms put their rows below. */
export function scenarioTable(platform: string, rows: readonly Row[]): string {
  return table(
    HEAD,
    rows.map(({ title, runs }) => [platform, title, ...freshness(runs), ...completeness(runs), ...costs(runs)]),
  );
}

const BOT_HEAD = ['bot', 'CPU an answer', 'peak memory', 'loop delay p99', 'first text p95', 'lag p95'] as const;

/** The same scenario by several bots; a row is a bot. */
export function botTable(rows: readonly Row[]): string {
  const head = [...BOT_HEAD, 'mean staleness', 'lost / extra', '429'];
  return table(
    head,
    rows.map(({ title, runs }) => [
      title,
      ...costs(runs),
      msOf(over(runs, (run) => quantile(firstOf(run), 0.95))),
      lagOf(runs, (run) => quantile(lagsOf(run), 0.95)),
      msOf(over(runs, staleOf)),
      ...completeness(runs).slice(1, 2),
      ...completeness(runs).slice(3, 4),
    ]),
  );
}

function freshness(runs: readonly RunResult[]): readonly string[] {
  const times = over(runs, (run) => {
    const ms = staleOf(run);
    return ms === undefined || run.leastMs === undefined ? undefined : ms / run.leastMs;
  });
  return [
    pairOf(runs, firstOf),
    msOf(over(runs, staleOf)),
    msOf(over(runs, (run) => run.leastMs)),
    times === undefined ? '–' : times.toFixed(2),
    msOf(
      over(runs, (run) =>
        quantile(
          run.scores.map((score) => score.p95StaleMs),
          0.5,
        ),
      ),
    ),
  ];
}

function completeness(runs: readonly RunResult[]): readonly string[] {
  const sum = (figure: (run: RunResult) => number): number => runs.reduce((all, run) => all + figure(run), 0);
  const ofScores = (figure: (score: Score) => number): number =>
    sum(({ scores }) => scores.reduce((all, score) => all + figure(score), 0));
  return [
    lagOf(runs, undefined),
    `${ofScores(({ lost }) => lost)} / ${ofScores(({ extra }) => extra)}`,
    over(runs, ({ writes, scores }) => (scores.length === 0 ? undefined : writes / scores.length))?.toFixed(1) ?? '–',
    String(sum(({ refusals }) => refusals)),
  ];
}

function costs(runs: readonly RunResult[]): readonly string[] {
  const cpu = over(runs, ({ spent, scores }) =>
    scores.length === 0 ? undefined : spent.cpuMs && spent.cpuMs / scores.length,
  );
  const memory = over(runs, ({ spent }) => spent.peakMb);
  return [
    msOf(cpu),
    memory === undefined ? '–' : `${Math.round(memory)} MB`,
    msOf(over(runs, ({ spent }) => spent.loopP99Ms)),
  ];
}

const firstOf = (run: RunResult): readonly number[] => present(run.scores.map(({ firstTextMs }) => firstTextMs));
const lagsOf = (run: RunResult): readonly number[] => present(run.scores.map(({ lagMs }) => lagMs));

function staleOf({ scores }: RunResult): number | undefined {
  return scores.length === 0
    ? undefined
    : scores.reduce((sum, { meanStaleMs }) => sum + meanStaleMs, 0) / scores.length;
}

/** An answer that is never complete is told, not left out. */
function lagOf(runs: readonly RunResult[], figure: ((run: RunResult) => number | undefined) | undefined): string {
  const never = runs.reduce((sum, { scores }) => sum + scores.filter(({ lagMs }) => lagMs === undefined).length, 0);
  const lag = figure === undefined ? pairOf(runs, lagsOf) : msOf(over(runs, figure));
  return never === 0 ? lag : `${lag}, ${never} never`;
}

/** The median over the answers, and where there are several what 95 % of them stay within. */
function pairOf(runs: readonly RunResult[], figures: (run: RunResult) => readonly number[]): string {
  const median = msOf(over(runs, (run) => quantile(figures(run), 0.5)));
  const several = runs.some(({ scores }) => scores.length > 1);
  return several ? `${median}, p95 ${msOf(over(runs, (run) => quantile(figures(run), 0.95)))}` : median;
}

/** The median of the runs. */
function over(runs: readonly RunResult[], figure: (run: RunResult) => number | undefined): number | undefined {
  return quantile(present(runs.map(figure)), 0.5);
}

function present(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined);
}

/** Between the two nearest values in proportion. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (place % 1);
}

function msOf(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column < 1 || head[column] === 'scenario' ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
