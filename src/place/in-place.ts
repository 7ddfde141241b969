/** Channels whose questions are answered in them, and are one conversation. */
import { type ConversationId, conversationIdOf } from '../core/conversation.ts';
import type { Mention } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';

/** The conversation of such a channel; undefined where each question opens a thread. What cannot be known is told by whoever answers. */
export async function conversationInPlace(
  { author, place }: Pick<Mention, 'author' | 'place'>,
  inbox: Pick<Inbox, 'settingsAt'>,
  log: Log,
): Promise<ConversationId | undefined> {
  try {
    const { replyStyle } = await inbox.settingsAt({ author, place });
    const { platform, workspace, channel } = place;
    return replyStyle === 'thread' ? undefined : conversationIdOf({ platform, workspace, channel });
  } catch (error) {
    log.error('settings.unread', error, { channel: place.channel });
    return undefined;
  }
}
