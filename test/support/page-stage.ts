/** The stage on the local page: Debian's Chromium, driven as a person would. */
import type { Browser, Page } from 'playwright-core';
import type { CommandName } from '../../src/core/inbound.ts';
import { Harness } from './app.ts';
import { launchChromium } from './chromium.ts';
import type { GivenFile, SeenAnswer, Stage, StageOptions, Talk } from './stage.ts';

/** One browser for the stages of a test file; whoever plays on them closes it at the end. */
export class SharedBrowser {
  #browser: Promise<Browser> | undefined;

  open(): Promise<Browser> {
    this.#browser ??= launchChromium();
    return this.#browser;
  }

  async close(): Promise<void> {
    await (await this.#browser)?.close();
    this.#browser = undefined;
  }
}

export class PageStage implements Stage {
  readonly name = 'the page';
  readonly harness: Harness;
  readonly page: Page;
  readonly #complaints: string[] = [];

  static async start(browser: Browser, { locale = 'en-US', ...options }: StageOptions = {}): Promise<PageStage> {
    return new PageStage(await Harness.start(options), await browser.newPage({ locale }));
  }

  private constructor(harness: Harness, page: Page) {
    this.harness = harness;
    this.page = page;
    page.setDefaultTimeout(5000);
    page.on('pageerror', (error) => this.#complaints.push(error.message));
  }

  async open(question: string, as?: string, files: readonly GivenFile[] = []): Promise<PageTalk> {
    await this.page.goto(this.harness.address);
    const talk = new PageTalk(this.page);
    await talk.say(question, as, files);
    return talk;
  }

  async restart(drainMs?: number): Promise<void> {
    await this.harness.halt(drainMs);
    await this.harness.start();
    await this.page.reload();
  }

  async stop(): Promise<void> {
    await this.page.close();
    await this.harness.stop();
    if (this.#complaints.length > 0) throw new Error(`The page complained: ${this.#complaints.join('; ')}`);
  }
}

class PageTalk implements Talk {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async say(text: string, as?: string, files: readonly GivenFile[] = []): Promise<void> {
    if (as !== undefined) await this.#page.locator('#name').fill(as);
    const given = files.map(({ name, bytes }) => ({ name, mimeType: '', buffer: bytes }));
    if (files.length > 0) await this.#page.locator('#picker').setInputFiles(given);
    await this.#page.locator('#message').fill(text);
    await this.#page.locator('#message').press('Enter');
  }

  async command(name: CommandName, value?: string): Promise<string> {
    const said = this.#page.locator('#said');
    const before = await said.textContent();
    if (name === 'think') await this.#page.locator('#thinking').selectOption(value ?? 'auto');
    else if (name === 'search') await this.#page.locator('#search').setChecked(value === 'on');
    else await this.#page.locator('#stop').click();
    await this.#page.waitForFunction((old) => document.querySelector('#said')?.textContent !== old, before);
    return (await said.textContent()) ?? '';
  }

  async answers(): Promise<readonly SeenAnswer[]> {
    return this.#page.locator('.turn .answer').evaluateAll((answers) =>
      answers
        .map((answer) => ({
          text: [...answer.querySelectorAll<HTMLElement>('.text, .foot, .notice')]
            .filter((part) => part.checkVisibility())
            .map((part) => part.innerText.trim())
            .filter((text) => text !== '')
            .join('\n'),
          links: [...answer.querySelectorAll<HTMLAnchorElement>('.mark a, .foot a')].map((link) => link.href),
          pictures: [...answer.querySelectorAll('img')].filter((image) => image.naturalWidth > 0).length,
        }))
        .filter(({ text, pictures }) => text !== '' || pictures > 0),
    );
  }

  async isWaiting(): Promise<boolean> {
    return this.#page.locator('.turn .status').last().isVisible();
  }
}
