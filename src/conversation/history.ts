/** Past turns as the Contents that go back to the model, within a token budget. */
import type { Content, Part } from '../core/content.ts';
import type { Turn } from '../core/conversation.ts';
import { bytesOf } from './attachments.ts';

export interface HistoryLimit {
  /** The model that will read it: signatures made by another one are left out. */
  readonly model: string;
  /** Estimated tokens of all that is sent back, from 0. */
  readonly budgetTokens: number;
  /** Pictures and other media that go back, the newest ones; a note stands for each of the others. Default 3. */
  readonly maxMedia?: number;
  /** Bytes of a request's body for all of it. Default: what a request holds beside a short question. */
  readonly maxBytes?: number;
}

const MAX_MEDIA = 3;
const MAX_BYTES = 19_000_000;
/** A longer thought signature is left out; those of pictures have megabytes. */
const MAX_SIGNATURE_CHARS = 256 * 1024;

/** The newest turns that fit, oldest first, each whole. */
export function historyOf(turns: readonly Turn[], limit: HistoryLimit): readonly Content[] {
  const kept: (readonly Content[])[] = [];
  const room = new Room(limit);
  let tokens = 0;
  for (const turn of turns.toReversed()) {
    const contents = contentsOf(turn, turn.model === limit.model, room);
    tokens += contents.flatMap((content) => content.parts).reduce((sum, part) => sum + tokensOf(part), 0);
    if (tokens > limit.budgetTokens || room.isFull) break;
    kept.push(contents);
  }
  return kept.toReversed().flat();
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
/** A part that is not text: what an image costs on Gemini 3 at the default resolution. */
const TOKENS_PER_MEDIUM = 1120;

function tokensOf(part: Part): number {
  if (part.inlineData !== undefined || part.fileData !== undefined) return TOKENS_PER_MEDIUM;
  const text = part.text ?? JSON.stringify(part);
  let other = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) other++;
  return (text.length - other) * TOKENS_PER_ASCII + other * TOKENS_PER_OTHER;
}
