/** Discord failing at every stage of an answer, and its gateway going away in the middle of one: each answer comes once, and whole. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage, type DiscordTalk } from '../support/discord-stage.ts';
import type { Fault } from '../simulators/discord/faults.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

const THREAD = 'POST /channels/{channel_id}/messages/{message_id}/threads';
const TYPING = 'POST /channels/{channel_id}/typing';
const POST = 'POST /channels/{channel_id}/messages';
const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';

const WORDS = Array.from({ length: 600 }, (_, at) => `word${at}`);
const LONG = WORDS.join(' ');

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['429 of its own', { status: 429, retryAfterMs: 300 }],
  ['429 for all of the bot', { status: 429, retryAfterMs: 300, scope: 'global' }],
  ['429 that others share', { status: 429, retryAfterMs: 300, scope: 'shared' }],
  ['429 from before Discord', { status: 429, retryAfterMs: 1000, page: true }],
  ['500', { status: 500 }],
  ['500 after it took effect', { status: 500, afterCommit: true }],
  ['a page with 502 after it took effect', { status: 502, page: true, afterCommit: true }],
  ['a connection that is cut', { status: 'reset' }],
  ['a connection that is cut after it took effect', { status: 'reset', afterCommit: true }],
];

let stage: DiscordStage;
beforeEach(async () => {
  stage = await DiscordStage.start();
});
afterEach(() => stage.stop());

const wordsIn = async (talk: DiscordTalk) => (await talk.answers()).flatMap((answer) => answer.text.split(/\s+/u));

describe('an answer on Discord, every stage of which meets', () => {
  it.each(FAULTS)(
    '%s, comes once and whole',
    async (_, fault) => {
      const { discord, harness } = stage;
      discord.allowRefusals();
      // The thread, the sign of typing, the first post, its edits, and each post after it.
      for (const route of [THREAD, TYPING, POST, EDIT]) discord.fail(route, fault);
      for (const route of [POST, POST]) discord.fail(route, { ...fault, after: 1 });
      harness.gemini.next(text(LONG, { chunks: 20, chunkDelayMs: 150 }));
      const talk = await stage.open('tell me all');
      await harness.untilLogged('turn.done', 1, 40_000);
      expect(await wordsIn(talk)).toEqual(WORDS);
      expect(discord.readsOfBot(discord.channel('general').id)).toEqual([]);
      expect(harness.gemini.requests).toHaveLength(1);
      // Where the posts wait for long, the text is there before any of them is edited.
      discord.mend(EDIT);
    },
    60_000,
  );

  it('no answer at all, comes once and whole', async () => {
    const { discord, harness } = stage;
    discord.fail(POST, { status: 'hang', afterCommit: true });
    discord.fail(EDIT, { status: 'hang', afterCommit: true });
    harness.gemini.next(text(LONG, { chunks: 20, chunkDelayMs: 150 }));
    const talk = await stage.open('tell me all');
    await harness.untilLogged('turn.done', 1, 80_000);
    expect(await wordsIn(talk)).toEqual(WORDS);
  }, 120_000);
});

describe('a gateway that goes away in the middle of an answer', () => {
  /** Half of an answer stands until the gate opens. */
  async function half() {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('tell me everything');
    await seenText(talk, 'The first half.');
    return { talk, hold };
  }

  it('and resumes leaves the answer whole, and what was said meanwhile is answered after it, once', async () => {
    const { talk, hold } = await half();
    stage.discord.gateway.drop();
    stage.harness.gemini.next(text('Next.'));
    await talk.say('and then?');
    hold.open();
    await seenExactly(talk, 'Next.');
    expect((await talk.answers()).map((answer) => answer.text)).toEqual(['The first half. The second half.', 'Next.']);
  });

  it('and begins anew leaves the answer whole, and whatever was asked meanwhile is answered, once', async () => {
    const { discord, harness } = stage;
    const ada = stage.person('Ada');
    harness.gemini.next(text('Hello.'));
    ada.dm('hi');
    const direct = stage.talk(ada.dmChannelId);
    await seenExactly(direct, 'Hello.');
    const { talk, hold } = await half();
    discord.clock.advance(5000);
    discord.gateway.drop({ resumable: false });
    await discord.until(() => !discord.gateway.online);
    harness.gemini.otherwise((request) =>
      text(
        `To ${
          Buffer.from(request.bytes)
            .toString()
            .match(/[a-z]+\?(?=[^?]*$)/u)?.[0]
        }`,
      ),
    );
    await talk.say('thread?');
    const asked = ada.says(discord.channel('general').id, 'channel?', { mention: true });
    ada.dm('direct?');
    hold.open();
    await discord.until(() => discord.gateway.online, { timeoutMs: 15_000 });
    await seenExactly(talk, 'To thread?');
    await seenExactly(stage.talk(await discord.waitForThread(asked.id)), 'To channel?');
    await seenExactly(direct, 'To direct?');
    expect((await talk.answers()).map((answer) => answer.text)).toEqual([
      'The first half. The second half.',
      'To thread?',
    ]);
    expect((await direct.answers()).map((answer) => answer.text)).toEqual(['Hello.', 'To direct?']);
  }, 40_000);
});

it('a message that is deleted under a growing answer stays deleted, and the rest of the answer comes', async () => {
  const hold = gate();
  const { discord, harness } = stage;
  harness.gemini.next(heldAfter(text(LONG, { chunks: [LONG.slice(0, 3000), LONG.slice(3000)] }), 1, hold));
  const talk = await stage.open('tell me all');
  await seen(talk, (all) => all.length === 2);
  const [first] = discord.readsOfBot(talk.channelId);
  discord.deleteMessage(first?.id ?? '');
  hold.open();
  await harness.untilLogged('turn.done');
  expect((await wordsIn(talk)).at(-1)).toBe(WORDS.at(-1));
  expect(await wordsIn(talk)).not.toContain('word0');
  harness.gemini.next(text('Yes.'));
  await talk.say('all of it?');
  await seenExactly(talk, 'Yes.');
});
