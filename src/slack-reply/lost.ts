/** Finds a message whose making was lost on its way: whether Slack made it, only its thread can tell. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import { TURN } from '../core/inbound.ts';
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

/** The bot's messages in the thread that an earlier process made for this answer and did not come to note; none where nothing can be seen. */
export async function postsLeft(
  at: ThreadAddress,
  known: ReadonlySet<string>,
  write: (call: Call) => Promise<Fields>,
): Promise<readonly PostRef[]> {
  const { team, channel, thread, question } = at;
  // The buttons below a message say whose answer it is; a stream has none, and nobody but this conversation's next answer ends it.
  const turn = new URLSearchParams({ [TURN]: `slack:${team}/${channel}/${question}` }).toString();
  const isOurs = (message: Fields): boolean =>
    message['streaming_state'] === 'in_progress' || JSON.stringify(message['blocks'] ?? []).includes(turn);
  try {
    const found = thread === undefined ? [] : await ownMessages({ ...at, thread }, question, write);
    return found.flatMap((message) => {
      const ts = textIn(message, 'ts');
      return ts === undefined || known.has(ts) || !isOurs(message) ? [] : [{ channel, message: ts }];
    });
  } catch (error) {
    if (error instanceof PlatformRejected) return [];
    throw error;
  }
}

/** The bot's messages in the thread after one of them. */
async function ownMessages(
  { team, channel, thread }: ThreadAddress & { readonly thread: string },
  oldest: string | undefined,
  write: (call: Call) => Promise<Fields>,
): Promise<readonly Fields[]> {
  const self = textIn(await write({ method: 'auth.test', team, args: {} }), 'user_id');
  const args = { channel, ts: thread, oldest, limit: MAX_MESSAGES };
  const { messages } = await write({ method: 'conversations.replies', team, args });
  return listOf(messages).filter((message) => self !== undefined && textIn(message, 'user') === self);
}

/** The bot's only message in the thread, after the question, that is not known; undefined where there is none, or nothing can be seen. */
export async function lostPost(
  at: ThreadAddress,
  known: ReadonlySet<string>,
  write: (call: Call) => Promise<Fields>,
): Promise<PostRef | undefined> {
  const { channel, thread, question } = at;
  if (thread === undefined) return undefined;
  const oldest = [question, ...known].toSorted().at(-1);
  try {
    const found = await ownMessages({ ...at, thread }, oldest, write);
    const ids = found.flatMap((message) => textIn(message, 'ts') ?? []).filter((ts) => ts > question && !known.has(ts));
    return ids[0] === undefined ? undefined : { channel, message: ids[0] };
  } catch (error) {
    if (error instanceof PlatformRejected) return undefined;
    throw error;
  }
}
