/** What a channel or thread shows besides its messages: the status line, the title, the agent's session. */
import type { AgentSession, Channel, Status } from './model.ts';
import type { World } from './world.ts';

export function placeOf(channel: Channel, threadTs: string): string {
  return `${channel.id}/${threadTs}`;
}

export function setStatus(
  world: World,
  place: { channel: Channel; threadTs: string },
  status: Omit<Status, 'at'>,
): void {
  const { channel, threadTs } = place;
  const { statuses } = world.workspace(channel.team);
  const key = placeOf(channel, threadTs);
  if (status.text === '') statuses.delete(key);
  else statuses.set(key, { ...status, at: world.clock.now() });
  world.changed();
}

export function clearStatus(world: World, channel: Channel, threadTs: string): void {
  setStatus(world, { channel, threadTs }, { text: '', loading: [] });
}

/** The line that stands now; it goes by itself after a while. */
export function statusOf(world: World, channel: Channel, threadTs: string): Status | undefined {
  const status = world.workspace(channel.team).statuses.get(placeOf(channel, threadTs));
  return status && world.clock.now() - status.at < world.assumptions.statusLifeMs ? status : undefined;
}

/** An agent's session in a thread; one that is processing falls back by itself. */
export function sessionOf(world: World, channel: Channel, threadTs: string): AgentSession | undefined {
  const session = world.workspace(channel.team).sessions.get(placeOf(channel, threadTs));
  if (session?.state === 'processing' && world.clock.now() - session.since >= world.assumptions.processingLifeMs)
    session.state = 'active';
  return session;
}
export function setSession(
  world: World,
  place: { channel: Channel; threadTs: string },
  state: AgentSession['state'],
): AgentSession {
  const { channel, threadTs } = place;
  const known = sessionOf(world, channel, threadTs);
  const session = known ?? { channel: channel.id, thread: threadTs, state, title: '', since: 0 };
  session.state = state;
  session.since = world.clock.now();
  world.workspace(channel.team).sessions.set(placeOf(channel, threadTs), session);
  world.changed();
  return session;
}
