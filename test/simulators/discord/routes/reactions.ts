/** REST: reactions. @see https://discord.com/developers/docs/resources/message#create-reaction */
import { refuse } from '../errors.ts';
import { demand } from '../permissions.ts';
import { type Answer, type Call, channelOf, messageIn, noContent, ok, param, type Route } from '../route.ts';
import { Intent } from '../intents.ts';
import { userJson } from '../wire.ts';

const REACTION = '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}';
const common = { limit: 'reactions', major: ['channel_id'] } as const;

export const reactionRoutes: readonly Route[] = [
  { method: 'PUT', path: `${REACTION}/@me`, ...common, handle: add },
  { method: 'DELETE', path: `${REACTION}/@me`, ...common, handle: takeBack },
  { method: 'GET', path: REACTION, limit: 'other', major: ['channel_id'], handle: list },
];

function reactorsOf(call: Call): Set<string> {
  const message = messageIn(call, channelOf(call));
  const emoji = param(call, 'emoji_name');
  const standing = message.reactions.get(emoji) ?? new Set();
  message.reactions.set(emoji, standing);
  return standing;
}

function add(call: Call): Answer {
  demand(call.world, channelOf(call), 'readMessageHistory', 'addReactions');
  demandUnarchived(call);
  reactorsOf(call).add(call.world.app.id);
  tell(call, 'MESSAGE_REACTION_ADD');
  return noContent;
}

function takeBack(call: Call): Answer {
  demand(call.world, channelOf(call), 'viewChannel');
  demandUnarchived(call);
  reactorsOf(call).delete(call.world.app.id);
  tell(call, 'MESSAGE_REACTION_REMOVE');
  return noContent;
}

function demandUnarchived(call: Call): void {
  if (channelOf(call).thread?.archived) throw refuse('archivedThread');
}

function list(call: Call): Answer {
  demand(call.world, channelOf(call), 'readMessageHistory');
  return ok([...reactorsOf(call)].flatMap((id) => call.world.users.get(id) ?? []).map(userJson));
}

function tell(call: Call, type: string): void {
  const channel = channelOf(call);
  const { guildId } = channel;
  call.world.dispatch({
    type,
    intents: guildId === undefined ? Intent.directMessageReactions : Intent.guildMessageReactions,
    channelId: channel.id,
    ...(guildId === undefined ? {} : { guildId }),
    data: () => ({
      user_id: call.world.app.id,
      channel_id: channel.id,
      message_id: param(call, 'message_id'),
      emoji: { id: null, name: param(call, 'emoji_name') },
      type: 0,
      burst: false,
      ...(guildId === undefined ? {} : { guild_id: guildId }),
    }),
  });
}
