/** What only Slack tells of buttons: in streams, under the last post, under private answers, and long ones as files. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { SlackStage } from '../support/slack-stage.ts';
import { seenButtons, seenExactly } from '../support/stage.ts';
import { wholeOf } from '../slack/stage.ts';

const RATINGS = ['👍', '👎'];

describe('buttons on Slack', () => {
  let stage: SlackStage;
  beforeEach(async () => {
    stage = await SlackStage.start();
  });
  afterEach(() => stage.stop());

  it('stand under a streamed answer when it is finished, and need no post of their own', async () => {
    stage.harness.gemini.next(text('It is 42.'));
    const talk = await stage.direct('why?');
    await stage.harness.untilLogged('turn.done');
    await seenButtons(talk, 'Retry', ...RATINGS);
    expect(stage.slack.callsOf('chat.startStream')).toHaveLength(1);
    expect(stage.slack.callsOf('chat.postMessage')).toEqual([]);
    expect(await (await talk.press('👍')).told()).toMatch(/^Thank you/);
    stage.harness.gemini.next(text('It is 43.'));
    await talk.press('Retry');
    await seenExactly(talk, 'It is 43.');
    await seenButtons(talk, 'Retry', ...RATINGS);
  });

  it('stand under the last post alone', async () => {
    stage.harness.gemini.next(text('And so on, for as long as it takes. '.repeat(900), { chunks: 12 }));
    const talk = await stage.open('tell me a lot');
    await stage.harness.untilLogged('turn.done');
    await seenButtons(talk, 'Retry', ...RATINGS);
    const labels = stage.slack.seenOfBot(talk.channel, talk.thread).map(({ buttons }) => buttons);
    expect(labels.length).toBeGreaterThan(2);
    expect(labels.slice(0, -1).flat()).toEqual([]);
  });

  it('under a private answer work for its reader alone, who may not have it written again', async () => {
    const [ada, channel] = [stage.person('Ada'), stage.slack.channel('general').id];
    stage.harness.gemini.next(text('Only for', { finishReason: 'MAX_TOKENS' }), text(' you.'));
    const whispers = () => stage.slack.seenIn(channel, undefined, ada).filter(({ ephemeral }) => ephemeral);
    ada.slash(channel, '/halley', { text: 'ask why? private:true' });
    await stage.slack.until(() => whispers().length === 1);
    await stage.harness.untilLogged('turn.done');
    const [answer = expect.fail('there is no answer')] = whispers();
    expect(answer.buttons.map(({ text: label }) => label)).toEqual(['Continue', ...RATINGS]);
    ada.presses({ channel, ts: answer.ts }, answer.buttons[0]?.actionId ?? '');
    await stage.slack.until(() => whispers().length === 2);
    expect(whispers().at(-1)?.text.trim()).toBe('you.');
    expect(stage.slack.seenOfBot(channel).filter(({ ephemeral }) => !ephemeral)).toEqual([]);
  });

  it('bring thoughts too long for messages as a file', async () => {
    const long = 'I think of one thing after the other. '.repeat(1200);
    stage.harness.gemini.next(text('It is 42.', { thoughts: [long] }));
    const talk = await stage.open('why? --thoughts full');
    await stage.harness.untilLogged('turn.done');
    const told = await (await talk.press('Thoughts')).told();
    expect(told).toContain('one thing after the other');
    const ada = stage.person('Ada');
    await stage.slack.until(() => stage.slack.seenOfBot(ada.dmChannelId).length === 1);
    const [file] = stage.slack.seenOfBot(ada.dmChannelId).flatMap(({ files }) => files);
    expect(Buffer.from(file?.bytes ?? []).toString()).toContain(long.trim());
  });
});

describe('on a Slack without a status', () => {
  it('a message says what goes on, and becomes the answer', async () => {
    const stage = await SlackStage.start();
    stage.slack.fail('assistant.threads.setStatus', { error: 'unknown_method' });
    stage.harness.gemini.next(text('One.'));
    const first = await stage.open('one?');
    await seenExactly(first, 'One.');
    await stage.harness.untilLogged('turn.done');
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Two.'), 0, hold));
    const second = await stage.open('two?');
    await hold.reached;
    const posts = () => stage.slack.seenOfBot(second.channel, second.thread).map(wholeOf);
    await stage.slack.until(() => posts().length === 1);
    expect(posts()).toEqual(['is thinking…']);
    hold.open();
    await seenExactly(second, 'Two.');
    expect(posts()).toEqual(['Two.']);
    await stage.harness.untilLogged('turn.done', 2);
    await stage.stop();
  });
});
