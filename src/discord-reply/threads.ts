/** Where a reply is written: the thread that is opened for it on the question, or the channel itself. */
import { RequestMethod, Routes } from 'discord.js';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { Log } from '../core/ports.ts';
import type { Requests } from './requests.ts';

/** A message that has a thread cannot get another. @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const THREAD_EXISTS = 160_004;

/** The signal of what nobody calls off. */
const NEVER = new AbortController().signal;

/** The channel to write to. Where a thread cannot be opened, for whatever reason, the answer comes in place. */
export async function placeOf(
  { channel, message, openThread }: ReplyAddress,
  { requests, log }: { readonly requests: Requests; readonly log: Log },
): Promise<string> {
  if (openThread === undefined) return channel;
  const route = Routes.threads(channel, message);
  const request = { kind: 'thread', channel, method: RequestMethod.Post, route, body: { name: openThread } } as const;
  const once = async () => requests.send(request, await requests.leave(request, 'first', NEVER));
  try {
    await requests.retrying(once);
    return message;
  } catch (error) {
    if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
    // An earlier attempt opened it. A thread has the id of its message.
    if (error.failure.platformCode === THREAD_EXISTS) return message;
    const { status, platformCode, retryAfterMs } = error.failure;
    log.warn('discord.thread-refused', { channel, status, platformCode, retryAfterMs });
    return channel;
  }
}
