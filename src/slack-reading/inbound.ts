/** From an event of Slack to a Mention, or the named reason why it is none. */
import { conversationIdOf } from '../core/conversation.ts';
import type { Attachment, Author, Before, Mention, Place } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import { conversationInPlace } from '../place/in-place.ts';
import { type Fields, listOf, textIn } from '../slack-api/fields.ts';

/** What is needed of a message, checked: one can be written by hand. */
export interface Heard {
  readonly team: string;
  readonly channel: string;
  /** One person and the bot. */
  readonly isDirect: boolean;
  /** The id of the message in its channel. */
  readonly ts: string;
  /** The first message of the thread that it stands in; absent outside of threads. */
  readonly thread?: string;
  /** Who wrote the first message of the thread. */
  readonly parent?: string;
  readonly user?: string;
  readonly bot?: string;
  readonly subtype?: string;
  readonly text: string;
  readonly files: readonly SlackFile[];
}

/** A file as an event has it; one of another workspace may have nothing but its id. */
export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  /** Absent where Slack has to be asked for it. */
  readonly url?: string;
}

/** The bot in one workspace. */
export interface Self {
  readonly user: string;
  readonly bot: string;
}

/** Why an event is not answered. `again` came before; `twin` is the same message as another kind of event. */
export type Ignored =
  | 'again'
  | 'twin'
  | 'elsewhere'
  | 'own'
  | 'bot'
  | 'system'
  | 'edited'
  | 'deleted'
  | 'not-addressed'
  | 'nothing-said';

/** What to do with a message; `overheard` is a mention only where the bot takes part in the conversation. */
export type Verdict =
  | {
      readonly kind: 'addressed' | 'overheard';
      /** Whether nothing in it names the bot: then it is a mention only where people talk freely. */
      readonly isFree?: true;
    }
  | { readonly kind: 'ignored'; readonly reason: Ignored };

/** Who is named in a text, by id. */
export type Names = ReadonlyMap<string, string>;

/** What a person's message may be. @see https://docs.slack.dev/reference/events/message#subtypes */
const SAID: ReadonlySet<string | undefined> = new Set([undefined, 'file_share', 'thread_broadcast']);

const SYSTEM_USERS: ReadonlySet<string | undefined> = new Set(['USLACKBOT', 'USLACK', undefined]);

/** Files that are not there any more, or not to be seen. */
const GONE: ReadonlySet<unknown> = new Set(['tombstone', 'hidden_by_limit']);

/** What is needed of a `message` or `app_mention` event; undefined for one that is no message in a channel. */
export function heardOf(team: string, event: Fields): Heard | undefined {
  const [channel, ts] = [textIn(event, 'channel'), textIn(event, 'ts')];
  if (channel === undefined || ts === undefined) return undefined;
  const thread = textIn(event, 'thread_ts');
  const files = listOf(event['files']).flatMap(fileOf);
  return {
    team,
    channel,
    // Mentions do not say what kind of channel they are in.
    isDirect: event['channel_type'] === 'im' || channel.startsWith('D'),
    ts,
    ...(thread === undefined || thread === ts ? {} : { thread }),
    ...optional('parent', textIn(event, 'parent_user_id')),
    ...optional('user', textIn(event, 'user')),
    ...optional('bot', textIn(event, 'bot_id')),
    ...optional('subtype', textIn(event, 'subtype')),
    text: textIn(event, 'text') ?? '',
    files,
  };
}

/** Decides what a message is to the bot. */
export function judge(heard: Heard, self: Self): Verdict {
  const { subtype, user, bot } = heard;
  if (subtype === 'message_changed') return ignored('edited');
  if (subtype === 'message_deleted') return ignored('deleted');
  if (user === self.user || bot === self.bot) return ignored('own');
  if (bot !== undefined || subtype === 'bot_message') return ignored('bot');
  if (!SAID.has(subtype) || SYSTEM_USERS.has(user)) return ignored('system');
  if (namesBot(heard.text, self)) return { kind: 'addressed' };
  if (heard.thread === undefined && !heard.isDirect) return ignored('not-addressed');
  if (heard.text.trim() === '' && heard.files.length === 0) return ignored('nothing-said');
  if (heard.isDirect) return { kind: 'addressed' };
  return { kind: heard.parent === self.user ? 'addressed' : 'overheard', isFree: true };
}

function ignored(reason: Ignored): Verdict {
  return { kind: 'ignored', reason };
}

/** Ids of those whom the text names, but for the bot. */
export function namedIn({ text }: Heard, self: Self): readonly string[] {
  const ids = Array.from(text.matchAll(/<@(?<id>[A-Z0-9]+)>/gu), ({ groups }) => groups?.['id'] ?? '');
  return [...new Set(ids)].filter((id) => id !== self.user);
}

