import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stopped } from '../../src/conversation/lanes.ts';
import { factsOf, runTurn } from '../../src/conversation/turn.ts';
import { answerTextOf, type Turn } from '../../src/core/conversation.ts';
import { type Ending, ModelEmpty, ModelRejected } from '../../src/core/errors.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import type { GeminiClient } from '../../src/gemini/client.ts';
import { cutAfter, delivered, failure, heldAfter, parts, refusal, text, times } from '../simulators/gemini/answers.ts';
import { quotaExceeded } from '../simulators/gemini/faults.ts';
import { gate } from '../simulators/gemini/script.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';
import { EVERYDAY } from '../../src/tools/everyday.ts';
import { CheckedToolbox } from '../../src/tools/toolbox.ts';
import { aPlan } from '../support/builders.ts';
import { clientOf, quietLog } from '../support/model.ts';

const plan = aPlan();

let gemini: GeminiSimulator;
let client: GeminiClient;
const toolbox = new CheckedToolbox(EVERYDAY, quietLog);
beforeAll(async () => {
  gemini = await GeminiSimulator.start();
  client = clientOf(gemini);
});
afterAll(async () => {
  await client.stop();
  await gemini.stop();
  gemini.assertUsed();
});

async function run(
  signal = new AbortController().signal,
  what = plan,
): Promise<{ events: readonly ReplyEvent[]; turn: Turn }> {
  const events: ReplyEvent[] = [];
  const running = runTurn(what, { client, toolbox }, signal);
  for (;;) {
    const step = await running.next();
    if (step.done === true) return { events, turn: step.value };
    events.push(step.value);
  }
}

