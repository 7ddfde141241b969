/** What the model is asked for one mention: settings, past turns, and the question with its files and what was said before it, within its limits. */
import { isVisible, type ToldPart, type Turn } from '../core/conversation.ts';
import type { Mention } from '../core/inbound.ts';
import type { ModelClient } from '../core/model.ts';
import type { Toolbox } from '../core/ports.ts';
import type { Places, Told } from '../place/places.ts';
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
export interface Plan extends TurnPlan, Pick<Beside, 'untold'> {
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
  const historyIn = (turns: readonly Turn[]) => {
    const history = historyOf(turns, { ...limit, ...attachments.beside(asked.question) });
    const lastMessages = messagesIn(past.slice(past.length - history.turns)) + 1;
    const contents = [...history.contents, asked.question];
    return { turns: history.turns, contents, kept: history.turns < past.length ? { lastMessages } : {} };
  };
  const whole = historyIn(past);
  const half = Math.floor(whole.turns / 2);
  const draws = standing.images !== undefined || facts?.output === 'text-and-images';
  const request = requestOf({ draws, chosen, json, standing, functions: toolbox.declarations });
  const thoughts = chosen.thoughts === 'off' ? {} : { includeThoughts: true };
  const told = { systemInstruction: systemInstruction(instruction, mention.place, new Date()) };
  return {
    ...asked,
    mention,
    text,
    kept: { ...asked.kept, ...whole.kept },
    ...(whole.turns === 0 ? {} : { shorter: historyIn(past.slice(past.length - half)) }),
    request: { ...request, ...thoughts, ...told, model, contents: whole.contents },
  };
}

/** A question that is answered again stands in its turn as the model read it; one that was edited has other words. */
async function askedIn(
  { mention, steered: { text, chosen }, before, past, reader, signal }: Moment,
  { client, attachments, places }: PlanOptions,
): Promise<Pick<Plan, 'question' | 'files' | 'kept' | 'untold' | 'isAsked'>> {
  if (before !== undefined) {
    const files = { parts: [], faults: [], fileOfPart: [], files: before.files ?? [] };
    const { speakers, told } = before;
    const kept = { ...(speakers === undefined ? {} : { speakers }), ...(told === undefined ? {} : { told }) };
    return { question: questionAgain(mention, text, before), files, kept, isAsked: true };
  }
  const told = await places.before(mention, past);
  const read = await attachments.read(
    { ...mention, attachments: [...mention.attachments, ...told.attachments] },
    { text, reader, facts: client.facts(chosen.model) },
    signal,
  );
  const { files, toldParts } = sentBefore(read, told, mention);
  const isReply = mention.before?.repliesTo !== undefined && told.said.length > 0;
  return {
    question: userContent(mention, text, { ...files, ...told }),
    files,
    kept: {
      ...(mention.place.kind === 'direct' ? {} : { speakers: told.speakers }),
      ...(toldParts.length === 0 ? {} : { told: toldParts }),
    },
    untold: told.fault,
    isAsked: text !== '' || mention.shows !== undefined || files.parts.length > 0 || isReply,
  };
}

/** The files with who sent each, and which parts of the question's Content were said or sent before it. */
function sentBefore(
  read: Files,
  { said, sentBy }: Told,
  { attachments, author }: Mention,
): { readonly files: Files; readonly toldParts: readonly ToldPart[] } {
  const by = sentBy === undefined || sentBy === author.id ? {} : { by: sentBy };
  const files = read.files.map((file, at) => (at < attachments.length ? file : { ...file, ...by }));
  const sent = read.fileOfPart.flatMap((file, part) => (file < attachments.length ? [] : [{ part, ...by }]));
  const told = said.map(({ by: speaker }, at) => ({
    part: read.parts.length + at,
    ...(speaker === undefined ? {} : { by: speaker }),
  }));
  return { files: { ...read, files }, toldParts: [...sent, ...told] };
}

/** Questions and answers of these turns. */
function messagesIn(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + (isVisible(turn) ? 2 : 1), 0);
}
