/** Every interface one room offers another, each with its promises and its errors. */
import type { FunctionCall, FunctionDeclaration, FunctionResponse, JsonObject } from './content.ts';
import type {
  ConversationId,
  ConversationSummary,
  Platform,
  Rating,
  Settings,
  Turn,
  Vote,
  Whereabouts,
} from './conversation.ts';
import type { Refusal } from './errors.ts';
import type { Downloaded } from './files.ts';
import type {
  Attachment,
  Author,
  Before,
  Command,
  Mention,
  MentionId,
  Place,
  Recent,
  ReplyAddress,
  Suggested,
} from './inbound.ts';
import type { CommandReply, DraftView, PostRef, Reply } from './reply.ts';

/** One platform's connection. Owns transport and nothing else. */
export interface Adapter {
  readonly platform: Platform;
  /** Whether messages can arrive now: from the end of `start` to `stop`, but for the time in which a connection is made anew. */
  readonly isConnected: boolean;
  /**
   * Connects and delivers to `inbox`; resolves when messages can arrive.
   * @throws ConfigError when the token or the requested abilities are refused.
   * @throws PlatformUnavailable when the platform cannot be reached.
   */
  start(inbox: Inbox): Promise<void>;
  /** No new mentions after this resolves; surfaces already made keep working. Waits for nothing else. */
  stop(): Promise<void>;
  /**
   * Where one reply is shown. Needs only REST, so it works in a process that never connected.
   * @param standing Posts an earlier attempt left for the same mention, in order; they are filled before new ones are made.
   */
  surface(to: ReplyAddress, standing: readonly PostRef[]): ReplySurface;
  /**
   * Whether the bot is still in this workspace; undefined where that cannot be known now. No means that the platform says so,
   * and never that it is away.
   */
  isIn(workspace: string): Promise<boolean | undefined>;
  /** The bytes of a file that came with a message. Works whenever `surface` does; rejects only with the reason of `signal`. */
  download(file: Attachment, maxBytes: number, signal: AbortSignal): Promise<Downloaded>;
  /**
   * What was said before a message: the newest `limit` of what stands in its place, or of its chain of replies; the message
   * that it replies to is always among them where it can be read. Never rejects.
   * @param limit From 1 to 100.
   */
  recent(before: Before, limit: number): Promise<Recent>;
}

/** Where adapters deliver. The engine is one; a queue is another. */
export interface Inbox {
  /**
   * Resolves once the mention is durable or refused, not once it is answered. Delivering one twice answers it once; false
   * when nothing comes of it: it had been accepted before, or is refused in silence.
   */
  mention(mention: Mention): Promise<boolean>;
  /**
   * The person changed their message, which is now as this says. The last question of its conversation is answered anew in
   * the place of its answer, if it is young enough; one that is being answered stops and starts anew. Resolves once that is
   * durable; anything else changes nothing.
   */
  edited(mention: Mention): Promise<void>;
  /**
   * The message is gone. What is being answered stops, and a turn that answers it is forgotten.
   * @param conversations Those that it may belong to.
   */
  deleted(id: MentionId, conversations: readonly ConversationId[]): Promise<void>;
  command(command: Command): Promise<CommandReply>;
  /**
   * Whether the bot takes part in this conversation, so that no further mention is needed there.
   * @param at Whether it did then, in epoch milliseconds; now where absent.
   */
  follows(id: ConversationId, at?: number): Promise<boolean>;
  /** What holds there for a message without flags. @throws StorageUnavailable, StorageCorrupt */
  settingsAt(where: Whereabouts): Promise<Settings>;
  /** What fits what was typed so far, best first; at most 25, each of 1 to 100 characters. */
  complete(what: Suggested, typed: string): Promise<readonly string[]>;
  /** The bot was taken out of a workspace: all that is kept of it is dropped. @throws StorageUnavailable */
  removed(platform: Platform, workspace: string): Promise<void>;
}

/** What a write is for: nobody has seen text yet; the text grew; the reply is finished; marks go into text that stands. */
export type Urgency = 'first' | 'text' | 'burst' | 'ending' | 'marks';

/** Where one reply is shown. Calls never overlap: each is awaited before the next. */
export interface ReplySurface {
  /**
   * Shows that work goes on although no text stands yet; renewed by the surface until text is shown. May fail without harm.
   * @param view What goes on, where it is known; its texts are empty.
   */
  begin(view?: DraftView): Promise<void>;
  /** Resolves when one write is permitted; make the view after it, so that it holds the newest text. Rejects only on abort. */
  leave(urgency: Urgency, signal: AbortSignal): Promise<void>;
  /**
   * Shows the whole view so far and resolves with the posts that stand, in order. May fail without harm: the next view is complete.
   * @throws PlatformUnavailable, PlatformRejected
   */
  show(view: DraftView): Promise<readonly PostRef[]>;
  /**
   * Replaces what was shown with the finished reply. Takes its own leave and retries; its failure counts. May be called
   * again with the same text and more to say of it, which then replaces what the first call showed.
   * @throws PlatformUnavailable, PlatformRejected when the reply could not be made to stand.
   */
  finish(reply: Reply): Promise<readonly PostRef[]>;
  /**
   * Puts a sentence of the bot's own after what stands, which stays as it is; ends what `begin` began.
   * @throws PlatformUnavailable, PlatformRejected
   */
  note(notice: string): Promise<void>;
  /**
   * Says a sentence to the asker alone; false where that cannot be done, or where nobody else reads along anyway.
   * @throws PlatformUnavailable
   */
  whisper(notice: string): Promise<boolean>;
  /**
   * Takes away every post that stands.
   * @throws PlatformUnavailable, PlatformRejected
   */
  retract(): Promise<void>;
  /** Ends what `begin` began and leaves everything else as it stands, for another process to go on with. */
  abandon(): void;
}

