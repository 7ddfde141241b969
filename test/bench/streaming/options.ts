/** What `npm run bench -- streaming` is asked to do. */
import { parseArgs } from 'node:util';
import { UsageError } from '../usage.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface StreamingOptions {
  readonly scenarios: readonly Scenario[];
  readonly runs: number;
  /** Whether the tables go into docs/benchmarks.md. */
  readonly write: boolean;
  /** The folder for CPU profiles of the bots. */
  readonly profile: string | undefined;
}

const MAX_RUNS = 20;
const USUAL_RUNS = 3;

/** @throws UsageError */
export function optionsOf(args: readonly string[]): StreamingOptions {
  const { scenario, runs, write = false, profile } = valuesOf(args);
  if (write && scenario !== undefined)
    throw new UsageError('--write replaces the whole table, so it goes without --scenario.');
  return {
    scenarios: scenario === undefined ? SCENARIOS : scenariosOf(scenario),
    runs: runs === undefined ? USUAL_RUNS : runsOf(runs),
    write,
    profile,
  };
}

function valuesOf(args: readonly string[]) {
  const value = { type: 'string' } as const;
  try {
    const options = { scenario: value, runs: value, profile: value, write: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch {
    const known = '--scenario S0,S1,…, --runs n, --profile folder and --write';
    throw new UsageError(`The streaming benchmark takes ${known}; it was given: ${args.join(' ')}`);
  }
}

function scenariosOf(list: string): readonly Scenario[] {
  const ids = [...new Set(SCENARIOS.map(({ id }) => id))];
  const asked = list.split(',').map((id) => id.trim().toUpperCase());
  const unknown = asked.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UsageError(`There is no scenario "${unknown}". There are: ${ids.join(', ')}.`);
  return SCENARIOS.filter(({ id }) => asked.includes(id));
}

function runsOf(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_RUNS)
    throw new UsageError(`--runs must be a whole number from 1 to ${MAX_RUNS}, not "${text}".`);
  return runs;
}
