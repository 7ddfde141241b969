/** Who gives a command and where, as Slack says it, and what a question asked by command shows of that. */
import { conversationIdOf } from '../core/conversation.ts';
import type { Author, Place } from '../core/inbound.ts';
import { type Fields, fieldsOf, textIn } from '../slack-reply/fields.ts';
import { formOf, type Shown } from '../slack-text/answers.ts';
import { safeLine } from '../slack-text/escape.ts';

/** Who gives a command, and where. */
export interface Asker {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
  /** The first message of the thread; absent outside of threads. */
  readonly thread?: string;
}

/** Code points of the question shown, well below what a message holds. */
const MAX_QUOTE = 1500;

/** Undefined where Slack does not say it all. */
export function askerOf(team = '', channel = '', user = ''): Asker | undefined {
  return team === '' || channel === '' || user === '' ? undefined : { team, channel, user };
}

/** What a form keeps of where it was opened. */
export function metadataIn(view: Fields): Fields {
  return fieldsOf(JSON.parse(textIn(view, 'private_metadata') ?? '{}'));
}

/** The answer to a command as a form, which keeps where it was opened. */
export function formIn({ channel, thread }: Asker, shown: Shown): object {
  const metadata = JSON.stringify({ channel_id: channel, thread_ts: thread });
  return formOf(shown, { title: 'Halley', metadata });
}

/** Questions that only their asker sees share a memory of their own, apart from what others can read. */
export function privately({ team: workspace, channel, user }: Asker, hidden: string, place: Place) {
  return {
    conversation: conversationIdOf({ platform: 'slack', workspace, channel, thread: `private-${user}` }),
    place: { ...place, kind: 'direct' as const },
    replyTo: { platform: 'slack' as const, workspace, channel, message: 'private', hidden },
  };
}

/** The question as others read it, with who asks. */
export function quoteOf(text: string, { name }: Author): string {
  const signs = Array.from(text.trim());
  const shown = signs.length > MAX_QUOTE ? `${signs.slice(0, MAX_QUOTE).join('')}…` : signs.join('');
  const lines = shown.split('\n').map((line) => `> ${safeLine(line)}`);
  return `**${safeLine(name.replace(/[*_~`\\]/gu, ' '))}**\n${lines.join('\n')}`;
}
