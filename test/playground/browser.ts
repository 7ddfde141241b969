/** The page in a browser window, as the room's own tests use it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Desk, openDesk } from './desk.ts';

/** A browser window, with everything the page in it complained about. */
export class Window {
  readonly page: Page;
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
  }

  static async of(browser: Browser): Promise<Window> {
    return new Window(await (await browser.newContext()).newPage());
  }

  /** Opens the page of a desk, in a new conversation. */
  async visit(desk: Desk): Promise<void> {
    this.complaints.length = 0;
    await this.page.setViewportSize({ width: 1200, height: 800 });
    await this.page.goto(desk.origin);
    await this.page.locator('#welcome').waitFor();
  }

  async leave(): Promise<void> {
    await this.page.goto('about:blank');
  }
}

/** What a test in Chromium has before it: a desk of its own, and the page of it in a window. */
export class Visit {
  #window: Window | undefined;
  #desk: Desk | undefined;
  #excused = /^$/u;

  /** Opens a desk before each test of a block, and closes it after; what the page complained of by then fails the test. */
  static each(open: () => Promise<Desk> = openDesk): Visit {
    const visit = new Visit();
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
      visit.#window = await Window.of(browser);
    });
    afterAll(() => browser.close());
    beforeEach(async () => {
      visit.#excused = /^$/u;
      visit.#desk = await open();
      await visit.window.visit(visit.desk);
    });
    afterEach(async () => {
      expect(visit.window.complaints.filter((said) => !visit.#excused.test(said))).toEqual([]);
      await visit.window.leave();
      await visit.desk.close();
    });
    return visit;
  }

  /** The test makes requests fail, and the browser says so by itself. */
  excuseFailures(): void {
    this.#excused = /^Failed to load resource|net::ERR_/u;
  }

  get window(): Window {
    if (this.#window === undefined) throw new Error('There is a window within a test alone.');
    return this.#window;
  }

  get page(): Page {
    return this.window.page;
  }

  get desk(): Desk {
    if (this.#desk === undefined) throw new Error('There is a desk within a test alone.');
    return this.#desk;
  }

  /** Another takes its place, as after a restart. */
  set desk(desk: Desk) {
    this.#desk = desk;
  }

  /** The same conversation in a browser of its own. */
  async elsewhere(): Promise<Page> {
    const context = await this.page.context().browser()?.newContext();
    if (context === undefined) throw new Error('The window is in no browser.');
    const page = await context.newPage();
    await page.goto(this.page.url());
    return page;
  }
}

/** Types a message and sends it as a person does. */
export async function ask(page: Page, text: string): Promise<void> {
  await page.locator('#message').fill(text);
  await page.keyboard.press('Enter');
}

/** The nth turn, from 0, once it has this state. */
export async function turnAt(page: Page, index: number, state: string): Promise<ReturnType<Page['locator']>> {
  const turn = page.locator('.turn').nth(index);
  await turn.and(page.locator(`[data-state="${state}"]`)).waitFor();
  return turn;
}
