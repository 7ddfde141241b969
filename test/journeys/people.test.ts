import { expect } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { seen, seenText } from '../support/stage.ts';
import { journey } from './journey.ts';

journey('several people', {
  'are told apart by name': async (stage) => {
    stage.harness.gemini.next(text('Noted, Ada.'), text('Ada likes plums, Grace.'));
    const talk = await stage.open('I like plums', 'Ada');
    await seenText(talk, 'Noted, Ada.');
    await talk.say('what does she like?', 'Grace');
    await seenText(talk, 'plums, Grace.');
    const said = JSON.stringify(stage.harness.gemini.requests[1]?.body?.['contents']);
    expect(said).toContain('Ada: I like plums');
    expect(said).toContain('Grace: what does she like?');
  },

  'who ask while an answer is being written are answered after it, in order': async (stage) => {
    const hold = gate();
    stage.harness.gemini.next(
      heldAfter(text('First answer.', { chunks: 2 }), 1, hold),
      text('Second answer.'),
      text('Third answer.'),
    );
    const talk = await stage.open('one?', 'Ada');
    await hold.reached;
    await talk.say('two?', 'Grace');
    await talk.say('three?', 'Ada');
    hold.open();
    const answers = await seen(talk, (all) => all.at(-1)?.text === 'Third answer.');
    expect(answers.map((answer) => answer.text)).toEqual(['First answer.', 'Second answer.', 'Third answer.']);
    expect(JSON.stringify(stage.harness.gemini.requests[2]?.body)).toMatch(
      /First answer\..*two\?.*Second answer\..*three\?/,
    );
  },
});

journey(
  'a conversation in which too many wait',
  {
    'says so to the next one, and answers the others': async (stage) => {
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('First answer.', { chunks: 2 }), 1, hold), text('Second answer.'));
      const talk = await stage.open('one?');
      await hold.reached;
      await talk.say('two?');
      await talk.say('three?');
      await seen(talk, (all) => all.some((answer) => /question waits/.test(answer.text)));
      hold.open();
      await seen(talk, (all) => all.some((answer) => answer.text === 'Second answer.'));
      expect(stage.harness.gemini.requests).toHaveLength(2);
    },
  },
  { configure: (settings) => ({ ...settings, conversation: { ...settings.conversation, maxWaiting: 1 } }) },
);
