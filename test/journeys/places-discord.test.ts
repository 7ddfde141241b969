/** Where an answer comes on Discord, for each kind of place that a question is asked in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { seenExactly } from '../support/stage.ts';

const QUESTION = 'why is the sky blue?';

let stage: DiscordStage;
beforeEach(async () => {
  stage = await DiscordStage.start();
  stage.harness.gemini.next(text('Because.'));
});
afterEach(() => stage.stop());

const ada = () => stage.person('Ada');
const channel = (type: 'text' | 'announcement' | 'forum' | 'media' | 'voice') =>
  stage.discord.addChannel('place', { type }).id;
const asks = (place: string) => ada().says(place, QUESTION, { mention: true }).id;
const threadsOpened = () =>
  stage.discord.calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/threads'));

async function answeredIn(place: string): Promise<void> {
  await seenExactly(stage.talk(place), 'Because.');
  await stage.harness.untilLogged('turn.done');
}

describe('a question on Discord', () => {
  it.each(['text', 'announcement'] as const)(
    'in a %s channel is answered in a thread on it, which is called after it, once and for all',
    async (type) => {
      const question = asks(channel(type));
      const thread = await stage.discord.waitForThread(question);
      expect(thread).toBe(question);
      await answeredIn(thread);
      stage.harness.gemini.next(text('It is.'));
      await stage.talk(thread).say('is it always?');
      await seenExactly(stage.talk(thread), 'It is.');
      expect(stage.discord.world.channels.get(thread)?.name).toBe(QUESTION);
      expect(threadsOpened()).toHaveLength(1);
      const renames = stage.discord.calls.filter(
        ({ method, route }) => method === 'PATCH' && route === '/channels/{channel_id}',
      );
      expect(renames).toEqual([]);
    },
  );

  it.each(['forum', 'media'] as const)('in a post of a %s channel is answered in the post', async (type) => {
    const mention = `<@${stage.discord.bot.id}> ${QUESTION}`;
    const post = ada().opensPost(channel(type), mention, { title: 'Sky' });
    await answeredIn(post.channelId);
    expect(threadsOpened()).toEqual([]);
  });

  it('in a thread is answered in it', async () => {
    const thread = ada().opensThread(channel('text'), 'ours');
    asks(thread);
    await answeredIn(thread);
    expect(threadsOpened()).toEqual([]);
  });

  it('in the chat of a voice channel is answered there', async () => {
    const place = channel('voice');
    asks(place);
    await answeredIn(place);
    expect(threadsOpened()).toEqual([]);
  });

  it('in a direct message is answered there', async () => {
    ada().dm(QUESTION);
    await answeredIn(ada().dmChannelId);
  });

  it('in a channel without threads is answered there, as a reply', async () => {
    const place = channel('text');
    stage.discord.deny(place, stage.discord.botRoleId, 'createPublicThreads');
    const question = asks(place);
    await stage.harness.untilLogged('turn.done');
    expect(stage.discord.readsOfBot(place)).toMatchObject([
      { replyTo: question, content: expect.stringMatching(/^Because\./u) },
    ]);
  });

  it('by the role of the bot is one, and so is a reply to the bot where it answers in place', async () => {
    const place = channel('text');
    await stage.talk(place).command('/settings setting:replyStyle value:in-place scope:person');
    ada().says(place, `<@&${stage.discord.botRoleId}> ${QUESTION}`);
    await answeredIn(place);
    stage.harness.gemini.next(text('Really.'));
    const [answer] = stage.discord.readsOfBot(place);
    ada().says(place, 'really?', { replyTo: answer?.id ?? '' });
    await seenExactly(stage.talk(place), 'Really.');
  });

  it('that everybody is called by is none', async () => {
    const place = channel('text');
    ada().says(place, '@everyone look');
    asks(place);
    await stage.harness.untilLogged('turn.done');
    expect(stage.harness.gemini.requests).toHaveLength(1);
  });
});
