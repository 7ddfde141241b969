import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTurn } from '../../src/conversation/turn.ts';
import { answerTextOf, imagesOf, type Turn } from '../../src/core/conversation.ts';
import type { JsonObject } from '../../src/core/content.ts';
import type { ModelRequest } from '../../src/core/model.ts';
import type { GeminiClient } from '../../src/gemini/client.ts';
import { EVERYDAY } from '../../src/tools/everyday.ts';
import { CheckedToolbox } from '../../src/tools/toolbox.ts';
import { call, cutAfter, image, parts, text, times } from '../simulators/gemini/answers.ts';
import type { RecordedRequest } from '../simulators/gemini/request.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';
import { aPlan } from '../support/builders.ts';
import { clientOf, quietLog } from '../support/model.ts';

const toolbox = new CheckedToolbox(EVERYDAY, quietLog);
const PNG = Buffer.from('iVBORw0KGgo=', 'base64');

let gemini: GeminiSimulator;
let client: GeminiClient;
beforeAll(async () => {
  gemini = await GeminiSimulator.start();
  client = clientOf(gemini);
});
afterAll(async () => {
  await client.stop();
  await gemini.stop();
  gemini.assertUsed();
});

async function run(
  change: Partial<ModelRequest> = {},
): Promise<{ said: string; turn: Turn; asked: readonly RecordedRequest[] }> {
  const plan = aPlan({ functions: toolbox.declarations, ...change });
  const before = gemini.requests.length;
  const running = runTurn(plan, { client, toolbox }, new AbortController().signal);
  let said = '';
  for (;;) {
    const step = await running.next();
    if (step.done === true) return { said, turn: step.value, asked: gemini.requests.slice(before) };
    if (step.value.kind === 'text') said += step.value.text;
  }
}

function contentsOf(request: RecordedRequest | undefined): readonly JsonObject[] {
  return JSON.parse(Buffer.from(request?.bytes ?? '{}').toString()).contents;
}

const tokyo = { name: 'current_time', args: { timeZone: 'Asia/Tokyo' } };
const paris = { name: 'current_time', args: { timeZone: 'Europe/Paris' } };

describe('a turn in which the model calls functions', () => {
  it.each([true, false])(
    'answers parallel calls in one content, with ids and signatures as they came (one event: %s)',
    async (together) => {
      gemini.next(call([tokyo, paris], { together }), text('Late here, early there.'));
      const { turn, asked } = await run();
      const [, model, responses] = contentsOf(asked[1]);
      const called = JSON.stringify(model);
      expect(called).toContain('thoughtSignature');
      expect(responses).toMatchObject({
        role: 'user',
        parts: [
          { functionResponse: { name: 'current_time', response: { timeZone: 'Asia/Tokyo' } } },
          { functionResponse: { name: 'current_time', response: { timeZone: 'Europe/Paris' } } },
        ],
      });
      expect(answerTextOf(turn)).toBe('Late here, early there.');
      expect(turn.contents.map((content) => content.role)).toEqual(['user', 'model', 'user', 'model']);
    },
  );

  it('adds up what all its requests used', async () => {
    gemini.next(call(tokyo, { usage: { promptTokenCount: 10 } }), text('Nine.', { usage: { promptTokenCount: 25 } }));
    expect((await run()).turn.usage.promptTokenCount).toBe(35);
  });

  it('tells the model of a function that does not exist, and goes on', async () => {
    gemini.next(call({ name: 'launch' }), text('I cannot.'));
    const { turn, asked } = await run();
    expect(JSON.stringify(contentsOf(asked[1]))).toContain('There is no tool launch.');
    expect(turn.ending).toEqual({ kind: 'complete' });
  });

  it('lets it call eight times, and then has it answer without', async () => {
    gemini.next(...times(8, call(tokyo)), text('Enough.'));
    const { turn, asked } = await run();
    expect(asked).toHaveLength(9);
    expect(asked.map((request) => JSON.stringify(request.body).includes('"NONE"')).lastIndexOf(true)).toBe(8);
    expect(answerTextOf(turn)).toBe('Enough.');
  });

  it.each(['ANY', 'VALIDATED', 'AUTO'] as const)('is told how to call them: %s', async (mode) => {
    gemini.next(call(tokyo), text('Nine.'));
    const functionCalling = { mode, ...(mode === 'AUTO' ? {} : { allowedFunctionNames: ['current_time'] }) };
    const { turn, asked } = await run({ functionCalling });
    // A model that is made to call would never come to an answer.
    expect(asked.map(({ body }) => body['toolConfig'])).toEqual([
      { functionCallingConfig: functionCalling },
      mode === 'ANY' ? undefined : { functionCallingConfig: functionCalling },
    ]);
    expect(answerTextOf(turn)).toBe('Nine.');
  });

  it('that never ends is cut, with a reason its reader can be told', async () => {
    gemini.next(...times(9, call(tokyo)));
    const { turn, asked } = await run();
    expect(asked).toHaveLength(9);
    expect(turn.ending).toEqual({ kind: 'cut', reason: 'TOO_MANY_TOOL_CALLS' });
    expect(JSON.stringify(turn.contents.at(-1))).not.toContain('functionCall"');
  });

  it('runs no call of an answer that was cut', async () => {
    gemini.next(call(tokyo, { finishReason: 'SAFETY' }));
    const { turn, asked } = await run();
    expect(asked).toHaveLength(1);
    expect(turn.ending).toEqual({ kind: 'cut', reason: 'SAFETY' });
  });

  it('keeps what was said before a call, and remembers no call without its response', async () => {
    gemini.next(
      parts([[{ text: 'Let me look. ' }], [{ functionCall: tokyo }]]),
      cutAfter(text('It is nine.', { chunks: 2 }), 1, { kind: 'reset' }),
    );
    const { said, turn } = await run();
    expect(said.startsWith('Let me look. It is')).toBe(true);
    expect(turn.ending).toEqual({ kind: 'broken', code: 'stream.broken' });
    const last = JSON.stringify(turn.contents.at(-1));
    expect(last).not.toContain('functionCall');
    expect(answerTextOf(turn)).toBe(said);
  });
});

