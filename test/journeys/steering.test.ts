/** What people say besides questions: settings by scope, flags, and every command. */
import { expect } from 'vitest';
import { COMMAND_NAMES } from '../../src/core/inbound.ts';
import { failure, heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { type Stage, seen, seenExactly, seenText, type Talk } from '../support/stage.ts';
import { journey } from './journey.ts';

interface Asked {
  readonly model: string | undefined;
  readonly instruction: string;
  readonly tools: unknown;
  readonly thinking: unknown;
  readonly said: string;
}

/** What the model was asked the nth time, from 0. */
function asked(stage: Stage, index: number): Asked {
  const request = stage.harness.gemini.requests[index];
  const body = JSON.parse(Buffer.from(request?.bytes ?? '{}').toString());
  return {
    model: /models\/([^:]+):/.exec(request?.path ?? '')?.[1],
    instruction: JSON.stringify(body.systemInstruction),
    tools: body.tools,
    thinking: body.generationConfig?.thinkingConfig,
    said: JSON.stringify(body.contents),
  };
}

/** One question and its answer; resolves when it is remembered. */
async function turn(stage: Stage, talk: Talk, question: string): Promise<void> {
  const count = stage.harness.logged.filter((line) => line['event'] === 'turn.done').length;
  const answer = `Answer ${stage.harness.gemini.requests.length}.`;
  stage.harness.gemini.next(text(answer));
  await talk.say(question);
  await seenText(talk, answer);
  await stage.harness.untilLogged('turn.done', count + 1);
}

async function begin(stage: Stage, question = 'first?'): Promise<Talk> {
  stage.harness.gemini.next(text('Answer 0.'));
  const talk = await stage.open(question);
  await seenText(talk, 'Answer 0.');
  await stage.harness.untilLogged('turn.done');
  return talk;
}

journey('settings', {
  'for the conversation reach the model, over a restart, until they are taken back': async (stage) => {
    const talk = await begin(stage);
    for (const line of ['/model flash-lite', '/persona brief', '/think minimal', '/search on'])
      expect((await talk.command(line)).text).toMatch(/is now set to .* in this conversation/);
    await stage.restart();
    await turn(stage, talk, 'second?');
    expect(asked(stage, 0)).toMatchObject({ model: 'gemini-3.8-flash', tools: undefined, thinking: undefined });
    expect(asked(stage, 1)).toMatchObject({
      model: 'gemini-3.5-flash-lite',
      instruction: expect.stringMatching(/one to three sentences.*Search the web/),
      tools: [{ googleSearch: {} }],
      thinking: { thinkingLevel: 'MINIMAL' },
    });
    await talk.command('/search auto');
    for (const line of ['/model default', '/persona default', '/think default']) await talk.command(line);
    await turn(stage, talk, 'third?');
    expect(asked(stage, 2)).toMatchObject({
      model: 'gemini-3.8-flash',
      instruction: expect.not.stringContaining('Search the web'),
      tools: [{ googleSearch: {} }],
      thinking: undefined,
    });
  },

  'of a person go before those of the conversation, and hold wherever the person asks': async (stage) => {
    const talk = await begin(stage);
    await talk.command('/think low scope:person');
    expect((await talk.command('/think high')).text).toMatch(/low still holds/);
    expect((await talk.command('/settings')).text).toContain('Thinking: low (for you)');
    await turn(stage, talk, 'second?');
    await stage.restart();
    await turn(stage, talk, 'third? --think medium');
    const levels = [1, 2].map((index) => asked(stage, index).thinking);
    expect(levels).toEqual([{ thinkingLevel: 'LOW' }, { thinkingLevel: 'MEDIUM' }]);
  },

  'are changed from the list, step by step': async (stage) => {
    const talk = await begin(stage);
    await talk.command('/settings');
    expect((await talk.pick('Persona')).text).toContain('default');
    await talk.pick('for you');
    expect((await talk.pick('brief')).text).toContain('set to brief for you');
    await turn(stage, talk, 'second?');
    expect(asked(stage, 1).instruction).toContain('one to three sentences');
  },

  'may hold a persona in one’s own words': async (stage) => {
    const talk = await begin(stage);
    await talk.command('/persona text:You are a pirate: say arrr.');
    await turn(stage, talk, 'second?');
    expect(asked(stage, 1).instruction).toContain('You are a pirate: say arrr.');
  },

  'make the bot speak Polish': async (stage) => {
    const talk = await begin(stage);
    await talk.command('/settings setting:language value:pl');
    expect((await talk.command('/stop')).text).toBe('Niczego w tej rozmowie nie piszę.');
    expect((await talk.command('/help')).text).toContain('Napisz do mnie');
    stage.harness.gemini.next(text('As far as', { finishReason: 'MAX_TOKENS' }));
    await talk.say('go on');
    await seenText(talk, 'Ta odpowiedź osiągnęła limit długości');
  },

  'put a line under answers, which a restart does not change': async (stage) => {
    const talk = await begin(stage);
    await talk.command('/settings setting:footer value:on');
    await turn(stage, talk, 'second?');
    const line = /gemini-3\.8-flash · [\d,]+ in, [\d,]+ out, [\d,]+ thought · [\d.]+ s · US\$0\.0/;
    expect((await seenText(talk, ' thought · ')).text).toMatch(line);
    await stage.restart();
    await seenText(talk, ' thought · ');
  },

  'that cannot be are answered in words, and change nothing': async (stage) => {
    const talk = await begin(stage);
    for (const [line, sentence] of [
      ['/think deep', /auto, off, .* not “deep”/],
      ['/think 8000', /takes no number of tokens/],
      ['/model gpt', /flash-lite.*not “gpt”/],
      ['/persona pirate', /brief.*not “pirate”/],
    ] as const)
      expect((await talk.command(line)).text).toMatch(sentence);
    await turn(stage, talk, 'second?');
    expect(asked(stage, 1)).toMatchObject({ model: 'gemini-3.8-flash', thinking: undefined });
  },
});

journey('flags', {
  'choose model and persona for one message': async (stage) => {
    const talk = await begin(stage, '--model flash-lite first? --persona brief');
    await turn(stage, talk, 'second?');
    expect(asked(stage, 0)).toMatchObject({
      model: 'gemini-3.5-flash-lite',
      instruction: expect.stringContaining('one to three'),
    });
    expect(asked(stage, 0).said).not.toMatch(/--|flash-lite/);
    expect(asked(stage, 1)).toMatchObject({
      model: 'gemini-3.8-flash',
      instruction: expect.not.stringContaining('one to three'),
    });
  },

  'with a slip are asked about, and the question is answered': async (stage) => {
    const talk = await begin(stage, 'why? --serach');
    expect((await seenText(talk, 'Did you mean')).text).toMatch(
      /Answer 0\.[^]*There is no --serach\. Did you mean --search\?/,
    );
    expect(asked(stage, 0).said).toContain('why?');
  },

  'of other programs are left alone': async (stage) => {
    const talk = await begin(stage, 'what does ls do with --all');
    await seenExactly(talk, 'Answer 0.');
    expect(asked(stage, 0).said).toContain('--all');
  },

  'show what the model thinks about until there is text': async (stage) => {
    const hold = gate();
    const thoughts = ['**Weighing the evidence**\n\nFirst this.\n\n', '**Writing it down**\n\nThen that.'];
    stage.harness.gemini.next(heldAfter(text('So it is.', { thoughts }), 2, hold));
    const talk = await stage.open('why? --thoughts headline');
    await expect.poll(() => talk.status()).toContain('Writing it down');
    hold.open();
    await seenExactly(talk, 'So it is.');
    expect(await talk.status()).not.toContain('Writing it down');
  },
});

journey('a question by command', {
  'is answered and remembered like any other': async (stage) => {
    const talk = await begin(stage);
    stage.harness.gemini.next(text('Answer one.'), text('Answer two.'));
    await talk.ask('/ask and now? think:high');
    await seenText(talk, 'Answer one.');
    await talk.ask('/search who won?');
    await seenText(talk, 'Answer two.');
    expect(asked(stage, 1)).toMatchObject({ thinking: { thinkingLevel: 'HIGH' }, tools: undefined });
    expect(asked(stage, 2)).toMatchObject({ tools: [{ googleSearch: {} }], said: expect.stringContaining('and now?') });
  },
});

journey('/retry', {
  'writes another answer in place of the last, which alone is remembered': async (stage) => {
    const talk = await begin(stage);
    await turn(stage, talk, 'second? --think low');
    stage.harness.gemini.next(text('A better one.'));
    expect((await talk.command('/retry')).text).toContain('again');
    const answers = await seen(talk, (all) => all.at(-1)?.text === 'A better one.');
    expect(answers.map((answer) => answer.text)).toEqual(['Answer 0.', 'A better one.']);
    expect(asked(stage, 2)).toMatchObject({ thinking: { thinkingLevel: 'LOW' } });
    expect(asked(stage, 2).said).not.toContain('Answer 1.');
    await stage.harness.untilLogged('turn.done', 3);
    await stage.restart();
    await turn(stage, talk, 'third?');
    expect(asked(stage, 3).said).toContain('A better one.');
    expect(asked(stage, 3).said).not.toContain('Answer 1.');
    expect(asked(stage, 3).said.match(/second\?/g)).toHaveLength(1);
  },

  'that a restart interrupts is finished in the same place': async (stage) => {
    const talk = await begin(stage);
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
    await talk.command('/retry');
    await seenText(talk, 'Half.');
    stage.harness.gemini.next(text('Whole anew.'));
    await stage.restart(0);
    await seenExactly(talk, 'Whole anew.');
    expect(await talk.answers()).toHaveLength(1);
    hold.open();
    await stage.harness.untilLogged('turn.done', 2);
    await turn(stage, talk, 'and?');
    expect(asked(stage, 3).said).toContain('Whole anew.');
    expect(asked(stage, 3).said).not.toContain('Answer 0.');
  },

  'that the model fails leaves the answer before it, and says so': async (stage) => {
    const talk = await begin(stage);
    const error = { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' };
    stage.harness.gemini.next(failure(400, { error }));
    await talk.command('/retry');
    const answers = await seen(talk, (all) => /does not accept/.test(JSON.stringify(all)));
    expect(answers[0]?.text).toMatch(/^Answer 0\./);
    await turn(stage, talk, 'and?');
    expect(asked(stage, 2).said).toContain('Answer 0.');
  },
});

journey('/forget', {
  'drops the conversation and what was chosen for it, over a restart': async (stage) => {
    const talk = await begin(stage, 'my secret is 42');
    await talk.command('/think high');
    expect((await talk.command('/forget')).text).toContain('Forgotten: 1 turn');
    await stage.restart();
    expect((await talk.command('/export')).text).toContain('remember nothing');
    const question = stage.harness.gemini.requests.length;
    stage.harness.gemini.next(text('I do not know.'));
    await talk.ask('/ask what is my secret?');
    await seenText(talk, 'I do not know.');
    expect(asked(stage, question)).toMatchObject({ thinking: undefined, said: expect.not.stringContaining('42') });
  },

  'me drops everything of the person, and leaves the others’': async (stage) => {
    stage.harness.gemini.next(text('Noted, Ada.'), text('Noted, Grace.'), text('Only yours, Grace.'));
    const talk = await stage.open('I like plums', 'Ada');
    await seenText(talk, 'Noted, Ada.');
    await talk.say('I like pears', 'Grace');
    await seenText(talk, 'Noted, Grace.');
    await stage.harness.untilLogged('turn.done', 2);
    expect((await talk.command('/forget me', 'Ada')).text).toContain('Forgotten: 1 turn of yours');
    await stage.restart();
    await talk.say('what do we like?', 'Grace');
    await seenText(talk, 'Only yours, Grace.');
    expect(asked(stage, 2).said).toContain('pears');
    expect(asked(stage, 2).said).not.toContain('plums');
  },
});

journey('commands that tell', {
  'give the conversation as files': async (stage) => {
    const talk = await begin(stage, 'why is the sky blue?');
    await stage.restart();
    const { text: told, files } = await talk.command('/export');
    expect(told).toContain('1 turn');
    expect(files.map(({ name }) => name)).toEqual(['conversation.md', 'conversation.json']);
    expect(files[0]?.text).toContain('> why is the sky blue?\n\nAnswer 0.');
    expect(JSON.parse(files[1]?.text ?? '')).toMatchObject({ turns: [{ answer: 'Answer 0.' }] });
  },

  'count what was used, over a restart': async (stage) => {
    const talk = await begin(stage);
    await stage.restart();
    await turn(stage, talk, 'second?');
    const { text: told } = await talk.command('/usage');
    expect(told).toMatch(/today: 2 turns, [\d,]+ tokens in .*US\$0\.0[^]*this month: 2 turns/);
  },

  'say what works, and who answers': async (stage) => {
    const talk = await begin(stage);
    const help = (await talk.command('/help')).text;
    for (const name of COMMAND_NAMES.filter((each) => each !== 'help')) expect(help).toContain(`/${name}`);
    expect((await talk.command('/about')).text).toMatch(/Halley \d+\.\d+\.\d+.*gemini-3\.8-flash/);
  },
});
