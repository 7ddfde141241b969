/** Metrics as log lines: what is counted can be added up from them. */
import type { Rating } from '../core/conversation.ts';
import type { Log, Metrics } from '../core/ports.ts';

export class LoggedMetrics implements Metrics {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  rated(rating: Rating, model: string): void {
    this.#log.info('answer.rated', { rating, model });
  }
}
