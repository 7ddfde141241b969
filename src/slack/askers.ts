/** Who gives a command and where, as Slack says it, and what a question asked by command shows of that. */
import { conversationIdOf, type Whereabouts } from '../core/conversation.ts';
import type { Author, Place } from '../core/inbound.ts';
import type { People } from '../slack-reading/people.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
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

/** Who that is to the bot, and where. */
export async function whereaboutsOf({ team, channel, user, thread }: Asker, people: People): Promise<Whereabouts> {
  const known = await people.of(team, user);
  const isDirect = channel.startsWith('D');
  // In a direct message the channel is the person's own; whoever manages the workspace may delete messages there.
  const author = {
    ...known,
    ...(isDirect ? { manages: known.manages ?? ('channel' as const) } : {}),
    ...(isDirect || known.manages !== undefined ? { moderates: true as const } : {}),
  };
  const kind = isDirect ? 'direct' : thread === undefined ? 'channel' : 'thread';
  return { author, place: { platform: 'slack', workspace: team, channel, kind } };
}

/** Undefined where Slack does not say it all. */
export function askerOf(team = '', channel = '', user = ''): Asker | undefined {
  return team === '' || channel === '' || user === '' ? undefined : { team, channel, user };
}

/** The person of an interaction, at a place that says `channel_id` and `thread_ts`; undefined where Slack does not say it all. */
export function whereIn(payload: Fields, place: Fields): Asker | undefined {
  const [team, user] = [fieldsOf(payload['team']), fieldsOf(payload['user'])];
  const asker = askerOf(textIn(team, 'id'), textIn(place, 'channel_id'), textIn(user, 'id'));
  const thread = textIn(place, 'thread_ts');
  return asker === undefined ? undefined : { ...asker, ...(thread === undefined ? {} : { thread }) };
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

/** What the memory of private answers is called in a channel. */
const PRIVATE = 'private-';

/** Whether the last part of a conversation's id is that of a private one. */
export function isPrivate(thread: string): boolean {
  return thread.startsWith(PRIVATE);
}

/** Questions that only their asker sees share a memory of their own, apart from what others can read. */
export function privately({ team: workspace, channel, user }: Asker, hidden: string, place: Place) {
  return {
    conversation: conversationIdOf({ platform: 'slack', workspace, channel, thread: `${PRIVATE}${user}` }),
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
