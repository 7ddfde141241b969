/** Members a client asks for over the gateway. @see https://discord.com/developers/docs/events/gateway-events#request-guild-members */
import { type Json, listOf, textOf } from '../json.ts';
import type { RateLimiter } from '../limits.ts';
import type { World } from '../state.ts';
import { fullMemberJson } from '../wire.ts';
import { Op, type Session } from './session.ts';

/** By ids, by the beginning of a name, or all of them, which is granted once in thirty seconds. */
export function sendMembers(world: World, limiter: RateLimiter, asked: { session: Session; request: Json }): void {
  const { session, request } = asked;
  const { guild } = world;
  if (textOf(request['guild_id']) !== guild.id) return;
  const ids = listOf(request['user_ids'] ?? []).map(String);
  const query = textOf(request['query']) ?? '';
  const all = ids.length === 0 && query === '';
  const standing = all ? limiter.hit('allMembers', guild.id) : undefined;
  const nonce = textOf(request['nonce']);
  const echoed = nonce === undefined ? {} : { nonce };
  if (standing && !standing.allowed) {
    const retryAfterS = (standing.resetAt - world.clock.now()) / 1000;
    session.send('RATE_LIMITED', {
      opcode: Op.requestMembers,
      retry_after: retryAfterS,
      meta: { guild_id: guild.id, ...echoed },
    });
    return;
  }
  const members = [...guild.members.values()].filter(({ user }) =>
    ids.length > 0 ? ids.includes(user.id) : user.username.startsWith(query.toLowerCase()),
  );
  session.send('GUILD_MEMBERS_CHUNK', {
    guild_id: guild.id,
    members: members.map(fullMemberJson),
    chunk_index: 0,
    chunk_count: 1,
    not_found: ids.filter((id) => !guild.members.has(id)),
    ...echoed,
  });
}
