/** Deliveries over HTTP: signed requests to the app's addresses, its answers read back, failures by their reason. */
import { createHmac } from 'node:crypto';
import { type Json, isJson } from '../../discord/json.ts';
import type { World } from '../state/world.ts';
import type { Carrier, Deliveries, Envelope } from './deliveries.ts';

const MAX_REDIRECTS = 2;

/** Where the app listens. */
export interface Targets {
  readonly events: string;
  readonly commands: string;
  readonly interactivity: string;
}

/** A request as Slack signs it. */
export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class HttpMode implements Carrier {
  readonly timeoutReason = 'http_timeout';
  readonly #world: World;
  readonly #deliveries: Deliveries;
  readonly #targets: Targets;
  readonly #underway = new Set<AbortController>();

  constructor(world: World, deliveries: Deliveries, targets: Targets) {
    this.#world = world;
    this.#deliveries = deliveries;
    this.#targets = targets;
  }

  carry(envelope: Envelope): boolean {
    void this.#send(envelope);
    return true;
  }

  /** Whether the app answers Slack's question whether this address is its own. */
  async verify(): Promise<boolean> {
    const challenge = this.#world.newId('challenge');
    const asked = { type: 'url_verification', token: this.#world.app.verificationToken, challenge };
    const { body, headers } = this.sign(JSON.stringify(asked), 'application/json');
    const response = await fetch(this.#targets.events, { method: 'POST', body, headers });
    return response.ok && (await response.text()).includes(challenge);
  }

  /** The status of Slack's unsigned look at a command's certificate. */
  async sslCheck(): Promise<number> {
    const body = new URLSearchParams({ ssl_check: '1', token: this.#world.app.verificationToken }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await fetch(this.#targets.commands, { method: 'POST', body, headers })).status;
  }

  /** Signed as of `at`, epoch milliseconds of this simulator's clock; now, unless said. */
  sign(body: string, contentType: string, at = this.#world.clock.now()): SignedRequest {
    const timestamp = String(Math.floor(at / 1000));
    const hash = createHmac('sha256', this.#world.app.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    return {
      body,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${hash}`,
      },
    };
  }

  async #send(envelope: Envelope): Promise<void> {
    const aborter = new AbortController();
    this.#underway.add(aborter);
    const stopWaiting = this.#world.clock.after(this.#world.assumptions.ackMs, () => aborter.abort());
    try {
      const response = await this.#request(envelope, aborter.signal);
      const text = await response.text();
      const final = response.headers.get('x-slack-no-retry') === '1';
      const isRedirect = response.status >= 300 && response.status < 400;
      if (response.ok) this.#deliveries.acknowledge(envelope.envelopeId, answerOf(text));
      else this.#deliveries.fail(envelope.envelopeId, isRedirect ? 'too_many_redirects' : 'http_error', final);
    } catch {
      // Its time was over, which the delivery knows itself, or nobody could be reached.
      if (!aborter.signal.aborted) this.#deliveries.fail(envelope.envelopeId, 'connection_failed');
    } finally {
      stopWaiting();
      this.#underway.delete(aborter);
    }
  }

  async #request(envelope: Envelope, signal: AbortSignal): Promise<Response> {
    const { body, headers } = this.#signed(envelope);
    let url = this.#targetOf(envelope);
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
      const location = response.headers.get('location');
      if (location === null || redirects >= MAX_REDIRECTS) return response;
      url = new URL(location, url).href;
    }
  }

  #signed({ kind, payload, attempt, reason }: Envelope): SignedRequest {
    const { body, headers } =
      kind === 'events_api'
        ? this.sign(JSON.stringify(payload), 'application/json')
        : this.sign(formOf(kind, payload), 'application/x-www-form-urlencoded');
    const retry = attempt === 0 ? {} : { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': reason };
    return { body, headers: { ...headers, ...retry } };
  }

  #targetOf({ kind }: Envelope): string {
    if (kind === 'events_api') return this.#targets.events;
    return kind === 'slash_commands' ? this.#targets.commands : this.#targets.interactivity;
  }

  stop(): void {
    for (const aborter of this.#underway) aborter.abort();
  }
}

function formOf(kind: Envelope['kind'], payload: Json): string {
  if (kind === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const fields = Object.entries(payload).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []));
  return new URLSearchParams(fields).toString();
}

/** An answer is empty, JSON, or plain text that stands for a message. */
function answerOf(text: string): Json {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : {};
  } catch {
    return { text };
  }
}
