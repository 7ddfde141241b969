/** Turns a model's Answer into the chunks the service would send: usage, ids, signatures, and only what was asked for. */
import { createHash } from 'node:crypto';
import type { Part, UsageMetadata } from '../../../src/core/content.ts';
import type { Dialect } from './dialect.ts';
import type { Model } from './models.ts';
import { type GenerateRequest, partTokens, questionOf, tokensOf, toolKinds } from './request.ts';
import type { ModelAnswer, Pause, Step, WireCandidate, WireChunk } from './script.ts';
import type { Signer } from './signatures.ts';

/** What an answer depends on besides its script. */
export interface Call {
  readonly request: GenerateRequest;
  /** The model that answers, after reroutes. */
  readonly model: Model;
  readonly dialect: Dialect;
  readonly signer: Signer;
  readonly responseId: string;
}

type EventStep = Extract<Step, { kind: 'event' }>;

/** A step whose event has become the chunk that goes on the wire. */
export type Rendered = Pause | Extract<Step, { kind: 'bytes' }> | { readonly kind: 'chunk'; readonly chunk: WireChunk };

const GROUNDING_TOOLS = ['googleSearch', 'googleMaps', 'fileSearch', 'urlContext'];
const THINKING_TOKENS: Readonly<Record<string, number>> = { MINIMAL: 0, LOW: 64, MEDIUM: 256, HIGH: 1024 };

export function render(answer: ModelAnswer, call: Call): readonly Rendered[] {
  const script = signedSteps(
    finishedSteps(numberedSteps(askedSteps(answer.steps, call), answer, call), call),
    answer,
    call,
  );
  const lastEvent = script.findLastIndex((step) => step.kind === 'event');
  const meter = new Meter(call);
  return script.map((step, index): Rendered => {
    if (step.kind !== 'event') return step;
    const last = index === lastEvent;
    const usageMetadata = { ...meter.after(step, last), ...(last ? answer.usage : {}) };
    const chunk = {
      ...(step.candidate && { candidates: [{ ...step.candidate, index: 0 }] }),
      ...step.response,
      usageMetadata,
      modelVersion: answer.modelVersion ?? call.model.id,
      responseId: call.responseId,
    };
    return { kind: 'chunk', chunk: call.dialect.dress(chunk, last) };
  });
}

/** The chunks as the one answer of a unary call: neighbouring texts joined, the last value of everything else. */
export function merged(chunks: readonly WireChunk[]): WireChunk {
  const candidates = chunks.flatMap((chunk) => chunk.candidates ?? []);
  const parts = candidates.flatMap((candidate) => candidate.content?.parts ?? []);
  if (candidates.length === 0) return Object.assign({}, ...chunks);
  const whole: WireCandidate = Object.assign({}, ...candidates);
  const content = parts.length === 0 ? whole.content : { parts: joinTexts(parts), role: 'model' };
  return Object.assign({}, ...chunks, { candidates: [{ ...whole, ...(content && { content }) }] });
}

function joinTexts(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    const plain = part.text !== undefined && before?.text !== undefined && before.thoughtSignature === undefined;
    if (plain && before.thought === part.thought)
      joined[joined.length - 1] = { ...before, ...part, text: before.text + part.text };
    else joined.push(part);
  }
  return joined;
}

/** Leaves out what the request did not ask for: thought summaries, and grounding without a tool that grounds. */
function askedSteps(script: readonly Step[], call: Call): readonly Step[] {
  const thoughts = call.request.generationConfig?.thinkingConfig?.includeThoughts === true;
  const kinds = toolKinds(call.request);
  const grounded = GROUNDING_TOOLS.some((kind) => kinds.has(kind));
  return script.flatMap((step): readonly Step[] => {
    if ((step.kind !== 'event' && step.kind !== 'finish') || !step.candidate) return [step];
    const { groundingMetadata, ...rest } = step.candidate;
    const candidate = groundingMetadata && !grounded ? rest : step.candidate;
    const said = candidate.content?.parts ?? [];
    const parts = said.filter((part) => thoughts || part.thought !== true || part.text === undefined);
    if (said.length === parts.length) return [{ ...step, candidate }];
    return parts.length === 0
      ? []
      : [{ ...step, candidate: { ...candidate, content: { ...candidate.content, parts } } }];
  });
}

