/** The growing answer: its exact text, its views and its status. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplyEvent } from '../../src/core/reply.ts';
import { Draft } from '../../src/reply/draft.ts';
import { anyText, piecesOf } from '../markdown/documents.ts';

const text = (text: string): ReplyEvent => ({ kind: 'text', text });
const draftOf = (...events: readonly ReplyEvent[]): Draft => {
  const draft = new Draft();
  for (const event of events) draft.add(event);
  return draft;
};

describe('Draft', () => {
  it('keeps exactly what came, and shows it closed', () => {
    const draft = draftOf(text('Some **bo'), text('ld te'));
    expect(draft.text).toBe('Some **bold te');
    expect(draft.view()).toEqual({
      text: 'Some **bold te**',
      exact: 'Some **bold te',
      settled: 'Some ',
      status: 'writing',
    });
  });

  it('is thinking until something else happens', () => {
    const draft = draftOf({ kind: 'thought', text: 'Hm.' });
    expect(draft.view()).toEqual({ text: '', exact: '', settled: '', status: 'thinking' });
  });

  it('shows nothing of white space alone, and loses none of it', () => {
    const draft = draftOf(text('\n'), text('  \n'));
    expect(draft.view()).toEqual({ text: '', exact: '', settled: '', status: 'thinking' });
    draft.add(text('Text'));
    expect(draft.view().text).toBe('\n  \nText');
  });

  it.each([
    ['**One**\n\nbody', 'One'],
    ['**One**\n\nbody\n\n  **Two**  \n', 'Two'],
    ['a **bold** word', undefined],
    ['**never closed', undefined],
    [`**${'x'.repeat(300)}**\n`, 'x'.repeat(120)],
  ])('has of the thoughts %j the headline %j', (thought, headline) => {
    expect(draftOf({ kind: 'thought', text: thought }).view().headline).toBe(headline);
    expect(draftOf({ kind: 'thought', text: thought }, text('A')).view()).toEqual({
      text: 'A',
      exact: 'A',
      settled: expect.any(String),
      status: 'writing',
    });
  });

  it('leaves thoughts out of the text', () => {
    expect(draftOf({ kind: 'thought', text: 'Hm.' }, text('A')).text).toBe('A');
  });

  it('shows no half of a character', () => {
    const [first = '', second = ''] = '👩'.split('');
    const draft = draftOf(text(`A ${first}`));
    expect(draft.view()).toMatchObject({ text: 'A ', exact: 'A ', settled: 'A' });
    draft.add(text(second));
    expect(draft.view()).toMatchObject({ text: 'A 👩', exact: 'A 👩' });
  });
});

describe('the views of a draft', () => {
  it('are beginnings of the whole answer, each longer than the one before', () => {
    fc.assert(
      fc.property(piecesOf(anyText), (pieces) => {
        const draft = new Draft();
        let before = draft.view();
        for (const piece of pieces) {
          draft.add(text(piece));
          const view = draft.view();
          expect(view.exact.startsWith(before.exact)).toBe(true);
          expect(view.exact.startsWith(view.settled)).toBe(true);
          expect(view.settled.startsWith(before.settled)).toBe(true);
          before = view;
        }
        expect(pieces.join('').startsWith(before.exact)).toBe(true);
        expect(draft.text).toBe(pieces.join(''));
      }),
    );
  });
});
