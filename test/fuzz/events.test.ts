/** Events of the platform, recorded ones and our own, changed at random: a mention, a named reason, or a line in the log. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeptInbox } from '../contracts/adapter.ts';
import { type RecordedEvent, recordedFor } from '../discord/recorded.ts';
import { anAdapter } from '../discord/stage.ts';
import { jsonOf } from '../simulators/discord/json.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { mutated } from './json.ts';

const SECRET = 'words-that-somebody-wrote';

type Event = Pick<RecordedEvent, 'type' | 'data'>;

/** Recorded messages are said to the bot, with the words that are looked for. */
function recorded(sim: DiscordSimulator): readonly Event[] {
  const content = `<@${sim.bot.id}> ${SECRET}`;
  return recordedFor(sim).map(({ type, data }) => ({
    type,
    data: { ...data, ...(type.includes('MESSAGE') ? { content } : {}) },
  }));
}

it('an event that is not as it should be is handled, ignored or logged without its words, and the next is heard', {
  timeout: 7_200_000,
}, async () => {
  const sim = await DiscordSimulator.start({ checked: false });
  const own: Event[] = [];
  sim.world.onDispatch(({ type, data }) => {
    if (type === 'MESSAGE_CREATE' || type === 'MESSAGE_UPDATE') own.push({ type, data: data({ seesContent: true }) });
  });
  const ada = sim.addUser('Ada');
  const said = ada.says(sim.channel('general').id, SECRET, { mention: true });
  ada.says(sim.channel('general').id, SECRET, { replyTo: said.id });
  const { adapter, log } = anAdapter(sim);
  const inbox = new KeptInbox();
  await adapter.start(inbox);
  const events = [...recorded(sim), ...own];
  const one = fc
    .constantFrom(...events)
    .chain(({ type, data }) => fc.record({ type: fc.constant(type), data: mutated(data) }));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(one, async ({ type, data }) => {
      // Discord's payloads are objects; what is inside is not to be relied on.
      const payload = typeof data === 'object' && data !== null ? jsonOf(data) : {};
      sim.world.dispatch({ type, intents: 0, guildId: sim.guild.id, data: () => payload });
      if (++number % 25 > 0) return;
      const question = `still there ${number}?`;
      ada.says(sim.channel('general').id, question, { mention: true });
      await expect.poll(() => inbox.mentions.some(({ text }) => text === question), { timeout: 5000 }).toBe(true);
      inbox.mentions.length = 0;
    }),
    { numRuns: 200 },
  );
  await adapter.stop();
  await sim.stop();
  expect(JSON.stringify(log.lines)).not.toContain(SECRET);
});
