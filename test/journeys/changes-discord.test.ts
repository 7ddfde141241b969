/** What only Discord tells of changed messages: previews, many deletions at once, direct messages that nobody heard of. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage, type DiscordTalk } from '../support/discord-stage.ts';
import { seenExactly } from '../support/stage.ts';

type Conversation = Config['settings']['conversation'];

describe('on Discord, a message', () => {
  let stage: DiscordStage;
  afterEach(() => stage.stop());

  async function begin(conversation: Partial<Conversation> = {}): Promise<void> {
    stage = await DiscordStage.start({
      configure: (settings) => ({ ...settings, conversation: { ...settings.conversation, ...conversation } }),
    });
  }

  const general = () => stage.discord.channel('general').id;
  const ada = () => stage.person('Ada');
  const posts = (talk: DiscordTalk) => stage.discord.readsOfBot(talk.channelId).map(({ content }) => content);

  /** A question in the channel that is answered in its thread. */
  async function ask(question: string, answer: string) {
    const count = stage.harness.gemini.requests.length;
    stage.harness.gemini.next(text(answer));
    const message = ada().says(general(), question, { mention: true });
    const talk = stage.talk(await stage.discord.waitForThread(message.id));
    await seenExactly(talk, answer);
    await stage.harness.untilLogged('turn.done', count + 1);
    return { message, talk };
  }

  it('is answered once when it gets a preview, is edited late, or is not the last question', async () => {
    await begin();
    const { message, talk } = await ask('look at https://example.com/ please', 'Nice.');
    await stage.discord.until(() => (stage.discord.reads(general())[0]?.embeds ?? 0) > 0);
    await stage.harness.untilLogged('discord.ignored');
    stage.harness.gemini.next(text('Second.'));
    await talk.say('and?');
    await seenExactly(talk, 'Second.');
    ada().edits(message.id, `<@${stage.discord.bot.id}> look elsewhere`);
    const barrier = stage.harness.logged.length;
    stage.harness.gemini.next(text('Third.'));
    await talk.say('and then?');
    await seenExactly(talk, 'Third.');
    expect(stage.harness.logged.slice(barrier).some((line) => line['event'] === 'edit.answered')).toBe(false);
    expect(posts(talk)).toEqual(['Nice.', 'Second.', 'Third.']);
  });

  it('that is deleted takes its answer along where that is wanted, also many at once and after a restart', async () => {
    await begin({ deleteAnswers: 'delete' });
    const { message, talk } = await ask('one?', 'One.');
    stage.harness.gemini.next(text('Two.'), text('Three.'));
    const second = ada().says(talk.channelId, 'two?');
    await seenExactly(talk, 'Two.');
    const third = ada().says(talk.channelId, 'three?');
    await seenExactly(talk, 'Three.');
    await stage.harness.untilLogged('turn.done', 3);
    await stage.restart();
    stage.discord.deleteMessages(talk.channelId, [second.id, third.id]);
    await stage.discord.until(() => posts(talk).length === 1);
    ada().deletes(message.id);
    await stage.discord.until(() => posts(talk).length === 0);
  });

  it('that is deleted in a direct message is forgotten, although nothing was heard there since the start', async () => {
    await begin();
    const talk = stage.talk(ada().dmChannelId);
    stage.harness.gemini.next(text('Hello.'));
    const message = ada().dm('my secret');
    await seenExactly(talk, 'Hello.');
    await stage.harness.untilLogged('turn.done');
    await stage.restart();
    ada().deletes(message.id);
    await stage.harness.untilLogged('turn.dropped');
  });
});
