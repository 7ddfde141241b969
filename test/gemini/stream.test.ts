/** Bytes to chunks: every framing, every cut, every kind of damage. */
import { describe, expect, it } from 'vitest';
import { ChunkReader } from '../../src/gemini/stream.ts';
import { aChunk } from '../support/builders.ts';
import { events, read, readText } from './readings.ts';

const error = { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } };

describe('events', () => {
  it.each([
    ['as Google frames them', `data: ${JSON.stringify(aChunk('a'))}\r\n\r\n`],
    ['as relays frame them', `data: ${JSON.stringify(aChunk('a'))}\n\n`],
    ['with bare carriage returns', `data: ${JSON.stringify(aChunk('a'))}\r\r`],
    ['without a space', `data:${JSON.stringify(aChunk('a'))}\n\n`],
    ['without the last blank line', `data: ${JSON.stringify(aChunk('a'))}\r\n`],
    ['without the last blank line, with bare carriage returns', `data: ${JSON.stringify(aChunk('a'))}\r`],
    ['without any end of line', `data: ${JSON.stringify(aChunk('a'))}`],
    ['behind a byte order mark', `\uFEFFdata: ${JSON.stringify(aChunk('a'))}\n\n`],
    ['behind blank lines', `\r\n\n data: ${JSON.stringify(aChunk('a'))}\n\n`],
    [
      'among comments and other fields',
      `: PING\n\nid: 7\nretry: 10\nevent: message\ndata: ${JSON.stringify(aChunk('a'))}\n\n: PING\n\n`,
    ],
    ['over several lines', `data: ${JSON.stringify(aChunk('a'), null, 1).replaceAll('\n', '\ndata: ')}\n\n`],
    ['with [DONE] at the end', `${events(aChunk('a'))}data: [DONE]\n\n`],
    ['with empty events and words', `data:\n\ndata: ping\n\ndata: 7\n\ndata: null\n\n${events(aChunk('a'))}`],
    ['wrapped in a list', events([aChunk('a')])],
    ['with objects that say nothing between', events({}, aChunk('a'), { ping: true })],
  ])('are read %s', (_what, body) => {
    expect(readText(body)).toEqual({ chunks: [aChunk('a')], text: 'a', fault: undefined });
  });
});

it.each(['\r\n', '\n', '\r'])('an event is handed out as soon as its blank line is there: %j', (eol) => {
  const body = Buffer.from(`data: ${JSON.stringify(aChunk('a'))}${eol}${eol}`);
  expect(new ChunkReader(1000).push(body)).toEqual([aChunk('a')]);
});

describe('JSON without events', () => {
  const [a, b] = [JSON.stringify(aChunk('a'), null, 1), JSON.stringify(aChunk('b'))];

  it.each([
    ['one object', a, 'a'],
    ['a list', `[${a},\r\n${b}]`, 'ab'],
    ['objects one after another', `${a}\n${b}\n`, 'ab'],
  ])('is read: %s', (_what, body, text) => {
    expect(readText(body)).toMatchObject({ text, fault: undefined });
  });

  it('that is cut gives what is whole, and says that it is cut', () => {
    for (const body of [`[${a},${b}`, `[${a},${b},{"candidates":[{"con`, `${a}${b}{"x`])
      expect(readText(body)).toMatchObject({ text: 'ab', fault: { kind: 'corrupt' } });
    expect(readText(a.slice(0, -5))).toEqual({ chunks: [], text: '', fault: { kind: 'corrupt' } });
  });
});

