/** The page for everyone: nothing in an answer can act, the keyboard is enough, and a phone is wide enough. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { ask, turnAt, Visit } from './browser.ts';
import { reading } from './desk.ts';

describe.skipIf(CHROMIUM === undefined)('the page in Chromium', () => {
  const visit = Visit.each();

  /** Lets the model say it, and gives what the page then shows. */
  async function answered(markdown: string): Promise<ReturnType<Page['locator']>> {
    visit.desk.inbox.script = reading(markdown, {}, 0);
    await ask(visit.page, 'Go on');
    return (await turnAt(visit.page, 0, 'done')).locator('.text');
  }

  it('shows HTML in an answer as the text it is', async () => {
    const attempts = [
      '<img src="/nothing" onerror="window.pwned = 1">',
      'before <img src=x onerror=window.pwned=1> after',
      '<script>window.pwned = 1</script>',
      '<svg onload="window.pwned = 1"></svg>',
      '<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>',
      '<a href="javascript:window.pwned=1">click me</a>',
      '<form action="https://example.org"><input autofocus onfocus="window.pwned=1"></form>',
      '<style>body { display: none }</style>',
      '<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1>',
    ];
    const text = await answered(attempts.join('\n\n'));
    expect(await text.locator('.block').allInnerTexts()).toEqual(attempts);
    expect(await visit.page.evaluate('window.pwned')).toBeUndefined();
    expect(visit.window.complaints).toEqual([]);
  });

  it('makes a link of no address but those of the web and of mail', async () => {
    const attempts = [
      '[click me](javascript:window.pwned=1)',
      '[click me](JaVaScRiPt:window.pwned=1)',
      '[click me](&#106;avascript:window.pwned=1)',
      '[click me](data:text/html,<script>1</script>)',
      '[click me](vbscript:x)',
      '[click me](/api/conversations)',
      '[click me][1]',
      '![click me](javascript:window.pwned=1)',
    ];
    const text = await answered(`${attempts.join('\n\n')}\n\n[1]: javascript:window.pwned=1`);
    expect(await text.locator('.block').allInnerTexts()).toEqual(attempts.map(() => 'click me'));
    expect(await text.locator('a, img').count()).toBe(0);
  });

  it('loads no picture an answer names, and offers a link instead', async () => {
    const text = await answered('![a cat](https://example.org/cat.png?secret)');
    expect(await text.locator('img').count()).toBe(0);
    expect(await text.locator('a', { hasText: 'a cat' }).getAttribute('href')).toBe(
      'https://example.org/cat.png?secret',
    );
  });

  it('shows HTML in questions, names, titles and notices as text, and no source that is not a web address', async () => {
    const html = '<img src=x onerror=window.pwned=1>';
    visit.desk.inbox.script = reading('x', {
      sources: [{ number: 1, title: html, url: 'javascript:window.pwned=1' }],
      notice: html,
    });
    await visit.page.locator('#name').fill(html);
    await ask(visit.page, html);
    const turn = await turnAt(visit.page, 0, 'done');
    await visit.page.locator('#threads a').waitFor();
    for (const selector of ['.asked', '.author', '.notice', '.title', '.sources a .title'])
      expect(await turn.locator(selector).first().innerText()).toBe(html);
    expect(await turn.locator('.sources a').getAttribute('href')).toBeNull();
    expect(await visit.page.locator('#threads a').innerText()).toBe(html);
    expect(await visit.page.locator('#title').innerText()).toBe(html);
    expect(await visit.page.evaluate('window.pwned')).toBeUndefined();
    expect(visit.window.complaints).toEqual([]);
  });

  it('draws Markdown: tables with their alignment, lists with their numbers, code as it is, links that open apart', async () => {
    const text = await answered(
      '3. three\n4. four\n\n| a | b |\n| - | -: |\n| 1<br>2 | 3 |\n\n```js\nif (a < b) "x";\n```\n\n- [x] done\n\nSee [it](https://example.org/?a=1&b=2) [there].\n\n[there]: https://example.org/there',
    );
    expect(await text.locator('ol').getAttribute('start')).toBe('3');
    expect(await text.locator('td').nth(1).getAttribute('align')).toBe('right');
    expect(await text.locator('td').first().innerText()).toBe('1\n2');
    expect(await text.locator('pre code').innerText()).toBe('if (a < b) "x";\n');
    expect(await text.locator('.language').innerText()).toBe('js');
    expect(await text.locator('input[type=checkbox]').isChecked()).toBe(true);
    const links = text.locator('a');
    expect(await links.first().getAttribute('href')).toBe('https://example.org/?a=1&b=2');
    expect(await links.nth(1).getAttribute('href')).toBe('https://example.org/there');
    expect(await links.first().getAttribute('target')).toBe('_blank');
    expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('shows the plain text of an answer that the Markdown parser gives up on', async () => {
    const deep = `${'>'.repeat(6000)} deep`;
    visit.desk.inbox.script = async (_mention, answer) => {
      await answer.say(deep);
      return {};
    };
    await ask(visit.page, 'How deep?');
    expect(await (await turnAt(visit.page, 0, 'done')).locator('.text').textContent()).toBe(deep);
    expect(visit.window.complaints).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    const keys = async (...names: string[]): Promise<void> => {
      for (const name of names) await visit.page.keyboard.press(name);
    };
    const focused = (): Promise<unknown> => visit.page.evaluate('document.activeElement.id');
    expect(await focused()).toBe('message');
    await visit.page.keyboard.type('One line');
    await keys('Shift+Enter');
    await visit.page.keyboard.type('and another');
    await keys('Enter');
    await turnAt(visit.page, 0, 'done');
    expect(await visit.page.locator('.asked').innerText()).toBe('One line\nand another');
    expect(await visit.page.locator('#live').textContent()).toBe('The answer is complete');
    await keys('Tab');
    expect(await focused()).toBe('thinking');
    await visit.page.keyboard.type('h');
    await visit.page.getByText('think is now high.').waitFor();
    await keys('Tab', 'Space');
    await visit.page.getByText('search is now on.').waitFor();
    expect(await visit.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await visit.page.locator('#new').focus();
    await keys('Enter');
    await visit.page.locator('#welcome').waitFor();
    expect(await focused()).toBe('message');
    await visit.page.locator('#new').focus();
    await keys('Tab');
    expect(await visit.page.evaluate('document.activeElement.textContent')).toBe('One line\nand another');
    await keys('Enter');
    await turnAt(visit.page, 0, 'done');
  });

  it('gives every control a name', async () => {
    const unnamed = await visit.page.evaluate(`[...document.querySelectorAll('button, input, select, textarea, a')]
      .filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim()))
      .map((one) => one.outerHTML)`);
    expect(unnamed).toEqual([]);
  });

  it('fits a screen of 360 pixels, with the list in a drawer', async () => {
    await visit.page.setViewportSize({ width: 360, height: 640 });
    await answered(
      'A [link](https://example.org) and `'.concat(
        'x'.repeat(300),
        '`\n\n| a | b |\n| - | - |\n| ',
        'y'.repeat(80),
        ' | z |',
      ),
    );
    const wider =
      '[...document.querySelectorAll("body, .stage, footer, #composer, #turns")].filter((one) => one.scrollWidth > innerWidth).length';
    expect(await visit.page.evaluate(wider)).toBe(0);
    visit.desk.inbox.script = () => Promise.withResolvers<never>().promise;
    await ask(visit.page, 'And then?');
    await visit.page.locator('#stop').waitFor();
    const [inside, room] = ['scrollWidth', 'clientWidth'].map(
      (width) => `document.querySelector('.controls').${width}`,
    );
    expect(await visit.page.evaluate(`${inside} - ${room}`)).toBe(0);
    const menu = visit.page.locator('#menu');
    expect(await visit.page.locator('#drawer').isVisible()).toBe(false);
    await menu.click();
    await visit.page.locator('#threads a').waitFor();
    expect(await menu.getAttribute('aria-expanded')).toBe('true');
    await visit.page.keyboard.press('Escape');
    await visit.page.locator('#drawer').waitFor({ state: 'hidden' });
    expect(await visit.page.evaluate('document.activeElement.id')).toBe('menu');
  });

  it('follows the text while its end is in sight, and leaves a reader alone who scrolled up', async () => {
    const goOn = Promise.withResolvers<void>();
    const lines = 'A line of text.\n\n'.repeat(60);
    visit.desk.inbox.script = async (_mention, answer) => {
      await answer.say(lines);
      await goOn.promise;
      await answer.say(lines);
      return {};
    };
    await ask(visit.page, 'Much');
    await visit.page.locator('.text .block').nth(59).waitFor();
    const end = visit.page.locator('#latest');
    const top = (): Promise<unknown> => visit.page.evaluate('document.querySelector("#scroll").scrollTop');
    await visit.page.waitForFunction('document.querySelector("#scroll").scrollTop > 500');
    await visit.page.evaluate('document.querySelector("#scroll").scrollTop = 100');
    await end.waitFor();
    goOn.resolve();
    await turnAt(visit.page, 0, 'done');
    expect(await top()).toBe(100);
    await end.click();
    await end.waitFor({ state: 'hidden' });
  });

  it('gives a message back that was not accepted, and sends it again as the same one', async () => {
    visit.excuseFailures();
    await visit.page.route('**/api/mentions', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await ask(visit.page, 'Did you get this?');
    await visit.page.locator('#problem').waitFor();
    expect(await visit.page.locator('#message').inputValue()).toBe('Did you get this?');
    await visit.page.unroute('**/api/mentions');
    await visit.page.locator('#send').click();
    await visit.page.locator('#problem').waitFor({ state: 'hidden' });
    await turnAt(visit.page, 0, 'done');
    expect(visit.desk.inbox.mentions).toHaveLength(1);
  });
});
