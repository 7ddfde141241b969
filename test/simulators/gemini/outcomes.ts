/** The ways an answer can turn out besides plain text, each on demand. */
import type { Part } from '../../../src/core/content.ts';
import { after, call, image, parts, steps, text } from './answers.ts';
import { earlyStop, withoutCandidates } from './interruptions.ts';
import type { ModelAnswer, Step, WireCandidate } from './script.ts';

/** Every documented finish reason, two that only others' code knows, and one that nobody does. */
export const FINISH_REASONS: readonly string[] = `
  STOP MAX_TOKENS SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL
  IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_OTHER NO_IMAGE IMAGE_RECITATION UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS
  MISSING_THOUGHT_SIGNATURE MALFORMED_RESPONSE FINISH_REASON_UNSPECIFIED CONTINUATION MODEL_ARMOR ESCALATION
  PUP_LIMITED_DISABLED LOST_INTEREST`
  .trim()
  .split(/\s+/);

/** Every documented reason to refuse a prompt, and one that nobody knows. */
export const BLOCK_REASONS: readonly string[] =
  'SAFETY OTHER BLOCKLIST PROHIBITED_CONTENT IMAGE_SAFETY MODEL_ARMOR JAILBREAK BAD_MOOD'.split(' ');

export interface StopScript {
  /** What was said before. */
  readonly said?: string;
  /** How the last event is without text: content missing, `{}`, or with a role and no parts. */
  readonly content?: 'missing' | 'empty' | 'without-parts';
  readonly message?: string;
}

/** Ends for this reason, after some text or without any. */
export function stopped(
  reason: string,
  { said = '', content = 'without-parts', message }: StopScript = {},
): ModelAnswer {
  const contents = { missing: undefined, empty: {}, 'without-parts': { role: 'model' } };
  const last = contents[content];
  const candidate: WireCandidate = {
    ...(last && { content: last }),
    finishReason: reason,
    ...(message !== undefined && { finishMessage: message }),
    ...(reason === 'SAFETY' && { safetyRatings: RATINGS }),
    ...(reason === 'CONTINUATION' && { continuationToken: 'Q29udGludWU' }),
  };
  return steps([...text(said, { finishReason: undefined }).steps, { kind: 'event', candidate }]);
}

const RATINGS = [{ category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true }];

/** The prompt is refused: no candidates at all. */
export function blocked(reason: string, message?: string): ModelAnswer {
  const promptFeedback = { blockReason: reason, ...(message !== undefined && { blockReasonMessage: message }) };
  return steps([{ kind: 'event', response: { promptFeedback: { ...promptFeedback, safetyRatings: RATINGS } } }]);
}

/** All of the limit went into thinking. */
export function thoughtsOnly(): ModelAnswer {
  const { steps: thinking } = parts([], {
    thoughts: ['**Weighing it**\n\nSo viele Möglichkeiten …'],
    finishReason: undefined,
  });
  return { ...steps([...thinking, ...stopped('MAX_TOKENS').steps]), usage: { thoughtsTokenCount: 4096 } };
}

/** STOP, and nothing was said. */
export function emptyStop(): ModelAnswer {
  return parts([], { signed: false });
}

const GROUNDED = 'Zürich liegt am Zürichsee. 東京は日本の首都です。 Naïve café 🌍 done.';
const GROUNDING = {
  sources: [{ title: 'zuerich.com' }, { title: '東京.jp' }],
  supports: [
    { passage: 'Zürich liegt am Zürichsee.', sources: [0] },
    { passage: '東京は日本の首都です。', sources: [1] },
    { passage: 'Naïve café 🌍 done.', sources: [0, 1] },
  ],
  queries: ['Zürich Lage', '', '東京 首都'],
};

