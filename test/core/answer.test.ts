/** What the chunks of one answer come to, and which outcome of the closed set it is. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answer } from '../../src/core/answer.ts';
import type { Candidate, Chunk, Part } from '../../src/core/content.ts';

function answerOf(...chunks: readonly Chunk[]): Answer {
  const answer = new Answer();
  for (const chunk of chunks) answer.add(chunk);
  return answer;
}

const said = (candidate: Candidate): Chunk => ({ candidates: [candidate] });
const parts = (...list: readonly Part[]): Chunk => said({ content: { role: 'model', parts: list } });
const image = { inlineData: { mimeType: 'image/png', data: 'aGk=' } };
const call: Part = { functionCall: { name: 'now', args: {} }, thoughtSignature: 's' };

describe('an answer', () => {
  it('keeps thoughts apart from text, and out of what goes back', () => {
    const answer = answerOf(
      parts({ text: 'hm ', thought: true }, { text: 'a' }),
      parts({ text: 'h', thought: true }),
      parts({ text: 'b' }),
    );
    expect([answer.text, answer.thoughts]).toEqual(['ab', 'hm h']);
    expect(answer.parts).toEqual([{ text: 'ab' }]);
  });

  it('joins unsigned text and leaves every other part whole and in its place', () => {
    const strange = { newKind: 1 } as Part;
    const signed = { text: 'c', thoughtSignature: 's' };
    const answer = answerOf(
      parts({ text: 'a' }),
      parts({ text: 'b' }, signed),
      parts({ text: 'd' }, strange, call),
      parts({ text: '', thoughtSignature: 't' }),
    );
    expect(answer.text).toBe('abcd');
    expect(answer.parts).toEqual([
      { text: 'ab' },
      signed,
      { text: 'd' },
      strange,
      call,
      { text: '', thoughtSignature: 't' },
    ]);
    expect(answer.calls).toEqual([call.functionCall]);
  });

  it('keeps the last value of each count, id and reason', () => {
    const answer = answerOf(
      {
        usageMetadata: { promptTokenCount: 5, thoughtsTokenCount: 3 },
        modelVersion: 'm',
        responseId: 'r',
        createTime: 't',
      },
      said({ finishReason: 'STOP', finishMessage: 'done' }),
      { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2 }, candidates: [{}] },
    );
    expect(answer.usage).toEqual({ promptTokenCount: 9, thoughtsTokenCount: 3, candidatesTokenCount: 2 });
    const { modelVersion, responseId, createTime, finishReason, finishMessage } = answer;
    expect([modelVersion, responseId, createTime, finishReason, finishMessage]).toEqual([
      'm',
      'r',
      't',
      'STOP',
      'done',
    ]);
  });

  it('reads the first candidate and no other', () => {
    const other: Candidate = { index: 1, content: { role: 'model', parts: [{ text: 'other' }] } };
    const first: Candidate = { index: 0, content: { role: 'model', parts: [{ text: 'first' }] } };
    expect(answerOf({ candidates: [other, first] }, said(other)).text).toBe('first');
  });

  it('keeps pictures, addresses, ratings and repeated passages that say where they are from', () => {
    const answer = answerOf(
      said({
        citationMetadata: { citationSources: [{ uri: 'u1' }, {}, { uri: '' }] },
        safetyRatings: [{ category: 'a' }],
      }),
      said({ citationMetadata: { citations: [{ uri: 'u1' }, { uri: 'u2', title: 't' }] } }),
      said({
        urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'x' }] },
        content: { parts: [image, { inlineData: { mimeType: 'audio/wav', data: '' } }] },
      }),
    );
    expect(answer.citations).toEqual([{ uri: 'u1' }, { uri: 'u2', title: 't' }]);
    expect(answer.images).toEqual([image.inlineData]);
    expect(answer.urls).toEqual([{ retrievedUrl: 'x' }]);
    expect(answer.safetyRatings).toEqual([{ category: 'a' }]);
  });
});

describe('grounding', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((uri) => ({ web: { uri } }));
  const support = (index: number) => ({ segment: { endIndex: index }, groundingChunkIndices: [index] });
  const grounded = (groundingMetadata: Candidate['groundingMetadata']) =>
    said(groundingMetadata === undefined ? {} : { groundingMetadata });

  it('stays unknown when it was asked for and not given, also with an empty object on every event', () => {
    expect(answerOf(grounded({}), grounded({}), grounded(undefined)).grounding).toBeUndefined();
  });

  it('is joined over the chunks, so that indices point into the whole list', () => {
    const answer = answerOf(
      grounded({ groundingChunks: [a, b] as never, groundingSupports: [support(0)], webSearchQueries: ['q', ''] }),
      grounded({}),
      grounded({
        groundingChunks: [c] as never,
        groundingSupports: [support(2)],
        webSearchQueries: ['q', 'r'],
        searchEntryPoint: { renderedContent: '<p>' },
      }),
    );
    expect(answer.grounding).toEqual({
      groundingChunks: [a, b, c],
      groundingSupports: [support(0), support(2)],
      webSearchQueries: ['q', '', 'r'],
      searchEntryPoint: { renderedContent: '<p>' },
    });
  });

  it('that is repeated, with or without more, is not doubled', () => {
    const whole = { groundingChunks: [a, b] as never, groundingSupports: [support(0)] };
    expect(answerOf(grounded(whole), grounded(whole)).grounding).toEqual(whole);
    const more = { groundingChunks: [a, b, c] as never, groundingSupports: [support(0), support(2)] };
    expect(answerOf(grounded(whole), grounded(more)).grounding).toEqual(more);
  });
});

describe('the outcome', () => {
  const text: Part = { text: 'x' };
  const rows: readonly (readonly [what: string, chunk: Chunk, outcome: object])[] = [
    ['text and STOP', said({ content: { parts: [text] }, finishReason: 'STOP' }), { kind: 'answer' }],
    ['text without a reason, all at once', parts(text), { kind: 'answer' }],
    ['a picture', said({ content: { parts: [image] }, finishReason: 'STOP' }), { kind: 'answer' }],
    [
      'code that ran',
      said({
        content: { parts: [{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '4' } }] },
        finishReason: 'STOP',
      }),
      { kind: 'answer' },
    ],
    ['a call', said({ content: { parts: [text, call] }, finishReason: 'STOP' }), { kind: 'calls' }],
    ['nothing', {}, { kind: 'empty' }],
    ['STOP alone', said({ content: {}, finishReason: 'STOP' }), { kind: 'empty' }],
    ['blank text', said({ content: { parts: [{ text: ' \n' }] }, finishReason: 'STOP' }), { kind: 'empty' }],
    [
      'thoughts alone',
      said({ content: { parts: [{ text: 'hm', thought: true }] }, finishReason: 'STOP' }),
      { kind: 'empty' },
    ],
    [
      'the length limit',
      said({ content: { parts: [text] }, finishReason: 'MAX_TOKENS' }),
      { kind: 'truncated', reason: 'MAX_TOKENS' },
    ],
    [
      'the length limit before any text',
      said({ finishReason: 'MAX_TOKENS' }),
      { kind: 'truncated', reason: 'MAX_TOKENS' },
    ],
    [
      'one of several answers',
      said({ content: { parts: [text] }, finishReason: 'CONTINUATION' }),
      { kind: 'truncated', reason: 'CONTINUATION' },
    ],
    [
      'a refused prompt',
      { promptFeedback: { blockReason: 'JAILBREAK', blockReasonMessage: 'why' } },
      { kind: 'blocked', reason: 'JAILBREAK' },
    ],
    ['feedback that refuses nothing', { promptFeedback: { blockReasonMessage: 'why' } }, { kind: 'empty' }],
    ...['SAFETY', 'RECITATION', 'LANGUAGE', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'MODEL_ARMOR'].map(
      stopped,
    ),
    ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_OTHER', 'NO_IMAGE', 'IMAGE_RECITATION', 'BRAND_NEW'].map(
      stopped,
    ),
    ...[
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'TOO_MANY_TOOL_CALLS',
      'MISSING_THOUGHT_SIGNATURE',
      'MALFORMED_RESPONSE',
    ].map(fault),
  ];

  function stopped(reason: string) {
    return [reason, said({ content: { parts: [text] }, finishReason: reason }), { kind: 'stopped', reason }] as const;
  }
  function fault(reason: string) {
    return [reason, said({ content: { parts: [call] }, finishReason: reason }), { kind: 'fault', reason }] as const;
  }

  it.each(rows)('of %s', (_what, chunk, outcome) => {
    expect(answerOf(chunk).outcome()).toEqual(outcome);
  });
});

describe('JSON', () => {
  it.each([
    ['plain', ' {"a":[1,null]} ', true],
    ['inside a fence', '```json\n{"a":1}\n```\n', true],
    ['inside a fence without a name, with fences within', '```\n{"a":"```"}\n```', true],
    ['a bare value', '7', true],
    ['with words before it', 'Sure! {"a":1}', false],
    ['that is cut', '{"a":[1,', false],
    ['nothing', '', false],
  ])('%s', (_what, text, isJson) => {
    expect(answerOf(said({ content: { parts: [{ text }] }, finishReason: 'STOP' })).isJson).toBe(isJson);
  });
});

it('text, thoughts and joined parts are the same however the answer is cut into chunks', () => {
  const piece = fc.record({ text: fc.string({ maxLength: 5 }), thought: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 4 }), { maxLength: 8 }), (chunks) => {
      const list = (pieces: (typeof chunks)[number]) =>
        pieces.map(({ text, thought }) => (thought ? { text, thought } : { text }));
      const cut = answerOf(...chunks.map((pieces) => parts(...list(pieces))));
      const whole = answerOf(parts(...list(chunks.flat())));
      expect([cut.text, cut.thoughts, cut.parts]).toEqual([whole.text, whole.thoughts, whole.parts]);
      expect(cut.parts.length).toBeLessThanOrEqual(1);
    }),
  );
});
