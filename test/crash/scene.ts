/** One platform that outlives the bot: where questions are asked, what their readers see, and what only that platform can get wrong. */
import type { ConversationId } from '../../src/core/conversation.ts';

/** What the answer to a question takes, and where it is asked. */
export type Kind = 'opens' | 'follows' | 'direct' | 'long' | 'tool';

/** A question, and what became of it. */
export interface Asked {
  readonly mention: string;
  readonly conversation: ConversationId;
  /** Whether the platform was told that it arrived, or will send it again. */
  readonly isOwed: boolean;
  /** The posts that stand for it, in their order. */
  posts(): Promise<readonly string[]>;
  /** What is wrong beside its words. */
  faults(): readonly string[];
}

export interface Scene {
  readonly kinds: readonly [Kind, ...Kind[]];
  /** Milliseconds between two chunks of an answer, in which it is seen to grow. */
  readonly paceMs: number;
  /** What the bot's process is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the bot logs when it has taken up all that came while it was away. */
  readonly caughtUp: RegExp;
  /** The bot is about to be started again. */
  restarts(): Promise<void>;
  /** The bot runs, where its HTTP server listens. */
  started(port: number): Promise<void>;
  ask(kind: Kind, question: string): Promise<Asked>;
  stop(): Promise<void>;
}
