/** What an earlier process left, what a platform did not take, what the store could not keep. */
import { expect } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { sceneOf } from '../support/scene.ts';
import { type Stage, seen, seenExactly, seenText } from '../support/stage.ts';
import { journey } from './journey.ts';

journey(
  'a restart while questions wait',
  {
    'answers all of them, in order, also when no more may wait': async (stage) => {
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('First.'), 0, hold));
      const talk = await stage.open('one?');
      await hold.reached;
      await talk.say('two?');
      await stage.harness.untilAccepted(2);
      stage.harness.gemini.next(text('First.'), text('Second.'));
      await stage.restart(0);
      const answers = await seen(talk, (all) => all.at(-1)?.text === 'Second.');
      expect(answers.map((answer) => answer.text)).toEqual(['First.', 'Second.']);
      hold.open();
    },
  },
  { configure: (settings) => ({ ...settings, conversation: { ...settings.conversation, maxWaiting: 1 } }) },
);

const on = ['Discord', 'Slack'];

/** An answer of which half stands, and whose end the platform does not take. */
async function unfinished(stage: Stage) {
  const hold = gate();
  stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
  const talk = await stage.open('go on');
  await seenText(talk, 'Half.');
  const spoilt = sceneOf(stage).spoils('away');
  hold.open();
  await stage.harness.untilLogged('reply.waits', 1, 60_000);
  return { talk, spoilt };
}

journey(
  'a platform that is away',
  {
    'gets the rest of an answer when it is back, and the model is not asked again': async (stage) => {
      const { talk, spoilt } = await unfinished(stage);
      spoilt.mend();
      await seen(talk, (all) => all.at(-1)?.text === 'Half. Whole.', 40_000);
      expect(await talk.answers()).toHaveLength(1);
      expect(stage.harness.gemini.requests).toHaveLength(1);
    },

    'until a restart gets the answer after it, in the post that stands': async (stage) => {
      const { talk, spoilt } = await unfinished(stage);
      stage.harness.gemini.next(text('Whole anew.'));
      await stage.harness.halt(0);
      spoilt.mend();
      await stage.restart();
      await seenExactly(talk, 'Whole anew.');
      expect(await talk.answers()).toHaveLength(1);
    },
  },
  { on, isSlow: true },
);

journey(
  'an answer that the platform will not take',
  {
    'is not remembered as said': async (stage) => {
      stage.harness.gemini.next(text('Never seen.'), text('Nothing.'));
      const spoilt = sceneOf(stage).spoils('forbidden');
      const talk = await stage.open('say it');
      await stage.harness.untilLogged('turn.done');
      spoilt.mend();
      await talk.say('what did you say?');
      await seenExactly(talk, 'Nothing.');
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).not.toContain('Never seen.');
    },
  },
  { on },
);

/** An answer that is stored, whose journal entry could not be closed. */
async function unclosed(stage: Stage) {
  const hold = gate();
  stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
  const talk = await stage.open('go on');
  await seenText(talk, 'Half.');
  const journal = stage.harness.blockJournal();
  hold.open();
  await stage.harness.untilLogged('journal.close-failed');
  return { talk, journal };
}

const recovered = (stage: Stage) => stage.harness.logged.filter((line) => line['event'] === 'turn.recovered');

journey('a store that fails', {
  'after an answer leaves the answer as it is, and says so': async (stage) => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('go on');
    await seenText(talk, 'Half.');
    const damaged = stage.harness.damageStore();
    hold.open();
    await seenText(talk, 'memory');
    expect((await talk.answers())[0]?.text).toMatch(/^Half\. Whole\./u);
    damaged.mend();
  },

  'to close an entry closes it at the stop': async (stage) => {
    const { talk, journal } = await unclosed(stage);
    journal.mend();
    await stage.restart();
    expect(recovered(stage)).toEqual([]);
    await seenExactly(talk, 'Half. Whole.');
  },

  'to close an entry before a restart has no stored answer written again': async (stage) => {
    const { talk, journal } = await unclosed(stage);
    await stage.harness.halt();
    journal.mend();
    await stage.restart();
    expect(recovered(stage)).toHaveLength(1);
    await stage.harness.halt();
    expect(stage.harness.gemini.requests).toHaveLength(1);
    await stage.harness.start();
    await seenExactly(talk, 'Half. Whole.');
  },
});

journey(
  'a store that fails',
  {
    'before an answer is told, and nothing is asked of the model': async (stage) => {
      stage.harness.gemini.next(text('One.'));
      const talk = await stage.open('first?');
      await seenExactly(talk, 'One.');
      await stage.harness.untilLogged('turn.done');
      const damaged = stage.harness.damageStore();
      await talk.say('second?');
      await seenText(talk, 'memory');
      expect(stage.harness.gemini.requests).toHaveLength(1);
      damaged.mend();
      stage.harness.gemini.next(text('Three.'));
      await talk.say('third?');
      await seenExactly(talk, 'Three.');
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('first?');
    },
  },
  { on },
);
