/** The client against servers that keep neither to HTTP nor to the API: one end for each, and never a lost word or a hang. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Answer } from '../../src/core/answer.ts';
import { ModelRejected, ModelUnavailable } from '../../src/core/errors.ts';
import type { GeminiClient } from '../../src/gemini/client.ts';
import { aChunk } from '../support/builders.ts';
import { ask, clientOf, eventOf, never } from './loopback.ts';

/** What a server does with one connection, once something was asked on it. */
type Manners = (socket: Socket) => void | Promise<void>;

/** A server that knows nothing of HTTP: the n-th connection meets the n-th manners, all further ones the last. */
async function rude(...manners: readonly [Manners, ...Manners[]]) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const meet = manners[sockets.push(socket) - 1] ?? manners.at(-1) ?? manners[0];
    // The client hangs up on some of these.
    socket.on('error', () => undefined);
    socket.once('data', () => void meet(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  return {
    host: `127.0.0.1:${port}`,
    met: () => sockets.length,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What came of one call, in a word: the kind of its outcome, or the code or reason of its error. */
async function outcomeOf(
  client: GeminiClient,
  whole = false,
): Promise<{ readonly text: string; readonly came: string }> {
  const answer = new Answer();
  try {
    const request = { ...ask, ...(whole ? { delivery: 'whole' as const } : {}) };
    for await (const chunk of client.stream(request, never)) answer.add(chunk);
    return { text: answer.text, came: answer.outcome().kind };
  } catch (error) {
    const came =
      error instanceof ModelRejected ? error.reason : error instanceof Error && 'code' in error ? error.code : error;
    return { text: answer.text, came: String(came) };
  }
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
const piece = (content: string | Uint8Array) =>
  Buffer.concat([
    Buffer.from(`${Buffer.byteLength(content).toString(16)}\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const sending =
  (...pieces: readonly (string | Uint8Array)[]) =>
  (socket: Socket) =>
    void socket.end(Buffer.concat(pieces.map((each) => Buffer.from(each))));
/** A body in one piece, well framed. */
const saying = (content: string | Uint8Array) => sending(CHUNKED, piece(content), '0\r\n\r\n');
const fine = saying(eventOf(aChunk('fine', 'STOP')));
const said = eventOf(aChunk('said', 'STOP'));
const withUsage = (usage: string) =>
  `data: {"candidates":[{"content":{"parts":[{"text":"said"}]},"finishReason":"STOP"}],"usageMetadata":${usage}}\n\n`;

const timeouts = { connectMs: 2000, firstByteMs: 200, silenceMs: 200, totalMs: 10_000 };

describe('a server that does not keep to HTTP', () => {
  it.each<[string, Manners]>([
    ['closes in the middle of its headers', sending('HTTP/1.1 200 OK\r\ncontent-ty')],
    ['falls silent in the middle of its headers', (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-ty')],
    ['speaks another protocol', sending('SSH-2.0-OpenSSH\r\n')],
    [
      'wants to speak another protocol',
      sending('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['has too many headers', sending('HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1000)}\r\n`.repeat(100), '\r\n')],
    ['cannot count its pieces', sending(CHUNKED, 'zz\r\n')],
    ['says nothing at all', sending(HEAD, 'content-length: 0\r\n\r\n')],
    [
      'promises more than comes, in the middle of an event',
      sending(HEAD, `content-length: 99999\r\n\r\n`, said.slice(0, 60)),
    ],
    ['promises less than comes', sending(HEAD, `content-length: ${said.length - 30}\r\n\r\n`, said)],
  ])('and %s is asked again', async (_what, manners) => {
    await using server = await rude(manners, fine);
    await using gemini = clientOf(`http://${server.host}`, { timeouts, attempts: 2 });
    expect(await outcomeOf(gemini.client)).toEqual({ text: 'fine', came: 'answer' });
    expect(server.met()).toBe(2);
  });

  it.each<[string, Manners]>([
    [
      'sends its headers letter by letter',
      async (socket) => {
        for (const letter of CHUNKED) {
          socket.write(letter);
          await setImmediate();
        }
        socket.end(Buffer.concat([piece(said), Buffer.from('0\r\n\r\n')]));
      },
    ],
    [
      'sends a hint first',
      sending('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', CHUNKED, piece(said), '0\r\n\r\n'),
    ],
    ['names no length', sending(HEAD, '\r\n', said)],
    ['speaks HTTP/1.0', sending('HTTP/1.0 200 OK\r\n\r\n', said)],
    ['promises more than comes, behind a whole answer', sending(HEAD, 'content-length: 99999\r\n\r\n', said)],
    ['never ends its pieces', sending(CHUNKED, piece(said))],
  ])('but %s is heard out', async (_what, manners) => {
    await using server = await rude(manners);
    await using gemini = clientOf(`http://${server.host}`, { timeouts });
    expect(await outcomeOf(gemini.client)).toEqual({ text: 'said', came: 'answer' });
    expect(server.met()).toBe(1);
  });

  it('and packs its answers although it was asked not to is no Gemini API', async () => {
    const packed = gzipSync(said);
    await using server = await rude(
      sending(HEAD, `content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`, packed),
    );
    await using gemini = clientOf(`http://${server.host}`);
    expect((await outcomeOf(gemini.client)).came).toBe('wrong-address');
  });

  it('and never finishes its handshake is given up in time', async () => {
    await using server = await rude(() => undefined);
    await using gemini = clientOf(`https://${server.host}`, { attempts: 1, timeouts: { ...timeouts, connectMs: 100 } });
    await expect(gemini.client.stream(ask, never).next()).rejects.toBeInstanceOf(ModelUnavailable);
  });
});

describe('a body that does not keep to the API', () => {
  const candidates = (...list: readonly object[]) => eventOf({ candidates: list });
  const words = (text: string) => ({ content: { parts: [{ text }] } });

  it.each<[string, string | Uint8Array, string, string]>([
    ['with garbage behind its end', `${said}garbage`, 'said', 'answer'],
    ['with JSON behind its end that is no error', `${said}{"a":1}`, 'said', 'answer'],
    ['with a comment of megabytes', `: ${'x'.repeat(5_000_000)}\n\n${said}`, 'said', 'answer'],
    ['with many comments', `${': PING\n\n'.repeat(100_000)}${said}`, 'said', 'answer'],
    ['of very many events', eventOf(aChunk('x')).repeat(20_000) + said, `${'x'.repeat(20_000)}said`, 'answer'],
    ['that begins with the mark of another encoding', Buffer.from(`\uFEFF${said}`, 'utf16le'), '', 'wrong-address'],
    ['with counts that are no JSON', withUsage('{"totalTokenCount":NaN}'), '', 'stream.broken'],
    ['with counts that are no numbers', withUsage('{"totalTokenCount":1e999}'), 'said', 'answer'],
    ['that ends twice', said + said.replace('"said"', '""'), 'said', 'answer'],
    ['that ends twice, otherwise', said + eventOf(aChunk('', 'MAX_TOKENS')), 'said', 'truncated'],
    ['with an error behind its end', `${said}${eventOf({ error: { code: 503 } })}`, 'said', 'stream.broken'],
    [
      'of two answers',
      candidates({ index: 1, ...words('other'), finishReason: 'SAFETY' }, { ...words('said'), finishReason: 'STOP' }),
      'said',
      'answer',
    ],
    [
      'of another answer alone',
      candidates({ index: -1, ...words('other'), finishReason: 'STOP' }),
      '',
      'stream.broken',
    ],
    [
      'with nothing in many places',
      eventOf({ candidates: [{ ...words('sa'), finishReason: null }], usageMetadata: null, modelVersion: null }) +
        eventOf({ candidates: null, promptFeedback: { blockReason: null } }) +
        eventOf(aChunk('id', 'STOP')),
      'said',
      'answer',
    ],
    [
      'with half a character in each of two events',
      `data: ${String.raw`{"candidates":[{"content":{"parts":[{"text":"\ud83d"}]}}]}`}\n\ndata: ${String.raw`{"candidates":[{"content":{"parts":[{"text":"\ude42"}]},"finishReason":"STOP"}]}`}\n\n`,
      '🙂',
      'answer',
    ],
    [
      'with bytes that are no characters',
      Buffer.concat([
        Buffer.from(said.slice(0, said.indexOf('said'))),
        Buffer.from([0xff]),
        Buffer.from(said.slice(said.indexOf('said'))),
      ]),
      '\uFFFDsaid',
      'answer',
    ],
    [
      'that would be somebody’s prototype',
      'data: {"candidates":[{"content":{"parts":[{"text":"said","__proto__":{"thought":true}}]},"finishReason":"STOP"}],"__proto__":{"error":1}}\n\n',
      'said',
      'answer',
    ],
    [
      'that is deeper than anything',
      `data: {"candidates":[{"content":{"parts":[{"text":"said","x":${'['.repeat(3000)}${']'.repeat(3000)}}]},"finishReason":"STOP"}]}\n\n`,
      'said',
      'answer',
    ],
    ['that is a list with a comma too many', `[${JSON.stringify(aChunk('said', 'STOP'))},]`, 'said', 'stream.broken'],
    ['without anything in its events', 'data:\n\ndata: {}\n\n', '', 'stream.broken'],
    ['that is a page', '<html>', '', 'wrong-address'],
  ])('%s', async (_what, body, ...expected) => {
    const [text, came] = expected;
    await using server = await rude(saying(body));
    await using gemini = clientOf(`http://${server.host}`, { timeouts: { ...timeouts, silenceMs: 5000 } });
    expect(await outcomeOf(gemini.client)).toEqual({ text, came });
  });

  it('that is an empty object is an answer with nothing in it', async () => {
    await using server = await rude(saying('{}'));
    await using gemini = clientOf(`http://${server.host}`);
    expect(await outcomeOf(gemini.client, true)).toEqual({ text: '', came: 'empty' });
  });
});
