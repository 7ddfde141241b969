/** Waiting without sleeping: a condition is looked at again at every change of the world. */

/** What changes, and calls whoever listens; what it gives ends the listening. */
interface Changing {
  onChange(listener: () => void): () => void;
}

export interface Waiting {
  /** Real milliseconds until it is given up. */
  readonly timeoutMs: number;
  /** What to tell whoever waited in vain. */
  explain(): string;
}

export async function until(world: Changing, condition: () => boolean, waiting: Waiting): Promise<void> {
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