describe('runTurn', () => {
  it('yields text as it comes and returns what is remembered', async () => {
    gemini.next(text('One two.', { chunks: ['One ', 'two.'] }));
    const { events, turn } = await run();
    expect(events).toEqual([
      { kind: 'text', text: 'One ' },
      { kind: 'text', text: 'two.' },
    ]);
    expect(turn).toMatchObject({ id: plan.mention.id, ending: { kind: 'complete' }, model: 'gemini-3.8-flash' });
    expect(answerTextOf(turn)).toBe('One two.');
    expect(turn.usage.totalTokenCount).toBeGreaterThan(0);
  });

  it('knows when it is worth another try, where that was said after some text', async () => {
    gemini.next(
      parts([[{ text: 'Half. ' }], [{ functionCall: { name: 'current_time' } }]]),
      refusal(quotaExceeded({ retryMs: 3_600_000 })),
    );
    const before = Date.now();
    const { turn } = await run(new AbortController().signal, aPlan({ functions: toolbox.declarations }));
    expect(turn.ending).toMatchObject({ kind: 'broken', code: 'model.quota' });
    expect('againAt' in turn.ending && turn.ending.againAt).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(answerTextOf(turn)).toBe('Half. ');
  });

  it('ends no sooner than its question came, also where the clock was set back meanwhile', async () => {
    gemini.next(text('Yes.'));
    const receivedAt = Date.now() + 3_600_000;
    const { turn } = await run(new AbortController().signal, { ...plan, mention: { ...plan.mention, receivedAt } });
    expect(turn).toMatchObject({ receivedAt, endedAt: receivedAt });
  });

  it('keeps thoughts apart from the answer and out of memory', async () => {
    gemini.next(parts([[{ text: '**Weighing it**', thought: true }], [{ text: 'Yes.' }]]));
    const { events, turn } = await run(new AbortController().signal, aPlan({ includeThoughts: true }));
    expect(events.map((event) => event.kind)).toEqual(['thought', 'text']);
    expect(JSON.stringify(turn.contents)).not.toContain('Weighing');
  });

  it.each([
    ['MAX_TOKENS', 'cut'],
    ['SAFETY', 'cut'],
    ['STOP', 'complete'],
  ])('ends %s as %s, with the text that came', async (finishReason, kind) => {
    gemini.next(text('Some.', { finishReason }));
    const { turn } = await run();
    expect(turn.ending).toEqual(kind === 'cut' ? { kind, reason: finishReason } : { kind });
    expect(answerTextOf(turn)).toBe('Some.');
  });

  it('asks once more when the model succeeds with nothing to show', async () => {
    gemini.next(text(''), text('Here.'));
    expect(answerTextOf((await run()).turn)).toBe('Here.');
    gemini.next(text(''), text(' \n'));
    await expect(run()).rejects.toBeInstanceOf(ModelEmpty);
  });

  it('asks once more when the stream breaks before anything was visible, and counts what both cost', async () => {
    const usage = { promptTokenCount: 10 };
    const broken = cutAfter(parts([[{ text: 'Hm.', thought: true }], [{ text: 'x' }]], { usage }), 1, {
      kind: 'reset',
    });
    gemini.next(broken, text('Here.', { usage }));
    const { turn } = await run(new AbortController().signal, aPlan({ includeThoughts: true }));
    expect(answerTextOf(turn)).toBe('Here.');
    expect(turn.usage.promptTokenCount).toBeGreaterThanOrEqual(20);
  });

  it('says which mistake it was when the model makes it twice', async () => {
    gemini.next(...times(2, text('', { finishReason: 'MALFORMED_FUNCTION_CALL' })));
    expect((await run()).turn.ending).toEqual({ kind: 'cut', reason: 'MALFORMED_FUNCTION_CALL' });
  });

  it.each<[string, string, Ending]>([
    ['valid', '```json\n{"a": 1}\n```', { kind: 'complete' }],
    ['not valid', 'Sure! {"a": 1}', { kind: 'malformed' }],
    ['cut off, which is no mistake of the model', '{"a": [1,', { kind: 'cut', reason: 'MAX_TOKENS' }],
  ])('keeps JSON that is %s as it came, and says how it ended', async (_what, answer, ending) => {
    const given = text(answer, { finishReason: ending.kind === 'cut' ? ending.reason : 'STOP' });
    gemini.next(given, given);
    const { turn } = await run(new AbortController().signal, aPlan({ json: { kind: 'any' } }));
    expect([answerTextOf(turn), turn.ending]).toEqual([answer, ending]);
    const unasked = (await run()).turn.ending.kind;
    expect(unasked).toBe(ending.kind === 'cut' ? 'cut' : 'complete');
  });

  it('is logged by what it came to and the id under which its service knows it, without a word of it', async () => {
    gemini.next(text('One two.', { finishReason: 'SAFETY', usage: { cachedContentTokenCount: 3 } }));
    const { turn } = await run();
    expect(factsOf(turn)).toMatchObject({
      ending: 'cut',
      reason: 'SAFETY',
      modelVersion: 'gemini-3.8-flash',
      responseId: turn.responseId,
      cachedTokens: 3,
    });
    expect(turn.responseId).toMatch(/\w/);
    expect(JSON.stringify(factsOf({ ...turn, ending: { kind: 'cut', reason: 'said a person' } }))).not.toMatch(
      /person|One|sky/,
    );
  });

  it('throws what failed before any text', async () => {
    gemini.next(failure(400, { error: { code: 400, message: 'Invalid value.', status: 'INVALID_ARGUMENT' } }));
    await expect(run()).rejects.toBeInstanceOf(ModelRejected);
  });

  it('ends as broken, with what came, when it fails after some text', async () => {
    gemini.next(cutAfter(text('One two.', { chunks: ['One ', 'two.'] }), 1, { kind: 'reset' }));
    const { turn } = await run();
    expect(turn.ending).toEqual({ kind: 'broken', code: 'stream.broken' });
    expect(answerTextOf(turn)).toBe('One ');
  });

  it.each([
    ['somebody', new Stopped(), { kind: 'stopped' }],
    ['Ada', new Stopped('Ada'), { kind: 'stopped', by: 'Ada' }],
  ])('ends as stopped, with what came, when it is stopped by %s, and closes the connection', async (_, by, ending) => {
    const hold = gate();
    gemini.next(heldAfter(text('One two.', { chunks: ['One ', 'two.'] }), 1, hold));
    const stop = new AbortController();
    const index = gemini.requests.length;
    const running = run(stop.signal);
    await hold.reached;
    stop.abort(by);
    const { turn } = await running;
    expect(turn.ending).toEqual(ending);
    await gemini.requests[index]?.closed;
    hold.open();
  });

  it('throws the reason of any other abort, so that nothing is remembered', async () => {
    const hold = gate();
    gemini.next(heldAfter(text('One two.', { chunks: ['One ', 'two.'] }), 1, hold));
    const end = new AbortController();
    const running = run(end.signal);
    await hold.reached;
    end.abort(new RangeError('the process ends'));
    await expect(running).rejects.toThrow(RangeError);
    hold.open();
  });

  it('yields and remembers exactly the text, wherever the bytes of the stream are cut', async () => {
    const source = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((value) => value.trim() !== '');
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(source, sizes, fc.integer({ min: 1, max: 12 }), async (answer, cuts, chunks) => {
        gemini.next(delivered(text(answer, { chunks }), { cuts: { sizes: cuts } }));
        const { events, turn } = await run();
        expect(events.map((event) => (event.kind === 'text' ? event.text : '')).join('')).toBe(answer);
        expect(answerTextOf(turn)).toBe(answer);
      }),
      { numRuns: 300 },
    );
  });
});
