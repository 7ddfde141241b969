/** The stage on the local page: Debian's Chromium, driven as a person would. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { vi } from 'vitest';
import { Harness } from './app.ts';
import { launchChromium } from './chromium.ts';
import type { ButtonTalk, GivenFile, Pressed, SeenAnswer, SeenReply, Stage, StageOptions } from './stage.ts';

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

  async refused(question: string): Promise<{ readonly talk: PageTalk; readonly told: string }> {
    const talk = await this.open(question);
    await vi.waitUntil(async () => (await talk.answers()).length > 0, { timeout: 5000, interval: 10 });
    return { talk, told: await talk.whispered() };
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

class PageTalk implements ButtonTalk {
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

  async ask(line: string, as?: string): Promise<PageTalk> {
    await this.say(line, as);
    return this;
  }

  async buttons(): Promise<readonly string[]> {
    return this.#page.locator('.turn').last().locator('.actions button').allInnerTexts();
  }

  /** Once the card of an earlier command is closed, the next one that opens is this one's. */
  async press(label: string, as?: string): Promise<Pressed> {
    const reply = this.#page.locator('#reply');
    if (await reply.isVisible()) await this.#page.locator('#close-reply').click();
    if (as !== undefined) await this.#page.locator('#name').fill(as);
    await this.#page.locator('.actions button', { hasText: label }).last().click();
    return {
      told: async () => {
        await reply.waitFor();
        return reply.locator('.told').innerText();
      },
    };
  }

  async fill(label: string, text: string): Promise<SeenReply> {
    const reply = this.#page.locator('#reply');
    const before = await reply.locator('.told').innerText();
    await reply.locator('summary', { hasText: label }).click();
    await reply.locator('textarea').fill(text);
    await reply.locator('button[type=submit]').click();
    await vi.waitUntil(async () => (await reply.locator('.told').innerText()) !== before, {
      timeout: 5000,
      interval: 10,
    });
    return { text: await reply.locator('.told').innerText(), files: [] };
  }

  async status(): Promise<string> {
    return (await this.#page.locator('.turn').last().innerText()).trim();
  }

  async pick(label: string): Promise<SeenReply> {
    const told = this.#page.locator('#reply .told');
    const before = await told.innerText();
    const button = this.#page.locator('#reply .buttons button', { hasText: label });
    if ((await button.count()) > 0) await button.click();
    else await this.#page.locator('#reply select').selectOption({ label });
    const changed = async () =>
      (await told.innerText()) !== before || (await button.and(this.#page.locator('[aria-pressed=true]')).count()) > 0;
    await vi.waitUntil(changed, { timeout: 5000, interval: 10 });
    return { text: await told.innerText(), files: [] };
  }

  /** Once the card of an earlier command is closed, the next one that opens is this one's. */
  async command(line: string, as?: string): Promise<SeenReply> {
    const reply = this.#page.locator('#reply');
    if (await reply.isVisible()) await this.#page.locator('#close-reply').click();
    await this.say(line, as);
    await reply.waitFor();
    const links = await reply.locator('a[download]').all();
    const files: { readonly name: string; readonly text: string }[] = [];
    for (const link of links) {
      const [download] = await Promise.all([this.#page.waitForEvent('download'), link.click()]);
      files.push({ name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') });
    }
    return { text: await reply.locator('.told').innerText(), files };
  }

  async answers(): Promise<readonly SeenAnswer[]> {
    return this.#page.locator('.turn .answer').evaluateAll((answers) =>
      answers
        .map((answer) => ({
          text: [...answer.querySelectorAll<HTMLElement>('.text, .foot, .notice, .footer')]
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

  async whispered(): Promise<string> {
    return (await this.answers()).at(-1)?.text ?? '';
  }

  async isWaiting(): Promise<boolean> {
    return this.#page.locator('.turn .status').last().isVisible();
  }
}
