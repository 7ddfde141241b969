/** What an answer rests on, as the page shows it: marks in the text, and below it sources, searches and quotes. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Mark, Source } from '../../src/core/reply.ts';
import { aConversation } from '../support/builders.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { ask, turnAt, Visit } from './browser.ts';
import { type Ended, reading } from './desk.ts';

const sources: readonly Source[] = [
  { number: 1, title: 'A page', url: 'https://www.a.example/x' },
  { number: 2, title: 'b.example', url: 'https://b.example/' },
  { number: 3, title: 'Café', url: 'https://maps.google.com/?cid=1', kind: 'maps' },
];

describe.skipIf(CHROMIUM === undefined)('the page in Chromium', () => {
  const visit = Visit.each();

  async function answered(text: string, end: Ended): Promise<ReturnType<Page['locator']>> {
    visit.desk.inbox.script = reading(text, end, 0);
    await ask(visit.page, 'Go on');
    return turnAt(visit.page, 0, 'done');
  }

  /** Marks behind these passages, each naming its sources. */
  const marksIn = (text: string, passages: Readonly<Record<string, readonly number[]>>): readonly Mark[] =>
    Object.entries(passages).map(([passage, numbers]) => ({
      at: text.indexOf(passage) + passage.length,
      sources: numbers,
    }));

  const MARKDOWN =
    'It is **“bold”**. Next.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | `d` |\n\n## Head ##\n\n```\ncode\n```';
  const marks = marksIn(MARKDOWN, { '**“bold”**.': [1, 2], '- two': [2], '| c': [3], '`d`': [1], '## Head': [2] });

  it('shows marks where they stand, each leading to its source, in every kind of block', async () => {
    const turn = await answered(MARKDOWN, { sources, marks });
    const text = turn.locator('.text');
    expect(await text.locator('.mark').allInnerTexts()).toEqual(['12', '2', '3', '1', '2']);
    expect(await text.locator('strong').innerText()).toBe('“bold”');
    for (const place of ['p', 'li', 'td >> nth=0', 'td >> nth=1', 'h2'])
      expect(await text.locator(place).locator('.mark a').count()).toBeGreaterThan(0);
    expect(await text.locator('pre').innerText()).not.toMatch(/\d/u);
    const first = text.locator('.mark a').first();
    expect(await first.getAttribute('href')).toBe('https://www.a.example/x');
    expect(await first.getAttribute('target')).toBe('_blank');
    expect(await first.getAttribute('aria-label')).toBe('Source 1: A page · a.example');
    expect((await text.locator('h2').innerText()).trim()).toBe('Head2');
  });

  it('shows the same again after a reload, and copies the answer without its marks', async () => {
    const turn = await answered('One. Two.', { sources, marks: [{ at: 4, sources: [3] }] });
    const before = await turn.locator('.answer').innerText();
    expect(before).toContain('One.3 Two.');
    await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await turn.locator('.copy-answer').click();
    await turn.getByText('Copied').waitFor();
    expect(await visit.page.evaluate('navigator.clipboard.readText()')).toBe('One. Two.');
    await visit.page.reload();
    expect(await (await turnAt(visit.page, 0, 'done')).locator('.answer').innerText()).toBe(
      before.replace('Copied', 'Copy answer'),
    );
  });

  it('has buttons of one size under an answer', async () => {
    const actions = [{ name: 'retry', label: 'Retry' }] as const;
    const turn = await answered('Blue.', { offer: { turn: 'm1', conversation: aConversation, actions } });
    const sizes = turn.locator('.under button:visible').evaluateAll((buttons) =>
      buttons.map((button) => {
        const { fontSize, lineHeight } = getComputedStyle(button);
        return [button.getBoundingClientRect().height, fontSize, lineHeight].join();
      }),
    );
    expect(await turn.locator('.under button:visible').allInnerTexts()).toEqual(['Retry', 'Copy answer']);
    expect(new Set(await sizes).size).toBe(1);
  });

  it('lists sources with their number and site, searches and quotes', async () => {
    const searches = [{ query: 'why <b>blue</b>', url: 'https://www.google.com/search?q=why' }];
    const quotes = [{ number: 1, title: 'A book', url: 'https://book.example/p' }];
    const turn = await answered('Blue.', { sources, searches, quotes });
    const shown = async (name: string) => (await turn.locator(`.${name}`).innerText()).split(/\s*\n\s*/u);
    expect(await shown('sources')).toEqual([
      'Sources',
      '1',
      'A page',
      'a.example',
      '2',
      'b.example',
      '3',
      'Café',
      'Google Maps',
    ]);
    expect(await shown('searches')).toEqual(['Google Search', 'why <b>blue</b>']);
    expect(await shown('quotes')).toEqual(['Quotes', 'A book', 'book.example']);
    expect(await turn.locator('.searches a').getAttribute('href')).toBe('https://www.google.com/search?q=why');
    expect(await turn.locator('.site', { hasText: 'Google Maps' }).getAttribute('translate')).toBe('no');
  });

  it('shows no empty frame where an answer rests on nothing', async () => {
    const turn = await answered('Blue.', {});
    expect(await turn.locator('.foot').isVisible()).toBe(false);
  });

  it('takes nothing that an answer says for a mark, and lets no source act', async () => {
    const odd = [{ number: 1, title: '<img src=x onerror=window.pwned=1>', url: 'javascript:window.pwned=1' }];
    const text = 'A \ue000:1\ue001 [1](#) <sup class="mark"><a>1</a></sup> B.';
    const turn = await answered(text, { sources: odd, marks: [{ at: text.length, sources: [1] }] });
    expect(await turn.locator('.mark').count()).toBe(1);
    expect(await turn.locator('.mark a').getAttribute('href')).toBeNull();
    expect(await visit.page.evaluate('window.pwned')).toBeUndefined();
  });
});
