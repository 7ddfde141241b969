/** REST: threads and the posts of forums. @see https://discord.com/developers/docs/resources/channel#start-thread-from-message */
import { ApiError, badLength, invalidForm, refuse, required } from '../errors.ts';
import { isJson, type Json, jsonOf, listOf, textOf } from '../json.ts';
import { refusalOf } from '../limits.ts';
import { messageJson } from '../message-wire.ts';
import { demand, isDm, isForum, isThread, may } from '../permissions.ts';
import { openThreadOn } from '../places.ts';
import { post } from '../posts.ts';
import {
  type Answer,
  type Call,
  channelOf,
  created,
  messageIn,
  noContent,
  ok,
  type Route,
  viewerOf,
} from '../route.ts';
import { type Channel, ChannelType } from '../state.ts';
import { announceMembers, leaveThread, openThread } from '../threads.ts';
import { channelJson, threadMemberJson } from '../wire.ts';
import { nameOf, timesOf } from './channels.ts';
import { draftOf, filesOf, isExempt } from './drafts.ts';

const CHANNEL = '/channels/{channel_id}';
const THREADS = `${CHANNEL}/threads`;
const major = ['channel_id'];
const other = { limit: 'other', major } as const;
const opening = { method: 'POST', limit: 'createThread', major } as const;

export const threadRoutes: readonly Route[] = [
  { ...opening, path: `${CHANNEL}/messages/{message_id}/threads`, handle: openOn },
  { ...opening, path: THREADS, handle: (call) => (isForum(channelOf(call)) ? openPost(call) : open(call)) },
  { method: 'GET', path: `${CHANNEL}/thread-members`, ...other, handle: members },
  { method: 'PUT', path: `${CHANNEL}/thread-members/@me`, ...other, handle: join },
  { method: 'DELETE', path: `${CHANNEL}/thread-members/@me`, ...other, handle: leave },
  { method: 'GET', path: `${THREADS}/archived/public`, ...other, handle: (call) => archived(call, 'public') },
  { method: 'GET', path: `${THREADS}/archived/private`, ...other, handle: (call) => archived(call, 'private') },
];

const WITHOUT_THREADS: readonly number[] = [ChannelType.voice, ChannelType.stage];
/** Messages that a thread cannot be opened on: what Discord itself wrote. */
const PLAIN_TYPES: readonly number[] = [0, 19, 20, 23];

function openOn(call: Call): Answer {
  const { world } = call;
  const parent = channelOf(call);
  demandThreads(call, parent);
  if (isForum(parent)) throw refuse('cannotOnThisChannel');
  demand(world, parent, 'createPublicThreads', 'readMessageHistory');
  const message = messageIn(call, parent);
  if (!PLAIN_TYPES.includes(message.type)) throw refuse('systemMessage');
  const request = requestOf(jsonOf(call.body));
  if (message.threadId !== undefined) throw refuse('threadExists');
  world.moderation.admitTitle(request.name, isExempt(call, parent));
  count(call, parent);
  return created(channelJson(world, openThreadOn(world, message, { parent, owner: world.app.bot, ...request })));
}

function open(call: Call): Answer {
  const { world } = call;
  const parent = channelOf(call);
  demandThreads(call, parent);
  const body = jsonOf(call.body);
  const type = Number(body['type'] ?? ChannelType.privateThread);
  demand(world, parent, type === ChannelType.privateThread ? 'createPrivateThreads' : 'createPublicThreads');
  const request = requestOf(body);
  world.moderation.admitTitle(request.name, isExempt(call, parent));
  count(call, parent);
  return created(channelJson(world, openThread(world, { parent, owner: world.app.bot, type, ...request })));
}

/** A post is a thread and its first message at once; sending messages is all it needs. */
function openPost(call: Call): Answer {
  const { world } = call;
  const parent = channelOf(call);
  demand(world, parent, 'sendMessages');
  const body = jsonOf(call.body);
  const request = { ...requestOf(body), appliedTags: tagsOf(call, parent, body) };
  world.moderation.admitTitle(request.name, isExempt(call, parent));
  const message = body['message'];
  if (!isJson(message)) throw invalidForm(required('message'));
  const draft = draftOf({ ...call, body: message }, parent, 'forumPost');
  count(call, parent);
  const thread = openThread(world, { parent, owner: world.app.bot, ...request });
  const files = filesOf(call, thread, message);
  const first = post(world, { ...draft, channel: thread, id: thread.id, files });
  return created({ ...channelJson(world, thread), message: messageJson(world, first, viewerOf(call)) });
}

const MAX_TAGS = 5;

function tagsOf(call: Call, { forum }: Channel, body: Json): readonly string[] {
  const applied = listOf(body['applied_tags']).flatMap((id) => textOf(id) ?? []);
  if (applied.length > MAX_TAGS) throw invalidForm(badLength('applied_tags', 0, MAX_TAGS));
  if (forum?.requiresTag && applied.length === 0) throw refuse('tagRequired');
  const known = applied.map((id) => forum?.tags.find((tag) => tag.id === id));
  if (known.includes(undefined)) throw refuse('unknownTag');
  if (known.some((tag) => tag?.moderated)) demand(call.world, channelOf(call), 'manageThreads');
  return applied;
}

function demandThreads(call: Call, parent: Channel): void {
  demand(call.world, parent, 'viewChannel');
  if (isThread(parent) || isDm(parent) || WITHOUT_THREADS.includes(parent.type)) throw refuse('cannotOnThisChannel');
}

/** The server's cap, then a limit that no header tells and that everybody shares: minutes of waiting. */
function count(call: Call, parent: Channel): void {
  const { world, limiter } = call;
  const active = [...world.channels.values()].filter((channel) => channel.thread?.archived === false);
  if (active.length >= limiter.limits.activeThreads.limit) throw refuse('tooManyThreads');
  const standing = limiter.hit('openThreads', parent.id);
  if (standing.allowed) return;
  throw new ApiError(429, refusalOf('shared', standing.resetAt - world.clock.now()).body, 'shared');
}

function requestOf(body: Json): { readonly name: string } & ReturnType<typeof timesOf> {
  return { name: nameOf(body), ...timesOf(body) };
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

function archived(call: Call, which: 'public' | 'private'): Answer {
  const { world } = call;
  const parent = channelOf(call);
  demand(world, parent, 'readMessageHistory', ...(which === 'private' ? (['manageThreads'] as const) : []));
  const threads = [...world.channels.values()].filter(
    (channel) =>
      channel.parentId === parent.id &&
      channel.thread?.archived === true &&
      (channel.type === ChannelType.privateThread) === (which === 'private') &&
      may(world, world.app.id, channel, 'viewChannel'),
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
