/** Answers, built by small functions: what the model says, what it calls, how the service refuses. */
import type { Chunk, CitationSource, FunctionCall, JsonObject, Part } from '../../../src/core/content.ts';
import type { GeminiRecording } from '../../support/recordings.ts';
import type { Fault } from './faults.ts';
import { type GroundingScript, groundingOf } from './grounding.ts';
import type { Answer, Delivery, Gate, ModelAnswer, Step, VerbatimAnswer } from './script.ts';

export interface AnswerOptions {
  /** Sent first, one event each, when the request asks for thoughts; their tokens count in any case. */
  readonly thoughts?: readonly string[];
  /** STOP by default; undefined leaves the answer without an end. */
  readonly finishReason?: string | undefined;
  readonly finishMessage?: string;
  readonly citations?: readonly CitationSource[];
  readonly usage?: Chunk['usageMetadata'];
  readonly modelVersion?: string;
  readonly signed?: boolean;
  readonly callIds?: boolean;
  readonly delivery?: Delivery;
}

export interface TextOptions extends AnswerOptions {
  /** How many events, or one a character, or the very pieces. About 24 characters each by default. */
  readonly chunks?: number | 'characters' | readonly string[];
  /** Waited before each event but the first, in milliseconds; a list is used over and over. */
  readonly chunkDelayMs?: number | readonly number[];
  /** Given only when the request has a tool that grounds, as the service does. */
  readonly grounding?: GroundingScript;
}

/** The model writes. */
export function text(answer: string, options: TextOptions = {}): ModelAnswer {
  const events = piecesOf(answer, options.chunks).flatMap((piece, index): Step[] => [
    ...delayBefore(index, options.chunkDelayMs),
    partsEvent([{ text: piece }]),
  ]);
  const metadata = options.grounding && groundingOf(answer, options.grounding);
  return modelAnswer(events, options, metadata ? { groundingMetadata: metadata } : {});
}

/** The model calls functions: in one event each, or as the parts of a single one. */
export function call(
  calls: FunctionCall | readonly FunctionCall[],
  options: AnswerOptions & { together?: boolean } = {},
) {
  const parts = [calls].flat().map((functionCall): Part => ({ functionCall }));
  const events = options.together === true ? [partsEvent(parts)] : parts.map((part) => partsEvent([part]));
  return modelAnswer(events, { finishMessage: 'Model generated function call(s).', ...options }, {});
}

/** The model draws: drafts are marked as thoughts, and the image comes whole, in one event. */
export function image(
  picture: { readonly data: Uint8Array; readonly mimeType?: string; readonly drafts?: readonly Uint8Array[] },
  options: AnswerOptions & { readonly caption?: string } = {},
): ModelAnswer {
  const mimeType = picture.mimeType ?? 'image/png';
  const inline = (data: Uint8Array) => ({ mimeType, data: Buffer.from(data).toString('base64') });
  const drafts = (picture.drafts ?? []).map((data) => partsEvent([{ inlineData: inline(data), thought: true }]));
  const caption = options.caption === undefined ? [] : [partsEvent([{ text: options.caption }])];
  return modelAnswer([...drafts, ...caption, partsEvent([{ inlineData: inline(picture.data) }])], options, {});
}

/** The model's answer, event by event: each list of parts is one event. */
export function parts(events: readonly (readonly Part[])[], options: AnswerOptions = {}): ModelAnswer {
  return modelAnswer(events.map(partsEvent), options, {});
}

/** Steps as they stand, for what the functions above do not say. */
export function steps(script: readonly Step[], options: AnswerOptions = {}): ModelAnswer {
  return modelAnswer(script, { ...options, finishReason: undefined }, {});
}

/** The service refuses, in its own words. */
export function refusal(fault: Fault, delivery: Delivery = {}): Answer {
  return { kind: 'fault', fault, delivery };
}

/** Something answers with this very body: text as it is, anything else as JSON. */
export function failure(
  status: number,
  body: string | JsonObject | readonly JsonObject[],
  options: { readonly headers?: Readonly<Record<string, string>>; readonly delivery?: Delivery } = {},
): VerbatimAnswer {
  const html = typeof body === 'string' && body.trimStart().startsWith('<');
  const type = html ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8';
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    kind: 'verbatim',
    status,
    headers: { 'content-type': type, ...options.headers },
    steps: [{ kind: 'bytes', bytes }],
    delivery: options.delivery ?? {},
  };
}

