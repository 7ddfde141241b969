/** Every recorded answer of the real services, served byte for byte and read by the client, against what it holds. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Answer, type Outcome } from '../../src/core/answer.ts';
import { HalleyError, StreamBroken } from '../../src/core/errors.ts';
import type { ModelRequest } from '../../src/core/model.ts';
import { ChunkReader } from '../../src/gemini/stream.ts';
import { type GeminiRecording, geminiRecordings, recordedDir } from '../support/recordings.ts';
import { clientOf, type Loopback, loopback } from './loopback.ts';

const recordings = geminiRecordings().filter((each) => each.operation !== 'countTokens');
const ask: Omit<ModelRequest, 'model'> = {
  systemInstruction: '',
  contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
  thinking: 'auto',
  googleSearch: false,
};

interface Read {
  readonly answer: Answer;
  readonly thrown?: unknown;
}

/** The words of `expect.json` for what the client made of an answer. */
function outcomeOf({ answer, thrown }: Read): string {
  if (thrown !== undefined) return outcomeOfError(answer, thrown);
  const outcome: Outcome = answer.outcome();
  switch (outcome.kind) {
    case 'calls':
      return 'tool_call';
    case 'blocked':
      return 'blocked_prompt';
    case 'truncated':
      return answer.isVisible ? 'truncated' : 'empty_max_tokens';
    case 'stopped':
    case 'fault':
      return answer.isVisible ? 'partial_then_stopped' : 'stopped_without_answer';
    default:
      return outcome.kind;
  }
}

function outcomeOfError(answer: Answer, thrown: unknown): string {
  if (!(thrown instanceof HalleyError)) return `defect: ${String(thrown)}`;
  if (thrown.code === 'model.rejected' && 'reason' in thrown && thrown.reason === 'wrong-address') return 'malformed';
  if (!(thrown instanceof StreamBroken)) return 'error';
  if (thrown.cause !== undefined && !(thrown.cause instanceof StreamBroken)) return 'partial_then_error';
  return answer.isVisible ? 'stream_without_finish' : 'empty';
}

const defined = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const listed = <T>(values: readonly T[]) => (values.length === 0 ? undefined : values);
const counted = (count: number | undefined) => (count === 0 ? undefined : count);

/** The fields of `expect.json` as our client sees them. */
function seen(read: Read): Readonly<Record<string, unknown>> {
  const { answer } = read;
  const chunks = answer.grounding?.groundingChunks ?? [];
  const supports = answer.grounding?.groundingSupports ?? [];
  const bytes = Buffer.from(answer.text);
  const exact = supports.filter(({ segment }) => {
    const cut = bytes.subarray(segment?.startIndex ?? 0, segment?.endIndex ?? 0).toString('utf8');
    return segment?.text !== undefined && cut === segment.text;
  });
  const code = answer.parts.filter((part) => part.executableCode !== undefined);
  const results = answer.parts.flatMap((part) => part.codeExecutionResult?.outcome ?? []);
  return defined({
    outcome: outcomeOf(read),
    text_sha256: createHash('sha256').update(answer.text).digest('hex'),
    thought_chars: counted(answer.thoughts.length),
    finishReason: answer.finishReason,
    finishMessage: answer.finishMessage,
    blockReason: answer.blockReason,
    blockReasonMessage: answer.blockMessage,
    modelVersion: answer.modelVersion === undefined ? undefined : [answer.modelVersion],
    sources: counted(chunks.length),
    sourceKinds: listed([...new Set(chunks.flatMap((chunk) => Object.keys(chunk)))].toSorted()),
    supports: counted(supports.length),
    supportsByteExact: counted(exact.length),
    searchQueries: listed(answer.grounding?.webSearchQueries ?? []),
    searchEntryPoint: answer.grounding?.searchEntryPoint?.renderedContent === undefined ? undefined : true,
    citationsWithUri: counted(answer.citations.length),
    functionCalls: listed(answer.calls.map((call) => ({ ...call, args: call.args ?? {} }))),
    codeParts: counted(code.length),
    codeOutcomes: listed(results),
    serverToolParts: counted(answer.parts.filter((part) => part.toolCall ?? part.toolResponse).length),
    urlContext: listed(answer.urls.flatMap((url) => url.urlRetrievalStatus ?? [])),
    signatures: counted(answer.parts.filter((part) => part.thoughtSignature !== undefined).length),
    images: listed(
      answer.images.map(({ mimeType, data }) => ({ mimeType, bytes: Buffer.from(data, 'base64').length })),
    ),
  });
}

