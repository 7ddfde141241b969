/** What the model is told and asked: the system instruction and the user's Content. */
import type { Content, FunctionDeclaration, Part } from '../core/content.ts';
import type { Settings, ThinkingDepth, Turn } from '../core/conversation.ts';
import type { Mention, Place } from '../core/inbound.ts';
import type { FunctionCalling, JsonMode, MapsBias, ModelRequest } from '../core/model.ts';
import type { Notices } from '../notices/notices.ts';
import type { Steered } from '../steering/steering.ts';
import { oneLine } from '../place/speakers.ts';
import type { Told, Untold } from '../place/places.ts';
import type { Files } from './attachments.ts';
import type { Plan } from './plan.ts';

/** What every request asks for, whatever the question; from the configuration. */
export type StandingRequest = Pick<
  ModelRequest,
  | 'includeThoughts'
  | 'urlContext'
  | 'safety'
  | 'sampling'
  | 'maxOutputTokens'
  | 'mediaResolution'
  | 'images'
  | 'cachedContent'
  | 'delivery'
> & {
  /** Where Google Maps looks first, when it is used. */
  readonly maps: MapsBias;
  /** What an answer in JSON has to look like, when one is asked for. */
  readonly json: JsonMode;
  /** Whether and which functions are called, where some are offered. */
  readonly functionCalling?: { readonly mode: 'AUTO' | 'ANY' | 'VALIDATED'; readonly allowed?: readonly string[] };
};

/** What is wanted of one answer. */
export interface Wanted {
  /** Whether the model draws: such models take no tool but Google Search. */
  readonly draws: boolean;
  readonly chosen: Pick<Settings, 'thinking' | 'search' | 'maps' | 'code'>;
  readonly json: boolean;
  readonly standing: StandingRequest;
  readonly functions: readonly FunctionDeclaration[];
}

/**
 * What is asked of the model beside its question. Functions are left out where the service's own tools or JSON are asked
 * for: most models refuse both in one request.
 */
export function requestOf({ draws, chosen, json, standing, functions }: Wanted) {
  const { maps, urlContext = false, json: shape, functionCalling, ...always } = standing;
  const tools = {
    googleSearch: chosen.search !== 'off',
    ...(chosen.maps === 'on' && !draws ? { googleMaps: maps } : {}),
    ...(chosen.code === 'on' && !draws ? { codeExecution: true } : {}),
    ...(urlContext && !draws ? { urlContext } : {}),
  };
  const isPlain = Object.values(tools).every((tool) => tool === false) && !json && !draws;
  return {
    ...always,
    ...tools,
    thinking: chosen.thinking,
    ...(json ? { json: shape } : {}),
    ...(isPlain && functions.length > 0 ? { functions, ...callingOf(functionCalling) } : {}),
  };
}

function callingOf(standing: StandingRequest['functionCalling']): { readonly functionCalling?: FunctionCalling } {
  if (standing === undefined) return {};
  const { mode, allowed } = standing;
  return { functionCalling: { mode, ...(allowed === undefined ? {} : { allowedFunctionNames: allowed }) } };
}

/** What stands in a question beside its words; by default nothing, and the author's own name. */
type BesideWords = Partial<Pick<Files, 'parts' | 'faults'> & Pick<Told, 'said' | 'speaker'>>;

/** The user's Content: the files, what was said before, then the words. */
export function userContent(mention: Mention, text: string, beside: BesideWords = {}): Content {
  const { parts = [], said = [] } = beside;
  return {
    role: 'user',
    parts: [...parts, ...said.map(({ text: told }) => ({ text: told })), ...wordsOf(mention, text, beside)],
  };
}

/**
 * The question and what its message shows, in no part or one. Where several people may speak, each message begins with its
 * author's name.
 */
function wordsOf({ place, shows = '', author }: Mention, text: string, beside: BesideWords): readonly Part[] {
  const { faults = [], speaker = oneLine(author.name) } = beside;
  const unread = faults.map(({ name }) => `[A file was attached that you cannot read: ${oneLine(name)}]`);
  const asked = [...unread, text, shows].filter((line) => line !== '').join('\n');
  const words = (place.kind === 'direct' ? '' : `${speaker}: `) + asked;
  return words === '' ? [] : [{ text: words }];
}

/** What a message is answered with that holds neither a question nor a file that can be read, and replies to nothing. */
export function whyUnasked({ isAsked, files }: Pick<Plan, 'isAsked' | 'files'>, notices: Notices): string | undefined {
  if (isAsked) return undefined;
  return files.faults.length === 0 ? notices.nothingAsked : notices.ofFiles(files.faults);
}

/** Persona, date and place. `today` is a calendar date, so that the instruction stays the same for a day. */
export function systemInstruction(persona: string, place: Place, now: Date): string {
  const today = now.toISOString().slice(0, 10);
  const where =
    place.kind === 'direct'
      ? 'You are talking with one person.'
      : "Several people may write. Each of their messages begins with its author's name and a colon; yours must not.";
  return `${persona.trim()}\n\nToday is ${today} (UTC). ${where}`;
}

/** What is said beside the answer. `depthOf` says what a wanted depth comes to. */
export interface Beside {
  readonly steered: Pick<Steered, 'notices' | 'wantedDepth'>;
  readonly files: Files;
  /** Why it is not known what was said before. */
  readonly untold?: Untold | undefined;
  /** How many messages, this one among them, the model was given of a longer conversation. */
  readonly lastMessages?: number | undefined;
  readonly depthOf: (wanted: ThinkingDepth) => ThinkingDepth;
}

/** Flags that were not understood, a depth that the model does not have, and what of all that was said it was not given. */
export function besideAnswer(beside: Beside, notices: Notices): string | undefined {
  const { steered, files, untold, lastMessages, depthOf } = beside;
  const { wantedDepth: wanted } = steered;
  const depth = wanted === undefined ? undefined : notices.ofDepth(wanted, depthOf(wanted));
  const unread = files.faults.length === 0 ? undefined : notices.ofFiles(files.faults);
  const before = untold === undefined ? undefined : notices.untold[untold];
  const last = lastMessages === undefined ? undefined : notices.onlyLast(lastMessages);
  return (
    [...steered.notices, depth, unread, before, last].filter((sentence) => sentence !== undefined).join(' ') ||
    undefined
  );
}

/** The question of a turn as the model read it, with the words that the mention has now. */
export function questionAgain(mention: Mention, text: string, { origin, contents, speakers }: Turn): Content {
  const [question] = contents;
  if (origin === undefined || origin.text === mention.text) return question;
  const speaker = speakers?.[mention.author.id];
  const words = wordsOf(mention, text, speaker === undefined ? {} : { speaker });
  const hadWords = question.parts.at(-1)?.text !== undefined;
  return { ...question, parts: [...question.parts.slice(0, hadWords ? -1 : undefined), ...words] };
}