/** A recorded answer, byte for byte, with its status and content type. */
export function replayed(recording: GeminiRecording, delivery: Delivery = {}): VerbatimAnswer {
  return {
    kind: 'verbatim',
    status: recording.httpStatus,
    headers: { 'content-type': contentTypeOf(recording) },
    steps: [{ kind: 'bytes', bytes: recording.body }],
    delivery,
  };
}

/** Some recorders did not keep it. */
function contentTypeOf({ contentType, body }: GeminiRecording): string {
  return contentType ?? (body.subarray(0, 5).toString() === 'data:' ? 'text/event-stream' : 'application/json');
}

/** The same answer several times: fail so often, then succeed. */
export function times(count: number, answer: Answer): readonly Answer[] {
  return Array.from({ length: count }, () => answer);
}

/** The connection is reset before any answer. */
export function dropped(): VerbatimAnswer {
  return { kind: 'verbatim', status: 200, headers: {}, steps: [{ kind: 'reset' }], delivery: {} };
}

/** The same answer with more steps after its first `events` events: a gate, a comment, an error. */
export function after(answer: ModelAnswer, events: number, ...more: readonly Step[]): ModelAnswer {
  const at = indexAfter(answer.steps, events);
  return { ...answer, steps: [...answer.steps.slice(0, at), ...more, ...answer.steps.slice(at)] };
}

/** The same answer, held after its first `events` events until the gate opens. With 0, before the headers. */
export function heldAfter(answer: ModelAnswer, events: number, gate: Gate): ModelAnswer {
  return after(answer, events, { kind: 'hold', gate });
}

/** Only the first `events` events, and what follows them instead of the rest. */
export function cutAfter(answer: ModelAnswer, events: number, ...instead: readonly Step[]): ModelAnswer {
  return { ...answer, steps: [...answer.steps.slice(0, indexAfter(answer.steps, events)), ...instead] };
}

/** The same answer on another schedule. */
export function delivered<T extends Answer>(answer: T, delivery: Delivery): T {
  return { ...answer, delivery: { ...answer.delivery, ...delivery } };
}

function indexAfter(script: readonly Step[], events: number): number {
  let seen = 0;
  let at = 0;
  while (at < script.length && seen < events) if (script[at++]?.kind === 'event') seen++;
  if (seen < events) throw new Error(`The answer has ${seen} events, not ${events}.`);
  return at;
}

function modelAnswer(events: readonly Step[], options: AnswerOptions, ending: object): ModelAnswer {
  const thoughts = (options.thoughts ?? []).map((thought) => partsEvent([{ text: thought, thought: true }]));
  const reason = 'finishReason' in options ? options.finishReason : 'STOP';
  const candidate = {
    ...(options.finishMessage !== undefined && { finishMessage: options.finishMessage }),
    ...(options.citations && { citationMetadata: { citationSources: options.citations } }),
    ...ending,
  };
  const { usage, modelVersion, signed, callIds } = options;
  return {
    kind: 'model',
    steps: [...thoughts, ...events, ...(reason === undefined ? [] : [{ kind: 'finish', reason, candidate } as const])],
    delivery: options.delivery ?? {},
    ...(usage && { usage }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(signed !== undefined && { signed }),
    ...(callIds !== undefined && { callIds }),
  };
}

function partsEvent(said: readonly Part[]): Step {
  return { kind: 'event', candidate: { content: { parts: said, role: 'model' } } };
}

function piecesOf(answer: string, chunks: TextOptions['chunks']): readonly string[] {
  if (Array.isArray(chunks)) return checkedPieces(answer, chunks);
  // Code points, as the service cuts: a flag or a family emoji may well be split over two events.
  const characters = Array.from(answer);
  const count = chunks === 'characters' ? characters.length : typeof chunks === 'number' ? chunks : undefined;
  const size = Math.max(1, count === undefined ? 24 : Math.ceil(characters.length / count));
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(''));
  return pieces;
}

function checkedPieces(answer: string, pieces: readonly string[]): readonly string[] {
  if (pieces.join('') !== answer) throw new Error('The chunks of the answer do not make the answer.');
  return pieces;
}

function delayBefore(index: number, delayMs: TextOptions['chunkDelayMs']): Step[] {
  const ms = typeof delayMs === 'number' ? delayMs : (delayMs?.[index % delayMs.length] ?? 0);
  return index === 0 || ms === 0 ? [] : [{ kind: 'delay', ms }];
}
