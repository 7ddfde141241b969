/** From a Discord message to a Mention, or the named reason why it is none. */
import type { Mention } from '../core/inbound.ts';
import type { Notices } from '../notices/notices.ts';
import type { Heard } from './heard.ts';
import { placedOf } from './where.ts';
import { readable, shownBeside } from './words.ts';

/** The bot as a message may name it: its user and, on a server, the role that Discord made for it. */
export interface Self {
  readonly id: string;
  readonly role?: string;
}

/** Why a message is not answered; `elsewhere` is a place that holds no conversation. */
export type Ignored =
  | 'elsewhere'
  | 'own'
  | 'webhook'
  | 'bot'
  | 'system'
  | 'not-addressed'
  | 'nothing-said'
  | 'may-not-answer';

/** What to do with a message; `overheard` is a mention only where the bot takes part in the conversation. */
export type Verdict =
  | {
      readonly kind: 'addressed' | 'overheard';
      readonly mention: Mention;
      /** Whether it only replies to the bot: then it is a mention only where the bot answers in place. */
      readonly isReply?: true;
    }
  | { readonly kind: 'ignored'; readonly reason: Ignored };

/** Decides what a message is to the bot. `notices` are in its author's language. */
export function judge(heard: Heard, self: Self, notices: Notices): Verdict {
  const { where } = heard;
  const reason = unanswered(heard, self);
  if (reason !== undefined) return ignored(reason);
  const mention = mentionOf(heard, self, notices);
  const named = heard.people.has(self.id) || (self.role !== undefined && heard.roles.has(self.role));
  if (named || where.place.kind === 'direct') return { kind: 'addressed', mention };
  const isReply = heard.repliesTo?.author === self.id;
  if (where.place.kind !== 'thread' && !isReply) return ignored('not-addressed');
  // A sticker or a poll says nothing that can be answered, and without the content intent every message looks so.
  if (mention.text === '' && mention.attachments.length === 0 && (heard.forwarded ?? []).length === 0)
    return ignored('nothing-said');
  if (isReply) return { kind: 'addressed', mention, isReply };
  return { kind: where.owner === self.id ? 'addressed' : 'overheard', mention: { ...mention, isFree: true } };
}

/** Why its author is never answered; undefined where a person said it. */
export function unanswered(heard: Heard, self: Self): Ignored | undefined {
  if (heard.author.id === self.id) return 'own';
  if (heard.isWebhook) return 'webhook';
  if (heard.author.isBot) return 'bot';
  return heard.isSystem ? 'system' : undefined;
}

function ignored(reason: Ignored): Verdict {
  return { kind: 'ignored', reason };
}

/** What the message says to the bot, whether it is for it or not. */
export function mentionOf(heard: Heard, self: Self, notices: Notices): Mention {
  const { id, where, attachments, receivedAt, people, roles, channels, repliesTo } = heard;
  const { isBot: _, ...author } = heard.author;
  const names = {
    user: (each: string) => people.get(each),
    role: (each: string) => roles.get(each),
    channel: (each: string) => channels.get(each),
  };
  const text = readable(withoutOwnName(heard.content, self), names).trim();
  const shows = shownBeside(heard, names);
  return {
    author,
    text,
    attachments,
    ...(shows === '' ? {} : { shows }),
    ...placedOf({ where, id, text, author, ...(repliesTo === undefined ? {} : { repliesTo: repliesTo.id }) }, notices),
    receivedAt,
  };
}

function withoutOwnName(content: string, self: Self): string {
  return content
    .replace(new RegExp(`^(?:\\s*${ownName(self)}[,:]?)+`, 'u'), '')
    .replace(new RegExp(`[ \\t]*${ownName(self)}`, 'gu'), '');
}

function ownName({ id, role }: Self): string {
  return role === undefined ? `<@!?${id}>` : `<@(?:!?${id}|&${role})>`;
}
