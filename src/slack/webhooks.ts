/** Events and interactions over HTTP: each request is signed by Slack, answered at once, and handed to the same ears as over a socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type App, isValidSlackRequest, type Receiver } from '@slack/bolt';
import type { Log } from '../core/ports.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import { listening } from './connection.ts';
import type { Ears } from './connection.ts';

export interface WebhooksOptions {
  readonly signingSecret: string;
  readonly log: Log;
}

/** Bytes of a request; Slack's are far smaller. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Slack signs for five minutes; a request from the future is none of its own. @see https://docs.slack.dev/authentication/verifying-requests-from-slack */
const MAX_AGE_S = 300;

/** Slack waits three seconds. */
const ACK_MS = 2900;

/** Serves one app. Slack's addresses may all be the same one. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #app: App;
  #isUp = false;

  constructor(options: WebhooksOptions, ears: Ears) {
    this.#options = options;
    const receiver: Receiver = { init: () => {}, start: async () => {}, stop: async () => {} };
    this.#app = listening(receiver, ears, options);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async start(): Promise<void> {
    this.#isUp = true;
  }

  async stop(): Promise<void> {
    this.#isUp = false;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: object | string = ''): void => {
      if (response.headersSent) return;
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
      response.end(isText ? body : JSON.stringify(body));
    };
    if (!this.#isUp) return reply(503);
    if (request.method !== 'POST') return reply(405);
    const text = await bodyOf(request);
    if (text === undefined) return reply(413);
    const form = new URLSearchParams(isForm(request) ? text : '');
    if (form.get('ssl_check') === '1') return reply(200);
    if (!this.#isSigned(request, text)) return reply(401);
    const body = parsed(text, form);
    if (body === undefined) return reply(400);
    if (body['type'] === 'url_verification') return reply(200, textIn(body, 'challenge') ?? '');
    if (body['type'] === 'app_rate_limited') {
      this.#options.log.warn('slack.events-limited', { team: textIn(body, 'team_id') });
      return reply(200);
    }
    await this.#process(body, reply);
  }

  /** Whoever takes it acknowledges it; what nobody takes is not found. */
  async #process(body: Fields, reply: (status: number, body?: object | string) => void): Promise<void> {
    const timer = setTimeout(() => reply(404), ACK_MS);
    const ack = async (said?: unknown): Promise<void> => {
      clearTimeout(timer);
      reply(200, typeof said === 'object' && said !== null ? said : '');
    };
    try {
      await this.#app.processEvent({ body, ack });
    } catch (error) {
      clearTimeout(timer);
      this.#options.log.error('slack.event-failed', error);
      reply(500);
    }
  }

  #isSigned({ headers }: IncomingMessage, body: string): boolean {
    const signature = String(headers['x-slack-signature'] ?? '');
    const timestamp = Number(headers['x-slack-request-timestamp'] ?? Number.NaN);
    if (!(Math.abs(Date.now() / 1000 - timestamp) <= MAX_AGE_S)) return false;
    const signed = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
    return isValidSlackRequest({ signingSecret: this.#options.signingSecret, body, headers: signed });
  }
}

function isForm({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
}

/** Undefined where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    // A request without an encoding yields buffers.
    const bytes = piece as Buffer;
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return undefined;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Events are JSON, commands are forms, and interactions are JSON within a form. */
function parsed(text: string, form: URLSearchParams): Fields | undefined {
  const json = form.get('payload') ?? (text.startsWith('{') ? text : undefined);
  if (json === undefined) return Object.fromEntries(form);
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return undefined;
  }
}
