/** The readers the benchmark compares: each takes the pieces of one body and counts the chunks it found. */
import { GoogleGenAI } from '@google/genai';
import { ChunkReader } from '../../src/gemini/stream.ts';

export interface StreamReader {
  readonly name: string;
  /** `seen` is called after each piece, to look at memory. */
  read(pieces: readonly Uint8Array[], seen?: () => void): number | Promise<number>;
}

/** As much as any body of the benchmark has; the bot's own limit is a setting. */
const MAX_CHARS = 64 * 1024 * 1024;

export const halley: StreamReader = {
  name: 'Halley (`src/gemini/stream.ts`)',
  read(pieces, seen) {
    const reader = new ChunkReader(MAX_CHARS);
    let count = 0;
    for (const piece of pieces) {
      count += reader.push(piece).length;
      seen?.();
    }
    count += reader.end().length;
    seen?.();
    return count;
  },
};

/** What one writes first: join, look for the blank line, cut. */
export const naive: StreamReader = {
  name: 'naive splitter',
  read(pieces, seen) {
    const decoder = new TextDecoder();
    let open = '';
    let count = 0;
    for (const piece of pieces) {
      open += decoder.decode(piece, { stream: true });
      const events = open.split('\r\n\r\n');
      open = events.pop() ?? '';
      for (const event of events) if (JSON.parse(event.slice('data: '.length))) count++;
      seen?.();
    }
    return count;
  },
};

const client = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: 'http://127.0.0.1' } });

/** The SDK's own way from a body to chunks. Only the network is left out: its `fetch` is answered from memory. */
export const sdk: StreamReader = {
  name: '@google/genai',
  async read(pieces, seen) {
    const network = globalThis.fetch;
    globalThis.fetch = () =>
      Promise.resolve(new Response(streamOf(pieces, seen), { headers: { 'content-type': 'text/event-stream' } }));
    try {
      let count = 0;
      for await (const chunk of await client.models.generateContentStream({ model: 'm', contents: 'c' }))
        count += chunk ? 1 : 0;
      seen?.();
      return count;
    } finally {
      globalThis.fetch = network;
    }
  },
};

function streamOf(pieces: readonly Uint8Array[], seen?: () => void): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      seen?.();
      const piece = pieces[next++];
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
}

export const readers: readonly StreamReader[] = [halley, naive, sdk];
