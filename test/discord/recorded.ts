/** Gateway traffic of another bot, as `RECORDED_DIR` holds it, with the ids of a simulator, so that it is understood. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, jsonOf } from '../simulators/discord/json.ts';
import type { DiscordSimulator } from '../simulators/discord/simulator.ts';

const FILE = join(process.env['RECORDED_DIR'] ?? '', 'discord', 'discord.json');

export const isRecorded = process.env['RECORDED_DIR'] !== undefined && existsSync(FILE);

/** One recording was shortened by hand; Discord never leaves this out. */
const ALWAYS_SENT = { authorizing_integration_owners: {} };

export interface RecordedEvent {
  readonly type: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly data: Json;
}

/** The events in the order they happened; none where there are no recordings. Interactions have no time of their own; they come last. */
export function recordedFor(sim: DiscordSimulator): readonly RecordedEvent[] {
  if (!isRecorded) return [];
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
