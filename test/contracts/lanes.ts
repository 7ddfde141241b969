/** What every Lanes promises, run for each implementation. */
import { describe, expect, it } from 'vitest';
import { conversationIdOf } from '../../src/core/conversation.ts';
import type { Lanes } from '../../src/core/ports.ts';

const here = conversationIdOf({ platform: 'playground', workspace: 'w', channel: 'here' });
const there = conversationIdOf({ platform: 'playground', workspace: 'w', channel: 'there' });

export function lanesContract(name: string, make: () => Lanes): void {
  describe(`${name} as Lanes`, () => {
    it('runs the works of one conversation one after the other, in the order given', async () => {
      const lanes = make();
      const seen: string[] = [];
      const work = (label: string) =>
        lanes.run(
          here,
          async () => {
            seen.push(`${label} begins`);
            await new Promise(setImmediate);
            seen.push(`${label} ends`);
          },
          { maxWaiting: 10 },
        );
      await Promise.all([work('a'), work('b'), work('c')]);
      expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    });

    it('runs different conversations side by side', async () => {
      const lanes = make();
      const met = Promise.withResolvers<void>();
      await Promise.all([
        lanes.run(here, () => met.promise, { maxWaiting: 10 }),
        lanes.run(there, async () => met.resolve(), { maxWaiting: 10 }),
      ]);
    });

    it('refuses with the number of those waiting when too many wait, without running the work', async () => {
      const lanes = make();
      const gate = Promise.withResolvers<void>();
      const first = lanes.run(here, () => gate.promise, { maxWaiting: 2 });
      await Promise.resolve();
      await new Promise(setImmediate);
      const waiting = [
        lanes.run(here, async () => undefined, { maxWaiting: 2 }),
        lanes.run(here, async () => undefined, { maxWaiting: 2 }),
      ];
      let ran = false;
      const refusal = await lanes.run(
        here,
        async () => {
          ran = true;
        },
        { maxWaiting: 2 },
      );
      expect(refusal).toEqual({ kind: 'busy', waiting: 2 });
      gate.resolve();
      expect(await Promise.all([first, ...waiting])).toEqual([undefined, undefined, undefined]);
      expect(ran).toBe(false);
    });

    it('passes a rejection on and goes on with the next work', async () => {
      const lanes = make();
      const failing = lanes.run(here, () => Promise.reject(new RangeError('broken')), { maxWaiting: 2 });
      const next = lanes.run(here, async () => undefined, { maxWaiting: 2 });
      await expect(failing).rejects.toThrow(RangeError);
      await expect(next).resolves.toBeUndefined();
    });

    it('cancels what runs, and leaves what waits', async () => {
      const lanes = make();
      const begun = Promise.withResolvers<void>();
      const running = lanes.run(
        here,
        async (signal) => {
          begun.resolve();
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        },
        { maxWaiting: 2 },
      );
      let waited: boolean | undefined;
      const waiting = lanes.run(
        here,
        async (signal) => {
          waited = signal.aborted;
        },
        { maxWaiting: 2 },
      );
      await begun.promise;
      expect(await lanes.cancel(here)).toBe(true);
      await Promise.all([running, waiting]);
      expect(waited).toBe(false);
    });

    it('gives no name to what runs unless somebody’s is given', async () => {
      const lanes = make();
      const reasons: unknown[] = [];
      for (const by of [undefined, 'Ada'])
        await lanes.run(
          here,
          async (signal) => {
            await lanes.cancel(here, by);
            reasons.push(signal.reason);
          },
          { maxWaiting: 2 },
        );
      expect(reasons).toMatchObject([
        { name: 'Stopped', by: undefined },
        { name: 'Stopped', by: 'Ada' },
      ]);
    });

    it('has nothing to cancel where nothing runs', async () => {
      expect(await make().cancel(here)).toBe(false);
    });
  });
}
