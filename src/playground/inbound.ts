/** What the page sends, checked: bodies of requests to Mention and Command, or the sentence about what is wrong. */
import { ACTIONS, COMMANDS, questionOf } from '../commands/list.ts';
import { readTyped } from '../commands/typed.ts';
import { type ConversationId, conversationIdOf, type Whereabouts } from '../core/conversation.ts';
import {
  type Attachment,
  type Author,
  type Command,
  type CommandValues,
  type Mention,
  type MentionId,
  TURN,
} from '../core/inbound.ts';

/** Every conversation of the page is a thread of one place. */
export const HERE = { platform: 'playground', workspace: 'local', channel: 'page' } as const;
const YOU = { id: 'you', name: 'You' } as const;

/** The fields of a request as they came; one that is missing counts as empty. */
export type Fields = ReadonlyMap<string, unknown>;

/** Who sends a request and when, in epoch milliseconds. */
export interface Sender {
  /** As BCP 47 writes it; absent where the browser does not say. */
  readonly locale?: string | undefined;
  readonly sentAt: number;
}

/** A range of the header, with how much it is wanted. */
const RANGE = /(?<=^|,)\s*([a-z]{1,8}(?:-[a-z\d]{1,8})*)\s*(?:;\s*q=([\d.]+)\s*)?(?=,|$)/giu;

/**
 * The language that a browser wants most, from its `Accept-Language`.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
 */
export function localeOf(acceptLanguage = ''): string | undefined {
  const wanted = Array.from(acceptLanguage.matchAll(RANGE), ([, tag, much = '1']) => ({ tag, much: Number(much) }));
  return wanted.toSorted((a, b) => b.much - a.much)[0]?.tag;
}
const WRONG_TEXT = '"text" must have 1 to 32000 characters, not only blanks unless a file comes with it.';
const WRONG_EDIT = '"text" must have 1 to 32000 characters, not only blanks.';
const WRONG_FILES =
  '"files" must be 20 files at most, each with its "id", its "name" on one line of 200 characters, its "type" and its "bytes".';

