/** The page's side of the API: requests, and the event stream that is opened again whenever it breaks. */
// @ts-check

/** @typedef {import('../surface.ts').PageEvent} PageEvent */

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;

/** A server that was started again has a new token; loading the page anew brings it as a cookie. */
async function renew() {
  await fetch('/', { cache: 'no-store' });
}

/**
 * @param {string} path
 * @param {object} [body] Sent, a file as it is and anything else as JSON; without it the address is read.
 * @param {'POST' | 'PATCH' | 'DELETE'} method What a body is sent with.
 * @throws {Error} with a sentence for the reader.
 */
export async function call(path, body, method = 'POST') {
  const sent =
    body instanceof Blob
      ? { type: 'application/octet-stream', body }
      : { type: 'application/json', body: JSON.stringify(body) };
  const request = () =>
    fetch(path, { ...(body && { method, headers: { 'content-type': sent.type }, body: sent.body }) });
  try {
    let response = await request();
    if (response.status === 403) {
      await renew();
      response = await request();
    }
    const answer = await response.json();
    if (response.ok) return answer;
    throw new Error(answer.error);
  } catch (error) {
    if (error instanceof TypeError) throw new Error('Halley cannot be reached. Is it still running?');
    throw error;
  }
}

/** The events of one thread at a time. */
export class Events {
  #thread = '';
  /** @type {EventSource | undefined} */
  #source;
  #retryMs = FIRST_RETRY_MS;
  #timer = 0;
  #onEvent;
  #onConnection;

  /**
   * @param {(event: PageEvent) => void} onEvent
   * @param {(connected: boolean) => void} onConnection
   */
  constructor(onEvent, onConnection) {
    this.#onEvent = onEvent;
    this.#onConnection = onConnection;
    // A browser keeps six connections to one server: tabs that nobody looks at must not hold them.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#close() : this.#open()));
  }

  /** @param {string} thread */
  follow(thread) {
    this.#thread = thread;
    this.#retryMs = FIRST_RETRY_MS;
    this.#open();
  }

  #open() {
    this.#close();
    const source = new EventSource(`/api/events?conversation=${encodeURIComponent(this.#thread)}`);
    this.#source = source;
    source.onmessage = (message) => {
      this.#retryMs = FIRST_RETRY_MS;
      this.#onConnection(true);
      this.#onEvent(JSON.parse(message.data));
    };
    source.onerror = () => {
      this.#close();
      this.#onConnection(false);
      this.#timer = window.setTimeout(() => this.#again(), this.#retryMs);
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    };
  }

  async #again() {
    await renew().catch(() => undefined);
    if (!document.hidden) this.#open();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
  }
}
