/** What the service insists on model by model: thinking, tools and their combinations, candidates, thought signatures. */
import { type Fault, invalidArgument } from './faults.ts';
import { questionOf, toolKinds } from './request.ts';
import type { Checked, Rule } from './validation.ts';

/** @see https://ai.google.dev/gemini-api/docs/thinking */
const thinkingFits: Rule = ({ request, model }) => {
  const { thinkingBudget, thinkingLevel } = request.generationConfig?.thinkingConfig ?? {};
  if (thinkingBudget !== undefined && thinkingLevel !== undefined)
    return invalidArgument('You can only set only one of thinking budget and thinking level.');
  if (thinkingLevel !== undefined) return levelFault(thinkingLevel.toUpperCase(), model.thinking);
  return thinkingBudget === undefined ? undefined : budgetFault(thinkingBudget, model.thinking);
};

type Thinking = Checked['model']['thinking'];

function levelFault(level: string, thinking: Thinking): Fault | undefined {
  if (thinking.kind !== 'level') return invalidArgument('Thinking level is not supported for this model.');
  if (thinking.levels.includes(level)) return undefined;
  return invalidArgument(
    `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`,
  );
}

/** A budget on Gemini 3 is taken for compatibility, except 0 on some. */
function budgetFault(budget: number, thinking: Thinking): Fault | undefined {
  const none = invalidArgument('Budget 0 is invalid. This model only works in thinking mode.');
  if (thinking.kind === 'none') return invalidArgument('Thinking is not enabled for this model.');
  if (thinking.kind === 'level') return budget === 0 && !thinking.zeroBudget ? none : undefined;
  if (budget === -1) return undefined;
  if (budget === 0) return thinking.canBeOff ? undefined : none;
  if (budget >= thinking.min && budget <= thinking.max) return undefined;
  return invalidArgument(
    `The thinking budget ${budget} is invalid. Please choose a value between ${thinking.min} and ${thinking.max}.`,
  );
}

/** @see https://ai.google.dev/gemini-api/docs/function-calling */
const toolsCombine: Rule = ({ request, model, dialect }) => {
  const kinds = toolKinds(request);
  const flag = request.toolConfig?.includeServerSideToolInvocations === true;
  if (kinds.has('googleSearchRetrieval'))
    return invalidArgument('google_search_retrieval is not supported. Please use google_search tool instead.');
  if (flag && model.generation === 2)
    return invalidArgument(`Tool call context circulation is not enabled for models/${model.id}.`);
  const mixed = kinds.has('functionDeclarations') && kinds.size > 1;
  if (mixed && model.generation === 2) return invalidArgument('Tool use with function calling is unsupported');
  if (mixed && dialect === 'google' && !flag)
    return invalidArgument(
      'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling.',
    );
  return undefined;
};

const toolsFitImages: Rule = ({ request, model }) => {
  if (!model.makesImages) return undefined;
  const kinds = [...toolKinds(request)];
  if (kinds.includes('functionDeclarations'))
    return invalidArgument(`Function calling is not enabled for models/${model.id}`);
  const refused = kinds.find((kind) => kind !== 'googleSearch' || !model.searches);
  return refused === undefined ? undefined : invalidArgument(`${refused} is not enabled for models/${model.id}`);
};

const jsonWithoutTools: Rule = ({ request, model }) => {
  const type = request.generationConfig?.responseMimeType;
  if (type !== 'application/json' || model.generation !== 2 || (request.tools ?? []).length === 0) return undefined;
  return invalidArgument(`Tool use with a response mime type: '${type}' is unsupported`);
};

const oneSchema: Rule = ({ request }) => {
  const { responseSchema, responseJsonSchema } = request.generationConfig ?? {};
  if (!responseSchema || !responseJsonSchema) return undefined;
  return invalidArgument('Only one of response_schema and response_json_schema can be set.');
};

const functionNames: Rule = ({ request }) => {
  const declared = (request.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  const at = declared.findIndex((each) => !/^[\w.:-]{1,128}$/.test(each.name ?? ''));
  if (at === -1) return undefined;
  return invalidArgument(
    `* GenerateContentRequest.tools[0].function_declarations[${at}].name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.\n`,
  );
};

const oneCandidate: Rule = ({ request, model }) => {
  const wanted = request.generationConfig?.candidateCount ?? 1;
  if (wanted <= 1 || model.generation === 2) return undefined;
  return invalidArgument('Multiple candidates is not enabled for this model');
};

/** The current turn begins after the user's last own words. */
function currentTurn({ request }: Checked): number {
  const own = (request.contents ?? []).findLastIndex(
    (content) => content.role !== 'model' && !content.parts.some((part) => part.functionResponse),
  );
  return own + 1;
}

/** @see https://ai.google.dev/gemini-api/docs/thought-signatures */
const callsSigned: Rule = (call) => {
  if (call.model.generation === 2) return undefined;
  const start = currentTurn(call);
  for (const [index, content] of (call.request.contents ?? []).entries()) {
    const first = content.parts.find((part) => part.functionCall);
    if (index < start || !first?.functionCall || first.thoughtSignature !== undefined) continue;
    return invalidArgument(
      `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${first.functionCall.name}\`, position ${index + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
    );
  }
  return undefined;
};

/** Signatures of another model, key or backend are told; those of the current turn must also be where they were given. */
const signaturesOwn: Rule = (call) => {
  if (call.model.generation === 2) return undefined;
  const start = currentTurn(call);
  const question = questionOf(call.request);
  for (const [index, content] of (call.request.contents ?? []).entries())
    for (const { thoughtSignature } of content.parts) {
      if (thoughtSignature === undefined) continue;
      const fault = call.signer.fault(thoughtSignature, call.model.id, index < start ? undefined : question);
      if (fault)
        return invalidArgument(fault === 'corrupted' ? 'Corrupted thought signature.' : 'Invalid thought signature.');
    }
  return undefined;
};

export const modelRules: readonly Rule[] = [
  thinkingFits,
  toolsCombine,
  toolsFitImages,
  jsonWithoutTools,
  oneSchema,
  functionNames,
  oneCandidate,
  callsSigned,
  signaturesOwn,
];
