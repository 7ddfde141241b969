/** Writing, changing and removing messages, with the events and notifications that each of these brings. */
import { randomUUID } from 'node:crypto';
import type { Json } from '../../discord/json.ts';
import { mentionsIn, type Parsing } from '../markup/mentions.ts';
import type { Channel, ChannelKind, Content, Message, StoredFile, Stream, User } from './model.ts';
import { messageJson, repliesOf } from './wire.ts';
import type { World } from './world.ts';

export const SUBSCRIPTION: Readonly<Record<ChannelKind, string>> = {
  channel: 'message.channels',
  group: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
};

export interface Draft {
  readonly channel: Channel;
  readonly author: User;
  readonly content: Content;
  readonly threadTs?: string;
  readonly broadcast?: boolean;
  readonly files?: readonly StoredFile[];
  readonly ephemeralFor?: string;
  readonly metadata?: Json;
  readonly unfurls?: boolean;
  readonly dress?: Json;
  readonly parsing?: Parsing;
  readonly stream?: Stream;
  /** A person's post mentions the bot: its twin is sent before or after the message itself. */
  readonly twin?: 'before' | 'after';
}

export function post(world: World, draft: Draft): Message {
  const { channel, author, content } = draft;
  const at = world.clock.now();
  const message: Message = {
    ts: world.newTs(),
    channel,
    author,
    content,
    broadcast: draft.broadcast ?? false,
    files: [...(draft.files ?? [])],
    versions: [{ at, content, audience: 'all' }],
    reactions: new Map(),
    unfurls: draft.unfurls ?? true,
    dress: draft.dress ?? {},
    tombstone: false,
    ...(draft.threadTs === undefined ? {} : { threadTs: draft.threadTs }),
    ...(draft.ephemeralFor === undefined ? {} : { ephemeralFor: draft.ephemeralFor }),
    ...(author.bot ? {} : { clientMsgId: randomUUID() }),
    ...(draft.metadata === undefined ? {} : { metadata: draft.metadata }),
    ...(draft.stream === undefined ? {} : { stream: draft.stream }),
  };
  channel.messages.set(message.ts, message);
  for (const file of message.files) file.sharedIn.add(channel.id);
  notify(world, message, draft.parsing ?? 'none');
  if (draft.ephemeralFor === undefined) announce(world, message, draft.twin);
  world.changed();
  return message;
}

function announce(world: World, message: Message, twin: Draft['twin']): void {
  const event = eventOf(world, message, messageJson(world, message));
  const mention = twin && mentionEvent(event);
  const team = message.channel.team;
  if (mention && twin === 'before')
    world.emit({ team, subscription: 'app_mention', event: mention, channel: message.channel });
  world.emit({ team, subscription: SUBSCRIPTION[message.channel.kind], event, channel: message.channel });
  if (mention && twin === 'after')
    world.emit({ team, subscription: 'app_mention', event: mention, channel: message.channel });
}

/** The second event of a mention has no `channel_type` and no subtype. */
function mentionEvent(event: Json): Json {
  const { channel_type: _type, subtype: _subtype, ...rest } = event;
  return { ...rest, type: 'app_mention', assistant_thread: { action_token: `${String(event['ts'])}-action` } };
}

function eventOf(world: World, message: Message, body: Json): Json {
  const { channel } = message;
  const parent =
    message.broadcast && message.threadTs !== undefined ? channel.messages.get(message.threadTs) : undefined;
  return {
    ...body,
    ...(parent ? { root: messageJson(world, parent) } : {}),
    channel: channel.id,
    event_ts: message.ts,
    channel_type: channel.kind,
  };
}

/** Puts a new version in the place of the old one; `before` is the message as it was, where more than its content changes. */
export function change(
  world: World,
  message: Message,
  to: { content: Content; editor?: User; parsing?: Parsing; before?: Json; silent?: boolean },
): void {
  const before = to.before ?? messageJson(world, message);
  message.content = to.content;
  if (to.editor) message.edited = { user: to.editor.id, ts: world.newTs() };
  message.versions.push({ at: world.clock.now(), content: to.content, audience: 'all' });
  notify(world, message, to.parsing ?? 'none');
  if (to.silent !== true) announceChange(world, message, before);
  world.changed();
}

export function announceChange(world: World, message: Message, before: Json): void {
  if (message.ephemeralFor !== undefined) return;
  const ts = world.newTs();
  const { channel } = message;
  const event = {
    type: 'message',
    subtype: 'message_changed',
    message: messageJson(world, message),
    previous_message: before,
    channel: channel.id,
    hidden: true,
    ts,
    event_ts: ts,
    channel_type: channel.kind,
  };
  world.emit({ team: channel.team, subscription: SUBSCRIPTION[channel.kind], event, channel });
}

/** A parent with replies stays behind as a gravestone. */
export function remove(world: World, message: Message): void {
  const { channel } = message;
  const before = messageJson(world, message);
  if (repliesOf(message).length > 0) {
    message.tombstone = true;
    message.versions.push({
      at: world.clock.now(),
      content: { text: 'This message was deleted.', blocks: [], attachments: [] },
      audience: 'all',
    });
    announceChange(world, message, before);
    world.changed();
    return;
  }
  message.deletedAt = world.clock.now();
  const ts = world.newTs();
  const event = {
    type: 'message',
    subtype: 'message_deleted',
    previous_message: before,
    channel: channel.id,
    hidden: true,
    deleted_ts: message.ts,
    ts,
    event_ts: ts,
    channel_type: channel.kind,
  };
  if (message.ephemeralFor === undefined)
    world.emit({ team: channel.team, subscription: SUBSCRIPTION[channel.kind], event, channel });
  world.changed();
}

/** A mention of the bot's raises a notification when it is new in the message, and never twice for one message. */
export function notify(world: World, message: Message, parsing: Parsing): void {
  const { channel, ts } = message;
  if (message.author.id !== world.workspace(channel.team).bot.id) return;
  const users = [...world.workspace(channel.team).users.values()];
  const known = world.notifications.filter((raised) => raised.ts === ts).map((raised) => raised.token);
  for (const { kind, token, where } of mentionsIn(message.content, {
    parsing,
    users,
    assumptions: world.assumptions,
  })) {
    if (known.includes(token)) continue;
    known.push(token);
    world.notifications.push({ kind, token, where, channel: channel.id, ts, at: world.clock.now() });
  }
}
