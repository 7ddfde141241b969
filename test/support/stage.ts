/** A stage: one platform with people on it, so that a journey is told once and played on every platform. */
import { expect, vi } from 'vitest';
import type { Harness, HarnessOptions } from './app.ts';

export interface StageOptions extends HarnessOptions {
  /** What the people on it read; American English by default. */
  readonly locale?: string;
}

/** One answer of the bot as a reader has it before their eyes. */
export interface SeenAnswer {
  /** All visible text: the answer, then sources and notices. */
  readonly text: string;
  readonly links: readonly string[];
  /** How many pictures stand with it. */
  readonly pictures: number;
}

/** What a person is told when they give a command. */
export interface SeenReply {
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** A file that somebody sends with a message. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A button that was pressed. */
export interface Pressed {
  /** Resolves with all that the person is told. */
  told(): Promise<string>;
}

/** A conversation with the bot. */
export interface Talk {
  /** Somebody goes on in it, without a mention. */
  say(text: string, as?: string, files?: readonly GivenFile[]): Promise<void>;
  /** Gives a command as it would be typed, such as `/think high`, and resolves with what the bot says to it. */
  command(line: string, as?: string): Promise<SeenReply>;
  /** Gives a command that asks a question, such as `/ask why?`, and waits for nothing; resolves with where it is answered. */
  ask(line: string, as?: string): Promise<Talk>;
  /** Picks what is labelled so from what the last command was answered, and resolves with what is said then. */
  pick(label: string): Promise<SeenReply>;
  /** What a reader sees of the answer that is being made, or of the last one. */
  status(): Promise<string>;
  /** The bot's answers, oldest first. */
  answers(): Promise<readonly SeenAnswer[]>;
  /** What was said last to this person alone, or may have been: where only one person reads, that is the last answer. */
  whispered(as?: string): Promise<string>;
  /** Whether a reader sees that the bot is at work and has no text yet. */
  isWaiting(): Promise<boolean>;
}

/** A conversation whose answers have buttons. */
export interface ButtonTalk extends Talk {
  /** The buttons under the last answer, as they are labelled. */
  buttons(): Promise<readonly string[]>;
  /** Presses one of them; whoever wants to know what is said to it, to this person alone, waits for that. */
  press(label: string, as?: string): Promise<Pressed>;
  /** Writes into the form that the button of this label opens, on what the last command was answered. */
  fill(label: string, text: string): Promise<SeenReply>;
}

/** The same talk, where its stage can press what stands under an answer. */
export function withButtons(talk: Talk): ButtonTalk {
  if (!hasButtons(talk)) throw new Error('nothing can be pressed here');
  return talk;
}

function hasButtons(talk: Talk): talk is ButtonTalk {
  return 'press' in talk;
}

export interface Stage {
  readonly name: string;
  readonly harness: Harness;
  /** Somebody asks as in `open`, and is told something that nobody else sees; resolves with where, and with that. */
  refused(question: string, as?: string): Promise<{ readonly talk: Talk; readonly told: string }>;
  /** Somebody asks in a place where others read too, and a conversation opens. */
  open(question: string, as?: string, files?: readonly GivenFile[]): Promise<Talk>;
  /** Stops the app as SIGTERM does and starts it again on the same store. */
  restart(drainMs?: number): Promise<void>;
  /** Ends everything; fails when anything happened that should not have. */
  stop(): Promise<void>;
}

/** Resolves with the answers once they are as wanted; fails with what was seen last. */
export async function seen(
  talk: Pick<Talk, 'answers'>,
  wanted: (answers: readonly SeenAnswer[]) => boolean,
  timeout = 15_000,
): Promise<readonly SeenAnswer[]> {
  return vi.waitFor(
    async () => {
      const answers = await talk.answers();
      if (!wanted(answers)) throw new Error(`not seen: ${wanted.toString()}, but: ${JSON.stringify(answers, null, 1)}`);
      return answers;
    },
    { timeout, interval: 10 },
  );
}

/** The last answer, once it holds `text`. */
export async function seenText(talk: Pick<Talk, 'answers'>, text: string): Promise<SeenAnswer> {
  const answers = await seen(talk, (all) => all.at(-1)?.text.includes(text) ?? false);
  const last = answers.at(-1);
  if (last === undefined) throw new Error('there is no answer');
  return last;
}

/** Resolves once these buttons stand under the last answer, and no others. */
export async function seenButtons(talk: ButtonTalk, ...wanted: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await talk.buttons()).toEqual(wanted), { timeout: 15_000, interval: 10 });
}

/** The whole visible text of the last answer, once it is exactly `text`. */
export async function seenExactly(talk: Pick<Talk, 'answers'>, text: string): Promise<void> {
  await seen(talk, (all) => all.at(-1)?.text === text);
}
