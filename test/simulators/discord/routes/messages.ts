/** REST: messages of a channel. @see https://discord.com/developers/docs/resources/message */
import { endPollInTime } from '../content/votes.ts';
import { ApiError, badChoice, invalidForm, refuse } from '../errors.ts';
import { type Json, jsonOf, listOf, textOf } from '../json.ts';
import { refusalOf } from '../limits.ts';
import { allowedMentionsOf, PINGS_ALL, PINGS_USERS } from '../mentions.ts';
import { demandSomething, legacyField, type MessageFields, messageFieldsOf } from '../message-rules.ts';
import { messageJson } from '../message-wire.ts';
import { demand, isDm, isForum, may, sendingPermission } from '../permissions.ts';
import { edit, post, remove, removeMany } from '../posts.ts';
import { type Call, channelOf, messageIn, noContent, ok, type Route, viewerOf } from '../route.ts';
import { isSnowflake } from '../snowflake.ts';
import type { StoredFile } from '../content/parts.ts';
import { type Channel, type Message, MessageFlag } from '../state.ts';
import { draftOf, filesOf, moderate, postedBefore } from './drafts.ts';

const MESSAGES = '/channels/{channel_id}/messages';
const MESSAGE = `${MESSAGES}/{message_id}`;
const major = ['channel_id'];
const HOUR_MS = 3_600_000;

export const messageRoutes: readonly Route[] = [
  { method: 'GET', path: MESSAGES, limit: 'other', major, handle: list },
  { method: 'POST', path: MESSAGES, limit: 'createMessage', major, handle: create },
  { method: 'POST', path: `${MESSAGES}/bulk-delete`, limit: 'deleteMessage', major, handle: bulkDelete },
  { method: 'GET', path: MESSAGE, limit: 'other', major, handle: get },
  { method: 'PATCH', path: MESSAGE, limit: 'editMessage', major, handle: patch },
  { method: 'DELETE', path: MESSAGE, limit: 'deleteMessage', major, handle: destroy },
];

function list(call: Call) {
  const channel = channelOf(call);
  demand(call.world, channel, 'viewChannel');
  const limit = Number(call.query.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw invalidForm({ path: 'limit', code: 'NUMBER_TYPE_MAX', message: 'int value should be between 1 and 100.' });
  const all = may(call.world, call.world.app.id, channel, 'readMessageHistory') ? [...channel.messages.values()] : [];
  return ok(pageOf(all, call.query, limit).map((message) => messageJson(call.world, message, viewerOf(call))));
}

/** Newest first; `around`, `before` and `after` exclude one another. */
function pageOf(oldestFirst: readonly Message[], query: URLSearchParams, limit: number): readonly Message[] {
  const bound = (name: string): bigint | undefined => {
    const value = query.get(name);
    if (value === null) return undefined;
    if (!/^\d{1,20}$/.test(value))
      throw invalidForm({ path: name, code: 'NUMBER_TYPE_COERCE', message: `Value "${value}" is not snowflake.` });
    return BigInt(value);
  };
  const [around, before, after] = [bound('around'), bound('before'), bound('after')];
  const newestFirst = oldestFirst.toReversed();
  if (around !== undefined) {
    const half = Math.floor(limit / 2);
    const at = newestFirst.findIndex((message) => BigInt(message.id) <= around);
    return newestFirst.slice(Math.max(0, at - half), Math.max(0, at - half) + limit);
  }
  if (before !== undefined) return newestFirst.filter((message) => BigInt(message.id) < before).slice(0, limit);
  if (after !== undefined) return newestFirst.filter((message) => BigInt(message.id) > after).slice(-limit);
  return newestFirst.slice(0, limit);
}

function get(call: Call) {
  const channel = channelOf(call);
  demand(call.world, channel, 'readMessageHistory');
  return ok(messageJson(call.world, messageIn(call, channel), viewerOf(call)));
}

function create(call: Call) {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, sendingPermission(channel));
  demandOpen(call, channel);
  if (isForum(channel)) throw refuse('noMessagesInForum');
  if (channel.recipients.some((user) => user.refusesDirect)) throw refuse('cannotDm');
  const body = jsonOf(call.body);
  const draft = draftOf(call, channel, 'create');
  const earlier = body['enforce_nonce'] === true ? postedBefore(call, channel, draft.nonce) : undefined;
  const message = earlier ?? post(world, { ...draft, files: filesOf(call, channel, body) });
  if (!earlier) endPollInTime(world, message);
  return ok(messageJson(world, message, viewerOf(call)));
}

