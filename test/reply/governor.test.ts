/** Who may write next, on a clock that only the test moves. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Urgency } from '../../src/core/ports.ts';
import type { Budget, Learned } from '../../src/reply/budget.ts';
import { Governor } from '../../src/reply/governor.ts';

const FIVE: Budget = { name: 'channel 1', limit: 5, windowMs: 5000 };
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

interface How {
  readonly tookMs?: number;
  readonly learned?: Learned;
}

/** Asks for leave and tells when it came, as milliseconds since the test began; the write ends after `tookMs`. */
function asking(governor: Governor, budget = FIVE) {
  const beganAt = performance.now();
  const granted: { name: string; at: number }[] = [];
  const ask = async (name: string, urgency: Urgency, how: How = {}): Promise<void> => {
    const { tookMs = 0, learned } = how;
    const leave = await governor.leave([budget], urgency, never);
    granted.push({ name, at: performance.now() - beganAt });
    if (tookMs > 0) await new Promise((resolve) => setTimeout(resolve, tookMs));
    leave.done(learned);
  };
  const settle = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  return { ask, granted, settle, times: () => granted.map(({ at }) => Math.round(at)) };
}

describe('Governor', () => {
  it('grants the first write of an unused budget at once', async () => {
    const { ask, times } = asking(new Governor());
    await ask('a', 'first');
    expect(times()).toEqual([0]);
  });

  it('lets as many writes run at once as there are slots, and the next one when a slot is surely free', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'two', limit: 2, windowMs: 1000 });
    const writes = ['a', 'b', 'c'].map((name) => ask(name, 'first', { tookMs: 300 }));
    await settle(5000);
    await Promise.all(writes);
    expect(times()).toEqual([0, 0, 1300]);
  });

  it('prefers first words to endings, endings to text, and of each kind what has waited longest', async () => {
    const { ask, granted, settle } = asking(new Governor(), { name: 'slow', limit: 1, windowMs: 1000 });
    const writes = [ask('running', 'text', { tookMs: 100 })];
    for (const [name, urgency] of [
      ['text 1', 'text'],
      ['text 2', 'burst'],
      ['ending 1', 'ending'],
      ['first 1', 'first'],
      ['ending 2', 'ending'],
      ['first 2', 'first'],
    ] as const)
      writes.push(ask(name, urgency));
    await settle(60_000);
    await Promise.all(writes);
    const names = granted.map(({ name }) => name);
    expect(names).toEqual(['running', 'first 1', 'first 2', 'ending 1', 'ending 2', 'text 1', 'text 2']);
  });

  describe('of a platform that tells of its windows', () => {
    /** A budget of five, and a platform that answers as one whose windows open with their first write. */
    function told(governor: Governor, urgency: Urgency = 'text') {
      const { ask, granted, settle, times } = asking(governor);
      let window = { endsAt: 0, used: 0 };
      const answer = (): Learned => {
        const now = performance.now();
        if (now >= window.endsAt) window = { endsAt: now + 5000, used: 0 };
        window.used++;
        return { limit: 5, remaining: 5 - window.used, resetAfterMs: window.endsAt - now, sentAt: now };
      };
      const write = async (name: string, kind = urgency): Promise<void> => {
        const leave = await governor.leave([FIVE], kind, never);
        granted.push({ name, at: performance.now() });
        leave.done(answer());
      };
      const text = async (count: number): Promise<void> => {
        for (let index = 0; index < count; index++) await write(`${index}`);
      };
      return { ask, write, text, settle, times };
    }
    const gapsOf = (times: readonly number[]): readonly number[] =>
      times.slice(1).map((at, index) => at - (times[index] ?? 0));

    it('spreads text evenly over a window, the last one shortly before it ends', async () => {
      const { text, settle, times } = told(new Governor());
      const writes = text(15);
      await settle(16_000);
      await writes;
      const gaps = gapsOf(times());
      expect(gaps.every((gap) => gap >= 700 && gap <= 1200)).toBe(true);
      // From the last text of a window to the first of the next one: never longer than an ending may be late.
      expect(gaps[9]).toBeLessThanOrEqual(900);
      expect((times()[10] ?? 0) - (times()[0] ?? 0)).toBeLessThan(2 * 5100);
    });

    it('waits for as long as it is told without looking again and again, be it months', async () => {
      const governor = new Governor();
      const budget = { name: 'b', limit: 5, windowMs: 5000 };
      const refused = await governor.leave([budget], 'text', new AbortController().signal);
      refused.done({ retryAfterMs: 100 * 86_400_000 });
      const waiting = new AbortController();
      const late = governor.leave([budget], 'text', waiting.signal).catch(() => 'gave up');
      const looks = vi.spyOn(performance, 'now');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(looks.mock.calls.length).toBeLessThan(5);
      waiting.abort();
      expect(await late).toBe('gave up');
      expect(vi.getTimerCount()).toBe(0);
    });

    it('lets text that floods in go at twice the pace', async () => {
      const { text, settle, times } = told(new Governor(), 'burst');
      const writes = text(4);
      await settle(10_000);
      await writes;
      expect(Math.max(...gapsOf(times()))).toBeLessThan(800);
    });

    it('has a slot for an ending at any time but shortly before a window ends', async () => {
      for (let at = 50; at < 4000; at += 450) {
        const { text, write, settle } = told(new Governor());
        const writes = text(5);
        await settle(at);
        const before = performance.now();
        const ending = write('ending', 'ending');
        await settle(0);
        await ending;
        expect(performance.now() - before).toBe(0);
        await settle(20_000);
        await writes;
      }
    });

    it('takes the window to end by when its requests were sent, once it knows that they travel alike', async () => {
      const governor = new Governor();
      const beganAt = performance.now();
      const write = async (): Promise<void> => {
        const leave = await governor.leave([FIVE], 'ending', never);
        const sentAt = performance.now();
        await vi.advanceTimersByTimeAsync(200);
        const resetAfterMs = beganAt + 5000 - sentAt;
        leave.done({ limit: 5, remaining: 4 - count++, resetAfterMs, sentAt });
      };
      let count = 0;
      for (let index = 0; index < 5; index++) await write();
      const sixth = governor.leave([FIVE], 'ending', never).then((leave) => {
        leave.unused();
        return performance.now() - beganAt;
      });
      await vi.advanceTimersByTimeAsync(10_000);
      // Not 5200, which is what the answers alone would make of it.
      expect(await sixth).toBe(5020);
    });
  });

  describe('of a platform that tells nothing of its windows', () => {
    const LOG: Budget = { name: 'workspace update', limit: 50, windowMs: 60_000 };

    it('spreads text evenly, slows down as slots run out, and never uses the last ones', async () => {
      const { ask, times, settle } = asking(new Governor(), LOG);
      const texts = (async () => {
        for (let index = 0; index < 50; index++) await ask(`${index}`, 'text');
      })();
      await settle(59_000);
      const gaps = times()
        .slice(1)
        .map((at, index) => at - (times()[index] ?? 0));
      expect(gaps.slice(0, 20).every((gap) => gap >= 1000 && gap <= 1300)).toBe(true);
      expect(Math.max(...gaps)).toBeLessThan(15_000);
      expect(times().length).toBeLessThanOrEqual(50 - 6);
      const before = performance.now();
      const ending = ask('ending', 'ending');
      await settle(0);
      await ending;
      expect(performance.now()).toBe(before);
      await settle(60_000);
      await texts;
    });

    it('goes faster the more wait, and keeps slots for their endings', async () => {
      const { ask, times, settle } = asking(new Governor(), LOG);
      const replies = Array.from({ length: 10 }, async (_, reply) => {
        for (let index = 0; index < 6; index++) await ask(`${reply}/${index}`, 'text');
      });
      await settle(10_000);
      const inTen = times().length;
      expect(inTen).toBeGreaterThan(25);
      expect(inTen).toBeLessThanOrEqual(50 - 10);
      await settle(200_000);
      await Promise.all(replies);
    });
  });

  it('lets text use a budget of one', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'slow', limit: 1, windowMs: 1000 });
    const writes = [ask('a', 'text'), ask('b', 'text')];
    await settle(5000);
    await Promise.all(writes);
    expect(times()).toEqual([0, 1000]);
  });

  it('waits a window from the answer, not from the leave, because nobody knows when the platform counted', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'slow', limit: 1, windowMs: 1000 });
    const writes = [ask('a', 'first', { tookMs: 400 }), ask('b', 'ending')];
    await settle(5000);
    await Promise.all(writes);
    expect(times()).toEqual([0, 1400]);
  });

  it.each<[string, Learned, number]>([
    ['a window that ends soon', { limit: 5, remaining: 0, resetAfterMs: 700 }, 720],
    ['a window that others used up', { limit: 5, remaining: 0, resetAfterMs: 9000 }, 9020],
    ['a smaller limit', { limit: 1, remaining: 0, resetAfterMs: 3000 }, 3020],
    ['a refusal', { retryAfterMs: 2500 }, 2520],
    ['slots that are left', { limit: 5, remaining: 3, resetAfterMs: 4000 }, 0],
    ['nothing', {}, 0],
  ])('learns of %s', async (_, learned, nextAt) => {
    const { ask, times, settle } = asking(new Governor());
    await ask('a', 'first', { learned });
    const ending = ask('b', 'ending');
    await settle(20_000);
    await ending;
    expect(times()[1]).toBe(nextAt);
  });

  it('learns a greater limit', async () => {
    const { ask, times, settle } = asking(new Governor(), { name: 'careful', limit: 1, windowMs: 1000 });
    await ask('a', 'first', { learned: { limit: 10, remaining: 9, resetAfterMs: 1000 } });
    const writes = Array.from({ length: 9 }, (_, index) => ask(`${index}`, 'ending'));
    await settle(5000);
    await Promise.all(writes);
    expect(times().slice(0, 2)).toEqual([0, 0]);
  });

  it('takes back leave that was not used', async () => {
    const governor = new Governor();
    const { ask, times, settle } = asking(governor, { name: 'slow', limit: 1, windowMs: 1000 });
    (await governor.leave([{ name: 'slow', limit: 1, windowMs: 1000 }], 'text', never)).unused();
    const write = ask('a', 'text');
    await settle(0);
    expect(times()).toEqual([0]);
    await write;
  });

  it('counts a write once, however often it is told', async () => {
    const governor = new Governor();
    const budget = { name: 'two', limit: 2, windowMs: 1000 };
    const { ask, times, settle } = asking(governor, budget);
    const leave = await governor.leave([budget], 'first', never);
    leave.done();
    leave.done();
    const writes = [ask('a', 'first', { tookMs: 10 }), ask('b', 'first')];
    await settle(0);
    leave.unused();
    await settle(5);
    expect(times()).toEqual([0]);
    await settle(5000);
    await Promise.all(writes);
  });

  describe('on abort', () => {
    it('rejects with the reason, sets no timer, and passes the turn on', async () => {
      const governor = new Governor();
      const budget = { name: 'slow', limit: 1, windowMs: 1000 };
      const leave = await governor.leave([budget], 'first', never);
      const controller = new AbortController();
      const aborted = governor.leave([budget], 'ending', controller.signal);
      const next = governor.leave([budget], 'text', never);
      const reason = new Error('stopped');
      controller.abort(reason);
      await expect(aborted).rejects.toBe(reason);
      leave.unused();
      (await next).done();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('stops the timer of the last who waited', async () => {
      const governor = new Governor();
      const budget = { name: 'slow', limit: 1, windowMs: 1000 };
      (await governor.leave([budget], 'first', never)).done();
      const controller = new AbortController();
      const waiting = governor.leave([budget], 'text', controller.signal);
      await Promise.resolve();
      expect(vi.getTimerCount()).toBe(1);
      controller.abort();
      await expect(waiting).rejects.toBe(controller.signal.reason);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('rejects at once when the signal was aborted before', async () => {
      await expect(new Governor().leave([FIVE], 'first', AbortSignal.abort('late'))).rejects.toBe('late');
    });
  });

  describe('where a write falls in several budgets', () => {
    const CHANNEL: Budget = { name: 'channel', limit: 5, windowMs: 5000 };
    const ALL: Budget = { name: 'all', limit: 2, windowMs: 1000 };

    it('grants leave when there is room in all of them at once, and counts the write in each', async () => {
      const governor = new Governor();
      const at: number[] = [];
      const began = performance.now();
      const write = async (budgets: readonly Budget[]): Promise<void> => {
        const leave = await governor.leave(budgets, 'ending', never);
        at.push(performance.now() - began);
        leave.done();
      };
      const writes = ['a', 'b', 'c'].map((name) => write([{ ...CHANNEL, name }, ALL]));
      const other = write([CHANNEL]);
      await vi.advanceTimersByTimeAsync(5000);
      await Promise.all([...writes, other]);
      expect(at).toEqual([0, 0, 0, 1000]);
    });

    it('learns of the budget that an answer is about, and of the first one where it does not say', async () => {
      const governor = new Governor();
      const answers: Learned[] = [{ retryAfterMs: 3000 }, { budget: 'all', retryAfterMs: 9000 }];
      for (const learned of answers) {
        const leave = await governor.leave([{ ...CHANNEL, name: JSON.stringify(learned) }, ALL], 'ending', never);
        leave.done(learned);
      }
      const waits = answers.map((learned) =>
        governor.waitMs([{ ...CHANNEL, name: JSON.stringify(learned) }], 'ending'),
      );
      expect(waits).toEqual([3020, 0]);
      expect(governor.waitMs([ALL], 'ending')).toBe(9020);
    });

    it('lets nobody who waits for one of them hold up those who do not', async () => {
      const governor = new Governor();
      const controller = new AbortController();
      (await governor.leave([{ ...CHANNEL, limit: 1 }, ALL], 'first', never)).done();
      const blocked = governor.leave([{ ...CHANNEL, limit: 1 }, ALL], 'first', controller.signal);
      (await governor.leave([{ ...CHANNEL, name: 'free' }, ALL], 'ending', never)).done();
      controller.abort(new Error('over'));
      await expect(blocked).rejects.toThrow('over');
    });
  });

  it('tells which of several ways to write would be open soonest, and takes nothing for it', async () => {
    const governor = new Governor();
    const update = [{ name: 'update', limit: 1, windowMs: 60_000 }];
    const post = [{ name: 'post', limit: 5, windowMs: 5000 }];
    const soonest = () => (governor.waitMs(update, 'text') <= governor.waitMs(post, 'text') ? 'update' : 'post');
    expect(soonest()).toBe('update');
    (await governor.leave(update, 'first', never)).done();
    expect(soonest()).toBe('post');
    expect(governor.waitMs(update, 'ending')).toBe(60_000);
    expect(governor.waitMs(post, 'text')).toBe(0);
    expect(governor.size).toBe(1);
  });

  it('lowers a limit that a refusal disproves, and raises it again by and by', async () => {
    const governor = new Governor();
    const budget = { name: 'log', limit: 10, windowMs: 1000 };
    const room = async (): Promise<number> => {
      const leaves = [];
      while (governor.waitMs([budget], 'ending') === 0) leaves.push(await governor.leave([budget], 'ending', never));
      for (const leave of leaves) leave.done();
      return leaves.length;
    };
    const leaves = await Promise.all(Array.from({ length: 7 }, () => governor.leave([budget], 'ending', never)));
    for (const leave of leaves.slice(0, 6)) leave.done();
    leaves[6]?.done({ retryAfterMs: 5000 });
    await vi.advanceTimersByTimeAsync(6000);
    expect(await room()).toBe(6);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await room()).toBe(7);
    for (let window = 0; window < 10; window++) {
      await vi.advanceTimersByTimeAsync(1100);
      await room();
    }
    await vi.advanceTimersByTimeAsync(1100);
    expect(await room()).toBe(10);
  });

  it('forgets budgets that nobody uses any more', async () => {
    const governor = new Governor();
    for (let n = 0; n < 2000; n++) {
      (await governor.leave([{ ...FIVE, name: `channel ${n}` }], 'first', never)).done();
      vi.advanceTimersByTime(100);
    }
    expect(governor.size).toBeLessThanOrEqual(257);
  });
});
