/** REST: channels and typing. @see https://discord.com/developers/docs/resources/channel */
import { ApiError, badChoice, badLength, type FieldFault, invalidForm, refuse, required } from '../errors.ts';
import { type Json, jsonOf, lengthOf, textOf } from '../json.ts';
import { refusalOf } from '../limits.ts';
import { demand, isDm, isForum, may, sendingPermission } from '../permissions.ts';
import { beginTyping, changeChannel, removeChannel } from '../places.ts';
import { type Answer, type Call, channelOf, noContent, ok, type Route } from '../route.ts';
import type { Channel } from '../state.ts';
import { changeThread } from '../threads.ts';
import { channelJson } from '../wire.ts';

const CHANNEL = '/channels/{channel_id}';
const major = ['channel_id'];
const other = { limit: 'other', major } as const;

export const channelRoutes: readonly Route[] = [
  { method: 'GET', path: CHANNEL, ...other, handle: get },
  { method: 'PATCH', path: CHANNEL, limit: 'editChannel', major, handle: patch },
  { method: 'DELETE', path: CHANNEL, ...other, handle: destroy },
  { method: 'POST', path: `${CHANNEL}/typing`, limit: 'typing', major, handle: typing },
];

function get(call: Call): Answer {
  const channel = channelOf(call);
  demand(call.world, channel, 'viewChannel');
  return ok(channelJson(call.world, channel));
}

function typing(call: Call): Answer {
  const channel = channelOf(call);
  if (isForum(channel)) throw refuse('wrongChannelType');
  demand(call.world, channel, sendingPermission(channel));
  beginTyping(call.world, channel, call.world.app.bot);
  return noContent;
}

function patch(call: Call): Answer {
  const { world } = call;
  const channel = channelOf(call);
  if (isDm(channel)) throw refuse('cannotOnThisChannel');
  demand(world, channel, 'viewChannel');
  if (channel.thread) patchThread(call, channel);
  else patchPlace(call, channel);
  return ok(channelJson(world, channel));
}

/** The name, the archive, the lock and the pace of a thread. */
function patchThread(call: Call, channel: Channel): void {
  const { world } = call;
  const body = jsonOf(call.body);
  const manages = may(world, world.app.id, channel, 'manageThreads');
  const owns = channel.thread?.ownerId === world.app.id;
  const [archives, locks] = [body['archived'], body['locked']];
  if (channel.thread?.archived && archives !== false) throw refuse('archivedThread');
  const needsManager = locks !== undefined || 'rate_limit_per_user' in body;
  if (!manages && (needsManager || !owns)) throw refuse('missingPermissions');
  const name = 'name' in body ? nameOf(body) : undefined;
  if (name !== undefined) world.moderation.admitTitle(name, manages);
  if (name !== undefined) countRename(call, channel);
  changeThread(world, channel, {
    ...(name === undefined ? {} : { name }),
    ...timesOf(body),
    ...(typeof archives === 'boolean' ? { archived: archives } : {}),
    ...(typeof locks === 'boolean' ? { locked: locks } : {}),
  });
}

function patchPlace(call: Call, channel: Channel): void {
  demand(call.world, channel, 'manageChannels');
  const body = jsonOf(call.body);
  const name = 'name' in body ? nameOf(body) : undefined;
  if (name !== undefined) countRename(call, channel);
  const { rateLimitPerUser } = timesOf(body);
  changeChannel(call.world, channel, {
    ...(name === undefined ? {} : { name }),
    ...(rateLimitPerUser === undefined ? {} : { rateLimitPerUser }),
  });
}

/** Two in ten minutes, whatever the bucket's headers promise. */
function countRename(call: Call, channel: Channel): void {
  const standing = call.limiter.hit('renameThread', channel.id);
  if (standing.allowed) return;
  throw new ApiError(429, refusalOf('user', standing.resetAt - call.world.clock.now()).body);
}

/** Threads go from those who manage threads, channels from those who manage channels; a direct channel is only closed. */
function destroy(call: Call): Answer {
  const { world } = call;
  const channel = channelOf(call);
  const json = channelJson(world, channel);
  if (isDm(channel)) return ok(json);
  demand(world, channel, channel.thread ? 'manageThreads' : 'manageChannels');
  removeChannel(world, channel);
  return ok(json);
}

const ARCHIVE_MINUTES: readonly unknown[] = [60, 1440, 4320, 10_080];
const MAX_SLOW_MODE_S = 21_600;

/** When a thread is archived by itself, and how long a person waits between two messages. */
export function timesOf(body: Json): { readonly autoArchiveMinutes?: number; readonly rateLimitPerUser?: number } {
  const minutes = body['auto_archive_duration'] ?? undefined;
  const seconds = body['rate_limit_per_user'] ?? undefined;
  if (minutes !== undefined && !ARCHIVE_MINUTES.includes(minutes))
    throw invalidForm(badChoice('auto_archive_duration', ARCHIVE_MINUTES));
  if (seconds !== undefined && !(Number(seconds) >= 0 && Number(seconds) <= MAX_SLOW_MODE_S))
    throw invalidForm(badLength('rate_limit_per_user', 0, MAX_SLOW_MODE_S));
  return {
    ...(minutes === undefined ? {} : { autoArchiveMinutes: Number(minutes) }),
    ...(seconds === undefined ? {} : { rateLimitPerUser: Number(seconds) }),
  };
}

export function nameOf(body: Json): string {
  const name = textOf(body['name'])?.trim();
  const fault: FieldFault = name === undefined ? required('name') : badLength('name', 1, 100);
  if (name === undefined || name === '' || lengthOf(name) > 100) throw invalidForm(fault);
  return name;
}