/** A PNG of one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Each by its name. What is grounded needs a request with googleSearch, what thinks one with includeThoughts. */
export const outcomes = {
  plain: () => text(GROUNDED),
  grounded: () => text(GROUNDED, { grounding: GROUNDING }),
  groundedWithEmptyChunk: () => text(GROUNDED, { grounding: { ...GROUNDING, emptyChunk: true } }),
  groundedWithDrift: () => text(GROUNDED, { grounding: { ...GROUNDING, drifting: true } }),
  groundedByMaps: () =>
    text('Café Central is near.', {
      grounding: {
        sources: [{ title: 'Café Central', placeId: 'places/ChIJ1' }],
        supports: [{ passage: 'Café Central', sources: [0] }],
      },
    }),
  groundingEmptyOnEveryEvent: () => mapEvents(text(GROUNDED), { groundingMetadata: {} }),
  groundingWithoutChunks: () => mapEvents(text(GROUNDED), { groundingMetadata: { webSearchQueries: ['Zürich'] } }),
  cited: () =>
    text(GROUNDED, {
      citations: [
        { startIndex: 5, endIndex: 20, uri: 'https://example.com/a', license: 'mit' },
        { startIndex: 21, endIndex: 30 },
        {},
        { endIndex: 9, uri: 'https://example.com/a' },
      ],
    }),
  thoughtful: () => text(GROUNDED, { thoughts: ['**Looking closer**\n\nErst denken.', '**Deciding**\n\nDann reden.'] }),
  thoughtsOnly,
  emptyStop,
  earlyStop: () => after(text(GROUNDED), 1, earlyStop()),
  eventsWithoutCandidates: () => after(text(GROUNDED), 1, withoutCandidates()),
  severalPartsInOneEvent: () => parts([[{ text: 'One, ' }, { text: 'two, ' }, {}, { text: 'three.' }]]),
  onlyOneEvent: () => text(GROUNDED, { chunks: 1 }),
  oneCharacterPerEvent: () => text(GROUNDED, { chunks: 'characters' }),
  image: () => image({ data: PIXEL, drafts: [PIXEL] }, { caption: 'Voilà:' }),
  textInsteadOfImage: () => text('I would rather describe it: a small red square.'),
  imageAsDataUrl: () => text(`![pixel](data:image/png;base64,${PIXEL.toString('base64')})`),
  parallelCalls: () =>
    call([
      { name: 'weather', args: { city: 'Zürich' } },
      { name: 'weather', args: { city: '東京' } },
    ]),
  parallelCallsInOneEvent: () =>
    call([{ name: 'weather', args: { city: 'Oslo' } }, { name: 'clock' }], { together: true }),
  callsWithoutIds: () => call([{ name: 'weather', args: {} }, { name: 'clock' }], { callIds: false }),
  callWithoutArguments: () => call({ name: 'clock' }),
  undeclaredCall: () =>
    call(
      { name: 'default_api:nobody_declared_this' },
      { finishReason: 'UNEXPECTED_TOOL_CALL', finishMessage: 'Unexpected tool call: nobody_declared_this' },
    ),
  partialArguments: () => partialArguments('closed'),
  partialArgumentsLeftOpen: () => partialArguments('left open'),
  codeRun: () =>
    parts([
      [{ executableCode: { id: 'c0dec0de', language: 'PYTHON', code: 'print(6 * 7)\n' } }],
      [{ codeExecutionResult: { id: 'c0dec0de', outcome: 'OUTCOME_OK', output: '42\n' } }],
      [{ text: 'It is **42**.' }],
    ]),
  urlsRead: () =>
    mapEvents(text('The page says hello.', { chunks: 1 }), {
      urlContextMetadata: {
        urlMetadata: [
          { retrievedUrl: 'https://example.com/', urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' },
          { urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_ERROR' },
        ],
      },
    }),
} satisfies Readonly<Record<string, () => ModelAnswer>>;

/** Vertex streams a call's arguments in pieces, and was seen not to close the last one. */
function partialArguments(end: 'closed' | 'left open'): ModelAnswer {
  const piece = (functionCall: object): readonly Part[] => [{ functionCall } as Part]; // partialArgs is Vertex's own
  const fragment = (jsonPath: string, rest: object) =>
    piece({ partialArgs: [{ jsonPath, ...rest }], willContinue: true });
  return parts(
    [
      piece({ name: 'weather', willContinue: true }),
      fragment('$.city', { stringValue: 'Zür', willContinue: true }),
      fragment('$.city', { stringValue: 'ich' }),
      fragment('$.days[0].count', { numberValue: 3 }),
      ...(end === 'closed' ? [piece({})] : []),
    ],
    { callIds: false },
  );
}

function mapEvents(answer: ModelAnswer, more: WireCandidate): ModelAnswer {
  const mapped = answer.steps.map(
    (step): Step => (step.kind === 'event' ? { ...step, candidate: { ...step.candidate, ...more } } : step),
  );
  return { ...answer, steps: mapped };
}
