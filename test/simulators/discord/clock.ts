/** Real time plus what a test has skipped: windows, deadlines and signatures are all measured on it. */

interface Timer {
  readonly dueAt: number;
  readonly work: () => void;
  handle: NodeJS.Timeout;
}

export class Clock {
  #skippedMs = 0;
  readonly #timers = new Set<Timer>();

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.#skippedMs;
  }

  /** Runs `work` once `delayMs` have passed on this clock, whether by waiting or by skipping. */
  after(delayMs: number, work: () => void): () => void {
    const timer: Timer = { dueAt: this.now() + delayMs, work, handle: setTimeout(() => this.#fire(timer), delayMs) };
    timer.handle.unref();
    this.#timers.add(timer);
    return () => this.#drop(timer);
  }

  /** Skips `ms`: everything that falls due in between happens now, in its order. */
  advance(ms: number): void {
    this.#skippedMs += ms;
    const pending = [...this.#timers].sort((a, b) => a.dueAt - b.dueAt);
    for (const timer of pending) {
      clearTimeout(timer.handle);
      const leftMs = timer.dueAt - this.now();
      if (leftMs <= 0) this.#fire(timer);
      else {
        timer.handle = setTimeout(() => this.#fire(timer), leftMs);
        timer.handle.unref();
      }
    }
  }

  stop(): void {
    for (const timer of this.#timers) this.#drop(timer);
  }

  #fire(timer: Timer): void {
    if (!this.#timers.delete(timer)) return;
    clearTimeout(timer.handle);
    timer.work();
  }

  #drop(timer: Timer): void {
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
  }
}
