/** Past turns as the Contents that go back to the model, within a token budget. */
import type { Content, Part } from '../core/content.ts';
import type { Turn } from '../core/conversation.ts';

export interface HistoryLimit {
  /** The model that will read it: signatures made by another one are left out. */
  readonly model: string;
  /** Estimated tokens of all that is sent back, from 0. */
  readonly budgetTokens: number;
  /** What the model reads at most, where it is known: half of it is left to the question. */
  readonly windowTokens?: number | undefined;
}

/** Pictures and other media of past turns that go back, the newest ones; a note stands for each of the others. */
const MAX_MEDIA = 3;
/** Base64 characters of all of them together: a request holds 20 MB, and the question may bring media of its own. */
const MAX_MEDIA_CHARS = 8_000_000;
/** A longer thought signature is left out; those of pictures have megabytes. */
const MAX_SIGNATURE_CHARS = 256 * 1024;

/** The newest turns that fit, oldest first, each whole. */
export function historyOf(turns: readonly Turn[], limit: HistoryLimit): readonly Content[] {
  const kept: (readonly Content[])[] = [];
  const media = new MediaBudget();
  const most = Math.min(limit.budgetTokens, (limit.windowTokens ?? Number.POSITIVE_INFINITY) / 2);
  let tokens = 0;
  for (const turn of turns.toReversed()) {
    const contents = contentsOf(turn, turn.model === limit.model, media);
    tokens += contents.flatMap((content) => content.parts).reduce((sum, part) => sum + tokensOf(part), 0);
    if (tokens > most) break;
    kept.push(contents);
  }
  return kept.toReversed().flat();
}

/** Thought summaries are never sent back, and signatures only to the model that made them. */
function contentsOf(turn: Turn, isSameModel: boolean, media: MediaBudget): readonly Content[] {
  return turn.contents
    .map(({ role, parts }) => {
      const said = parts.filter((part) => part.thought !== true).map((part) => media.bounded(part));
      return {
        role,
        parts: said.map((part) => (isSameModel && isShort(part.thoughtSignature) ? part : unsigned(part))),
      };
    })
    .filter((content) => content.parts.length > 0);
}

/** What is left for media, spent from the newest turn on. */
class MediaBudget {
  #count = MAX_MEDIA;
  #chars = MAX_MEDIA_CHARS;

  /** The part, or a note in place of media that no longer fits. */
  bounded(part: Part): Part {
    if (part.inlineData === undefined) return part;
    const { data } = part.inlineData;
    if (this.#count === 0 || data.length > this.#chars) return { text: '[A picture or file stood here.]' };
    this.#count--;
    this.#chars -= data.length;
    return part;
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
