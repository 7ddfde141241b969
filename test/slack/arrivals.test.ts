/** What Slack was told that it arrived: none of it is lost with the process, and nothing else is kept. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptInbox } from '../contracts/adapter.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, HeldArrivals, type Made } from './stage.ts';

let sim: SlackSimulator;
let ada: Person;
let arrivals: HeldArrivals;
/** Takes nothing until it is let go. */
let stuck: KeptInbox;
let letGo: () => void;
let made: Made[];

beforeEach(async () => {
  sim = await generousSlack();
  ada = sim.addUser('Ada');
  arrivals = new HeldArrivals();
  stuck = new KeptInbox();
  const held = Promise.withResolvers<void>();
  letGo = held.resolve;
  stuck.heldBack = () => held.promise;
  made = [];
  await start(stuck);
});
afterEach(async () => {
  letGo();
  await Promise.all(made.map(({ adapter }) => adapter.stop()));
  await sim.close();
  sim.assertClean();
});

async function start(inbox: KeptInbox): Promise<void> {
  const next = anAdapter(sim, { arrivals });
  made.push(next);
  await next.adapter.start(inbox);
}

const acknowledged = () => sim.until(() => sim.deliveries.every(({ state }) => state === 'acknowledged'));
const general = () => sim.channel('general').id;

it('is handed over by the next process, each once, and then kept no longer', async () => {
  ada.dm('one');
  ada.says(general(), 'two', { mention: true, files: [{ name: 'notes.txt', bytes: Buffer.from('notes') }] });
  ada.slash(general(), '/halley', { text: 'ask three? private:true' });
  await acknowledged();
  const inbox = new KeptInbox();
  await start(inbox);
  const found = (await inbox.first(3)).map(({ text, attachments }) => [text, attachments.map(({ name }) => name)]);
  expect(found.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
    ['one', []],
    ['three?', []],
    ['two', ['notes.txt']],
  ]);
  letGo();
  await expect.poll(() => arrivals.left()).toEqual([]);
});

it('with its files, whichever of the two events of a mention comes first', async () => {
  const files = [{ name: 'notes.txt', bytes: Buffer.from('notes') }];
  ada.says(general(), 'look', { mention: true, mentionFirst: true, files });
  await acknowledged();
  const inbox = new KeptInbox();
  await start(inbox);
  expect((await inbox.first(1))[0]?.attachments).toHaveLength(1);
});

it('is not what people say to each other, nor what the bot says', async () => {
  const { ts } = ada.says(general(), 'between us');
  ada.says(general(), 'and no more', { thread: ts });
  ada.edits(general(), ts, 'between the two of us');
  await acknowledged();
  expect(await arrivals.left()).toEqual([]);
});

it('comes again from Slack where the process is about to end', async () => {
  ada.dm('one');
  await acknowledged();
  const stopping = made[0]?.adapter.stop();
  ada.dm('late');
  letGo();
  await stopping;
  await sim.until(() => sim.sockets.ready.length === 0);
  const inbox = new KeptInbox();
  await start(inbox);
  sim.clock.advance(3000);
  expect((await inbox.first(1)).map(({ text }) => text)).toEqual(['late']);
});
