/** A file that is too large, cut into several. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../src/discord-controls/parts.ts';

const file = (text: string, name = 'export.md') => ({ name, mimeType: 'text/markdown', text });

describe('a file', () => {
  it('that is small enough stays as it is', () => {
    expect(partsOf(file('abc'), 3)).toEqual([file('abc')]);
  });

  it('that is too large is cut between lines, and its parts are numbered', () => {
    expect(partsOf(file('one\ntwo\nthree'), 9)).toEqual([
      file('one\ntwo\n', 'export-1.md'),
      file('three', 'export-2.md'),
    ]);
  });

  it('is whole again when its parts are put together, each no larger than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 20 }), (text, max) => {
        const whole = text.toWellFormed();
        const parts = partsOf(file(whole), max);
        expect(parts.map((part) => part.text).join('')).toBe(whole);
        for (const part of parts) expect(Buffer.byteLength(part.text)).toBeLessThanOrEqual(max);
      }),
    );
  });
});
