/** The store or the platform fails in the middle of everything: what readers see, and how it is well again by itself. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import type { Harness } from '../support/app.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { sceneOf } from '../support/scene.ts';
import { type Stage, seen, seenExactly, seenText, type Talk } from '../support/stage.ts';
import { journey, type Story } from './journey.ts';

const POST = 'POST /channels/{channel_id}/messages';
const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';

/** How often a platform that is away is waited for before it is back: `OUTAGE_WAITS=5` is more than a minute. */
const WAITS = Number(process.env['OUTAGE_WAITS'] ?? 1);

const memoryOf = (stage: Stage, request: number): string =>
  JSON.stringify(stage.harness.gemini.requests[request]?.body);

/** A conversation with one answer in its memory. */
async function begun(stage: Stage): Promise<Talk> {
  stage.harness.gemini.next(text('One.'));
  const talk = await stage.open('first?');
  await seenExactly(talk, 'One.');
  await stage.harness.untilLogged('turn.done');
  return talk;
}

/** Before an answer. */
const isTold =
  (fail: (harness: Harness) => { mend(): void }): Story =>
  async (stage) => {
    const talk = await begun(stage);
    expect(await stage.harness.isReady()).toBe(true);
    const failing = fail(stage.harness);
    onTestFinished(() => failing.mend());
    await talk.say('second?');
    await seenText(talk, 'memory');
    expect(stage.harness.gemini.requests).toHaveLength(1);
    await expect.poll(() => stage.harness.isReady()).toBe(false);
    failing.mend();
    await expect.poll(() => stage.harness.isReady()).toBe(true);
    stage.harness.gemini.next(text('Three.'));
    await talk.say('third?');
    await seenExactly(talk, 'Three.');
    expect(memoryOf(stage, 1)).toContain('first?');
  };

const UNWRITTEN =
  'a store that takes no writes, before an answer, is told, is seen in readiness, and is well again by itself';

journey(
  UNWRITTEN,
  { 'by a full disk': isTold((harness) => harness.failWrites('database or disk is full')) },
  { on: ['Discord', 'Slack'], isSlow: true },
);

journey(
  UNWRITTEN,
  {
    'by a file that turned read-only': isTold((harness) => harness.failWrites('attempt to write a readonly database')),
    'by a disk that is broken': isTold((harness) => harness.failWrites('disk I/O error')),
    'by a lock of another process': isTold((harness) => harness.lockStore()),
  },
  { on: ['Discord'] },
);

journey(
  'a store that fails',
  {
    'in the middle of an answer does not end it, says what will not be remembered, and loses nothing older': async (
      stage,
    ) => {
      const talk = await begun(stage);
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
      await talk.say('go on');
      await seenText(talk, 'Half.');
      const failing = stage.harness.failWrites('database or disk is full');
      onTestFinished(() => failing.mend());
      hold.open();
      await seenText(talk, 'memory');
      expect((await talk.answers()).map((answer) => answer.text)).toContain('Half. Whole.');
      failing.mend();
      stage.harness.gemini.next(text('Three.'));
      await talk.say('third?');
      await seenExactly(talk, 'Three.');
      expect(memoryOf(stage, 2)).toContain('first?');
    },

    'to hold a turn as it was tells it once, and sets it aside: the conversation goes on': async (stage) => {
      const talk = await begun(stage);
      stage.harness.damageTurn();
      await talk.say('second?');
      await seenText(talk, 'cannot be read');
      stage.harness.gemini.next(text('Three.'));
      await talk.say('third?');
      await seenExactly(talk, 'Three.');
      expect(stage.harness.gemini.requests).toHaveLength(2);
    },
  },
  { on: ['Discord', 'Slack'] },
);

journey(
  'a platform that fails',
  {
    'to have a post edited gets the whole answer in a new one': async (stage) => {
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
      const talk = await stage.open('go on');
      await seenText(talk, 'Half.');
      const closed = sceneOf(stage).closesPosts();
      hold.open();
      await seen(talk, ([first, ...others]) => first?.text === 'Half. Whole.' && others.length === 0);
      await stage.harness.untilLogged('turn.done');
      closed.mend();
    },
  },
  { on: ['Discord', 'Slack'] },
);

describe('a Discord that fails', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
  });
  afterEach(() => stage.stop());

  const failures = [
    ['with 5xx', { status: 503 }],
    ['with a storm of 429', { status: 429, retryAfterMs: 1000 }],
    ['by cutting every connection', { status: 'reset' }],
  ] as const;

  it.each(failures)(
    '%s for longer than a write is tried gets the whole answer, once, when it is back',
    async (_, fault) => {
      stage.discord.allowRefusals();
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
      const talk = await stage.open('go on');
      await seenText(talk, 'Half.');
      for (const route of [POST, EDIT]) stage.discord.fail(route, { ...fault, times: Number.POSITIVE_INFINITY });
      hold.open();
      await stage.harness.untilLogged('reply.waits', WAITS, 120_000);
      for (const route of [POST, EDIT]) stage.discord.mend(route);
      await seen(talk, (all) => all.at(-1)?.text === 'Half. Whole.', 40_000);
      expect(await talk.answers()).toHaveLength(1);
      expect(stage.harness.gemini.requests).toHaveLength(1);
    },
    240_000,
  );

  it('tells that the model failed when posting works again', async () => {
    stage.harness.gemini.next(text(''), text(''));
    stage.discord.fail(POST, { status: 503, times: Number.POSITIVE_INFINITY });
    const talk = await stage.open('go on');
    await stage.harness.untilLogged('reply.waits', WAITS, 120_000);
    stage.discord.mend(POST);
    const [told] = await seen(talk, (all) => all.length === 1, 40_000);
    expect(told?.text.length).toBeGreaterThan(20);
  }, 240_000);

  it('by dropping its gateway again and again misses no question and answers each once', async () => {
    const talk = await begun(stage);
    for (const question of ['second?', 'third?', 'fourth?']) {
      stage.harness.gemini.next(text(`To ${question}`));
      stage.discord.gateway.close(4000);
      await talk.say(question);
      stage.discord.gateway.close(1001);
      await seenExactly(talk, `To ${question}`);
      stage.discord.clock.advance(5000);
    }
    expect(await talk.answers()).toHaveLength(4);
    await expect.poll(() => stage.harness.isReady()).toBe(true);
  });
});
