/** Fifty answers at once in one channel, on a clock that only the test moves, while somebody sets the wall clock. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Turn } from '../../src/core/conversation.ts';
import type { Urgency } from '../../src/core/ports.ts';
import type { DraftView, PostRef, Reply, ReplyEvent } from '../../src/core/reply.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { Governor, type Leave } from '../../src/reply/governor.ts';
import { present } from '../../src/reply/presenter.ts';
import { aTurn } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';
import { FakeSurface } from './fake-surface.ts';

const LIMIT = 5;
const WINDOW_MS = 5000;
const DAY_MS = 86_400_000;
const CHUNKS = Array.from({ length: 40 }, (_, at) => `Sentence ${at} of the answer. `);
const NEVER = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A channel that takes five writes in five seconds, and counts those that it would refuse. */
class Channel {
  readonly #governor = new Governor();
  #openedAt = Number.NEGATIVE_INFINITY;
  #used = 0;
  refused = 0;

  leave(urgency: Urgency, signal: AbortSignal): Promise<Leave> {
    return this.#governor.leave([{ name: 'channel', limit: LIMIT, windowMs: WINDOW_MS }], urgency, signal);
  }

  write(leave: Leave | undefined): void {
    const now = performance.now();
    if (now >= this.#openedAt + WINDOW_MS) [this.#openedAt, this.#used] = [now, 0];
    if (++this.#used > LIMIT) this.refused++;
    const remaining = Math.max(0, LIMIT - this.#used);
    leave?.done({ limit: LIMIT, remaining, resetAfterMs: this.#openedAt + WINDOW_MS - now });
  }
}

class InChannel extends FakeSurface {
  readonly #channel: Channel;
  #leave: Leave | undefined;

  constructor(channel: Channel) {
    super();
    this.#channel = channel;
  }

  override async leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    this.#leave = await this.#channel.leave(urgency, signal);
  }

  override async show(view: DraftView): Promise<readonly PostRef[]> {
    this.#channel.write(this.#leave);
    return super.show(view);
  }

  override async finish(reply: Reply): Promise<readonly PostRef[]> {
    this.#channel.write(await this.#channel.leave('ending', NEVER));
    return super.finish(reply);
  }
}

async function* told(turn: Turn): AsyncGenerator<ReplyEvent, Turn> {
  for (const text of CHUNKS) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    yield { kind: 'text', text };
  }
  return turn;
}

it.each([
  ['stays as it is', 0],
  ['goes forward by a day', DAY_MS],
  ['goes back by a day', -DAY_MS],
])('all stand whole and none is refused, where the wall clock %s', async (_, jumpMs) => {
  const channel = new Channel();
  const surfaces = Array.from({ length: 50 }, () => new InChannel(channel));
  const turnOf = (at: number): Turn => aTurn({ id: `m${at}` }, CHUNKS.join(''));
  const options = { signal: NEVER, notices: noticesIn('en'), onPosts: async () => undefined, log: quietLog };
  const all = Promise.all(surfaces.map((surface, at) => present(() => told(turnOf(at)), surface, options)));
  await vi.advanceTimersByTimeAsync(5000);
  vi.setSystemTime(Date.now() + jumpMs);
  await vi.runAllTimersAsync();
  await all;
  expect(channel.refused).toBe(0);
  for (const surface of surfaces) {
    expect(surface.finished.map(({ text }) => text)).toEqual([CHUNKS.join('')]);
    expect(surface.seen.every(({ exact }) => CHUNKS.join('').startsWith(exact))).toBe(true);
  }
  expect(vi.getTimerCount()).toBe(0);
});
