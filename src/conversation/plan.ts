/** What the model is asked for one mention: settings, past turns, and the question with its files, within its limits. */
import type { Turn } from '../core/conversation.ts';
import type { Mention } from '../core/inbound.ts';
import type { ModelClient } from '../core/model.ts';
import type { Toolbox } from '../core/ports.ts';
import type { Reader } from '../reply/reader.ts';
import type { Steered } from '../steering/steering.ts';
import type { Attachments, Files } from './attachments.ts';
import { historyOf } from './history.ts';
import { requestOf, type StandingRequest, systemInstruction, userContent } from './prompt.ts';
import type { TurnPlan } from './turn.ts';

export interface PlanOptions {
  readonly client: ModelClient;
  readonly toolbox: Toolbox;
  readonly attachments: Attachments;
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

export async function planOf(moment: Moment, options: PlanOptions): Promise<TurnPlan & { readonly files: Files }> {
  const { mention, steered, before, past, reader, signal } = moment;
  const { client, historyTokens, standing, toolbox, attachments } = options;
  const { chosen, json, instruction, text } = steered;
  const [model, facts] = [chosen.model, client.facts(chosen.model)];
  // A question that is answered again stands in its turn as the model read it.
  const files: Files =
    before === undefined
      ? await attachments.read(mention, { text, reader, facts }, signal)
      : { parts: [], faults: [], files: before.files ?? [] };
  const question = before?.contents[0] ?? userContent(mention, text, files);
  const limit = { model, budgetTokens: historyTokens, windowTokens: facts?.inputTokens };
  const history = historyOf(past, { ...limit, ...attachments.beside(question) });
  const draws = standing.images !== undefined || facts?.output === 'text-and-images';
  const request = requestOf({ draws, chosen, json, standing, functions: toolbox.declarations });
  const thoughts = chosen.thoughts === 'off' ? {} : { includeThoughts: true };
  const told = { systemInstruction: systemInstruction(instruction, mention.place, new Date()) };
  const contents = [...history, question];
  return { mention, text, files, question, request: { ...request, ...thoughts, ...told, model, contents } };
}
