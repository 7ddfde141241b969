/** The growing answer: its exact text, its views and its status. */
import { describe, expect, it } from 'vitest';
import type { ReplyEvent } from '../../src/core/reply.ts';
import { Draft } from '../../src/reply/draft.ts';

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
    expect(draft.view()).toEqual({ text: 'Some **bold te**', status: 'writing' });
  });

  it('is thinking until something else happens', () => {
    const draft = draftOf({ kind: 'thought', text: 'Hm.' });
    expect(draft.view()).toEqual({ text: '', status: 'thinking' });
  });

  it('shows nothing of white space alone, and loses none of it', () => {
    const draft = draftOf(text('\n'), text('  \n'));
    expect(draft.view()).toEqual({ text: '', status: 'thinking' });
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
    expect(draftOf({ kind: 'thought', text: thought }, text('A')).view()).toEqual({ text: 'A', status: 'writing' });
  });

  it('leaves thoughts out of the text', () => {
    expect(draftOf({ kind: 'thought', text: 'Hm.' }, text('A')).text).toBe('A');
  });
});
