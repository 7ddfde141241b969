/** What the model is told and asked: the system instruction and the user's Content. */
import type { Content, FunctionDeclaration } from '../core/content.ts';
import type { Settings, ThinkingDepth } from '../core/conversation.ts';
import type { Mention, Place } from '../core/inbound.ts';
import type { FunctionCalling, JsonMode, MapsBias, ModelRequest } from '../core/model.ts';
import type { Notices } from '../notices/notices.ts';
import type { Steered } from '../steering/steering.ts';
import type { Files } from './attachments.ts';

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

/**
 * The user's Content: the files, then the question. Where several people may speak, each message begins with its author's
 * name.
 */
export function userContent(mention: Mention, text: string, { parts, faults }: Files = NO_FILES): Content {
  const unread = faults.map(({ name }) => `[A file was attached that you cannot read: ${oneLine(name)}]`);
  const said = [...unread, text].filter((line) => line !== '').join('\n');
  const name = mention.place.kind === 'direct' ? '' : `${oneLine(mention.author.name)}: `;
  const words = name + said;
  return { role: 'user', parts: words === '' ? parts : [...parts, { text: words }] };
}

const NO_FILES: Files = { parts: [], faults: [], files: [] };

/** What a message is answered with that holds neither a question nor a file that can be read. */
export function whyUnasked(
  { text }: Pick<Steered, 'text'>,
  { parts, faults }: Files,
  notices: Notices,
): string | undefined {
  if (text !== '' || parts.length > 0) return undefined;
  return faults.length === 0 ? notices.nothingAsked : notices.ofFiles(faults);
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

/** Names come from outside: no line break may let one pretend to be another message. */
function oneLine(name: string): string {
  return name.replace(/\s+/gu, ' ').trim().slice(0, 80);
}

/** What is said beside the answer. `depthOf` says what a wanted depth comes to. */
export interface Beside {
  readonly steered: Pick<Steered, 'notices' | 'wantedDepth'>;
  readonly files: Files;
  readonly depthOf: (wanted: ThinkingDepth) => ThinkingDepth;
}

/** Flags that were not understood, a depth that the model does not have, files that were not read. */
export function besideAnswer({ steered, files, depthOf }: Beside, notices: Notices): string | undefined {
  const { wantedDepth: wanted } = steered;
  const depth = wanted === undefined ? undefined : notices.ofDepth(wanted, depthOf(wanted));
  const unread = files.faults.length === 0 ? undefined : notices.ofFiles(files.faults);
  return [...steered.notices, depth, unread].filter((sentence) => sentence !== undefined).join(' ') || undefined;
}