/** Where a tool is called from. */
export interface ToolContext {
  readonly conversation: ConversationId;
  readonly author: Author;
  readonly place: Place;
}

/** A function the model may call. */
export interface Tool {
  readonly declaration: FunctionDeclaration;
  /** Milliseconds after which the call counts as failed. */
  readonly timeoutMs: number;
  /**
   * Does it. The arguments fit the declaration's schema.
   * @throws ToolFailed with a sentence for the model.
   */
  run(args: JsonObject, where: ToolContext, signal: AbortSignal): Promise<JsonObject>;
}

/** Every tool there is. */
export interface Toolbox {
  readonly declarations: readonly FunctionDeclaration[];
  /**
   * Runs all calls of one answer side by side and resolves with as many responses, in their order. A call that fails,
   * names no tool or has wrong arguments is answered with what was wrong. Rejects only with the reason of `signal`.
   */
  answer(calls: readonly FunctionCall[], where: ToolContext, signal: AbortSignal): Promise<readonly FunctionResponse[]>;
}

/** One turn at a time per conversation. */
export interface Lanes {
  /**
   * Runs `work` after everything that was given earlier for `id`, and resolves when it has run; resolves at once with
   * a `busy` refusal, without running it, when `maxWaiting` wait already. `work`'s rejection is passed on.
   */
  run(
    id: ConversationId,
    work: (signal: AbortSignal) => Promise<void>,
    /** `mention` is what the work answers, where it answers one. */
    how: { readonly maxWaiting: number; readonly mention?: Mention },
  ): Promise<Refusal | undefined>;
  /** What is being answered there now; undefined when nothing is. */
  running(id: ConversationId): Promise<Mention | undefined>;
  /**
   * Aborts the signal of what runs now; false when nothing does. What waits is not touched.
   * @param by The name of whoever stops it, for the ending.
   * @param only Stops nothing but the answer to this mention.
   */
  cancel(id: ConversationId, by?: string, only?: MentionId): Promise<boolean>;
}

/** Who may ask. */
export interface Guard {
  /** The reason this mention is not answered, or nothing. */
  check(mention: Mention): Promise<Refusal | undefined>;
}

/** A conversation's remembered turns. Safe only within the conversation's lane: read-then-write is not atomic. */
export interface TurnStore {
  /**
   * The turns kept, oldest first; empty only when there are none.
   * @throws StorageUnavailable, StorageCorrupt
   */
  turns(id: ConversationId): Promise<readonly Turn[]>;
  /**
   * Adds one at the end, replacing a turn of the same id; the oldest are dropped beyond the store's limit.
   * @throws StorageUnavailable, StorageCorrupt
   */
  append(id: ConversationId, turn: Turn): Promise<void>;
  /**
   * Keeps what a person thinks of an answer, also outside the conversation's lane. Resolves with what they thought before,
   * `none` where nothing; undefined when the turn is gone.
   * @throws StorageUnavailable, StorageCorrupt
   */
  rate(id: ConversationId, turn: MentionId, vote: Vote): Promise<Rating | 'none' | undefined>;
  /**
   * Drops the turns of a conversation, or those that answer one person, and resolves with how many there were. Of one
   * person, what the other turns hold is dropped too: words, files and name that they quote, and ratings.
   * @throws StorageUnavailable, StorageCorrupt
   */
  forget(id: ConversationId, person?: Pick<Author, 'id' | 'name'>): Promise<number>;
  /**
   * Drops one turn and resolves with it, without its media; undefined where there is none of this id.
   * @throws StorageUnavailable, StorageCorrupt
   */
  drop(id: ConversationId, turn: MentionId): Promise<Turn | undefined>;
  /**
   * When the last of a conversation's turns was dropped by wish, in epoch milliseconds: what was said there until then is
   * not to be read again. Undefined where that never happened. @throws StorageUnavailable, StorageCorrupt
   */
  forgottenAt(id: ConversationId): Promise<number | undefined>;
  /** Every conversation of a workspace, newest first. Walks the whole store: for the local page, not for a hot path. */
  conversations(platform: Platform, workspace: string): Promise<readonly ConversationSummary[]>;
}

/** What a log line may carry: ids, names of things, numbers. Never a token, a key or message text. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One JSON line per event; the event is a dotted name such as `turn.done`. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** `cause` is logged as its class, code and stack, without request bodies. */
  error(event: string, cause: unknown, fields?: LogFields): void;
}
