/** A fresh simulator for each test of a file, stopped and found clean after it. */
import { afterEach, beforeEach } from 'vitest';
import type { Person } from './people.ts';
import { call, type RawAnswer } from './raw.ts';
import { DiscordSimulator, type SimulatorOptions } from './simulator.ts';

export interface Fixture {
  readonly sim: DiscordSimulator;
  readonly ada: Person;
  /** The channel everybody is in. */
  readonly general: string;
  /** A call with the bot's token. */
  rest(path: string, body?: unknown): Promise<RawAnswer>;
}

export function eachTest(options: SimulatorOptions = {}): () => Fixture {
  let fixture: Fixture | undefined;
  beforeEach(async () => {
    const sim = await DiscordSimulator.start(options);
    const rest = (path: string, body?: unknown) => call(sim, path, { body });
    fixture = { sim, ada: sim.addUser('Ada'), general: sim.channel('general').id, rest };
  });
  afterEach(async () => {
    await fixture?.sim.stop();
    fixture?.sim.assertClean();
  });
  return () => {
    if (!fixture) throw new Error('only inside a test');
    return fixture;
  };
}
