/** Past turns as the Contents that go back to the model, within a token budget. */
import type { Content, InlineData, Part } from '../core/content.ts';
import type { Turn } from '../core/conversation.ts';
import { ModelRejected } from '../core/errors.ts';
import { bytesOf } from './attachments.ts';
import type { TurnPlan } from './turn.ts';

export interface HistoryLimit {
  /** The model that will read it: signatures made by another one are left out. */
  readonly model: string;
  /** Estimated tokens of all that is sent back, from 0. */
  readonly budgetTokens: number;
  /** Pictures and other media that go back, the newest ones; a note stands for each of the others. Default 3. */
  readonly maxMedia?: number;
  /** Bytes of a request's body for all of it. Default: what a request holds beside a short question. */
  readonly maxBytes?: number;
  /** What the model reads at most, where it is known: half of it is left to the question. */
  readonly windowTokens?: number | undefined;
}

const MAX_MEDIA = 3;
const MAX_BYTES = 19_000_000;
/** A longer thought signature is left out; those of pictures have megabytes. */
const MAX_SIGNATURE_CHARS = 256 * 1024;

/** What goes back of the past. */
export interface History {
  readonly contents: readonly Content[];
  /** How many of the turns are in it, the newest. */
  readonly turns: number;
}

/** The newest turns that fit, oldest first, each whole. The estimate is put right by what the service counted last. */
export function historyOf(turns: readonly Turn[], limit: HistoryLimit): History {
  const kept: (readonly Content[])[] = [];
  const room = new Room(limit);
  const most = Math.min(limit.budgetTokens, (limit.windowTokens ?? Number.POSITIVE_INFINITY) / 2);
  const correction = correctionOf(turns, limit.model);
  let tokens = 0;
  for (const turn of turns.toReversed()) {
    const contents = contentsOf(turn, turn.model === limit.model, room);
    tokens += estimatedTokens(contents) * correction;
    if (tokens > most || room.isFull) break;
    kept.push(contents);
  }
  return { contents: kept.toReversed().flat(), turns: kept.length };
}

/** Of a count that is further off than this something else is wrong, such as a cached prompt. */
const MAX_CORRECTION = 4;

/** How many tokens of this model one estimated token is, by its last answer; 1 where that is not known. */
function correctionOf(turns: readonly Turn[], model: string): number {
  const last = turns.findLast((turn) => turn.model === model && turn.measured !== undefined)?.measured;
  if (last === undefined || last.estimatedTokens === 0) return 1;
  return Math.min(MAX_CORRECTION, Math.max(1 / MAX_CORRECTION, last.countedTokens / last.estimatedTokens));
}

/** What these contents come to, at the upper end of what is observed. */
export function estimatedTokens(contents: readonly Pick<Content, 'parts'>[]): number {
  return contents.flatMap(({ parts }) => parts).reduce((sum, part) => sum + tokensOf(part), 0);
}

/** Thought summaries are never sent back, and signatures only to the model that made them. */
function contentsOf(turn: Turn, isSameModel: boolean, room: Room): readonly Content[] {
  return turn.contents
    .map(({ role, parts }) => {
      const said = parts.filter((part) => part.thought !== true);
      const sent = said.map((part) => (isSameModel && isShort(part.thoughtSignature) ? part : unsigned(part)));
      return { role, parts: sent.map((part) => room.taken(part)) };
    })
    .filter((content) => content.parts.length > 0);
}

/** What is left for past turns, spent from the newest on. */
class Room {
  #media: number;
  #bytes: number;

  constructor({ maxMedia = MAX_MEDIA, maxBytes = MAX_BYTES }: HistoryLimit) {
    this.#media = maxMedia;
    this.#bytes = maxBytes;
  }

  get isFull(): boolean {
    return this.#bytes < 0;
  }

  /** The part, or a note in place of media that no longer fit. */
  taken(part: Part): Part {
    const isMedium = part.inlineData !== undefined || part.fileData !== undefined;
    const isLeftOut = isMedium && (this.#media === 0 || bytesOf(part) > this.#bytes);
    const sent = isLeftOut ? { text: '[A picture or file stood here.]' } : part;
    if (isMedium && !isLeftOut) this.#media--;
    this.#bytes -= bytesOf(sent);
    return sent;
  }
}

function isShort(signature = ''): boolean {
  return signature.length <= MAX_SIGNATURE_CHARS;
}

function unsigned(part: Part): Part {
  const { thoughtSignature: _, ...rest } = part;
  return rest;
}

/** Tokens per character of Latin text and of other scripts, both at the upper end of what is observed. */
const TOKENS_PER_ASCII = 0.3;
const TOKENS_PER_OTHER = 1.5;
/** What a picture costs on Gemini 3 at the default resolution; also taken for what is not known better. */
const TOKENS_PER_MEDIUM = 1120;
/** Tokens of a second, at the bytes that a second takes where it is stored small: the upper end of both. */
const TOKENS_PER_BYTE = { audio: 32 / 4000, video: 300 / 60_000 };
/** Tokens of a page, at the bytes of a page of text. */
const DOCUMENT_TOKENS_PER_BYTE = 560 / 20_000;
const BASE64_PER_BYTE = 4 / 3;

/** Whole ones, so that their sum is the same in whatever order it is made. */
function tokensOf(part: Part): number {
  if (part.inlineData !== undefined) return tokensOfMedium(part.inlineData);
  if (part.fileData !== undefined) return TOKENS_PER_MEDIUM;
  const text = part.text ?? JSON.stringify(part);
  let other = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) other++;
  return Math.ceil((text.length - other) * TOKENS_PER_ASCII + other * TOKENS_PER_OTHER);
}

function tokensOfMedium({ mimeType, data }: InlineData): number {
  const bytes = data.length / BASE64_PER_BYTE;
  if (mimeType === 'application/pdf') return Math.max(TOKENS_PER_MEDIUM, Math.ceil(bytes * DOCUMENT_TOKENS_PER_BYTE));
  if (mimeType.startsWith('audio/')) return Math.ceil(bytes * TOKENS_PER_BYTE.audio);
  if (mimeType.startsWith('video/')) return Math.ceil(bytes * TOKENS_PER_BYTE.video);
  return TOKENS_PER_MEDIUM;
}

/** Whether the service finds a request too long for the model. */
export function isTooLong(error: unknown): error is ModelRejected {
  return error instanceof ModelRejected && error.reason === 'too-long';
}

/** A question that is too long without anything before it is too long by itself. */
export function aloneTooLong({ message, failure }: ModelRejected): ModelRejected {
  return new ModelRejected(message, 'question-too-long', failure);
}

/** The plan with less of the past; undefined where that was done or there is none. */
export function shortened({ shorter, ...plan }: TurnPlan): TurnPlan | undefined {
  if (shorter === undefined) return undefined;
  const { contents, kept } = shorter;
  return { ...plan, kept: { ...plan.kept, ...kept }, request: { ...plan.request, contents } };
}
