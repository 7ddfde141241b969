/** What is said to one person alone, beside the first answer to what they pressed: once, or not at all. */
import { type BaseInteraction, MessageFlags, RequestMethod } from 'discord.js';
import { meaningOf } from '../discord-reply/refusals.ts';
import { NEVER, type Requests } from '../discord-reply/requests.ts';
import { messageRoute } from '../discord-reply/routes.ts';
import { SILENT } from '../discord-text/pages.ts';

type Heard = Pick<BaseInteraction, 'id' | 'channelId' | 'applicationId' | 'token'>;

/**
 * Whether it surely stands. Such a message has no nonce, so one of which nobody knows is not sent again.
 * @throws PlatformUnavailable, PlatformRejected
 */
export async function whispered(
  { id, channelId, applicationId, token }: Heard,
  content: string,
  requests: Requests,
): Promise<boolean> {
  const channel = `${channelId} ${id}`;
  const hidden = `${applicationId}/${token}`;
  const request = {
    kind: 'whisper',
    channel,
    method: RequestMethod.Post,
    route: messageRoute({ platform: 'discord', channel, message: id, hidden }, channel),
    body: { ...SILENT, flags: MessageFlags.SuppressEmbeds | MessageFlags.Ephemeral, content },
    isOnce: true,
  } as const;
  try {
    await requests.retrying(async () => requests.send(request, await requests.leave(request, 'ending', NEVER)));
    return true;
  } catch (error) {
    if (meaningOf(error) !== 'lost') throw error;
    return false;
  }
}
