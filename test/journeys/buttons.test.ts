/** Buttons under an answer: which stand when, what each does, after a restart too, and on an answer that is gone. */
import { expect } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import {
  type ButtonTalk,
  type Stage,
  seen,
  seenButtons,
  seenExactly,
  seenText,
  withButtons,
} from '../support/stage.ts';
import { journey } from './journey.ts';

const RATINGS = ['👍', '👎'];

/** A question and its answer, remembered. */
async function answered(stage: Stage, answer = text('It is 42.'), question = 'why?'): Promise<ButtonTalk> {
  stage.harness.gemini.next(answer);
  const talk = withButtons(await stage.open(question));
  await stage.harness.untilLogged('turn.done');
  return talk;
}

const asked = (stage: Stage, index: number): string => JSON.stringify(stage.harness.gemini.requests[index]?.body);
const ratings = (stage: Stage) =>
  stage.harness.logged.filter(({ event }) => event === 'answer.rated').map(({ rating }) => rating);

journey('buttons while an answer is written', {
  'stop it, and give way to those of an answer that stands': async (stage) => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const talk = withButtons(await stage.open('tell me everything'));
    await seenText(talk, 'The first half.');
    await seenButtons(talk, 'Stop');
    await talk.press('Stop');
    const [stopped] = await seen(talk, (all) => /stopped/i.test(all[0]?.text ?? ''));
    expect(stopped?.text).not.toContain('second');
    await seenButtons(talk, 'Retry', ...RATINGS);
    hold.open();
  },

  'stop what is written anew after a restart': async (stage) => {
    const [first, second] = [gate(), gate()];
    stage.harness.gemini.next(
      heldAfter(text('One. Two.', { chunks: 2 }), 1, first),
      heldAfter(text('Three. Four.', { chunks: 2 }), 1, second),
    );
    const talk = withButtons(await stage.open('first?'));
    await seenButtons(talk, 'Stop');
    await stage.restart(0);
    await seenText(talk, 'Three.');
    await seenButtons(talk, 'Stop');
    await talk.press('Stop');
    await seen(talk, (all) => /stopped/i.test(all.at(-1)?.text ?? ''));
    first.open();
    second.open();
  },
});

journey('Retry', {
  'writes another answer in the place of this one, also when later ones stand, and after a restart': async (stage) => {
    const talk = await answered(stage);
    await seenButtons(talk, 'Retry', ...RATINGS);
    await stage.restart();
    stage.harness.gemini.next(text('It is 43.'));
    await talk.press('Retry');
    await seenExactly(talk, 'It is 43.');
    await stage.harness.untilLogged('turn.done', 2);
    await seenButtons(talk, 'Retry', ...RATINGS);
    expect(await talk.answers()).toHaveLength(1);
    expect(asked(stage, 1)).not.toContain('It is 42.');
  },

  'waits for its turn while another question is answered': async (stage) => {
    const talk = await answered(stage);
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Second.'), 0, hold), text('It is 43.'));
    await talk.say('and now?');
    await hold.reached;
    await talk.press('Retry');
    await stage.harness.untilAccepted(2);
    hold.open();
    await seen(talk, ([first, last]) => first?.text === 'It is 43.' && last?.text === 'Second.');
    await stage.harness.untilLogged('turn.done', 3);
    expect(asked(stage, 2)).not.toContain('and now?');
  },
});

journey('Continue', {
  'stands where the length limit cut an answer, and asks for the rest once': async (stage) => {
    const talk = await answered(stage, text('One, two,', { finishReason: 'MAX_TOKENS' }));
    await seenButtons(talk, 'Retry', 'Continue', ...RATINGS);
    await stage.restart();
    stage.harness.gemini.next(text(' three.'));
    await talk.press('Continue');
    await seenText(talk, 'three.');
    expect(asked(stage, 1)).toMatch(/One, two,.*Go on exactly where/);
    await stage.harness.untilLogged('turn.done', 2);
    await seenButtons(talk, 'Retry', ...RATINGS);
    expect(await talk.answers()).toHaveLength(2);
    expect(await (await talk.press('Continue')).told()).toBe('I went on with this answer already.');
  },
});

journey('Sources', {
  'tells all of them to one person, with the passages that they support, and how surely': async (stage) => {
    const grounding = {
      sources: [
        { uri: 'https://a.example/page', title: 'A [page]' },
        { uri: 'https://b.example/', title: 'B' },
        { uri: 'https://c.example/', title: 'Beside' },
      ],
      supports: [
        { passage: 'Blue light scatters.', sources: [0, 1], confidence: [0.974, 0.5] },
        { passage: 'Red does not.', sources: [1] },
      ],
    };
    const talk = await answered(stage, text('Blue light scatters. Red does not.', { grounding }), 'why? --search');
    await seenButtons(talk, 'Retry', 'Sources', ...RATINGS);
    await stage.restart();
    const told = await (await talk.press('Sources')).told();
    expect(told).toMatch(
      /A page[^]*“Blue light scatters\.” \(97% sure\)[^]*B[^]*50% sure[^]*“Red does not\.”[^]*Beside/u,
    );
    expect(await talk.answers()).toHaveLength(1);
  },
});

