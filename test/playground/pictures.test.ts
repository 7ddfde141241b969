/** Pictures on the page: fetched one by one from the same server, before and after a restart, and nothing that could run. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InlineData } from '../../src/core/content.ts';
import { conversationIdOf } from '../../src/core/conversation.ts';
import { StorageUnavailable } from '../../src/core/errors.ts';
import type { TurnView } from '../../src/playground/surface.ts';
import { aTurn } from '../support/builders.ts';
import { BLUE, canvas, inline, pngOf, RED, SVG } from '../support/pictures.ts';
import { CHROMIUM, launchChromium } from '../support/chromium.ts';
import { ask, turnAt, Window } from './browser.ts';
import { Visitor } from './client.ts';
import { type Desk, Memory, openDesk, type Script } from './desk.ts';

const thread = (name: string) =>
  conversationIdOf({ platform: 'playground', workspace: 'local', channel: 'page', thread: name });
const question = { conversation: 't1', id: 'message-1', text: 'Draw a dot.' };
const FIRST = '/api/pictures/t1/message-1/1';
const SECOND = '/api/pictures/t1/message-1/2';

/** An answer of these pictures, with or without text. */
function drawing(images: readonly InlineData[], text = ''): Script {
  return async (_mention, answer) => {
    if (text !== '') await answer.say(text);
    return { images };
  };
}

let memory: Memory;
let desk: Desk;
let visitor: Visitor;
beforeEach(async () => {
  memory = new Memory();
  desk = await openDesk({ memory });
  visitor = await Visitor.of(desk);
});
afterEach(() => desk.close());

async function restart(): Promise<void> {
  await desk.close();
  desk = await openDesk({ memory });
  visitor = await Visitor.of(desk);
}

async function drawn(images: readonly InlineData[], text?: string): Promise<void> {
  desk.inbox.script = drawing(images, text);
  await visitor.call('/api/mentions', question);
  await desk.inbox.settled();
}

async function shownTurn(): Promise<TurnView | undefined> {
  for await (const event of visitor.events('t1')) if (event.kind === 'snapshot') return event.turns[0];
  return undefined;
}

const get = (path: string, headers: Readonly<Record<string, string>> = visitor.cookie) =>
  fetch(`${desk.origin}${path}`, { headers });
const bytesAt = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer());

