/** Google's own SDK reads the simulator, so that our client and our simulator cannot share one misunderstanding. */
import { ApiError, type GenerateContentResponse, GoogleGenAI, ThinkingLevel } from '@google/genai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, delivered, image, refusal, text } from './answers.ts';
import { keyInvalid, overloaded, quotaExceeded } from './faults.ts';
import { blocked, outcomes, PIXEL, stopped } from './outcomes.ts';
import { GeminiSimulator } from './simulator.ts';

const MODEL = 'gemini-3.8-flash';
let gemini: GeminiSimulator;
let sdk: GoogleGenAI;

beforeEach(async () => {
  gemini = await GeminiSimulator.start();
  sdk = clientWith(gemini.apiKey);
});
afterEach(async () => {
  gemini.assertUsed();
  await gemini.stop();
});

function clientWith(apiKey: string): GoogleGenAI {
  return new GoogleGenAI({
    apiKey,
    apiVersion: 'v1beta',
    httpOptions: { baseUrl: gemini.baseUrl, retryOptions: { attempts: 1 } },
  });
}

async function streamed(request: Partial<Parameters<GoogleGenAI['models']['generateContentStream']>[0]> = {}) {
  const chunks: GenerateContentResponse[] = [];
  const stream = await sdk.models.generateContentStream({ model: MODEL, contents: 'Warum?', ...request });
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** The SDK's own `text` warns about parts of other kinds. */
function said(chunks: readonly GenerateContentResponse[], thought = false): string {
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  return parts.map((part) => ((part.thought ?? false) === thought ? (part.text ?? '') : '')).join('');
}

describe('@google/genai reads', () => {
  it('a unary text', async () => {
    gemini.next(text('Grüße aus 東京 🌍', { chunks: 'characters' }));
    const answer = await sdk.models.generateContent({ model: MODEL, contents: 'Warum?' });
    expect(answer.text).toBe('Grüße aus 東京 🌍');
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP');
    expect(answer.usageMetadata?.promptTokenCount).toBeGreaterThan(0);
    expect(answer.modelVersion).toBe(MODEL);
  });

  it.each([1, 2, 3, 7, 64])('a stream cut into pieces of %i bytes', async (size) => {
    gemini.next(text('Grüße <aus> 東京 🌍', { chunks: 4, delivery: { cuts: { sizes: [size] } } }));
    const chunks = await streamed();
    expect(said(chunks)).toBe('Grüße <aus> 東京 🌍');
    expect(new Set(chunks.map((chunk) => chunk.responseId)).size).toBe(1);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    expect(chunks.every((chunk) => (chunk.usageMetadata?.totalTokenCount ?? 0) > 0)).toBe(true);
  });

  it('thoughts before the answer, when they were asked for', async () => {
    gemini.next(outcomes.thoughtful(), outcomes.thoughtful());
    const config = { thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.LOW } };
    const open = await streamed({ config });
    expect(said(open, true)).toContain('Erst denken.');
    expect(open[0]?.candidates?.[0]?.content?.parts?.[0]?.thought).toBe(true);
    const shut = await streamed();
    expect(said(shut, true)).toBe('');
    expect(said(shut)).toBe(said(open));
    expect(shut[0]?.usageMetadata?.thoughtsTokenCount).toBeGreaterThan(0);
  });

  it('grounding, when a search tool was given', async () => {
    gemini.next(outcomes.grounded(), outcomes.grounded());
    const chunks = await streamed({ config: { tools: [{ googleSearch: {} }] } });
    const metadata = chunks.at(-1)?.candidates?.[0]?.groundingMetadata;
    const bytes = Buffer.from(said(chunks));
    expect(metadata?.groundingChunks?.map((chunk) => chunk.web?.title)).toEqual(['zuerich.com', '東京.jp']);
    expect(metadata?.groundingSupports).toHaveLength(3);
    for (const { segment } of metadata?.groundingSupports ?? [])
      expect(bytes.subarray(segment?.startIndex ?? 0, segment?.endIndex).toString()).toBe(segment?.text);
    expect((await streamed()).at(-1)?.candidates?.[0]?.groundingMetadata).toBeUndefined();
  });

  it('calls, and takes their answers with the signature that came', async () => {
    gemini.next(outcomes.parallelCalls(), text('Beide sonnig.'));
    const tools = [{ functionDeclarations: [{ name: 'weather', description: 'Weather', parametersJsonSchema: {} }] }];
    const parts = (await streamed({ config: { tools } })).flatMap(
      (chunk) => chunk.candidates?.[0]?.content?.parts ?? [],
    );
    const calls = parts.flatMap((part) => part.functionCall ?? []);
    expect(calls.map((each) => each.args)).toEqual([{ city: 'Zürich' }, { city: '東京' }]);
    expect(parts.map((part) => part.thoughtSignature !== undefined)).toEqual([true, false, false]);
    const responses = calls.map((functionCall) => ({
      functionResponse: { id: functionCall.id ?? '', name: functionCall.name ?? '', response: { sky: 'sunny' } },
    }));
    const contents = [
      { role: 'user', parts: [{ text: 'Warum?' }] },
      { role: 'model', parts: parts.filter((part) => part.functionCall) },
      { role: 'user', parts: responses },
    ];
    expect(said(await streamed({ contents, config: { tools } }))).toBe('Beide sonnig.');
  });

  it('an image', async () => {
    gemini.next(image({ data: PIXEL }, { caption: 'Voilà' }));
    const answer = await sdk.models.generateContent({ model: 'gemini-nano-banana-2.1', contents: 'Zeichne' });
    const [, drawn] = answer.candidates?.[0]?.content?.parts ?? [];
    expect(drawn?.inlineData).toEqual({ mimeType: 'image/png', data: PIXEL.toString('base64') });
  });

  it('reasons to stop and to refuse', async () => {
    gemini.next(stopped('SAFETY', { said: 'Erst' }), blocked('PROHIBITED_CONTENT'));
    const [cut, refused] = [await streamed(), await streamed()];
    expect([said(cut), cut.at(-1)?.candidates?.[0]?.finishReason]).toEqual(['Erst', 'SAFETY']);
    expect(refused[0]?.promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT');
  });

  it('citations', async () => {
    gemini.next(outcomes.cited());
    const metadata = (await streamed()).at(-1)?.candidates?.[0]?.citationMetadata;
    expect(JSON.stringify(metadata)).toContain('https://example.com/a');
  });

  it('the count of tokens and the list of models', async () => {
    expect((await sdk.models.countTokens({ model: MODEL, contents: 'Warum?' })).totalTokens).toBe(2);
    const names: (string | undefined)[] = [];
    for await (const each of await sdk.models.list()) names.push(each.name);
    expect(names).toContain(`models/${MODEL}`);
  });
});

describe('@google/genai is told', () => {
  it.each([
    { name: 'an overload', fault: overloaded(), status: 503, words: 'UNAVAILABLE' },
    { name: 'a quota', fault: quotaExceeded({ retryMs: 1000 }), status: 429, words: 'RESOURCE_EXHAUSTED' },
    { name: 'a bad key', fault: keyInvalid(), status: 400, words: 'API_KEY_INVALID' },
  ])('of $name', async ({ fault, status, words }) => {
    gemini.next(refusal(fault), refusal(fault));
    for (const asking of [() => streamed(), () => sdk.models.generateContent({ model: MODEL, contents: 'Warum?' })]) {
      const error: unknown = await asking().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status });
      expect(String(error)).toContain(words);
    }
  });

  it('of its own wrong key and unknown model', async () => {
    await expect(clientWith('wrong').models.generateContent({ model: MODEL, contents: 'x' })).rejects.toThrow(
      'API key not valid',
    );
    await expect(streamed({ model: 'gemini-0.1' })).rejects.toThrow(
      'models/gemini-0.1 is not found for API version v1beta',
    );
  });

  it('of nothing when the last blank line is missing: that is its own weakness', async () => {
    gemini.next(delivered(call({ name: 'clock' }), { ending: 'nothing' }));
    await expect(streamed()).rejects.toThrow('Incomplete JSON segment');
  });
});
