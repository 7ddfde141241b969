/** A person's own last question on the page: edited in its place, or deleted. */
import { beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { ask, turnAt, Visit } from './browser.ts';
import { openDesk } from './desk.ts';

describe.skipIf(CHROMIUM === undefined)('an own question in Chromium', () => {
  const visit = Visit.each(() =>
    openDesk({
      script: async (mention, answer) => {
        await answer.say(`You said: ${mention.text}`);
        return {};
      },
    }),
  );
  beforeEach(async () => {
    for (const [at, text] of ['One', 'Two'].entries()) {
      await ask(visit.page, text);
      await turnAt(visit.page, at, 'done');
    }
    await visit.desk.inbox.settled();
  });

  const button = (name: string) => visit.page.getByRole('button', { name, exact: true });
  const field = () => visit.page.getByLabel('Edit your question');
  const questions = () => visit.page.locator('.asked').allInnerTexts();
  const answers = () => visit.page.locator('.turn .text').allInnerTexts();

  it('that is the last can be changed, and no other', async () => {
    expect(await button('Edit').count()).toBe(1);
    expect(await visit.page.locator('.turn').last().getByRole('button', { name: 'Delete' }).isVisible()).toBe(true);
    await visit.page
      .locator('#name')
      .evaluate((name) => Object.assign(name, { value: 'Ada' }).dispatchEvent(new Event('change')));
    await expect.poll(() => button('Edit').count()).toBe(0);
    await visit.page
      .locator('#name')
      .evaluate((name) => Object.assign(name, { value: '' }).dispatchEvent(new Event('change')));
  });

  it('is edited with the keyboard alone, answered anew in its place, and found so after a reload', async () => {
    await button('Edit').focus();
    await visit.page.keyboard.press('Enter');
    expect(await field().inputValue()).toBe('Two');
    await visit.page.keyboard.press('ControlOrMeta+A');
    await visit.page.keyboard.type('Three');
    await visit.page.keyboard.press('Enter');
    await expect.poll(answers).toEqual(['You said: One', 'You said: Three']);
    await expect.poll(questions).toEqual(['One', 'Three']);
    expect(await field().count()).toBe(0);
    await visit.desk.inbox.settled();
    await visit.page.reload();
    await turnAt(visit.page, 1, 'done');
    expect([await questions(), await answers()]).toEqual([
      ['One', 'Three'],
      ['You said: One', 'You said: Three'],
    ]);
  });

  it('stays as it was when the edit is left with Escape', async () => {
    await button('Edit').click();
    await field().fill('Three');
    await visit.page.keyboard.press('Escape');
    expect([await field().count(), await questions()]).toEqual([0, ['One', 'Two']]);
    expect(await visit.page.evaluate('document.activeElement.textContent')).toBe('Edit');
  });

  it('says why when the edit comes too late, and what was typed stays', async () => {
    visit.desk.inbox.isLate = true;
    await button('Edit').click();
    await field().fill('Three');
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('#problem', { hasText: 'only for a while' }).waitFor();
    expect(await field().inputValue()).toBe('Three');
    // The browser itself notes every refusal.
    expect(visit.window.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  });

  it('that is deleted is gone from every window, and after a reload', async () => {
    const other = await visit.elsewhere();
    await other.locator('.turn').nth(1).waitFor();
    await button('Delete').click();
    for (const each of [visit.page, other])
      await expect.poll(() => each.locator('.asked').allInnerTexts()).toEqual(['One']);
    await other.close();
    await visit.page.reload();
    await turnAt(visit.page, 0, 'done');
    expect(await questions()).toEqual(['One']);
  });
});