/** A locked thread takes posts only from those who manage threads. */
export function demandOpen(call: Call, channel: Channel): void {
  const { world } = call;
  if (channel.thread?.locked && !may(world, world.app.id, channel, 'manageThreads')) throw refuse('lockedThread');
}

function patch(call: Call) {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'viewChannel');
  const message = messageIn(call, channel);
  if (message.author.id !== world.app.id) throw refuse('notYourMessage');
  if (channel.thread?.archived) throw refuse('archivedThread');
  demandOpen(call, channel);
  if (message.poll) throw refuse('pollFixed');
  if ((message.flags & MessageFlag.isVoiceMessage) !== 0) throw refuse('voiceFixed');
  countOldEdit(call, message);
  editFrom(call, message, 'edit');
  return ok(messageJson(world, message, viewerOf(call)));
}

/** Shared by bot-token edits and edits through an interaction's token. */
export function editFrom(call: Call, message: Message, occasion: 'edit' | 'webhookEdit'): void {
  const { world } = call;
  const channel = world.channels.get(message.channelId);
  if (!channel) throw refuse('unknownChannel');
  const body = jsonOf(call.body);
  const fields = messageFieldsOf(body, occasion, message.flags);
  demandConvertible(message, fields);
  moderate(call, channel, fields);
  const kept = 'attachments' in body ? keptFiles(message, body) : message.attachments;
  const files = [...kept, ...filesOf(call, channel, body)];
  const { content = message.content, embeds = message.embeds, components = message.components } = fields;
  demandSomething([content, embeds, components, files]);
  const held = message.flags & ~(MessageFlag.suppressEmbeds | MessageFlag.loading);
  const flags = fields.flags === undefined ? message.flags & ~MessageFlag.loading : held | fields.flags;
  const whenAbsent = occasion === 'edit' ? PINGS_ALL : PINGS_USERS;
  edit(world, message, { ...fields, flags, files, allowed: allowedMentionsOf(body, whenAbsent) });
}

/** A message becomes one of components only when it gives up its text, its embeds, its poll and its stickers. */
function demandConvertible(message: Message, { flags = 0, content, embeds }: MessageFields): void {
  const becomes = flags & ~message.flags & MessageFlag.isComponentsV2;
  if (becomes === 0) return;
  const kept = { content: content ?? message.content, embeds: embeds ?? message.embeds, sticker_ids: message.stickers };
  const faults = Object.entries(kept).filter(([, part]) => part.length > 0);
  if (faults.length > 0) throw invalidForm(...faults.map(([path]) => legacyField(path)));
}

/** The list names everything that stays; what it leaves out is removed. */
function keptFiles(message: Message, body: Json): readonly StoredFile[] {
  const named = new Set(listOf(body['attachments']).flatMap((item) => textOf(jsonOf(item)['id']) ?? []));
  return message.attachments.filter((file) => named.has(file.id));
}

/** Messages older than an hour have a small budget of their own, a channel. */
function countOldEdit(call: Call, message: Message): void {
  const { clock } = call.world;
  if (clock.now() - message.createdAt < HOUR_MS) return;
  const standing = call.limiter.hit('oldEdit', message.channelId);
  if (standing.allowed) return;
  const { body } = refusalOf('user', standing.resetAt - clock.now());
  throw new ApiError(429, { ...body, ...refuse('tooManyOldEdits').body });
}

function destroy(call: Call) {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'viewChannel');
  const message = messageIn(call, channel);
  if (message.author.id !== world.app.id) {
    if (isDm(channel)) throw refuse('notYourMessage');
    demand(world, channel, 'manageMessages');
  }
  if (channel.thread?.archived) throw refuse('archivedThread');
  remove(world, message);
  return noContent;
}

function bulkDelete(call: Call) {
  const { world } = call;
  const channel = channelOf(call);
  if (isDm(channel)) throw refuse('cannotOnThisChannel');
  demand(world, channel, 'manageMessages');
  const ids = listOf(jsonOf(call.body)['messages']);
  if (ids.length < 2 || ids.length > 100 || !ids.every(isSnowflake))
    throw invalidForm(badChoice('messages', ['2 to 100 message ids']));
  const messages = ids.flatMap((id) => channel.messages.get(id) ?? []);
  if (messages.some((message) => world.clock.now() - message.createdAt > 14 * 24 * HOUR_MS))
    throw refuse('badBulkDelete');
  removeMany(world, channel, messages);
  return noContent;
}
