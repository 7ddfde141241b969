/** What people send: Mention and Command as plain data, who keeps a mention until it is answered, and what a command looks like and is answered with. */
import type { ConversationId, Language, Platform, Whereabouts } from './conversation.ts';
import type { PostRef } from './reply.ts';

/** One message's id, unique over all platforms: `platform:channel/message`. Redelivery brings the same id. */
export type MentionId = string;

export interface Author {
  readonly id: string;
  /** The name others see, as the platform shows it; never an instruction. */
  readonly name: string;
  /** The language this person reads, as BCP 47 writes it; absent where the platform does not say. */
  readonly locale?: string;
  /** Ids of the roles that the platform gave this person there; absent where it gives none or does not say. */
  readonly roles?: readonly string[];
  /** The widest of these that the person manages on the platform; known only of those who give a command. */
  readonly manages?: 'channel' | 'workspace';
  /** Whether the person may take away what others wrote there; known only of those who give a command. */
  readonly moderates?: true;
}

/** Where a message was written. */
export interface Place {
  readonly platform: Platform;
  readonly workspace: string;
  readonly channel: string;
  /** What people call the place, where the platform says. */
  readonly name?: string;
  /** `direct`: one person and the bot. `channel`: answered in a thread or in place. `thread`: inside one. */
  readonly kind: 'direct' | 'channel' | 'thread';
}

/** A file that came with a message. The address may expire, so it is never kept as history. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly url: string;
}

/**
 * Where the answer goes. Plain data that the platform's own adapter wrote and alone reads, enough to post with REST
 * only, in a process that never connected.
 */
export interface ReplyAddress {
  readonly platform: Platform;
  readonly channel: string;
  /** The message that is answered. */
  readonly message: string;
  /** Open a thread of this name on the message and answer in it; absent: answer in `channel`. */
  readonly openThread?: string;
  /** The workspace, where the platform needs it to find out who may write there. */
  readonly workspace?: string;
  /** In text displays and not in plain messages, where the platform has both. No message changes from one into the other. */
  readonly messageStyle?: 'display';
  /** The message whose thread is answered in, where a thread is no channel of its own. */
  readonly thread?: string;
  /** An earlier process began to answer, and may have made posts that it could not note. */
  readonly isResumed?: true;
  /** From 2: which attempt at an answer this is, so that its posts are told from those of the attempts before. */
  readonly attempt?: number;
  /** What lets the answer be shown to the asker alone, for as long as the platform says. A secret: not to be logged. */
  readonly hidden?: string;
  /** Whom to tell elsewhere what cannot be said there, where the platform needs it. */
  readonly asker?: string;
  /** Bytes of the largest file that may be shown there, where that is known. */
  readonly maxFileBytes?: number;
  /** Permissions that are missing for it to be answered as it should be, by name, to be told under the answer. */
  readonly lacks?: readonly string[];
  /** The same, for files to be shown: where it is not empty, none is, which is told under an answer that has some. */
  readonly lacksForFiles?: readonly string[];
}

/** What may have been said before a message, where it was written: the platform's own adapter wrote it, and alone reads it. */
export interface Before {
  readonly channel: string;
  readonly message: string;
  /** The message that it replies to; absent where it replies to none. */
  readonly repliesTo?: string;
  /** Whether all that stands there is one conversation; if not, only the chain of replies is. */
  readonly isWhole: boolean;
}

/** A message that was said before, by anybody, in words. */
export interface Said {
  readonly id: string;
  /** The bot itself has no name here. */
  readonly author: Author | 'self';
  /** With what it shows beside its text, such as a poll; its files by name. Never empty. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Epoch milliseconds. */
  readonly saidAt: number;
}

/** What was said before, oldest first; or why that cannot be known. */
export type Recent = readonly Said[] | { readonly fault: 'forbidden' | 'unavailable' };

