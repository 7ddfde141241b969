/** What a call to the simulated Gemini is answered with: an Answer is plain data made of steps, played one after the other. */
import type { Candidate, Chunk } from '../../../src/core/content.ts';
import type { Fault } from './faults.ts';

/** A place where an answer waits until the test lets it go on, so that no test needs to sleep. */
export interface Gate {
  /** Resolves when the simulator has sent everything before the gate and waits. */
  readonly reached: Promise<void>;
  readonly opened: Promise<void>;
  open(): void;
  arrive(): void;
}

export function gate(): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return { reached: reached.promise, opened: opened.promise, open: opened.resolve, arrive: reached.resolve };
}

/** A step that says nothing by itself. */
export type Pause =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hold'; readonly gate: Gate }
  /** Ends the connection without an end: the client's socket errors. */
  | { readonly kind: 'reset' };

/** One step of an answer. */
export type Step =
  | Pause
  /** One event of the stream. `candidate` and `response` go out as they stand; usage, model and ids are added. */
  | { readonly kind: 'event'; readonly candidate?: WireCandidate; readonly response?: WireChunk }
  /** The end as the model family does it: merged into the last event on 2.5, an empty signed part of its own on Gemini 3. */
  | { readonly kind: 'finish'; readonly reason: string; readonly candidate?: WireCandidate }
  /** Bytes between events, sent as they are; left out of unary answers. */
  | { readonly kind: 'bytes'; readonly bytes: string | Uint8Array };

/** A candidate on the wire, with fields that the core's type does not name. */
export type WireCandidate = Candidate & { readonly [field: string]: unknown };

/** A chunk on the wire. */
export type WireChunk = Omit<Chunk, 'candidates'> & {
  readonly candidates?: readonly WireCandidate[];
  readonly [field: string]: unknown;
};

/** Where the body is cut into writes. Without any, each event is one write. */
export type Cuts =
  /** Pieces of these sizes, over and over. */
  | { readonly sizes: readonly number[] }
  | { readonly atBytes: readonly number[] }
  /** In the middle of every occurrence of these strings' bytes: a character, a line end, an escape. */
  | { readonly inside: readonly string[] };

/** How the bytes of an answer travel. */
export interface Delivery {
  readonly cuts?: Cuts;
  /** Waited before each piece, in milliseconds. */
  readonly pieceDelayMs?: number;
  readonly byteOrderMark?: boolean;
  /** What stands after the last event: Google sends the blank line; others were seen to end early. */
  readonly ending?: 'blank-line' | 'line-end' | 'nothing';
  /** Overrides the dialect's line end. */
  readonly lineEnd?: '\n' | '\r\n' | '\r';
  /** The connection is reset when this many bytes of the body have been sent. */
  readonly resetAfterBytes?: number;
}

/** The model answers. */
export interface ModelAnswer {
  readonly kind: 'model';
  readonly steps: readonly Step[];
  readonly delivery: Delivery;
  /** Merged into the usage of the last event. */
  readonly usage?: Chunk['usageMetadata'];
  /** The model that claims to have answered; the model table decides by default. */
  readonly modelVersion?: string;
  /** False leaves out the ids of calls, which Gemini 3 gives. */
  readonly callIds?: boolean;
  /** False leaves out the thought signatures of Gemini 3. */
  readonly signed?: boolean;
}

/** The service says no, in the words of its dialect. */
export interface FaultAnswer {
  readonly kind: 'fault';
  readonly fault: Fault;
  readonly delivery: Delivery;
}

/** A body sent as it stands: an error page, a recording. */
export interface VerbatimAnswer {
  readonly kind: 'verbatim';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly steps: readonly (Pause | { readonly kind: 'bytes'; readonly bytes: string | Uint8Array })[];
  readonly delivery: Delivery;
}

export type Answer = ModelAnswer | FaultAnswer | VerbatimAnswer;
