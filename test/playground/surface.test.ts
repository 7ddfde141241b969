/** What a page is told while a reply grows: every page shows the last view, and nothing is sent twice. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveThread, type PageEvent, PlaygroundSurface, tailOf, type TurnView } from '../../src/playground/surface.ts';

/** The page's own rule, as the browser loads it. */
const { applyEvent }: { applyEvent: (turns: readonly TurnView[], event: PageEvent) => readonly TurnView[] } =
  await import(new URL('../../src/playground/page/turns.js', import.meta.url).href);

const asked: TurnView = {
  id: 'playground:t1/m1',
  author: 'You',
  question: 'Why?',
  text: '',
  state: 'waiting',
  sources: [],
  receivedAt: 1,
};
const post = { channel: 't1', message: asked.id };
const source = { number: 1, title: 'A page', url: 'https://example.org/' };

/** A page that looks at the thread from now on, over a wire that carries JSON. */
class Page {
  turns: readonly TurnView[];
  bytes = 0;

  constructor(thread: LiveThread) {
    this.turns = thread.turns;
    thread.watch((event) => {
      const wire = JSON.stringify(event);
      this.bytes += Buffer.byteLength(wire);
      this.turns = applyEvent(this.turns, JSON.parse(wire));
    });
  }
}

function aSurface(thread: LiveThread): PlaygroundSurface {
  return new PlaygroundSurface(thread, post, {
    recall: () => Promise.reject(new Error('This question is known.')),
    keep: () => undefined,
  });
}

