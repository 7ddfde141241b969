/** The simulated Gemini service: the native API over loopback HTTP, scripted answer by answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { failure, refusal } from './answers.ts';
import { type DialectName, dialects } from './dialect.ts';
import { directory, elsewhere } from './directory.ts';
import { accountEmpty, type Fault, keyInvalid, keyMissing } from './faults.ts';
import { ModelTable, unlisted } from './models.ts';
import { type RecordedRequest, tokensOf } from './request.ts';
import { type Route, routeOf } from './route.ts';
import { play, type PlayEnd } from './schedule.ts';
import type { Answer } from './script.ts';
import { Signer } from './signatures.ts';
import { type Form, transmissionOf } from './transmission.ts';
import { type Service, understand } from './validation.ts';

export interface SimulatorOptions {
  /** Google itself, or a relay of CometAPI's kind (default google). */
  readonly dialect?: DialectName;
  readonly apiKey?: string;
  /** False answers any body, for replaying recordings (default true). */
  readonly validate?: boolean;
  /** Whether countTokens exists (default: at Google only). */
  readonly countTokens?: boolean;
  /** How often the relay comments while it waits, in milliseconds (default 10,000). Google never does. */
  readonly keepAliveMs?: number;
  /** The largest body taken (default 20 MB). */
  readonly maxBodyBytes?: number;
  /** Ids served besides the known ones, by the newest rules. */
  readonly models?: readonly string[];
  /** Whose thought signatures are its own: those of another backend are refused. */
  readonly backend?: string;
}

/** An answer, or a look at the request that gives one or passes the request on to the next script. */
export type Script = Answer | ((request: RecordedRequest) => Answer | undefined);

type Recording = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };

export class GeminiSimulator {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** A key that is valid and has nothing left to spend. */
  readonly emptyKey = 'test-key-of-an-empty-account';
  readonly #server: Server;
  readonly #service: Service;
  readonly #options: SimulatorOptions;
  readonly #scripts: Script[] = [];
  readonly #requests: Recording[] = [];
  readonly #unexpected: string[] = [];
  readonly #waiting: { readonly index: number; readonly tell: (request: RecordedRequest) => void }[] = [];
  #usual: ((request: RecordedRequest) => Answer) | undefined;

