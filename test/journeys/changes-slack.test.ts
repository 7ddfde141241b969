/** What was said on Slack before the bot came, and what people do to their messages after they sent them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { SlackStage, SlackTalk } from '../support/slack-stage.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

describe('on Slack', () => {
  let stage: SlackStage;
  beforeEach(async () => {
    stage = await SlackStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.slack.channel('general').id;
  const ada = () => stage.person('Ada');
  const bot = () => `@${stage.slack.bot.name}`;
  const asked = (index: number) => JSON.stringify(stage.harness.gemini.requests[index]?.body);

  /** A thread in which others talk, before the bot is asked there. */
  async function joins(question: string) {
    const grace = stage.person('Grace');
    const { ts } = grace.says(general(), 'We ship on Friday.');
    ada().says(general(), 'Not before the tests are green!', { thread: ts });
    ada().says(general(), question, { mention: true, thread: ts });
    return new SlackTalk(stage, general(), ts);
  }

  it('a thread that is joined is read once, as what was said before', async () => {
    stage.harness.gemini.next(text('On Friday.'), text('Still.'));
    const talk = await joins('when do we ship?');
    await seenExactly(talk, 'On Friday.');
    await stage.harness.untilLogged('turn.done');
    expect(asked(0)).toMatch(/Grace:\\n> We ship on Friday[^]*Ada:\\n> Not before the tests are green![^]*when do/);
    await talk.say('sure?');
    await seenExactly(talk, 'Still.');
    expect(stage.slack.callsOf('conversations.replies')).toHaveLength(1);
  });

  it.each([
    ['missing_scope', /may not read what was said here before/],
    ['ratelimited', /could not be read just now/],
  ])('a thread that cannot be read (%s) is answered all the same, and that is said', async (error, said) => {
    const status = error === 'ratelimited' ? 429 : 200;
    stage.slack.fail('conversations.replies', { error, status, ...(status === 429 ? { retryAfterS: 30 } : {}) });
    stage.harness.gemini.next(text('I cannot tell.'));
    const talk = await joins('when do we ship?');
    await seen(talk, (all) => said.test(all.at(-1)?.text ?? ''));
    expect((await talk.answers()).at(-1)?.text).toContain('I cannot tell.');
  });

  it('an edited question is answered anew in the place of its answer, also after a restart', async () => {
    stage.harness.gemini.next(text('Scattering.'));
    const talk = await stage.open('why is the sky blue?');
    await stage.harness.untilLogged('turn.done');
    await stage.restart();
    stage.harness.gemini.next(text('Water.'));
    ada().edits(general(), talk.thread, `${bot()} why is the sea blue?`);
    await seenExactly(talk, 'Water.');
    expect(await talk.answers()).toHaveLength(1);
    await stage.harness.untilLogged('turn.done', 2);
    expect(asked(1)).not.toContain('sky');
  });

  it('a question that is edited while it is answered is begun anew in the same post', async () => {
    const hold = gate();
    const sky = heldAfter(text('The sky is blue.', { chunks: ['The sky is', ' blue.'] }), 1, hold);
    stage.harness.gemini.next(sky, text('The sea is blue.'));
    const talk = await stage.open('why is the sky blue?');
    await seenText(talk, 'The sky is');
    ada().edits(general(), talk.thread, `${bot()} why is the sea blue?`);
    await seenExactly(talk, 'The sea is blue.');
    hold.open();
    expect(await talk.answers()).toHaveLength(1);
    await stage.harness.untilLogged('turn.done');
  });

  it('a question that is deleted stops its answer and is forgotten', async () => {
    const hold = gate();
    stage.harness.gemini.next(
      text('One.'),
      heldAfter(text('Two and more.', { chunks: ['Two', ' and more.'] }), 1, hold),
    );
    const talk = await stage.open('one?');
    await stage.harness.untilLogged('turn.done');
    const { ts } = ada().says(general(), 'two?', { thread: talk.thread });
    await seenText(talk, 'Two');
    ada().deletes(general(), ts);
    hold.open();
    stage.harness.gemini.next(text('Three.'));
    await talk.say('three?');
    await seen(talk, (all) => all.at(-1)?.text === 'Three.');
    expect(asked(2)).toContain('one?');
    expect(asked(2)).not.toContain('two?');
  });

  it('the Home tab shows settings, usage and help, and changes settings, also after a restart', async () => {
    ada().opensHome();
    await stage.slack.until(() => ada().home !== undefined);
    expect(JSON.stringify(ada().home)).toMatch(/Model[^]*Used[^]*\/ask/i);
    await stage.restart();
    const home = () => JSON.stringify(ada().home);
    const before = home();
    ada().pressesIn('home', 'command:settings:0', { value: 'setting=thinking' });
    await stage.slack.until(() => home() !== before);
    const [value] = /setting=thinking&value=high[^"]*/u.exec(home()) ?? [];
    const chosen = home();
    ada().pressesIn('home', 'command:settings:0', { value: value ?? '' });
    await stage.slack.until(() => home() !== chosen);
    stage.harness.gemini.next(text('Deep.'));
    await seenExactly(await stage.open('why?'), 'Deep.');
    expect(asked(0)).toMatch(/thinkingLevel":"high|thinkingBudget/i);
  });
});
