/** Many replies that share one budget, on a platform with windows of its own: a simulation on a fake clock. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Urgency } from '../../src/core/ports.ts';
import type { Learned } from '../../src/reply/budget.ts';
import { Governor } from '../../src/reply/governor.ts';

interface Scene {
  readonly limit: number;
  readonly windowMs: number;
  /** Whether windows open with their first write, or follow each other on the platform's clock from `phaseMs` on. */
  readonly windows: 'opened' | 'clocked' | 'sliding';
  readonly phaseMs: number;
  /** What the answers tell. */
  readonly tells: 'all' | 'nothing' | 'sometimes';
  /** The longest way to the platform, and the longest way back. */
  readonly latencyMs: number;
  /** When each reply begins, and how many views it shows before its ending. */
  readonly replies: readonly { readonly startMs: number; readonly views: number }[];
  readonly seed: number;
}

interface Write {
  readonly urgency: Urgency;
  readonly askedAt: number;
  readonly grantedAt: number;
  /** When the platform counted it. */
  readonly countedAt: number;
  readonly refused: boolean;
}

/** Counts writes as the platform does, by when they arrive. */
class Platform {
  readonly #scene: Scene;
  #window = Number.NEGATIVE_INFINITY;
  #used: number[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  write(): { readonly refused: boolean; readonly learned: Learned } {
    const { limit, windowMs, windows, phaseMs } = this.#scene;
    const now = performance.now();
    if (windows === 'sliding') this.#used = this.#used.filter((at) => at > now - windowMs);
    else {
      const begin = windows === 'clocked' ? Math.floor((now - phaseMs) / windowMs) * windowMs + phaseMs : now;
      const isNew = windows === 'clocked' ? begin > this.#window : now >= this.#window + windowMs;
      if (isNew) {
        this.#window = begin;
        this.#used = [];
      }
    }
    const resetAfterMs = this.#window + windowMs - now;
    if (this.#used.length >= limit) return { refused: true, learned: { retryAfterMs: windowMs } };
    this.#used.push(now);
    const remaining = limit - this.#used.length;
    return { refused: false, learned: windows === 'sliding' ? {} : { limit, remaining, resetAfterMs } };
  }
}

/** A small generator of numbers from 0 to 1, so that a scene runs the same each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(scene: Scene): Promise<readonly Write[]> {
  const governor = new Governor();
  const platform = new Platform(scene);
  const random = randomOf(scene.seed);
  const writes: Write[] = [];
  const write = async (urgency: Urgency): Promise<void> => {
    const askedAt = performance.now();
    const { limit, windowMs } = scene;
    const leave = await governor.leave([{ name: 'b', limit, windowMs }], urgency, new AbortController().signal);
    const grantedAt = performance.now();
    await sleep(random() * scene.latencyMs);
    const countedAt = performance.now();
    const { refused, learned } = platform.write();
    writes.push({ urgency, askedAt, grantedAt, countedAt, refused });
    await sleep(random() * scene.latencyMs);
    const told = scene.tells === 'all' || (scene.tells === 'sometimes' && random() < 0.5);
    leave.done(told || refused ? learned : {});
  };
  const reply = async ({ startMs, views }: Scene['replies'][number]): Promise<void> => {
    await sleep(startMs);
    await write('first');
    for (let view = 0; view < views; view++) {
      await sleep(random() * 200);
      await write('text');
    }
    await write('ending');
  };
  const done = Promise.all(scene.replies.map(reply));
  await vi.runAllTimersAsync();
  await done;
  expect(vi.getTimerCount()).toBe(0);
  return writes;
}

const scene: fc.Arbitrary<Scene> = fc.record({
  limit: fc.constantFrom(1, 2, 5, 20),
  windowMs: fc.constantFrom(1000, 5000, 60_000),
  windows: fc.constantFrom('opened', 'clocked', 'sliding'),
  phaseMs: fc.nat(5000),
  tells: fc.constantFrom('all', 'nothing', 'sometimes'),
  latencyMs: fc.constantFrom(0, 50, 400, 3000),
  replies: fc.array(fc.record({ startMs: fc.nat(20_000), views: fc.nat(12) }), { minLength: 1, maxLength: 8 }),
  seed: fc.nat(),
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('many replies with one budget', () => {
  it('never pass the limit of any window and all come to their end', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (scene) => {
        const writes = await run(scene);
        expect(writes.filter((write) => write.refused)).toEqual([]);
        expect(writes).toHaveLength(scene.replies.reduce((sum, { views }) => sum + views + 2, 0));
      }),
    );
  });

  it('share it: no reply waits for more than the others together', async () => {
    const replies = Array.from({ length: 6 }, () => ({ startMs: 0, views: 20 }));
    const base = { limit: 5, windowMs: 5000, windows: 'opened', phaseMs: 0, latencyMs: 100, replies, seed: 3 } as const;
    const writes = await run({ ...base, tells: 'all' });
    const waits = writes
      .filter(({ urgency }) => urgency === 'text')
      .map(({ askedAt, grantedAt }) => grantedAt - askedAt);
    // Six replies take turns of about 1.25 s each; the windows in which endings were written push text back once more.
    expect(Math.max(...waits)).toBeLessThan(2 * 6 * 1250);
  });

  it('let first words and endings pass text that waits', async () => {
    const busy = Array.from({ length: 5 }, () => ({ startMs: 0, views: 40 }));
    const late = [10_100, 21_300, 33_700].map((startMs) => ({ startMs, views: 0 }));
    const base = { limit: 5, windowMs: 5000, windows: 'opened', phaseMs: 0, latencyMs: 50, seed: 5 } as const;
    const writes = await run({ ...base, tells: 'all', replies: [...busy, ...late] });
    const lateFirsts = writes.filter(({ urgency, askedAt }) => urgency === 'first' && askedAt > 5000);
    expect(lateFirsts).toHaveLength(3);
    for (const { askedAt, grantedAt } of lateFirsts) expect(grantedAt - askedAt).toBeLessThanOrEqual(100);
  });

  it('use the budget: text alone takes nearly all that is not kept back', async () => {
    const replies = Array.from({ length: 4 }, () => ({ startMs: 0, views: 100 }));
    const base = { limit: 5, windowMs: 5000, windows: 'opened', phaseMs: 0, latencyMs: 50, seed: 9 } as const;
    for (const tells of ['all', 'nothing'] as const) {
      const writes = await run({ ...base, tells, replies });
      const tookMs = (writes.at(-1)?.countedAt ?? 0) - (writes[0]?.countedAt ?? 0);
      expect(writes.length / (tookMs / 5000)).toBeGreaterThan(3.6);
    }
  });
});