/** What a field must look like, and the sentence when it does not. */
const RULES = {
  conversation: { form: /^[\w-]{1,64}$/, says: '"conversation" must be 1 to 64 letters, digits, "-" or "_".' },
  id: { form: /^[\w-]{8,64}$/, says: '"id" must be 8 to 64 letters, digits, "-" or "_", new for each message.' },
  text: { form: /^[^]{0,32000}$/, says: WRONG_TEXT },
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
export function readWhereabouts(fields: Fields, from: Sender): { thread: string; where: Whereabouts } | string {
  const asked = read(fields, ['conversation', 'author']);
  if (typeof asked === 'string') return asked;
  const { conversation: thread, author } = asked;
  return {
    thread,
    where: { ...placeOf(thread, author), author: { ...authorOf(author, from), manages: 'workspace', moderates: true } },
  };
}

/** A message to the bot. The page makes `id`, so that a message sent twice is one mention. */
export function readMention(fields: Fields, from: Sender): Asked | string {
  const asked = read(fields, ['conversation', 'id', 'text', 'author']);
  if (typeof asked === 'string') return asked;
  const thread = asked.conversation;
  const attachments = readFiles(fields.get('files') ?? [], thread);
  if (attachments === undefined) return WRONG_FILES;
  const text = asked.text.trim() === '' ? '' : asked.text.toWellFormed();
  if (text === '' && attachments.length === 0) return WRONG_TEXT;
  const id = `${HERE.platform}:${thread}/${asked.id}`;
  const mention: Mention = {
    id,
    ...placeOf(thread, asked.author),
    author: authorOf(asked.author, from),
    text,
    attachments,
    replyTo: { platform: HERE.platform, channel: thread, message: id },
    receivedAt: from.sentAt,
  };
  return { thread, mention };
}

/** A message, and the thread it was written in. */
export interface Asked {
  readonly thread: string;
  readonly mention: Mention;
}

/** The address of a message that was sent before; a question that a button asked has a longer id than one that was written. */
const ADDRESS = /^\/api\/mentions\/([\w-]{1,64})\/([\w-]{1,400})$/;

/** The thread and the id of the message that has this address, or nothing. */
export function messageAt(path: string): { readonly thread: string; readonly id: MentionId } | undefined {
  const [, thread, id] = ADDRESS.exec(path) ?? [];
  return thread === undefined ? undefined : { thread, id: `${HERE.platform}:${thread}/${id}` };
}

/** A message that was sent before, and who changes it. */
export interface Sent {
  readonly thread: string;
  readonly id: MentionId;
  readonly author: Author;
}

/** A message as its author has it now, or what is deleted; its files stay with it. */
export function readChange(
  { thread, id, from }: { readonly thread: string; readonly id: MentionId; readonly from: Sender },
  fields: Fields,
  isEdit: boolean,
): Asked | Sent | string {
  const asked = read(fields, ['author']);
  if (typeof asked === 'string') return asked;
  const author = authorOf(asked.author, from);
  if (!isEdit) return { thread, id, author };
  const edit = read(fields, ['text']);
  if (typeof edit === 'string' || edit.text.trim() === '') return WRONG_EDIT;
  const replyTo = { platform: HERE.platform, channel: thread, message: id };
  const text = edit.text.toWellFormed();
  return {
    thread,
    mention: { id, ...placeOf(thread, asked.author), author, text, attachments: [], replyTo, receivedAt: from.sentAt },
  };
}

function readFiles(value: unknown, thread: string): readonly Attachment[] | undefined {
  if (!Array.isArray(value) || value.length > 20) return undefined;
  const files = value.map((file: unknown) => readFile(file, thread));
  return files.every((file) => file !== undefined) ? files : undefined;
}

function readFile(value: unknown, thread: string): Attachment | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, name, type, bytes }: Partial<Record<string, unknown>> = { ...value };
  if (typeof id !== 'string' || !/^[\w-]{43}$/.test(id)) return undefined;
  if (typeof name !== 'string' || !/^\P{Cc}{1,200}$/u.test(name)) return undefined;
  if (typeof type !== 'string' || !/^[^]{0,100}$/.test(type)) return undefined;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  return { id, name: name.toWellFormed(), mimeType: type, bytes, url: `/api/files/${thread}/${id}` };
}

/** A command as it was typed, or the question that it asks; whether its values are right is not for the page to say. */
export function readCommand(
  fields: Fields,
  from: Sender,
): Asked | { readonly thread: string; readonly command: Command } | string {
  if (fields.has('given')) return readGiven(fields, from);
  const asked = readMention(fields, from);
  const given = readWhereabouts(fields, from);
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

const WRONG_GIVEN =
  '"given" must have the "name" of a command and its "values", each a text of 8000 characters at most.';

/** What was pressed or filled in: a command by name, with its values as they are. */
function readGiven(fields: Fields, from: Sender): { readonly thread: string; readonly command: Command } | string {
  const asked = readWhereabouts(fields, from);
  if (typeof asked === 'string') return asked;
  const { name: named, values }: Partial<Record<string, unknown>> = { ...Object(fields.get('given')) };
  const spec = [...COMMANDS, ...ACTIONS].find(({ name }) => name === named);
  if (spec === undefined || !isValues(values)) return WRONG_GIVEN;
  const { thread, where } = asked;
  // A question that comes of it is the same however often it is pressed.
  const id = `${values[TURN] ?? ''}-next`;
  const replyTo = { platform: HERE.platform, channel: thread, message: id };
  return { thread, command: { ...where, name: spec.name, values, next: { id, replyTo } } };
}

function isValues(values: unknown): values is CommandValues {
  const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= 8000;
  return typeof values === 'object' && values !== null && Object.values(values).every(isText);
}

/** Every person of the page manages it: whoever opens it sits at the machine. A typed name lets several be tried. */
function authorOf(typed: string, { locale }: Sender): Author {
  const name = typed.trim();
  const author = name === '' ? YOU : { id: name.toLowerCase(), name };
  return { ...author, ...(locale === undefined ? {} : { locale }) };
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
