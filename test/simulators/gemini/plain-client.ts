/** The plainest client there is: it waits for the whole body and cuts it at blank lines. For looking at what was sent. */
import type { Chunk, JsonObject } from '../../../src/core/content.ts';

export interface Asked {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: string;
  /** The body's events, when it is a stream of them. */
  readonly chunks: readonly Chunk[];
  /** All visible text. */
  readonly text: string;
}

export interface AskOptions {
  readonly model?: string;
  readonly operation?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export const QUESTION: JsonObject = { contents: [{ role: 'user', parts: [{ text: 'Warum ist der Himmel blau?' }] }] };

export async function ask(
  service: { readonly baseUrl: string; readonly apiKey: string },
  request: JsonObject | string = QUESTION,
  options: AskOptions = {},
): Promise<Asked> {
  const { model = 'gemini-3.8-flash', operation = 'streamGenerateContent?alt=sse' } = options;
  const response = await fetch(`${service.baseUrl}/v1beta/models/${model}:${operation}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', 'x-goog-api-key': service.apiKey, ...options.headers },
    body: typeof request === 'string' ? request : JSON.stringify(request),
    ...(options.signal && { signal: options.signal }),
  });
  const body = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const chunks = response.status === 200 ? chunksOf(body, type) : [];
  return { status: response.status, type, headers: response.headers, body, chunks, text: textOf(chunks) };
}

export function chunksOf(body: string, type: string): readonly Chunk[] {
  if (!type.startsWith('text/event-stream')) {
    const value: Chunk | readonly Chunk[] = JSON.parse(body);
    return Array.isArray(value) ? value : [value].flat();
  }
  const blocks = body.replace(/^\uFEFF/, '').split(/(?:\r\n|\n|\r){2}/);
  const data = blocks.flatMap((block) => block.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:')));
  return data.map((line) => JSON.parse(line.slice(5)));
}

export function textOf(chunks: readonly Chunk[]): string {
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  return parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join('');
}
