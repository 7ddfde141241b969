/** Posting, updating, deleting, whispering and linking to messages. */
import { flag } from '../../api/body.ts';
import { refuse } from '../../api/errors.ts';
import { arg, type Call, channelOf, type Method, optional, ownMessage, writableChannel } from '../../api/method.ts';
import type { Json } from '../../../discord/json.ts';
import { clearStatus } from '../../state/places.ts';
import { change, post, remove } from '../../state/messages.ts';
import type { Channel, Content } from '../../state/model.ts';
import { stateOf } from '../../state/streams.ts';
import { messageJson } from '../../state/wire.ts';
import { dressOf, type Given, given, metadataOf, parsingOf } from './content.ts';

const CHAT_WRITE = ['chat:write'];
/** https://docs.slack.dev/reference/methods/chat.update */
const MAX_UPDATE_CHARACTERS = 4000;

function contentOf({ text = '', blocks = [], attachments = [] }: Given): Content {
  if (text.trim() === '' && blocks.length === 0 && attachments.length === 0) throw refuse('no_text');
  return { text, blocks, attachments };
}

/** A thread begins at a message that is no reply; Slack takes a reply's `ts` too, and then nobody finds the answer. */
export function threadOf(call: Call, channel: Channel): { threadTs?: string } {
  const threadTs = optional(call, 'thread_ts');
  if (threadTs === undefined) return {};
  if (!/^\d+\.\d{6}$/.test(threadTs)) throw refuse('thread_not_found');
  const root = channel.messages.get(threadTs);
  if (root?.threadTs !== undefined)
    call.world.misdeeds.push(`a message under ${threadTs}, which is itself a reply in ${root.threadTs}`);
  if (!root || (root.deletedAt !== undefined && !root.tombstone)) throw refuse('thread_not_found');
  return { threadTs };
}

function postMessage(call: Call): Json {
  const channel = writableChannel(call, arg(call, 'channel'));
  const content = contentOf(given(call));
  const thread = threadOf(call, channel);
  const message = post(call.world, {
    channel,
    author: call.workspace.bot,
    content,
    ...thread,
    broadcast: thread.threadTs !== undefined && flag(call.args, 'reply_broadcast') === true,
    unfurls: flag(call.args, 'unfurl_links') !== false || flag(call.args, 'unfurl_media') !== false,
    parsing: parsingOf(call, 'none'),
    dress: dressOf(call),
    ...metadataOf(call),
  });
  clearStatus(call.world, channel, thread.threadTs ?? message.ts);
  return { channel: channel.id, ts: message.ts, message: messageJson(call.world, message) };
}

/** Text alone takes old blocks away; attachments and metadata stay unless given; with blocks there is no "(edited)". */
function update(call: Call): Json {
  const channel = channelOf(call, arg(call, 'channel'));
  const message = ownMessage(call, channel, 'cant_update_message');
  if (channel.archived) throw refuse('is_inactive');
  if (stateOf(call.world, message) === 'in_progress') throw refuse('streaming_state_conflict');
  const to = given(call);
  if (to.blocks === undefined && (to.text?.length ?? 0) > MAX_UPDATE_CHARACTERS) throw refuse('msg_too_long');
  const isEmpty = to.text === undefined && to.blocks === undefined && to.attachments === undefined;
  if (isEmpty) throw refuse('no_text');
  const content = contentOf({
    text: to.text ?? (to.blocks === undefined ? message.content.text : ''),
    blocks: to.blocks ?? (to.text === undefined ? message.content.blocks : []),
    attachments: to.attachments ?? message.content.attachments,
  });
  const before = messageJson(call.world, message);
  Object.assign(message, metadataOf(call));
  const editor = (to.blocks ?? []).length > 0 ? {} : { editor: call.workspace.bot };
  change(call.world, message, { content, ...editor, parsing: parsingOf(call, 'client'), before });
  return { channel: channel.id, ts: message.ts, text: content.text, message: messageJson(call.world, message) };
}

function postEphemeral(call: Call): Json {
  const channel = writableChannel(call, arg(call, 'channel'));
  const user = arg(call, 'user');
  if (!channel.members.has(user)) throw refuse('user_not_in_channel');
  const message = post(call.world, {
    channel,
    author: call.workspace.bot,
    content: contentOf(given(call)),
    ...threadOf(call, channel),
    ephemeralFor: user,
    parsing: parsingOf(call, 'none'),
  });
  return { message_ts: message.ts };
}

export const chatMethods: readonly Method[] = [
  {
    name: 'chat.postMessage',
    token: 'bot',
    scopes: CHAT_WRITE,
    tier: 'post',
    required: ['channel'],
    handle: postMessage,
  },
  { name: 'chat.update', token: 'bot', scopes: CHAT_WRITE, tier: 3, required: ['channel', 'ts'], handle: update },
  {
    name: 'chat.delete',
    token: 'bot',
    scopes: CHAT_WRITE,
    tier: 3,
    required: ['channel', 'ts'],
    handle: (call) => {
      const channel = channelOf(call, arg(call, 'channel'));
      const message = ownMessage(call, channel, 'cant_delete_message');
      remove(call.world, message);
      return { channel: channel.id, ts: message.ts };
    },
  },
  {
    name: 'chat.postEphemeral',
    token: 'bot',
    scopes: CHAT_WRITE,
    tier: 4,
    required: ['channel', 'user'],
    handle: postEphemeral,
  },
  {
    name: 'chat.getPermalink',
    token: 'bot',
    scopes: [],
    tier: 'special',
    required: ['channel', 'message_ts'],
    handle: (call) => {
      const channel = channelOf(call, arg(call, 'channel'));
      const message = call.world.message(channel, arg(call, 'message_ts'));
      if (!message) throw refuse('message_not_found');
      const { threadTs, ts } = message;
      const thread = threadTs === undefined ? '' : `?thread_ts=${threadTs}&cid=${channel.id}`;
      const host = `https://${call.workspace.domain}.slack.com`;
      return { channel: channel.id, permalink: `${host}/archives/${channel.id}/p${ts.replace('.', '')}${thread}` };
    },
  },
];
