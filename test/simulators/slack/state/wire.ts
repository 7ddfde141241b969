/** Users, channels and messages as the API and its events spell them. */
import { createHash } from 'node:crypto';
import type { Json } from '../../discord/json.ts';
import type { Channel, Message, StoredFile, User, Workspace } from './model.ts';
import type { World } from './world.ts';

const IMAGE = /^image\//;
const STATE_ON_THE_WIRE = {
  in_progress: 'in_progress',
  completed: 'completed',
  stopped: 'completed',
  expired: 'errored',
};

export function userJson(user: User): Json {
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    deleted: user.deleted,
    color: '9f69e7',
    real_name: user.realName,
    tz: 'Europe/London',
    tz_label: 'Greenwich Mean Time',
    tz_offset: 0,
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.bot ? '' : user.realName,
      display_name_normalized: user.bot ? '' : user.realName,
      team: user.team,
      ...(user.bot ? { bot_id: user.bot.id, api_app_id: user.bot.appId } : {}),
    },
    is_admin: user.isAdmin === true,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: user.bot !== undefined,
    is_app_user: false,
    updated: 1_700_000_000,
  };
}

export function botJson(user: User): Json {
  return {
    id: user.bot?.id,
    deleted: user.deleted,
    name: user.realName,
    updated: 1_700_000_000,
    app_id: user.bot?.appId,
    user_id: user.id,
    icons: { image_36: 'https://example.com/36.png' },
  };
}

export function channelJson(channel: Channel, workspace: Workspace): Json {
  const { kind } = channel;
  const other = [...channel.members].find((id) => id !== workspace.bot.id);
  const common = {
    id: channel.id,
    created: 1_700_000_000,
    is_archived: channel.archived,
    is_im: kind === 'im',
    is_org_shared: false,
    context_team_id: channel.team,
    updated: 1_700_000_000_000,
  };
  if (kind === 'im') return { ...common, user: other, is_user_deleted: false, is_open: true, priority: 0 };
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_mpim: kind === 'mpim',
    is_private: kind !== 'channel',
    is_general: channel.name === 'general',
    is_shared: channel.shared,
    is_ext_shared: channel.shared,
    is_member: channel.members.has(workspace.bot.id),
    num_members: channel.members.size,
    creator: other,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}

export function fileJson(world: World, file: StoredFile): Json {
  const base = `${world.address}/files-pri/${file.team}-${file.id}`;
  const kind = file.name.split('.').pop() ?? '';
  return {
    id: file.id,
    created: Math.floor(file.createdAt / 1000),
    timestamp: Math.floor(file.createdAt / 1000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: kind,
    pretty_type: kind.toUpperCase(),
    user: file.owner,
    user_team: file.team,
    editable: false,
    size: file.declaredSize ?? file.bytes.length,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: `${base}/${encodeURIComponent(file.name)}`,
    url_private_download: `${base}/download/${encodeURIComponent(file.name)}`,
    permalink: `${world.address}/files/${file.owner}/${file.id}/${encodeURIComponent(file.name)}`,
    has_rich_preview: false,
    file_access: 'visible',
    ...(IMAGE.test(file.mimetype) ? { original_w: 64, original_h: 64 } : {}),
    ...(file.alt === undefined ? {} : { alt_txt: file.alt }),
  };
}

/** What Slack Connect shows of a file before `files.info` was asked. */
export function stubJson(file: StoredFile): Json {
  return { id: file.id, mode: 'file_access', file_access: 'check_file_info', created: 0, user: '' };
}

/** A message object, as in history and inside events; without its channel. */
export function messageJson(world: World, message: Message): Json {
  const { author, channel, content, threadTs } = message;
  const parent = threadTs === undefined ? undefined : channel.messages.get(threadTs);
  if (message.tombstone)
    return {
      type: 'message',
      subtype: 'tombstone',
      user: 'USLACKBOT',
      text: 'This message was deleted.',
      hidden: true,
      ts: message.ts,
    };
  const replies = repliesOf(message);
  return {
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(!message.broadcast && message.files.length > 0 ? { subtype: 'file_share' } : {}),
    type: 'message',
    user: author.id,
    text: content.text,
    ts: message.ts,
    team: author.team,
    ...(message.clientMsgId === undefined ? {} : { client_msg_id: message.clientMsgId }),
    ...(author.bot ? { bot_id: author.bot.id, app_id: author.bot.appId, bot_profile: profileOf(author) } : {}),
    ...message.dress,
    ...(content.blocks.length === 0 ? {} : { blocks: content.blocks.map(storedBlock) }),
    ...(content.attachments.length === 0 ? {} : { attachments: content.attachments }),
    ...(message.files.length === 0 ? {} : { files: filesOf(world, message), upload: false }),
    ...(message.edited === undefined ? {} : { edited: message.edited }),
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(message.stream === undefined ? {} : { streaming_state: STATE_ON_THE_WIRE[message.stream.state] }),
    ...reactionsOf(message),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs, parent_user_id: parent?.author.id ?? 'USLACKBOT' }),
    ...(replies.length === 0 ? {} : threadFacts(message, replies)),
  };
}

function filesOf(world: World, message: Message): readonly Json[] {
  return message.files.map((file) => (message.channel.shared ? stubJson(file) : fileJson(world, file)));
}

function profileOf(user: User): Json {
  return {
    id: user.bot?.id,
    deleted: false,
    name: user.realName,
    updated: 1_700_000_000,
    app_id: user.bot?.appId,
    icons: { image_36: 'https://example.com/36.png' },
    team_id: user.team,
  };
}

function reactionsOf(message: Message): Json {
  const given = [...message.reactions].filter(([, users]) => users.size > 0);
  if (given.length === 0) return {};
  return { reactions: given.map(([name, users]) => ({ name, users: [...users], count: users.size })) };
}

function threadFacts(message: Message, replies: readonly Message[]): Json {
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: [...new Set(replies.map(({ author }) => author.id))],
    latest_reply: replies.at(-1)?.ts,
    is_locked: false,
    subscribed: true,
  };
}

export function repliesOf(message: Message): readonly Message[] {
  const { channel, ts } = message;
  return [...channel.messages.values()].filter(
    (other) => other.threadTs === ts && other.deletedAt === undefined && other.ephemeralFor === undefined,
  );
}

/** A `markdown` block is stored as what it was translated to; here as one run of text, which is what no reader of events should trust. */
function storedBlock(block: Json): Json {
  const id = typeof block['block_id'] === 'string' ? block['block_id'] : idOf(block);
  if (block['type'] !== 'markdown') return { ...block, block_id: id };
  const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text: block['text'] }] }];
  return { type: 'rich_text', block_id: idOf(block), elements };
}

function idOf(block: Json): string {
  return createHash('sha1').update(JSON.stringify(block)).digest('base64').slice(0, 5);
}
