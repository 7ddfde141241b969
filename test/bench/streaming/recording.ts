/** From what stands on the simulated Discord to the versions of each answer. */
import type { Message, World } from '../../simulators/discord/state.ts';
import type { Version } from './score.ts';

/** A question, and the instrument that every line of its answer names. */
export interface Asked {
  readonly name: string;
  readonly channelId: string;
  readonly messageId: string;
}

export interface Recorded {
  /** By the name of the question, in the order Discord accepted them. */
  readonly versions: ReadonlyMap<string, readonly Version[]>;
  /** Messages of the bot that belong to no answer. */
  readonly unplaced: readonly string[];
}

export function recordedIn(world: World, asked: readonly Asked[]): Recorded {
  const versions = new Map<string, Version[]>(asked.map(({ name }) => [name, []]));
  const unplaced: string[] = [];
  const placeOf = placing(asked);
  for (const message of messagesOfBot(world)) {
    const found = versions.get(placeOf(message) ?? '');
    if (found === undefined) unplaced.push(message.content);
    else found.push(...versionsOf(message));
  }
  // A stable sort: messages of one instant stay in the order in which they were posted.
  for (const found of versions.values()) found.sort((a, b) => a.at - b.at);
  return { versions, unplaced };
}

function messagesOfBot(world: World): readonly Message[] {
  const channels = [...world.channels.values()];
  const all = channels.flatMap(({ messages, deleted }) => [...messages.values(), ...deleted]);
  return all.filter(({ author }) => author.id === world.app.id).sort((a, b) => a.createdAt - b.createdAt || byId(a, b));
}

function byId(a: Message, b: Message): number {
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}

function versionsOf(message: Message): readonly Version[] {
  const { id, versions, deletedAt } = message;
  const stood = versions.map(({ content, at }): Version => ({ post: id, content, at }));
  return deletedAt === undefined ? stood : [...stood, { post: id, content: undefined, at: deletedAt }];
}

/**
 * Where only one question was asked, in a thread or a channel, everything is its answer. Elsewhere a message belongs to the
 * instrument that its text names, and one that names none to the question it replies to.
 */
function placing(asked: readonly Asked[]): (message: Message) => string | undefined {
  const byMessage = new Map(asked.map(({ messageId, name }) => [messageId, name]));
  const inChannel = Map.groupBy(asked, ({ channelId }) => channelId);
  const names = new Set(asked.map(({ name }) => name));
  return (message) => {
    // A thread has the id of the message it was opened on.
    const ofThread = byMessage.get(message.channelId);
    if (ofThread !== undefined) return ofThread;
    const here = inChannel.get(message.channelId) ?? [];
    if (here.length === 1) return here[0]?.name;
    const said = message.versions.map(({ content }) => content).join('\n');
    const named = /\bdome-\d+\b/.exec(said)?.[0];
    return named !== undefined && names.has(named) ? named : byMessage.get(message.reference?.messageId ?? '');
  };
}
