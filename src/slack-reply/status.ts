/** What Slack shows after the bot's name while no text stands: renewed before Slack drops it, and always cleared. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Call, Calls } from '../slack-api/calls.ts';
import { type Ladder, refusalOf } from '../slack-api/refusals.ts';
import type { ThreadAddress } from './messages.ts';

export interface StatusOptions {
  readonly calls: Calls;
  readonly ladder: Ladder;
  /** What is shown until it is known what goes on. */
  readonly status: string;
  /** Milliseconds between two of them; Slack drops each after 120 000. */
  readonly statusMs: number;
  readonly log: Log;
}

const METHOD = 'assistant.threads.setStatus';

/** Characters of a status: Slack cuts none, but shows one line. */
const MAX_CHARS = 140;

/** That of one reply. Nothing of it is awaited: a sign of life that fails or comes late holds back nothing. */
export class StatusLine {
  readonly #at: ThreadAddress;
  readonly #options: StatusOptions;
  /** Whether the reply shows something else by now. */
  readonly #isOver: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #words: string;

  constructor(at: ThreadAddress, options: StatusOptions, isOver: () => boolean) {
    this.#at = at;
    this.#options = options;
    this.#isOver = isOver;
    this.#words = options.status;
  }

  /** Whether there is a status here at all; where there is none, a message has to say it. */
  get isPossible(): boolean {
    return this.#at.thread !== undefined && this.#options.ladder.mayTry(METHOD, this.#at);
  }

  /** What is shown, or would be. */
  get words(): string {
    return this.#words;
  }

  show(words: string = this.#words): void {
    const shown = Array.from(words).slice(0, MAX_CHARS).join('');
    if (this.#timer !== undefined && shown === this.#words) return;
    this.#words = shown;
    this.#timer ??= setInterval(() => void this.#say(this.#words), this.#options.statusMs);
    void this.#say(shown);
  }

  /** It goes by itself when a message is posted. */
  end(): void {
    clearInterval(this.#timer);
  }

  clear(): void {
    void this.#say('');
  }

  async #say(status: string): Promise<void> {
    const { calls, ladder, log } = this.#options;
    const { team, channel, thread } = this.#at;
    if (!this.isPossible) return;
    const call: Call = { method: METHOD, team, args: { channel_id: channel, thread_ts: thread, status } };
    // A sign of life is not worth a wait: neither its own nor that of text behind it.
    if (calls.waitMs(call, 'first') > 0) return;
    try {
      await calls.ask(call);
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      const code = refusalOf(error);
      if (code !== undefined) ladder.refused(METHOD, this.#at, code);
      log.debug('slack.status-refused', { channel, status: error.failure.status, code });
    }
    // Text came meanwhile, and this came after it.
    if (status !== '' && this.#isOver()) await this.#say('');
  }
}
