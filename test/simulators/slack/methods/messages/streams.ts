/** The three methods of a streamed message. */
import { structured } from '../../api/body.ts';
import { refuse } from '../../api/errors.ts';
import { arg, type Call, channelOf, type Method, optional, writableChannel } from '../../api/method.ts';
import { isJson, type Json, listOf } from '../../../discord/json.ts';
import { faultOf } from '../../markup/blocks.ts';
import type { AgentSession, Channel, Stream } from '../../state/model.ts';
import { setSession } from '../../state/places.ts';
import { append, complete, fits, type Growth, openStream, type Streamed, stateOf } from '../../state/streams.ts';
import { messageJson } from '../../state/wire.ts';
import { threadOf } from './chat.ts';
import { growthOf, isEmpty } from './chunks.ts';
import { blockRefusal, dressOf, metadataOf } from './content.ts';

const CHAT_WRITE = ['chat:write'];
const SESSION_STATES: readonly string[] = ['active', 'processing', 'suspended', 'closed'];

function start(call: Call): Json {
  const channel = writableChannel(call, arg(call, 'channel'));
  const threadTs = threadFor(call, channel);
  const recipient = recipientOf(call, channel);
  const growth = growthOf(call);
  if (!fits(call.world, undefined, growth)) throw refuse('msg_too_long');
  const message = openStream(call.world, { channel, threadTs, recipient, dress: dressOf(call) }, growth);
  return { channel: channel.id, ts: message.ts };
}

/** Said nowhere, seen on live Slack: without a thread there is no stream. */
function threadFor(call: Call, channel: Channel): string {
  const threadTs = optional(call, 'thread_ts');
  if (threadTs === undefined || !channel.messages.has(threadTs)) throw refuse('invalid_thread_ts');
  return threadOf(call, channel).threadTs ?? '';
}

/** Outside direct messages somebody has to be named: a person, in this place, of this workspace. */
function recipientOf(call: Call, channel: Channel): string | undefined {
  const [user, team] = [optional(call, 'recipient_user_id'), optional(call, 'recipient_team_id')];
  if (channel.kind !== 'im') {
    if (user === undefined) throw refuse('missing_recipient_user_id');
    if (team === undefined) throw refuse('missing_recipient_team_id');
  }
  if (team !== undefined && team !== call.workspace.id) throw refuse('team_not_found');
  if (user === undefined) return undefined;
  const known = call.workspace.users.get(user);
  if (!known || known.bot || !channel.members.has(user)) throw refuse('user_not_found');
  return user;
}

/** The app's own stream, still open. */
function openedStream(call: Call): Streamed {
  const channel = channelOf(call, arg(call, 'channel'));
  const message = call.world.message(channel, arg(call, 'ts'));
  if (!message) throw refuse('message_not_found');
  if (message.author.id !== call.workspace.bot.id) throw refuse('message_not_owned_by_app');
  if (channel.archived) throw refuse('is_archived');
  if (!message.stream) throw refuse('message_not_in_streaming_state');
  return { message, stream: message.stream };
}

function more(call: Call): Json {
  const { message, stream } = openedStream(call);
  const state = stateOf(call.world, message);
  if (state === 'stopped') throw refuse('stopped_by_user');
  if (state !== 'in_progress') throw refuse('message_not_in_streaming_state');
  const growth = growthOf(call);
  if (isEmpty(growth)) throw refuse('no_text');
  if (!fits(call.world, stream, growth)) throw refuse('msg_too_long');
  append(call.world, { message, stream }, growth);
  return { channel: message.channel.id, ts: message.ts, ...dropped(stream, growth) };
}

function stop(call: Call): Json {
  const { message, stream } = openedStream(call);
  if (stateOf(call.world, message) !== 'in_progress') throw refuse('message_not_in_streaming_state');
  const growth = growthOf(call);
  if (!fits(call.world, stream, growth)) throw refuse('msg_too_long');
  const session = sessionWanted(call);
  complete(call.world, { message, stream }, { growth, blocks: endBlocks(call) });
  Object.assign(message, metadataOf(call));
  if (message.threadTs !== undefined)
    setSession(call.world, { channel: message.channel, threadTs: message.threadTs }, session);
  const body = { ...messageJson(call.world, message), subtype: 'bot_message' };
  return { channel: message.channel.id, ts: message.ts, message: body };
}

function endBlocks(call: Call): readonly Json[] {
  const blocks = structured(call.args, 'blocks');
  if (blocks === undefined) return [];
  const fault = faultOf(blocks);
  if (fault) throw blockRefusal(listOf(blocks).length > 50 ? { code: 'msg_blocks_too_many', messages: [] } : fault);
  return listOf(blocks).filter(isJson);
}

function sessionWanted(call: Call): AgentSession['state'] {
  const wanted = optional(call, 'session_status') ?? 'active';
  if (!SESSION_STATES.includes(wanted)) throw refuse('invalid_arguments');
  // The list above holds exactly the states of the type.
  return wanted as AgentSession['state'];
}

/** Blocks beyond fifty are left out, and that is only said in a warning. */
function dropped(stream: Stream, growth: Growth): Json {
  const lost = growth.blocks.length > 0 && stream.blocks.length >= 50;
  return lost ? { warning: 'blocks_truncated', response_metadata: { warnings: ['blocks_truncated'] } } : {};
}

export const streamMethods: readonly Method[] = [
  { name: 'chat.startStream', token: 'bot', scopes: CHAT_WRITE, tier: 2, required: ['channel'], handle: start },
  { name: 'chat.appendStream', token: 'bot', scopes: CHAT_WRITE, tier: 4, required: ['channel', 'ts'], handle: more },
  { name: 'chat.stopStream', token: 'bot', scopes: CHAT_WRITE, tier: 2, required: ['channel', 'ts'], handle: stop },
];
