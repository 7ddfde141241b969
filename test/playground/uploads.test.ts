/** Files given to the page: over HTTP, and by a person in Chromium. */
import { randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StorageUnavailable } from '../../src/core/errors.ts';
import { CHROMIUM, launchChromium } from '../support/chromium.ts';
import { RED } from '../support/pictures.ts';
import { ask, turnAt, Window } from './browser.ts';
import { send, Visitor } from './client.ts';
import { type Desk, MAX_FILE_BYTES, Memory, openDesk, reading } from './desk.ts';

const question = { conversation: 't1', id: 'message-1', text: 'What is it?' };

describe('a file given over HTTP', () => {
  let memory: Memory;
  let desk: Desk;
  let visitor: Visitor;
  beforeEach(async () => {
    memory = new Memory();
    desk = await openDesk({ memory });
    visitor = await Visitor.of(desk);
  });
  afterEach(() => desk.close());

  const given = async (body: Buffer, thread = 't1'): Promise<string> => {
    const answer = await visitor.give(thread, body);
    expect(answer.status).toBe(201);
    return String(Object.entries(answer.body ?? {}).find(([name]) => name === 'id')?.[1]);
  };
  const named = (id: string) => ({ id, name: 'dot.png', type: 'image/png', bytes: RED.length });

  /** The bytes of the only file of the only mention. */
  async function downloaded(on = desk, maxBytes = 1000) {
    const [file] = on.inbox.mentions[0]?.attachments ?? [];
    if (file === undefined) throw new Error('the mention has no file');
    return on.adapter.download(file, maxBytes);
  }

  it('comes with the message that names it, as plain data', async () => {
    const id = await given(RED);
    expect((await visitor.call('/api/mentions', { ...question, files: [named(id)] })).status).toBe(202);
    const [mention] = desk.inbox.mentions;
    expect(mention?.attachments).toEqual([
      { id, name: 'dot.png', mimeType: 'image/png', bytes: RED.length, url: `/api/files/t1/${id}` },
    ]);
    expect(JSON.parse(JSON.stringify(mention))).toEqual(mention);
    expect(await downloaded()).toEqual({ bytes: RED });
  });

  it('is still there after a restart', async () => {
    await visitor.call('/api/mentions', { ...question, files: [named(await given(RED))] });
    const { attachments } = desk.inbox.mentions[0] ?? expect.fail('there is no mention');
    await desk.close();
    desk = await openDesk({ memory });
    const [file = expect.fail('there is no file')] = attachments;
    expect(await desk.adapter.download(file, 1000)).toEqual({ bytes: RED });
  });

  it('of any bytes arrives as it is', async () => {
    const bytes = randomBytes(300_000);
    await visitor.call('/api/mentions', { ...question, files: [named(await given(bytes))] });
    expect(await downloaded(desk, 300_000)).toEqual({ bytes });
    expect(await downloaded(desk, 299_999)).toEqual({ fault: 'size' });
  });

  it('is not found from another thread', async () => {
    const id = await given(RED, 't2');
    await visitor.call('/api/mentions', { ...question, files: [named(id)] });
    expect(await downloaded()).toEqual({ fault: 'download' });
  });

  it('that nobody gave is a fault of the file, and not of the question', async () => {
    const made = named('A'.repeat(43));
    expect((await visitor.call('/api/mentions', { ...question, files: [made] })).status).toBe(202);
    expect(await downloaded()).toEqual({ fault: 'download' });
  });

  it('is a message without a word', async () => {
    const id = await given(RED);
    expect((await visitor.call('/api/mentions', { ...question, text: ' ', files: [named(id)] })).status).toBe(202);
    const { body } = await visitor.call('/api/conversations');
    expect(body).toMatchObject({ conversations: [{ title: 'dot.png' }] });
  });

  it('that is too large is refused by the length it declares, and one without a length too', async () => {
    expect(await visitor.give('t1', Buffer.alloc(MAX_FILE_BYTES))).toHaveProperty('status', 201);
    const large = await visitor.give('t1', Buffer.alloc(MAX_FILE_BYTES + 1));
    expect(large).toEqual({ status: 413, body: { error: 'A file must say its length, and have 1 MB at most.' } });
    const headers = { ...visitor.cookie, 'transfer-encoding': 'chunked' };
    const endless = await send(desk, '/api/files?conversation=t1', { method: 'POST', headers, body: 'x' });
    expect(endless.status).toBe(413);
  });

  it('is taken from the page alone, and for a thread', async () => {
    const stranger = await send(desk, '/api/files?conversation=t1', { method: 'POST', body: 'x' });
    expect(stranger.status).toBe(403);
    const elsewhere = { ...visitor.cookie, origin: 'https://evil.test' };
    expect(
      (await send(desk, '/api/files?conversation=t1', { method: 'POST', headers: elsewhere, body: 'x' })).status,
    ).toBe(403);
    expect(await visitor.give('../x', RED)).toMatchObject({ status: 400 });
    expect((await send(desk, '/api/files/t1/x', { headers: visitor.cookie })).status).toBe(404);
  });

  it('that cannot be kept is told', async () => {
    memory.uploads.keep = () => Promise.reject(new StorageUnavailable('The disk is full.'));
    expect(await visitor.give('t1', RED)).toEqual({ status: 503, body: { error: expect.stringMatching(/\w+.*\./) } });
  });

  const right = named('A'.repeat(43));
  it.each([
    ['no list', 'a.png'],
    ['more than 20', Array.from({ length: 21 }, () => right)],
    ['not an object', ['a.png']],
    ['an id of another form', [{ ...right, id: '../../etc/passwd' }]],
    ['no name', [{ ...right, name: '' }]],
    ['a name of two lines', [{ ...right, name: 'a\nb' }]],
    ['a long name', [{ ...right, name: 'x'.repeat(201) }]],
    ['no type', [{ ...right, type: 7 }]],
    ['a size below nothing', [{ ...right, bytes: -1 }]],
    ['no size', [{ ...right, bytes: '10' }]],
    ['one that is wrong among others', [right, {}]],
  ])('in a message that names %s is refused with a sentence', async (_what, files) => {
    expect(await visitor.call('/api/mentions', { ...question, files })).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/^"files" must be/) },
    });
    expect(desk.inbox.mentions).toEqual([]);
  });
});

