/** The sign that an answer is being written, renewed until it is stopped. */
import { RequestMethod, Routes } from 'discord.js';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { NEVER, type Requests } from './requests.ts';

export interface TypingOptions {
  readonly requests: Requests;
  readonly log: Log;
  /** Milliseconds between two signs of typing; Discord drops each after 10 000. */
  readonly typingMs: number;
}

/** Of one reply. */
export class Typing {
  readonly #options: TypingOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  start(channel: string): void {
    if (this.#timer !== undefined) return;
    // Not awaited: a sign of life that fails or comes late must not hold back what it announces.
    this.#timer = setInterval(() => void this.#type(channel), this.#options.typingMs);
    void this.#type(channel);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #type(channel: string): Promise<void> {
    const { requests, log } = this.#options;
    const route = Routes.channelTyping(channel);
    const request = { kind: 'typing', channel, method: RequestMethod.Post, route } as const;
    // A sign of life is not worth a wait: neither its own nor that of text behind it.
    if (!requests.isFree(request)) return;
    try {
      await requests.send(request, await requests.leave(request, 'text', NEVER));
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      if (!error.retryable) this.stop();
      log.debug('discord.typing-refused', { channel, status: error.failure.status });
    }
  }
}
