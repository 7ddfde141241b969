import { expect } from 'vitest';
import { cutAfter, failure, heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';
import { journey } from './journey.ts';

const KEY_INVALID = {
  error: {
    code: 400,
    message: 'API key not valid. Please pass a valid API key.',
    status: 'INVALID_ARGUMENT',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  },
};

const TOO_LONG = {
  error: {
    code: 400,
    message: 'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).',
    status: 'INVALID_ARGUMENT',
  },
};

journey('a failure of the model', {
  'before any text is told in one sentence, and the next question is answered': async (stage) => {
    stage.harness.gemini.next(failure(400, KEY_INVALID), text('All well.'));
    const talk = await stage.open('hello?');
    const [told] = await seen(talk, (all) => all.length === 1);
    expect(told?.text).toMatch(/key/i);
    expect(told?.text).not.toMatch(/[{}]|INVALID|http/);
    await talk.say('and now?');
    await seenText(talk, 'All well.');
  },

  'after some text keeps the text, says so under it, and is remembered as seen': async (stage) => {
    stage.harness.gemini.next(
      cutAfter(text('The first half. The second half.', { chunks: 2 }), 1, { kind: 'reset' }),
      text('I said the first half.'),
    );
    const talk = await stage.open('tell me');
    const broken = await seen(talk, (all) => /The first half\.[\s\S]{20,}/.test(all[0]?.text ?? ''));
    expect(broken[0]?.text).not.toContain('second');
    await talk.say('what did you say?');
    await seenText(talk, 'I said the first half.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('The first half.');
  },

  'that passes is not noticed': async (stage) => {
    const overloaded = {
      error: { code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' },
    };
    stage.harness.gemini.next(failure(503, overloaded), text('Here I am.'));
    const talk = await stage.open('hello?');
    await seenExactly(talk, 'Here I am.');
  },

  'to take so long a conversation leaves half of it out, and says so': async (stage) => {
    const tooLong = () => failure(400, TOO_LONG);
    stage.harness.gemini.next(text('One.'), text('Two.'), text('Three.'), tooLong(), text('Four.'), text('Five.'));
    const talk = await stage.open('first?');
    await seenText(talk, 'One.');
    for (const [asked, said] of [
      ['second?', 'Two.'],
      ['third?', 'Three.'],
    ] as const) {
      await talk.say(asked);
      await seenText(talk, said);
    }
    await talk.say('fourth?');
    await seenText(talk, 'Four.');
    await seenText(talk, 'only the last 3 messages fit');
    const asked = stage.harness.gemini.requests.slice(3).map(({ body }) => JSON.stringify(body?.['contents']));
    expect(asked.map((body) => /first\?.*second\?.*third\?.*fourth\?/.test(body))).toEqual([true, false]);
    expect(asked[1]).toMatch(/third\?.*Three\..*fourth\?/);
    expect(asked[1]).not.toContain('second?');
    // The next one is asked with all of it again.
    await talk.say('fifth?');
    await seenText(talk, 'Five.');
    expect(JSON.stringify(stage.harness.gemini.requests[5]?.body)).toContain('first?');
  },

  'to take so long a question is told as that': async (stage) => {
    stage.harness.gemini.next(text('One.'), failure(400, TOO_LONG), failure(400, TOO_LONG));
    const talk = await stage.open('short?');
    await seenText(talk, 'One.');
    await talk.say('very long?');
    await seenText(talk, 'This question is too long for the model.');
    expect(stage.harness.gemini.requests).toHaveLength(3);
  },

  'to say anything, twice, is told': async (stage) => {
    stage.harness.gemini.next(text(''), text(''));
    const talk = await stage.open('hello?');
    const [told] = await seen(talk, (all) => all.length === 1);
    expect(told?.text.length).toBeGreaterThan(20);
  },
});

journey('stop', {
  'ends the answer, keeps what stands, closes the connection, and is remembered as seen': async (stage) => {
    const hold = gate();
    stage.harness.gemini.next(
      heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold),
      text('Only the first half.'),
    );
    const talk = await stage.open('tell me everything');
    await seenText(talk, 'The first half.');
    await talk.command('/stop');
    await stage.harness.gemini.requests[0]?.closed;
    const [stopped] = await seen(talk, (all) => /stopped/i.test(all[0]?.text ?? ''));
    expect(stopped?.text.startsWith('The first half.')).toBe(true);
    expect(stopped?.text).not.toContain('second');
    await talk.say('what did I miss?');
    await seenText(talk, 'Only the first half.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('The first half.');
    hold.open();
  },
});

journey('a restart in mid-answer', {
  'finishes the answer first where it can': async (stage) => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Halfway. All the way.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('go on');
    await seenText(talk, 'Halfway.');
    const restarted = stage.restart();
    hold.open();
    await restarted;
    await seenExactly(talk, 'Halfway. All the way.');
  },

  'takes the answer up again where it cannot, in the post that stands': async (stage) => {
    const hold = gate();
    stage.harness.gemini.next(
      heldAfter(text('Halfway. All the way.', { chunks: 2 }), 1, hold),
      text('Anew, to the end.'),
    );
    const talk = await stage.open('go on');
    await seenText(talk, 'Halfway.');
    await stage.restart(0);
    const answers = await seen(talk, (all) => all.at(-1)?.text === 'Anew, to the end.');
    expect(answers).toHaveLength(1);
    hold.open();
  },
});
