/** Every platform a journey is played on. */
import type { HarnessOptions } from './app.ts';
import { DiscordStage } from './discord-stage.ts';
import { CHROMIUM } from './chromium.ts';
import { PageStage, SharedBrowser } from './page-stage.ts';
import type { Stage } from './stage.ts';

export interface StageChoice {
  readonly name: string;
  /** Why it cannot be played here, if it cannot. */
  readonly missing?: string;
  start(options?: HarnessOptions): Promise<Stage>;
}

export const browser = new SharedBrowser();

export const STAGES: readonly StageChoice[] = [
  { name: 'Discord', start: (options) => DiscordStage.start(options) },
  {
    name: 'the page',
    ...(CHROMIUM === undefined ? { missing: 'no Chromium here' } : {}),
    start: async (options) => PageStage.start(await browser.open(), options),
  },
];
