/** From bytes to what stands: whatever the cuts, a reader ends up with exactly the model's text. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTurn } from '../../src/conversation/turn.ts';
import type { GeminiClient } from '../../src/gemini/client.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { present } from '../../src/reply/presenter.ts';
import { CheckedToolbox } from '../../src/tools/toolbox.ts';
import { FakeSurface } from '../reply/fake-surface.ts';
import { delivered, text } from '../simulators/gemini/answers.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';
import { aPlan } from '../support/builders.ts';
import { clientOf, quietLog } from '../support/model.ts';

const plan = aPlan({ systemInstruction: '' });
const toolbox = new CheckedToolbox([], quietLog);

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

/** Markdown in pieces, so that fences, emphasis and links are cut too. */
const markdown = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom(
        '**bold**',
        '`code`',
        '\n\n```ts\nlet x;\n```\n\n',
        '\n- item\n',
        '[a](https://a.example)',
        ' 👩🏽‍💻 ',
        '| a |\n|---|\n| b |\n',
      ),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))
  .filter((answer) => answer.trim() !== '');

describe('an answer', () => {
  it('stands exactly as the model wrote it, wherever the stream was cut', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(markdown, sizes, fc.integer({ min: 1, max: 15 }), async (answer, cuts, chunks) => {
        gemini.next(delivered(text(answer, { chunks }), { cuts: { sizes: cuts } }));
        const surface = new FakeSurface();
        const { signal } = new AbortController();
        const { turn } = await present((ends) => runTurn(plan, { client, toolbox }, ends), surface, {
          signal,
          notices: noticesIn(),
          log: quietLog,
          onPosts: async () => undefined,
        });
        expect(surface.finished.map((reply) => reply.text)).toEqual([answer]);
        expect(turn.ending).toEqual({ kind: 'complete' });
      }),
      { numRuns: 300 },
    );
  });
});
