/** One turn: the model's stream and its tool rounds as ReplyEvents, ending in the Turn that is remembered. */
import { Answer, candidateOf, wordOf } from '../core/answer.ts';
import type { Chunk, CitationSource, Content, GroundingMetadata, UsageMetadata } from '../core/content.ts';
import { markdownOf, type Turn } from '../core/conversation.ts';
import { brokenBy, type Ending, ModelEmpty, PlatformRejected, StreamBroken } from '../core/errors.ts';
import type { Mention } from '../core/inbound.ts';
import type { ModelClient, ModelRequest } from '../core/model.ts';
import type { LogFields, Toolbox } from '../core/ports.ts';
import type { ReplyEvent } from '../core/reply.ts';
import { sourcedOf } from '../sources/sources.ts';
import type { Files } from './attachments.ts';
import { aloneTooLong, estimatedTokens, isTooLong, shortened } from './history.ts';
import { Stopped } from './lanes.ts';

/** Everything a turn needs to run. */
export interface TurnPlan {
  readonly mention: Mention;
  /** The question as people read it, without flags. */
  readonly text: string;
  /** What came of its files, whose parts are the first of `question`. */
  readonly files?: Files;
  /** The question as the model reads it; the last of `request.contents`. */
  readonly question: Content;
  /** What is kept of how it was put together. */
  readonly kept?: Pick<Turn, 'speakers' | 'told' | 'lastMessages'>;
  /** What is asked where the service finds the request too long; absent where nothing stands before the question. */
  readonly shorter?: { readonly contents: readonly Content[]; readonly kept: Pick<Turn, 'lastMessages'> };
  readonly request: ModelRequest;
}

/** Who answers, and who does what the answer calls for. */
export interface TurnPartners {
  readonly client: Pick<ModelClient, 'stream'>;
  readonly toolbox: Toolbox;
}

/** How often the model is asked when it succeeds with nothing to show. */
const MAX_ASKS = 2;

/** How often the model may call functions before it has to answer with what it has. */
const MAX_ROUNDS = 8;

/**
 * Asks the model, runs what it calls, yields what happens and returns what is remembered. Text that was yielded is never
 * taken back: a failure after it ends the turn as `broken`, Stop ends it as `stopped`, both with what came until then.
 * @throws the model client's errors when they come before anything visible; ModelEmpty when there is nothing to show; the
 * signal's reason when it was aborted by anything but Stop, or by a platform where nothing more may be shown.
 */