  static async start(options: SimulatorOptions = {}): Promise<GeminiSimulator> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new GeminiSimulator(server, options);
  }

  private constructor(server: Server, options: SimulatorOptions) {
    const dialect = options.dialect ?? 'google';
    const address = server.address();
    this.baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
    this.apiKey = options.apiKey ?? 'test-key';
    this.#options = options;
    this.#server = server;
    this.#service = {
      dialect,
      models: new ModelTable(dialect, options.models ?? []),
      signer: new Signer(`${options.backend ?? 'backend'}/${this.apiKey}`),
      maxBodyBytes: options.maxBodyBytes ?? 20 * 1024 * 1024,
    };
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#unexpected.push(`the simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
        response.destroy();
      });
    });
  }

  /** Queues answers for the next model calls, first come, first used. Calls the service refuses use none up. */
  next(...scripts: readonly Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** Answers every model call for which nothing is queued. */
  otherwise(script: (request: RecordedRequest) => Answer): void {
    this.#usual = script;
  }

  /** Every call so far, in order of arrival. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** The call of this index (from 0), once it has come. */
  received(index: number): Promise<RecordedRequest> {
    const request = this.#requests[index];
    if (request) return Promise.resolve(request);
    const { promise, resolve } = Promise.withResolvers<RecordedRequest>();
    this.#waiting.push({ index, tell: resolve });
    return promise;
  }

  /** Fails when an answer was left over, when a call had none, or when an unknown address was asked. */
  assertUsed(): void {
    const left = this.#scripts.length === 0 ? [] : [`${this.#scripts.length} scripted answers were not asked for`];
    const faults = [...this.#unexpected, ...left];
    if (faults.length > 0) throw new Error(`The Gemini simulator: ${faults.join('; ')}.`);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bodyOf(request);
    if (!bytes) return;
    const route = routeOf(request);
    const understood = understand(bytes, route, this.#service);
    const closed = Promise.withResolvers<void>();
    const recording = this.#record({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      bytes,
      body: understood.body,
      understood: understood.request,
      model: route.model.replace(/^models\//, ''),
      operation: route.operation,
      sse: route.sse,
      receivedAt: Date.now(),
      closed: closed.promise,
    });
    const answer = this.#refused(route, recording, understood.fault) ?? this.#scripted(recording);
    const end = await this.#send(answer, recording, response);
    recording.endedAt = Date.now();
    if (end === 'gone') recording.closedEarlyAt = recording.endedAt;
    closed.resolve();
  }

  #record(recording: Recording): Recording {
    const index = this.#requests.push(recording) - 1;
    for (const waiting of this.#waiting) if (waiting.index === index) waiting.tell(recording);
    return recording;
  }

  /** Everything that is answered without the model. */
  #refused(route: Route, request: RecordedRequest, fault: Fault | undefined): Answer | undefined {
    if (route.operation === 'unknown') {
      this.#unexpected.push(`${request.method} ${request.path} is no address of the service`);
      return elsewhere(request.path, this.#service.dialect);
    }
    if (route.key === undefined) return refusal(keyMissing());
    if (route.key === this.emptyKey) return refusal(accountEmpty());
    if (route.key !== this.apiKey) return refusal(keyInvalid());
    if (route.operation === 'models') return directory(this.#service.models, route.model);
    const counts = this.#options.countTokens ?? this.#service.dialect === 'google';
    if (route.operation === 'countTokens' && !counts) return elsewhere(request.path, 'google');
    if (fault && this.#options.validate !== false) return refusal(fault);
    return route.operation === 'countTokens' ? counted(tokensOf(request.understood)) : undefined;
  }

  /** The first script that takes this request. */
  #scripted(request: RecordedRequest): Answer {
    for (const [index, script] of this.#scripts.entries()) {
      const answer = typeof script === 'function' ? script(request) : script;
      if (!answer) continue;
      this.#scripts.splice(index, 1);
      return answer;
    }
    if (this.#usual) return this.#usual(request);
    this.#unexpected.push(`call ${this.#requests.length} had no answer`);
    return refusal({ status: 501, code: 'UNIMPLEMENTED', message: 'The test has no answer for this call.' });
  }

  async #send(answer: Answer, recording: Recording, response: ServerResponse): Promise<PlayEnd> {
    const dialect = dialects[this.#service.dialect];
    const { models, signer } = this.#service;
    const model = models.serving(models.find(recording.model) ?? unlisted(recording.model));
    const responseId = responseIdOf(dialect.name, this.#requests.length);
    const form = formOf(recording);
    const sent = transmissionOf(answer, form, { request: recording.understood, model, dialect, signer, responseId });
    recording.status = sent.status;
    response.writeHead(sent.status, sent.headers);
    const keepAlive = form === 'events' && sent.status === 200 && dialect.keepAlive !== undefined;
    return play(response, sent.beats, {
      delivery: sent.delivery,
      ...(keepAlive && { keepAlive: { bytes: dialect.keepAlive, everyMs: this.#options.keepAliveMs ?? 10_000 } }),
    });
  }
}

/** The whole body, or nothing when the client went away while sending it. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of request) pieces.push(piece);
  } catch (error) {
    if (request.destroyed) return undefined;
    throw error;
  }
  return Buffer.concat(pieces);
}

function formOf(request: RecordedRequest): Form {
  if (request.operation !== 'streamGenerateContent') return 'object';
  return request.sse ? 'events' : 'array';
}

function counted(totalTokens: number): Answer {
  return failure(200, { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] });
}

/** Opaque and different for each call; the relay's is a date and digits, as in its error texts. */
function responseIdOf(dialect: DialectName, serial: number): string {
  if (dialect === 'comet') return `20261122093000${String(serial).padStart(12, '0')}`;
  return Buffer.from(`response ${serial}`).toString('base64url').padEnd(22, 'A');
}
