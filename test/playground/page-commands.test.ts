/** Commands on the page: listed while they are typed, answered above the box, with choices and files. */
import { describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { ask, turnAt, Visit } from './browser.ts';

describe.skipIf(CHROMIUM === undefined)('commands in Chromium', () => {
  const visit = Visit.each();

  const items = () => visit.page.locator('#completions li b');
  const box = () => visit.page.locator('#message');

  it('are listed while they are typed, and completed with the keyboard alone', async () => {
    await visit.page.keyboard.type('/');
    await items().nth(12).waitFor();
    await visit.page.keyboard.type('th');
    await expect.poll(() => items().allInnerTexts()).toEqual(['/think']);
    await visit.page.keyboard.press('Tab');
    expect(await box().inputValue()).toBe('/think ');
    await expect.poll(() => items().allInnerTexts()).toEqual(['a thinking']);
    await visit.page.keyboard.press('ArrowDown');
    expect(await box().getAttribute('aria-activedescendant')).toBe('completion-0');
    await visit.page.keyboard.press('Enter');
    expect(await box().inputValue()).toBe('/think a thinking ');
    await visit.page.keyboard.type('scope:wor');
    await expect.poll(() => items().allInnerTexts()).toEqual(['workspace']);
    await visit.page.locator('#completions li').click();
    await visit.page.keyboard.press('Escape');
    expect(await visit.page.locator('#completions').isVisible()).toBe(false);
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('#reply', { hasText: 'think is now' }).waitFor();
    expect(visit.desk.inbox.commands).toMatchObject([
      { name: 'think', values: { depth: 'a thinking', scope: 'workspace' } },
    ]);
    expect(await visit.page.evaluate('document.activeElement.id')).toBe('message');
  });

  it('are given by Enter when nothing was picked, and no message is taken for one', async () => {
    await ask(visit.page, '/etc/hosts has two lines, why?');
    await turnAt(visit.page, 0, 'done');
    expect(visit.desk.inbox.commands).toEqual([]);
    await visit.page.keyboard.type('/help');
    await items().first().waitFor();
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('#reply').waitFor();
    expect(visit.desk.inbox.commands).toMatchObject([{ name: 'help', values: {} }]);
    await visit.page.locator('#close-reply').click();
    expect(await visit.page.locator('#reply').isVisible()).toBe(false);
  });

  it('that are none are told so, and stay in the box', async () => {
    await ask(visit.page, '/nonsense');
    await visit.page.locator('#problem', { hasText: 'There is no such command' }).waitFor();
    expect(await box().inputValue()).toBe('/nonsense');
    // The browser itself notes every refusal.
    expect(visit.window.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('are answered with choices that give them again, and with files to save', async () => {
    const item = (label: string, isChosen?: true) => ({
      label,
      values: { depth: label },
      ...(isChosen && { isChosen }),
    });
    visit.desk.inbox.reply = {
      text: 'Choose <b>one</b>.',
      menus: [
        { style: 'list', label: 'Depth', items: [item('low'), item('high', true)] },
        { style: 'buttons', label: 'For whom', items: [item('me', true), item('all')] },
      ],
      files: [{ name: 'a.md', mimeType: 'text/markdown', text: '# Größe' }],
    };
    await ask(visit.page, '/think');
    const reply = visit.page.locator('#reply');
    await reply.waitFor();
    expect(await reply.locator('.told').innerText()).toBe('Choose <b>one</b>.');
    expect(await reply.getByRole('button', { name: 'me' }).getAttribute('aria-pressed')).toBe('true');
    await reply.getByLabel('Depth').selectOption('low');
    await reply.getByRole('button', { name: 'all' }).click();
    await expect
      .poll(() => visit.desk.inbox.commands.map(({ values }) => values))
      .toEqual([{}, { depth: 'low' }, { depth: 'all' }]);
    const [download] = await Promise.all([visit.page.waitForEvent('download'), reply.getByText('Save a.md').click()]);
    expect(download.suggestedFilename()).toBe('a.md');
  });

  it('open the settings from the header, and leave with the conversation', async () => {
    await visit.page.getByRole('button', { name: 'Settings' }).click();
    await visit.page.locator('#reply').waitFor();
    expect(visit.desk.inbox.commands).toMatchObject([{ name: 'settings', values: {} }]);
    await visit.page.locator('#new').click();
    await expect.poll(() => visit.page.locator('#reply').isVisible()).toBe(false);
  });

  it('fit a screen of 360 pixels', async () => {
    await visit.page.setViewportSize({ width: 360, height: 640 });
    visit.desk.inbox.reply = { text: `A long ${'word'.repeat(60)}` };
    await ask(visit.page, '/help');
    await visit.page.locator('#reply').waitFor();
    await visit.page.keyboard.type('/');
    await items().first().waitFor();
    const wider =
      '[...document.querySelectorAll("body, footer, #reply, #completions")].filter((one) => one.scrollWidth > one.clientWidth).length';
    expect(await visit.page.evaluate(wider)).toBe(0);
  });

  it('that forget take what is shown from every window', async () => {
    await ask(visit.page, 'Remember this');
    await turnAt(visit.page, 0, 'done');
    await visit.desk.inbox.settled();
    const other = await visit.elsewhere();
    await other.locator('.turn').waitFor();
    await ask(visit.page, '/forget');
    for (const each of [visit.page, other]) await expect.poll(() => each.locator('.turn').count()).toBe(0);
    await other.close();
  });
});