describe('an error in the body', () => {
  const pretty = JSON.stringify(error, null, 2);

  it.each([
    ['as an event', events(aChunk('a'), error)],
    ['as an event, in a list', events(aChunk('a'), [error])],
    ['as lines that are no events', `${events(aChunk('a', 'STOP'))}${pretty}\n`],
    ['as one such line', `${events(aChunk('a'))}${JSON.stringify(error)}`],
    ['as such lines, after an event without its blank line', `data: ${JSON.stringify(aChunk('a'))}\n${pretty}`],
    ['as such lines, before a comment', `${events(aChunk('a'))}${pretty}\n\n: PING\n\n`],
    ['as such lines, after a long answer', `${events(aChunk('a'), aChunk(`{"${'long'.repeat(50_000)}`))}${pretty}\n`],
    ['at the end of a list', `[${JSON.stringify(aChunk('a'))},${pretty}]`],
  ])('is found %s, and what came before it stands', (_what, body) => {
    const { text, fault } = readText(body);
    expect(text.startsWith('a')).toBe(true);
    expect(fault).toEqual({ kind: 'error', body: error });
  });

  it('is found behind more lines that are no events than are kept', () => {
    const noise = 'x-relay: seven\n'.repeat(5000);
    expect(readText(`${events(aChunk('a'))}${noise}${pretty}`).fault).toEqual({ kind: 'error', body: error });
    expect(readText(`${events(aChunk('a'))}${pretty}${noise}`).fault).toBeUndefined();
  });

  it('is found behind an event that is longer than what is kept', () => {
    const body = Buffer.from(`${events(aChunk('long'.repeat(20_000)))}${pretty}\n`);
    const pieces = Array.from({ length: Math.ceil(body.length / 999) }, (_, at) =>
      body.subarray(at * 999, at * 999 + 999),
    );
    expect(read(pieces).fault).toEqual({ kind: 'error', body: error });
  });

  it('ends the answer: nothing behind it is read', () => {
    expect(readText(events(error, aChunk('late'))).chunks).toEqual([]);
  });
});

describe('parts of plain text', () => {
  it('that spell out an image come as one', () => {
    const data = Buffer.alloc(60, 'png').toString('base64');
    const { chunks } = readText(events(aChunk(`![a cat](data:image/png;base64,${data})`)));
    expect(chunks[0]?.candidates?.[0]?.content?.parts).toEqual([{ inlineData: { mimeType: 'image/png', data } }]);
  });

  it('end a call that was left open, when the answer ends with them', () => {
    const functionCall = { name: 'clock', willContinue: true };
    const open = { candidates: [{ content: { role: 'model', parts: [{ functionCall }] } }] };
    const [, last] = readText(events(open, aChunk('a', 'STOP'))).chunks;
    const call = { functionCall: { name: 'clock', args: {} } };
    expect(last?.candidates?.[0]?.content?.parts).toEqual([call, { text: 'a' }]);
  });
});

describe('damage', () => {
  it('in an event ends the answer there, with all before it', () => {
    const body = `${events(aChunk('a'))}data: {"candidates":[{]}\n\n${events(aChunk('b', 'STOP'))}`;
    expect(readText(body)).toMatchObject({ text: 'a', fault: { kind: 'corrupt' } });
  });

  it('of one kind: nothing in it is of the API', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const body of [
      deep,
      `data: ${deep}\n\n`,
      '<html>',
      'hello',
      '{"a":1}',
      '[]x',
      'data: {"choices":[]}\n\n',
      '[{"totalTokens":1}]',
    ])
      expect(readText(body).fault?.kind).toMatch(/foreign|corrupt/);
    for (const body of ['', ' \n', ': PING\n\n', 'data: [DONE]\n\n']) expect(readText(body).fault).toBeUndefined();
  });

  it('by size ends the answer, in events and in JSON, in one piece or many', () => {
    const large = JSON.stringify(aChunk('x'.repeat(5000)));
    for (const body of [`data: ${large}\n\n`, large, `[${large}]`, `data: x\n`.repeat(5000)]) {
      const pieces = Array.from({ length: Math.ceil(body.length / 100) }, (_, at) =>
        Buffer.from(body.slice(at * 100, at * 100 + 100)),
      );
      expect(read(pieces, 1000).fault).toEqual({ kind: 'oversize' });
    }
  });

  it('by size ends a body of many small events', () => {
    const { chunks, fault } = read(
      Array.from({ length: 200 }, () => Buffer.from(events(aChunk('a')))),
      1000,
    );
    expect(fault).toEqual({ kind: 'oversize' });
    expect(chunks.length).toBeGreaterThan(10);
  });

  it('to a field takes the field and leaves the rest', () => {
    const strange = {
      candidates: [
        {
          content: { parts: [{ text: 7 }, 'x', null, { text: 'kept', inlineData: { mimeType: 'image/png' } }] },
          finishReason: 5,
          tokenCount: 'new',
        },
        'not a candidate',
      ],
      usageMetadata: { promptTokenCount: 'many', candidatesTokenCount: 2 },
      modelVersion: null,
    };
    const cleaned = {
      candidates: [{ content: { parts: [{}, {}, {}, { text: 'kept' }] }, tokenCount: 'new' }, {}],
      usageMetadata: { candidatesTokenCount: 2 },
    };
    expect(readText(events(strange)).chunks).toEqual([cleaned]);
  });

  it.each([
    [{ text: 7 }, {}],
    [{ text: 'kept', thought: 'yes' }, { text: 'kept' }],
    [{ text: 'kept', thoughtSignature: 7 }, { text: 'kept' }],
    [{ executableCode: { code: 'x' } }, {}],
  ])('to the one part of a chunk, %j, leaves %j', (part, left) => {
    const chunk = (one: object) => ({ candidates: [{ content: { parts: [one], role: 'model' } }] });
    expect(readText(events(chunk(part))).chunks).toEqual([chunk(left)]);
  });

  it.each([
    [{ candidates: [{ finishReason: 7, index: 0 }] }, { candidates: [{ index: 0 }] }],
    [{ candidates: [{ index: 'x' }] }, { candidates: [{}] }],
    [{ candidates: [{}, { index: 'x' }] }, { candidates: [{}, {}] }],
    [{ candidates: [{ citationMetadata: 'x' }] }, { candidates: [{}] }],
    [{ candidates: [{ content: { parts: 'x', role: 7 } }] }, { candidates: [{ content: {} }] }],
    [{ candidates: [], promptFeedback: [] }, { candidates: [] }],
    [{ candidates: [{}], modelVersion: 7 }, { candidates: [{}] }],
    [{ candidates: [{}], responseId: {} }, { candidates: [{}] }],
    [{ candidates: [{}], createTime: 1 }, { candidates: [{}] }],
    [
      { candidates: [{}], usageMetadata: { totalTokenCount: '9', thoughtsTokenCount: 1 } },
      { candidates: [{}], usageMetadata: { thoughtsTokenCount: 1 } },
    ],
    [{ candidates: [{}], usageMetadata: 'x' }, { candidates: [{}] }],
  ])('to a chunk, %j, leaves %j', (chunk, left) => {
    expect(readText(events(chunk)).chunks).toEqual([left]);
  });

  it('to a list of sources keeps the places of the others', () => {
    const groundingMetadata = {
      groundingChunks: [null, { web: { uri: 'u' } }],
      groundingSupports: [{ groundingChunkIndices: [1, 'x'] }],
      webSearchQueries: ['q', 3],
    };
    expect(
      readText(events({ candidates: [{ groundingMetadata }] })).chunks[0]?.candidates?.[0]?.groundingMetadata,
    ).toEqual({
      groundingChunks: [{}, { web: { uri: 'u' } }],
      groundingSupports: [{ groundingChunkIndices: [1] }],
      webSearchQueries: ['q'],
    });
  });
});
