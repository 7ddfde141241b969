/** The client against servers that answer byte for byte: what it sends, hands out and says of it. */
import { describe, expect, it } from 'vitest';
import { ConfigError, ModelRejected } from '../../src/core/errors.ts';
import { aChunk } from '../support/builders.ts';
import { answering, clientOf, collect, eventOf, KEY, loopback, never, ask, run, sse, streaming } from './loopback.ts';

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

describe('the request', () => {
  it('goes to the streaming operation with the key in one header and nowhere else', async () => {
    const { arrived } = await run([streaming(aChunk('hi', 'STOP'))]);
    expect(arrived).toHaveLength(1);
    expect(arrived[0]).toMatchObject({
      method: 'POST',
      url: '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': KEY, 'content-type': 'application/json', accept: 'text/event-stream' },
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
