/** What a channel or thread shows besides its messages: the status line, the title, the agent's session. */
import type { AgentSession, Channel, Status } from './model.ts';
import type { World } from './world.ts';

export function placeOf(channel: Channel, threadTs: string): string {
  return `${channel.id}/${threadTs}`;
}

interface Place {
  readonly channel: Channel;
  readonly threadTs: string;
}

export function setStatus(world: World, { channel, threadTs }: Place, status: Omit<Status, 'at'>): void {
  statusesOf(world, { channel, threadTs }).push({ ...status, at: world.clock.now() });
  world.changed();
}

export function clearStatus(world: World, channel: Channel, threadTs: string): void {
  const place = { channel, threadTs };
  if (statusOf(world, place) !== undefined) setStatus(world, place, { text: '', loading: [] });
}

/** The line that stands now or stood at `at`; it goes by itself after a while. */
export function statusOf(world: World, place: Place, at = world.clock.now()): Status | undefined {
  const status = statusesOf(world, place).findLast((each) => each.at <= at);
  if (status === undefined || status.text === '') return undefined;
  return at - status.at < world.assumptions.statusLifeMs ? status : undefined;
}

/** Every line there was, oldest first. */
export function statusesOf(world: World, { channel, threadTs }: Place): Status[] {
  const { statuses } = world.workspace(channel.team);
  const key = placeOf(channel, threadTs);
  const known = statuses.get(key) ?? [];
  statuses.set(key, known);
  return known;
}

/** An agent's session in a thread; one that is processing falls back by itself. */
export function sessionOf(world: World, channel: Channel, threadTs: string): AgentSession | undefined {
  const session = world.workspace(channel.team).sessions.get(placeOf(channel, threadTs));
  if (session?.state === 'processing' && world.clock.now() - session.since >= world.assumptions.processingLifeMs)
    session.state = 'active';
  return session;
}
export function setSession(world: World, place: Place, state: AgentSession['state']): AgentSession {
  const { channel, threadTs } = place;
  const known = sessionOf(world, channel, threadTs);
  const session = known ?? { channel: channel.id, thread: threadTs, state, title: '', since: 0 };
  session.state = state;
  session.since = world.clock.now();
  world.workspace(channel.team).sessions.set(placeOf(channel, threadTs), session);
  world.changed();
  return session;
}