/** Any text, with halves of surrogate pairs, and prefixes that are partly taken back as healed Markdown is. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\n', '`', '\u{1f680}', '\ud83d', '\ude80', 'é') });
const view = fc.record({ text, status: fc.constantFrom('thinking', 'searching', 'writing') } as const);

describe('a page that watches', () => {
  it('shows the last view and then the reply, whatever came before and whenever it began to watch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(view, { minLength: 1, maxLength: 12 }),
        text,
        fc.nat(12),
        async (views, final, late) => {
          const thread = new LiveThread();
          thread.ask(asked);
          const pages = [new Page(thread)];
          const surface = aSurface(thread);
          for (const [at, next] of views.entries()) {
            if (at === late) pages.push(new Page(thread));
            await surface.show(next);
            for (const page of pages) expect(page.turns).toEqual([{ ...asked, text: next.text, state: next.status }]);
          }
          await surface.finish({ text: final, sources: [source], ending: { kind: 'complete' }, notice: 'Enough.' });
          const sources = [{ ...source, site: 'example.org' }];
          const done = { ...asked, text: final, state: 'done', sources, notice: 'Enough.' };
          for (const page of pages) expect(page.turns).toEqual([done]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shows all that a second finish says beside the text, and nothing of the first', async () => {
    const thread = new LiveThread();
    thread.ask(asked);
    const page = new Page(thread);
    const surface = aSurface(thread);
    const quotes = [{ number: 1, title: 'example.org', url: 'https://example.org/' }];
    const searches = [{ query: 'sky', url: 'https://www.google.com/search?q=sky' }];
    const marks = [{ at: 5, sources: [1] }];
    const ending = { kind: 'complete' } as const;
    await surface.finish({ text: 'Blue.', sources: [], searches, quotes, ending, notice: 'Wait.' });
    expect(page.turns).toEqual([{ ...asked, text: 'Blue.', state: 'done', searches, quotes, notice: 'Wait.' }]);
    await surface.finish({ text: 'Blue.', sources: [source], marks, ending });
    const sources = [{ ...source, site: 'example.org' }];
    expect(page.turns).toEqual([{ ...asked, text: 'Blue.', state: 'done', sources, marks }]);
    await surface.note('I may forget it.');
    await surface.note('Sorry.');
    const notice = 'I may forget it.\nSorry.';
    expect(page.turns).toEqual([{ ...asked, text: 'Blue.', state: 'done', sources, marks, notice }]);
    expect(thread.turns).toEqual(page.turns);
  });

  it('is sent bytes that grow with the answer and not with its square', async () => {
    const thread = new LiveThread();
    thread.ask(asked);
    const page = new Page(thread);
    const surface = aSurface(thread);
    const words = Array.from({ length: 1000 }, (_, at) => `word ${at} `);
    for (let shown = 1; shown <= words.length; shown++)
      await surface.show({ text: `${words.slice(0, shown).join('')}**`, status: 'writing' });
    const perView = page.bytes / words.length;
    expect(perView).toBeLessThan(150);
  });

  it('keeps the turns that an event does not touch as the same objects', () => {
    const other = { ...asked, id: 'playground:t1/m2' };
    const turns = [other, asked];
    const [first, second] = applyEvent(turns, { kind: 'view', id: asked.id, state: 'writing', keep: 0, text: 'x' });
    expect(first).toBe(other);
    expect(second).toEqual({ ...asked, text: 'x', state: 'writing' });
  });

  it('is told nothing any more after it left', () => {
    const thread = new LiveThread();
    const heard: PageEvent[] = [];
    const leave = thread.watch((event) => heard.push(event));
    thread.ask(asked);
    leave();
    thread.view(asked.id, { text: 'x', status: 'writing' });
    expect(heard.map((event) => event.kind)).toEqual(['turn']);
  });
});

describe('a tail', () => {
  it.each([
    ['', 'abc', { keep: 0, text: 'abc' }],
    ['abc', 'abcdef', { keep: 3, text: 'def' }],
    ['**bold**', '**bold words**', { keep: 6, text: ' words**' }],
    ['abc', 'ab', { keep: 2, text: '' }],
    ['abc', 'abc', { keep: 3, text: '' }],
    ['abc', 'xbc', { keep: 0, text: 'xbc' }],
  ])('from %j to %j is what differs at the end', (before, after, tail) => {
    expect(tailOf(before, after)).toEqual(tail);
  });
});

describe('leave', () => {
  it('lets what arrives in the same moment come first', async () => {
    const order: string[] = [];
    const leave = aSurface(new LiveThread()).leave('first', new AbortController().signal);
    queueMicrotask(() => order.push('chunk'));
    await leave;
    order.push('leave');
    expect(order).toEqual(['chunk', 'leave']);
  });

  it('spreads views, so that a fast stream does not become as many events as it has chunks', async () => {
    const thread = new LiveThread();
    thread.ask(asked);
    const surface = aSurface(thread);
    const begunAt = performance.now();
    for (let views = 0; views < 6; views++) {
      await surface.leave('text', new AbortController().signal);
      await surface.show({ text: `${views}`, status: 'writing' });
    }
    expect(performance.now() - begunAt).toBeGreaterThan(50);
  });

  it("rejects with the signal's reason", async () => {
    const reason = new Error('stopped by the reader');
    await expect(aSurface(new LiveThread()).leave('text', AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('a thread', () => {
  const reply = { text: 'x', sources: [], ending: { kind: 'complete' } } as const;
  const turn = (at: number): TurnView => ({ ...asked, id: `playground:t1/${at}` });

  it('forgets old finished turns, and none that runs', () => {
    const thread = new LiveThread();
    thread.ask(turn(0));
    for (let at = 1; at <= 20; at++) {
      thread.ask(turn(at));
      thread.reply(turn(at).id, reply);
    }
    expect(thread.turns.map(({ id }) => id)).toEqual([0, 13, 14, 15, 16, 17, 18, 19, 20].map((at) => turn(at).id));
    expect(thread.idle).toBe(false);
  });

  it('takes back a question that waits, and none that is being answered', () => {
    const thread = new LiveThread();
    const page = new Page(thread);
    thread.ask(turn(1));
    thread.ask(turn(2));
    thread.view(turn(2).id, { text: '', status: 'thinking' });
    thread.withdraw(turn(1).id);
    thread.withdraw(turn(2).id);
    expect(page.turns.map(({ id }) => id)).toEqual([turn(2).id]);
    expect(thread.turns).toEqual(page.turns);
  });

  it('shows the question of a mention that an earlier process received', async () => {
    const thread = new LiveThread();
    const page = new Page(thread);
    const surface = new PlaygroundSurface(thread, post, {
      recall: async () => thread.ask(asked),
      keep: () => undefined,
    });
    await surface.begin();
    expect(page.turns).toEqual([{ ...asked, state: 'thinking' }]);
  });
});
