/** What a reader sees: the messages of a channel or thread as they stand for one person at one time, with every version and its time. */
import { type Json, jsonOf, listOf } from '../../discord/json.ts';
import type { Channel, Message, StreamState, User, Version } from '../state/model.ts';
import type { World } from '../state/world.ts';
import { type Button, visible } from '../markup/visible.ts';

export interface SeenFile {
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly bytes: Uint8Array;
}

export interface SeenVersion {
  /** Epoch milliseconds on the simulator's clock. */
  readonly at: number;
  readonly text: string;
}

export interface SeenMessage {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs?: string;
  readonly authorId: string;
  readonly author: string;
  /** The body as this reader has it: Markdown and mrkdwn as written, tokens and entities as they show. */
  readonly text: string;
  /** The small print under it, one entry an element. */
  readonly context: readonly string[];
  readonly buttons: readonly Button[];
  readonly links: readonly string[];
  readonly blocks: readonly unknown[];
  /** The `text` field: what a notification shows where there are blocks. */
  readonly notification: string;
  readonly at: number;
  /** From the first text this reader saw to the one that stands. */
  readonly versions: readonly SeenVersion[];
  /** Whether "(edited)" stands beside it. */
  readonly edited: boolean;
  readonly ephemeral: boolean;
  readonly files: readonly SeenFile[];
  readonly reactions: readonly string[];
  /** Steps an agent shows above its text, by title and status. */
  readonly tasks: readonly string[];
  /** Absent where it was never a stream. */
  readonly stream?: StreamState;
}

export interface Look {
  readonly channel: Channel;
  /** The thread to look into; absent, the channel itself. */
  readonly thread?: string;
  /** Who looks; absent, somebody who only reads along. */
  readonly as?: string;
  /** When, on the simulator's clock; absent, now. */
  readonly at?: number;
}

/** Oldest first. A thread begins with the message it hangs under. */
export function readsOf(world: World, look: Look): readonly SeenMessage[] {
  const { channel, thread, as, at = world.clock.now() } = look;
  return placed(channel, thread)
    .filter(({ ephemeralFor }) => ephemeralFor === undefined || ephemeralFor === as)
    .filter((message) => message.deletedAt === undefined || message.deletedAt > at)
    .flatMap((message) => seen(world, message, { as, at }) ?? []);
}

function placed(channel: Channel, thread: string | undefined): readonly Message[] {
  const all = [...channel.messages.values()];
  if (thread === undefined) return all.filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast);
  return all.filter(({ ts, threadTs }) => ts === thread || threadTs === thread);
}

export function seen(
  world: World,
  message: Message,
  look: { as?: string | undefined; at: number },
): SeenMessage | undefined {
  const naming = (id: string) => nameOf(world, message.channel, id);
  const isOthers = message.channel.kind !== 'im' && message.stream?.recipient !== look.as;
  const open = (version: Version) => version.at <= look.at && (version.audience === 'all' || !isOthers);
  const versions = message.versions.filter(open);
  const last = versions.at(-1);
  if (!last) return undefined;
  const { text, context, buttons, links } = visible(last.content, naming);
  return {
    ts: message.ts,
    channel: message.channel.id,
    authorId: message.author.id,
    author: message.author.realName,
    text,
    context,
    buttons,
    links,
    blocks: last.content.blocks,
    notification: last.content.text,
    at: versions[0]?.at ?? last.at,
    versions: versions.map(({ at, content }) => ({ at, text: visible(content, naming).text })),
    edited: message.edited !== undefined && Number(message.edited.ts.split('.')[0]) * 1000 <= look.at,
    ephemeral: message.ephemeralFor !== undefined,
    files: message.files.map(({ name, title, mimetype, bytes }) => ({ name, title, mimetype, bytes })),
    reactions: [...message.reactions].filter(([, users]) => users.size > 0).map(([name]) => name),
    tasks: tasksIn(last.content.blocks),
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    ...(message.stream === undefined ? {} : { stream: message.stream.state }),
  };
}

function nameOf(world: World, channel: Channel, id: string): string {
  const { users, channels } = world.workspace(channel.team);
  const user: User | undefined = users.get(id);
  return user?.realName ?? channels.get(id)?.name ?? id;
}

function tasksIn(blocks: readonly Json[]): readonly string[] {
  return blocks.flatMap((block) => {
    if (block['type'] === 'plan') return tasksIn(listOf(block['tasks']).map(jsonOf));
    return block['type'] === 'task_card' ? `${String(block['title'])}: ${String(block['status'])}` : [];
  });
}
