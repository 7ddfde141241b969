/** What people do to their own messages after they sent them, and what becomes of the answers. */
import { expect } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { type ChangingTalk, sceneOf } from '../support/scene.ts';
import { type Stage, seen, seenExactly, seenText } from '../support/stage.ts';
import { journey, type Story } from './journey.ts';

const on = ['Discord', 'Slack'];

const asked = (stage: Stage, index: number): string =>
  JSON.stringify(JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString()).contents);

/** A question that is answered in its thread. */
async function ask(stage: Stage, question: string, answer: string): Promise<ChangingTalk> {
  const count = stage.harness.gemini.requests.length;
  stage.harness.gemini.next(text(answer));
  const talk = await sceneOf(stage).open(question);
  await seenExactly(talk, answer);
  await stage.harness.untilLogged('turn.done', count + 1);
  return talk;
}

const standing = async (talk: ChangingTalk): Promise<string> =>
  (await talk.answers()).map((answer) => answer.text).join('|');

const stories: Readonly<Record<string, Story>> = {
  'that is edited is answered anew in the place of its answer, also after a restart': async (stage) => {
    const talk = await ask(stage, 'why is the sky blue?', 'Scattering.');
    await stage.restart();
    stage.harness.gemini.next(text('Water.'), text('You asked about the sea.'));
    talk.edits(0, 'why is the sea blue?');
    await seenExactly(talk, 'Water.');
    expect(await standing(talk)).toBe('Water.');
    await stage.harness.untilLogged('turn.done', 2);
    await talk.say('what did I ask?');
    await seenExactly(talk, 'You asked about the sea.');
    expect(asked(stage, 2)).toContain('why is the sea blue?');
    expect(asked(stage, 2)).not.toMatch(/sky|Scattering/u);
  },

  'whose answer failed is answered when it is edited, and again': async (stage) => {
    stage.harness.gemini.next(text(''), text(''), text('Water.'));
    const talk = await sceneOf(stage).open('why is the sky blue?');
    await seenText(talk, 'empty answer');
    await expect.poll(() => stage.harness.stored().some((row) => /^journal .*closed/su.test(row))).toBe(true);
    talk.edits(0, 'why is the sea blue?');
    await seenText(talk, 'Water.');
    expect(asked(stage, 2)).toContain('why is the sea blue?');
    await stage.harness.untilLogged('turn.done');
    stage.harness.gemini.next(text('Salt.'));
    talk.edits(0, 'why is the sea salty?');
    await seenText(talk, 'Salt.');
    expect(await standing(talk)).not.toContain('Water.');
  },

  'that is edited while it is answered stops that answer and begins it anew, in the same post': async (stage) => {
    const hold = gate();
    const sky = heldAfter(text('The sky is blue.', { chunks: ['The sky is', ' blue.'] }), 1, hold);
    stage.harness.gemini.next(sky, text('The sea is blue.'));
    const talk = await sceneOf(stage).open('why is the sky blue?');
    await seenText(talk, 'The sky is');
    talk.edits(0, 'why is the sea blue?');
    await seenExactly(talk, 'The sea is blue.');
    hold.open();
    expect(await standing(talk)).toBe('The sea is blue.');
    expect(asked(stage, 1)).not.toContain('sky');
    await stage.harness.untilLogged('turn.done');
  },

  'that waits is answered as it was edited': async (stage) => {
    const hold = gate();
    const talk = await ask(stage, 'one?', 'One.');
    stage.harness.gemini.next(heldAfter(text('Two.', { chunks: ['Two', '.'] }), 1, hold), text('Three.'));
    await talk.say('two?');
    await seenText(talk, 'Two');
    await talk.say('three?');
    await stage.harness.untilAccepted(2);
    talk.edits(2, 'four?');
    await stage.harness.untilLogged('edit.amended');
    hold.open();
    await seenExactly(talk, 'Three.');
    expect(asked(stage, 2)).toContain('four?');
    expect(asked(stage, 2)).not.toContain('three?');
  },

  'that is not the last question stays answered as it was': async (stage) => {
    const talk = await ask(stage, 'one?', 'One.');
    stage.harness.gemini.next(text('Second.'), text('Third.'));
    await talk.say('two?');
    await seenExactly(talk, 'Second.');
    await stage.harness.untilLogged('turn.done', 2);
    talk.edits(0, 'another one?');
    await talk.say('three?');
    await seenExactly(talk, 'Third.');
    expect(stage.harness.logged.some(({ event }) => event === 'edit.answered')).toBe(false);
    expect(await standing(talk)).toBe('One.|Second.|Third.');
  },

  'that is deleted is forgotten, also after a restart, and its answer stays': async (stage) => {
    const talk = await ask(stage, 'one?', 'One.');
    stage.harness.gemini.next(text('Two.'), text('Three.'));
    await talk.say('my secret?');
    await seenExactly(talk, 'Two.');
    await stage.harness.untilLogged('turn.done', 2);
    await stage.restart();
    talk.deletes(1);
    await stage.harness.untilLogged('turn.dropped');
    await talk.say('three?');
    await seenExactly(talk, 'Three.');
    expect(asked(stage, 2)).not.toContain('my secret?');
    expect(await standing(talk)).toBe('One.|Two.|Three.');
  },

  'that is deleted while it is answered stops that, and is not remembered': async (stage) => {
    const hold = gate();
    const talk = await ask(stage, 'one?', 'One.');
    stage.harness.gemini.next(heldAfter(text('It begins.', { chunks: ['It begins', '.'] }), 1, hold), text('Nothing.'));
    await talk.say('my secret?');
    await seenText(talk, 'It begins');
    talk.deletes(1);
    await seenText(talk, 'Stopped.');
    hold.open();
    await talk.say('what did I say?');
    await seenExactly(talk, 'Nothing.');
    expect(asked(stage, 2)).not.toContain('my secret?');
  },
};

journey('a message', stories, { on });

journey(
  'a message',
  {
    'that is edited after its time stays answered as it was': async (stage) => {
      const talk = await ask(stage, 'why?', 'Because.');
      talk.edits(0, 'how?');
      await stage.harness.untilLogged('edit.late');
      expect(await standing(talk)).toBe('Because.');
    },

    'that is deleted takes its answer along where that is wanted, also after a restart': async (stage) => {
      const talk = await ask(stage, 'one?', 'One.');
      stage.harness.gemini.next(text('Two.'));
      await talk.say('two?');
      await seenExactly(talk, 'Two.');
      await stage.harness.untilLogged('turn.done', 2);
      await stage.restart();
      talk.deletes(1);
      await seen(talk, (all) => all.map((answer) => answer.text).join('|') === 'One.');
    },
  },
  {
    on,
    configure: (settings) => ({
      ...settings,
      conversation: { ...settings.conversation, editGraceMs: 0, deleteAnswers: 'delete' },
    }),
  },
);
