/** What the page's HTTP makes of a question that its author edits or deletes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnView } from '../../src/playground/surface.ts';
import { send, Visitor } from './client.ts';
import { type Desk, Memory, openDesk, type Script } from './desk.ts';

const question = { conversation: 't1', id: 'message-1', text: 'Why is the sky blue?' };
const address = '/api/mentions/t1/message-1';
const echo: Script = async (mention, answer) => {
  await answer.say(`You said: ${mention.text}`);
  return {};
};

let memory: Memory;
let desk: Desk;
let visitor: Visitor;
beforeEach(async () => {
  memory = new Memory();
  desk = await openDesk({ memory, script: echo });
  visitor = await Visitor.of(desk);
  await visitor.call('/api/mentions', question);
  await desk.inbox.settled();
});
afterEach(() => desk.close());

const edit = (body: unknown, at = address) => visitor.change('PATCH', at, body);
const remove = (body: unknown = {}, at = address) => visitor.change('DELETE', at, body);

async function restart(): Promise<void> {
  await desk.close();
  desk = await openDesk({ memory, script: echo });
  visitor = await Visitor.of(desk);
}

async function shown(): Promise<readonly Pick<TurnView, 'question' | 'text' | 'state'>[]> {
  for await (const event of visitor.events('t1'))
    if (event.kind === 'snapshot') return event.turns.map(({ question, text, state }) => ({ question, text, state }));
  throw new Error('The first event is a snapshot.');
}

const asEdited = { question: 'Why is the sea blue?', text: 'You said: Why is the sea blue?', state: 'done' };

describe('a question that is edited', () => {
  it('is answered anew in its place, and stays so after a restart', async () => {
    expect(await edit({ text: 'Why is the sea blue?' })).toEqual({
      status: 202,
      body: { id: 'playground:t1/message-1' },
    });
    await desk.inbox.settled();
    expect(await shown()).toEqual([asEdited]);
    await restart();
    expect(await shown()).toEqual([asEdited]);
  });

  it('is answered anew in its place also when the process that took it is gone', async () => {
    await restart();
    expect((await edit({ text: 'Why is the sea blue?' })).status).toBe(202);
    await desk.inbox.settled();
    expect(await shown()).toEqual([asEdited]);
  });

  it('says so on every page that watches, before its new answer stands', async () => {
    const events = visitor.events('t1');
    const heard: string[] = [];
    await events.next();
    await edit({ text: 'Why is the sea blue?' });
    for await (const event of events) {
      heard.push(event.kind === 'asked' ? event.question : event.kind);
      if (heard.includes('reply') && heard.includes('Why is the sea blue?')) break;
    }
    expect(heard).not.toContain('turn');
  });

  it('has its new words while it waits to be answered after a restart', async () => {
    const [stored] = [...memory.open.values(), ...desk.inbox.mentions.map((mention) => ({ mention, posts: [] }))];
    if (stored === undefined) throw new Error('The question was taken.');
    memory.open.set(stored.mention.id, { ...stored, mention: { ...stored.mention, text: 'Why is the sea blue?' } });
    await restart();
    expect(await shown()).toMatchObject([{ question: 'Why is the sea blue?' }]);
  });

  it('too late stays as it was, and its author is told', async () => {
    desk.inbox.isLate = true;
    expect(await edit({ text: 'Why is the sea blue?' })).toEqual({
      status: 409,
      body: { error: expect.stringContaining('only for a while') },
    });
    expect(await shown()).toMatchObject([{ question: question.text, text: `You said: ${question.text}` }]);
  });
});

describe('a question that is deleted', () => {
  it('is gone with its answer, from the page and from memory, also after a restart', async () => {
    expect((await remove()).status).toBe(200);
    expect(await shown()).toEqual([]);
    expect([...memory.stored.values()]).toEqual([[]]);
    await restart();
    expect(await shown()).toEqual([]);
    expect((await remove()).status).toBe(404);
  });
});

describe('a change', () => {
  it.each([
    [{ text: ' \n' }, /^"text" must have/],
    [{ text: 'x'.repeat(32_001) }, /^"text" must have/],
    [{ text: 7 }, /^"text" must have/],
    [{}, /^"text" must have/],
    [{ text: 'x', author: 'two\nlines' }, /^"author" may have/],
  ])('that is wrong is refused with a sentence: case %#', async (body, sentence) => {
    expect(await edit(body)).toEqual({ status: 400, body: { error: expect.stringMatching(sentence) } });
    expect(await shown()).toMatchObject([{ question: question.text }]);
  });

  it('is for who asked, and for what is there', async () => {
    const status = async (answer: Promise<{ status: number }>) => (await answer).status;
    expect(await status(edit({ text: 'x', author: 'Ada' }))).toBe(403);
    expect(await status(remove({ author: 'Ada' }))).toBe(403);
    expect(await status(remove({ author: 'two\nlines' }))).toBe(400);
    for (const at of [
      '/api/mentions/t1/message-2',
      '/api/mentions/t2/message-1',
      '/api/mentions/t1',
      '/api/mentions/t1/%2e/x',
    ]) {
      expect(await status(edit({ text: 'x' }, at))).toBe(404);
      expect(await status(remove({}, at))).toBe(404);
    }
    expect(await shown()).toHaveLength(1);
  });

  it.each(['PATCH', 'DELETE'])(
    'by %s is let in as a message is: from this page, with its token, as JSON',
    async (method) => {
      const status = async (headers: Record<string, string>, body = '{"text":"x"}') =>
        (await send(desk, address, { method, headers, body })).status;
      const json = { 'content-type': 'application/json' };
      const own = { ...visitor.cookie, ...json };
      expect(await status(json)).toBe(403);
      expect(await status({ ...own, origin: 'https://evil.example' })).toBe(403);
      expect(await status({ ...own, 'sec-fetch-site': 'cross-site' })).toBe(403);
      expect(await status({ ...own, host: `evil.example:${desk.port}` })).toBe(403);
      expect(await status({ ...visitor.cookie, 'content-type': 'text/plain' })).toBe(415);
      expect(await status(own, 'x')).toBe(400);
      await desk.adapter.stop();
      expect(await status(own)).toBe(503);
      expect(await shown()).toMatchObject([{ question: question.text }]);
    },
  );
});
