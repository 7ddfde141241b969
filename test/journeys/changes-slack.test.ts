/** What only Slack tells of places: threads that may not be read, and the Home tab. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { SlackStage, SlackTalk } from '../support/slack-stage.ts';
import { seen, seenExactly } from '../support/stage.ts';

describe('on Slack', () => {
  let stage: SlackStage;
  beforeEach(async () => {
    stage = await SlackStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.slack.channel('general').id;
  const ada = () => stage.person('Ada');
  const asked = (index: number) => JSON.stringify(stage.harness.gemini.requests[index]?.body);

  /** A thread in which others talk, before the bot is asked there. */
  async function joins(question: string) {
    const grace = stage.person('Grace');
    const { ts } = grace.says(general(), 'We ship on Friday.');
    ada().says(general(), 'Not before the tests are green!', { thread: ts });
    ada().says(general(), question, { mention: true, thread: ts });
    return new SlackTalk(stage, general(), ts);
  }

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
