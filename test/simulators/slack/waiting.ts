/** Waiting without sleeping: a condition is looked at again at every change of the world. */
import type { World } from './state/world.ts';

export interface Waiting {
  /** Real milliseconds until it is given up. */
  readonly timeoutMs: number;
  /** What to tell whoever waited in vain. */
  explain(): string;
}

export async function until(world: World, condition: () => boolean, waiting: Waiting): Promise<void> {
  if (condition()) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`Not within ${waiting.timeoutMs} ms: ${condition.toString()}\n${waiting.explain()}`));
    }, waiting.timeoutMs);
    const stop = world.onChange(() => {
      if (!condition()) return;
      clearTimeout(timer);
      stop();
      resolve();
    });
  });
}
