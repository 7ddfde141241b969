/** Whether the process can answer questions now: it has started, its store takes writes, its platforms are connected, and it is not ending. */
import type { Log } from '../core/ports.ts';

export interface HealthOptions {
  /** What has to hold, by the name that the log gives it. Asked every time, so it has to be quick. */
  readonly checks: Readonly<Record<string, () => boolean>>;
  readonly log: Log;
}

/** Goes down and up by itself with what it checks, and logs each change. */
export class Health {
  readonly #options: HealthOptions;
  #stage: 'starting' | 'running' | 'ending' = 'starting';
  #failing = '';

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** The start is over. */
  begin(): void {
    if (this.#stage === 'starting') this.#stage = 'running';
  }

  /** Nothing more is taken: from here on it stays down. */
  end(): void {
    this.#stage = 'ending';
  }

  isReady(): boolean {
    if (this.#stage !== 'running') return false;
    const { checks, log } = this.#options;
    const names = Object.entries(checks).flatMap(([name, holds]) => (holds() ? [] : [name]));
    const failing = names.join(' ');
    if (failing !== this.#failing) {
      this.#failing = failing;
      if (failing === '') log.info('health.up');
      else log.warn('health.down', { failing });
    }
    return failing === '';
  }
}
