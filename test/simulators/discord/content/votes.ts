/** Votes of polls, and how a poll ends: in its time, or when whoever asked ends it. */
import { refuse } from '../errors.ts';
import { Intent } from '../intents.ts';
import { PINGS_ALL } from '../mentions.ts';
import { messageJson } from '../message-wire.ts';
import { demand } from '../permissions.ts';
import { announce, post } from '../posts.ts';
import { type Answer, type Call, channelOf, messageIn, ok, param, type Route, viewerOf } from '../route.ts';
import type { Message, User, World } from '../state.ts';
import { userJson } from '../wire.ts';

/** @see https://discord.com/developers/docs/resources/poll */
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

const RESULT = 46;

/** Votes, or takes a vote back; without multiselect a vote takes the place of the one before. */
export function vote(
  world: World,
  message: Message,
  ballot: { user: User; answerId: number; takesBack?: boolean },
): void {
  const { poll } = message;
  if (!poll || poll.finalised) throw new Error(`message ${message.id} has no open poll`);
  const { user, answerId } = ballot;
  if (answerId < 1 || answerId > poll.answers.length) throw new Error(`the poll has no answer ${answerId}`);
  for (const [id, voters] of poll.votes)
    if ((id === answerId || !poll.multiselect) && voters.delete(user.id))
      tell(world, message, { type: 'MESSAGE_POLL_VOTE_REMOVE', userId: user.id, answerId: id });
  if (ballot.takesBack) return;
  poll.votes.set(answerId, (poll.votes.get(answerId) ?? new Set()).add(user.id));
  tell(world, message, { type: 'MESSAGE_POLL_VOTE_ADD', userId: user.id, answerId });
}

interface Vote {
  readonly type: 'MESSAGE_POLL_VOTE_ADD' | 'MESSAGE_POLL_VOTE_REMOVE';
  readonly userId: string;
  readonly answerId: number;
}

function tell(world: World, message: Message, { type, userId, answerId }: Vote): void {
  const guildId = world.channels.get(message.channelId)?.guildId;
  const inGuild = guildId === undefined ? {} : { guild_id: guildId };
  world.dispatch({
    type,
    intents: guildId === undefined ? Intent.directMessagePolls : Intent.guildMessagePolls,
    channelId: message.channelId,
    ...(guildId === undefined ? {} : { guildId }),
    data: () => ({
      user_id: userId,
      channel_id: message.channelId,
      message_id: message.id,
      answer_id: answerId,
      ...inGuild,
    }),
  });
}

/** Counts the votes for good: MESSAGE_UPDATE, then a message of type 46 from whoever asked. */
export function endPoll(world: World, message: Message): void {
  const { poll } = message;
  const channel = world.channels.get(message.channelId);
  if (!poll || poll.finalised || !channel || message.deletedAt !== undefined) return;
  poll.finalised = true;
  announce(world, 'MESSAGE_UPDATE', message);
  const [best] = [...poll.votes].sort(([, a], [, b]) => b.size - a.size);
  const field = (name: string, value: string) => ({ name, value, inline: false });
  const fields = [
    field('poll_question_text', poll.question),
    field('victor_answer_votes', String(best?.[1].size ?? 0)),
    ...(best ? [field('victor_answer_text', poll.answers[best[0] - 1] ?? '')] : []),
  ];
  post(world, {
    channel,
    author: message.author,
    content: '',
    type: RESULT,
    embeds: [{ type: 'poll_result', fields, content_scan_version: 0 }],
    allowed: { ...PINGS_ALL, repliedUser: false },
    reference: { channelId: channel.id, messageId: message.id },
  });
}

export function endPollInTime(world: World, message: Message): void {
  if (message.poll) world.clock.after(message.poll.endsAt - world.clock.now(), () => endPoll(world, message));
}
