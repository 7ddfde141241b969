/** Where a reply is written: in the thread that is opened for it or, where that cannot be, in place. */
import { RequestMethod, Routes } from 'discord.js';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { Log } from '../core/ports.ts';
import { meaningOf } from './refusals.ts';
import { NEVER, type Requests } from './requests.ts';

/** The channel that is written to. Where a thread cannot be opened, for whatever reason, the answer comes in place. */
export async function openThread(
  { channel, message, openThread: name }: ReplyAddress,
  { requests, log }: { readonly requests: Requests; readonly log: Log },
): Promise<string> {
  if (name === undefined) return channel;
  const route = Routes.threads(channel, message);
  const request = { kind: 'thread', channel, method: RequestMethod.Post, route, body: { name } } as const;
  const once = async () => requests.send(request, await requests.leave(request, 'first', NEVER));
  try {
    await requests.retrying(once);
    return message;
  } catch (error) {
    if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
    // An earlier attempt opened it. A thread has the id of its message.
    if (meaningOf(error) === 'thread-exists') return message;
    const { status, platformCode, retryAfterMs } = error.failure;
    log.warn('discord.thread-refused', { channel, status, platformCode, retryAfterMs });
    return channel;
  }
}
