/** What a call wants to be written: the message's fields, what it answers, its files, its nonce. */
import { storeFile } from '../cdn.ts';
import { invalidForm, refuse } from '../errors.ts';
import { isJson, type Json, jsonOf, listOf, textOf } from '../json.ts';
import { allowedMentionsOf, PINGS_ALL } from '../mentions.ts';
import { demandSomething, messageFieldsOf, nonceOf, uploadLimitOf, uploadsOf } from '../message-rules.ts';
import { demand, may } from '../permissions.ts';
import type { Draft } from '../posts.ts';
import type { Call } from '../route.ts';
import type { Channel, Message, StoredFile } from '../state.ts';

/** "A few minutes", says the documentation. */
const NONCE_MS = 300_000;

/** Without the files, which are stored once everything else is in order. */
export function draftOf(call: Call, channel: Channel, occasion: 'create' | 'forumPost'): Draft {
  const body = jsonOf(call.body);
  const fields = messageFieldsOf(body, occasion);
  const nonce = nonceOf(body);
  const reference = referenceOf(call, channel, body);
  const { content = '', components = [] } = fields;
  const embeds = (fields.embeds ?? []).length > 0 && embedsAllowed(call, channel) ? (fields.embeds ?? []) : [];
  demandSomething([
    content,
    embeds,
    components,
    call.files,
    listOf(body['sticker_ids']),
    isJson(body['poll']) ? 'poll' : '',
  ]);
  if (call.files.length > 0) demand(call.world, channel, 'attachFiles');
  return {
    channel,
    author: call.world.app.bot,
    ...fields,
    content,
    embeds,
    allowed: allowedMentionsOf(body, PINGS_ALL),
    ...(reference ? { reference } : {}),
    ...(nonce === undefined ? {} : { nonce }),
  };
}

/** Without the permission, embeds are dropped and the rest is posted. */
function embedsAllowed(call: Call, channel: Channel): boolean {
  return may(call.world, call.world.app.id, channel, 'embedLinks');
}

export function filesOf(call: Call, channel: Channel, body: Json): readonly StoredFile[] {
  const maxBytes = uploadLimitOf(call.world, channel);
  return uploadsOf(body, call.files, maxBytes).map((upload) => storeFile(call.world, channel.id, upload));
}

/** The same author and nonce within a few minutes: the message that already stands. */
export function postedBefore(call: Call, channel: Channel, nonce: string | number | undefined): Message | undefined {
  const since = call.world.clock.now() - NONCE_MS;
  return [...channel.messages.values()].find(
    (message) =>
      nonce !== undefined &&
      String(message.nonce) === String(nonce) &&
      message.author.id === call.world.app.id &&
      message.createdAt >= since,
  );
}

function referenceOf(call: Call, channel: Channel, body: Json): Draft['reference'] {
  const given = body['message_reference'];
  if (!isJson(given)) return undefined;
  if (!may(call.world, call.world.app.id, channel, 'readMessageHistory')) throw refuse('replyNeedsHistory');
  const messageId = textOf(given['message_id']);
  const target = messageId === undefined ? undefined : channel.messages.get(messageId);
  if (target) return { channelId: channel.id, messageId: target.id };
  if (given['fail_if_not_exists'] === false) return undefined;
  throw invalidForm({ path: 'message_reference', code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' });
}
