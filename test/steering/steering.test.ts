import { describe, expect, it } from 'vitest';
import { aMention, aTurn } from '../support/builders.ts';
import { scopeIdOf, type Turn } from '../../src/core/conversation.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import { Steering, steeredTurn } from '../../src/steering/steering.ts';
import { aContext } from './context.ts';

async function* events(...given: readonly ReplyEvent[]): AsyncGenerator<ReplyEvent, Turn> {
  yield* given;
  return aTurn();
}

const thought: ReplyEvent = { kind: 'thought', text: '**Hm**\n' };
const said: ReplyEvent = { kind: 'text', text: 'So.' };

async function played(text: string): Promise<{ readonly seen: readonly ReplyEvent[]; readonly turn: Turn }> {
  const steered = await new Steering(await aContext()).of(aMention({ text }));
  const running = steeredTurn(events(thought, said), steered);
  const seen: ReplyEvent[] = [];
  for (;;) {
    const step = await running.next();
    if (step.done === true) return { seen, turn: step.value };
    seen.push(step.value);
  }
}

describe('a steered turn', () => {
  it.each([
    ['off', [said], undefined],
    ['headline', [thought, said], undefined],
    ['full', [thought, said], '**Hm**\n'],
  ] as const)('with thoughts %s shows %j and keeps %j', async (thoughts, seen, kept) => {
    const result = await played(`why? --thoughts ${thoughts}`);
    expect(result.seen).toEqual(seen);
    expect(result.turn.thoughts).toBe(kept);
  });

  it('has a footer only where it is wanted', async () => {
    expect((await played('why?')).turn).not.toHaveProperty('footer');
    expect((await played('why? --footer')).turn.footer).toBe(
      'gemini-3.8-flash · 10 in, 20 out, 0 thought · 2.0 s · US$0.000083',
    );
  });

  it('keeps what is needed to answer it again, and no secret', async () => {
    const steering = new Steering(await aContext());
    const mention = aMention({ text: 'why? --search', attempt: 2 });
    const { text, place, replyTo } = mention;
    const turn = (await steering.of(mention)).completed(aTurn(), '');
    expect(turn).toMatchObject({ origin: { text, place, replyTo }, attempt: 2 });
    const hidden = { ...mention, replyTo: { ...replyTo, hidden: 'app/secret' } };
    expect(JSON.stringify((await steering.of(hidden)).completed(aTurn(), ''))).not.toContain('secret');
  });
});

describe('what is steered', () => {
  it('is the flags over what is stored, with a sentence for each that was not understood', async () => {
    const context = await aContext();
    const id = scopeIdOf('conversation', aMention());
    if (id === undefined) throw new Error('there is a conversation');
    await context.settings.store.set(id, { thinking: 'low', persona: { text: 'A pirate.' } });
    const steered = await new Steering(context).of(aMention({ text: '--search why? --model gpt' }));
    expect(steered).toMatchObject({
      text: 'why? --model gpt',
      chosen: { thinking: 'low', search: 'on' },
      instruction: expect.stringMatching(/^A pirate\.\n\nSearch the web/),
      notices: [expect.stringMatching(/^--model takes .*flash-lite.*, not “gpt”\.$/)],
    });
  });

  it('names the thinking depth that the message itself asks for', async () => {
    const steering = new Steering(await aContext());
    const budget = await steering.of(aMention({ text: 'why? --think 8000' }));
    expect(budget).toMatchObject({ notices: [], wantedDepth: 8000, chosen: { thinking: 8000 } });
    expect((await steering.of(aMention({ text: 'why?' }))).wantedDepth).toBeUndefined();
  });
});
