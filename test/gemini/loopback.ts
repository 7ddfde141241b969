/** A bare HTTP server on loopback that answers with exactly the bytes a test says, cut where it says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chunk } from '../../src/core/content.ts';
import type { ModelFacts, ModelRequest } from '../../src/core/model.ts';
import { GeminiClient, type GeminiClientOptions } from '../../src/gemini/client.ts';

/** One request as it arrived. */
export interface Arrived {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answerer = (arrived: Arrived, response: ServerResponse) => void | Promise<void>;

export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  /** How many connections stand. */
  connections(): Promise<number>;
}

/** Starts a server whose n-th request is answered by the n-th answerer; the last one answers all further requests. */
export async function loopback(...answerers: readonly [Answerer, ...Answerer[]]): Promise<Loopback> {
  const arrived: Arrived[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const { method, url, headers } = request;
    const each = { method, url, headers, body: Buffer.concat(pieces).toString('utf8') };
    arrived.push(each);
    await (answerers[arrived.length - 1] ?? answerers.at(-1) ?? answerers[0])(each, response);
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on an address has one of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    connections: () => new Promise((resolve, reject) => server.getConnections((e, n) => (e ? reject(e) : resolve(n)))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answerer that sends one body, in the pieces given, each in its own write. */
export function answering(
  status: number,
  headers: Readonly<Record<string, string>>,
  ...pieces: readonly (string | Uint8Array)[]
): Answerer {
  return async (_arrived, response) => {
    response.writeHead(status, headers);
    for (const piece of pieces) {
      await new Promise((resolve) => response.write(piece, resolve));
    }
    response.end();
  };
}

/** An answerer that sends events, each in its own write. */
export function streaming(...events: readonly unknown[]): Answerer {
  return answering(200, { 'content-type': 'text/event-stream' }, ...events.map(eventOf));
}

/** One value as Google frames it. */
export function eventOf(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\r\n\r\n`;
}

/** An error as Google writes it. */
export function failing(code: number, status: string, message: string): Answerer {
  return answering(code, { 'content-type': 'application/json' }, JSON.stringify({ error: { code, message, status } }));
}

/** What a client logged, in order: the event and its fields. */
export type Logged = [event: string, fields: unknown][];

const MODELS: readonly ModelFacts[] = [
  {
    id: 'gemini-3.8-flash',
    inputTokens: 1_048_576,
    outputTokens: 65_536,
    thinking: { kind: 'level', levels: ['LOW', 'MEDIUM', 'HIGH'] },
  },
  {
    id: 'gemini-2.5-flash',
    inputTokens: 1_048_576,
    outputTokens: 65_536,
    thinking: { kind: 'budget', minTokens: 1, maxTokens: 24_576, canBeOff: true },
    retired: { on: '2026-10-20', successor: 'gemini-3.8-flash' },
  },
  {
    id: 'gemini-nano-banana-2.1',
    inputTokens: 65_536,
    outputTokens: 32_768,
    thinking: { kind: 'none' },
    output: 'text-and-images',
  },
];

export const KEY = 'sk-test-0123456789';

/** A client with short limits that stops with the test. */
export function clientOf(
  baseUrl: string,
  change: Partial<GeminiClientOptions> = {},
): { readonly client: GeminiClient; readonly logged: Logged } & AsyncDisposable {
  const logged: Logged = [];
  const note = (event: string, fields?: unknown) => void logged.push([event, fields]);
  const client = new GeminiClient({
    baseUrl,
    apiKey: KEY,
    auth: 'x-goog-api-key',
    models: MODELS,
    timeouts: { connectMs: 2000, firstByteMs: 10_000, silenceMs: 10_000, totalMs: 15_000 },
    attempts: 3,
    maxRetryWaitMs: 20,
    maxEventBytes: 64_000_000,
    log: { debug: note, info: note, warn: note, error: note },
    ...change,
  });
  return { client, logged, [Symbol.asyncDispose]: () => client.stop() };
}

/** A plain question. */
export const ask: ModelRequest = {
  model: 'gemini-3.8-flash',
  systemInstruction: 'Be brief.',
  contents: [{ role: 'user', parts: [{ text: 'Why is the sky blue?' }] }],
  thinking: 'auto',
  googleSearch: false,
};

/** A signal nobody aborts. */
export const never = new AbortController().signal;
export const sse = { 'content-type': 'text/event-stream' };

/** What one call handed out and threw. */
export interface Got {
  readonly chunks: readonly Chunk[];
  readonly text: string;
  readonly thrown?: unknown;
}

/** Reads one answer to its end. */
export async function collect(client: GeminiClient, change: Partial<ModelRequest> = {}, signal = never): Promise<Got> {
  const chunks: Chunk[] = [];
  const got = (thrown?: unknown): Got => ({
    chunks,
    text: chunks.map((chunk) => chunk.candidates?.[0]?.content?.parts?.[0]?.text ?? '').join(''),
    ...(thrown === undefined ? {} : { thrown }),
  });
  try {
    for await (const chunk of client.stream({ ...ask, ...change }, signal)) chunks.push(chunk);
    return got();
  } catch (thrown) {
    return got(thrown);
  }
}

/** Runs one request against servers that answer in turn. */
export async function run(answerers: readonly [Answerer, ...Answerer[]], change: Parameters<typeof clientOf>[1] = {}) {
  await using server = await loopback(...answerers);
  await using gemini = clientOf(server.url, change);
  return { ...(await collect(gemini.client)), arrived: server.arrived, logged: gemini.logged };
}