journey('Thoughts', {
  'are told to one person where they were kept': async (stage) => {
    const thoughtful = text('It is 42.', { thoughts: ['**Counting**\n\nSix times seven.\n'] });
    const talk = await answered(stage, thoughtful, 'why? --thoughts full');
    await seenButtons(talk, 'Retry', 'Thoughts', ...RATINGS);
    await stage.restart();
    expect(await (await talk.press('Thoughts')).told()).toContain('Six times seven.');
    await seenExactly(talk, 'It is 42.');
  },
});

journey('what people think of an answer', {
  'is counted once for each, and may change, also after a restart': async (stage) => {
    const talk = await answered(stage);
    expect(await (await talk.press('👍')).told()).toMatch(/^Thank you/);
    expect(await (await talk.press('👍')).told()).toMatch(/noted that already/);
    await stage.restart();
    expect(await (await talk.press('👎')).told()).toMatch(/changed your mind/);
    expect(await (await talk.press('👍', 'Grace')).told()).toMatch(/^Thank you/);
    expect(ratings(stage)).toEqual(['good', 'bad', 'good']);
  },

  'is noted while another question is answered': async (stage) => {
    const talk = await answered(stage);
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Second.'), 0, hold));
    await talk.say('and now?');
    await stage.harness.untilAccepted(1);
    expect(await (await talk.press('👎')).told()).toMatch(/^Thank you/);
    hold.open();
    await seenExactly(talk, 'Second.');
    await stage.harness.untilLogged('turn.done', 2);
    expect(await (await talk.press('👍')).told()).toMatch(/^Thank you/);
  },
});

journey('own words', {
  'for a persona are written into a form, and hold': async (stage) => {
    const talk = await answered(stage);
    await talk.command('/persona');
    await talk.pick('for you');
    const own = 'You are a pirate: say arrr.\nNever scope:workspace.';
    expect((await talk.fill('Own words…', own)).text).toMatch(/Persona is now set to .* for you/);
    await stage.restart();
    stage.harness.gemini.next(text('Arrr.'));
    await talk.say('who are you?');
    await seenExactly(talk, 'Arrr.');
    expect(asked(stage, 1)).toContain('Never scope:workspace.');
  },
});

const GONE = 'I do not remember this answer any more, so I can do nothing with it.';

journey(
  'buttons among people',
  {
    'let others not stop an answer, and tell them so in private': async (stage) => {
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
      const talk = withButtons(await stage.open('tell me everything'));
      await seenText(talk, 'The first half.');
      const told = await (await talk.press('Stop', 'Grace')).told();
      expect(told).toBe('Only who asked may stop this answer, and those who moderate here.');
      expect((await talk.command('/stop', 'Grace')).text).toBe(told);
      hold.open();
      await seenExactly(talk, 'The first half. The second half.');
      expect(JSON.stringify(await talk.answers())).not.toContain('moderate');
    },

    'do once what is pressed twice': async (stage) => {
      const hold = gate();
      const talk = await answered(stage);
      stage.harness.gemini.next(heldAfter(text('It is 43.'), 0, hold));
      await talk.press('Retry');
      await hold.reached;
      expect(await (await talk.press('Retry', 'Grace')).told()).toBe('I am answering that again already.');
      hold.open();
      await seenExactly(talk, 'It is 43.');
    },

    'say on an answer that is gone that it is, after a restart too': async (stage) => {
      const cut = text('**One**, two,', {
        finishReason: 'MAX_TOKENS',
        thoughts: ['Hm.'],
        grounding: { sources: [{ title: 'A', uri: 'https://a.example/' }] },
      });
      const talk = await answered(stage, cut, 'why? --search --thoughts full');
      await seenButtons(talk, 'Retry', 'Continue', 'Sources', 'Thoughts', ...RATINGS);
      await talk.command('/forget');
      for (const label of ['Retry', 'Continue', 'Sources', 'Thoughts', '👍'])
        expect(await (await talk.press(label)).told()).toBe(GONE);
      await stage.restart();
      expect(await (await talk.press('👎', 'Grace')).told()).toBe(GONE);
      expect(await talk.answers()).toHaveLength(1);
    },
  },
  { on: ['Discord', 'Slack'] },
);
