/** Recorded gateway traffic of another bot, its ids replaced by the simulator's: each event is taken for what it is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KeptInbox } from '../contracts/adapter.ts';
import { type Json, jsonOf } from '../simulators/discord/json.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter } from './stage.ts';

const FILE = join(process.env.RECORDED_DIR ?? '', 'discord', 'discord.json');
const isThere = process.env.RECORDED_DIR !== undefined && existsSync(FILE);

/** One recording was shortened by hand; Discord never leaves this out. */
const ALWAYS_SENT = { authorizing_integration_owners: {} };

interface Event {
  readonly type: string;
  readonly at: number;
  readonly data: Json;
}

/** The events in the order they happened. Interactions have no time of their own; they come last. */
function eventsFor(sim: DiscordSimulator): readonly Event[] {
  const text = readFileSync(FILE, 'utf8');
  const { metadata } = JSON.parse(text);
  const ids = { botId: sim.bot.id, guildId: sim.guild.id, channelId: sim.channel('general').id, roleId: sim.botRoleId };
  const ours = Object.entries(ids).reduce((json, [name, id]) => json.replaceAll(metadata[name], id), text);
  return Object.entries(jsonOf(JSON.parse(ours)))
    .filter(([name]) => name !== 'metadata')
    .map(([, value]) => jsonOf(value))
    .map((value) =>
      'data' in value && typeof value['timestamp'] === 'number'
        ? { type: String(value['type']).replace('GATEWAY_', ''), at: value['timestamp'], data: jsonOf(value['data']) }
        : { type: 'INTERACTION_CREATE', at: Number.POSITIVE_INFINITY, data: { ...ALWAYS_SENT, ...value } },
    )
    .toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at));
}

it.skipIf(!isThere)(
  'takes each recorded event for a mention, a reason to ignore it, or nothing of its own',
  async () => {
    const sim = await DiscordSimulator.start();
    const { adapter, log } = anAdapter(sim);
    const inbox = new KeptInbox();
    await adapter.start(inbox);
    const events = eventsFor(sim);
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
