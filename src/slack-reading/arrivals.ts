/** What Slack was told that it arrived, kept until it is handed over: Slack does not send it again when the process dies in between. */
import type { Arrivals } from '../core/files.ts';
import type { Log } from '../core/ports.ts';
import type { Fields } from '../slack-api/fields.ts';

export interface ArrivingOptions {
  readonly arrivals: Arrivals;
  readonly log: Log;
}

export class Arriving {
  readonly #options: ArrivingOptions;
  readonly #held = new Set<string>();

  constructor(options: ArrivingOptions) {
    this.#options = options;
  }

  /** Resolves when it is kept, until it is `handed` over. A store that fails does not keep it from being handed over. */
  async hold(id: string, payload: Fields, handed: Promise<void>): Promise<void> {
    this.#held.add(id);
    await this.#tolerating(() => this.#options.arrivals.keep(id, payload));
    void handed.then(() => {
      this.#held.delete(id);
      return this.#tolerating(() => this.#options.arrivals.done(id));
    });
  }

  /** The same arrival said more fully; nothing where it is handed over already. */
  async complete(id: string, payload: Fields): Promise<void> {
    if (this.#held.has(id)) await this.#tolerating(() => this.#options.arrivals.keep(id, payload));
  }

  async #tolerating(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.log.error('slack.arrival-unkept', error);
    }
  }
}
