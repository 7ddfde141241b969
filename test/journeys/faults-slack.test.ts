/** What goes wrong around an answer on Slack: connections, deliveries, rights, limits, and what people do in the middle of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BOT_SCOPES } from '../../src/slack-api/installs.ts';
import { heldAfter, image, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import type { Delivery } from '../simulators/slack/events/deliveries.ts';
import type { SimulatorOptions } from '../simulators/slack/simulator.ts';
import { BLUE, RED } from '../support/pictures.ts';
import { SlackStage, SlackTalk } from '../support/slack-stage.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

const FIRST = 'The first half, größer. ';
const WHOLE = `${FIRST}The second half 🙂.`;

let stage: SlackStage;
afterEach(() => stage.stop());

type Transport = 'socket' | 'http';
type Way = 'open' | 'direct';

async function begin(transport: Transport = 'socket', options: SimulatorOptions = {}): Promise<void> {
  stage = await SlackStage.start({ transport }, options);
}

/** Half of an answer stands until the gate opens. */
async function half(way: Way = 'open') {
  const hold = gate();
  stage.harness.gemini.next(heldAfter(text(WHOLE, { chunks: [FIRST, WHOLE.slice(FIRST.length)] }), 1, hold));
  const talk = await stage[way]('tell me everything');
  await seenText(talk, FIRST.trim());
  return { talk, hold };
}

const general = () => stage.slack.channel('general');
const answered = (count = 1) => stage.harness.untilLogged('turn.done', count);

describe.each(['socket', 'http'] as const)('over %s, a question', (transport) => {
  it('whose events are sent four times each, before, during and after its answer, is answered once', async () => {
    // The bot's own clock stays where it is, and what is signed five minutes ahead of it is no request of Slack's.
    await begin(transport, { assumptions: { retriesMs: [0, 60_000, 120_000] } });
    const isQuestion = ({ payload }: Delivery) => JSON.stringify(payload).includes('tell me everything');
    stage.slack.loseAcknowledgements((delivery) => isQuestion(delivery) && delivery.attempts.length < 4);
    const { talk, hold } = await half();
    const sent = () => stage.slack.deliveries.filter(isQuestion).map(({ attempts }) => attempts.length);
    const again = async (times: number, afterMs: number): Promise<void> => {
      stage.slack.clock.advance(3000);
      stage.slack.clock.advance(afterMs);
      await stage.slack.until(() => sent().every((count) => count === times));
    };
    await again(2, 0);
    await again(3, 60_000);
    hold.open();
    await seenExactly(talk, WHOLE);
    await answered();
    await again(4, 120_000);
    await stage.slack.until(() =>
      stage.slack.deliveries.filter(isQuestion).every(({ state }) => state === 'acknowledged'),
    );
    stage.harness.gemini.next(text('Next.'));
    await talk.say('and then?');
    await seen(talk, (all) => all.map((answer) => answer.text).join('|') === `${WHOLE}|Next.`);
    await answered(2);
    expect(stage.harness.gemini.requests).toHaveLength(2);
  });

  it('is answered exactly where everything that may be refused for want of a right is refused', async () => {
    const needed = ['app_mentions:read', 'chat:write', 'im:history', 'channels:history'];
    await begin(transport, { scopes: needed });
    for (const way of ['open', 'direct'] as const) {
      stage.harness.gemini.next(text(WHOLE));
      await seenExactly(await stage[way]('why?'), WHOLE);
    }
    await answered(2);
  });
});

