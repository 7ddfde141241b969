/** REST: reactions. @see https://discord.com/developers/docs/resources/message#create-reaction */
import { react, takeReaction } from '../content/reactions.ts';
import { refuse } from '../errors.ts';
import { demand } from '../permissions.ts';
import { type Answer, type Call, channelOf, messageIn, noContent, ok, param, type Route } from '../route.ts';
import { userJson } from '../wire.ts';

const REACTION = '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}';
const common = { limit: 'reactions', major: ['channel_id'] } as const;

export const reactionRoutes: readonly Route[] = [
  { method: 'PUT', path: `${REACTION}/@me`, ...common, handle: add },
  { method: 'DELETE', path: `${REACTION}/@me`, ...common, handle: takeBack },
  { method: 'GET', path: REACTION, limit: 'other', major: ['channel_id'], handle: list },
];

const emojiOf = (call: Call): string => param(call, 'emoji_name');

function add(call: Call): Answer {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'readMessageHistory');
  const message = messageIn(call, channel);
  // Joining in with an emoji that stands there already needs no permission of its own.
  const stands = (message.reactions.get(emojiOf(call))?.size ?? 0) > 0;
  if (!stands) demand(world, channel, 'addReactions');
  if (channel.thread?.archived) throw refuse('archivedThread');
  if (!react(world, message, { user: world.app.bot, emoji: emojiOf(call) })) throw refuse('tooManyReactions');
  return noContent;
}

function takeBack(call: Call): Answer {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'viewChannel');
  if (channel.thread?.archived) throw refuse('archivedThread');
  takeReaction(world, messageIn(call, channel), { user: world.app.bot, emoji: emojiOf(call) });
  return noContent;
}

function list(call: Call): Answer {
  const channel = channelOf(call);
  demand(call.world, channel, 'readMessageHistory');
  const users = messageIn(call, channel).reactions.get(emojiOf(call)) ?? [];
  return ok([...users].flatMap((id) => call.world.users.get(id) ?? []).map(userJson));
}
