/** Recorded gateway traffic of another bot, its ids replaced by the simulator's: each event is taken for what it is. */
import { expect, it } from 'vitest';
import { KeptInbox } from '../contracts/adapter.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { isRecorded, recordedFor } from './recorded.ts';
import { anAdapter } from './stage.ts';

it.skipIf(!isRecorded)(
  'takes each recorded event for a mention, a reason to ignore it, or nothing of its own',
  async () => {
    const sim = await DiscordSimulator.start();
    const { adapter, log } = anAdapter(sim);
    const inbox = new KeptInbox();
    await adapter.start(inbox);
    const events = recordedFor(sim);
    for (const { type, data } of events)
      sim.world.dispatch({ type, intents: 0, guildId: sim.guild.id, data: () => data });
    const interactions = events.filter(({ type }) => type === 'INTERACTION_CREATE').length;
    await expect.poll(() => log.ignored.filter((reason) => reason === 'not-a-command').length).toBe(interactions);
    await adapter.stop();

    // Some are recorded twice; the journal knows them by their ids.
    const once = [...new Map(inbox.mentions.map((mention) => [mention.id, mention])).values()];
    expect(once.map((mention) => mention.text)).toEqual([
      'Hey',
      'AI Still there?',
      'Hey',
      'AI What is love',
      'Nice',
      '1',
      'DM me',
    ]);
    expect(new Set(inbox.mentions.map((mention) => mention.author.name))).toEqual(new Set(['Test User']));
    expect(new Set(log.ignored)).toEqual(new Set(['own', 'not-a-command']));
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await sim.stop();
    sim.assertClean();
  },
);
