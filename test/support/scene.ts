/** A stage where people write to each other too: what they do there beside talking to the bot, and what its platform refuses. */
import type { GivenFile, Stage, Talk } from './stage.ts';

/** A conversation whose messages are changed. */
export interface ChangingTalk extends Talk {
  /** Whoever wrote the nth message of people in it writes it otherwise; the first one is the question that began it. */
  edits(nth: number, text: string): void;
  deletes(nth: number): void;
}

/** A fault of the platform that lasts until it is mended. */
export interface Spoilt {
  mend(): void;
}

/** A file that somebody sends, and what becomes of fetching it. */
export interface SceneFile extends GivenFile {
  /** Looked up whenever it is fetched, more than once maybe; it comes whole unless said. */
  readonly fetched?: () => 'whole' | 'lost' | 'stuck';
}

export interface Scene extends Stage {
  open(question: string, as?: string, files?: readonly SceneFile[]): Promise<ChangingTalk>;
  /** Somebody asks the bot alone. */
  direct(question: string, as?: string, files?: readonly SceneFile[]): Promise<Talk>;
  /** People talk in a thread, each in a line, before one of them asks the bot there. People of one name differ by `#` and a number. */
  joins(lines: readonly (readonly [who: string, what: string])[], question: string, as?: string): Promise<ChangingTalk>;
  /** Somebody asks in a thread of people, with a mention. */
  mentionsIn(talk: Talk, question: string, as?: string): void;
  /** The channel itself, where commands are given and questions asked. */
  channel(): Talk;
  /** Somebody asks in the channel, wherever that is answered. */
  asksThere(question: string, as?: string): void;
  /** From now on somebody manages the workspace. */
  promotes(who: string): void;
  /** The platform fails, or refuses for good, where the bot posts and edits. */
  spoils(how: 'away' | 'forbidden'): Spoilt;
  /** What stands is no longer edited. */
  closesPosts(): Spoilt;
}

/** The same stage, where people write to each other. */
export function sceneOf(stage: Stage): Scene {
  if (!isScene(stage)) throw new Error('there is nobody else here');
  return stage;
}

function isScene(stage: Stage): stage is Scene {
  return 'joins' in stage;
}

/** Whose name it is: what stands behind `#` tells people of one name apart. */
export function nameOf(who: string): string {
  return who.replace(/#\d+$/u, '');
}
