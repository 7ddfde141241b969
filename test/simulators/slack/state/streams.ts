/** Streamed messages: how they grow, what each reader sees of them, when they end by themselves or by a person. */
import { type Json, jsonOf, textOf } from '../../discord/json.ts';
import { announceChange, notify, post } from './messages.ts';
import type { Channel, Content, Message, Stream, StreamState, Version } from './model.ts';
import { clearStatus, setSession } from './places.ts';
import { messageJson } from './wire.ts';
import type { World } from './world.ts';

/** Blocks of all chunks together, and those that a stop adds: fifty each. */
const MAX_BLOCKS = 50;

/** What one call adds. */
export interface Growth {
  readonly markdown: string;
  readonly blocks: readonly Json[];
  readonly tasks: readonly Json[];
  readonly plan?: string;
}

/** A message that is a stream. */
export interface Streamed {
  readonly message: Message;
  readonly stream: Stream;
}

export interface Opening {
  readonly channel: Channel;
  readonly threadTs: string;
  readonly recipient: string | undefined;
  readonly dress: Json;
}

export function openStream(world: World, opening: Opening, growth: Growth): Message {
  const { channel, threadTs, recipient, dress } = opening;
  const stream: Stream = {
    recipient,
    startedAt: world.clock.now(),
    state: 'in_progress',
    markdown: '',
    blocks: [],
    tasks: new Map(),
    plan: undefined,
  };
  grow(stream, growth);
  const content =
    world.assumptions.othersSee === 'nothing' ? contentOf({ ...stream, markdown: '' }) : contentOf(stream);
  const author = world.workspace(channel.team).bot;
  const message = post(world, { channel, author, content, threadTs, dress, stream, unfurls: false });
  if (content.text !== stream.markdown) show(world, message, { audience: 'recipient' });
  clearStatus(world, channel, threadTs);
  setSession(world, { channel, threadTs }, 'processing');
  world.clock.after(world.assumptions.streamLifeMs, () => stateOf(world, message));
  return message;
}

/** Where the stream stands now: its time may have run out since somebody last looked. */
export function stateOf(world: World, message: Message): StreamState | undefined {
  const { stream } = message;
  if (stream?.state === 'in_progress' && world.clock.now() - stream.startedAt >= world.assumptions.streamLifeMs) {
    stream.state = 'expired';
    world.changed();
  }
  return stream?.state;
}

/** Whether the stream takes so much more, counted in bytes of UTF-8. */
export function fits(world: World, stream: Stream | undefined, growth: Growth): boolean {
  const bytes = Buffer.byteLength((stream?.markdown ?? '') + growth.markdown);
  return bytes <= world.assumptions.streamBytes;
}

export function append(world: World, { message, stream }: Streamed, growth: Growth): void {
  grow(stream, growth);
  show(world, message, { audience: 'recipient' });
  if (message.threadTs !== undefined) clearStatus(world, message.channel, message.threadTs);
  if (world.assumptions.appendEvents) announceChange(world, message, messageJson(world, message));
  world.changed();
}

export function complete(
  world: World,
  { message, stream }: Streamed,
  end: { growth: Growth; blocks: readonly Json[] },
): void {
  const before = messageJson(world, message);
  grow(stream, end.growth);
  stream.state = 'completed';
  show(world, message, { audience: 'all', more: end.blocks });
  announceChange(world, message, before);
  world.changed();
}

/** A person pressed stop: everybody sees what there is, and the app hears of it. */
export function interrupt(world: World, place: { channel: Channel; threadTs: string }, user: string): void {
  const { channel, threadTs } = place;
  const running = [...channel.messages.values()].filter(
    (message) => message.threadTs === threadTs && stateOf(world, message) === 'in_progress',
  );
  for (const message of running) {
    if (message.stream) message.stream.state = 'stopped';
    show(world, message, { audience: 'all' });
  }
  clearStatus(world, channel, threadTs);
  const event = {
    type: 'agent_session_stopped',
    channel: channel.id,
    user,
    thread_ts: threadTs,
    streaming_message_ts: running.map(({ ts }) => ts),
    event_ts: world.newTs(),
  };
  world.emit({ team: channel.team, subscription: 'agent_session_stopped', event, channel });
  world.changed();
}

function show(world: World, message: Message, to: { audience: Version['audience']; more?: readonly Json[] }): void {
  const { stream } = message;
  if (!stream) return;
  const { audience, more } = to;
  message.content = contentOf(stream, more);
  message.versions.push({ at: world.clock.now(), content: message.content, audience });
  notify(world, message, 'none');
}

function contentOf(stream: Stream, more: readonly Json[] = []): Content {
  const plan =
    stream.plan === undefined ? [] : [{ type: 'plan', title: stream.plan, tasks: [...stream.tasks.values()] }];
  const tasks = plan.length > 0 ? plan : [...stream.tasks.values()];
  const body = stream.markdown === '' ? [] : [{ type: 'markdown', text: stream.markdown }];
  return { text: stream.markdown, blocks: [...tasks, ...body, ...stream.blocks, ...more], attachments: [] };
}

function grow(stream: Stream, growth: Growth): void {
  stream.markdown += growth.markdown;
  stream.blocks = [...stream.blocks, ...growth.blocks].slice(0, MAX_BLOCKS);
  stream.plan = growth.plan ?? stream.plan;
  for (const task of growth.tasks) {
    const id = textOf(task['id']) ?? '';
    stream.tasks.set(id, merged(stream.tasks.get(id), task));
  }
}

/** Title and status are replaced, details go on, the output is taken once. */
function merged(before: Json | undefined, task: Json): Json {
  const { id, title, status, details, output, sources } = { ...jsonOf(before), ...task };
  const known = textOf(jsonOf(before)['details']) ?? '';
  const more = textOf(task['details']);
  return {
    type: 'task_card',
    task_id: id,
    title,
    status,
    ...(more === undefined && known === '' ? {} : { details: more === undefined ? known : known + textOf(details) }),
    ...(output === undefined ? {} : { output: jsonOf(before)['output'] ?? output }),
    ...(sources === undefined ? {} : { sources }),
  };
}
