/** What goes wrong around an answer on Slack: connections that end, deliveries that come again, rights that are missing. */
import { afterEach, beforeEach, describe, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { SlackStage } from '../support/slack-stage.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

describe('on Slack an answer', () => {
  let stage: SlackStage;
  beforeEach(async () => {
    stage = await SlackStage.start();
  });
  afterEach(() => stage.stop());

  /** Half of an answer stands until the gate opens. */
  async function half() {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('tell me everything');
    await seenText(talk, 'The first half.');
    return { talk, hold };
  }

  it.each(['refresh_requested', 'warning', 'link_disabled'] as const)(
    'goes on over %s of its socket, and what is said meanwhile is answered after it',
    async (reason) => {
      const { talk, hold } = await half();
      stage.slack.sockets.disconnect(reason);
      stage.harness.gemini.next(text('Next.'));
      await talk.say('and then?');
      hold.open();
      await seen(talk, (all) => all[0]?.text === 'The first half. The second half.' && all[1]?.text === 'Next.');
      await stage.harness.untilLogged('turn.done', 2);
    },
  );

  it('whose channel is archived in the middle ends, and the bot goes on elsewhere', async () => {
    const { hold } = await half();
    const failures = ['chat.update', 'chat.postMessage'] as const;
    for (const method of failures) stage.slack.fail(method, { error: 'is_archived', times: 100 });
    hold.open();
    await stage.slack.until(() => stage.slack.callsOf('chat.update').some(({ error }) => error === 'is_archived'));
    for (const method of failures) stage.slack.mend(method);
    stage.harness.gemini.next(text('Here I am.'));
    await seenExactly(await stage.direct('are you there?'), 'Here I am.');
  });

  it('without the right to name people is given all the same', async () => {
    stage.slack.fail('users.info', { error: 'missing_scope', times: 5 });
    stage.harness.gemini.next(text('It is 42.'));
    await seenExactly(await stage.open('why?'), 'It is 42.');
    stage.slack.mend('users.info');
    await stage.harness.untilLogged('turn.done');
  });
});
