/** Channels and direct messages: what they are, who is in them, what was said. */
import { flag, integer, text } from '../api/body.ts';
import { refuse } from '../api/errors.ts';
import {
  arg,
  type Call,
  channelOf,
  directWith,
  type Method,
  needScope,
  optional,
  SCOPE_OF_KIND,
} from '../api/method.ts';
import type { Json } from '../../discord/json.ts';
import type { Channel, ChannelKind, Message } from '../state/model.ts';
import { channelJson, messageJson, repliesOf } from '../state/wire.ts';

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
/** https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps */
const COMMERCIAL_PAGE = 15;
const PAGE = { history: 100, replies: 1000, most: 999, list: 100 };
const KINDS: Readonly<Record<string, ChannelKind>> = {
  public_channel: 'channel',
  private_channel: 'group',
  im: 'im',
  mpim: 'mpim',
};

function history(call: Call): Json {
  const channel = readable(call);
  if (!channel.members.has(call.workspace.bot.id)) throw refuse('not_in_channel');
  const standing = [...channel.messages.values()]
    .filter(isInHistory)
    .filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast);
  const newestFirst = standing.filter(between(call)).toReversed();
  const page = paged(call, newestFirst, PAGE.history);
  return {
    ...page.rest,
    messages: page.items.map((message) => messageJson(call.world, message)),
    pin_count: 0,
    channel_actions_ts: null,
    channel_actions_count: 0,
  };
}

function replies(call: Call): Json {
  const channel = readable(call);
  const named = channel.messages.get(arg(call, 'ts'));
  if (!named || (named.deletedAt !== undefined && !named.tombstone)) throw refuse('thread_not_found');
  const root = named.threadTs === undefined ? named : (channel.messages.get(named.threadTs) ?? named);
  const page = paged(call, [root, ...repliesOf(root).filter(between(call))], PAGE.replies);
  return { messages: page.items.map((message) => messageJson(call.world, message)), ...page.rest };
}

function readable(call: Call): Channel {
  const channel = channelOf(call, arg(call, 'channel'));
  needScope(call, `${SCOPE_OF_KIND[channel.kind]}:history`);
  return channel;
}

function isInHistory({ deletedAt, ephemeralFor }: Message): boolean {
  return deletedAt === undefined && ephemeralFor === undefined;
}

function between(call: Call): (message: Message) => boolean {
  const [oldest, latest] = [optional(call, 'oldest') ?? '0', optional(call, 'latest') ?? '9'.repeat(12)];
  const inclusive = flag(call.args, 'inclusive') === true;
  return ({ ts }) => {
    const [low, high] = [compareTs(ts, oldest), compareTs(ts, latest)];
    return inclusive ? low >= 0 && high <= 0 : low > 0 && high < 0;
  };
}

/** As whole numbers of microseconds: a `ts` does not survive a float. */
function compareTs(a: string, b: string): number {
  const [left, right] = [microsOf(a), microsOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function microsOf(ts: string): bigint {
  const [seconds = '0', fraction = ''] = ts.split('.');
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

function paged<T>(call: Call, all: readonly T[], usual: number): { items: readonly T[]; rest: Json } {
  const asked = integer(call.args, 'limit') ?? (call.commercial ? COMMERCIAL_PAGE : usual);
  const limit = Math.min(Math.max(1, asked), call.commercial ? COMMERCIAL_PAGE : PAGE.most);
  const cursor = optional(call, 'cursor');
  const from = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''));
  if (!Number.isInteger(from)) throw refuse('invalid_cursor');
  const more = from + limit < all.length;
  const next = more ? Buffer.from(`next:${from + limit}`).toString('base64') : '';
  return { items: all.slice(from, from + limit), rest: { has_more: more, response_metadata: { next_cursor: next } } };
}

function open(call: Call): Json {
  const users = optional(call, 'users')?.split(',') ?? [];
  const known = optional(call, 'channel');
  if (known === undefined && users.length === 0) throw refuse('users_list_not_supplied');
  if (users.some((id) => !call.workspace.users.has(id))) throw refuse('user_not_found');
  if (known === undefined && users.length > 1) {
    needScope(call, 'mpim:write');
    const channel = call.world.addChannel(call.workspace, { kind: 'mpim', name: `mpdm-${users.length}` });
    for (const id of [...users, call.workspace.bot.id]) channel.members.add(id);
    return { channel: { id: channel.id } };
  }
  const channel = known === undefined ? directWith(call, users[0] ?? '') : channelOf(call, known);
  const full = flag(call.args, 'return_im') === true ? channelJson(channel, call.workspace) : { id: channel.id };
  return { channel: full };
}

function list(call: Call): Json {
  const kinds = (text(call.args, 'types') ?? 'public_channel').split(',').map((type) => KINDS[type.trim()]);
  const { bot, channels } = call.workspace;
  const seen = [...channels.values()].filter(
    (each) => kinds.includes(each.kind) && (each.kind === 'channel' || each.members.has(bot.id)),
  );
  const wanted = flag(call.args, 'exclude_archived') === true ? seen.filter(({ archived }) => !archived) : seen;
  const page = paged({ ...call, commercial: false }, wanted, PAGE.list);
  const { has_more: _more, ...rest } = page.rest;
  return { channels: page.items.map((channel) => channelJson(channel, call.workspace)), ...rest };
}

export const conversationMethods: readonly Method[] = [
  {
    name: 'conversations.info',
    token: 'bot',
    scopes: READ,
    tier: 3,
    required: ['channel'],
    handle: (call) => {
      const channel = channelOf(call, arg(call, 'channel'));
      needScope(call, `${SCOPE_OF_KIND[channel.kind]}:read`);
      return { channel: channelJson(channel, call.workspace) };
    },
  },
  { name: 'conversations.history', token: 'bot', scopes: HISTORY, tier: 3, required: ['channel'], handle: history },
  {
    name: 'conversations.replies',
    token: 'bot',
    scopes: HISTORY,
    tier: 3,
    required: ['channel', 'ts'],
    handle: replies,
  },
  {
    name: 'conversations.open',
    token: 'bot',
    scopes: ['im:write', 'mpim:write', 'channels:manage', 'groups:write'],
    tier: 3,
    required: [],
    handle: open,
  },
  {
    name: 'conversations.members',
    token: 'bot',
    scopes: READ,
    tier: 4,
    required: ['channel'],
    handle: (call) => {
      const page = paged({ ...call, commercial: false }, [...channelOf(call, arg(call, 'channel')).members], PAGE.list);
      const { has_more: _more, ...rest } = page.rest;
      return { members: page.items, ...rest };
    },
  },
  { name: 'conversations.list', token: 'bot', scopes: READ, tier: 2, required: [], handle: list },
  {
    name: 'conversations.join',
    token: 'bot',
    scopes: ['channels:join'],
    tier: 3,
    required: ['channel'],
    handle: (call) => {
      const channel = channelOf(call, arg(call, 'channel'));
      if (channel.kind !== 'channel') throw refuse('method_not_supported_for_channel_type');
      if (channel.archived) throw refuse('is_archived');
      channel.members.add(call.workspace.bot.id);
      return { channel: channelJson(channel, call.workspace) };
    },
  },
];