export async function* runTurn(
  plan: TurnPlan,
  { client, toolbox }: TurnPartners,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent, Turn> {
  const record = new TurnRecord(plan);
  try {
    for (let round = 1; ; round++) {
      const answer = yield* ask(client, round, { record, signal });
      if (answer.outcome().kind !== 'calls' || round > MAX_ROUNDS) return record.turn(endingOf(answer, plan.request));
      const { conversation, author, place } = plan.mention;
      record.respond(await toolbox.answer(answer.calls, { conversation, author, place }, signal));
    }
  } catch (error) {
    return record.turn(endingOfFailure(error, record, signal));
  }
}

/**
 * One request to its end; once more when it brought nothing to show, by success, mistake or a broken stream, and once more
 * with less of the past where it is too long.
 */
async function* ask(
  client: TurnPartners['client'],
  round: number,
  { record, signal }: { readonly record: TurnRecord; readonly signal: AbortSignal },
): AsyncGenerator<ReplyEvent, Answer> {
  for (let asked = 1; ; asked++) {
    const answer = record.begin();
    const isLast = asked === MAX_ASKS;
    try {
      for await (const chunk of client.stream(record.requestOf(round), signal)) {
        answer.add(chunk);
        yield* eventsOf(chunk);
      }
    } catch (error) {
      if (isTooLong(error) && record.shorten()) asked = 0;
      else if (isTooLong(error) && record.isAlone) throw aloneTooLong(error);
      else if (isLast || answer.isVisible || !(error instanceof StreamBroken)) throw error;
      continue;
    }
    const { kind } = answer.outcome();
    if (answer.isVisible || (kind !== 'empty' && kind !== 'fault')) return answer;
    if (isLast && kind === 'fault') return answer;
    if (isLast) throw new ModelEmpty(`The model answered ${asked} times with nothing to show.`);
  }
}

function* eventsOf(chunk: Chunk): Generator<ReplyEvent> {
  for (const part of candidateOf(chunk)?.content?.parts ?? []) {
    const text = part.thought === true ? (part.text ?? '') : markdownOf(part);
    if (text !== '') yield { kind: part.thought === true ? 'thought' : 'text', text };
    if (part.executableCode !== undefined && part.thought !== true) yield { kind: 'running', text: '' };
  }
}

/** How a turn ends whose stream did not; throws again what leaves nothing to show. */
function endingOfFailure(error: unknown, record: TurnRecord, signal: AbortSignal): Ending {
  const cause: unknown = signal.aborted ? signal.reason : error;
  if (cause instanceof Stopped) return { kind: 'stopped', ...(cause.by === undefined ? {} : { by: cause.by }) };
  const isShut = signal.aborted && cause instanceof PlatformRejected;
  if (isShut || (record.isVisible && !signal.aborted)) return brokenBy(cause);
  throw cause;
}

function endingOf(answer: Answer, { json }: ModelRequest): Ending {
  const outcome = answer.outcome();
  if (outcome.kind === 'answer' && json !== undefined && !answer.isJson) return { kind: 'malformed' };
  if (outcome.kind === 'calls') return { kind: 'cut', reason: 'TOO_MANY_TOOL_CALLS' };
  return 'reason' in outcome ? { kind: 'cut', reason: outcome.reason } : { kind: 'complete' };
}

/** What a turn has come to so far: every answer and every response to its calls. */
class TurnRecord {
  #plan: TurnPlan;
  /** The answers and responses of the rounds that are over. */
  readonly #said: Content[] = [];
  readonly #over: Answer[] = [];
  /** What answers cost that brought nothing. */
  readonly #dropped: UsageMetadata[] = [];
  #answer = new Answer();

  constructor(plan: TurnPlan) {
    this.#plan = plan;
  }

  /** Begins an answer; of one that was begun and not responded to, nothing is kept but what it cost. */
  begin(): Answer {
    this.#dropped.push(this.#answer.usage);
    this.#answer = new Answer();
    return this.#answer;
  }

  /** Leaves out the older half of the past; false where that was done or there is none. */
  shorten(): boolean {
    const plan = shortened(this.#plan);
    this.#plan = plan ?? this.#plan;
    return plan !== undefined;
  }

  /** Whether nothing stands before the question, and nothing after it. */
  get isAlone(): boolean {
    return this.#plan.request.contents.length === 1 && this.#said.length === 0;
  }

  /** What is asked in this round, from 1: a call is forced in the first one alone, and after the last none is allowed. */
  requestOf(round: number): ModelRequest {
    const { functionCalling, ...request } = this.#plan.request;
    const contents = [...request.contents, ...this.#said];
    if (round > MAX_ROUNDS) return { ...request, contents, functionCalling: { mode: 'NONE' } };
    const mayAnswer = round > 1 && functionCalling?.mode === 'ANY';
    return { ...request, contents, ...(functionCalling === undefined || mayAnswer ? {} : { functionCalling }) };
  }

  /** Ends the answer's round: all responses go back in one content. */
  respond(responses: Awaited<ReturnType<Toolbox['answer']>>): void {
    const parts = responses.map((functionResponse) => ({ functionResponse }));
    this.#said.push({ role: 'model', parts: this.#answer.parts }, { role: 'user', parts });
    this.#over.push(this.#answer);
    this.#answer = new Answer();
  }

  get isVisible(): boolean {
    return this.#answers.some((answer) => answer.isVisible);
  }

  turn(ending: Ending): Turn {
    const { mention, request, question, text } = this.#plan;
    const files = this.#plan.files?.files ?? [];
    const { modelVersion, responseId } = this.#answer;
    // A call that nobody responded to would make the next request invalid.
    const parts = this.#answer.parts.filter((part) => part.functionCall === undefined);
    const grounding = this.#answers.flatMap((answer): readonly GroundingMetadata[] =>
      answer.grounding === undefined ? [] : [answer.grounding],
    );
    const citations = this.#answers.flatMap((answer): readonly CitationSource[] => answer.citations);
    const shown = [...this.#over, { parts, grounding: this.#answer.grounding }];
    return {
      id: mention.id,
      author: mention.author,
      text,
      ...(files.length === 0 ? {} : { files }),
      contents: [question, ...this.#said, ...(parts.length === 0 ? [] : [{ role: 'model', parts } as const])],
      ending,
      ...sourcedOf(shown, citations),
      ...(grounding.length === 0 ? {} : { grounding }),
      ...(citations.length === 0 ? {} : { citations }),
      ...this.#plan.kept,
      ...this.#measured(),
      model: request.model,
      ...(modelVersion === undefined ? {} : { modelVersion }),
      ...(responseId === undefined ? {} : { responseId }),
      usage: sumOf([...this.#dropped, ...this.#answers.map((answer) => answer.usage)]),
      posts: [],
      receivedAt: mention.receivedAt,
      endedAt: Math.max(mention.receivedAt, Date.now()),
    };
  }

  /** What the first request came to, by estimate and by count. */
  #measured(): Pick<Turn, 'measured'> {
    const { contents, systemInstruction: text } = this.#plan.request;
    const countedTokens = this.#answers[0]?.usage.promptTokenCount;
    if (countedTokens === undefined) return {};
    return { measured: { estimatedTokens: estimatedTokens([...contents, { parts: [{ text }] }]), countedTokens } };
  }

  get #answers(): readonly Answer[] {
    return [...this.#over, this.#answer];
  }
}

/** What a log line says of a turn; `responseId` finds the line of its last request, which says more of it. */
export function factsOf({ ending, usage, ...turn }: Turn): LogFields {
  return {
    mention: turn.id,
    ending: ending.kind,
    reason: 'reason' in ending ? wordOf(ending.reason) : undefined,
    code: 'code' in ending ? ending.code : undefined,
    model: turn.model,
    modelVersion: wordOf(turn.modelVersion),
    responseId: wordOf(turn.responseId),
    promptTokens: usage.promptTokenCount,
    answerTokens: usage.candidatesTokenCount,
    thoughtTokens: usage.thoughtsTokenCount,
    toolTokens: usage.toolUsePromptTokenCount,
    cachedTokens: usage.cachedContentTokenCount,
    posts: turn.posts.length,
    tookMs: turn.endedAt - turn.receivedAt,
  };
}

/** Each count added up; what is not a count is left out. */
function sumOf(usages: readonly UsageMetadata[]): UsageMetadata {
  const sum = new Map<string, number>();
  for (const usage of usages)
    for (const [name, count] of Object.entries(usage))
      if (typeof count === 'number') sum.set(name, (sum.get(name) ?? 0) + count);
  return Object.fromEntries(sum);
}
