/** What people do to messages on Slack after they were sent: which change is an edit, and which message is gone. */
import { type ConversationId, conversationIdOf } from '../core/conversation.ts';
import type { MentionId } from '../core/inbound.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';

/** A message that is gone. */
export interface Gone {
  readonly id: MentionId;
  readonly channel: string;
  readonly ts: string;
  /** The first message of its thread: itself where it began one. */
  readonly thread: string;
  readonly user: string | undefined;
  /** Those that it may belong to. */
  readonly conversations: readonly ConversationId[];
}

/** Undefined for what is no deletion. What had replies leaves a stone where it stood. */
export function goneIn(team: string, event: Fields): Gone | undefined {
  const { subtype } = event;
  const isStone = fieldsOf(event['message'])['subtype'] === 'tombstone';
  if (subtype !== 'message_deleted' && !(subtype === 'message_changed' && isStone)) return undefined;
  const before = fieldsOf(event['previous_message']);
  const channel = textIn(event, 'channel');
  const ts = textIn(event, 'deleted_ts') ?? textIn(fieldsOf(event['message']), 'ts') ?? textIn(before, 'ts');
  if (channel === undefined || ts === undefined) return undefined;
  const thread = textIn(before, 'thread_ts') ?? ts;
  const place = { platform: 'slack', workspace: team, channel } as const;
  const conversations = [conversationIdOf({ ...place, thread }), conversationIdOf(place)];
  return { id: `slack:${team}/${channel}/${ts}`, channel, ts, thread, user: textIn(before, 'user'), conversations };
}

/** The message as its author has it now; undefined for other changes, of which previews of links are the most. */
export function editedIn(event: Fields): Fields | undefined {
  if (event['subtype'] !== 'message_changed') return undefined;
  const [before, now] = [fieldsOf(event['previous_message']), fieldsOf(event['message'])];
  const [was, is] = [before, now].map(({ edited }) => textIn(fieldsOf(edited), 'ts'));
  if (is === undefined || is === was || textIn(before, 'text') === textIn(now, 'text')) return undefined;
  return { ...now, channel: event['channel'], channel_type: event['channel_type'] };
}
