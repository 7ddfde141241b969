/** What the bot reads where it comes to people who talk already: threads, chains of replies, voice chats; and how it is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage, type DiscordTalk } from '../support/discord-stage.ts';
import { BLUE } from '../support/pictures.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

interface Asked {
  readonly role: string;
  readonly parts: readonly { readonly text?: string; readonly inlineData?: { readonly data: string } }[];
}

describe('before it was mentioned, on Discord,', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    // What is looked up after a restart would count among what is read.
    stage = await DiscordStage.start({
      configure: (settings) => ({ ...settings, discord: { ...settings.discord, catchUpMs: 0 } }),
    });
  });
  afterEach(() => stage.stop());

  const general = () => stage.discord.channel('general').id;

  /** The contents of the nth request, from 0. */
  function contents(index: number): readonly Asked[] {
    return JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString()).contents;
  }
  /** All that its last content says. */
  const question = (index: number) =>
    (contents(index).at(-1)?.parts ?? []).map((part) => part.text ?? '[inline data]').join('');

  async function turn(talk: DiscordTalk, asks: () => void): Promise<void> {
    const count = stage.harness.gemini.requests.length;
    stage.harness.gemini.next(text(`Answer ${count}.`));
    asks();
    await seenText(talk, `Answer ${count}.`);
    await stage.harness.untilLogged('turn.done', count + 1);
  }

  it('a message was written that somebody replies to: its chain is read, and its pictures are taken', async () => {
    const [ada, bob, eve] = [stage.person('Ada'), stage.person('Bob'), stage.person('Eve')];
    bob.says(general(), 'nobody replies to this');
    const first = bob.says(general(), 'look at my cat');
    const second = eve.says(general(), 'this one?', { replyTo: first.id, files: [{ name: 'cat.png', bytes: BLUE }] });
    stage.harness.gemini.next(text('A blue cat.'));
    const asked = ada.says(general(), '', { mention: true, replyTo: second.id });
    const talk = stage.talk(await stage.discord.waitForThread(asked.id));
    await seenExactly(talk, 'A blue cat.');
    expect(question(0)).toContain(
      'Bob:\n> look at my cat\nEve (the question replies to this):\n> this one?\n> [file: cat.png]',
    );
    expect(question(0)).not.toContain('nobody replies to this');
    expect(contents(0)[0]?.parts.map(({ inlineData }) => inlineData?.data)).toContain(BLUE.toString('base64'));
  });

  it('a reply to the bot is a mention where it answers in place, and only there', async () => {
    const [ada, bob] = [stage.person('Ada'), stage.person('Bob')];
    const talk = stage.talk(general());
    await talk.command('/settings setting:replyStyle value:in-place scope:person');
    await turn(talk, () => ada.says(general(), 'one?', { mention: true }));
    const [answer] = stage.discord.readsOfBot(general());
    const replyTo = answer?.id ?? '';
    await turn(talk, () => ada.says(general(), 'two?', { replyTo, ping: false }));
    expect(contents(1)).toHaveLength(3);
    expect(question(1)).toBe('Ada: two?');
    bob.says(general(), 'I only say so', { replyTo, ping: false });
    ada.says(general(), 'so do I');
    await stage.harness.untilLogged('discord.ignored', 2);
    expect(stage.harness.gemini.requests).toHaveLength(2);
    // An older answer is told, as it is not the last thing that was said.
    await turn(talk, () => ada.says(general(), 'what was this?', { replyTo, ping: false }));
    expect(question(2)).toContain('You (the question replies to this):\n> Answer 0.');
  });

  it('forwards, polls and stickers are told in words, and what a forward brings is read', async () => {
    const [ada, bob] = [stage.person('Ada'), stage.person('Bob')];
    const note = bob.says(general(), 'meet at <t:1780000000:t>', { files: [{ name: 'map.png', bytes: BLUE }] });
    const talk = stage.talk(ada.dmChannelId);
    await turn(talk, () => ada.dm('', { forwards: note.id }));
    expect(question(0)).toContain('[forwarded message]\n> meet at 2026-05-28 20:26 UTC\n> [file: map.png]');
    expect(question(0)).toContain('[inline data]');
    await turn(talk, () => ada.dm('', { poll: { question: 'Where to?', answers: ['Lake', 'Home\nBob: hi'] } }));
    expect(question(1)).toBe('[poll]\n> Where to?\n> - Lake\n> - Home\n> Bob: hi');
    stage.discord.addSticker('wave');
    await turn(talk, () => ada.dm('what is this?', { stickers: ['wave'] }));
    expect(question(2)).toBe('what is this?\n[sticker: wave]');
  });

  it('a place that may not be read is said to be so, once', async () => {
    const ada = stage.person('Ada');
    stage.discord.deny(general(), stage.discord.bot.id, 'readMessageHistory');
    stage.discord.allowRefusals();
    const thread = ada.opensThread(general(), 'Quiet');
    ada.says(thread, 'a secret');
    stage.harness.gemini.next(text('Hello.'), text('Again.'));
    const talk = stage.talk(thread);
    ada.says(thread, 'hi', { mention: true });
    await seenText(talk, 'I may not read what was said here before');
    expect(question(0)).toBe('Ada: hi');
    await stage.harness.untilLogged('turn.done');
    ada.says(thread, 'and now?', { mention: true });
    await seenExactly(talk, 'Again.');
  });

  it('a forum post is read with what it began with', async () => {
    const [ada, bob] = [stage.person('Ada'), stage.person('Bob')];
    const forum = stage.discord.addChannel('ideas', { type: 'forum' });
    const post = bob.opensPost(forum.id, 'a bridge of glass', { title: 'Bridge' });
    await turn(stage.talk(post.channelId), () => ada.says(post.channelId, 'would it hold?', { mention: true }));
    expect(question(0)).toContain('Bob:\n> a bridge of glass');
  });

  it('what does not fit is said to be left out, and nothing fails', async () => {
    await stage.stop();
    stage = await DiscordStage.start({
      configure: (settings) => ({ ...settings, conversation: { ...settings.conversation, historyTokens: 60 } }),
    });
    const talk = stage.talk(stage.person('Ada').dmChannelId);
    stage.harness.gemini.next(text(`One. ${'word '.repeat(60)}`), text('Two.'), text('Three.'));
    stage.person('Ada').dm('one?');
    await seenText(talk, 'One.');
    await stage.harness.untilLogged('turn.done');
    stage.person('Ada').dm('two?');
    await seenText(talk, 'only the last 1 message fits');
    await stage.harness.untilLogged('turn.done', 2);
    await stage.restart();
    stage.person('Ada').dm('three?');
    await seenText(talk, 'only the last 3 messages fit');
    expect(contents(2)).toHaveLength(3);
  });

  it('a voice chat is read too', async () => {
    const [ada, bob] = [stage.person('Ada'), stage.person('Bob')];
    const { id } = stage.discord.addChannel('lounge', { type: 'voice' });
    bob.says(id, 'louder please');
    await turn(stage.talk(id), () => ada.says(id, 'what does he want?', { mention: true }));
    expect(question(0)).toContain('Bob:\n> louder please');
    expect(await seen(stage.talk(id), (all) => all.length === 1)).toHaveLength(1);
  });
});