/** What `expect.json` says, without what it counts in its own way or says of the bytes rather than of the answer. */
function expected({ expect: said }: GeminiRecording): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(said).filter(([name]) => FIELDS.has(name)));
}

/** Every field of `expect.json` that is compared as it stands there. */
const FIELDS = new Set(
  `outcome text_sha256 thought_chars finishReason finishMessage blockReason blockReasonMessage modelVersion sources
  sourceKinds supports supportsByteExact searchQueries searchEntryPoint citationsWithUri functionCalls codeParts
  codeOutcomes serverToolParts urlContext signatures images`.split(/\s+/),
);

/** Cuts a body into pieces of a size; `undefined` cuts it at random places, told apart by `seed`. */
function cut(body: Uint8Array, size: number | undefined, seed = 1): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = seed;
  for (let at = 0; at < body.length; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const length = size ?? 1 + (state % 97);
    pieces.push(body.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

it.skipIf(recordedDir === undefined)('there are recordings to be right on', () => {
  expect(recordings.length).toBeGreaterThan(100);
});

describe.skipIf(recordedDir === undefined)('recorded answers', () => {
  let server: Loopback;
  let pieces: readonly Uint8Array[] = [];
  let recording: GeminiRecording | undefined;
  let gemini: ReturnType<typeof clientOf>;

  beforeAll(async () => {
    server = await loopback(async (_arrived, response) => {
      const type = recording?.contentType;
      response.writeHead(recording?.httpStatus ?? 500, type ? { 'content-type': type } : {});
      for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
      response.end();
    });
    gemini = clientOf(server.url, { attempts: 1 });
  });

  afterAll(async () => {
    await gemini[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function read(each: GeminiRecording, size: number | undefined): Promise<Read> {
    recording = each;
    pieces = cut(each.body, size);
    const answer = new Answer();
    const delivery = each.operation === 'generateContent' ? 'whole' : 'stream';
    try {
      const request = { ...ask, model: each.model ?? 'gemini-3.8-flash', delivery } as const;
      for await (const chunk of gemini.client.stream(request, new AbortController().signal)) answer.add(chunk);
      return { answer };
    } catch (thrown) {
      return { answer, thrown };
    }
  }

  it.each(recordings)('$id is read as it is, however it is cut', async (each) => {
    // Single bytes of a large body would only measure the socket; below, every size is read in process.
    const sizes = each.body.length < 4000 ? [1, 3, 7, 64, undefined] : [1024, 65_536];
    for (const size of sizes) {
      const result = await read(each, size);
      expect({ size, ...seen(result) }).toEqual({ size, ...expected(each) });
      expect(result.answer.usage).toMatchObject(each.expect.usage ?? {});
      const status = result.thrown instanceof HalleyError && 'failure' in result.thrown ? result.thrown.failure : {};
      if (each.expect.outcome === 'error') expect(status).toMatchObject({ status: each.httpStatus });
    }
  });

  it.each(geminiRecordings().filter((each) => each.operation === 'countTokens'))('$id is no answer', async (each) => {
    const { thrown } = await read(each, undefined);
    const reason = each.httpStatus === 200 ? 'wrong-address' : 'model-gone';
    expect(thrown).toMatchObject({ code: 'model.rejected', reason });
  });

  it.each(recordings.filter((each) => each.httpStatus === 200))('$id gives the same chunks for every cut', (each) => {
    const whole = chunksOf([each.body]);
    for (const size of [1, 3, 7, 64, 1024, 65_536, undefined]) expect(chunksOf(cut(each.body, size))).toEqual(whole);
    for (const seed of [2, 3, 5]) expect(chunksOf(cut(each.body, undefined, seed))).toEqual(whole);
  });
});

function chunksOf(pieces: readonly Uint8Array[]): unknown {
  const reader = new ChunkReader(64_000_000);
  const chunks = pieces.flatMap((piece) => reader.push(piece));
  return { chunks: [...chunks, ...reader.end()], fault: reader.fault };
}
