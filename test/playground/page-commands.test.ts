/** Commands on the page: listed while they are typed, answered above the box, with choices and files. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../support/chromium.ts';
import { ask, turnAt, Window } from './browser.ts';
import { type Desk, openDesk } from './desk.ts';

describe.skipIf(CHROMIUM === undefined)('commands in Chromium', () => {
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
    desk = await openDesk();
    await window.visit(desk);
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await window.leave();
    await desk.close();
  });

  const items = () => page.locator('#completions li b');
  const box = () => page.locator('#message');

  it('are listed while they are typed, and completed with the keyboard alone', async () => {
    await page.keyboard.type('/');
    await items().nth(12).waitFor();
    await page.keyboard.type('th');
    await expect.poll(() => items().allInnerTexts()).toEqual(['/think']);
    await page.keyboard.press('Tab');
    expect(await box().inputValue()).toBe('/think ');
    await expect.poll(() => items().allInnerTexts()).toEqual(['a thinking']);
    await page.keyboard.press('ArrowDown');
    expect(await box().getAttribute('aria-activedescendant')).toBe('completion-0');
    await page.keyboard.press('Enter');
    expect(await box().inputValue()).toBe('/think a thinking ');
    await page.keyboard.type('scope:wor');
    await expect.poll(() => items().allInnerTexts()).toEqual(['workspace']);
    await page.locator('#completions li').click();
    await page.keyboard.press('Escape');
    expect(await page.locator('#completions').isVisible()).toBe(false);
    await page.keyboard.press('Enter');
    await page.locator('#reply', { hasText: 'think is now' }).waitFor();
    expect(desk.inbox.commands).toMatchObject([{ name: 'think', values: { depth: 'a thinking', scope: 'workspace' } }]);
    expect(await page.evaluate('document.activeElement.id')).toBe('message');
  });

  it('are given by Enter when nothing was picked, and no message is taken for one', async () => {
    await ask(page, '/etc/hosts has two lines, why?');
    await turnAt(page, 0, 'done');
    expect(desk.inbox.commands).toEqual([]);
    await page.keyboard.type('/help');
    await items().first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#reply').waitFor();
    expect(desk.inbox.commands).toMatchObject([{ name: 'help', values: {} }]);
    await page.locator('#close-reply').click();
    expect(await page.locator('#reply').isVisible()).toBe(false);
  });

  it('that are none are told so, and stay in the box', async () => {
    await ask(page, '/nonsense');
    await page.locator('#problem', { hasText: 'There is no such command' }).waitFor();
    expect(await box().inputValue()).toBe('/nonsense');
    // The browser itself notes every refusal.
    expect(window.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('are answered with choices that give them again, and with files to save', async () => {
    const item = (label: string, isChosen?: true) => ({
      label,
      values: { depth: label },
      ...(isChosen && { isChosen }),
    });
    desk.inbox.reply = {
      text: 'Choose <b>one</b>.',
      menus: [
        { style: 'list', label: 'Depth', items: [item('low'), item('high', true)] },
        { style: 'buttons', label: 'For whom', items: [item('me', true), item('all')] },
      ],
      files: [{ name: 'a.md', mimeType: 'text/markdown', text: '# Größe' }],
    };
    await ask(page, '/think');
    const reply = page.locator('#reply');
    await reply.waitFor();
    expect(await reply.locator('.told').innerText()).toBe('Choose <b>one</b>.');
    expect(await reply.getByRole('button', { name: 'me' }).getAttribute('aria-pressed')).toBe('true');
    await reply.getByLabel('Depth').selectOption('low');
    await reply.getByRole('button', { name: 'all' }).click();
    await expect
      .poll(() => desk.inbox.commands.map(({ values }) => values))
      .toEqual([{}, { depth: 'low' }, { depth: 'all' }]);
    const [download] = await Promise.all([page.waitForEvent('download'), reply.getByText('Save a.md').click()]);
    expect(download.suggestedFilename()).toBe('a.md');
  });

  it('open the settings from the header, and leave with the conversation', async () => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.locator('#reply').waitFor();
    expect(desk.inbox.commands).toMatchObject([{ name: 'settings', values: {} }]);
    await page.locator('#new').click();
    await expect.poll(() => page.locator('#reply').isVisible()).toBe(false);
  });

  it('fit a screen of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    desk.inbox.reply = { text: `A long ${'word'.repeat(60)}` };
    await ask(page, '/help');
    await page.locator('#reply').waitFor();
    await page.keyboard.type('/');
    await items().first().waitFor();
    const wider =
      '[...document.querySelectorAll("body, footer, #reply, #completions")].filter((one) => one.scrollWidth > one.clientWidth).length';
    expect(await page.evaluate(wider)).toBe(0);
  });

  it('that forget take what is shown from every window', async () => {
    await ask(page, 'Remember this');
    await turnAt(page, 0, 'done');
    await desk.inbox.settled();
    const other = await (await browser.newContext()).newPage();
    await other.goto(page.url());
    await other.locator('.turn').waitFor();
    await ask(page, '/forget');
    for (const each of [page, other]) await expect.poll(() => each.locator('.turn').count()).toBe(0);
    await other.close();
  });
});
