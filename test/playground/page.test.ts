/** The page in a browser: what a person does, and what then stands there. */
import { describe, expect, it } from 'vitest';
import { StorageUnavailable } from '../../src/core/errors.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { ask, turnAt, Visit } from './browser.ts';
import { type Answering, Memory, openDesk, reading } from './desk.ts';

const source = { number: 1, title: 'Rayleigh scattering', url: 'https://www.example.org/rayleigh' };

describe.skipIf(CHROMIUM === undefined)('the page in Chromium', () => {
  let memory: Memory;
  const visit = Visit.each(() => {
    memory = new Memory();
    return openDesk({ memory });
  });

  /** An answer that a test writes word by word. */
  function byHand(): Promise<Answering> & { finish(): void } {
    const begun = Promise.withResolvers<Answering>();
    const finished = Promise.withResolvers<void>();
    visit.desk.inbox.script = async (_mention, answer) => {
      begun.resolve(answer);
      const stopped = new Promise((_resolve, reject) => {
        answer.signal.addEventListener('abort', () => reject(answer.signal.reason));
      });
      await Promise.race([finished.promise, stopped]);
      return { sources: [source] };
    };
    return Object.assign(begun.promise, { finish: () => finished.resolve() });
  }

  it('shows what is asked, the text as it grows, and the sources, and shows them again after a reload', async () => {
    const answering = byHand();
    await ask(visit.page, 'Why is the sky blue?');
    const answer = await answering;
    const turn = await turnAt(visit.page, 0, 'thinking');
    expect(await turn.locator('.status').innerText()).toBe('Thinking…');
    await answer.searching();
    await turn.getByText('Searching the web…').waitFor();
    await answer.say('Because of **Rayleigh');
    await turn.locator('.text', { hasText: 'Because of' }).waitFor();
    expect(await turn.locator('.status').innerText()).toBe('');
    await answer.say(' scattering**.');
    answering.finish();
    await turnAt(visit.page, 0, 'done');
    const stands = async (): Promise<readonly unknown[]> => [
      await turn.locator('.asked').innerText(),
      await turn.locator('.text').innerText(),
      await turn.locator('.text strong').innerText(),
      await turn.locator('.sources a').getAttribute('href'),
      await turn.locator('.sources a').innerText(),
      await visit.page.locator('#threads a').allInnerTexts(),
      await visit.page.title(),
    ];
    const before = await stands();
    expect(before).toEqual([
      'Why is the sky blue?',
      'Because of Rayleigh scattering.',
      'Rayleigh scattering',
      source.url,
      '1\nRayleigh scattering\nexample.org',
      ['Why is the sky blue?'],
      'Why is the sky blue? · Halley',
    ]);
    await visit.page.reload();
    await turnAt(visit.page, 0, 'done');
    expect(await stands()).toEqual(before);
    expect(visit.window.complaints).toEqual([]);
  });

  it('that is loaded again in the middle of an answer goes on with it', async () => {
    const answering = byHand();
    await ask(visit.page, 'Tell me a story.');
    const answer = await answering;
    await answer.say('Once upon');
    await visit.page.reload();
    await visit.page.locator('.text', { hasText: 'Once upon' }).waitFor();
    await answer.say(' a time');
    await visit.page.locator('.text', { hasText: 'Once upon a time' }).waitFor();
    answering.finish();
    await turnAt(visit.page, 0, 'done');
  });

  it('says that it reconnects while the server is away, and works with the one that comes back', async () => {
    visit.excuseFailures();
    await ask(visit.page, 'First');
    await turnAt(visit.page, 0, 'done');
    await visit.desk.close();
    await visit.page.locator('#connection').waitFor();
    await ask(visit.page, 'Second');
    await visit.page.waitForFunction("document.querySelector('#message').value === 'Second'");
    await visit.page.locator('#problem', { hasText: 'cannot be reached' }).waitFor();
    visit.desk = await openDesk({ memory, port: visit.desk.port });
    await visit.page.locator('#connection').waitFor({ state: 'hidden' });
    expect(await visit.page.locator('#message').inputValue()).toBe('Second');
    await visit.page.locator('#send').click();
    await turnAt(visit.page, 1, 'done');
    expect(await visit.page.locator('.asked').allInnerTexts()).toEqual(['First', 'Second']);
    expect(await visit.page.locator('#problem').isHidden()).toBe(true);
  });

  it('fetches a new token by itself when the server has another one', async () => {
    visit.excuseFailures();
    await visit.page.context().clearCookies();
    await ask(visit.page, 'Still me');
    await turnAt(visit.page, 0, 'done');
  });

  it('tells of an outage of the store, and shows what is remembered once it is over', async () => {
    visit.excuseFailures();
    await ask(visit.page, 'Remember this');
    await turnAt(visit.page, 0, 'done');
    memory.outage = new StorageUnavailable('The database is locked.');
    await visit.page.reload();
    await visit.page.locator('#problem').waitFor();
    expect(await visit.page.locator('#problem').innerText()).toBe(noticesIn().ofError(memory.outage));
    expect(await visit.page.locator('#welcome').isHidden()).toBe(true);
    memory.outage = undefined;
    await turnAt(visit.page, 0, 'done');
    await visit.page.locator('#problem').waitFor({ state: 'hidden' });
  });

  it('copies an answer as the Markdown it is', async () => {
    await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    visit.desk.inbox.script = reading('Use **this**:\n\n```js\nlet x = 1;\n```\n');
    await ask(visit.page, 'How?');
    const turn = await turnAt(visit.page, 0, 'done');
    const copied = async (button: string): Promise<unknown> => {
      await turn.locator(button).click();
      await turn.locator(button, { hasText: 'Copied' }).waitFor();
      return visit.page.evaluate('navigator.clipboard.readText()');
    };
    expect(await copied('.copy-answer')).toBe('Use **this**:\n\n```js\nlet x = 1;\n```\n');
    expect(await copied('pre .copy')).toBe('let x = 1;\n');
  });

  it('stops an answer and keeps what was read', async () => {
    const answering = byHand();
    await ask(visit.page, 'Tell me everything.');
    await (await answering).say('In the beginning');
    await visit.page.locator('#stop').click();
    const turn = await turnAt(visit.page, 0, 'done');
    expect(await turn.locator('.text').innerText()).toBe('In the beginning');
    expect(await turn.locator('.notice').innerText()).toBe('Stopped.');
    expect(await visit.page.locator('#stop').isHidden()).toBe(true);
  });

  it('sends one mention for a double click', async () => {
    await visit.page.locator('#message').fill('Once, please');
    await visit.page.locator('#send').dblclick();
    await turnAt(visit.page, 0, 'done');
    expect(visit.desk.inbox.mentions).toHaveLength(1);
  });

  it('shows a second question while the first is answered, and both answers in order', async () => {
    const answering = byHand();
    await ask(visit.page, 'First');
    const answer = await answering;
    await ask(visit.page, 'Second');
    expect(await (await turnAt(visit.page, 1, 'waiting')).locator('.status').innerText()).toBe('Waiting for its turn…');
    visit.desk.inbox.script = reading('Two.');
    await answer.say('One.');
    answering.finish();
    await turnAt(visit.page, 1, 'done');
    expect(await visit.page.locator('.text').allInnerTexts()).toEqual(['One.', 'Two.']);
  });

  it('takes chosen depth and search into a new conversation, before its first message', async () => {
    await visit.page.locator('#thinking').selectOption('high');
    await visit.page.getByText('think is now high.').waitFor();
    await visit.page.locator('#search').check();
    await visit.page.getByText('search is now on.').waitFor();
    await visit.page.locator('#new').click();
    await visit.page.locator('#welcome').waitFor();
    expect(await visit.page.locator('#thinking').inputValue()).toBe('high');
    await ask(visit.page, 'Here too?');
    await turnAt(visit.page, 0, 'done');
    const [thread] = visit.desk.inbox.mentions.map((mention) => mention.conversation);
    const there = visit.desk.inbox.commands.filter((command) => command.conversation === thread);
    expect(there).toMatchObject([
      { name: 'think', values: { depth: 'high' } },
      { name: 'search', values: { text: 'on' } },
    ]);
    await visit.page.reload();
    await turnAt(visit.page, 0, 'done');
    expect(await visit.page.locator('#thinking').inputValue()).toBe('high');
    expect(await visit.page.locator('#search').isChecked()).toBe(true);
  });

  it('keeps conversations apart, and goes back to one from the list', async () => {
    await ask(visit.page, 'In the first');
    await turnAt(visit.page, 0, 'done');
    await visit.page.locator('#new').click();
    await visit.page.locator('#welcome').waitFor();
    await ask(visit.page, 'In the second');
    await turnAt(visit.page, 0, 'done');
    await visit.page.locator('#threads a', { hasText: 'In the first' }).click();
    await visit.page.locator('.asked', { hasText: 'In the first' }).waitFor();
    expect(await visit.page.locator('.asked').allInnerTexts()).toEqual(['In the first']);
    expect(await visit.page.locator('#threads a[aria-current=page]').innerText()).toBe('In the first');
  });

  it('shows the same in two windows, with the names of two people', async () => {
    const other = await visit.page.context().newPage();
    await other.goto(visit.page.url());
    await visit.page.locator('#name').fill('Ada');
    await ask(visit.page, 'From Ada');
    await turnAt(other, 0, 'done');
    await other.locator('#name').fill('Ben');
    await ask(other, 'From Ben');
    await turnAt(visit.page, 1, 'done');
    expect(await visit.page.locator('.author').allInnerTexts()).toEqual(['Ada', 'Ben']);
    expect(await other.locator('.text').allInnerTexts()).toEqual(['Hello.', 'Hello.']);
    await other.close();
  });

  it('says plainly when a stand-in answers, and nothing of it when the model does', async () => {
    expect(await visit.page.locator('#stand-in').isHidden()).toBe(true);
    expect(await visit.page.locator('#model').innerText()).toBe('gemini-3.8-flash');
    const demo = await openDesk({ standIn: true });
    await visit.page.goto(demo.origin);
    await visit.page.locator('#stand-in', { hasText: 'A stand-in is answering, not the model.' }).waitFor();
    await visit.window.leave();
    await demo.close();
  });
});
