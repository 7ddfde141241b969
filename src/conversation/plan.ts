/** What the model is asked for one mention: settings, past turns, and the question with its files and what was said before it, within its limits. */
import { isVisible, type Turn } from '../core/conversation.ts';
import type { Mention } from '../core/inbound.ts';
import type { ModelClient } from '../core/model.ts';
import type { Toolbox } from '../core/ports.ts';
import type { Places } from '../place/places.ts';
import type { Reader } from '../reply/reader.ts';
import type { Steered } from '../steering/steering.ts';
import type { Attachments, Files } from './attachments.ts';
import { historyOf } from './history.ts';
import {
  type Beside,
  questionAgain,
  requestOf,
  type StandingRequest,
  systemInstruction,
  userContent,
} from './prompt.ts';
import type { TurnPlan } from './turn.ts';

export interface PlanOptions {
  readonly client: ModelClient;
  readonly toolbox: Toolbox;
  readonly attachments: Attachments;
  readonly places: Places;
  /** What every request asks for beside its question. */
  readonly standing: StandingRequest;
  /** Estimated tokens of past turns sent with each question. */
  readonly historyTokens: number;
}

/** When a question is asked: after what, in whose place, and where that is shown. */
export interface Moment {
  readonly mention: Mention;
  readonly steered: Steered;
  /** The turn whose answer is to be replaced. */
  readonly before: Turn | undefined;
  readonly past: readonly Turn[];
  readonly reader: Pick<Reader, 'surface' | 'notices'>;
  readonly signal: AbortSignal;
}

/** What the model is asked, and what is said of it beside the answer. */
export interface Plan extends TurnPlan, Pick<Beside, 'untold' | 'lastMessages'> {
  readonly files: Files;
  /** Whether there is anything to answer. */
  readonly isAsked: boolean;
}

/** @throws StorageUnavailable, StorageCorrupt */
export async function planOf(moment: Moment, options: PlanOptions): Promise<Plan> {
  const { mention, steered, past } = moment;
  const { client, historyTokens, standing, toolbox, attachments } = options;
  const { chosen, json, instruction, text } = steered;
  const [model, facts] = [chosen.model, client.facts(chosen.model)];
  const asked = await askedIn(moment, options);
  const limit = { model, budgetTokens: historyTokens, windowTokens: facts?.inputTokens };
  const history = historyOf(past, { ...limit, ...attachments.beside(asked.question) });
  const draws = standing.images !== undefined || facts?.output === 'text-and-images';
  const request = requestOf({ draws, chosen, json, standing, functions: toolbox.declarations });
  const thoughts = chosen.thoughts === 'off' ? {} : { includeThoughts: true };
  const told = { systemInstruction: systemInstruction(instruction, mention.place, new Date()) };
  const contents = [...history.contents, asked.question];
  return {
    ...asked,
    mention,
    text,
    ...(history.turns < past.length ? { lastMessages: messagesIn(past.slice(past.length - history.turns)) + 1 } : {}),
    request: { ...request, ...thoughts, ...told, model, contents },
  };
}

/** A question that is answered again stands in its turn as the model read it; one that was edited has other words. */
async function askedIn(
  { mention, steered: { text, chosen }, before, past, reader, signal }: Moment,
  { client, attachments, places }: PlanOptions,
): Promise<Pick<Plan, 'question' | 'files' | 'kept' | 'untold' | 'isAsked'>> {
  if (before !== undefined) {
    const files = { parts: [], faults: [], files: before.files ?? [] };
    const { speakers, toldPart } = before;
    const kept = { ...(speakers === undefined ? {} : { speakers }), ...(toldPart === undefined ? {} : { toldPart }) };
    return { question: questionAgain(mention, text, before), files, kept, isAsked: true };
  }
  const told = await places.before(mention, past);
  const files = await attachments.read(
    { ...mention, attachments: [...mention.attachments, ...told.attachments] },
    { text, reader, facts: client.facts(chosen.model) },
    signal,
  );
  const isReply = mention.before?.repliesTo !== undefined && told.said.length > 0;
  return {
    question: userContent(mention, text, { ...files, ...told }),
    files,
    kept: {
      ...(mention.place.kind === 'direct' ? {} : { speakers: told.speakers }),
      ...(told.said.length === 0 ? {} : { toldPart: files.parts.length }),
    },
    untold: told.fault,
    isAsked: text !== '' || mention.shows !== undefined || files.parts.length > 0 || isReply,
  };
}

/** Questions and answers of these turns. */
function messagesIn(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + (isVisible(turn) ? 2 : 1), 0);
}
