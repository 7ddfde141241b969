/** One exchange against servers that break off, fall silent or are left: what stands, what is closed, what is asked again. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ModelUnavailable, StreamBroken } from '../../src/core/errors.ts';
import { aChunk } from '../support/builders.ts';
import {
  type Answerer,
  answering,
  ask,
  clientOf,
  collect,
  eventOf,
  loopback,
  never,
  run,
  sse,
  streaming,
} from './loopback.ts';

describe('an answer that breaks', () => {
  it.each<[string, Answerer]>([
    ['ends without a finish reason', streaming(aChunk('so far'))],
    ['holds an event that is no JSON', streaming(aChunk('so far'), '{"candidates":[{"con', aChunk('lost', 'STOP'))],
    [
      'holds an error as an event',
      streaming(aChunk('so far'), { error: { code: 503, message: 'x', status: 'UNAVAILABLE' } }),
    ],
    [
      'holds an error without data:',
      answering(
        200,
        sse,
        eventOf(aChunk('so far', 'STOP')),
        '{\n "error": {\n  "code": 499,\n  "message": "x"\n }\n}\n',
      ),
    ],
    [
      'loses its connection',
      async (_arrived, response) => {
        response.writeHead(200, sse);
        await new Promise((resolve) => response.write(eventOf(aChunk('so far')), resolve));
        response.socket?.resetAndDestroy();
      },
    ],
  ])('%s: what came stands, and it is not asked again', async (_name, answerer) => {
    const { text, thrown, arrived } = await run([answerer]);
    expect(text).toBe('so far');
    expect(thrown).toBeInstanceOf(StreamBroken);
    expect(arrived).toHaveLength(1);
  });

  it.each<[string, Answerer]>([
    ['an empty body', answering(200, sse)],
    ['only comments', answering(200, sse, ': PING\n\n: PING\n\n')],
    ['chunks that only count tokens', streaming({ usageMetadata: { promptTokenCount: 1 } })],
    ['an error as the first event', streaming({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })],
    ['an error that says little', streaming({ error: { message: 'sorry' } })],
    ['a first event that is no JSON', streaming('{"candidates"')],
  ])('before its first word is asked again: %s', async (_name, answerer) => {
    const { text, thrown, arrived } = await run([answerer, streaming(aChunk('second', 'STOP'))]);
    expect({ text, thrown }).toEqual({ text: 'second', thrown: undefined });
    expect(arrived).toHaveLength(2);
  });

  /** Sends this and breaks the connection. */
  const breaking =
    (...pieces: readonly string[]): Answerer =>
    async (_arrived, response) => {
      response.writeHead(200, sse);
      for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
      response.socket?.resetAndDestroy();
    };
  const stop = eventOf(aChunk('', 'STOP'));

  it('only behind its finish reason is whole: nothing is missing', async () => {
    const falling: Answerer = (_arrived, response) =>
      void response.writeHead(200, sse).write(eventOf(aChunk('all of it', 'STOP')));
    const timeouts = { connectMs: 1000, firstByteMs: 80, silenceMs: 80, totalMs: 10_000 };
    const counts = eventOf({ usageMetadata: { totalTokenCount: 9 } });
    for (const answerer of [breaking(eventOf(aChunk('all of it')), stop, counts), falling]) {
      const { text, thrown, arrived, logged } = await run([answerer], { timeouts });
      expect({ text, thrown, asked: arrived.length }).toEqual({ text: 'all of it', thrown: undefined, asked: 1 });
      expect(logged.map(([event]) => event)).toEqual(['model.answered']);
    }
  });

  it('behind a finish reason that was none, because more came, is broken', async () => {
    const { text, thrown } = await run([breaking(stop, eventOf(aChunk('so far')))]);
    expect(text).toBe('so far');
    expect(thrown).toBeInstanceOf(StreamBroken);
  });

  it('keeps what had come whole by then: an event without its blank line, an answer that is one JSON', async () => {
    const { text, thrown } = await run([breaking(eventOf(aChunk('so ')), eventOf(aChunk('far')).trimEnd())]);
    expect(text).toBe('so far');
    expect(thrown).toBeInstanceOf(StreamBroken);
    await using server = await loopback(breaking(JSON.stringify(aChunk('all of it'))));
    await using gemini = clientOf(server.url);
    expect(await collect(gemini.client, { delivery: 'whole' })).toMatchObject({ text: 'all of it' });
    expect(gemini.logged.map(([event]) => event)).toEqual(['model.answered']);
    expect(server.arrived).toHaveLength(1);
  });

  it('with an error before it says the error', async () => {
    const body = JSON.stringify({ error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } }, null, 1);
    const { thrown, arrived } = await run([breaking(body)]);
    expect(thrown).toMatchObject({ code: 'model.key' });
    expect(arrived).toHaveLength(1);
    const late = await run([breaking(eventOf(aChunk('so far', 'STOP')), body)]);
    expect(late.thrown).toMatchObject({ code: 'stream.broken', cause: { code: 'model.key' } });
  });

  it('is told apart from a body that is not of the Gemini API', async () => {
    for (const body of ['{"hello":"world"}', 'data: {"object":"chat.completion.chunk"}\n\n', 'Welcome!', '[1,2]']) {
      const { thrown, arrived } = await run([answering(200, {}, body)]);
      expect(thrown).toMatchObject({ code: 'model.rejected', reason: 'wrong-address' });
      expect(arrived).toHaveLength(1);
    }
  });

  it('is not read beyond the limit of one event', async () => {
    const { thrown } = await run([streaming(aChunk('x'.repeat(3000), 'STOP'))], { maxEventBytes: 1000 });
    expect(thrown).toBeInstanceOf(StreamBroken);
    const whole = await run([answering(200, {}, JSON.stringify(aChunk('x'.repeat(3000), 'STOP')))], {
      maxEventBytes: 1000,
    });
    expect(whole.thrown).toBeInstanceOf(StreamBroken);
  });
});