it.each(['stream', 'whole'] as const)(
  'a turn is answered alike, however the answer is delivered: %s',
  async (delivery) => {
    gemini.next(text('One two three.', { chunks: 3 }));
    const { said, asked } = await run({ functions: [], delivery });
    expect(said).toBe('One two three.');
    expect(asked[0]?.operation).toBe(delivery === 'whole' ? 'generateContent' : 'streamGenerateContent');
  },
);

describe('a turn about a picture, a sound and a film', () => {
  it('sends them along as they are', async () => {
    const media = [
      { inlineData: { mimeType: 'image/png', data: PNG.toString('base64') } },
      { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
      { inlineData: { mimeType: 'audio/ogg', data: 'T2dnUw==' } },
      { fileData: { mimeType: 'video/mp4', fileUri: 'https://video.example/film.mp4' } },
    ];
    const contents = [{ role: 'user', parts: [...media, { text: 'what is this?' }] } as const];
    gemini.next(text('A film.'));
    const { turn, asked } = await run({ functions: [], contents });
    expect(contentsOf(asked[0])).toEqual(contents);
    expect(answerTextOf(turn)).toBe('A film.');
  });
});

describe('a turn in which the model runs code', () => {
  it('shows the code and what came of it, as it is remembered', async () => {
    gemini.next(
      parts([
        [{ text: 'Counting.' }],
        [{ executableCode: { language: 'PYTHON', code: 'print(2 + 2)\n' } }],
        [{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '4\n' } }],
        [{ text: 'It is 4.' }],
      ]),
    );
    const { said, turn } = await run({ functions: [], codeExecution: true });
    expect(said).toBe('Counting.\n\n```python\nprint(2 + 2)\n```\n\n\n\n```\n4\n```\n\nIt is 4.');
    expect(answerTextOf(turn)).toBe(said);
  });
});

describe('a turn in which the model draws', () => {
  it('brings the picture and leaves drafts out', async () => {
    gemini.next(image({ data: PNG, drafts: [Buffer.from('draft')] }, { caption: 'A cat.' }));
    const { turn, asked } = await run({
      model: 'gemini-nano-banana-2.1',
      functions: [],
      images: { aspectRatio: '1:1' },
    });
    expect(imagesOf(turn)).toEqual([{ mimeType: 'image/png', data: PNG.toString('base64') }]);
    expect(answerTextOf(turn)).toBe('A cat.');
    expect(asked[0]?.operation).toBe('generateContent');
    expect(JSON.stringify(asked[0]?.body)).toContain('"aspectRatio":"1:1"');
  });
});
