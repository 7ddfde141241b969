/** What travels from the engine to a reader: ReplyEvent, DraftView, Reply, Source, and the kinds of picture. */
import type { InlineData } from './content.ts';
import type { ConversationId, Language } from './conversation.ts';
import type { Ending } from './errors.ts';
import type { ActionName, CommandName, CommandValues, MentionId } from './inbound.ts';

/** One message that stands on a platform for a reply: enough to edit or delete it. */
export interface PostRef {
  readonly channel: string;
  readonly message: string;
}

/** What happens while a turn runs, in order. Pictures come whole and are shown with the finished reply. */
export type ReplyEvent =
  | { readonly kind: 'text'; readonly text: string }
  /** Code that stands is being run; until more text comes. */
  | { readonly kind: 'running'; readonly text: '' }
  | { readonly kind: 'thought'; readonly text: string };

/** What a reply is doing: before text stands (`reading` the question's files), while it is written, or while code that stands runs. */
export type Status = 'reading' | 'thinking' | 'searching' | 'running' | 'writing';

/** What is offered under an answer. Each comes back as the command of its name, with the turn's id as the value `turn`. */
export interface Offer {
  readonly turn: MentionId;
  readonly conversation: ConversationId;
  /** In the order of `ACTION_NAMES`, with words in the reader's language. */
  readonly actions: readonly { readonly name: ActionName; readonly label: string }[];
}

/** The whole draft so far. Replaced by the next view; its texts are empty until the first text that can be seen. */
export interface DraftView {
  /** Markdown that is safe to show as it is: what is open is closed, and what cannot be shown in part is left out. */
  readonly text: string;
  /**
   * The model's own text so far: the beginning of the finished reply's, character by character, and of every later view's.
   * Pages are cut of this, so that they are those of the finished reply; what is open at their end is closed after that.
   */
  readonly exact: string;
  /**
   * The beginning of `exact` that a surface may send for good, where it can only append. No later view's is shorter. It shows
   * as it will in the end, but that the code of a fence may be open at its end, and the rows of a table: it never ends
   * inside a grapheme, emphasis, a code span, a link, a formula, an entity, the first or last line of a fence, a row, or
   * between a table's header and its delimiter row. It lags behind `exact` by what is open, a paragraph in bold for one.
   */
  readonly settled: string;
  readonly status: Status;
  /** What the model is thinking about, on one line, while no text stands; absent where it is not to be shown. */
  readonly headline?: string;
  /** The same in the reader's language, on one line: the headline where there is one; absent while text comes. */
  readonly line?: string;
  /** The same as it follows the bot's name, without the headline. */
  readonly isDoing?: string;
  /** To be drawn under the last post that shows text; absent until there is text. */
  readonly offer?: Offer;
}

/** Where links of the service lead first. @see https://ai.google.dev/gemini-api/docs/google-search */
export const REDIRECT_ORIGIN = 'https://vertexaisearch.cloud.google.com';

/** A numbered page the reply rests on. */
export interface Source {
  /** From 1, by first appearance. */
  readonly number: number;
  readonly title: string;
  /** An http or https address. */
  readonly url: string;
  /** A place on Google Maps, which has to be shown as such; a web page when absent. */
  readonly kind?: 'maps';
}

/** The end of a passage and the sources that support it. */
export interface Mark {
  /** UTF-16 units of the reply's text that stand before it; never inside a word, code, a link or a table's marks. */
  readonly at: number;
  /** Numbers of sources, ascending, each once. */
  readonly sources: readonly number[];
}

/** A search that the model made, as a link to its result page. The provider's terms ask to show them. */
export interface SearchSuggestion {
  readonly query: string;
  readonly url: string;
}

/** A passage of the answer's text, in UTF-16 units, and what it rests on. */
export interface Support {
  readonly start: number;
  readonly end: number;
  /** Numbers of sources, each once. */
  readonly sources: readonly number[];
  /** From 0 to 1, by source as in `sources`; absent where the model does not say. */
  readonly confidence?: readonly number[];
}

/** What an answer rests on. What is absent did not come. */
export interface Sourced {
  readonly sources: readonly Source[];
  /** Ascending by place. */
  readonly marks?: readonly Mark[];
  /** In the order of the text. */
  readonly supports?: readonly Support[];
  readonly searches?: readonly SearchSuggestion[];
  /** Published texts that the answer repeats, numbered apart from its sources. */
  readonly quotes?: readonly Source[];
}

/** The finished answer: exactly the model's text, its sources, and what the bot has to say about it. */
export interface Reply extends Sourced {
  /** The model's Markdown, unchanged; empty when nothing could be answered. */
  readonly text: string;
  /** As the model gave them, of any kind and size; absent when there are none. */
  readonly images?: readonly InlineData[];
  readonly ending: Ending;
  /** The bot's own sentence, put after the text, never instead of it. Absent when all went well. */
  readonly notice?: string;
  /** What the answer used, in small print below everything else, where that is wanted. */
  readonly footer?: string;
  /** To be drawn under the last post. Absent where nothing can be done with it. */
  readonly offer?: Offer;
  /** Of the notice, and of the bot's other words around the text; English when absent. */
  readonly language?: Language;
}

/** The kinds of picture that are shown, named as in `image/png`: readers everywhere see them, and none can hold a script. */
export type PictureKind = 'png' | 'jpeg' | 'webp';

/** What the first bytes say that a picture is, whatever its MIME type claims; undefined for every other kind. */
export function pictureKindOf({ data }: InlineData): PictureKind | undefined {
  const head = Buffer.from(data.slice(0, 16), 'base64').toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  return head.startsWith('RIFF') && head.startsWith('WEBP', 8) ? 'webp' : undefined;
}

/** A file made for the person, a few megabytes at most. */
export interface CommandFile {
  readonly name: string;
  readonly mimeType: string;
  readonly text: string;
}

/** One thing to choose: the same command given again, with these values. */
export interface MenuItem {
  readonly label: string;
  readonly values: CommandValues;
  /** Whether this is what holds. */
  readonly isChosen?: true;
}

/** Choices to be drawn under the answer; a `list` opens, `buttons` stand side by side. At most 25 and 5 items. */
export interface Menu {
  readonly style: 'list' | 'buttons';
  readonly label: string;
  readonly items: readonly MenuItem[];
}

/** A text to be written for an option of a command; `values` come with it. The list of commands says how long it may be. */
export interface Form {
  /** Of the button that opens it. */
  readonly label: string;
  readonly command: CommandName;
  readonly option: string;
  readonly values: CommandValues;
}

/** The answer to a command, for the eyes of the person who gave it. */
export interface CommandReply {
  readonly text: string;
  /** Whether what was asked for shows in the conversation, so that whoever pressed a button need not be told. */
  readonly shows?: true;
  readonly files?: readonly CommandFile[];
  /** For the same command; at most 3. */
  readonly menus?: readonly Menu[];
  /** At most 1. */
  readonly forms?: readonly Form[];
}
