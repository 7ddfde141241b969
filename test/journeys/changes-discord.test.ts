/** What people do to their own messages on Discord after they sent them, and what becomes of the answers. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage, type DiscordTalk } from '../support/discord-stage.ts';
import { seenExactly, seenText } from '../support/stage.ts';

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
  const said = (index: number) =>
    JSON.stringify(JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString()).contents);
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

  it('that is edited is answered anew in the place of its answer, also after a restart', async () => {
    await begin();
    const { message, talk } = await ask('why is the sky blue?', 'Scattering.');
    await stage.restart();
    stage.harness.gemini.next(text('Water.'), text('You asked about the sea.'));
    ada().edits(message.id, `<@${stage.discord.bot.id}> why is the sea blue?`);
    await seenExactly(talk, 'Water.');
    expect(posts(talk)).toEqual(['Water.']);
    await stage.harness.untilLogged('turn.done', 2);
    await talk.say('what did I ask?');
    await seenExactly(talk, 'You asked about the sea.');
    expect(said(2)).toContain('Ada: why is the sea blue?');
    expect(said(2)).not.toContain('sky');
    expect(said(2)).not.toContain('Scattering');
  });

  it('whose answer failed is answered when it is edited', async () => {
    await begin();
    stage.harness.gemini.next(text(''), text(''), text('Water.'));
    const message = ada().says(general(), 'why is the sky blue?', { mention: true });
    const talk = stage.talk(await stage.discord.waitForThread(message.id));
    await seenText(talk, 'empty answer');
    await expect.poll(() => stage.harness.stored().some((row) => /^journal .*closed/su.test(row))).toBe(true);
    ada().edits(message.id, `<@${stage.discord.bot.id}> why is the sea blue?`);
    await seenText(talk, 'Water.');
    expect(said(2)).toContain('Ada: why is the sea blue?');
    // It is remembered from then on, and another edit is answered in its place.
    await stage.harness.untilLogged('turn.done');
    stage.harness.gemini.next(text('Salt.'));
    ada().edits(message.id, `<@${stage.discord.bot.id}> why is the sea salty?`);
    await seenText(talk, 'Salt.');
    expect(posts(talk).join()).not.toContain('Water.');
  });

  it('that is edited while it is answered stops that answer and begins it anew, in the same post', async () => {
    await begin();
    const held = gate();
    stage.harness.gemini.next(
      heldAfter(text('The sky is blue.', { chunks: ['The sky is', ' blue.'] }), 1, held),
      text('The sea is blue.'),
    );
    const message = ada().says(general(), 'why is the sky blue?', { mention: true });
    const talk = stage.talk(await stage.discord.waitForThread(message.id));
    await seenText(talk, 'The sky is');
    ada().edits(message.id, `<@${stage.discord.bot.id}> why is the sea blue?`);
    await seenExactly(talk, 'The sea is blue.');
    held.open();
    expect(posts(talk)).toEqual(['The sea is blue.']);
    expect(said(1)).toContain('sea');
    expect(said(1)).not.toContain('sky');
    await stage.harness.untilLogged('turn.done');
  });

  it('that waits is answered as it was edited', async () => {
    await begin();
    const held = gate();
    const { talk } = await ask('one?', 'One.');
    stage.harness.gemini.next(heldAfter(text('Two.', { chunks: ['Two', '.'] }), 1, held), text('Three.'));
    await talk.say('two?');
    await seenText(talk, 'Two');
    const waiting = ada().says(talk.channelId, 'three?');
    await stage.harness.untilAccepted(2);
    ada().edits(waiting.id, 'four?');
    await stage.harness.untilLogged('edit.amended');
    held.open();
    await seenExactly(talk, 'Three.');
    expect(said(2)).toContain('four?');
    expect(said(2)).not.toContain('three?');
  });

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

  it('that is edited after its time stays answered as it was', async () => {
    await begin({ editGraceMs: 0 });
    const { message, talk } = await ask('why?', 'Because.');
    ada().edits(message.id, `<@${stage.discord.bot.id}> how?`);
    await stage.harness.untilLogged('edit.late');
    expect(posts(talk)).toEqual(['Because.']);
  });

  it('that is deleted is forgotten, and its answer stays', async () => {
    await begin();
    const { talk } = await ask('one?', 'One.');
    stage.harness.gemini.next(text('Two.'), text('Three.'));
    const secret = ada().says(talk.channelId, 'my secret?');
    await seenExactly(talk, 'Two.');
    await stage.harness.untilLogged('turn.done', 2);
    await stage.restart();
    ada().deletes(secret.id);
    await stage.harness.untilLogged('turn.dropped');
    await talk.say('three?');
    await seenExactly(talk, 'Three.');
    expect(said(2)).not.toContain('my secret?');
    expect(posts(talk)).toEqual(['One.', 'Two.', 'Three.']);
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

  it('that is deleted while it is answered stops that, and is not remembered', async () => {
    await begin();
    const held = gate();
    const { talk } = await ask('one?', 'One.');
    stage.harness.gemini.next(heldAfter(text('It begins.', { chunks: ['It begins', '.'] }), 1, held), text('Nothing.'));
    const message = ada().says(talk.channelId, 'my secret?');
    await seenText(talk, 'It begins');
    ada().deletes(message.id);
    await seenText(talk, 'Stopped.');
    held.open();
    await talk.say('what did I say?');
    await seenExactly(talk, 'Nothing.');
    expect(said(2)).not.toContain('my secret?');
  });
});