/** Calls carry an id from Gemini 3 on. */
function numberedSteps(script: readonly Step[], answer: ModelAnswer, call: Call): readonly Step[] {
  if (answer.callIds === false || call.model.generation === 2) return script;
  let calls = 0;
  const numbered = (part: Part): Part =>
    part.functionCall?.name === undefined || part.functionCall.id !== undefined
      ? part
      : { ...part, functionCall: { id: callIdOf(call.responseId, calls++), ...part.functionCall } };
  return script.map((step) => {
    const said = step.kind === 'event' ? step.candidate?.content?.parts : undefined;
    if (step.kind !== 'event' || !said) return step;
    const content = { ...step.candidate?.content, parts: said.map(numbered) };
    return { ...step, candidate: { ...step.candidate, content } };
  });
}

/** Eight letters and digits, as the service gives. */
function callIdOf(responseId: string, index: number): string {
  return createHash('sha256')
    .update(`${responseId}/${index}`)
    .digest('base64url')
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 8);
}

/** Gemini 2.5 ends on its last text; Gemini 3 ends with an empty part of its own. */
function finishedSteps(script: readonly Step[], call: Call): readonly Exclude<Step, { kind: 'finish' }>[] {
  const done: Exclude<Step, { kind: 'finish' }>[] = [];
  for (const step of script) {
    if (step.kind !== 'finish') {
      done.push(step);
      continue;
    }
    const ending = { finishReason: step.reason, ...step.candidate };
    const before = done.at(-1);
    if (call.model.generation === 2 && before?.kind === 'event' && before.candidate)
      done[done.length - 1] = { ...before, candidate: { ...before.candidate, ...ending } };
    else done.push({ kind: 'event', candidate: { content: { parts: [{ text: '' }], role: 'model' }, ...ending } });
  }
  return done;
}

/**
 * Signs the first call of the answer, or its last part, as Gemini 3 does; on 2.5 only a call.
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
function signedSteps<T extends Step>(script: readonly T[], answer: ModelAnswer, call: Call): readonly T[] {
  if (answer.signed === false) return script;
  const calling = script.findIndex((step) => partsOf(step).some((part) => part.functionCall));
  const drawing = script.findIndex((step) => partsOf(step).some((part) => part.inlineData && part.thought !== true));
  const stopped = script.findIndex((step) => step.kind === 'event' && step.candidate?.finishReason === 'STOP');
  const at = calling !== -1 ? calling : drawing !== -1 ? drawing : stopped;
  if (at === -1 || (call.model.generation === 2 && calling === -1)) return script;
  const size = calling === -1 && drawing !== -1 ? 4096 : 180;
  return script.map((step, index) => {
    if (index !== at || step.kind !== 'event') return step;
    const parts = partsOf(step);
    const signs = (part: Part) => calling === -1 || part.functionCall !== undefined;
    const which = calling === -1 ? parts.length - 1 : parts.findIndex(signs);
    const thoughtSignature = call.signer.sign(call.model.id, questionOf(call.request), size);
    const signed = parts.map((part, place) => (place === which ? { ...part, thoughtSignature } : part));
    return { ...step, candidate: { ...step.candidate, content: { ...step.candidate?.content, parts: signed } } };
  });
}

function partsOf(step: Step): readonly Part[] {
  return step.kind === 'event' ? (step.candidate?.content?.parts ?? []) : [];
}

/** Counts as the service does: cumulative, on every event, zero omitted. */
class Meter {
  readonly #prompt: number;
  readonly #thoughts: number;
  readonly #toolUse: number;
  #candidates = 0;

  constructor(call: Call) {
    this.#prompt = tokensOf(call.request);
    this.#thoughts = thinkingTokens(call);
    this.#toolUse = toolKinds(call.request).has('googleSearch') ? 120 : 0;
  }

  after(step: EventStep, last: boolean): UsageMetadata & { readonly promptTokensDetails: readonly object[] } {
    for (const part of partsOf(step)) if (part.thought !== true) this.#candidates += partTokens(part);
    const toolUse = last ? this.#toolUse : 0;
    const total = this.#prompt + this.#candidates + this.#thoughts + toolUse;
    return {
      promptTokenCount: this.#prompt,
      ...(this.#candidates > 0 && { candidatesTokenCount: this.#candidates }),
      totalTokenCount: total,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: this.#prompt }],
      ...(toolUse > 0 && { toolUsePromptTokenCount: toolUse }),
      ...(this.#thoughts > 0 && { thoughtsTokenCount: this.#thoughts }),
    };
  }
}

function thinkingTokens(call: Call): number {
  const { thinking } = call.model;
  const asked = call.request.generationConfig?.thinkingConfig;
  if (thinking.kind === 'none') return 0;
  if (thinking.kind === 'budget')
    return Math.min(asked?.thinkingBudget === -1 ? 256 : (asked?.thinkingBudget ?? 256), 1024);
  return THINKING_TOKENS[asked?.thinkingLevel?.toUpperCase() ?? thinking.usual] ?? 0;
}
