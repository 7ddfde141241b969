/** What came before is told: events that come again, and the two events of a mention, in both orders. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deliveries } from '../../src/slack-reading/deliveries.ts';

const mention = { event: 'Ev1', message: 'T/C/1', isWhole: false, what: 'mention' };
const message = { event: 'Ev2', message: 'T/C/1', isWhole: true, what: 'message' };

describe('deliveries', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('take a message and then leave out its mention', async () => {
    const deliveries = new Deliveries<string>({ twinMs: 200 });
    const taken = deliveries.take(message);
    expect(taken.kind === 'new' && (await taken.what)).toBe('message');
    expect(deliveries.take(mention)).toEqual({ kind: 'twin' });
  });

  it('take a mention with all that the message says, when that follows in time', async () => {
    const deliveries = new Deliveries<string>({ twinMs: 200 });
    const taken = deliveries.take(mention);
    await vi.advanceTimersByTimeAsync(199);
    expect(deliveries.take(message)).toEqual({ kind: 'twin' });
    expect(taken.kind === 'new' && (await taken.what)).toBe('message');
  });

  it('take a mention alone where no message follows, and then not the message', async () => {
    const deliveries = new Deliveries<string>({ twinMs: 200 });
    const taken = deliveries.take(mention);
    await vi.advanceTimersByTimeAsync(200);
    expect(taken.kind === 'new' && (await taken.what)).toBe('mention');
    expect(deliveries.take(message)).toEqual({ kind: 'twin' });
  });

  it('hand over at once what waits when they are stopped', async () => {
    const deliveries = new Deliveries<string>({ twinMs: 200 });
    const taken = deliveries.take(mention);
    deliveries.stop();
    expect(taken.kind === 'new' && (await taken.what)).toBe('mention');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('know an event that comes again, for as long as Slack sends it', async () => {
    const deliveries = new Deliveries<string>({ twinMs: 200 });
    deliveries.take(message);
    await vi.advanceTimersByTimeAsync(6 * 60_000);
    expect(deliveries.take(message)).toEqual({ kind: 'again' });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(deliveries.take(message).kind).toBe('new');
  });
});
