/** From a turn's events to what a reader sees, with a surface that the test plays. */
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ModelUnavailable, PlatformRejected, PlatformUnavailable, StorageUnavailable } from '../../src/core/errors.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { Log } from '../../src/core/ports.ts';
import type { PostRef } from '../../src/core/reply.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { type PresentOptions, present, replyOf } from '../../src/reply/presenter.ts';
import { aTurn } from '../support/builders.ts';
import { anyText } from '../markdown/documents.ts';
import { FakeSurface, type Script } from './fake-surface.ts';
import { Story } from './story.ts';

/** Lets everything run that waits for nothing outside. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function presenting(
  script: Script = {},
  notice?: string,
  {
    notices = noticesIn(),
    resolve,
  }: { notices?: ReturnType<typeof noticesIn>; resolve?: PresentOptions['resolve'] } = {},
) {
  const surface = new FakeSurface(script);
  const story = new Story();
  const stopping = new AbortController();
  const logged: string[] = [];
  const told: (readonly PostRef[])[] = [];
  const note = (event: string, ...more: readonly unknown[]): void => {
    logged.push(`${event} ${JSON.stringify(more)}`);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const options = {
    signal: stopping.signal,
    notices,
    notice: () => notice,
    log,
    onPosts: async (posts: readonly PostRef[]) => void told.push(posts),
    ...(resolve === undefined ? {} : { resolve }),
  };
  return { surface, story, stopping, logged, told, presented: present(() => story.tell(), surface, options) };
}

const refused = (): Promise<void> => {
  const promise = Promise.reject(new PlatformUnavailable('The platform is away; the text was SECRET.'));
  promise.catch(() => undefined);
  return promise;
};

describe('present', () => {
  it('shows the first text that can be seen at once', async () => {
    const { surface, story, presented } = presenting();
    story.thought('Hm.');
    story.text('\n ');
    await settled();
    expect(surface.urgencies).toEqual([]);
    story.text('So');
    await settled();
    expect(surface.seen.map(({ text }) => text)).toEqual(['\n So']);
    story.end(aTurn({}, '\n So'));
    await presented;
  });

  it('shows each headline of the thoughts, as something first, until there is text', async () => {
    const { surface, story, presented } = presenting();
    story.thought('**Weighing the evi');
    await settled();
    expect(surface.urgencies).toEqual([]);
    story.thought('dence**\n\nFirst this.\n\n');
    await settled();
    story.thought('And **this** too.\n\n**Writing**\n');
    await settled();
    story.text('So.');
    await settled();
    story.thought('**Too late**\n');
    await settled();
    expect(surface.seen).toMatchObject([
      { text: '', status: 'thinking', headline: 'Weighing the evidence' },
      { text: '', status: 'thinking', headline: 'Writing' },
      { text: 'So.', status: 'writing' },
    ]);
    expect(surface.urgencies).toEqual(['first', 'first', 'first']);
    story.end(aTurn({ footer: 'gemini · 1 s' }, 'So.'));
    await presented;
    expect(surface.finished).toMatchObject([{ text: 'So.', footer: 'gemini · 1 s' }]);
  });

  it('makes the view when leave is granted, with all the text there is then', async () => {
    const { surface, story, presented } = presenting({ byHand: true });
    story.text('One');
    await settled();
    story.text(' and **two');
    await settled();
    expect(surface.seen).toEqual([]);
    surface.grant();
    await settled();
    expect(surface.seen).toMatchObject([{ text: 'One and **two**', exact: 'One and **two', status: 'writing' }]);
    story.end(aTurn());
    await presented;
  });

  it('has one write in flight, and the next one holds the newest text', async () => {
    const slow = Promise.withResolvers<void>();
    const { surface, story, presented } = presenting({ shows: [slow.promise] });
    story.text('a');
    await settled();
    for (const letter of 'bcd') {
      story.text(letter);
      await settled();
    }
    slow.resolve();
    await settled();
    expect(surface.seen.map(({ text }) => text)).toEqual(['a', 'abcd']);
    story.end(aTurn({}, 'abcd'));
    await presented;
  });

  it('asks for nothing while there is nothing new', async () => {
    const { surface, story, presented } = presenting();
    story.text('a');
    await settled();
    story.thought('Hm.');
    await settled();
    expect(surface.urgencies).toEqual(['first']);
    story.end(aTurn());
    await presented;
  });

  it('makes a lost view again soon, although the model pauses, and no other one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { surface, story, presented } = presenting({ shows: [refused()] });
    story.text('a');
    await settled();
    expect(surface.seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    await settled();
    expect(surface.seen.map(({ text }) => text)).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(surface.urgencies).toEqual(['first', 'first']);
    story.end(aTurn());
    await presented;
  });

  it('asks for a first write until one was shown, then for text', async () => {
    const { surface, story, presented, logged } = presenting({ shows: [refused()] });
    for (const letter of 'abc') {
      story.text(letter);
      await settled();
    }
    expect(surface.urgencies).toEqual(['first', 'first', 'text']);
    expect(surface.seen.map(({ text }) => text)).toEqual(['ab', 'abc']);
    expect(logged).toEqual(['reply.view-lost [{"code":"platform.unavailable"}]']);
    story.end(aTurn());
    await presented;
  });

  it('begins before it writes, and goes on where it could not begin', async () => {
    const begun = Promise.withResolvers<void>();
    const { surface, story, presented, logged } = presenting({ begin: begun.promise });
    story.text('a');
    await settled();
    expect(surface.urgencies).toEqual([]);
    begun.reject(new PlatformRejected('no'));
    await settled();
    expect(surface.seen).toHaveLength(1);
    expect(logged).toEqual(['reply.not-begun [{"code":"platform.rejected"}]']);
    story.end(aTurn());
    await presented;
  });

  it('finishes with the exact text, the sources and no notice when all went well', async () => {
    const { surface, story, presented } = presenting({ byHand: true });
    const sources = [{ number: 1, title: 'A', url: 'https://a.example/' }];
    story.text('Some **bo');
    await settled();
    expect(surface.isWaiting).toBe(true);
    story.end(aTurn({ sources }, 'Some **bo'));
    const { turn, failure } = await presented;
    expect(surface.isWaiting).toBe(false);
    expect(surface.seen).toEqual([]);
    expect(surface.finished).toEqual([{ text: 'Some **bo', sources, ending: { kind: 'complete' }, language: 'en' }]);
    expect(turn.posts).toEqual([{ channel: 'c', message: 'p' }]);
    expect(failure).toBeUndefined();
  });

  it('waits for the write in flight before it finishes', async () => {
    const slow = Promise.withResolvers<void>();
    const { surface, story, presented } = presenting({ shows: [slow.promise] });
    story.text('a');
    await settled();
    story.end(aTurn({}, 'a'));
    await settled();
    expect(surface.finished).toEqual([]);
    slow.resolve();
    await presented;
    expect(surface.finished).toHaveLength(1);
  });

  it('ends with what came when it is stopped', async () => {
    const { surface, story, stopping, presented } = presenting({ byHand: true });
    story.text('Half an ans');
    await settled();
    stopping.abort();
    story.text('wer');
    story.end(aTurn({ ending: { kind: 'stopped' } }, 'Half an answer'));
    await presented;
    expect(surface.seen).toEqual([]);
    expect(surface.finished).toMatchObject([{ text: 'Half an answer', notice: noticesIn().stopped }]);
  });

  it('writes no view any more when it is stopped just as leave is granted', async () => {
    const { surface, story, stopping, presented } = presenting({ byHand: true });
    story.text('Half');
    await settled();
    surface.grant();
    stopping.abort();
    story.end(aTurn({ ending: { kind: 'stopped' } }, 'Half'));
    await presented;
    expect(surface.seen).toEqual([]);
    expect(surface.finished).toHaveLength(1);
  });

  it.each(['before any text', 'after some text'])(
    'throws what the events throw %s, and leaves what was seen',
    async (when) => {
      const { surface, story, presented } = presenting();
      if (when === 'after some text') story.text('Half');
      await settled();
      const error = new ModelUnavailable('away');
      story.fail(error);
      await expect(presented).rejects.toBe(error);
      expect(surface.finished).toEqual([]);
    },
  );

  it('puts a further notice under the one about the ending', async () => {
    const { surface, story, presented } = presenting({}, 'I cannot read attachments yet: a.pdf.');
    story.end(aTurn({ ending: { kind: 'stopped' } }, 'A'));
    await presented;
    expect(surface.finished[0]?.notice).toBe(`${noticesIn().stopped}\nI cannot read attachments yet: a.pdf.`);
  });

  it('says how it ended in the reader’s language, to the reader and in what is remembered', async () => {
    const { surface, story, presented } = presenting({}, undefined, { notices: noticesIn('pl') });
    story.end(aTurn({ ending: { kind: 'stopped', by: 'Ada' } }, 'A'));
    const { turn } = await presented;
    expect(surface.finished).toMatchObject([{ text: 'A', notice: 'Zatrzymane przez: Ada.', language: 'pl' }]);
    expect(replyOf(turn)).toEqual(surface.finished[0]);
  });

  it('remembers no sentence of a finished reply that does not stand', async () => {
    const { story, presented } = presenting({ finish: refused() });
    story.end(aTurn({ ending: { kind: 'stopped' } }, 'A'));
    expect((await presented).turn).not.toHaveProperty('notice');
  });

  it('tells the posts that stand when there are others than before, also at the end', async () => {
    const [one, two] = [
      { channel: 'c', message: '1' },
      { channel: 'c', message: '2' },
    ];
    const { story, presented, told } = presenting({ posts: [[one], [one], [one, two], [one]] });
    for (const letter of 'abc') {
      story.text(letter);
      await settled();
    }
    story.end(aTurn({}, 'abc'));
    const { turn } = await presented;
    expect(told).toEqual([[one], [one, two], [one]]);
    expect(turn.posts).toEqual([one]);
  });

  it('goes on when the posts cannot be recorded', async () => {
    const surface = new FakeSurface();
    const logged: string[] = [];
    const quiet = (): void => undefined;
    const log: Log = { debug: quiet, info: quiet, warn: (event) => void logged.push(event), error: quiet };
    const onPosts = (): Promise<void> => Promise.reject(new StorageUnavailable('away'));
    const story = new Story();
    const { signal } = new AbortController();
    const presented = present(() => story.tell(), surface, { signal, notices: noticesIn(), log, onPosts });
    story.text('a');
    await settled();
    story.end(aTurn({}, 'a'));
    expect((await presented).failure).toBeUndefined();
    expect(logged).toEqual(['reply.posts-unrecorded']);
  });

  it('tells when the finished reply could not be made to stand, with the posts that do', async () => {
    const { story, presented } = presenting({ finish: refused() });
    story.text('a');
    await settled();
    story.end(aTurn({}, 'a'));
    const { turn, failure } = await presented;
    expect(failure).toBeInstanceOf(PlatformUnavailable);
    expect(turn.posts).toEqual([{ channel: 'c', message: 'p' }]);
  });

  describe('while the addresses of its sources are looked up', () => {
    const link = { number: 1, title: 'A', url: 'https://link.example/' };
    const found = { ...link, url: 'https://a.example/' };
    const marks = [{ at: 1, sources: [1] }];
    const searches = [{ query: 'a', url: 'https://www.google.com/search?q=a' }];
    const turn = aTurn({ sources: [link], marks, searches }, 'a');

    it('shows the finished text first, and the sources when they are found', async () => {
      const looking = Promise.withResolvers<Turn>();
      const { surface, story, presented } = presenting({}, undefined, { resolve: () => looking.promise });
      story.end(turn);
      await settled();
      const { ending } = turn;
      expect(surface.finished).toEqual([{ text: 'a', sources: [], marks: [], searches, ending, language: 'en' }]);
      looking.resolve({ ...turn, language: 'en', sources: [found] });
      const { turn: stored } = await presented;
      expect(surface.finished.slice(1)).toEqual([
        { text: 'a', sources: [found], marks, searches, ending, language: 'en' },
      ]);
      expect(stored).toMatchObject({ sources: [found], marks, posts: [{ channel: 'c', message: 'p' }] });
    });

    it('shows all at once where there is nothing to look up', async () => {
      const { surface, story, presented } = presenting({}, undefined, { resolve: () => undefined });
      story.end(turn);
      await presented;
      const { ending } = turn;
      expect(surface.finished).toEqual([{ text: 'a', sources: [link], marks, searches, ending, language: 'en' }]);
    });

    it('remembers what the reader saw when the sources could not be shown', async () => {
      const script = { finishes: [Promise.resolve(), refused()] };
      const { surface, story, presented, logged } = presenting(script, undefined, { resolve: async () => turn });
      story.end(turn);
      const { turn: stored, failure } = await presented;
      expect(failure).toBeUndefined();
      expect(surface.finished).toHaveLength(1);
      expect(stored).toMatchObject({ sources: [], marks: [], searches });
      expect(logged).toEqual(['reply.sources-lost [{"code":"platform.unavailable"}]']);
    });

    it('shows none under an answer that could not be made to stand', async () => {
      const { surface, story, presented } = presenting({ finish: refused() }, undefined, { resolve: async () => turn });
      story.end(turn);
      expect((await presented).failure).toBeInstanceOf(PlatformUnavailable);
      expect(surface.finished).toEqual([]);
    });
  });

  it('logs no text', async () => {
    const { story, presented, logged } = presenting({ begin: refused(), shows: [refused()], finish: refused() });
    story.text('SECRET');
    await settled();
    story.end(aTurn({}, 'SECRET'));
    await presented;
    expect(logged).toHaveLength(2);
    expect(logged.join('')).not.toContain('SECRET');
  });

  it('shows and finishes exactly the text, however it was cut', async () => {
    const units = fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units));
    const pieces = fc.array(fc.oneof(anyText, units), { maxLength: 8 });
    const tell = async (pieces: readonly string[]): Promise<void> => {
      const { surface, story, presented } = presenting();
      const source = pieces.join('');
      for (const piece of pieces) {
        story.text(piece);
        if (piece.length % 2 === 0) await settled();
      }
      await settled();
      story.text('\n\nThe end.\n\n');
      await settled();
      story.end(aTurn({}, `${source}\n\nThe end.\n\n`));
      await presented;
      expect(surface.finished.map(({ text }) => text)).toEqual([`${source}\n\nThe end.\n\n`]);
      const last = surface.seen.at(-1)?.text ?? '';
      if (!/[`~]{3}/u.test(source)) expect(last.endsWith('\n\nThe end.\n\n')).toBe(true);
    };
    await fc.assert(fc.asyncProperty(pieces, tell), { numRuns: 400 });
  });
});

describe('replyOf', () => {
  it('is the turn’s visible text', () => {
    const turn = aTurn();
    const parts = [{ text: 'Hm.', thought: true }, { text: 'A' }, { text: 'B' }];
    expect(replyOf({ ...turn, contents: [turn.contents[0], { role: 'model', parts }] }).text).toBe('AB');
  });
});
