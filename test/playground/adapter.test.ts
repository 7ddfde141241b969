/** The page's HTTP: what a request becomes, what is remembered, and what a reload finds. */
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversationIdOf } from '../../src/core/conversation.ts';
import { StorageUnavailable } from '../../src/core/errors.ts';
import type { PageEvent, TurnView } from '../../src/playground/surface.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { aTurn, someSettings } from '../support/builders.ts';
import { Visitor } from './client.ts';
import { type Desk, Memory, openDesk, reading } from './desk.ts';

const conversation = conversationIdOf({ platform: 'playground', workspace: 'local', channel: 'page', thread: 't1' });
const answerText = 'Because of **Rayleigh scattering**: blue light is scattered more than red.';
const source = { number: 1, title: 'A page', url: 'https://example.org/' };
const question = { conversation: 't1', id: 'message-1', text: 'Why is the sky blue?' };

let memory: Memory;
let desk: Desk;
let visitor: Visitor;
beforeEach(async () => {
  memory = new Memory();
  desk = await openDesk({ memory, script: reading(answerText, { sources: [source] }) });
  visitor = await Visitor.of(desk);
});
afterEach(() => desk.close());

/** The events until one satisfies the condition, which is the last. */
async function until(events: AsyncGenerator<PageEvent>, isLast: (event: PageEvent) => boolean): Promise<PageEvent[]> {
  const heard: PageEvent[] = [];
  for await (const event of events) {
    heard.push(event);
    if (isLast(event)) break;
  }
  return heard;
}

async function snapshotOf(thread: string): Promise<Extract<PageEvent, { kind: 'snapshot' }>> {
  const [first] = await until(visitor.events(thread), () => true);
  if (first?.kind !== 'snapshot') throw new Error('The first event is a snapshot.');
  return first;
}

async function shownTurns(thread: string): Promise<readonly TurnView[]> {
  return (await snapshotOf(thread)).turns;
}

