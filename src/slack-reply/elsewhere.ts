/** Tells an asker in their direct messages what cannot be said where they asked. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Calls } from '../slack-api/calls.ts';
import { fieldsOf, textIn } from '../slack-api/fields.ts';
import { noticeOf } from '../slack-text/foot.ts';
import { contentOf } from '../slack-text/pages.ts';
import type { ThreadAddress } from './messages.ts';

/** The conversation of the bot with a person. @throws PlatformUnavailable, PlatformRejected */
export async function directChannel(calls: Calls, { team, user }: { team: string; user: string }): Promise<string> {
  const opened = await calls.ask({ method: 'conversations.open', team, args: { users: user } });
  return textIn(fieldsOf(opened['channel']), 'id') ?? '';
}

/** Says it to the asker alone, where they asked; false where that is not possible, and where nobody else reads. @throws PlatformUnavailable */
export async function tellPrivately(
  sentence: string,
  { team, channel, thread, question, asker: user }: ThreadAddress,
  { calls, log }: { readonly calls: Calls; readonly log: Log },
): Promise<boolean> {
  if (user === undefined || channel.startsWith('D')) return false;
  // Slack shows such a message only in a thread that has begun.
  const at = thread === undefined || thread === question ? {} : { thread_ts: thread };
  const args = { channel, user, ...at, ...contentOf({ markdown: '', foot: [noticeOf(sentence)] }) };
  try {
    await calls.retrying(() => calls.ask({ method: 'chat.postEphemeral', team, args }));
    return true;
  } catch (error) {
    if (!(error instanceof PlatformRejected)) throw error;
    log.debug('slack.way-shut', { channel, code: error.failure.platformCode });
    return false;
  }
}

/** Says it once; where that is not possible either, the log has it. Never rejects. */
export async function tellElsewhere(
  sentence: string,
  { team, channel, asker }: ThreadAddress,
  { calls, log }: { readonly calls: Calls; readonly log: Log },
): Promise<void> {
  if (asker === undefined || channel.startsWith('D')) return log.warn('slack.untold', { channel });
  try {
    const direct = await directChannel(calls, { team, user: asker });
    const page = { markdown: '', foot: [`<#${channel}>: ${noticeOf(sentence)}`] };
    const args = { channel: direct, ...contentOf(page), unfurl_links: false, unfurl_media: false };
    await calls.retrying(() => calls.ask({ method: 'chat.postMessage', team, args }));
    log.info('slack.told-elsewhere', { channel });
  } catch (error) {
    if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
    log.warn('slack.untold', { channel, status: error.failure.status, code: error.failure.platformCode });
  }
}
