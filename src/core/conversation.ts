/** What shares memory and what is remembered: ConversationId, Turn, Settings and their scopes. */
import type { CitationSource, Content, GroundingMetadata, InlineData, Part, UsageMetadata } from './content.ts';
import type { Ending } from './errors.ts';
import type { Author, Mention, MentionId, Place } from './inbound.ts';
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

/** How much the model may think before it answers, in words; `auto` leaves it to the model. */
export const THINKING_DEPTHS = ['auto', 'off', 'minimal', 'low', 'medium', 'high'] as const;
/** A word, or a budget of tokens: a whole number from 0 to `MAX_BUDGET_TOKENS`. */
export type ThinkingDepth = (typeof THINKING_DEPTHS)[number] | number;
/** More than any model takes; each model's own range limits it further. */
export const MAX_BUDGET_TOKENS = 100_000;

/** Whether the model is given Google Search: never, always and asked to use it, or to use when it sees fit. */
export const SEARCH_MODES = ['off', 'on', 'auto'] as const;

/** Whether something is given: Google Maps, Python of the model's own, the line under each answer. */
export const TOOL_MODES = ['off', 'on'] as const;

/** The languages in which the bot speaks of itself, as BCP 47 writes them. */
const LANGUAGES = ['en', 'pl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** `auto`: the language of whoever reads. */
const LANGUAGE_CHOICES = ['auto', ...LANGUAGES] as const;
export type LanguageChoice = (typeof LANGUAGE_CHOICES)[number];

/** Settings that are one of a list of words, with their words. */
export const SETTING_WORDS = {
  search: SEARCH_MODES,
  maps: TOOL_MODES,
  code: TOOL_MODES,
  /** Of the bot's own sentences; `auto` is the language of the person, where the platform says. */
  language: LANGUAGE_CHOICES,
  /** `headline`: what the model is thinking about, until text stands. `full`: also kept with the turn. */
  thoughts: ['off', 'headline', 'full'],
  /** Where a question in a channel is answered: in a thread on it, or there; and whether Discord shows text displays. */
  replyStyle: ['thread', 'in-place'],
  messageStyle: ['plain', 'display'],
  /** Whether a thread that the bot answers in needs no further mention. */
  freeTalk: ['on', 'mention-only'],
  /** A line under each answer: model, tokens, seconds, cost. */
  footer: TOOL_MODES,
} as const;

/** Who the model is: a file of `config/personas` by name, or somebody's own text. */
export type Persona = { readonly name: string } | { readonly text: string };
/** Characters of an own text, at most. */
export const MAX_PERSONA_CHARS = 4000;

type WordSettings = { readonly [K in keyof typeof SETTING_WORDS]: (typeof SETTING_WORDS)[K][number] };

/** What holds for one answer. */
export interface Settings extends WordSettings {
  /** An id of `config/models.yaml`, or any other id that the service offers. */
  readonly model: string;
  readonly thinking: ThinkingDepth;
  readonly persona: Persona;
}

/** What one scope says; a key that is absent is left to the next wider scope. */
export type SettingsOverride = Partial<Settings>;

/** What is to be set in one scope; null takes a choice back. */
export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | null };

/** Where a setting holds, the narrowest first. */
export const SCOPES = ['person', 'conversation', 'channel', 'workspace'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whom a setting or an account belongs to: one person, conversation, channel or workspace. */
export type ScopeId = ConversationId | (string & { readonly ScopeId: never });

/** Who says something, and where. The conversation is absent where each question opens one of its own. */
export interface Whereabouts {
  readonly conversation?: ConversationId;
  readonly author: Author;
  readonly place: Place;
}

/** Whom this scope is there; undefined for the conversation where there is none. A person is one in each workspace. */
export function scopeIdOf(scope: Scope, { conversation, author, place }: Whereabouts): ScopeId | undefined {
  const path = (...ids: readonly string[]) => `${scope}:${place.platform}:${ids.map(encodeURIComponent).join('/')}`;
  const id = {
    person: path(place.workspace, author.id),
    // As it stands: that is how conversations were named before there were other scopes.
    conversation,
    channel: path(place.workspace, place.channel),
    workspace: path(place.workspace),
  }[scope];
  // The cast is what makes the brand: nothing else makes these.
  return id as ScopeId | undefined;
}

/** What people, conversations, channels and workspaces chose for themselves. */
export interface SettingsStore {
  /** @throws StorageUnavailable, StorageCorrupt */
  get(id: ScopeId): Promise<SettingsOverride>;
  /** Merges `change` into what was chosen there; null takes a choice back. @throws StorageUnavailable, StorageCorrupt */
  set(id: ScopeId, change: SettingsChange): Promise<void>;
  /** Takes back every choice. @throws StorageUnavailable */
  forget(id: ScopeId): Promise<void>;
}

/** A file that came with a question. */
export interface TurnFile {
  readonly name: string;
  /** Which part of the question's Content holds its bytes; absent where none does. */
  readonly part?: number;
  /** The id of who sent it, where that is not who asks. */
  readonly by?: string;
}

/** A part of a question that tells what was said before it, or shows what was sent. */
export interface ToldPart {
  /** Which part of the question's Content. */
  readonly part: number;
  /** The id of who said it; absent for the bot itself, and for the words around it. */
  readonly by?: string;
}

/** What a person thinks of an answer. */
export type Rating = 'good' | 'bad';

/** What somebody thinks of an answer. */
export interface Vote {
  /** The person's id. */
  readonly by: string;
  readonly rating: Rating;
}

/** One mention and all that answered it, stored as one. */
export interface Turn extends Sourced {
  readonly id: MentionId;
  readonly author: Author;
  /** What the person wrote, without the bot's name and without flags; for people to read. */
  readonly text: string;
  /** The files that came with it, whether the model could be given them or not. Absent where none came. */
  readonly files?: readonly TurnFile[];
  /** What of the question's Content was said by others before it. Absent where nothing was. */
  readonly told?: readonly ToldPart[];
  /** By id, whom the question names and how: two of the same name are told apart. Absent where one person talks with the bot. */
  readonly speakers?: Readonly<Record<string, string>>;
  /** How many messages, the question among them, the model was given of a longer conversation. */
  readonly lastMessages?: number;
  /** What the first request of the turn held by our estimate, and by the service's count. */
  readonly measured?: { readonly estimatedTokens: number; readonly countedTokens: number };
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
  /** What is needed to answer it again; absent in turns of versions that could not. */
  readonly origin?: Pick<Mention, 'text' | 'flags' | 'place' | 'replyTo'>;
  /** Which answer to the question this is, from 2; absent: the first. */
  readonly attempt?: number;
  /** What the model thought, where the person wants it kept. */
  readonly thoughts?: string;
  /** The line of small print under the answer, where it is wanted. */
  readonly footer?: string;
  /** What people think of it, by their ids. */
  readonly ratings?: Readonly<Record<string, Rating>>;
  /** Epoch milliseconds: when the mention was received, and when the answer ended. */
  readonly receivedAt: number;
  readonly endedAt: number;
}

/** A conversation as a list shows it. */
export interface ConversationSummary {
  readonly id: ConversationId;
  /** What the first remembered question said. */
  readonly title: string;
  /** Epoch milliseconds of the last turn's end. */
  readonly lastAt: number;
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
