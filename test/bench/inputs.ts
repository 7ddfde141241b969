/** What the benchmarks read: the same bytes for the same seed, on any machine. */
import { geminiRecordings } from '../support/recordings.ts';
import { dialects } from '../simulators/gemini/dialect.ts';
import { randomOf } from './random.ts';

/** Bodies of answers, each in the pieces a reader gets, and what a reader must find in them. */
export interface Workload {
  readonly name: string;
  readonly bodies: readonly (readonly Uint8Array[])[];
  /** The JSON of every event, in order. */
  readonly payloads: readonly string[];
  readonly bytes: number;
}

const PIECE_BYTES = 16 * 1024;
const SEED = 1758;

/** Text deltas as a model sends them: a few words each, with the usage and ids that every event carries. */
export function smallEvents(count: number): Workload {
  const random = randomOf(SEED);
  const payloads = Array.from({ length: count }, (_, index) => {
    const words = Array.from(
      { length: 2 + Math.floor(random() * 10) },
      () => WORDS[Math.floor(random() * WORDS.length)],
    );
    const parts = [{ text: `${words.join(' ')} ` }];
    const usageMetadata = { promptTokenCount: 812, candidatesTokenCount: index, totalTokenCount: 812 + index };
    const promptTokensDetails = [{ modality: 'TEXT', tokenCount: 812 }];
    return dialects.google.json({
      candidates: [{ content: { parts, role: 'model' }, index: 0 }],
      usageMetadata: { ...usageMetadata, promptTokensDetails },
      modelVersion: 'gemini-3.8-flash',
      responseId: 'cmVzcG9uc2UgMQAAAAAAAA',
    });
  });
  return workload(`${count.toLocaleString('en')} small events`, [payloads]);
}

/** One event whose only line is an image in base64. */
export function imageLine(megabytes: number): Workload {
  const random = randomOf(SEED);
  const data = Buffer.from(Uint8Array.from({ length: megabytes * 1024 * 768 }, () => random() * 256)).toString(
    'base64',
  );
  const candidate = {
    content: { parts: [{ inlineData: { mimeType: 'image/png', data } }], role: 'model' },
    finishReason: 'STOP',
  };
  return workload(`one image line of ${megabytes} MB`, [[dialects.google.json({ candidates: [candidate] })]]);
}

/** Every recorded stream that is Gemini's from beginning to end; undefined where the recordings are not at hand. */
export function recordedStreams(): Workload | undefined {
  const streams = geminiRecordings().flatMap(({ httpStatus, body, expect }) => {
    const text = body.toString();
    return httpStatus === 200 &&
      text.startsWith('data:') &&
      expect.outcome !== 'malformed' &&
      expect.error === undefined
      ? [dataOf(text)]
      : [];
  });
  return streams.length === 0 ? undefined : workload(`${streams.length} recorded streams`, streams);
}

function dataOf(body: string): readonly string[] {
  return body.split(/\r\n|\n/).flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []));
}

/** Every body is framed as Google frames it, whatever a recorder made of its line ends. */
function workload(name: string, streams: readonly (readonly string[])[]): Workload {
  const bodies = streams.map((payloads) => Buffer.from(payloads.map((json) => `data: ${json}\r\n\r\n`).join('')));
  return {
    name,
    bodies: bodies.map(piecesOf),
    payloads: streams.flat(),
    bytes: bodies.reduce((sum, body) => sum + body.length, 0),
  };
}

function piecesOf(body: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(body.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, index) => body.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES));
}

const WORDS = 'the stream “brings” <words> in pieces für 東京 & Καλημέρα 🌍 **bold** `code` and = line\n'.split(' ');
