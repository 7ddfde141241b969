/** REST: votes and the early end of polls. @see https://discord.com/developers/docs/resources/poll */
import { refuse } from '../errors.ts';
import { messageJson } from '../message-wire.ts';
import { demand } from '../permissions.ts';
import { type Answer, type Call, channelOf, messageIn, ok, param, type Route, viewerOf } from '../route.ts';
import { userJson } from '../wire.ts';
import { endPoll } from './votes.ts';

const POLL = '/channels/{channel_id}/polls/{message_id}';
const common = { limit: 'other', major: ['channel_id'] } as const;

export const pollRoutes: readonly Route[] = [
  { method: 'GET', path: `${POLL}/answers/{answer_id}`, ...common, handle: voters },
  { method: 'POST', path: `${POLL}/expire`, ...common, handle: expire },
];

function voters(call: Call): Answer {
  const channel = channelOf(call);
  demand(call.world, channel, 'viewChannel', 'readMessageHistory');
  const { poll } = messageIn(call, channel);
  if (!poll) throw refuse('noPoll');
  const ids = [...(poll.votes.get(Number(param(call, 'answer_id'))) ?? [])];
  return ok({ users: ids.flatMap((id) => call.world.users.get(id) ?? []).map(userJson) });
}

/** Only whoever asked may end it before its time. */
function expire(call: Call): Answer {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'viewChannel');
  const message = messageIn(call, channel);
  if (!message.poll) throw refuse('noPoll');
  if (message.author.id !== world.app.id) throw refuse('notYourMessage');
  if (message.poll.finalised) throw refuse('pollEnded');
  endPoll(world, message);
  return ok(messageJson(world, message, viewerOf(call)));
}