describe('a socket', () => {
  it.each(['refresh_requested', 'warning', 'link_disabled'] as const)(
    'that ends by %s in mid-answer costs nothing: the answer goes on, and what is said meanwhile is answered after it',
    async (reason) => {
      await begin();
      const { talk, hold } = await half();
      stage.slack.sockets.disconnect(reason);
      stage.harness.gemini.next(text('Next.'));
      await talk.say('and then?');
      hold.open();
      await seen(talk, (all) => all.map((answer) => answer.text).join('|') === `${WHOLE}|Next.`);
      await answered(2);
    },
  );

  it('that is cut again and again misses no question, and each is answered once', async () => {
    await begin();
    stage.harness.gemini.next(text('To first?'));
    const talk = await stage.open('first?');
    await seenExactly(talk, 'To first?');
    for (const question of ['second?', 'third?']) {
      stage.harness.gemini.next(text(`To ${question}`));
      stage.slack.sockets.cut();
      await talk.say(question);
      stage.slack.sockets.cut();
      await seenExactly(talk, `To ${question}`);
    }
    expect(await talk.answers()).toHaveLength(3);
    await answered(3);
    await expect.poll(() => stage.harness.isReady()).toBe(true);
  });

  it('beside another one of the same app, which takes events and dies of them, hears them in the end', async () => {
    await begin();
    const opened = await fetch(`${stage.slack.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.slack.appToken}` },
    });
    const { url } = await opened.json();
    const other = new WebSocket(url);
    await stage.slack.until(() => stage.slack.sockets.ready.length === 2);
    stage.harness.gemini.next(text('One.'), text('Two.'), text('Three.'));
    const talk = await stage.open('one?');
    await seenExactly(talk, 'One.');
    for (const [at, answer] of ['Two.', 'Three.'].entries()) {
      await talk.say('and?');
      await stage.slack.until(() => (stage.slack.sockets.history[1]?.received.length ?? 0) > at);
      stage.slack.clock.advance(3000);
      await seenExactly(talk, answer);
    }
    other.terminate();
    await answered(3);
    expect(stage.harness.gemini.requests).toHaveLength(3);
  });
});

describe('in mid-answer', () => {
  it.each([
    ['archived', () => (general().archived = true), () => (general().archived = false)],
    [
      'closed to it',
      () => stage.slack.fail('chat.update', { error: 'restricted_action_read_only_channel', times: 100 }),
      () => stage.slack.mend('chat.update'),
    ],
  ])('the channel is %s: the asker is told in one sentence, and what was seen is remembered', async (_, shut, open) => {
    await begin();
    const { talk, hold } = await half();
    shut();
    hold.open();
    await answered();
    const told = () => stage.slack.seenOfBot(stage.person('Ada').dmChannelId);
    await stage.slack.until(() => told().length > 0);
    expect(told()[0]?.blocks).toEqual([
      expect.objectContaining({
        elements: [
          expect.objectContaining({
            text: `<#${general().id}>: I may not write where you asked me, so there is no complete answer there.`,
          }),
        ],
      }),
    ]);
    open();
    stage.harness.gemini.next(text('Yes.'));
    await talk.say('and now?');
    await seenExactly(talk, 'Yes.');
    const asked = Buffer.from(stage.harness.gemini.requests[1]?.bytes ?? '').toString();
    expect(asked).toContain(FIRST.trim());
    expect(asked).not.toContain('second half');
    await answered(2);
  });

  it('the person presses Slack’s own stop: the model is left at once, and what stands stays, marked', async () => {
    await begin();
    const { talk } = await half('direct');
    stage.person('Ada').stops(talk.channel, talk.thread);
    await seenExactly(talk, `${FIRST.trim()}\n\nStopped.`);
    await answered();
    const [answer] = stage.slack.seenOfBot(talk.channel, talk.thread);
    expect(answer?.stream).not.toBe('in_progress');
    const calls = stage.slack.calls.length;
    stage.harness.gemini.next(text('Yes.'));
    await talk.say('go on?');
    await seenExactly(talk, 'Yes.');
    await answered(2);
    // Nothing was written to the stopped answer any more.
    const later = stage.slack.calls.slice(calls).filter(({ args }) => args['ts'] === answer?.ts);
    expect(later).toEqual([]);
  });

  it('the stream’s life ends: the message is edited from there on', async () => {
    await begin();
    const { talk, hold } = await half('direct');
    stage.slack.clock.advance(310_000);
    hold.open();
    await seenExactly(talk, WHOLE);
    await answered();
    expect(stage.slack.seenOfBot(talk.channel, talk.thread)).toHaveLength(1);
  });
});

