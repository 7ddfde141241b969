/** REST: channels, typing and threads. @see https://discord.com/developers/docs/resources/channel */
import { ApiError, badChoice, badLength, type FieldFault, invalidForm, refuse, required } from '../errors.ts';
import { type Json, jsonOf, lengthOf, textOf } from '../json.ts';
import { refusalOf } from '../limits.ts';
import { demand, isDm, isThread, may, sendingPermission } from '../permissions.ts';
import { type Answer, type Call, channelOf, created, messageIn, noContent, ok, type Route } from '../route.ts';
import { type Channel, ChannelType } from '../state.ts';
import { beginTyping, openThreadOn } from '../places.ts';
import { announceMembers, changeThread, leaveThread, openThread } from '../threads.ts';
import { channelJson, threadMemberJson } from '../wire.ts';

const CHANNEL = '/channels/{channel_id}';
const THREADS = `${CHANNEL}/threads`;
const major = ['channel_id'];
const other = { limit: 'other', major } as const;

export const channelRoutes: readonly Route[] = [
  { method: 'GET', path: CHANNEL, ...other, handle: get },
  { method: 'PATCH', path: CHANNEL, limit: 'editChannel', major, handle: patch },
  { method: 'POST', path: `${CHANNEL}/typing`, limit: 'typing', major, handle: typing },
  { method: 'POST', path: `${CHANNEL}/messages/{message_id}/threads`, limit: 'createThread', major, handle: openOn },
  { method: 'POST', path: THREADS, limit: 'createThread', major, handle: open },
  { method: 'GET', path: `${CHANNEL}/thread-members`, ...other, handle: members },
  { method: 'PUT', path: `${CHANNEL}/thread-members/@me`, ...other, handle: join },
  { method: 'DELETE', path: `${CHANNEL}/thread-members/@me`, ...other, handle: leave },
  { method: 'GET', path: `${THREADS}/archived/public`, ...other, handle: archived },
];

function get(call: Call): Answer {
  const channel = channelOf(call);
  demand(call.world, channel, 'viewChannel');
  return ok(channelJson(call.world, channel));
}

function typing(call: Call): Answer {
  const channel = channelOf(call);
  demand(call.world, channel, sendingPermission(channel));
  beginTyping(call.world, channel, call.world.app.bot);
  return noContent;
}

/** The name, the archive and the lock of a thread; other channels are not the bot's to change here. */
function patch(call: Call): Answer {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'viewChannel');
  const body = jsonOf(call.body);
  if (!channel.thread) {
    demand(world, channel, 'manageChannels');
    throw refuse('cannotOnThisChannel');
  }
  const manages = may(world, world.app.id, channel, 'manageThreads');
  const owns = channel.thread.ownerId === world.app.id;
  const [archives, locks] = [body['archived'], body['locked']];
  if (channel.thread.archived && archives !== false) throw refuse('archivedThread');
  if (!manages && (locks !== undefined || !owns)) throw refuse('missingPermissions');
  const name = 'name' in body ? nameOf(body) : undefined;
  if (name !== undefined) countRename(call, channel);
  changeThread(world, channel, {
    ...(name === undefined ? {} : { name }),
    ...(typeof archives === 'boolean' ? { archived: archives } : {}),
    ...(typeof locks === 'boolean' ? { locked: locks } : {}),
  });
  return ok(channelJson(world, channel));
}

/** Two in ten minutes, whatever the bucket's headers promise. */
function countRename(call: Call, thread: Channel): void {
  const standing = call.limiter.hit('renameThread', thread.id);
  if (standing.allowed) return;
  throw new ApiError(429, refusalOf('user', standing.resetAt - call.world.clock.now()).body);
}

function openOn(call: Call): Answer {
  const { world } = call;
  const parent = channelOf(call);
  demand(world, parent, 'viewChannel');
  if (isThread(parent) || isDm(parent) || parent.type === ChannelType.voice) throw refuse('cannotOnThisChannel');
  demand(world, parent, 'createPublicThreads', 'readMessageHistory');
  const message = messageIn(call, parent);
  const request = requestOf(jsonOf(call.body));
  if (message.threadId !== undefined) throw refuse('threadExists');
  return created(channelJson(world, openThreadOn(world, message, { parent, owner: world.app.bot, ...request })));
}

function open(call: Call): Answer {
  const { world } = call;
  const parent = channelOf(call);
  demand(world, parent, 'viewChannel');
  if (isThread(parent) || isDm(parent) || parent.type === ChannelType.voice) throw refuse('cannotOnThisChannel');
  const body = jsonOf(call.body);
  const type = Number(body['type'] ?? ChannelType.privateThread);
  demand(world, parent, type === ChannelType.privateThread ? 'createPrivateThreads' : 'createPublicThreads');
  return created(channelJson(world, openThread(world, { parent, owner: world.app.bot, type, ...requestOf(body) })));
}

const ARCHIVE_MINUTES: readonly unknown[] = [60, 1440, 4320, 10_080];

function requestOf(body: Json): { readonly name: string; readonly autoArchiveMinutes?: number } {
  const name = nameOf(body);
  const minutes = body['auto_archive_duration'] ?? undefined;
  if (minutes === undefined) return { name };
  if (!ARCHIVE_MINUTES.includes(minutes)) throw invalidForm(badChoice('auto_archive_duration', ARCHIVE_MINUTES));
  return { name, autoArchiveMinutes: Number(minutes) };
}

function nameOf(body: Json): string {
  const name = textOf(body['name'])?.trim();
  const fault: FieldFault = name === undefined ? required('name') : badLength('name', 1, 100);
  if (name === undefined || name === '' || lengthOf(name) > 100) throw invalidForm(fault);
  return name;
}

function threadOf(call: Call): Channel & { readonly thread: NonNullable<Channel['thread']> } {
  const channel = channelOf(call);
  demand(call.world, channel, 'viewChannel');
  const { thread } = channel;
  if (!thread) throw refuse('cannotOnThisChannel');
  return { ...channel, thread };
}

function members(call: Call): Answer {
  const { id, thread } = threadOf(call);
  return ok([...thread.members].map(([userId, at]) => threadMemberJson(id, userId, at)));
}

function join(call: Call): Answer {
  const { world } = call;
  const { thread } = threadOf(call);
  if (thread.archived) throw refuse('archivedThread');
  if (!thread.members.has(world.app.id)) {
    thread.members.set(world.app.id, world.clock.now());
    announceMembers(world, channelOf(call), [world.app.id]);
  }
  return noContent;
}

function leave(call: Call): Answer {
  if (threadOf(call).thread.archived) throw refuse('archivedThread');
  leaveThread(call.world, channelOf(call), call.world.app.id);
  return noContent;
}

function archived(call: Call): Answer {
  const parent = channelOf(call);
  demand(call.world, parent, 'readMessageHistory');
  const threads = [...call.world.channels.values()].filter(
    (channel) =>
      channel.parentId === parent.id && channel.thread?.archived === true && channel.type !== ChannelType.privateThread,
  );
  return ok(threadList(call, threads));
}

/** Threads as lists of them are answered: with the bot's own membership beside. */
export function threadList(call: Call, threads: readonly Channel[]): Json {
  const botId = call.world.app.id;
  const own = threads.flatMap((channel) => {
    const at = channel.thread?.members.get(botId);
    return at === undefined ? [] : [threadMemberJson(channel.id, botId, at)];
  });
  return { threads: threads.map((channel) => channelJson(call.world, channel)), members: own, has_more: false };
}