/** A message addressed to the bot. JSON only: it can be stored, replayed and answered by another process. */
export interface Mention {
  readonly id: MentionId;
  readonly conversation: ConversationId;
  readonly author: Author;
  readonly place: Place;
  /** The text without the bot's own name; mentions of others decoded to names. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** What the message shows beside its text, in words: forwarded messages, polls, embeds, stickers. Absent where nothing. */
  readonly shows?: string;
  /** Where it can be read what was said before it; absent where nothing can. */
  readonly before?: Before;
  /** What the options of a command said beside the question, by the name of the flag, as it came; `steering/flags.ts` checks it. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly replyTo: ReplyAddress;
  /** Nothing in it names the bot: it counts because people talk freely there. Who may not ask is then not told so. */
  readonly isFree?: true;
  /** Who wants another answer to it: they have to be admitted, and it counts as theirs. Absent: the author. */
  readonly wantedBy?: Author;
  /** From 2: which answer to the same question is asked for; the one before is replaced. Absent: the first. */
  readonly attempt?: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** A mention accepted and not yet stored as a turn. */
export interface JournalEntry {
  readonly mention: Mention;
  /** The posts that stand for it, in order. */
  readonly posts: readonly PostRef[];
  /** The model's text that was about to be shown last; absent where there was none. */
  readonly seen?: string;
}

/** Mentions accepted and not yet stored. What it holds at start is what a crash interrupted. */
export interface Journal {
  /** Whether `accept` would say false. @throws StorageUnavailable, StorageCorrupt */
  isKnown(mention: Mention): Promise<boolean>;
  /**
   * Makes the mention durable, with the posts that stand for it already; false when this attempt at it was accepted
   * before, also when its turn is long stored.
   * @throws StorageUnavailable, StorageCorrupt
   */
  accept(mention: Mention, posts?: readonly PostRef[]): Promise<boolean>;
  /**
   * When the first mention of a conversation was received that was accepted in the last days, in epoch milliseconds, also
   * where nothing of its answer is remembered. @throws StorageUnavailable, StorageCorrupt
   */
  since(id: ConversationId): Promise<number | undefined>;
  /** The last attempt at it that was accepted; 0 where none is known. @throws StorageUnavailable, StorageCorrupt */
  attempts(id: MentionId): Promise<number>;
  /** When that attempt was received, in epoch milliseconds. @throws StorageUnavailable, StorageCorrupt */
  receivedAt(id: MentionId): Promise<number | undefined>;
  /**
   * Puts the mention in the place of the one of the same id that is open, and resolves with its entry; undefined, and
   * nothing is changed, where none is open. What was seen of an answer to the former is dropped.
   * @throws StorageUnavailable, StorageCorrupt
   */
  amend(mention: Mention): Promise<JournalEntry | undefined>;
  /** Remembers the posts that stand for an open entry; does nothing for any other. @throws StorageUnavailable, StorageCorrupt */
  posted(id: MentionId, posts: readonly PostRef[]): Promise<void>;
  /**
   * Remembers the model's text that is about to be shown for an open entry, for when no more of it comes. Survives the end of
   * the process; a power cut may take the last one back. @throws StorageUnavailable
   */
  seen(id: MentionId, text: string): Promise<void>;
  /** Closes the entry; its id stays known against redelivery. @throws StorageUnavailable, StorageCorrupt */
  close(id: MentionId): Promise<void>;
  /** The open entries, oldest first. @throws StorageUnavailable */
  open(): Promise<readonly JournalEntry[]>;
}

/** Every command that is typed, by name; `commands/list.ts` says what each takes. */
export const COMMAND_NAMES = [
  'ask',
  'think',
  'search',
  'model',
  'persona',
  'settings',
  'stop',
  'retry',
  'forget',
  'export',
  'usage',
  'help',
  'about',
] as const;

/** What can be done with one answer, by name, in the order in which it is offered; `commands/list.ts` says what each is. */
export const ACTION_NAMES = ['stop', 'retry', 'continue', 'sources', 'thoughts', 'good', 'bad'] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** The value of a command that names the answer it is about. */
export const TURN = 'turn';

export type CommandName = (typeof COMMAND_NAMES)[number] | ActionName;

/** The same in each language the bot speaks; 100 characters at most. */
export type Words = Readonly<Record<Language, string>>;

/** What is offered while a word is typed. */
export type Suggested = 'thinking' | 'search' | 'model' | 'persona';

/** What an option takes. A `word` is any text, with suggestions while it is typed. */
type OptionKind =
  | { readonly kind: 'text'; readonly maxChars: number }
  | { readonly kind: 'word'; readonly suggests: Suggested }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'switch' }
  | { readonly kind: 'file' };

export type CommandOption = OptionKind & {
  readonly name: string;
  readonly description: Words;
  /** Whether the command makes no sense without it; such options come first. */
  readonly isRequired?: true;
};

export interface CommandSpec {
  readonly name: CommandName;
  readonly description: Words;
  /** What is typed after the command's name goes to the first. */
  readonly options: readonly CommandOption[];
}

/** What a person filled into a command, by option; a switch that is on says `true`. Files travel with their question. */
export type CommandValues = Readonly<Partial<Record<string, string>>>;

/** A slash command, a choice from a menu or a pressed button. */
export interface Command extends Whereabouts {
  readonly name: CommandName;
  /** As it came; checked by `steering/`. */
  readonly values: CommandValues;
  /** Absent in a channel where each question opens a conversation of its own. */
  readonly conversation?: ConversationId;
  /** What a question is called that comes of it, and where that is answered; only of what was pressed under an answer. */
  readonly next?: Pick<Mention, 'id' | 'replyTo'>;
  /** The bot is not allowed to read there what neither names it nor replies to it. */
  readonly hearsOnlyMentions?: true;
}
