/** `npm run screenshot`: the picture of the page in README, taken of the real page with the stand-in model. */
import { join } from 'node:path';
import { demoAnswer } from '../simulators/gemini/demo.ts';
import { Harness } from './app.ts';
import { ROOT } from './layout.ts';
import { SharedBrowser } from './page-stage.ts';

const QUESTION = process.argv[2] ?? 'Compare the planets, as a table';

const harness = await Harness.start({ standIn: true });
harness.gemini.otherwise(demoAnswer);
const browser = new SharedBrowser();
const page = await (await browser.open()).newPage({ viewport: { width: 1120, height: 1640 }, deviceScaleFactor: 1.25 });
await page.goto(harness.address);
await page.locator('#search').check();
await page.locator('#message').fill(QUESTION);
await page.locator('#message').press('Enter');
await page.locator('.turn[data-state=done]').waitFor({ timeout: 30_000 });
await page.screenshot({ path: join(ROOT, 'docs/page.png') });
await browser.close();
await harness.stop();
