/** Plays one story on every stage, each with an app of its own that is ended and checked afterwards. */
import { afterAll, describe, it } from 'vitest';
import type { Stage, StageOptions } from '../support/stage.ts';
import { browser, STAGES } from '../support/stages.ts';

export type Story = (stage: Stage) => Promise<void>;

export interface Where {
  /** The platforms that it is played on, however they are connected; all of them if left out. */
  readonly on?: readonly string[];
  /** Takes long, and once for each platform is enough. */
  readonly isSlow?: boolean;
}

const SLOW_MS = 120_000;

export function journey(
  name: string,
  stories: Readonly<Record<string, Story>>,
  { on, isSlow = false, ...options }: StageOptions & Where = {},
): void {
  afterAll(() => browser.close());
  const stages = STAGES.filter(
    ({ name: stage }) => on === undefined || on.some((each) => stage.startsWith(each)),
  ).filter(({ name: stage }) => !isSlow || !stage.includes(' over '));
  describe.each(stages)(`${name}, on $name`, (choice) => {
    it.skipIf(choice.missing !== undefined).each(Object.entries(stories))(
      '%s',
      async (_title, story) => {
        await using play = await begin(() => choice.start(options));
        await story(play.stage);
        await play.end();
      },
      isSlow ? SLOW_MS : undefined,
    );
  });
}

/** Ends the stage also when the story fails, but lets only the story's own failure be heard then. */
async function begin(start: () => Promise<Stage>) {
  const stage = await start();
  let ended = false;
  return {
    stage,
    end: async () => {
      ended = true;
      await stage.stop();
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) await stage.stop().catch(() => undefined);
    },
  };
}
