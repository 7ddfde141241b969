/** What every ReplySurface promises, run for each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplySurface, Urgency } from '../../src/core/ports.ts';
import type { DraftView, PostRef, Reply } from '../../src/core/reply.ts';
import { BLUE, inline, RED, SVG } from '../support/pictures.ts';

/** One question that waits for its answer, and what stands under it. */
export interface SurfaceStage {
  /** A surface for the question, as another process would make it after a restart. */
  surface(standing: readonly PostRef[]): ReplySurface;
  /** The texts that stand for the answer now, in order, each as a reader sees it. */
  reads(): readonly string[];
  /** The pictures that stand for the answer now, in order. */
  pictures(): readonly Buffer[];
  /** Every text that ever stood, in the order a reader saw them. */
  seen(): readonly string[];
  close(): Promise<void>;
}

const VIEW: DraftView = { text: '', exact: '', settled: '', status: 'writing' };
const REPLY: Reply = { text: '', sources: [], ending: { kind: 'complete' } };

export function surfaceContract(name: string, open: () => Promise<SurfaceStage>): void {
  describe(`${name} as a ReplySurface`, () => {
    let stage: SurfaceStage;
    let surface: ReplySurface;

    beforeEach(async () => {
      stage = await open();
      surface = stage.surface([]);
    });
    afterEach(() => stage.close());

    const shows = async (text: string, urgency: Urgency = 'text') => {
      await surface.leave(urgency, new AbortController().signal);
      return surface.show({ ...VIEW, text, exact: text, settled: text });
    };

    it('shows a text that grows in the post that stands', async () => {
      await surface.begin();
      const first = await shows('One', 'first');
      expect(await shows('One two')).toEqual(first);
      expect(await shows('One two three')).toEqual(first);
      expect(stage.reads()).toEqual(['One two three']);
      expect(stage.seen()).toEqual(['One', 'One two', 'One two three']);
    });

    it('takes away all that stands, also what an earlier process left', async () => {
      await surface.begin();
      await shows('One', 'first');
      const posts = await surface.finish({ ...REPLY, text: 'One two.' });
      await stage.surface(posts).retract();
      expect(stage.reads()).toEqual([]);
    });

    it('shows no post while there is no text', async () => {
      await surface.begin();
      await surface.leave('first', new AbortController().signal);
      expect(await surface.show({ ...VIEW, status: 'searching' })).toEqual([]);
      expect(stage.reads()).toEqual([]);
    });

    it('replaces what was shown with exactly the finished text', async () => {
      await surface.begin();
      const shown = await shows('One two thr', 'first');
      expect(await surface.finish({ ...REPLY, text: 'One two three.' })).toEqual(shown);
      expect(stage.reads()).toEqual(['One two three.']);
    });

    it('puts the sources under the text and the notice after both', async () => {
      const sources = [{ number: 1, title: 'Sky', url: 'https://sky.example/blue' }];
      await surface.finish({ ...REPLY, text: 'Blue.', sources, notice: 'The answer was cut.' });
      const text = stage.reads().join('\n');
      const places = ['Blue.', 'https://sky.example/blue', 'The answer was cut.'].map((part) => text.indexOf(part));
      expect(places[0]).toBe(0);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    });

    it('finishes twice: what is known of the sources later takes its place beside the same text', async () => {
      const sources = [{ number: 1, title: 'Sky', url: 'https://sky.example/blue' }];
      await surface.begin();
      const shown = await shows('Blue. Mostly.', 'first');
      expect(await surface.finish({ ...REPLY, text: 'Blue. Mostly.', notice: 'Cut.' })).toEqual(shown);
      expect(stage.reads()[0]).not.toContain('sky.example');
      const marks = [{ at: 5, sources: [1] }];
      const reply = { ...REPLY, text: 'Blue. Mostly.', notice: 'Cut.', sources, marks };
      expect(await surface.finish(reply)).toEqual(shown);
      const [text = '', ...others] = stage.reads();
      expect(others).toEqual([]);
      expect(text).toMatch(/^Blue\. ?[^ ]*1[^ ]* Mostly\.[^]*sky\.example[^]*Cut\./u);
      expect(text.match(/Cut\./gu)).toHaveLength(1);
    });

    it('finishes a reply that was never begun and never shown', async () => {
      await surface.finish({ ...REPLY, notice: 'Nothing came.' });
      expect(stage.reads()).toHaveLength(1);
      expect(stage.reads()[0]).toContain('Nothing came.');
    });

    it('finishes with the same text that stands already', async () => {
      const shown = await shows('All of it.', 'first');
      expect(await surface.finish({ ...REPLY, text: 'All of it.' })).toEqual(shown);
      expect(stage.reads()).toEqual(['All of it.']);
    });

    it('finishes after a leave that was never used', async () => {
      await surface.leave('first', new AbortController().signal);
      await surface.finish({ ...REPLY, text: 'Here.' });
      expect(stage.reads()).toEqual(['Here.']);
    });

    it('keeps a long answer whole and in order', async () => {
      const text = Array.from({ length: 1500 }, (_, at) => `w${at}`).join(' ');
      await shows(text.slice(0, 500), 'first');
      await shows(text.slice(0, 4000));
      const posts = await surface.finish({ ...REPLY, text });
      expect(stage.reads().join(' ').replace(/\s+/gu, ' ')).toBe(text);
      expect(posts).toHaveLength(stage.reads().length);
    });

    it('takes away what a shorter ending leaves over', async () => {
      await shows(Array.from({ length: 1500 }, (_, at) => `w${at}`).join(' '), 'first');
      await surface.finish({ ...REPLY, text: 'Short after all.' });
      expect(stage.reads()).toEqual(['Short after all.']);
    });

    it('fills the posts that an earlier attempt left', async () => {
      const left = await shows('Half of an ans', 'first');
      surface = stage.surface(left);
      expect(await surface.finish({ ...REPLY, text: 'The whole answer.' })).toEqual(left);
      expect(stage.reads()).toEqual(['The whole answer.']);
    });

    it('shows the pictures beside the text, also when there is no text', async () => {
      const posts = await surface.finish({ ...REPLY, text: 'A dot.', images: [inline(RED), inline(BLUE)] });
      expect(stage.reads()).toEqual(['A dot.']);
      expect(stage.pictures()).toEqual([RED, BLUE]);
      await stage.surface(posts).finish({ ...REPLY, images: [inline(RED)] });
      expect(stage.reads()).toEqual([]);
      expect(stage.pictures()).toEqual([RED]);
    });

    it('shows the pictures once, however often the reply is finished', async () => {
      const reply = { ...REPLY, images: [inline(RED)] };
      await surface.finish({ ...reply, text: 'A dot.' });
      await surface.finish({ ...reply, text: 'A dot.', notice: 'I may forget it.' });
      const posts = await surface.finish({ ...reply, notice: 'I may forget it.' });
      expect(await surface.finish({ ...reply, notice: 'I may forget it.' })).toEqual(posts);
      expect(stage.pictures()).toEqual([RED]);
    });

    it('puts another answer and its pictures where an earlier attempt left some', async () => {
      const left = await surface.finish({ ...REPLY, images: [inline(RED)] });
      surface = stage.surface(left);
      await shows('Another', 'first');
      expect(stage.reads()).toEqual(['Another']);
      await surface.finish({ ...REPLY, text: 'Another dot.', images: [inline(BLUE)] });
      expect(stage.reads()).toEqual(['Another dot.']);
      expect(stage.pictures()).toEqual([BLUE]);
    });

    it('tells of a picture that is none, whatever it claims, and shows the others', async () => {
      const images = [inline(SVG), inline(SVG, 'image/svg+xml'), inline(RED)];
      await surface.finish({ ...REPLY, text: 'Dots.', notice: 'Cut.', images });
      expect(stage.reads().join('\n')).toMatch(/^Dots\.[^]*Cut\.[^]*2 pictures/);
      expect(stage.pictures()).toEqual([RED]);
    });

    it('rejects a leave with the reason for which it was aborted', async () => {
      const reason = new Error('stopped');
      await expect(surface.leave('text', AbortSignal.abort(reason))).rejects.toBe(reason);
      await surface.finish({ ...REPLY, text: 'Stopped here.' });
      expect(stage.reads()).toEqual(['Stopped here.']);
    });
  });
}
