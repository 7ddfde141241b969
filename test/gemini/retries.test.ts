/** When the client asks again: what it waits for, what it changes, what it remembers, and when it gives up. */
import { describe, expect, it } from 'vitest';
import { ModelQuota, ModelRejected, ModelUnavailable } from '../../src/core/errors.ts';
import type { ModelRequest } from '../../src/core/model.ts';
import { aChunk } from '../support/builders.ts';
import {
  type Answerer,
  answering,
  type Arrived,
  clientOf,
  collect,
  failing,
  KEY,
  loopback,
  run,
  streaming,
} from './loopback.ts';

const overloaded = failing(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.');
const answered = streaming(aChunk('at last', 'STOP'));
const invalid = (message: string) => failing(400, 'INVALID_ARGUMENT', message);

const configOf = (arrived: Arrived | undefined) => JSON.parse(arrived?.body ?? '{}').generationConfig;

describe('trouble that passes', () => {
  it('is asked again until it has passed, and logged each time', async () => {
    const { text, arrived, logged } = await run([overloaded, overloaded, answered]);
    expect(text).toBe('at last');
    expect(arrived).toHaveLength(3);
    const retries = logged.filter(([event]) => event === 'model.retry');
    expect(retries).toEqual([
      ['model.retry', expect.objectContaining({ attempt: 1, code: 'model.unavailable' })],
      ['model.retry', expect.objectContaining({ attempt: 2 })],
    ]);
  });

  it('is asked as often as configured, and then told', async () => {
    const { thrown, arrived } = await run([overloaded], { attempts: 2 });
    expect(thrown).toBeInstanceOf(ModelUnavailable);
    expect(thrown).toMatchObject({ failure: { status: 503 } });
    expect(arrived).toHaveLength(2);
  });

  it('of the service’s own making is asked about twice more, however many tries there are', async () => {
    const internal = failing(500, 'INTERNAL', 'An internal error has occurred.');
    const { thrown, arrived } = await run([internal], { attempts: 10 });
    expect(thrown).toBeInstanceOf(ModelUnavailable);
    expect(arrived).toHaveLength(3);
    expect((await run([internal], { attempts: 2 })).arrived).toHaveLength(2);
    expect((await run([internal, internal, answered], { attempts: 10 })).text).toBe('at last');
  });

  it('waits no longer than the whole answer may take, and tells what it waited for', async () => {
    const slow = answering(503, { 'retry-after': '5' }, '');
    const timeouts = { connectMs: 1000, firstByteMs: 1000, silenceMs: 1000, totalMs: 150 };
    const { thrown } = await run([slow], { timeouts, maxRetryWaitMs: 10_000 });
    expect(thrown).toMatchObject({ code: 'model.unavailable', failure: { status: 503, retryAfterMs: 5000 } });
  });

  it('is left at once when the caller leaves', async () => {
    const stop = new AbortController();
    const leaving: Answerer = async (arrived, response) => {
      await answering(503, { 'retry-after': '5' }, '')(arrived, response);
      setTimeout(() => stop.abort(new Error('left')), 20);
    };
    await using server = await loopback(leaving);
    await using gemini = clientOf(server.url, { maxRetryWaitMs: 10_000 });
    expect((await collect(gemini.client, {}, stop.signal)).thrown).toEqual(new Error('left'));
  });
});

describe('a wait the service asks for', () => {
  it('is kept when it is short enough', async () => {
    const quota = failing(429, 'RESOURCE_EXHAUSTED', 'Please retry in 60ms.');
    const startedAt = performance.now();
    const { text } = await run([quota, answered], { maxRetryWaitMs: 1000 });
    expect(text).toBe('at last');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59);
  });

  it('is not waited for when it is too long, but told', async () => {
    const quota = failing(429, 'RESOURCE_EXHAUSTED', 'Please retry in 60s.');
    const startedAt = performance.now();
    const { thrown, arrived } = await run([quota, answered]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(thrown).toBeInstanceOf(ModelQuota);
    expect(thrown).toMatchObject({ retryable: true, failure: { retryAfterMs: 60_000 } });
    expect(arrived).toHaveLength(1);
  });
});

describe('what no second try can cure', () => {
  it.each([
    ['a wrong key', failing(400, 'INVALID_ARGUMENT', 'API key not valid.'), 'model.key'],
    ['no quota at all', failing(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 0'), 'model.quota'],
    ['a redirect', answering(301, { location: 'https://example.com/' }), 'model.rejected'],
    [
      'a missing field under 500',
      answering(500, {}, '{"error":{"message":"x","code":"invalid_request"}}'),
      'model.rejected',
    ],
    ['a page that blocks', answering(403, { 'content-type': 'text/html' }, '<html>'), 'model.rejected'],
    ['a page as success', answering(200, { 'content-type': 'text/html' }, '<html>'), 'model.rejected'],
  ])('%s is asked once', async (_what, answerer, code) => {
    const { thrown, arrived } = await run([answerer, answered]);
    expect(thrown).toMatchObject({ code });
    expect(arrived).toHaveLength(1);
  });

  it('names the successor of a model that is gone', async () => {
    const gone = answering(503, {}, '{"error":{"message":"no available channel","code":"model_not_found"}}');
    await using server = await loopback(gone);
    await using gemini = clientOf(server.url);
    const { thrown } = await collect(gemini.client, { model: 'gemini-2.5-flash' });
    expect(thrown).toBeInstanceOf(ModelRejected);
    expect(thrown).toMatchObject({ reason: 'model-gone', failure: { successor: 'gemini-3.8-flash' } });
    expect(String(thrown)).toContain(
      'gemini-2.5-flash is withdrawn as of 2026-10-20; gemini-3.8-flash takes its place',
    );
  });

  it('never repeats the key, even when the service does', async () => {
    for (const body of [`{"error":{"message":"Incorrect API key provided: ${KEY}"}}`, `<b>${KEY}</b>`]) {
      const { thrown, logged } = await run([answering(401, {}, body)]);
      expect(thrown).toMatchObject({ code: 'model.key' });
      expect(String(thrown) + JSON.stringify(logged)).not.toContain(KEY);
    }
    const event = await run([streaming({ error: { message: `key ${KEY} expired`, code: 401 } })]);
    expect(event.thrown).toMatchObject({ code: 'model.key' });
    expect(String(event.thrown)).not.toContain(KEY);
  });

  it('is judged by what came of an error whose body is huge or never ends', async () => {
    const huge = answering(500, {}, `{"error":{"message":"${'x'.repeat(1_000_000)}"}}`);
    expect((await run([huge], { attempts: 1 })).thrown).toMatchObject({ code: 'model.unavailable' });
    const cut: Answerer = async (_arrived, response) => {
      response.writeHead(429);
      await new Promise((resolve) => response.write('{"error":', resolve));
      response.socket?.resetAndDestroy();
    };
    expect((await run([cut], { attempts: 1 })).thrown).toMatchObject({ code: 'model.quota' });
  });
});

describe('a request that its refusal shows how to change', () => {
  const deep: Partial<ModelRequest> = { thinking: 'high', sampling: { temperature: 0.5 } };

  it('goes once without thinking, and the model is remembered', async () => {
    await using server = await loopback(invalid('Thinking level is not supported for this model.'), answered);
    await using gemini = clientOf(server.url, { attempts: 1 });
    for (const text of ['at last', 'at last']) expect((await collect(gemini.client, deep)).text).toBe(text);
    expect(server.arrived.map(configOf)).toEqual([
      { temperature: 0.5, thinkingConfig: { thinkingLevel: 'HIGH' } },
      { temperature: 0.5 },
      { temperature: 0.5 },
    ]);
    await collect(gemini.client, { ...deep, model: 'gemini-2.5-flash' });
    expect(configOf(server.arrived.at(-1))).toHaveProperty('thinkingConfig');
  });

  it('is remembered also when a request that knew nothing of it is answered later', async () => {
    const gate = Promise.withResolvers<void>();
    const late: Answerer = async (arrived, response) => {
      await gate.promise;
      await answered(arrived, response);
    };
    await using server = await loopback(late, invalid('Thinking level is not supported for this model.'), answered);
    await using gemini = clientOf(server.url);
    const first = collect(gemini.client);
    while (server.arrived.length === 0) await new Promise(setImmediate);
    await collect(gemini.client, deep);
    gate.resolve();
    await first;
    await collect(gemini.client, deep);
    expect(server.arrived.map((each) => configOf(each)?.thinkingConfig)).toEqual([
      undefined,
      { thinkingLevel: 'HIGH' },
      undefined,
      undefined,
    ]);
  });

  it('leaves all its tries to trouble that passes', async () => {
    const level = invalid('Thinking level is not supported for this model.');
    await using server = await loopback(level, overloaded, answered);
    await using gemini = clientOf(server.url, { attempts: 2 });
    expect((await collect(gemini.client, deep)).text).toBe('at last');
  });

  it('goes once without sampling fields', async () => {
    await using server = await loopback(invalid('temperature is not supported'), answered);
    await using gemini = clientOf(server.url);
    await collect(gemini.client, deep);
    expect(server.arrived.map(configOf)).toEqual([
      expect.objectContaining({ temperature: 0.5 }),
      { thinkingConfig: { thinkingLevel: 'HIGH' } },
    ]);
  });

  it('goes once without a field that the service does not know, and the model is remembered', async () => {
    const contents: ModelRequest['contents'] = [
      { role: 'user', parts: [{ text: 'time?' }] },
      { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'now', args: { id: 7 } } }] },
      { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'now', response: { id: 8 } } }] },
    ];
    const unknown = (name: string, at: string) =>
      `Invalid JSON payload received. Unknown name "${name}" at '${at}': Cannot find field.`;
    const refused = invalid(
      [
        unknown('id', 'contents[1].parts[0].function_call'),
        unknown('id', 'contents[2].parts[0].function_response'),
        unknown('mediaResolution', 'generation_config'),
      ].join('\n'),
    );
    await using server = await loopback(refused, answered);
    await using gemini = clientOf(server.url, { attempts: 1 });
    const asked = { contents, mediaResolution: 'LOW', maxOutputTokens: 9 } as const;
    for (let count = 0; count < 2; count++) expect((await collect(gemini.client, asked)).text).toBe('at last');
    const [first, ...later] = server.arrived.map(({ body }) => JSON.parse(body));
    expect(first).toMatchObject({ contents, generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' } });
    for (const sent of later)
      expect(sent).toMatchObject({
        generationConfig: { maxOutputTokens: 9 },
        contents: [
          contents[0],
          { role: 'model', parts: [{ functionCall: { name: 'now', args: { id: 7 } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'now', response: { id: 8 } } }] },
        ],
      });
    expect(JSON.stringify(later)).not.toMatch(/"id":"c1"|mediaResolution/);
    expect(gemini.logged).toContainEqual([
      'model.adapted',
      expect.objectContaining({ change: 'without id without mediaResolution' }),
    ]);
  });

  it('is refused when the field it does not know is one that the question needs', async () => {
    const { thrown, arrived } = await run([invalid('Unknown name "systemInstruction": Cannot find field.'), answered]);
    expect(thrown).toMatchObject({ code: 'model.rejected', reason: 'request' });
    expect(arrived).toHaveLength(1);
  });

  it('is not asked again where it is too long: what is left out of it is not for the client to choose', async () => {
    const { thrown, arrived } = await run([invalid('The input token count (9) exceeds the maximum')]);
    expect(thrown).toMatchObject({ code: 'model.rejected', reason: 'too-long' });
    expect(arrived).toHaveLength(1);
  });

  it('is refused for good when the change did not help', async () => {
    await using server = await loopback(invalid('Thinking level is not supported for this model.'));
    await using gemini = clientOf(server.url);
    const { thrown } = await collect(gemini.client, deep);
    expect(thrown).toMatchObject({ code: 'model.rejected', reason: 'request' });
    expect(server.arrived).toHaveLength(2);
    await collect(gemini.client, deep);
    expect(configOf(server.arrived[2])).toHaveProperty('thinkingConfig');
  });

  it('is not sent again as it was', async () => {
    const { thrown, arrived } = await run([invalid('temperature is not supported')]);
    expect(thrown).toMatchObject({ code: 'model.rejected' });
    expect(arrived).toHaveLength(1);
  });
});

