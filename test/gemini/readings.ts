/** Reads bodies in process, without a server: what the reader of a stream makes of bytes. */
import { Answer } from '../../src/core/answer.ts';
import type { Chunk } from '../../src/core/content.ts';
import { ChunkReader, type Fault } from '../../src/gemini/stream.ts';
import { eventOf } from './loopback.ts';

interface Read {
  readonly chunks: readonly Chunk[];
  readonly text: string;
  readonly fault: Fault | undefined;
}

/** What comes of a body that arrives in these pieces. */
export function read(pieces: readonly Uint8Array[], maxChars = 1_000_000): Read {
  const reader = new ChunkReader(maxChars);
  const chunks = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
  const answer = new Answer();
  for (const chunk of chunks) answer.add(chunk);
  return { chunks, text: answer.text, fault: reader.fault };
}

export const readText = (body: string, maxChars?: number) => read([Buffer.from(body)], maxChars);
/** Values as Google frames them. */
export const events = (...values: readonly unknown[]) => values.map(eventOf).join('');
