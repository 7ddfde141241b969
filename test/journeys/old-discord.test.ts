/** What was written on Discord long ago, or by a process that is gone, and private answers: every button works, and nothing is said twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage, labelsOf } from '../support/discord-stage.ts';
import { seenButtons, seenExactly, seenText } from '../support/stage.ts';

const FOLLOW_UP = 'POST /webhooks/{webhook_id}/{webhook_token}';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const RATINGS = ['👍', '👎'];
const WORDS = Array.from({ length: 700 }, (_, at) => `word${at}`);

let stage: DiscordStage;
beforeEach(async () => {
  stage = await DiscordStage.start();
});
afterEach(() => stage.stop());

describe('under an answer that is hours old, after a restart, on Discord', () => {
  it('Sources, Continue, a rating and Retry do what they say', async () => {
    const grounding = { sources: [{ title: 'A', uri: 'https://a.example/' }] };
    stage.harness.gemini.next(text('**One**, two,', { finishReason: 'MAX_TOKENS', grounding }));
    const talk = await stage.open('count --search');
    await seenButtons(talk, 'Retry', 'Continue', 'Sources', ...RATINGS);
    await stage.harness.halt();
    stage.discord.clock.advance(3 * HOUR_MS);
    await stage.harness.start();
    expect(await (await talk.press('Sources')).told()).toContain('https://a.example/');
    expect(await (await talk.press('👍', 'Grace')).told()).toMatch(/^Thank you/);
    stage.harness.gemini.next(text('three.'));
    await talk.press('Continue');
    await seenText(talk, 'three.');
    await stage.harness.untilLogged('turn.done', 2);
    stage.harness.gemini.next(text('Three again.'));
    await talk.press('Retry');
    await seenExactly(talk, 'Three again.');
    expect(await talk.answers()).toHaveLength(2);
  });

  it('Stop ends an answer that the process before began', async () => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('tell me everything');
    await seenButtons(talk, 'Stop');
    const again = gate();
    stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, again));
    await stage.restart(0);
    await again.reached;
    await talk.press('Stop');
    await seenText(talk, 'Stopped');
    for (const each of [hold, again]) each.open();
    await seenButtons(talk, 'Retry', ...RATINGS);
  });

  it('a choice, a form and its button work on what a command was answered', async () => {
    const talk = stage.talk(stage.person('Ada').dmChannelId);
    await talk.command('/persona');
    await talk.pick('for you');
    await stage.harness.halt();
    stage.discord.clock.advance(3 * HOUR_MS);
    await stage.harness.start();
    expect((await talk.fill('Own words…', 'Speak like a pirate.')).text).toMatch(/Persona is now set to .* for you/);
  });
});

describe('a private answer on Discord', () => {
  const ask = async () => {
    const talk = await stage.open('hi');
    await stage.harness.untilLogged('turn.done');
    const given = stage.person('Ada').slash(talk.channelId, 'ask', { question: 'a secret?', private: true });
    return { talk, given };
  };
  const shown = (given: Awaited<ReturnType<typeof ask>>['given']) => given.reads().map(({ content }) => content);

  it('that is long comes once and whole, and its last message has the buttons', async () => {
    stage.harness.gemini.next(text('Hi.'), text(WORDS.join(' '), { chunks: 12, chunkDelayMs: 100 }));
    const { given } = await ask();
    await stage.harness.untilLogged('turn.done', 2, 30_000);
    expect(shown(given).join(' ').split(/\s+/u)).toEqual(WORDS);
    expect(
      given
        .reads()
        .map(labelsOf)
        .map(({ length }) => length),
    ).toEqual([
      ...shown(given)
        .slice(1)
        .map(() => 0),
      2,
    ]);
  }, 40_000);

  it.each([
    ['fails after it was posted', { status: 500, afterCommit: true }],
    ['fails', { status: 503, page: true }],
    ['is cut off after it was posted', { status: 'reset', afterCommit: true }],
    ['has no answer', { status: 'hang', afterCommit: true }],
  ] as const)(
    'whose further message %s has no word twice, and is whole as a file',
    async (_, fault) => {
      stage.harness.gemini.next(text('Hi.'), text(WORDS.join(' '), { chunks: 12, chunkDelayMs: 100 }));
      stage.discord.fail(FOLLOW_UP, fault);
      const { given } = await ask();
      await stage.harness.untilLogged('turn.done', 2, 60_000);
      const words =
        shown(given)
          .join(' ')
          .match(/word\d+/gu) ?? [];
      expect(words).toEqual([...new Set(words)]);
      const files = given.reads().flatMap((message) => message.files);
      expect(files.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([WORDS.join(' ')]);
      expect(stage.harness.logged.filter(({ event }) => event === 'turn.failed')).toEqual([]);
    },
    80_000,
  );

  it('that outlives its command goes on in a direct message, and says so', async () => {
    const hold = gate();
    stage.harness.gemini.next(text('Hi.'), heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const { given } = await ask();
    await expect.poll(() => shown(given), { timeout: 10_000 }).toEqual([expect.stringContaining('The first half.')]);
    stage.discord.clock.advance(16 * MINUTE_MS);
    hold.open();
    const direct = stage.talk(stage.person('Ada').dmChannelId);
    await seenText(direct, 'The second half.');
    expect((await direct.answers())[0]?.text).toContain('took longer than it can be shown where you asked');
  });

  it('that outlives its command, of somebody who takes no direct messages, is said to be lost, and by nobody’s name', async () => {
    const hold = gate();
    stage.harness.gemini.next(text('Hi.'), heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const { talk, given } = await ask();
    await expect.poll(() => shown(given), { timeout: 10_000 }).toEqual([expect.stringContaining('The first half.')]);
    stage.person('Ada').takesDirectMessages(false);
    stage.discord.clock.advance(16 * MINUTE_MS);
    hold.open();
    await seenText(talk, 'A private answer took too long to be shown');
    const texts = (await talk.answers()).map((answer) => answer.text);
    expect(texts).toHaveLength(2);
    expect(texts.join()).not.toMatch(/Ada|half|secret/u);
  });
});
