/** What shares memory and what is remembered: ConversationId, Turn, Settings. */
import type { CitationSource, Content, GroundingMetadata, InlineData, Part, UsageMetadata } from './content.ts';
import type { Ending } from './errors.ts';
import type { Author, MentionId } from './inbound.ts';
import type { PostRef, Sourced } from './reply.ts';

export type Platform = 'discord' | 'slack' | 'playground';

/** Who shares memory, as `platform:workspace/channel/thread`; the last part is absent where there is no thread. */
export type ConversationId = string & { readonly ConversationId: never };

/** The parts of a ConversationId. None may be empty or hold a slash; only the first may not hold a colon. */
export interface ConversationParts {
  readonly platform: Platform;
  readonly workspace: string;
  readonly channel: string;
  readonly thread?: string;
}

/** Joins the parts; each is percent-encoded, so that ids of any platform come apart again. */
export function conversationIdOf(parts: ConversationParts): ConversationId {
  const path = [parts.workspace, parts.channel, ...(parts.thread === undefined ? [] : [parts.thread])];
  // The cast is what makes the brand; every other ConversationId comes out of storage, where this one went in.
  return `${parts.platform}:${path.map(encodeURIComponent).join('/')}` as ConversationId;
}

/** How much the model may think before it answers; `auto` leaves it to the model. */
export const THINKING_DEPTHS = ['auto', 'off', 'minimal', 'low', 'medium', 'high'] as const;
export type ThinkingDepth = (typeof THINKING_DEPTHS)[number];

/** Whether the model is given Google Search. */
export const SEARCH_MODES = ['off', 'on'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

/** Whether the model is given Google Maps, or may run Python of its own. */
export const TOOL_MODES = ['off', 'on'] as const;
export type ToolMode = (typeof TOOL_MODES)[number];

/** The languages in which the bot speaks of itself, as BCP 47 writes them. */
const LANGUAGES = ['en', 'pl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** `auto`: the language of whoever reads. */
export const LANGUAGE_CHOICES = ['auto', ...LANGUAGES] as const;
export type LanguageChoice = (typeof LANGUAGE_CHOICES)[number];

/** What holds for one answer. */
export interface Settings {
  readonly thinking: ThinkingDepth;
  readonly search: SearchMode;
  readonly maps: ToolMode;
  readonly code: ToolMode;
}

/** What one scope says; a key that is absent is left to the next wider scope. */
export type SettingsOverride = Partial<Settings>;

/** A file that came with a question. */
export interface TurnFile {
  readonly name: string;
  /** Which part of the question's Content holds its bytes; absent where none does. */
  readonly part?: number;
}

/** One mention and all that answered it, stored as one. */
export interface Turn extends Sourced {
  readonly id: MentionId;
  readonly author: Author;
  /** What the person wrote, without the bot's name and without flags; for people to read. */
  readonly text: string;
  /** The files that came with it, whether the model could be given them or not. Absent where none came. */
  readonly files?: readonly TurnFile[];
  /** The user's Content first, then the model's, with every tool round between them, as they go back to the model. */
  readonly contents: readonly [Content, ...Content[]];
  readonly ending: Ending;
  /** The bot's own sentence that stands under the answer. Absent when all went well. */
  readonly notice?: string;
  /** The language of that sentence and of the bot's other words around the answer; English when absent. */
  readonly language?: Language;
  /** What the answer rests on, by request: supports count bytes of the text of that request. Absent where nothing came. */
  readonly grounding?: readonly GroundingMetadata[];
  /** Published texts that the answer repeats, apart from its sources. Absent where nothing came. */
  readonly citations?: readonly CitationSource[];
  /** The model asked for. */
  readonly model: string;
  /** The model that answered, when the service says so. */
  readonly modelVersion?: string;
  /** The service's own id of the answer, for its support. */
  readonly responseId?: string;
  /** Of all requests of the turn together. */
  readonly usage: UsageMetadata;
  readonly posts: readonly PostRef[];
  /** Epoch milliseconds: when the mention was received, and when the answer ended. */
  readonly receivedAt: number;
  readonly endedAt: number;
}

/** The answer as a reader sees it: the model's text, and the code it ran with what came of it, as Markdown. */
export function answerTextOf(turn: Turn): string {
  return modelParts(turn).map(markdownOf).join('');
}

/** The pictures of the answer, in order; drafts are thoughts and not among them. */
export function imagesOf(turn: Turn): readonly InlineData[] {
  return modelParts(turn).flatMap((part) => {
    const isShown = part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true;
    return isShown && part.inlineData !== undefined ? [part.inlineData] : [];
  });
}

/** Whether a reader has anything of the answer before their eyes. */
export function isVisible(turn: Turn): boolean {
  return answerTextOf(turn).trim() !== '' || imagesOf(turn).length > 0;
}

/** What a reader sees of one part of the model's; nothing of a thought, a picture or a call. */
export function markdownOf(part: Part): string {
  if (part.thought === true) return '';
  if (part.executableCode !== undefined) {
    const { language, code } = part.executableCode;
    return fenced(code, language.toLowerCase());
  }
  if (part.codeExecutionResult?.output) return fenced(part.codeExecutionResult.output, '');
  return part.text ?? '';
}

function modelParts(turn: Turn): readonly Part[] {
  return turn.contents.filter((content) => content.role === 'model').flatMap((content) => content.parts);
}

/** A code block of its own, in a fence longer than any within. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...Array.from(code.matchAll(/`{3,}/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}${language}\n${code.replace(/\n$/, '')}\n${fence}\n\n`;
}
