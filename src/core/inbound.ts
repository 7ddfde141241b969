/** What people send: Mention and Command as plain data, and the list of commands. */
import { type ConversationId, type Platform, SEARCH_MODES, THINKING_DEPTHS } from './conversation.ts';

/** One message's id, unique over all platforms: `platform:channel/message`. Redelivery brings the same id. */
export type MentionId = string;

export interface Author {
  readonly id: string;
  /** The name others see, as the platform shows it; never an instruction. */
  readonly name: string;
  /** The language this person reads, as BCP 47 writes it; absent where the platform does not say. */
  readonly locale?: string;
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

/** A file that the model is not given. */
export interface FileFault {
  readonly name: string;
  /**
   * `kind`: of a kind the model does not read. `size`: too many bytes. `count`: one more than is taken at once. `download`: it
   * could not be fetched. `page`: a web page came in its place, as where a login is wanted.
   */
  readonly why: 'kind' | 'size' | 'count' | 'download' | 'page';
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
  /** The message whose thread is answered in, where a thread is no channel of its own. */
  readonly thread?: string;
}

/** A message addressed to the bot. JSON only: it can be stored, replayed and answered by another process. */
export interface Mention {
  readonly id: MentionId;
  readonly conversation: ConversationId;
  readonly author: Author;
  readonly place: Place;
  /** The text without the bot's own name; mentions of others decoded to names. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly replyTo: ReplyAddress;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** One option of a command: a choice from a list. */
export interface CommandOption {
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
}

export interface CommandSpec {
  readonly name: string;
  readonly description: string;
  /** At most one for now; it may be left out by the person, who is then told what holds. */
  readonly option?: CommandOption;
}

/** Every command, once, for all platforms: adapters register and draw from this list. */
export const COMMANDS = [
  {
    name: 'think',
    description: 'How deeply the model thinks in this conversation',
    option: { name: 'depth', description: 'Thinking depth; auto leaves it to the model', choices: THINKING_DEPTHS },
  },
  {
    name: 'search',
    description: 'Whether answers in this conversation use Google Search',
    option: { name: 'mode', description: 'Google Search on or off', choices: SEARCH_MODES },
  },
  { name: 'stop', description: 'Stop the answer that is being written in this conversation' },
] as const satisfies readonly CommandSpec[];

export type CommandName = (typeof COMMANDS)[number]['name'];

/** A slash command or a pressed button. */
export interface Command {
  readonly name: CommandName;
  /** What the person chose, as it came; checked by `conversation/commands.ts`. */
  readonly value?: string;
  readonly conversation: ConversationId;
  readonly author: Author;
  readonly place: Place;
}

/** The answer to a command: a sentence for the person who gave it. */
export interface CommandReply {
  readonly text: string;
}