describe('a picture', () => {
  it('is at an address that the view names, in the same way before and after a restart', async () => {
    await drawn([inline(RED), inline(BLUE)], 'Two dots.');
    for (const again of [false, true]) {
      if (again) await restart();
      expect(await shownTurn()).toMatchObject({ text: 'Two dots.', state: 'done', pictures: [FIRST, SECOND] });
      expect(await bytesAt(FIRST)).toEqual(RED);
      expect(await bytesAt(SECOND)).toEqual(BLUE);
    }
  });

  it('is found in the store by a page that asks for nothing else', async () => {
    await drawn([inline(RED)]);
    await restart();
    expect(await bytesAt(FIRST)).toEqual(RED);
  });

  it('is there as soon as the page is told of it, although nothing is stored', async () => {
    const fetched = Promise.withResolvers<Buffer>();
    const watching = (async () => {
      for await (const event of visitor.events('t1'))
        if (event.kind === 'reply') return fetched.resolve(await bytesAt(event.pictures?.[0] ?? '/'));
    })();
    desk.inbox.script = async () => ({ images: [inline(RED)], refused: true });
    await shownTurn();
    await visitor.call('/api/mentions', question);
    expect(await fetched.promise).toEqual(RED);
    await watching;
  });

  it('does not make the views any larger', async () => {
    await drawn([inline(pngOf(500_000))], 'Large.');
    expect(JSON.stringify(await shownTurn()).length).toBeLessThan(500);
  });

  it.each([
    ['image/png', RED],
    ['image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['image/webp', Buffer.from('RIFF\u0010\0\0\0WEBPVP8 ')],
  ])('is served as %s because it is one, and as nothing else', async (type, data) => {
    await drawn([inline(data, 'image/svg+xml')]);
    const { status, headers } = await get(FIRST);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('that is none is told of and never served', async () => {
    await drawn([inline(SVG), inline(SVG, 'image/svg+xml'), inline(RED)], 'A dot.');
    for (const again of [false, true]) {
      if (again) await restart();
      const turn = await shownTurn();
      expect(turn).toMatchObject({ text: 'A dot.', pictures: [FIRST], notice: expect.stringMatching(/2 pictures/) });
      expect(await bytesAt(FIRST)).toEqual(RED);
      expect((await get(SECOND)).status).toBe(404);
    }
  });

  it.each([
    '/api/pictures/t1/message-1/0',
    '/api/pictures/t1/message-1/2',
    '/api/pictures/t1/message-1/-1',
    '/api/pictures/t1/message-1/1/',
    '/api/pictures/t1/message-2/1',
    '/api/pictures/t2/message-1/1',
    '/api/pictures/t1/..%2fmessage-1/1',
    '/api/pictures/',
  ])('is not at another address: %s', async (path) => {
    await drawn([inline(RED)]);
    expect((await get(path)).status).toBe(404);
  });

  it('is kept from every request that is not the page’s', async () => {
    await drawn([inline(RED)]);
    expect((await get(FIRST, {})).status).toBe(403);
    expect((await get(FIRST, { ...visitor.cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('is told of as an outage, not as missing, when the store fails', async () => {
    memory.outage = new StorageUnavailable('The database is locked.');
    expect((await get(FIRST)).status).toBe(503);
  });

  it('is read from the store again when so many came after it that it is not at hand', async () => {
    const large = inline(pngOf(9_000_000));
    for (const at of [1, 2, 3, 4, 5, 6, 7])
      memory.stored.set(thread(`t${at}`), [
        aTurn({ id: `playground:t${at}/message-1` }, '', [at === 1 ? inline(RED) : large]),
      ]);
    for (const at of [1, 2, 3, 4, 5, 6, 7]) expect((await get(`/api/pictures/t${at}/message-1/1`)).status).toBe(200);
    memory.outage = new StorageUnavailable('The database is locked.');
    expect((await get(FIRST)).status).toBe(503);
    expect((await get('/api/pictures/t7/message-1/1')).status).toBe(200);
    memory.outage = undefined;
    expect(await bytesAt(FIRST)).toEqual(RED);
  });
});

describe.skipIf(CHROMIUM === undefined)('pictures in Chromium', () => {
  let browser: Browser;
  let window: Window;
  beforeAll(async () => {
    browser = await launchChromium();
    window = await Window.of(browser);
  });
  afterAll(() => browser.close());

  it('stand under the text with their numbers, within the column, also after a reload', async () => {
    const { page } = window;
    await window.visit(desk);
    desk.inbox.script = drawing([inline(canvas(3000, 2000)), inline(canvas(200, 4000))], 'Two fields.');
    await ask(page, question.text);
    const turn = await turnAt(page, 0, 'done');
    for (const again of [false, true]) {
      if (again) await page.reload();
      const pictures = turn.locator('.pictures img');
      const loaded = () =>
        pictures.evaluateAll((all) => all.filter((one) => one instanceof HTMLImageElement && one.complete).length);
      await expect.poll(loaded).toBe(2);
      const text = await turn.locator('.text').boundingBox();
      for (const [at, picture] of (await pictures.all()).entries()) {
        expect(await picture.getAttribute('alt')).toBe(`Picture ${at + 1}`);
        const box = await picture.boundingBox();
        expect(box?.y).toBeGreaterThan((text?.y ?? Infinity) + (text?.height ?? Infinity) - 1);
        expect(box?.width).toBeLessThanOrEqual(text?.width ?? 0);
        expect(box?.height).toBeGreaterThan(100);
        expect(box?.height).toBeLessThan(570);
      }
      // Whoever reads at the end still does when the pictures have come.
      const toEnd = () =>
        page.locator('#scroll').evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
      await expect.poll(toEnd).toBeLessThan(40);
    }
    expect(await turn.locator('.copy-answer').isVisible()).toBe(true);
    expect(window.complaints).toEqual([]);
    await window.leave();
  });

  it('do not come again when the page connects again', async () => {
    const { page } = window;
    await window.visit(desk);
    desk.inbox.script = drawing([inline(RED)]);
    await ask(page, question.text);
    const turn = await turnAt(page, 0, 'done');
    const image = await turn.locator('.pictures img').elementHandle();
    const port = desk.port;
    await desk.close();
    await page.locator('#connection').waitFor();
    desk = await openDesk({ memory, port });
    await page.locator('#connection').waitFor({ state: 'hidden' });
    await ask(page, 'Another?');
    await turnAt(page, 1, 'done');
    expect(await image?.evaluate((element) => element.isConnected)).toBe(true);
    await window.leave();
  });
});
