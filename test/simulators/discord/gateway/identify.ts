/** Who may begin a session: IDENTIFY's checks, in Discord's order. */
import { type Json, listOf, numberOf, textOf } from '../json.ts';
import type { World } from '../state.ts';
import { DEFINED_INTENTS, Intent } from '../intents.ts';

const MAX_GUILDS_PER_SHARD = 2500;

export interface Asking {
  readonly version: string | null;
  readonly isIdentified: boolean;
  readonly guildCount: number;
}

export function knowsToken(world: World, data: Json): boolean {
  return textOf(data['token'])?.replace(/^Bot /, '') === world.app.token;
}

/** The close code and its words: version, token, second identify, shard, unknown intents, privileged intents. */
export function identifyFault(world: World, data: Json, asking: Asking): [number, string] | undefined {
  const { messageContent, guildMembers, presences } = world.app.privileged;
  const [shardId = 0, shards = 1] = listOf(data['shard']).map(Number);
  const intents = numberOf(data['intents']) ?? 0;
  if (asking.version !== null && asking.version !== '10') return [4012, 'Invalid API version.'];
  if (!knowsToken(world, data)) return [4004, 'Authentication failed.'];
  if (asking.isIdentified) return [4005, 'Already authenticated.'];
  if (!(shardId >= 0 && shardId < shards)) return [4010, 'Invalid shard.'];
  if (asking.guildCount > MAX_GUILDS_PER_SHARD * shards) return [4011, 'Sharding is required.'];
  if ((intents & ~DEFINED_INTENTS) !== 0) return [4013, 'Invalid intent(s).'];
  const refused =
    (messageContent ? 0 : Intent.messageContent) |
    (guildMembers ? 0 : Intent.guildMembers) |
    (presences ? 0 : Intent.guildPresences);
  return (intents & refused) === 0 ? undefined : [4014, 'Disallowed intent(s).'];
}
