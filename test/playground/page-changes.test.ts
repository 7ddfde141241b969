/** A person's own last question on the page: edited in its place, or deleted. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../support/chromium.ts';
import { ask, turnAt, Window } from './browser.ts';
import { type Desk, openDesk } from './desk.ts';

describe.skipIf(CHROMIUM === undefined)('an own question in Chromium', () => {
  let browser: Browser;
  let desk: Desk;
  let window: Window;
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium();
    window = await Window.of(browser);
    page = window.page;
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    desk = await openDesk({
      script: async (mention, answer) => {
        await answer.say(`You said: ${mention.text}`);
        return {};
      },
    });
    await window.visit(desk);
    for (const [at, text] of ['One', 'Two'].entries()) {
      await ask(page, text);
      await turnAt(page, at, 'done');
    }
    await desk.inbox.settled();
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await window.leave();
    await desk.close();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const field = () => page.getByLabel('Edit your question');
  const questions = () => page.locator('.asked').allInnerTexts();
  const answers = () => page.locator('.turn .text').allInnerTexts();

  it('that is the last can be changed, and no other', async () => {
    expect(await button('Edit').count()).toBe(1);
    expect(await page.locator('.turn').last().getByRole('button', { name: 'Delete' }).isVisible()).toBe(true);
    await page
      .locator('#name')
      .evaluate((name) => Object.assign(name, { value: 'Ada' }).dispatchEvent(new Event('change')));
    await expect.poll(() => button('Edit').count()).toBe(0);
    await page
      .locator('#name')
      .evaluate((name) => Object.assign(name, { value: '' }).dispatchEvent(new Event('change')));
  });

  it('is edited with the keyboard alone, answered anew in its place, and found so after a reload', async () => {
    await button('Edit').focus();
    await page.keyboard.press('Enter');
    expect(await field().inputValue()).toBe('Two');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('Three');
    await page.keyboard.press('Enter');
    await expect.poll(answers).toEqual(['You said: One', 'You said: Three']);
    await expect.poll(questions).toEqual(['One', 'Three']);
    expect(await field().count()).toBe(0);
    await desk.inbox.settled();
    await page.reload();
    await turnAt(page, 1, 'done');
    expect([await questions(), await answers()]).toEqual([
      ['One', 'Three'],
      ['You said: One', 'You said: Three'],
    ]);
  });

  it('stays as it was when the edit is left with Escape', async () => {
    await button('Edit').click();
    await field().fill('Three');
    await page.keyboard.press('Escape');
    expect([await field().count(), await questions()]).toEqual([0, ['One', 'Two']]);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Edit');
  });

  it('says why when the edit comes too late, and what was typed stays', async () => {
    desk.inbox.isLate = true;
    await button('Edit').click();
    await field().fill('Three');
    await page.keyboard.press('Enter');
    await page.locator('#problem', { hasText: 'only for a while' }).waitFor();
    expect(await field().inputValue()).toBe('Three');
    // The browser itself notes every refusal.
    expect(window.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  });

  it('that is deleted is gone from every window, and after a reload', async () => {
    const other = await (await browser.newContext()).newPage();
    await other.goto(page.url());
    await other.locator('.turn').nth(1).waitFor();
    await button('Delete').click();
    for (const each of [page, other]) await expect.poll(() => each.locator('.asked').allInnerTexts()).toEqual(['One']);
    await other.close();
    await page.reload();
    await turnAt(page, 0, 'done');
    expect(await questions()).toEqual(['One']);
  });
});