const REFUSED = ['message_not_in_streaming_state', 'msg_too_long', 'streaming_state_conflict', 'internal_error'];
const METHODS = ['chat.startStream', 'chat.appendStream', 'chat.stopStream', 'chat.postMessage', 'chat.update'];
const BESIDE = ['assistant.threads.setStatus', 'assistant.threads.setTitle', 'users.info', 'auth.test'];
const FILES = ['files.getUploadURLExternal', 'files.completeUploadExternal', 'files.info'];

describe.each([
  ['in a channel', 'open'],
  ['in a direct message', 'direct'],
] as const)('%s the text is exact', (_, way) => {
  /** One answer of several writes, then one with a picture below it. */
  async function story(methods: readonly string[]): Promise<void> {
    const { talk, hold } = await half(way);
    hold.open();
    await seenExactly(talk, WHOLE);
    stage.harness.gemini.next(image({ data: RED, drafts: [BLUE] }, { caption: 'A dot.' }));
    await talk.say('draw a dot');
    await seen(talk, (all) => all.at(-1)?.text === 'A dot.' && all.at(-1)?.pictures === 1);
    await answered(2);
    for (const method of methods) stage.slack.mend(method);
    expect(await talk.answers()).toHaveLength(2);
  }

  it.each([...METHODS, ...BESIDE, ...FILES])(
    'when %s meets too many calls, at its first stage and its next',
    async (method) => {
      await begin();
      for (const after of [0, 1]) stage.slack.fail(method, { status: 429, retryAfterS: 0, after });
      await story([method]);
    },
  );

  it.each(METHODS.flatMap((method) => REFUSED.map((error) => [method, error] as const)))(
    'when %s is refused: %s',
    async (method, error) => {
      await begin();
      stage.slack.fail(method, { error, after: 1 });
      await story([method]);
    },
  );
});

describe('a Slack that knows neither streams nor a status', () => {
  it.each(['unknown_method', 404] as const)('is answered on all the same, by edits: %s', async (withoutAs) => {
    const without = ['chat.startStream', 'assistant.threads.setStatus', 'assistant.threads.setTitle'];
    await begin('socket', { without, withoutAs });
    for (const way of ['open', 'direct'] as const) {
      const { talk, hold } = await half(way);
      hold.open();
      await seenExactly(talk, WHOLE);
      expect(await talk.answers()).toHaveLength(1);
    }
    await answered(2);
    expect(stage.slack.callsOf('chat.update').length).toBeGreaterThan(0);
  });
});

describe('a file', () => {
  const dot = { name: 'dot.png', bytes: RED };

  it.each([
    ['that leads to a page to log in', 'login-page', /dot\.png/u],
    ['that sends on to a page to log in', 'login-redirect', /dot\.png/u],
    ['that is gone', 'gone', /dot\.png/u],
  ] as const)('%s is told of under the answer', async (_, fault, said) => {
    await begin();
    stage.harness.gemini.next(text('I see nothing.'));
    const talk = await stage.open('what is it?', 'Ada', [{ ...dot, fault } as never]);
    expect((await seenText(talk, 'I see nothing.\n')).text).toMatch(said);
    await answered();
  });

  it('that the bot may not read is told of, with its name or without', async () => {
    await begin('socket', { scopes: BOT_SCOPES.filter((scope) => scope !== 'files:read') });
    stage.harness.gemini.next(text('I see nothing.'), text('Nor here.'));
    const talk = await stage.open('what is it?', 'Ada', [dot]);
    expect((await seenText(talk, 'I see nothing.\n')).text).toMatch(/login.* instead of dot\.png/u);
    const shared = stage.slack.addChannel('shared', { shared: true });
    shared.members.add(stage.person('Ada').id);
    const { ts } = stage.person('Ada').says(shared.id, 'and this?', { mention: true, files: [dot] });
    const there = new SlackTalk(stage, shared.id, ts);
    expect((await seenText(there, 'Nor here.\n')).text).toMatch(/could not download F/u);
    await answered(2);
  });
});
