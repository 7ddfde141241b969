/** What only its asker is to be told on Slack: in the channel or in a thread that has begun, before nobody else's eyes. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, type Made, wholeOf } from '../slack/stage.ts';

let sim: SlackSimulator;
let ada: Person;
let bob: Person;
let made: Made;

beforeEach(async () => {
  sim = await generousSlack();
  [ada, bob] = [sim.addUser('Ada'), sim.addUser('Bob')];
  made = anAdapter(sim);
});
afterEach(async () => {
  await made.adapter.stop();
  await sim.close();
  sim.assertClean();
});

function whispers(channel: string, message: string, thread = message): Promise<boolean> {
  const to = { platform: 'slack', workspace: sim.workspace.id, channel, message, thread, asker: ada.id } as const;
  return made.adapter.surface(to, []).whisper('Not you.');
}

const read = (as: Person, channel: string, thread?: string): readonly string[] =>
  sim.seenOfBot(channel, thread, as).map(wholeOf);

it('is told in the channel where their question begins a thread', async () => {
  const general = sim.channel('general').id;
  expect(await whispers(general, ada.says(general, 'why?', { mention: true }).ts)).toBe(true);
  expect(read(ada, general)).toEqual(['Not you.']);
  expect(read(bob, general)).toEqual([]);
});

it('is told in the thread that they asked in', async () => {
  const general = sim.channel('general').id;
  const { ts } = bob.says(general, 'fruit');
  expect(await whispers(general, ada.says(general, 'why?', { mention: true, thread: ts }).ts, ts)).toBe(true);
  expect(read(ada, general, ts)).toEqual(['Not you.']);
  expect(read(bob, general, ts)).toEqual([]);
});

it('is told as anything else where nobody else reads', async () => {
  const { channel, ts } = ada.dm('why?');
  expect(await whispers(channel, ts)).toBe(false);
  expect(read(ada, channel, ts)).toEqual([]);
});
