/** A foreign server read by our client: neither the client nor our own simulator had a hand in its answers. */
import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Answer } from '../../src/core/answer.ts';
import type { Content } from '../../src/core/content.ts';
import type { ModelRequest } from '../../src/core/model.ts';
import { ask, clientOf, never } from './loopback.ts';

const WORDS = 'Streamed “für 東京” 🌍, with `code`, a\nline and data: in it.';
const functions = [{ name: 'clock', description: 'The time.', parametersJsonSchema: { type: 'object' } }];

let service: LLMock;
let gemini: ReturnType<typeof clientOf>;

beforeEach(async () => {
  service = new LLMock({ port: 0, logLevel: 'silent' });
  await service.start();
  gemini = clientOf(service.url);
});

afterEach(async () => {
  await gemini[Symbol.asyncDispose]();
  await service.stop();
});

const says = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] }) satisfies Partial<ModelRequest>;

async function read(change: Partial<ModelRequest>): Promise<{ answer: Answer; chunks: number; thrown?: unknown }> {
  const answer = new Answer();
  let chunks = 0;
  try {
    for await (const chunk of gemini.client.stream({ ...ask, ...change }, never)) {
      answer.add(chunk);
      chunks++;
    }
  } catch (thrown) {
    return { answer, chunks, thrown };
  }
  return { answer, chunks };
}

describe('text of @copilotkit/aimock', () => {
  it.each([1, 2, 7, 1000])('is read exactly, streamed %i characters at a time', async (chunkSize) => {
    service.onMessage('colour', { content: WORDS }, { chunkSize });
    const { answer, chunks } = await read(says('What colour?'));
    expect(answer.text).toBe(WORDS);
    expect(answer.outcome()).toEqual({ kind: 'answer' });
    expect(chunks).toBeGreaterThanOrEqual(Math.floor(WORDS.length / chunkSize));
  });

  it('is read whole', async () => {
    service.onMessage('colour', { content: WORDS });
    const { answer } = await read({ ...says('What colour?'), delivery: 'whole' });
    expect(answer.text).toBe(WORDS);
  });

  it('comes apart from the thoughts before it', async () => {
    service.onMessage('colour', { content: WORDS, reasoning: 'Light scatters.' });
    const { answer } = await read({ ...says('What colour?'), includeThoughts: true });
    expect([answer.thoughts, answer.text]).toEqual(['Light scatters.', WORDS]);
  });

  it('that breaks off is kept, and known to be broken', async () => {
    service.onMessage('colour', { content: WORDS }, { chunkSize: 4, truncateAfterChunks: 3, latency: 5 });
    const { answer, thrown } = await read(says('What colour?'));
    expect(answer.text).not.toBe('');
    expect(WORDS.startsWith(answer.text)).toBe(true);
    expect(thrown).toMatchObject({ code: 'stream.broken' });
  });
});

describe('calls of @copilotkit/aimock', () => {
  const toolCalls = [
    { name: 'clock', arguments: '{"zone":"Asia/Tokyo"}' },
    { name: 'clock', arguments: '{}' },
  ];

  it.each(['stream', 'whole'] as const)('are read, and their results are taken: %s', async (delivery) => {
    service.on({ userMessage: 'time', hasToolResult: false }, { toolCalls });
    service.on({ userMessage: 'time', hasToolResult: true }, { content: 'Noon.' });
    const question: Content = { role: 'user', parts: [{ text: 'What time is it?' }] };
    const asked = { functions, delivery };
    // Its finish reason here is FUNCTION_CALL, which the API does not have: only the calls are looked at.
    const { answer } = await read({ ...asked, contents: [question] });
    expect(answer.calls.map(({ name, args }) => ({ name, args }))).toEqual([
      { name: 'clock', args: { zone: 'Asia/Tokyo' } },
      { name: 'clock', args: {} },
    ]);
    const results = answer.calls.map(({ id, name }) => ({
      functionResponse: { name, ...(id === undefined ? {} : { id }), response: { time: '12:00' } },
    }));
    const contents: readonly Content[] = [
      question,
      { role: 'model', parts: answer.parts },
      { role: 'user', parts: results },
    ];
    expect((await read({ ...asked, contents })).answer.text).toBe('Noon.');
  });
});

describe('errors of @copilotkit/aimock', () => {
  it('that pass are asked over', async () => {
    service.onMessage('colour', { content: WORDS });
    service.nextRequestError(503, { message: 'The model is overloaded.' });
    expect((await read(says('What colour?'))).answer.text).toBe(WORDS);
  });

  it.each([
    [401, 'model.key'],
    [429, 'model.quota'],
    [500, 'model.unavailable'],
  ])('%i is %s', async (status, code) => {
    service.onMessage('colour', { error: { message: 'No.' }, status });
    expect((await read(says('What colour?'))).thrown).toMatchObject({ code });
  });
});
