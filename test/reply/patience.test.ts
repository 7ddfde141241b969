import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlatformRejected, PlatformUnavailable } from '../../src/core/errors.ts';
import { PatientSurface } from '../../src/reply/patience.ts';
import { quietLog } from '../support/model.ts';
import { FakeSurface } from './fake-surface.ts';

const REPLY = { text: 'All of it.', sources: [], ending: { kind: 'complete' } } as const;

/** Takes nothing for so many times. */
class AwaySurface extends FakeSurface {
  tries = 0;
  readonly #times: number;
  readonly #failure: Error;

  constructor(times: number, failure: Error = new PlatformUnavailable('away')) {
    super();
    this.#times = times;
    this.#failure = failure;
  }

  override async finish(reply: typeof REPLY) {
    if (this.tries++ < this.#times) throw this.#failure;
    return super.finish(reply);
  }

  override async note(notice: string) {
    if (this.tries++ < this.#times) throw this.#failure;
    return super.note(notice);
  }
}

describe('a patient surface', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const givenUp = new AbortController().signal;

  it('brings the end of a reply when the platform is back, however often that is asked before', async () => {
    const away = new AwaySurface(12);
    const finishing = new PatientSurface(away, { givenUp, log: quietLog }).finish(REPLY);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await finishing;
    expect(away.finished).toEqual([REPLY]);
  });

  it('brings a note when the platform is back', async () => {
    const away = new AwaySurface(3);
    const telling = new PatientSurface(away, { givenUp, log: quietLog }).note('Sorry.');
    await vi.advanceTimersByTimeAsync(10_000);
    await telling;
    expect(away.notes).toEqual(['Sorry.']);
  });

  it('tries less and less often, and for an hour at most', async () => {
    const away = new AwaySurface(Number.POSITIVE_INFINITY);
    const finishing = new PatientSurface(away, { givenUp, log: quietLog }).finish(REPLY);
    const failed = expect(finishing).rejects.toBeInstanceOf(PlatformUnavailable);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(away.tries).toBe(5);
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    await failed;
    expect(away.tries).toBeLessThan(70);
  });

  it('waits as long as the platform asks', async () => {
    const away = new AwaySurface(1, new PlatformUnavailable('wait', { retryAfterMs: 30_000 }));
    const finishing = new PatientSurface(away, { givenUp, log: quietLog }).finish(REPLY);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(away.tries).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    await finishing;
  });

  it('does not ask again for what the platform refuses', async () => {
    const away = new AwaySurface(1, new PlatformRejected('no'));
    await expect(new PatientSurface(away, { givenUp, log: quietLog }).finish(REPLY)).rejects.toBeInstanceOf(
      PlatformRejected,
    );
  });

  it('gives up at once when it is told to', async () => {
    const away = new AwaySurface(Number.POSITIVE_INFINITY);
    const stop = new AbortController();
    const finishing = new PatientSurface(away, { givenUp: stop.signal, log: quietLog }).finish(REPLY);
    const failed = expect(finishing).rejects.toBeInstanceOf(PlatformUnavailable);
    stop.abort();
    await failed;
    expect(away.tries).toBe(1);
  });
});