describe('every wait has an end', () => {
  const timeouts = { connectMs: 1000, firstByteMs: 80, silenceMs: 80, totalMs: 10_000 };
  const silent: Answerer = () => undefined;

  it('for the first byte, headers or not', async () => {
    const headersOnly: Answerer = (_arrived, response) => response.writeHead(200, sse).flushHeaders();
    for (const answerer of [silent, headersOnly]) {
      const { thrown, arrived } = await run([answerer, streaming(aChunk('x', 'STOP'))], { timeouts });
      expect(thrown).toBeUndefined();
      expect(arrived).toHaveLength(2);
    }
  });

  it('for silence between two bytes', async () => {
    const falling: Answerer = (_arrived, response) =>
      void response.writeHead(200, sse).write(eventOf(aChunk('so far')));
    const { text, thrown } = await run([falling], { timeouts });
    expect(text).toBe('so far');
    expect(thrown).toBeInstanceOf(StreamBroken);
  });

  it('but a comment counts as life', async () => {
    const thinking: Answerer = async (_arrived, response) => {
      response.writeHead(200, sse);
      for (let ping = 0; ping < 8; ping++) {
        response.write(': PING\n\n');
        await sleep(30);
      }
      response.end(eventOf(aChunk('thought through', 'STOP')));
    };
    const { text } = await run([thinking], { timeouts: { ...timeouts, firstByteMs: 150, silenceMs: 150 } });
    expect(text).toBe('thought through');
  });

  it('for a slow reader only by the time of the whole answer', async () => {
    await using server = await loopback(streaming(aChunk('one '), aChunk('two', 'STOP')));
    await using gemini = clientOf(server.url, { timeouts: { ...timeouts, silenceMs: 60, firstByteMs: 5000 } });
    const texts: unknown[] = [];
    for await (const chunk of gemini.client.stream(ask, never)) {
      await sleep(90);
      texts.push(chunk);
    }
    expect(texts).toHaveLength(2);
  });

  it('for the whole answer, however lively it is', async () => {
    const endless: Answerer = async (_arrived, response) => {
      response.writeHead(200, sse);
      while (!response.destroyed) {
        response.write(eventOf(aChunk('more ')));
        await sleep(10);
      }
    };
    const { thrown } = await run([endless], { timeouts: { ...timeouts, totalMs: 200 } });
    expect(thrown).toBeInstanceOf(StreamBroken);
  });

  it('for a service that cannot be reached', async () => {
    await using server = await loopback(silent);
    const { url } = server;
    await server[Symbol.asyncDispose]();
    await using gemini = clientOf(url);
    const { thrown } = await collect(gemini.client);
    expect(thrown).toBeInstanceOf(ModelUnavailable);
    expect(thrown).toMatchObject({ retryable: true });
  });
});

