/** The client against servers that answer byte for byte: what it sends, hands out and says of it. */
import { describe, expect, it } from 'vitest';
import { ConfigError, ModelRejected } from '../../src/core/errors.ts';
import { aChunk } from '../support/builders.ts';
import {
  answering,
  ask,
  clientOf,
  collect,
  eventOf,
  failing,
  KEY,
  loopback,
  never,
  run,
  sse,
  streaming,
} from './loopback.ts';

describe('a streamed answer', () => {
  it('is handed out chunk by chunk, with fields nobody knows kept', async () => {
    const first = { ...aChunk('Ray'), futureField: { deep: [1] } };
    const { chunks } = await run([streaming(first, aChunk('leigh', 'STOP'))]);
    expect(chunks).toEqual([first, aChunk('leigh', 'STOP')]);
  });

  it('is handed out while it is still coming', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await loopback(async (_arrived, response) => {
      response.writeHead(200, sse).write(eventOf(aChunk('early ')));
      await gate.promise;
      response.end(eventOf(aChunk('late', 'STOP')));
    });
    await using gemini = clientOf(server.url);
    const stream = gemini.client.stream(ask, never)[Symbol.asyncIterator]();
    expect((await stream.next()).value).toEqual(aChunk('early '));
    gate.resolve();
    expect((await stream.next()).value).toEqual(aChunk('late', 'STOP'));
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('goes on after an early finish reason, to the end of the body', async () => {
    const { text } = await run([streaming(aChunk('', 'STOP'), aChunk('still here', 'STOP'), '[DONE]')]);
    expect(text).toBe('still here');
  });

  it('is logged with model, ids and tokens, and without a word of it', async () => {
    const { logged } = await run([streaming(aChunk('secret answer', 'STOP'))]);
    expect(logged).toEqual([
      [
        'model.answered',
        expect.objectContaining({
          model: 'gemini-3.8-flash',
          outcome: 'answer',
          promptTokens: 10,
          responseId: 'r1',
          attempts: 1,
        }),
      ],
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/secret answer|sky|sk-test/);
  });

  it('warns once of a model that is not the one asked', async () => {
    await using server = await loopback(streaming({ ...aChunk('hi', 'STOP'), modelVersion: 'gemini-4-argon' }));
    await using gemini = clientOf(server.url);
    await collect(gemini.client);
    await collect(gemini.client);
    const warned = gemini.logged.filter(([event]) => event === 'model.rerouted');
    expect(warned).toEqual([['model.rerouted', { model: 'gemini-3.8-flash', served: 'gemini-4-argon' }]]);
  });
});

describe('the one line that the log has of a request', () => {
  const ratings = [
    { category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' },
    { category: 'HARM_CATEGORY_HATE_SPEECH', probability: 'MEDIUM' },
    { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true },
    { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', probability: 'NEGLIGIBLE', blocked: true },
    { category: 'what Ada said', probability: 'HIGH' },
    'Ada',
  ];
  const usageMetadata = {
    promptTokenCount: 1,
    candidatesTokenCount: 2,
    thoughtsTokenCount: 3,
    toolUsePromptTokenCount: 4,
    cachedContentTokenCount: 5,
    totalTokenCount: 15,
  };
  const said = (text: string, more: object = {}) => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }],
    usageMetadata,
    modelVersion: 'gemini-3.8-flash-001',
    responseId: 'r1',
    createTime: '2026-11-22T09:30:00.000000Z',
  });
  const counted = {
    model: 'gemini-3.8-flash',
    served: 'gemini-3.8-flash-001',
    promptTokens: 1,
    answerTokens: 2,
    thoughtTokens: 3,
    toolTokens: 4,
    cachedTokens: 5,
    totalTokens: 15,
    attempts: 1,
    responseId: 'r1',
    createTime: '2026-11-22T09:30:00.000000Z',
  };
  const lines = (logged: readonly [string, unknown][]) =>
    logged.map(([event, fields]) => ({ event, ...Object(fields) }));

  it('says all that came with the answer but its words, and of messages, which quote people, only the length', async () => {
    const finish = { finishReason: 'SAFETY', finishMessage: 'Ada said so.', safetyRatings: ratings };
    const body = [eventOf(said('Well, ')), eventOf(said('Ada.', finish))];
    const { logged } = await run([answering(200, { ...sse, 'x-request-id': 'q-1' }, ...body)]);
    expect(lines(logged)).toEqual([
      {
        ...counted,
        event: 'model.answered',
        outcome: 'stopped',
        finishReason: 'SAFETY',
        finishMessageChars: 12,
        safety:
          'HARM_CATEGORY_HATE_SPEECH:MEDIUM HARM_CATEGORY_DANGEROUS_CONTENT:HIGH:blocked HARM_CATEGORY_SEXUALLY_EXPLICIT:NEGLIGIBLE:blocked',
        requestId: 'q-1',
        firstChunkMs: expect.any(Number),
        firstTextMs: expect.any(Number),
        totalMs: expect.any(Number),
      },
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/Ada|Well/);
  });

  it('says why a prompt was refused, and that nothing of a text came', async () => {
    const promptFeedback = { blockReason: 'SAFETY', blockReasonMessage: 'Ada asked.', safetyRatings: ratings };
    const { logged } = await run([streaming({ promptFeedback, usageMetadata: { promptTokenCount: 1 } })]);
    const [line] = lines(logged);
    expect(line).toMatchObject({ outcome: 'blocked', blockReason: 'SAFETY', blockMessageChars: 10 });
    expect(line.safety).toContain('DANGEROUS_CONTENT:HIGH:blocked');
    expect([line.firstTextMs, typeof line.firstChunkMs]).toEqual([undefined, 'number']);
    expect(JSON.stringify(logged)).not.toContain('Ada');
  });

  it('counts the time to the first text, not to the first thought', async () => {
    const thought = { candidates: [{ content: { role: 'model', parts: [{ text: 'Hm.', thought: true }] } }] };
    const gate = Promise.withResolvers<void>();
    await using server = await loopback(async (_arrived, response) => {
      response.writeHead(200, sse).write(eventOf(thought));
      await gate.promise;
      response.end(eventOf(aChunk('Yes.', 'STOP')));
    });
    await using gemini = clientOf(server.url);
    const stream = gemini.client.stream(ask, never)[Symbol.asyncIterator]();
    await stream.next();
    const thoughtAt = performance.now();
    while (performance.now() - thoughtAt < 5) await new Promise(setImmediate);
    gate.resolve();
    while ((await stream.next()).done !== true);
    const [line] = lines(gemini.logged);
    expect(line.firstTextMs).toBeGreaterThan(line.firstChunkMs);
  });

  it.each([
    ['broke off', streaming(said('Well, ')), 'stream.broken'],
    [
      'holds an error',
      streaming(said('Well, '), { error: { code: 503, message: 'Ada (request id: q-2)', status: 'UNAVAILABLE' } }),
      'model.unavailable',
    ],
  ])('says of an answer that %s what was known by then', async (_what, answerer, cause) => {
    const { logged } = await run([answerer]);
    expect(lines(logged)).toEqual([
      expect.objectContaining({ ...counted, event: 'model.failed', code: 'stream.broken', cause }),
    ]);
    if (cause === 'model.unavailable') expect(lines(logged)[0]).toMatchObject({ status: 200, requestId: 'q-2' });
    expect(JSON.stringify(logged)).not.toMatch(/Ada|Well/);
  });

  it.each(['left', 'stopped'] as const)('says of an answer whose reader %s what was known by then', async (how) => {
    await using server = await loopback((_arrived, response) => {
      response.writeHead(200, sse).write(eventOf(said('Well, ')));
    });
    await using gemini = clientOf(server.url);
    const stop = new AbortController();
    const stream = gemini.client.stream(ask, stop.signal);
    await stream.next();
    if (how === 'stopped') stop.abort(new Error('stopped'));
    await (how === 'left' ? stream.return(undefined) : stream.next().catch(() => undefined));
    expect(lines(gemini.logged)).toEqual([expect.objectContaining({ ...counted, event: 'model.left' })]);
  });

  it('says of a request that was refused which error it was', async () => {
    const { logged } = await run([answering(401, {}, '{"error":{"message":"Invalid token (request id: q-3)"}}')]);
    expect(lines(logged)).toEqual([
      expect.objectContaining({ event: 'model.failed', code: 'model.key', status: 401, requestId: 'q-3', attempts: 1 }),
    ]);
  });
});

describe('a wanted thinking depth', () => {
  it('is told as what it comes to, by the model’s rule and by what it has refused', async () => {
    const level = 'Thinking level is not supported for this model.';
    await using server = await loopback(failing(400, 'INVALID_ARGUMENT', level), streaming(aChunk('hi', 'STOP')));
    await using gemini = clientOf(server.url);
    const told = (model: string) =>
      (['auto', 'off', 'minimal', 'high'] as const).map((depth) => gemini.client.depthOf(model, depth));
    expect(told('gemini-3.8-flash')).toEqual(['auto', 'low', 'low', 'high']);
    expect(told('gemini-2.5-flash')).toEqual(['auto', 'off', 'minimal', 'high']);
    expect(told('gemini-nano-banana-2.1')).toEqual(['auto', 'auto', 'auto', 'auto']);
    expect(told('gemini-unheard-of')).toEqual(['auto', 'auto', 'auto', 'auto']);
    await collect(gemini.client, { thinking: 'high' });
    expect(told('gemini-3.8-flash')).toEqual(['auto', 'auto', 'auto', 'auto']);
  });
});

describe('the request', () => {
  it('goes to the streaming operation with the key in one header and nowhere else', async () => {
    const { arrived } = await run([streaming(aChunk('hi', 'STOP'))]);
    expect(arrived).toHaveLength(1);
    expect(arrived[0]).toMatchObject({
      method: 'POST',
      url: '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
      headers: {
        'x-goog-api-key': KEY,
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
      },
    });
    expect(arrived[0]?.headers).not.toHaveProperty('authorization');
    expect(arrived[0]?.body).not.toContain(KEY);
  });

  it('carries the key as a bearer token where that is configured', async () => {
    const { arrived } = await run([streaming(aChunk('hi', 'STOP'))], { auth: 'bearer' });
    expect(arrived[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(arrived[0]?.headers).not.toHaveProperty('x-goog-api-key');
  });

  it('asks models that write images for the whole answer at once', async () => {
    await using server = await loopback(
      answering(200, { 'content-type': 'application/json' }, JSON.stringify(aChunk('hi'))),
    );
    await using gemini = clientOf(server.url);
    const { text, thrown } = await collect(gemini.client, { model: 'models/gemini-nano-banana-2.1' });
    expect({ text, thrown }).toEqual({ text: 'hi', thrown: undefined });
    expect(server.arrived[0]).toMatchObject({
      url: '/v1beta/models/gemini-nano-banana-2.1:generateContent',
      headers: { accept: 'application/json' },
    });
  });

  it.each([
    ['', '/v1beta/models/'],
    ['/', '/v1beta/models/'],
    ['/v1', '/v1beta/models/'],
    ['/v1beta/', '/v1beta/models/'],
    ['/gemini//', '/gemini/v1beta/models/'],
    ['/gemini/v1beta', '/gemini/v1beta/models/'],
  ])('reaches the service at base address …%s', async (path, expected) => {
    await using server = await loopback(streaming(aChunk('hi', 'STOP')));
    await using gemini = clientOf(`${server.url}${path}`);
    await collect(gemini.client, { model: 'a/b c' });
    expect(server.arrived[0]?.url).toBe(`${expected}a%2Fb%20c:streamGenerateContent?alt=sse`);
  });

  it.each([
    'http://example.com',
    'ftp://127.0.0.1',
    'api.cometapi.com',
    '',
    'https://a:b@example.com',
    'https://example.com/?key=x',
  ])('is never sent to %j', (baseUrl) => expect(() => clientOf(baseUrl)).toThrow(ConfigError));

  it.each(['', 'sk with space', 'sk\nline', 'schlüssel'])(
    'is never sent with the key %j, which is not repeated',
    (apiKey) => {
      expect(() => clientOf('https://example.com', { apiKey })).toThrow(ConfigError);
      if (apiKey !== '') expect(() => clientOf('https://example.com', { apiKey })).not.toThrow(apiKey);
    },
  );

  it('is refused here when its body is too large for every backend', async () => {
    await using server = await loopback(streaming(aChunk('hi', 'STOP')));
    await using gemini = clientOf(server.url);
    const data = 'A'.repeat(20_000_001);
    const { thrown } = await collect(gemini.client, {
      contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data } }] }],
    });
    expect(thrown).toBeInstanceOf(ModelRejected);
    expect(thrown).toMatchObject({ reason: 'too-large' });
    expect(server.arrived).toHaveLength(0);
  });
});
