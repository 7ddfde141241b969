/** What a call wants to be written: the message's fields, what it answers, its files, its nonce. */
import { storeFile } from '../cdn.ts';
import { snapshotOf } from '../content/forwards.ts';
import { pollOf } from '../content/polls.ts';
import { stickersOf } from '../content/stickers.ts';
import { invalidForm, refuse } from '../errors.ts';
import type { Submitted } from '../grounds/moderation.ts';
import { isJson, type Json, jsonOf, listOf, textOf } from '../json.ts';
import { allowedMentionsOf, PINGS_ALL } from '../mentions.ts';
import { demandSomething, legacyField, messageFieldsOf, nonceOf, uploadLimitOf, uploadsOf } from '../message-rules.ts';
import { isReadable } from '../message-wire.ts';
import { demand, may } from '../permissions.ts';
import type { Draft } from '../posts.ts';
import type { Call } from '../route.ts';
import type { StoredFile } from '../content/parts.ts';
import { type Channel, type Message, MessageFlag } from '../state.ts';

/** "A few minutes", says the documentation. */
const NONCE_MS = 300_000;

/** Without the files, which are stored once everything else is in order. */
export function draftOf(call: Call, channel: Channel, occasion: 'create' | 'forumPost'): Draft {
  const body = jsonOf(call.body);
  const fields = messageFieldsOf(body, occasion);
  const nonce = nonceOf(body);
  const answers = referenceOf(call, channel, body);
  const { content = '', components = [] } = fields;
  const embeds = (fields.embeds ?? []).length > 0 && embedsAllowed(call, channel) ? (fields.embeds ?? []) : [];
  const stickers = stickersOf(call.world, body['sticker_ids']);
  const poll = pollOf(call.world, body['poll']);
  const said = [content, embeds, components, stickers, poll ? 'poll' : ''];
  if (((fields.flags ?? 0) & MessageFlag.isComponentsV2) !== 0 && (stickers.length > 0 || poll))
    throw invalidForm(legacyField(poll ? 'poll' : 'sticker_ids'));
  if (answers.snapshot) demandNothing([...said, call.files]);
  else demandSomething([...said, call.files]);
  if (call.files.length > 0) demand(call.world, channel, 'attachFiles');
  if (poll) demand(call.world, channel, 'sendPolls');
  if (((fields.flags ?? 0) & MessageFlag.isVoiceMessage) !== 0) checkVoice(call, said);
  moderate(call, channel, fields);
  return {
    channel,
    author: call.world.app.bot,
    ...fields,
    content,
    embeds,
    stickers,
    allowed: allowedMentionsOf(body, PINGS_ALL),
    ...answers,
    ...(poll ? { poll } : {}),
    ...(nonce === undefined ? {} : { nonce }),
  };
}

/** A forward carries nothing of its own. */
function demandNothing(parts: readonly (string | readonly unknown[])[]): void {
  if (parts.some((part) => part.length > 0)) throw refuse('forwardWithMore');
}

function checkVoice(call: Call, said: readonly (string | readonly unknown[])[]): void {
  if (said.some((part) => part.length > 0)) throw refuse('voiceWithMore');
  if (call.files.length !== 1) throw refuse('voiceNeedsOneFile');
  const [described] = listOf(jsonOf(call.body)['attachments']).map(jsonOf);
  if (typeof described?.['duration_secs'] !== 'number' || textOf(described['waveform']) === undefined)
    throw refuse('voiceNeedsMetadata');
}

/** Without the permission, embeds are dropped and the rest is posted. */
function embedsAllowed(call: Call, channel: Channel): boolean {
  return may(call.world, call.world.app.id, channel, 'embedLinks');
}

/** Those who manage the server are exempt from its AutoMod, but not from Discord's own filters. */
export function moderate(call: Call, channel: Channel, submitted: Submitted): void {
  const { world, files } = call;
  world.moderation.admit({ ...submitted, files }, isExempt(call, channel));
}

export function isExempt({ world }: Call, channel: Channel): boolean {
  return channel.guildId === undefined || may(world, world.app.id, channel, 'manageGuild');
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

function referenceOf(call: Call, channel: Channel, body: Json): Pick<Draft, 'reference' | 'snapshot'> {
  const given = body['message_reference'];
  if (!isJson(given)) return {};
  if (given['type'] === 1) return forwardOf(call, given);
  if (!may(call.world, call.world.app.id, channel, 'readMessageHistory')) throw refuse('replyNeedsHistory');
  const messageId = textOf(given['message_id']);
  const target = messageId === undefined ? undefined : channel.messages.get(messageId);
  if (target) return { reference: { channelId: channel.id, messageId: target.id } };
  if (given['fail_if_not_exists'] === false) return {};
  throw invalidForm({ path: 'message_reference', code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' });
}

function forwardOf({ world }: Call, given: Json): Pick<Draft, 'reference' | 'snapshot'> {
  const channelId = textOf(given['channel_id']) ?? '';
  const messageId = textOf(given['message_id']) ?? '';
  const source = world.channels.get(channelId)?.messages.get(messageId);
  if (!source) throw refuse('unknownMessage');
  const reads = world.app.privileged.messageContent || isReadable(world, source);
  const snapshot = snapshotOf(world, source, { id: world.app.id, reads });
  return { reference: { channelId, messageId, forwards: true }, snapshot };
}