describe.skipIf(CHROMIUM === undefined)('a file given in Chromium', () => {
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
    desk = await openDesk({ script: reading('A dot.') });
    await window.visit(desk);
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await window.leave();
    await desk.close();
  });

  const dot = { name: 'dot.png', mimeType: 'image/png', buffer: RED };
  const tray = () => page.locator('#files .file-name');
  const files = () => desk.inbox.mentions.map(({ attachments }) => attachments.map(({ name }) => name));

  /** Does with a file in the page what a person does with a mouse or the keyboard. */
  const gives = (how: 'drop' | 'paste', withText = false): Promise<void> =>
    page.evaluate(
      ([how, withText]) => {
        const data = new DataTransfer();
        data.items.add(new File(['a,b'], 'table.csv', { type: 'text/csv' }));
        if (withText) data.setData('text/plain', 'a,b');
        const field = document.querySelector('#message') ?? document.body;
        if (how === 'paste')
          field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        else
          for (const type of ['dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [how, withText] as const,
    );

  it('is chosen, shown above the message, sent with it, and stands with the question', async () => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.locator('#attach').click()]);
    await chooser.setFiles([dot, { ...dot, name: 'second dot.png' }]);
    expect(await tray().allInnerTexts()).toEqual(['dot.png', 'second dot.png']);
    await ask(page, 'What are these?');
    const turn = await turnAt(page, 0, 'done');
    expect(await turn.locator('.attached li').allInnerTexts()).toEqual(['dot.png', 'second dot.png']);
    expect(await turn.locator('.asked').innerText()).toBe('What are these?');
    expect(await page.locator('#files').isVisible()).toBe(false);
    expect(desk.inbox.mentions[0]?.attachments).toMatchObject([{ mimeType: 'image/png', bytes: RED.length }, {}]);
    await page.reload();
    expect(await (await turnAt(page, 0, 'done')).locator('.asked').innerText()).toBe('What are these?');
  });

  it('is sent without a word', async () => {
    await page.locator('#picker').setInputFiles([dot]);
    await page.locator('#send').click();
    const turn = await turnAt(page, 0, 'done');
    expect(await turn.locator('.asked').isVisible()).toBe(false);
    expect(await turn.locator('.attached li').allInnerTexts()).toEqual(['dot.png']);
    expect(await page.locator('#title').innerText()).toBe('dot.png');
  });

  it('can be taken away again', async () => {
    await page.locator('#picker').setInputFiles([dot, { ...dot, name: 'other.png' }]);
    await page.getByRole('button', { name: 'Remove dot.png' }).click();
    expect(await tray().allInnerTexts()).toEqual(['other.png']);
    await ask(page, 'This one?');
    await turnAt(page, 0, 'done');
    expect(files()).toEqual([['other.png']]);
  });

  it.each(['drop', 'paste'] as const)('comes by %s', async (how) => {
    await gives(how);
    expect(await tray().allInnerTexts()).toEqual(['table.csv']);
    expect(await page.locator('#drop').isVisible()).toBe(false);
  });

  it('that is only the picture of a text that is pasted stays out', async () => {
    await gives('paste', true);
    expect(await page.locator('#files').isVisible()).toBe(false);
  });

  it('that is dragged over the page says where it would go', async () => {
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['a'], 'a.txt'));
      document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.getByText('Drop files to attach them').waitFor();
    await page.evaluate(() => document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true })));
    await page.locator('#drop').waitFor({ state: 'hidden' });
  });

  it('that is too large is told, and the message and the others wait to be sent again', async () => {
    const large = { ...dot, name: 'large.bin', buffer: Buffer.alloc(MAX_FILE_BYTES + 1) };
    await page.locator('#picker').setInputFiles([dot, large]);
    await ask(page, 'What is it?');
    await page.getByText('1 MB at most').waitFor();
    expect(await page.locator('#message').inputValue()).toBe('What is it?');
    await page.getByRole('button', { name: 'Remove large.bin' }).click();
    await page.locator('#send').click();
    await turnAt(page, 0, 'done');
    expect(files()).toEqual([['dot.png']]);
    window.complaints.length = 0;
  });

  it('is said to be read while it is', async () => {
    const goOn = Promise.withResolvers<void>();
    desk.inbox.script = async (_mention, answer) => {
      await answer.shows('reading');
      await goOn.promise;
      return {};
    };
    await page.locator('#picker').setInputFiles([dot, { ...dot, name: 'other.png' }]);
    await ask(page, 'What are these?');
    await page.getByText('Reading 2 files…').waitFor();
    goOn.resolve();
    await turnAt(page, 0, 'done');
  });

  it('with a name like a tag is shown as it is', async () => {
    await page.locator('#picker').setInputFiles([{ ...dot, name: '<img src=x onerror=alert(1)>.png' }]);
    expect(await tray().allInnerTexts()).toEqual(['<img src=x onerror=alert(1)>.png']);
    await ask(page, 'And this?');
    const turn = await turnAt(page, 0, 'done');
    expect(await turn.locator('.attached li').allInnerTexts()).toEqual(['<img src=x onerror=alert(1)>.png']);
  });
});
