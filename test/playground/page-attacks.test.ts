/** What is written to do something in the page is text in it: in answers, titles, notices, questions and lists. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../support/chromium.ts';
import { ask, turnAt, Window } from './browser.ts';
import { openDesk, reading } from './desk.ts';

/** Each sets `attacked` where it is taken for more than text. */
const ATTACKS = [
  '<script>globalThis.attacked = 1</script>',
  '<img src=x onerror="globalThis.attacked = 2">',
  '<svg onload="globalThis.attacked = 3"><animate onbegin="globalThis.attacked = 3"></svg>',
  '<iframe srcdoc="<script>parent.attacked = 4</script>"></iframe>',
  '[a link](javascript:globalThis.attacked=5) ![a picture](javascript:globalThis.attacked=5)',
  '<a href="javascript:globalThis.attacked=6" id="send">send</a>',
  '"><details open ontoggle="globalThis.attacked = 7"><form action="//evil.test"><input name="message"></form>',
  '`</code><img src=x onerror=globalThis.attacked=8>`',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=globalThis.attacked=9&gt;">',
];

describe.skipIf(CHROMIUM === undefined)('the page under attack in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each(ATTACKS)('shows %s as text, or not at all', async (attack) => {
    const desk = await openDesk({
      script: reading(`Before. ${attack} After.\n\n${attack}\n`, {
        sources: [{ number: 1, title: attack, url: 'https://example.org/' }],
        notice: attack,
      }),
    });
    const window = await Window.of(browser);
    const { page } = window;
    try {
      await window.visit(desk);
      await ask(page, `What is ${attack}`);
      const turn = await turnAt(page, 0, 'done');
      const wrong = () =>
        turn.evaluate((element) => {
          const all = [...element.querySelectorAll('*')];
          const isActive = (each: Element) =>
            each.matches('script, iframe, object, embed, form, style, base, meta') ||
            each.getAttributeNames().some((name) => name.startsWith('on')) ||
            /^\s*javascript:/iu.test(each.getAttribute('href') ?? each.getAttribute('src') ?? '');
          return all.filter(isActive).map((each) => each.outerHTML);
        });
      expect(await wrong()).toEqual([]);
      expect(await page.locator('#message').count()).toBe(1);
      // The list of conversations has the question as its title, and a reload brings everything back from what is kept.
      await page.reload();
      await turnAt(page, 0, 'done');
      expect(await page.evaluate(() => Reflect.get(globalThis, 'attacked'))).toBeUndefined();
      expect(await page.locator('[onerror], [onload], [ontoggle], iframe, form[action*="evil"]').count()).toBe(0);
    } finally {
      await window.leave();
      await desk.close();
    }
  });
});
