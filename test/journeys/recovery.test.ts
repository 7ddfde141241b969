/** What an earlier process left, what a platform did not take, what the store could not keep. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';
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

describe('on Discord', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
  });
  afterEach(() => stage.stop());

  const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';

  /** An answer of which half stands, and whose end Discord does not take. */
  const unfinished = async () => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('go on');
    await seenText(talk, 'Half.');
    stage.discord.fail(EDIT, { status: 503, times: 20 });
    hold.open();
    await stage.harness.untilLogged('reply.waits');
    return talk;
  };

  it('an answer that could not be finished is finished once Discord is back, and the model is not asked again', async () => {
    const talk = await unfinished();
    stage.discord.mend(EDIT);
    await seenExactly(talk, 'Half. Whole.');
    expect(await talk.answers()).toHaveLength(1);
    expect(stage.harness.gemini.requests).toHaveLength(1);
  });

  it('an answer that could not be finished before a restart is finished after it, in the post that stands', async () => {
    const talk = await unfinished();
    stage.harness.gemini.next(text('Whole anew.'));
    await stage.harness.halt(0);
    stage.discord.mend(EDIT);
    await stage.restart();
    await seenExactly(talk, 'Whole anew.');
    expect(await talk.answers()).toHaveLength(1);
  });

  it('an answer that Discord will not take is not remembered as said', async () => {
    stage.harness.gemini.next(text('Never seen.'), text('Nothing.'));
    stage.discord.fail('POST /channels/{channel_id}/messages', {
      status: 403,
      body: { message: 'Missing Access', code: 50_001 },
      times: 2,
    });
    const talk = await stage.open('say it');
    await stage.harness.untilLogged('turn.done');
    await talk.say('what did you say?');
    await seenExactly(talk, 'Nothing.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).not.toContain('Never seen.');
  });

  it('a store that fails before an answer is told, and nothing is asked of the model', async () => {
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
  });

  it('a store that fails after an answer leaves the answer as it is, and says so', async () => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('go on');
    await seenText(talk, 'Half.');
    const damaged = stage.harness.damageStore();
    hold.open();
    await seenText(talk, 'memory');
    const answers = await talk.answers();
    expect(answers[0]?.text).toBe('Half. Whole.');
    damaged.mend();
  });

  /** An answer that is stored, whose journal entry could not be closed. */
  const unclosed = async () => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('go on');
    await seenText(talk, 'Half.');
    const journal = stage.harness.blockJournal();
    hold.open();
    await stage.harness.untilLogged('journal.close-failed');
    return { talk, journal };
  };
  const recovered = () => stage.harness.logged.filter((line) => line['event'] === 'turn.recovered');

  it('an entry that could not be closed is closed at the stop', async () => {
    const { talk, journal } = await unclosed();
    journal.mend();
    await stage.restart();
    expect(recovered()).toEqual([]);
    await seenExactly(talk, 'Half. Whole.');
  });

  it('an answer that is stored is not written again, although its entry was left open', async () => {
    const { talk, journal } = await unclosed();
    await stage.harness.halt();
    journal.mend();
    await stage.restart();
    expect(recovered()).toHaveLength(1);
    await stage.harness.halt();
    expect(stage.harness.gemini.requests).toHaveLength(1);
    await seenExactly(talk, 'Half. Whole.');
  });
});
