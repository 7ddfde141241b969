/** What the page sends, checked: bodies of requests to Mention and Command, or the sentence about what is wrong. */
import { questionOf } from '../commands/list.ts';
import { readTyped } from '../commands/typed.ts';
import { type ConversationId, conversationIdOf, type Whereabouts } from '../core/conversation.ts';
import type { Author, Command, Mention } from '../core/inbound.ts';

/** Every conversation of the page is a thread of one place. */
export const HERE = { platform: 'playground', workspace: 'local', channel: 'page' } as const;
const YOU = { id: 'you', name: 'You' };

/** The fields of a request as they came; one that is missing counts as empty. */
export type Fields = ReadonlyMap<string, unknown>;

/** What a field must look like, and the sentence when it does not. */
const RULES = {
  conversation: { form: /^[\w-]{1,64}$/, says: '"conversation" must be 1 to 64 letters, digits, "-" or "_".' },
  id: { form: /^[\w-]{8,64}$/, says: '"id" must be 8 to 64 letters, digits, "-" or "_", new for each message.' },
  text: { form: /^(?=[^]*\S)[^]{1,32000}$/, says: '"text" must have 1 to 32000 characters, not only blanks.' },
  author: { form: /^\P{C}{0,60}$/u, says: '"author" may have 60 characters at most, on one line.' },
} as const;

export function conversationOf(thread: string): ConversationId {
  return conversationIdOf({ ...HERE, thread });
}

/** The thread of a conversation of the page, or nothing when it is another platform's. */
export function threadOf(id: ConversationId): string | undefined {
  const before = `${conversationIdOf(HERE)}/`;
  return id.startsWith(before) ? decodeURIComponent(id.slice(before.length)) : undefined;
}

/** Who asks for what holds in a thread, or a sentence. */
export function readWhereabouts(fields: Fields, locale: string): { thread: string; where: Whereabouts } | string {
  const asked = read(fields, ['conversation', 'author']);
  if (typeof asked === 'string') return asked;
  const { conversation: thread, author } = asked;
  return {
    thread,
    where: { ...placeOf(thread, author), author: { ...authorOf(author, locale), manages: 'workspace' } },
  };
}

/** A message to the bot. The page makes `id`, so that a message sent twice is one mention. */
export function readMention(fields: Fields, receivedAt: number, locale: string): Asked | string {
  const asked = read(fields, ['conversation', 'id', 'text', 'author']);
  if (typeof asked === 'string') return asked;
  const thread = asked.conversation;
  const id = `${HERE.platform}:${thread}/${asked.id}`;
  const mention: Mention = {
    id,
    ...placeOf(thread, asked.author),
    author: authorOf(asked.author, locale),
    text: asked.text.toWellFormed(),
    attachments: [],
    replyTo: { platform: HERE.platform, channel: thread, message: id },
    receivedAt,
  };
  return { thread, mention };
}

/** A message, and the thread it was written in. */
interface Asked {
  readonly thread: string;
  readonly mention: Mention;
}

/** A command as it was typed, or the question that it asks; whether its values are right is not for the page to say. */
export function readCommand(
  fields: Fields,
  receivedAt: number,
  locale: string,
): Asked | { readonly thread: string; readonly command: Command } | string {
  const asked = readMention(fields, receivedAt, locale);
  const given = readWhereabouts(fields, locale);
  if (typeof asked === 'string') return asked;
  if (typeof given === 'string') return given;
  const typed = readTyped(asked.mention.text);
  if (typed === undefined) return 'There is no such command here. /help says which there are.';
  const question = questionOf(typed.name, typed.values);
  if (question === undefined)
    return { thread: given.thread, command: { ...typed, ...given.where, conversation: asked.mention.conversation } };
  if (question.isPrivate) return 'Whoever opens this page sees all of it, so nothing here is private.';
  const { text, flags } = question;
  return { ...asked, mention: { ...asked.mention, text, flags } };
}

/** Every person of the page manages it: whoever opens it sits at the machine. A typed name lets several be tried. */
function authorOf(typed: string, locale: string): Author {
  const name = typed.trim();
  const author = name === '' ? YOU : { id: name.toLowerCase(), name };
  return { ...author, ...(locale === '' ? {} : { locale }) };
}

function placeOf(thread: string, author: string) {
  const kind = author.trim() === '' ? ('direct' as const) : ('thread' as const);
  return { conversation: conversationOf(thread), place: { ...HERE, kind } };
}

function read<F extends keyof typeof RULES>(fields: Fields, names: readonly F[]): Readonly<Record<F, string>> | string {
  const values: [string, string][] = [];
  for (const name of names) {
    const value = fields.get(name) ?? '';
    if (typeof value !== 'string' || !RULES[name].form.test(value)) return RULES[name].says;
    values.push([name, value]);
  }
  // Every name was put in just above.
  return Object.fromEntries(values) as Record<F, string>;
}
