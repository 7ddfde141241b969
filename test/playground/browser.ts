/** The page in a browser window, as the room's own tests use it. */
import type { Browser, Page } from 'playwright-core';
import type { Desk } from './desk.ts';

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
