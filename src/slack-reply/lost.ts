/** Finds a message whose making was lost on its way: whether Slack made it, only its thread can tell. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { PostRef } from '../core/reply.ts';
import type { Call } from '../slack-api/calls.ts';
import { type Fields, listOf, textIn } from '../slack-api/fields.ts';
import type { ThreadAddress } from './messages.ts';

/** Messages looked at: the newest that a limited app is given. @see https://docs.slack.dev/reference/methods/conversations.replies */
const MAX_MESSAGES = 15;

/** Whether it is not known what became of a call. */
export function isLost(error: unknown): boolean {
  return error instanceof PlatformUnavailable && error.failure.status !== 429;
}

/** The bot's only message in the thread, after the question, that is not known; undefined where there is none, or nothing can be seen. */
export async function lostPost(
  { team, channel, thread, question }: ThreadAddress,
  known: ReadonlySet<string>,
  write: (call: Call) => Promise<Fields>,
): Promise<PostRef | undefined> {
  if (thread === undefined) return undefined;
  const oldest = [question, ...known].toSorted().at(-1);
  try {
    const self = textIn(await write({ method: 'auth.test', team, args: {} }), 'user_id');
    const args = { channel, ts: thread, oldest, limit: MAX_MESSAGES };
    const { messages } = await write({ method: 'conversations.replies', team, args });
    const found = listOf(messages).filter((message) => self !== undefined && textIn(message, 'user') === self);
    const ids = found.flatMap((message) => textIn(message, 'ts') ?? []).filter((ts) => ts > question && !known.has(ts));
    return ids[0] === undefined ? undefined : { channel, message: ids[0] };
  } catch (error) {
    if (error instanceof PlatformRejected) return undefined;
    throw error;
  }
}
