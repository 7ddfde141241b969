/** What whoever waits for an answer is told in its place, or after it. */
import { describe, expect, it } from 'vitest';
import { ModelUnavailable, PlatformUnavailable } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/ports.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { Reader } from '../../src/reply/reader.ts';
import { FakeSurface, type Script } from './fake-surface.ts';

const refused = (): Promise<void> => {
  const promise = Promise.reject(new PlatformUnavailable('The platform is away; the text was SECRET.'));
  promise.catch(() => undefined);
  return promise;
};

describe('a reader', () => {
  const reading = (script: Script = {}) => {
    const surface = new FakeSurface(script);
    const logged: string[] = [];
    const note = (event: string): void => void logged.push(event);
    const log: Log = { debug: note, info: note, warn: note, error: note };
    return { surface, logged, reader: new Reader({ surface, notices: noticesIn('pl'), mention: 'm1', log }) };
  };

  it('is told a refusal in place of an answer, in their language', async () => {
    const { surface, reader } = reading();
    await reader.refuse({ kind: 'busy', waiting: 5 }, false);
    expect(surface.finished).toMatchObject([{ text: '', notice: expect.stringContaining('5 pytań'), language: 'pl' }]);
  });

  it('is told a refusal after an answer that stands', async () => {
    const { surface, reader } = reading();
    await reader.refuse({ kind: 'busy', waiting: 5 }, true);
    expect(surface.finished).toEqual([]);
    expect(surface.notes).toEqual([expect.stringContaining('5 pytań')]);
  });

  it('is told what went wrong in place of an answer, or after what stands of one', async () => {
    const { surface, reader, logged } = reading();
    await reader.apologize(new ModelUnavailable('SECRET'), false);
    await reader.apologize(new ModelUnavailable('SECRET'), true);
    const notice = noticesIn('pl').ofError(new ModelUnavailable(''));
    expect(surface.finished).toMatchObject([{ text: '', notice }]);
    expect(surface.notes).toEqual([notice]);
    expect(logged).toEqual(['turn.failed', 'turn.failed']);
  });

  it('whom nothing can be told is logged', async () => {
    const { reader, logged } = reading({ finish: refused() });
    await reader.apologize(new ModelUnavailable('away'), false);
    expect(logged).toEqual(['turn.failed', 'notice.failed']);
    await expect(reader.tell('x')).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});
