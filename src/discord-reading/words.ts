/** What a message of Discord says and shows, in words: names for ids, and forwards, polls, embeds and stickers told. */
import { type APIEmbed, ComponentType } from 'discord.js';

/** What a message shows. */
export interface Shown {
  readonly content: string;
  /** The messages that it forwards; Discord does not say whose they are. */
  readonly forwarded?: readonly Forwarded[];
  readonly embeds?: readonly Pick<APIEmbed, 'title' | 'description' | 'author' | 'fields'>[];
  readonly poll?: { readonly question: string; readonly answers: readonly string[] };
  /** Their names. */
  readonly stickers?: readonly string[];
}

interface Forwarded extends Shown {
  /** The names of its files. */
  readonly files: readonly string[];
}

/** The text with that of the text displays, which stand where a message of components has no text of its own. */
export function withDisplays(
  content: string,
  components: readonly { readonly type: ComponentType; readonly content?: unknown }[],
): string {
  const texts = components.flatMap((each) => (each.type === ComponentType.TextDisplay ? [String(each.content)] : []));
  return [content, ...texts].filter((text) => text !== '').join('\n');
}

/** Names of what ids in a text mean, as far as they are known. */
export interface Names {
  readonly user: (id: string) => string | undefined;
  readonly role: (id: string) => string | undefined;
  readonly channel: (id: string) => string | undefined;
}

/** @see https://docs.discord.com/developers/reference#message-formatting */
const MARKUP =
  /<(?:@!?(?<user>\d+)|@&(?<role>\d+)|#(?<channel>\d+)|a?:(?<emoji>\w+):\d+|\/(?<command>[^<>:\n]+):\d+|t:(?<seconds>-?\d{1,13})(?::[A-Za-z])?|id:(?<page>\w+))>/gu;

/** The text as people see it, with names for ids. One pass, so no name is read as markup. */
export function readable(text: string, names: Names): string {
  return text.replace(MARKUP, (markup, ...rest) => {
    // The last argument of a replacer is the record of named groups, when the pattern has any.
    const { user, role, channel, emoji, command, seconds, page } = rest.at(-1) as Record<string, string | undefined>;
    if (user !== undefined) return named('@', names.user(user)) ?? markup;
    if (role !== undefined) return named('@', names.role(role)) ?? markup;
    if (channel !== undefined) return named('#', names.channel(channel)) ?? markup;
    if (emoji !== undefined) return `:${emoji}:`;
    if (seconds !== undefined) return instantOf(Number(seconds)) ?? markup;
    return command === undefined ? `#${page}` : `/${command}`;
  });
}

const named = (sign: string, name: string | undefined) => (name === undefined ? undefined : sign + name);

/** A reader sees it in their own time zone, which nobody tells; undefined for what no clock shows. */
function instantOf(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** All that the message shows beside its own text, a line for each thing and quoted lines for what stands in it; '' where nothing does. */
export function shownBeside({ forwarded = [], embeds = [], poll, stickers = [] }: Shown, names: Names): string {
  const polls = poll === undefined ? [] : [told('poll', [poll.question, ...poll.answers.map((each) => `- ${each}`)])];
  return [
    ...forwarded.map((message) => told('forwarded message', forwardedIn(message, names))),
    ...polls,
    ...embeds.map((embed) => told('embed', embedIn(embed, names))),
    ...stickers.map((name) => `[sticker: ${labelOf(name)}]`),
  ].join('\n');
}

function forwardedIn(message: Forwarded, names: Names): readonly string[] {
  const files = message.files.map((name) => `[file: ${labelOf(name)}]`);
  return [readable(message.content, names), shownBeside(message, names), ...files];
}

function embedIn({ title, description, author, fields = [] }: NonNullable<Shown['embeds']>[number], names: Names) {
  const lines = [author?.name, title, description, ...fields.map(({ name, value }) => `${name}: ${value}`)];
  return lines.map((line) => readable(line ?? '', names));
}

/** Each line quoted, so that nothing in it passes for what stands around it. */
function told(what: string, lines: readonly string[]): string {
  const said = lines.filter((line) => line !== '').join('\n');
  return [`[${what}]`, ...(said === '' ? [] : said.split(/\r\n|[\n\r\u2028\u2029]/u).map((line) => `> ${line}`))].join(
    '\n',
  );
}

/** A name comes from outside: it stays one line, and ends no bracket. */
export function labelOf(name: string): string {
  return name.replace(/[\s[\]\p{C}]+/gu, ' ').trim();
}
