import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage.ts';
import { HALLEY, replaced, TYPICAL } from './bench.ts';
import { optionsOf } from './options.ts';
import { runOnce, type RunResult } from './run.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { Bot } from './stage.ts';
import { botTable, quantile, scenarioTable } from './table.ts';

describe('the options', () => {
  it('are all scenarios, three times, unless said otherwise', () => {
    expect(optionsOf([])).toEqual({ scenarios: SCENARIOS, runs: 3, write: false, profile: undefined });
    expect(optionsOf(['--runs', '1', '--write'])).toMatchObject({ runs: 1, write: true });
    expect(optionsOf(['--scenario', 's1,S3']).scenarios.map(({ name }) => name)).toEqual(['S1', 'S3', 'S3 plain']);
  });

  it.each([
    ['--scenario S9', 'There is no scenario "S9". There are: S0, S1, S2, S3, S4, S5, S6.'],
    ['--runs 0', '--runs must be a whole number from 1 to 20, not "0".'],
    ['--runs many', '--runs must be a whole number from 1 to 20, not "many".'],
    ['--scenario', 'takes --scenario S0,S1,…, --runs n, --profile folder and --write; it was given: --scenario'],
    ['S1', 'it was given: S1'],
    ['--write --scenario S1', '--write replaces the whole table, so it goes without --scenario.'],
  ])('that are wrong get one sentence: %s', (args, sentence) => {
    expect(() => optionsOf(args.split(' '))).toThrow(UsageError);
    expect(() => optionsOf(args.split(' '))).toThrow(sentence);
  });
});

const SCORE = { firstTextMs: 10, meanStaleMs: 400, p95StaleMs: 900, lagMs: 200, lost: 0, extra: 0 };
const RUN: RunResult = {
  scores: [SCORE],
  leastMs: 200,
  writes: 20,
  refusals: 0,
  faults: [],
  spent: { cpuMs: 120, peakMb: 99.6, loopP99Ms: 2, ownLoopP99Ms: 1, othersShare: 0 },
};

describe('a table', () => {
  it('has the median of the runs, and the sum of what must not happen', () => {
    const worse = { ...RUN, scores: [{ ...SCORE, meanStaleMs: 900, lost: 2 }], refusals: 1 };
    const row = scenarioTable('Discord', [{ title: 'S1', runs: [RUN, RUN, worse] }]).split('\n')[2];
    expect(row).toBe(
      '| Discord | S1 | 10 ms | 400 ms | 200 ms | 2.00 | 900 ms | 200 ms | 2 / 0 | 20.0 | 1 | 120 ms | 100 MB | 2 ms |',
    );
  });

  it('tells what 95 % of several answers stay within, and how many are never complete', () => {
    const several = { ...RUN, scores: [SCORE, { ...SCORE, firstTextMs: 110 }, { ...SCORE, lagMs: undefined }] };
    const row = scenarioTable('Discord', [{ title: 'S2', runs: [several] }]).split('\n')[2];
    expect(row).toContain('| 10 ms, p95 100 ms |');
    expect(row).toContain('| 200 ms, p95 200 ms, 1 never |');
  });

  it('sets two bots side by side', () => {
    const rows = botTable([
      { title: 'Halley', runs: [RUN] },
      { title: 'other', runs: [{ ...RUN, leastMs: undefined, spent: { ...RUN.spent, cpuMs: undefined } }] },
    ]).split('\n');
    expect(rows[2]).toBe('| Halley | 120 ms | 100 MB | 2 ms | 10 ms | 200 ms | 400 ms | 0 / 0 | 0 |');
    expect(rows[3]).toBe('| other | – | 100 MB | 2 ms | 10 ms | 200 ms | 400 ms | 0 / 0 | 0 |');
  });

  it('has no figures of a run in which nothing was answered', () => {
    const row = scenarioTable('Discord', [{ title: 'S1', runs: [{ ...RUN, scores: [], leastMs: undefined }] }]);
    expect(row.split('\n')[2]).toBe('| Discord | S1 | – | – | – | – | – | – | 0 / 0 | – | 0 | – | 100 MB | 2 ms |');
  });

  it('has quantiles between the two nearest values', () => {
    expect([quantile([3, 1, 2], 0.5), quantile([0, 10], 0.95), quantile([], 0.5)]).toEqual([2, 9.5, undefined]);
  });
});

it('the page keeps everything but the figures', () => {
  const page = 'a\n<!-- streaming: written by the benchmark from here -->\nold\n<!-- streaming: to here -->\nb\n';
  const written = page.replace('old', '\nnew\n');
  expect(replaced(page, 'new')).toBe(written);
  expect(replaced(written, 'new')).toBe(written);
  expect(() => replaced('a', 'new')).toThrow('no place');
});

describe('a run', () => {
  const small: Scenario = {
    ...(SCENARIOS[0] ?? expect.fail()),
    answers: 3,
    length: 500,
    pacing: { silenceMs: 300, gapMs: [40, 60], chunkChars: [100, 140] },
  };

  it.each([HALLEY, TYPICAL])(
    'of $name gets every answer whole and measures what it took',
    async (bot: Bot) => {
      const result = await runOnce({ scenario: small, bot, run: 0, quietMs: 1000, onProgress: () => undefined });
      expect(result.faults).toEqual([]);
      expect(result.scores).toHaveLength(3);
      for (const { firstTextMs, lagMs, lost, extra } of result.scores) {
        expect([lost, extra]).toEqual([0, 0]);
        expect(firstTextMs).toBeGreaterThanOrEqual(0);
        expect(lagMs).toBeGreaterThanOrEqual(0);
      }
      expect(result.refusals).toBe(0);
      expect(result.writes).toBeGreaterThanOrEqual(3);
      expect(result.spent.loopP99Ms).toBeGreaterThanOrEqual(0);
      if (process.platform === 'linux') expect(result.spent.peakMb).toBeGreaterThan(20);
    },
    60_000,
  );

  it('of a bot that does not start fails with what the bot said', async () => {
    const broken: Bot = { name: 'broken', script: 'test/bench/streaming/nothing.ts', ready: /never/ };
    const run = runOnce({ scenario: small, bot: broken, run: 0, onProgress: () => undefined });
    await expect(run).rejects.toThrow(/nothing\.ts/);
  });
});