/** Who wrote it, and who is named in it. */
export interface Known {
  readonly author: Author;
  readonly names: Names;
  readonly self: Self;
}

/** The message as a Mention. Every answer stands in a thread: that of the message, or the one that it begins. */
export function mentionOf(heard: Heard, { author, names, self }: Known): Mention {
  const { team: workspace, channel, ts, thread = ts } = heard;
  const kind: Place['kind'] = heard.isDirect ? 'direct' : heard.thread === undefined ? 'channel' : 'thread';
  return {
    id: `slack:${workspace}/${channel}/${ts}`,
    conversation: conversationIdOf({ platform: 'slack', workspace, channel, thread }),
    author,
    place: { platform: 'slack', workspace, channel, kind },
    text: readableText(heard.text, self, names),
    attachments: heard.files.flatMap((file) => attachmentOf(file, workspace)),
    ...(heard.thread === undefined ? {} : { before: beforeIn(heard, heard.thread) }),
    replyTo: { platform: 'slack', workspace, channel, message: ts, thread, asker: author.id },
    receivedAt: Date.now(),
  };
}

/** The thread that it stands in is one conversation. */
function beforeIn({ team, channel, ts }: Heard, thread: string): Before {
  return { channel: `${team}/${channel}/${thread}`, message: ts, isWhole: true };
}

/** The mention, answered in the channel where that is wanted; what cannot be known is told by whoever answers. */
export async function inPlaceWhereWanted(
  mention: Mention,
  inbox: Pick<Inbox, 'settingsAt'>,
  log: Log,
): Promise<Mention> {
  const conversation = mention.place.kind === 'channel' ? await conversationInPlace(mention, inbox, log) : undefined;
  const { thread: _, ...replyTo } = mention.replyTo;
  return conversation === undefined ? mention : { ...mention, conversation, replyTo };
}

/** What Slack puts into text. @see https://docs.slack.dev/messaging/formatting-message-text#advanced */
const MARKUP = /<(?<kind>[@#!]?)(?<what>[^<>|]*)(?:\|(?<label>[^<>]*))?>/gu;

/** The text as people see it: without the bot's own name, with names for ids and characters for entities. */
export function readableText(text: string, self: Self, names: Names): string {
  const own = `<@${self.user}(?:\\|[^<>]*)?>`;
  return text
    .replace(new RegExp(`^(?:\\s*${own}[,:]?)+`, 'u'), '')
    .replace(new RegExp(`[ \\t]*${own}`, 'gu'), '')
    .replace(MARKUP, (_, ...rest) => {
      // The last argument of a replacer is the record of named groups, when the pattern has any.
      const { kind = '', what = '', label } = rest.at(-1) as Record<string, string | undefined>;
      if (kind === '@') return `@${names.get(what) ?? label ?? what}`;
      if (kind === '#') return `#${label || what}`;
      if (kind === '!') return label ?? `@${what.split('^', 1)[0]}`;
      return addressOf(what, label);
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** An address with what people see of it, where that is not the address. */
function addressOf(url: string, label = url): string {
  const bare = url.replace(/^(?:mailto|tel):/u, '');
  return label === url || url.endsWith(`//${label}`) || label === bare ? bare : `[${label}](${url})`;
}

function namesBot(text: string, { user }: Self): boolean {
  return text.includes(`<@${user}>`) || text.includes(`<@${user}|`);
}

/** A file of an event or of `files.info`. */
export function fileOf(file: Fields): readonly SlackFile[] {
  const id = textIn(file, 'id');
  if (id === undefined || GONE.has(file['mode'])) return [];
  const url = textIn(file, 'url_private_download') ?? textIn(file, 'url_private');
  const name = textIn(file, 'name') ?? textIn(file, 'title') ?? id;
  const mimeType = textIn(file, 'mimetype') ?? 'application/octet-stream';
  const bytes = typeof file['size'] === 'number' ? file['size'] : 0;
  return [{ id, name, mimeType, bytes, ...optional('url', url) }];
}

/** A file that can be fetched, which takes its workspace's token; none for one that Slack has to be asked for. */
export function attachmentOf({ url, id, ...file }: SlackFile, team: string): readonly Attachment[] {
  return url === undefined ? [] : [{ ...file, id: `${team}/${id}`, url }];
}

function optional<K extends string>(name: K, value: string | undefined): { readonly [Key in K]?: string } {
  // A computed name is typed as any string.
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in K]?: string });
}
