/** The most a request can cost, and what limits leave. */
import type { Part } from '../core/content.ts';
import type { Limit, ModelFacts, ModelPrice, ModelRequest, Period, Spend } from '../core/model.ts';

/** What a model that is not listed is taken to read and write at most: as much as any that is. */
const WINDOW = 1_048_576;
const OUTPUT = 65_536;

/** What the service's own tools may read for one answer beside its question. Reading web pages is bound by the window alone. */
const TOOL_TOKENS = 32_768;

/** Of a picture at the highest resolution. @see https://ai.google.dev/gemini-api/docs/media-resolution */
const PICTURE_TOKENS = 2240;

/** Bytes of sound or film for one token, at the least: 32 tokens for a second of speech in 750 bytes. */
const BYTES_PER_TOKEN = 16;

/**
 * Tokens that a request reads and writes at most. No token is shorter than a byte; what cannot be told beforehand, such as a
 * film behind an address, is taken to fill the window.
 */
export function mostOf(
  request: ModelRequest,
  facts: ModelFacts | undefined,
): { readonly inTokens: number; readonly outTokens: number } {
  const window = facts?.inputTokens ?? WINDOW;
  const parts = request.contents.flatMap((content) => content.parts);
  const told =
    bytesOf(request.systemInstruction) +
    (request.functions === undefined ? 0 : bytesOf(JSON.stringify(request.functions)));
  const hasTools = request.googleSearch || request.googleMaps !== undefined || request.codeExecution === true;
  const tools = hasTools ? TOOL_TOKENS : 0;
  const reads = parts.reduce((sum, part) => sum + tokensOf(part), told + tools);
  const isBound = request.urlContext !== true && request.cachedContent === undefined;
  return {
    inTokens: isBound ? Math.min(window, reads) : window,
    outTokens: Math.min(request.maxOutputTokens ?? Number.POSITIVE_INFINITY, facts?.outputTokens ?? OUTPUT),
  };
}

function tokensOf(part: Part): number {
  if (part.fileData !== undefined) return Number.POSITIVE_INFINITY;
  if (part.inlineData === undefined) return bytesOf(part.text ?? JSON.stringify(part));
  const { mimeType, data } = part.inlineData;
  if (mimeType.startsWith('image/')) return PICTURE_TOKENS;
  // A page of a document may be a hundred bytes for each token that it comes to, or less than one.
  return /^(audio|video)\//u.test(mimeType) ? data.length / BYTES_PER_TOKEN : data.length;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** What a request needs whatever its answer: whether it begins a turn, and what it reads. */
export interface Room {
  readonly turns: 0 | 1;
  readonly inTokens: number;
  readonly price: ModelPrice;
}

/** What a limit leaves. */
export interface Left {
  readonly turns: number;
  readonly tokens: number;
  readonly usd: number;
  /** Whether one of them is used up. */
  readonly isNothing: boolean;
  /** Tokens of output that there is room for beside what is needed; below 0 where there is not even room for that. */
  output(needs: Room): number;
}

/** @param counts What was used and what is held. */
export function leftOf(limit: Limit, counts: readonly Spend[]): Left {
  const { turns = Infinity, tokens = Infinity, usd = Infinity } = limit;
  const sum = (count: (spend: Spend) => number): number => counts.reduce((all, spend) => all + count(spend), 0);
  const left = {
    turns: turns - sum((spend) => spend.turns),
    tokens: tokens - sum((spend) => spend.inTokens + spend.outTokens + spend.thoughtTokens),
    usd: usd - sum((spend) => spend.usd),
  };
  return {
    ...left,
    isNothing: left.turns < 1 || left.tokens < 1 || left.usd <= 0,
    output: (needs) => {
      if (left.turns < needs.turns) return -1;
      const perToken = needs.price.outputUsd / 1_000_000;
      const usdLeft = left.usd - (needs.inTokens * needs.price.inputUsd) / 1_000_000;
      const paid = perToken > 0 ? usdLeft / perToken : usdLeft < 0 ? -1 : Infinity;
      return Math.floor(Math.min(left.tokens - needs.inTokens, paid));
    },
  };
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** When the period that holds `at` is over, both in epoch milliseconds. */
export function endOf(period: Period, at: number): number {
  if (period === 'hour') return (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;
  if (period === 'day') return (Math.floor(at / DAY_MS) + 1) * DAY_MS;
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
