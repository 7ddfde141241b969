/** What was written while the bot was away from Discord: looked up once when it is back, where it takes part. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { conversationIdOf } from '../../src/core/conversation.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, done, GENEROUS, type Made } from './stage.ts';

const CATCH_UP_MS = 600_000;

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let inbox: KeptInbox;
let made: Made | undefined;

beforeEach(async () => {
  sim = await DiscordSimulator.start({ limits: { ...GENEROUS, identify: { limit: 9, windowMs: 1000 } } });
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  inbox = new KeptInbox();
});
afterEach(async () => {
  await made?.adapter.stop();
  await sim.stop();
  sim.assertClean();
});

/** A thread in which the bot takes part. */
function followed(name: string): string {
  const thread = ada.opensThread(general, name);
  inbox.followed.add(conversationOf(thread));
  return thread;
}

function conversationOf(thread: string): string {
  return conversationIdOf({ platform: 'discord', workspace: sim.guild.id, channel: general, thread });
}

async function start(catchUpMs = CATCH_UP_MS): Promise<Made> {
  made = anAdapter(sim, { catchUpMs });
  await made.adapter.start(inbox);
  return made;
}

const texts = () => inbox.mentions.map((mention) => mention.text);
async function caughtUp(count = 1): Promise<void> {
  const times = () => made?.log.lines.filter(({ event }) => event === 'discord.caught-up').length;
  await expect.poll(times).toBe(count);
}

it('takes what was said in threads that it follows, oldest first, and where it was called, and leaves the rest', async () => {
  const mine = followed('mine');
  const other = ada.opensThread(general, 'not mine');
  ada.says(mine, 'one');
  ada.says(mine, 'two');
  ada.says(other, 'three');
  ada.says(other, 'four', { mention: true });
  ada.says(general, 'five', { mention: true });
  ada.says(general, 'six');
  await start();
  await caughtUp();
  expect(texts()).toEqual(['one', 'two', 'five', 'four']);
});

it('leaves a question in a channel on which a thread was opened, as it was heard then', async () => {
  const asked = ada.says(general, 'why?', { mention: true });
  made = anAdapter(sim);
  const openThread = { platform: 'discord', channel: general, message: asked.id, openThread: 'why?' } as const;
  await made.adapter.surface(openThread, []).finish(done('Because.'));
  ada.says(general, 'how?', { mention: true });
  await start();
  await caughtUp();
  expect(texts()).toEqual(['how?']);
});

it('looks into no place that it may not read', async () => {
  sim.deny(general, sim.botRoleId, 'readMessageHistory');
  ada.says(general, 'why?', { mention: true });
  await start();
  await caughtUp();
  expect(texts()).toEqual([]);
  expect(sim.calls.some(({ method, path }) => method === 'GET' && path.includes('/messages'))).toBe(false);
});

it('takes what was written in direct messages meanwhile by those who wrote lately', async () => {
  await start();
  await caughtUp();
  ada.dm('hello');
  await expect.poll(texts).toEqual(['hello']);
  sim.gateway.drop({ resumable: false });
  await sim.until(() => !sim.gateway.online);
  ada.dm('are you there?');
  await expect.poll(() => texts().includes('are you there?'), { timeout: 15_000 }).toBe(true);
  // Which of them were answered, the journal knows.
  expect(texts().filter((text) => text !== 'hello')).toEqual(['are you there?']);
}, 30_000);

it('looks into so many places and no more', async () => {
  for (let at = 0; at < 60; at++) ada.says(sim.addChannel(`c${at}`).id, 'why?', { mention: true });
  await start();
  await caughtUp();
  expect(texts()).toHaveLength(50);
});

it('leaves what was said before the bot wrote last, as it was there then', async () => {
  const mine = followed('mine');
  ada.says(mine, 'among ourselves');
  const asked = ada.says(mine, 'why?', { mention: true });
  made = anAdapter(sim);
  await made.adapter.surface({ platform: 'discord', channel: mine, message: asked.id }, []).finish(done('Because.'));
  ada.says(mine, 'and?');
  await start();
  await caughtUp();
  expect(texts()).toEqual(['and?']);
});

it('leaves what was said too long ago, and everything where that is wanted', async () => {
  const mine = followed('mine');
  ada.says(mine, 'old');
  await start(0);
  await made?.adapter.stop();
  await start(1);
  await caughtUp();
  expect(texts()).toEqual([]);
  expect(sim.calls.some(({ method, path }) => method === 'GET' && path.includes('/messages'))).toBe(false);
});

it('looks nothing up where Discord sends what was missed', async () => {
  const mine = followed('mine');
  await start();
  await caughtUp();
  sim.gateway.drop();
  ada.says(mine, 'replayed');
  await expect.poll(texts).toEqual(['replayed']);
  expect(made?.log.lines.filter(({ event }) => event === 'discord.caught-up')).toHaveLength(1);
});

it.each([
  ['the session is forgotten', () => sim.gateway.drop({ resumable: false })],
  ['Discord says that it is invalid', () => sim.gateway.sendOp9(false)],
])(
  'looks up what was missed after %s, once',
  async (_, lose) => {
    const mine = followed('mine');
    await start();
    await caughtUp();
    lose();
    await sim.until(() => !sim.gateway.online);
    ada.says(mine, 'are you there?');
    await expect.poll(texts, { timeout: 15_000 }).toEqual(['are you there?']);
    await caughtUp(2);
    expect(made?.adapter.isConnected).toBe(true);
    ada.says(mine, 'good');
    await expect.poll(texts).toEqual(['are you there?', 'good']);
  },
  30_000,
);

it('is told of nothing twice when it is asked to connect anew', async () => {
  const mine = followed('mine');
  await start();
  await caughtUp();
  sim.gateway.sendOp7();
  ada.says(mine, 'still there?');
  await expect.poll(() => sim.gateway.history.map(({ opened }) => opened)).toEqual(['identify', 'resume']);
  ada.says(mine, 'good');
  await expect.poll(texts).toEqual(['still there?', 'good']);
});