describe('a message', () => {
  it('becomes a mention that says who, where and what', async () => {
    const answer = await visitor.call('/api/mentions', question);
    expect(answer).toEqual({ status: 202, body: { id: 'playground:t1/message-1' } });
    expect(desk.inbox.mentions).toEqual([
      {
        id: 'playground:t1/message-1',
        conversation,
        author: { id: 'you', name: 'You' },
        place: { platform: 'playground', workspace: 'local', channel: 'page', kind: 'direct' },
        text: 'Why is the sky blue?',
        attachments: [],
        replyTo: { platform: 'playground', channel: 't1', message: 'playground:t1/message-1' },
        receivedAt: expect.any(Number),
      },
    ]);
  });

  it('carries the name that was typed, and then comes from a place where several write', async () => {
    await visitor.call('/api/mentions', { ...question, author: ' Ada ' });
    const [mention] = desk.inbox.mentions;
    expect(mention?.author).toEqual({ id: 'ada', name: 'Ada' });
    expect(mention?.place.kind).toBe('thread');
  });

  it.each([
    ['pl-PL,pl;q=0.9,en;q=0.8', 'pl-PL'],
    ['en;q=0.5, pl', 'pl'],
    ['*', undefined],
    ['en;q=x,,;=\u00ff', undefined],
    [undefined, undefined],
  ])('of a browser that wants %s reads %s, as does a command', async (header, locale) => {
    const headers = header === undefined ? {} : { 'accept-language': header };
    await visitor.call('/api/mentions', question, headers);
    await visitor.call('/api/commands', typed('/stop'), headers);
    expect([desk.inbox.mentions[0]?.author.locale, desk.inbox.commands[0]?.author.locale]).toEqual([locale, locale]);
  });

  it('is one mention and one turn, however often it is sent', async () => {
    await Promise.all([visitor.call('/api/mentions', question), visitor.call('/api/mentions', question)]);
    await desk.inbox.settled();
    expect((await visitor.call('/api/mentions', question)).status).toBe(202);
    expect(desk.inbox.mentions).toHaveLength(1);
    expect(await shownTurns('t1')).toHaveLength(1);
  });

  it('is taken back from the page when it could not be accepted', async () => {
    desk.inbox.refusesWith = new StorageUnavailable('The disk is full.');
    const answer = await visitor.call('/api/mentions', question);
    expect(answer).toEqual({ status: 503, body: { error: expect.stringMatching(/\w+.*\./) } });
    expect(await shownTurns('t1')).toEqual([]);
  });

  it.each(['en', 'pl'] as const)('is refused in words while Halley stops, in %s', async (language) => {
    await desk.adapter.stop();
    const answer = await visitor.call('/api/mentions', question, { 'accept-language': language });
    expect(answer).toEqual({ status: 503, body: { error: noticesIn(language).stopping } });
  });

  it.each([
    [{ ...question, conversation: '../x' }, /^"conversation" must be/],
    [{ ...question, conversation: 7 }, /^"conversation" must be/],
    [{ ...question, id: 'short' }, /^"id" must be/],
    [{ ...question, id: 'a/b/c/d/e/f' }, /^"id" must be/],
    [{ ...question, text: ' \n\t ' }, /^"text" must have/],
    [{ ...question, text: 'x'.repeat(32_001) }, /^"text" must have/],
    [{ ...question, text: ['x'] }, /^"text" must have/],
    [{ ...question, author: 'two\nlines' }, /^"author" may have/],
    [{ ...question, author: 'x'.repeat(61) }, /^"author" may have/],
    [{}, /^"conversation" must be/],
  ])('that is wrong is refused with a sentence: case %#', async (body, sentence) => {
    expect(await visitor.call('/api/mentions', body)).toEqual({
      status: 400,
      body: { error: expect.stringMatching(sentence) },
    });
    expect(desk.inbox.mentions).toEqual([]);
  });

  it('of the greatest length and of any characters arrives as it was written', async () => {
    const long = '\u{1f680}\n"\\\u2028é'.repeat(4000);
    expect((await visitor.call('/api/mentions', { ...question, text: long })).status).toBe(202);
    expect(desk.inbox.mentions[0]?.text).toBe(long);
  });
});

const settings = someSettings;
const typed = (text: string) => ({ conversation: 't1', id: 'command-1', text });