describe('what the log says of the way it is asked', () => {
  it('names a depth the model does not have, once', async () => {
    await using server = await loopback(answered);
    await using gemini = clientOf(server.url);
    for (const thinking of ['minimal', 'minimal', 'high'] as const) await collect(gemini.client, { thinking });
    const adjusted = gemini.logged.filter(([event]) => event === 'model.thinking-adjusted');
    expect(adjusted).toEqual([
      ['model.thinking-adjusted', { model: 'gemini-3.8-flash', thinking: 'minimal', used: 'low' }],
    ]);
    expect(server.arrived.map((each) => configOf(each).thinkingConfig.thinkingLevel)).toEqual(['LOW', 'LOW', 'HIGH']);
  });

  it('names a model that is withdrawn, once, and asks it all the same', async () => {
    await using server = await loopback(answered);
    await using gemini = clientOf(server.url);
    for (let count = 0; count < 2; count++) await collect(gemini.client, { model: 'gemini-2.5-flash' });
    const retired = gemini.logged.filter(([event]) => event === 'model.retired');
    expect(retired).toEqual([
      ['model.retired', { model: 'gemini-2.5-flash', on: '2026-10-20', successor: 'gemini-3.8-flash' }],
    ]);
    expect(server.arrived).toHaveLength(2);
  });
});
