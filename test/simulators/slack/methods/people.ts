/** People, bots and reactions. */
import { flag, integer } from '../api/body.ts';
import { refuse } from '../api/errors.ts';
import { arg, type Call, channelOf, type Method, optional } from '../api/method.ts';
import type { Json } from '../../discord/json.ts';
import type { Message } from '../state/model.ts';
import { botJson, userJson } from '../state/wire.ts';

const USERS_READ = ['users:read'];
const EMOJI = /^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/;

function reactedMessage(call: Call): Message {
  const channel = channelOf(call, arg(call, 'channel'));
  const message = call.world.message(channel, arg(call, 'timestamp'));
  if (!message) throw refuse('message_not_found');
  if (channel.archived) throw refuse('is_archived');
  return message;
}

function react(call: Call): Json {
  const message = reactedMessage(call);
  const name = arg(call, 'name').replaceAll(':', '');
  if (!EMOJI.test(name)) throw refuse('invalid_name');
  const users = message.reactions.get(name) ?? new Set();
  if (users.has(call.workspace.bot.id)) throw refuse('already_reacted');
  message.reactions.set(name, users.add(call.workspace.bot.id));
  return {};
}

function unreact(call: Call): Json {
  const users = reactedMessage(call).reactions.get(arg(call, 'name').replaceAll(':', ''));
  if (users?.delete(call.workspace.bot.id) !== true) throw refuse('no_reaction');
  return {};
}

function botInfo(call: Call): Json {
  const id = optional(call, 'bot');
  if (id === undefined) return { bot: botJson(call.workspace.bot) };
  const user = [...call.workspace.users.values()].find(({ bot }) => bot?.id === id);
  if (!user) throw refuse('bot_not_found');
  return { bot: botJson(user) };
}

export const peopleMethods: readonly Method[] = [
  {
    name: 'users.info',
    token: 'bot',
    scopes: USERS_READ,
    tier: 4,
    required: ['user'],
    handle: (call) => {
      const user = call.workspace.users.get(arg(call, 'user'));
      if (!user) throw refuse('user_not_found');
      const wantsLocale = flag(call.args, 'include_locale') === true;
      return { user: { ...userJson(user), ...(wantsLocale ? { locale: user.locale } : {}) } };
    },
  },
  {
    name: 'users.list',
    token: 'bot',
    scopes: USERS_READ,
    tier: 2,
    required: [],
    handle: (call) => {
      const users = [...call.workspace.users.values()].slice(0, integer(call.args, 'limit') ?? 1000);
      const seconds = Math.floor(call.world.clock.now() / 1000);
      return { members: users.map(userJson), cache_ts: seconds, response_metadata: { next_cursor: '' } };
    },
  },
  { name: 'bots.info', token: 'bot', scopes: USERS_READ, tier: 3, required: [], handle: botInfo },
  {
    name: 'reactions.add',
    token: 'bot',
    scopes: ['reactions:write'],
    tier: 3,
    required: ['name', 'timestamp', 'channel'],
    handle: react,
  },
  {
    name: 'reactions.remove',
    token: 'bot',
    scopes: ['reactions:write'],
    tier: 2,
    required: ['name', 'timestamp', 'channel'],
    handle: unreact,
  },
];