describe('a command', () => {
  it('reaches the engine with its values, and every watching page learns what holds now', async () => {
    const watching = until(visitor.events('t1'), (event) => event.kind === 'settings');
    await snapshotOf('t1');
    const answer = await visitor.call('/api/commands', typed('/think high scope:person'));
    expect(answer).toEqual({ status: 200, body: { text: 'think is now high.' } });
    expect(desk.inbox.commands).toMatchObject([
      {
        name: 'think',
        values: { depth: 'high', scope: 'person' },
        conversation,
        author: { id: 'you', manages: 'workspace' },
      },
    ]);
    expect((await watching).at(-1)).toEqual({ kind: 'settings', settings: { ...settings, thinking: 'high' } });
    expect((await snapshotOf('t1')).settings).toEqual({ ...settings, thinking: 'high' });
  });

  it.each([
    [typed('/forget-everything'), 'There is no such command here. /help says which there are.'],
    [typed('think high'), 'There is no such command here. /help says which there are.'],
    [
      { ...typed('/think high'), text: 7 },
      '"text" must have 1 to 32000 characters, not only blanks unless a file comes with it.',
    ],
    [typed('/ask a secret? private:true'), 'Whoever opens this page sees all of it, so nothing here is private.'],
    [{ ...typed('/stop'), conversation: '' }, '"conversation" must be 1 to 64 letters, digits, "-" or "_".'],
  ])('that is wrong is refused with a sentence: %j', async (body, error) => {
    expect(await visitor.call('/api/commands', body)).toEqual({ status: 400, body: { error } });
    expect(desk.inbox.commands).toEqual([]);
  });

  it('that asks a question is a mention, sent twice it is one', async () => {
    for (let sent = 0; sent < 2; sent++)
      expect((await visitor.call('/api/commands', typed('/ask why? think:high'))).status).toBe(202);
    await visitor.call('/api/commands', { ...typed('/search who won?'), id: 'command-2' });
    expect(desk.inbox.mentions).toMatchObject([
      { id: 'playground:t1/command-1', text: 'why?', flags: { think: 'high' } },
      { id: 'playground:t1/command-2', text: 'who won?', flags: { search: 'on' } },
    ]);
    expect(desk.inbox.commands).toEqual([]);
  });

  it('hands on files and choices as they are', async () => {
    const reply = {
      files: [{ name: 'a.md', mimeType: 'text/markdown', text: 'x' }],
      menus: [{ style: 'list', label: 'x', items: [] }],
    } as const;
    desk.inbox.reply = reply;
    expect((await visitor.call('/api/commands', typed('/export'))).body).toMatchObject(reply);
  });

  it('that forgets takes the turns from every page that shows them', async () => {
    await visitor.call('/api/mentions', { conversation: 't1', id: 'question-1', text: 'why?' });
    await desk.inbox.settled();
    expect((await snapshotOf('t1')).turns).toHaveLength(1);
    const events = visitor.events('t1');
    await events.next();
    await visitor.call('/api/commands', typed('/forget'));
    const { value: after } = await events.next();
    expect(after).toMatchObject({ kind: 'snapshot', turns: [] });
    await events.return(undefined);
  });

  it('is listed with what can be typed', async () => {
    const { body } = await visitor.call('/api/commands');
    expect(body).toMatchObject({ words: { model: ['a model'] } });
    expect(body).toHaveProperty('commands', expect.arrayContaining([expect.objectContaining({ name: 'forget' })]));
  });
});

describe('an open page', () => {
  it('sees the question, the growing answer and the end', async () => {
    const events = visitor.events('t1');
    const { value: snapshot } = await events.next();
    expect(snapshot).toEqual({
      kind: 'snapshot',
      standIn: false,
      settings,
      turns: [],
    });
    await visitor.call('/api/mentions', question);
    const heard = await until(events, (event) => event.kind === 'reply');
    expect(heard[0]).toMatchObject({ kind: 'turn', turn: { question: question.text, state: 'waiting' } });
    expect(heard[1]).toMatchObject({ kind: 'view', text: '', state: 'thinking' });
    const tails = heard.slice(2, -1).map((event) => (event.kind === 'view' ? event.text : event.kind));
    expect(tails.length).toBeGreaterThan(1);
    expect(tails.join('')).toBe(answerText);
    expect(heard.at(-1)).toMatchObject({ keep: answerText.length, text: '', state: 'done', sources: [source] });
  });

  it('that comes in the middle of an answer begins with what stands', async () => {
    const shown = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    desk.inbox.script = async (_mention, answer) => {
      await answer.say('First half, ');
      shown.resolve();
      await goOn.promise;
      await answer.say('second half.');
      return {};
    };
    await visitor.call('/api/mentions', question);
    await shown.promise;
    const events = visitor.events('t1');
    const { value: snapshot } = await events.next();
    expect(snapshot).toMatchObject({ turns: [{ text: 'First half, ', state: 'writing' }] });
    goOn.resolve();
    const heard = await until(events, (event) => event.kind === 'reply');
    expect(heard[0]).toMatchObject({ kind: 'view', keep: 12, text: 'second half.' });
  });
});

describe('a page that reads nothing', () => {
  it('is cut off rather than kept in memory, and disturbs nobody', async () => {
    const stream = await visitor.stream('t1');
    desk.inbox.script = async (_mention, answer) => {
      for (let megabytes = 0; megabytes < 24; megabytes++) await answer.say('x'.repeat(1_000_000));
      return {};
    };
    await visitor.call('/api/mentions', question);
    await desk.inbox.settled();
    await expect(text(stream)).rejects.toThrow('aborted');
    expect((await shownTurns('t1'))[0]?.text).toHaveLength(24_000_000);
  });
});

