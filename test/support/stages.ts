/** Every platform a journey is played on. */
import { DiscordStage } from './discord-stage.ts';
import { CHROMIUM } from './chromium.ts';
import { PageStage, SharedBrowser } from './page-stage.ts';
import { SlackStage } from './slack-stage.ts';
import type { Stage, StageOptions } from './stage.ts';

export interface StageChoice {
  readonly name: string;
  /** Why it cannot be played here, if it cannot. */
  readonly missing?: string;
  start(options?: StageOptions): Promise<Stage>;
}

export const browser = new SharedBrowser();

export const STAGES: readonly StageChoice[] = [
  { name: 'Discord', start: ({ locale = 'en-US', ...options } = {}) => DiscordStage.start(options, { locale }) },
  { name: 'Slack', start: (options = {}) => SlackStage.start(options) },
  { name: 'Slack over HTTP', start: (options = {}) => SlackStage.start({ ...options, transport: 'http' }) },
  {
    name: 'the page',
    ...(CHROMIUM === undefined ? { missing: 'no Chromium here' } : {}),
    start: async (options) => PageStage.start(await browser.open(), options),
  },
];
