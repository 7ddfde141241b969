/** A Slack that is away for longer than a write is tried: the whole answer stands, once, when it is back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { SlackStage } from '../support/slack-stage.ts';
import { seen, seenText } from '../support/stage.ts';

const WRITES = ['chat.postMessage', 'chat.update', 'chat.startStream', 'chat.appendStream', 'chat.stopStream'];

/** How often Slack is waited for before it is back: `OUTAGE_WAITS=4` is about a minute. */
const WAITS = Number(process.env['OUTAGE_WAITS'] ?? 1);

let stage: SlackStage;
beforeEach(async () => {
  stage = await SlackStage.start();
});
afterEach(() => stage.stop());

describe('a Slack that fails', () => {
  it.each([
    ['with 5xx, in a channel', 'open', { status: 503 }],
    ['with a storm of 429, in a stream', 'direct', { status: 429, retryAfterS: 1 }],
  ] as const)(
    '%s, gets the whole answer, once, when it is back',
    async (_, way, fault) => {
      stage.slack.allowRefusals();
      const hold = gate();
      stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
      const talk = await stage[way]('go on');
      await seenText(talk, 'Half');
      for (const method of WRITES) stage.slack.fail(method, { ...fault, times: Number.POSITIVE_INFINITY });
      hold.open();
      await stage.harness.untilLogged('reply.waits', WAITS, 200_000);
      for (const method of WRITES) stage.slack.mend(method);
      await seen(talk, (all) => all.at(-1)?.text === 'Half. Whole.', 90_000);
      expect(await talk.answers()).toHaveLength(1);
      expect(stage.harness.gemini.requests).toHaveLength(1);
    },
    300_000,
  );
});
