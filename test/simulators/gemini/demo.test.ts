import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/content.ts';
import { demoAnswer } from './demo.ts';
import { topics } from './demo-topics.ts';
import { ask, type Asked } from './plain-client.ts';
import type { Answer } from './script.ts';
import { GeminiSimulator } from './simulator.ts';

let gemini: GeminiSimulator;
const given: Answer[] = [];

beforeAll(async () => {
  gemini = await GeminiSimulator.start({ dialect: 'comet' });
  gemini.otherwise((request) => {
    const answer = demoAnswer(request);
    given.push(answer);
    return withoutDelays(answer);
  });
});
afterAll(() => gemini.stop());

function withoutDelays(answer: Answer): Answer {
  return answer.kind === 'model' ? { ...answer, steps: answer.steps.filter((step) => step.kind !== 'delay') } : answer;
}

async function told(questions: readonly string[], more: JsonObject = {}): Promise<Asked> {
  const contents = questions.flatMap((question, index) => [
    { role: 'user', parts: [{ text: question }] },
    ...(index < questions.length - 1 ? [{ role: 'model', parts: [{ text: 'so' }] }] : []),
  ]);
  return ask(gemini, { contents, ...more });
}

const QUESTIONS = [
  'Who are you?',
  'Compare the planets',
  'How do I bake bread?',
  'Explain sorting',
  'How do streams work?',
  'Say hello',
  'Why is the sky blue?',
];

describe('the stand-in', () => {
  it.each(QUESTIONS)('says first what it is, and much after it: %s', async (question) => {
    const { text } = await told([question]);
    expect(text).toMatch(/^\*\*Stand-in model:\*\*/);
    const bytes = Buffer.byteLength(text);
    expect([bytes > 1500, bytes < 6000]).toEqual([true, true]);
  });

  it('answers each of them differently, and together in everything Markdown has', async () => {
    const answers = await Promise.all(QUESTIONS.map(async (question) => (await told([question])).text));
    expect(new Set(answers).size).toBe(topics.length);
    const all = answers.join('\n');
    for (const kind of [
      /^```ts$/m,
      /^```python$/m,
      /^\|.*\|$/m,
      /^ {3}- /m,
      /^> /m,
      /[\u0600-\u06FF]/,
      /[\u3040-\u30FF]/,
      /\p{Emoji_Presentation}/u,
    ])
      expect(all).toMatch(kind);
  });

  it('answers what it has no words for, the same way each time', async () => {
    const [first, second] = [await told(['Xyzzy?']), await told(['Xyzzy?'])];
    expect(first.text).toMatch(/^\*\*Stand-in model:\*\*/);
    expect(second.text).toBe(first.text);
  });

  it('streams in twenty to sixty uneven pieces, 30 to 120 ms apart', async () => {
    await told(['Who are you?']);
    const answer = given.at(-1);
    const steps = answer?.kind === 'model' ? answer.steps : [];
    const sizes = steps.flatMap((step) =>
      step.kind === 'event' ? [step.candidate?.content?.parts?.[0]?.text?.length] : [],
    );
    const waits = steps.slice(1).flatMap((step) => (step.kind === 'delay' ? [step.ms] : []));
    expect([sizes.length >= 20, sizes.length <= 62, new Set(sizes).size > 10]).toEqual([true, true, true]);
    expect([Math.min(...waits) >= 30, Math.max(...waits) <= 120]).toEqual([true, true]);
  });

  it('remembers: counts the questions before and quotes the last', async () => {
    expect((await told(['Who are you?'])).text).toContain('This is the first question');
    expect((await told(['Say *hello*', 'And now?'])).text).toContain(
      'You asked one question before this one; the last was:\n\n> Say \\*hello\\*\n',
    );
    expect((await told(['a', 'b', 'c'])).text).toContain('You asked 2 questions before');
  });

  it('gives sources on request, whose passages stand in the text', async () => {
    const asked = { tools: [{ googleSearch: {} }] };
    for (const question of QUESTIONS) {
      const { chunks, text } = await told([question], asked);
      const metadata = chunks.at(-1)?.candidates?.[0]?.groundingMetadata;
      expect(metadata?.groundingChunks?.every((chunk) => chunk.web?.uri?.startsWith('https://'))).toBe(true);
      expect(metadata?.groundingSupports?.length).toBe(metadata?.groundingChunks?.length);
      for (const { segment } of metadata?.groundingSupports ?? []) expect(text).toContain(segment?.text);
    }
    expect((await told(['Say hello'])).chunks.at(-1)?.candidates?.[0]?.groundingMetadata).toBeUndefined();
  });

  it('thinks aloud when asked, and more when told to', async () => {
    const thinking = (thinkingConfig: JsonObject) => told(['Say hello'], { generationConfig: { thinkingConfig } });
    const loud = await thinking({ includeThoughts: true });
    expect(loud.chunks[0]?.candidates?.[0]?.content?.parts?.[0]?.thought).toBe(true);
    const [low, high] = [await thinking({ thinkingLevel: 'LOW' }), await thinking({ thinkingLevel: 'HIGH' })];
    expect(low.text).toContain('Thinking was set to *low*');
    expect(high.text).toContain('Thinking was set to *high*');
    expect(high.text.length).toBeGreaterThan(low.text.length + 200);
    expect(loud.text).toContain('Thinking was left to the model.');
  });
});