describe('leaving', () => {
  /** A server that streams one chunk and then waits; `closed` resolves when its connection is gone. */
  function waiting() {
    const closed = Promise.withResolvers<void>();
    const answerer: Answerer = (_arrived, response) => {
      response.writeHead(200, sse).write(eventOf(aChunk('so far')));
      void once(response, 'close').then(() => closed.resolve());
    };
    return { answerer, closed: closed.promise };
  }

  it('by abort in the middle ends with the reason and closes the connection', async () => {
    const { answerer, closed } = waiting();
    await using server = await loopback(answerer);
    await using gemini = clientOf(server.url);
    const stop = new AbortController();
    const reason = new Error('stopped by the reader');
    const stream = gemini.client.stream(ask, stop.signal)[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
    await closed;
  });

  it('by abort while nobody reads closes the connection at once', async () => {
    const { answerer, closed } = waiting();
    await using server = await loopback(answerer);
    await using gemini = clientOf(server.url);
    const stop = new AbortController();
    const stream = gemini.client.stream(ask, stop.signal)[Symbol.asyncIterator]();
    await stream.next();
    stop.abort(new Error('stopped'));
    await closed;
    await expect(stream.next()).rejects.toThrow('stopped');
  });

  it('by no longer reading closes the connection', async () => {
    const { answerer, closed } = waiting();
    await using server = await loopback(answerer);
    await using gemini = clientOf(server.url);
    for await (const _chunk of gemini.client.stream(ask, never)) break;
    await closed;
  });

  it('before the first byte, and before sending, ends with the reason', async () => {
    const stop = new AbortController();
    await using server = await loopback(() => stop.abort(new Error('gone')));
    await using gemini = clientOf(server.url);
    expect((await collect(gemini.client, {}, stop.signal)).thrown).toEqual(new Error('gone'));
    expect((await collect(gemini.client, {}, stop.signal)).thrown).toEqual(new Error('gone'));
    expect(server.arrived).toHaveLength(1);
  });

  /** Where a client may be waiting when it is left: what the server does, and then does not do. */
  const waits: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ['the headers', () => undefined],
    ['the first byte', (response) => response.writeHead(200, sse).flushHeaders()],
    ['the first event', (response) => void response.writeHead(200, sse).write(': PING\n\n')],
    ['the first word', (response) => void response.writeHead(200, sse).write(eventOf({ usageMetadata: {} }))],
    ['the end of an event', (response) => void response.writeHead(200, sse).write('data: {"candidates":')],
    ['the end of one JSON', (response) => void response.writeHead(200).write('{"candidates":')],
    ['the end of an error', (response) => void response.writeHead(500).write('{"error":')],
    ['a page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<html>')],
    ['the next try', (response) => void response.writeHead(503, { 'retry-after': '5' }).end('{}')],
  ];

  it.each(waits)('while it waits for %s ends with the reason, and closes the connection', async (_what, begin) => {
    const begun = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await using server = await loopback((_arrived, response) => {
      response.once('close', closed.resolve);
      begin(response);
      begun.resolve();
    });
    await using gemini = clientOf(server.url, { maxRetryWaitMs: 10_000 });
    const stop = new AbortController();
    const next = gemini.client.stream(ask, stop.signal).next();
    await begun.promise;
    // What was sent may or may not have come by then; both have to end alike.
    await new Promise(setImmediate);
    stop.abort(new Error('left'));
    await expect(next).rejects.toThrow('left');
    await closed.promise;
    expect(gemini.logged.at(-1)).toEqual(['model.left', expect.objectContaining({ model: 'gemini-3.8-flash' })]);
    expect(server.arrived).toHaveLength(1);
  });

  it('behind the finish reason and before the end of the body ends with the reason, too', async () => {
    await using server = await loopback((_arrived, response) => {
      response.writeHead(200, sse).write(eventOf(aChunk('all of it', 'STOP')));
    });
    await using gemini = clientOf(server.url);
    const stop = new AbortController();
    const stream = gemini.client.stream(ask, stop.signal);
    expect((await stream.next()).done).toBe(false);
    const end = stream.next();
    stop.abort(new Error('left'));
    await expect(end).rejects.toThrow('left');
  });

  it('keeps the connection for the next request after a whole answer', async () => {
    await using server = await loopback(streaming(aChunk('hi', 'STOP')));
    await using gemini = clientOf(server.url);
    for (let count = 0; count < 8; count++) await collect(gemini.client);
    // One may not be free again at the very moment the next request leaves.
    expect(await server.connections()).toBeLessThanOrEqual(2);
  });
});
