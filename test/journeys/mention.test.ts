import { expect } from 'vitest';
import { seen, seenExactly, seenText } from '../support/stage.ts';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { journey } from './journey.ts';

const ANSWER = 'Because short waves scatter more than long ones. Größe ≠ Farbe, 空は青い. 🌤';

journey('a mention', {
  'is answered with exactly what the model wrote': async (stage) => {
    stage.harness.gemini.next(text(ANSWER));
    const talk = await stage.open('why is the sky blue?');
    await seenExactly(talk, ANSWER);
  },

  'shows that the bot is at work, then text while the model still writes': async (stage) => {
    const beforeText = gate();
    const midway = gate();
    stage.harness.gemini.next(heldAfter(heldAfter(text(ANSWER, { chunks: 4 }), 2, midway), 0, beforeText));
    const talk = await stage.open('why is the sky blue?');
    await expect.poll(() => talk.isWaiting()).toBe(true);
    expect(await talk.answers()).toEqual([]);

    beforeText.open();
    await midway.reached;
    const [partial] = await seen(talk, (all) => (all[0]?.text.length ?? 0) > 10);
    expect(ANSWER.startsWith(partial?.text ?? '')).toBe(true);
    expect(partial?.text).not.toBe(ANSWER);

    midway.open();
    await seenExactly(talk, ANSWER);
    await expect.poll(() => talk.isWaiting(), { timeout: 5000 }).toBe(false);
  },

  'is remembered: a follow-up needs no mention and the model is sent what was said': async (stage) => {
    stage.harness.gemini.next(text('It is 42.'), text('Half of that is 21.'));
    const talk = await stage.open('what is the answer?');
    await seenText(talk, 'It is 42.');
    await talk.say('and half of it?');
    await seenText(talk, 'Half of that is 21.');
    const contents = stage.harness.gemini.requests[1]?.body?.['contents'];
    expect(JSON.stringify(contents)).toMatch(/what is the answer\?.*It is 42\..*and half of it\?/);
  },

  'is remembered over a restart': async (stage) => {
    stage.harness.gemini.next(text('It is 42.'), text('Half of that is 21.'));
    const talk = await stage.open('what is the answer?');
    await seenText(talk, 'It is 42.');
    await stage.restart();
    await talk.say('and half of it?');
    const answers = await seen(talk, (all) => all.at(-1)?.text === 'Half of that is 21.');
    expect(answers.map((answer) => answer.text)).toEqual(['It is 42.', 'Half of that is 21.']);
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('It is 42.');
  },
});