describe('a page after a restart', () => {
  const restarted = async (): Promise<void> => {
    await desk.close();
    desk = await openDesk({ memory });
    visitor = await Visitor.of(desk);
  };

  it('finds the answers with their sources, how they ended, and the list of conversations, newest first', async () => {
    const stopped = aTurn(
      { id: 'playground:t1/a', ending: { kind: 'stopped' }, notice: 'Zatrzymano.', sources: [source], endedAt: 10 },
      'Half',
    );
    const other = conversationIdOf({ platform: 'playground', workspace: 'local', channel: 'page', thread: 't2' });
    memory.stored.set(conversation, [stopped]);
    memory.stored.set(other, [aTurn({ text: 'Another thing', endedAt: 20 })]);
    await restarted();
    const { body } = await visitor.call('/api/conversations/t1');
    expect(body).toEqual({
      turns: [
        {
          id: 'playground:t1/a',
          author: 'Ada',
          question: 'Why is the sky blue?',
          text: 'Half',
          state: 'done',
          sources: [{ ...source, site: 'example.org' }],
          notice: 'Zatrzymano.',
          actions: [
            { name: 'sources', label: 'Sources' },
            { name: 'good', label: '👍' },
            { name: 'bad', label: '👎' },
          ],
          receivedAt: stopped.receivedAt,
        },
      ],
    });
    expect(await visitor.call('/api/conversations')).toEqual({
      status: 200,
      body: {
        conversations: [
          { id: 't2', title: 'Another thing', lastAt: 20 },
          { id: 't1', title: 'Why is the sky blue?', lastAt: 10 },
        ],
      },
    });
  });

  it('shows a question that a crash left unanswered, and then its answer', async () => {
    desk.inbox.script = () => Promise.withResolvers<never>().promise;
    await visitor.call('/api/mentions', question);
    await restarted();
    expect(await shownTurns('t1')).toMatchObject([{ question: question.text, state: 'waiting' }]);
    expect(await visitor.call('/api/conversations')).toMatchObject({ body: { conversations: [{ id: 't1' }] } });
    const [entry] = memory.open.values();
    if (entry !== undefined) desk.inbox.resume(entry.mention);
    await desk.inbox.settled();
    expect(await shownTurns('t1')).toMatchObject([{ question: question.text, text: 'Hello.', state: 'done' }]);
  });

  it('does not ask a question again that was answered before', async () => {
    await visitor.call('/api/mentions', question);
    await desk.inbox.settled();
    await restarted();
    expect((await visitor.call('/api/mentions', question)).status).toBe(202);
    expect(await shownTurns('t1')).toMatchObject([{ question: question.text, state: 'done' }]);
    expect(desk.inbox.mentions).toEqual([]);
  });

  it('is told of an outage of the store, never of an empty memory', async () => {
    memory.outage = new StorageUnavailable('The database is locked.');
    for (const path of ['/api/conversations/t1', '/api/events?conversation=t1'])
      expect(await visitor.call(path)).toEqual({ status: 503, body: { error: expect.stringMatching(/\w+.*\./) } });
    expect(desk.logged.join()).not.toContain(question.text);
  });
});

describe('what is refused', () => {
  it('stays on the page after a reload, although nothing is stored', async () => {
    desk.inbox.script = async () => ({ refused: true, notice: 'Too many messages wait here.' });
    await visitor.call('/api/mentions', question);
    await desk.inbox.settled();
    expect(memory.stored.size).toBe(0);
    expect(await shownTurns('t1')).toMatchObject([{ text: '', state: 'done', notice: 'Too many messages wait here.' }]);
  });
});
