/** `npm run bench -- streaming`: how fresh, how complete and how cheap answers are, on the project's own simulators. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../support/layout.ts';
import { optionsOf, type StreamingOptions } from './options.ts';
import { runOnce, type RunResult } from './run.ts';
import type { Scenario } from './scenarios.ts';
import type { Bot } from './stage.ts';
import { botTable, type Row, scenarioTable } from './table.ts';

export const HALLEY: Bot = {
  name: 'Halley',
  script: 'src/main.ts',
  ready: /"event":"bot\.ready"/,
  settings: ({ generous }) => ({
    conversation: { search: 'on' },
    ...(generous
      ? { discord: { writes: { limit: 50, windowMs: 5000 }, requests: { limit: 100_000, windowMs: 1000 } } }
      : {}),
  }),
};

export const TYPICAL: Bot = { name: 'a typical bot', script: 'test/bench/streaming/typical-bot.ts', ready: /^ready$/m };

const DOCS = join(ROOT, 'docs/benchmarks.md');

/** @throws UsageError */
export function streamingBench(args: readonly string[]): Promise<string> {
  return measured(optionsOf(args), args);
}

async function measured(options: StreamingOptions, args: readonly string[]): Promise<string> {
  const rows: Row[] = [];
  const comparison: Row[] = [];
  for (const scenario of options.scenarios) {
    const bots = scenario.generous ? [HALLEY, TYPICAL] : [HALLEY];
    const runs = await runsOf(scenario, bots, options);
    const title = `${scenario.id}: ${scenario.title}`;
    rows.push({ title, runs: runs.get(HALLEY) ?? [] });
    if (bots.length > 1) comparison.push(...bots.map((bot) => ({ title: bot.name, runs: runs.get(bot) ?? [] })));
  }
  const report = [
    headOf(['npm run bench -- streaming', ...args].join(' '), options.runs),
    scenarioTable('Discord', rows),
    ...(comparison.length === 0
      ? []
      : ['S6 by both bots, one after the other on the same machine:', botTable(comparison)]),
    ...notesOf([...rows, ...comparison]),
  ].join('\n\n');
  if (options.write) writeFileSync(DOCS, replaced(readFileSync(DOCS, 'utf8'), report));
  return report;
}

/** Every bot in turn, so that what changes on the machine meanwhile changes for all of them. */
async function runsOf(
  scenario: Scenario,
  bots: readonly Bot[],
  { runs, profile }: StreamingOptions,
): Promise<Map<Bot, RunResult[]>> {
  const results = new Map<Bot, RunResult[]>(bots.map((bot) => [bot, []]));
  for (let run = 0; run < runs; run++)
    for (const bot of bots) {
      const onProgress = (line: string): void => {
        process.stderr.write(`${scenario.name}, run ${run + 1} of ${runs}, ${bot.name}: ${line}\n`);
      };
      onProgress('begins');
      results.get(bot)?.push(await runOnce({ scenario, bot, run, profile, onProgress }));
    }
  return results;
}

function headOf(command: string, runs: number): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`;
  const memory = process.platform === 'linux' ? '' : ' CPU and memory are left out: they are read from /proc.';
  return `\`${command}\`, ${date}, Node ${process.version}, ${machine}; medians of ${runs} runs.${memory}`;
}

/** What a reader must know to trust the figures. */
function notesOf(rows: readonly Row[]): readonly string[] {
  const faults = rows.flatMap(({ title, runs }) =>
    runs.flatMap((run) => run.faults.map((fault) => `${title}: ${fault}.`)),
  );
  const worst = (figure: (run: RunResult) => number): number =>
    Math.round(Math.max(0, ...rows.flatMap(({ runs }) => runs.map(figure))));
  const own = worst(({ spent }) => spent.ownLoopP99Ms);
  const others = worst(({ spent }) => 100 * spent.othersShare);
  const trust = `In the worst run the simulators' own event loop was late by ${own} ms (p99), and other processes took ${others} % of the machine.`;
  return [...faults, trust];
}

const BEGIN = '<!-- streaming: written by the benchmark from here -->';
const END = '<!-- streaming: to here -->';

/** @throws Error when the page has no place for it. */
export function replaced(page: string, report: string): string {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before === -1 || after < before) throw new Error(`The page has no place between "${BEGIN}" and "${END}".`);
  return `${page.slice(0, before + BEGIN.length)}\n\n${report}\n\n${page.slice(after)}`;
}
