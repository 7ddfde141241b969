/** What only Discord tells of steering: scopes that need rights, private questions, threads, places, languages. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { seenExactly, seenText } from '../support/stage.ts';

describe('steering on Discord', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.discord.channel('general').id;
  const thinking = (index: number): unknown =>
    JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString()).generationConfig
      ?.thinkingConfig;

  /** Asks in a thread of its own, and resolves when the answer is remembered. */
  const askAnew = async (question: string, as = 'Ada') => {
    const answer = `Answer ${stage.harness.gemini.requests.length}.`;
    stage.harness.gemini.next(text(answer));
    const talk = await stage.open(question, as);
    await seenText(talk, answer);
    await stage.harness.untilLogged('turn.done', stage.harness.gemini.requests.length);
    return talk;
  };

  it('a channel and the server are set by those who manage them, and hold for everyone there', async () => {
    const inChannel = stage.talk(general());
    expect((await inChannel.command('/think low scope:channel')).text).toMatch(/may not change/);
    stage.discord.allow(general(), stage.person('Ada').id, 'manageChannels');
    expect((await inChannel.command('/think high scope:workspace')).text).toMatch(/may not change/);
    expect((await inChannel.command('/think low scope:channel')).text).toMatch(/set to low in this channel/);
    stage.discord.allow(general(), stage.person('Ada').id, 'manageChannels', 'manageGuild');
    expect((await inChannel.command('/think high scope:workspace')).text).toMatch(
      /high everywhere here.*low still holds/,
    );
    await stage.restart();
    await askAnew('one?', 'Grace');
    await inChannel.command('/think default scope:channel');
    await askAnew('two?', 'Grace');
    expect([0, 1].map(thinking)).toEqual([{ thinkingLevel: 'LOW' }, { thinkingLevel: 'HIGH' }]);
  });

  it('in a channel a command says that each question opens a conversation of its own', async () => {
    const inChannel = stage.talk(general());
    for (const line of ['/think high', '/forget', '/export', '/retry'])
      expect((await inChannel.command(line)).text).toMatch(/opens a conversation of its own/);
    expect((await inChannel.command('/think high scope:person')).text).toMatch(/set to high for you/);
    await askAnew('one?');
    expect(thinking(0)).toEqual({ thinkingLevel: 'HIGH' });
  });

  it('a question by command in a channel opens a thread, which is a conversation like any other', async () => {
    stage.harness.gemini.next(text('It is 42.'), text('It is 21.'), text('It is 43.'));
    await stage.discord.until(() => stage.discord.commands.length > 0);
    const talk = await stage.talk(general()).ask('/ask what is the answer?');
    await seenExactly(talk, 'It is 42.');
    await stage.harness.untilLogged('turn.done');
    await stage.restart();
    await talk.say('and half of it?');
    await seenExactly(talk, 'It is 21.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toMatch(/what is the answer\?.*It is 42\./);
    await stage.harness.untilLogged('turn.done', 2);
    await talk.command('/retry');
    await seenExactly(talk, 'It is 43.');
  });

  it('a private question is answered before one pair of eyes, and is no part of what others talk about', async () => {
    const talk = await askAnew('hello?');
    stage.harness.gemini.next(text('Only for you.'), text('I know of no secret.'));
    expect((await talk.command('/ask a secret? private:true')).text).toBe('Only for you.');
    await stage.harness.untilLogged('turn.done', 2);
    expect(JSON.stringify(stage.discord.reads(talk.channelId))).not.toMatch(/secret|Only for you/);
    await talk.say('what was the secret?');
    await seenExactly(talk, 'I know of no secret.');
    expect(JSON.stringify(stage.harness.gemini.requests[2]?.body['contents'])).not.toMatch(/a secret|Only for you/);
    expect((await talk.command('/export')).files[0]?.text).not.toMatch(/a secret\?|Only for you/);
    const forgotten = await talk.command('/forget me');
    expect(forgotten.text).toContain('3 turns');
  });

  it('a thread needs a mention where free talk is off, also the bot’s own', async () => {
    const talk = await askAnew('one?');
    await talk.command('/settings setting:freeTalk value:mention-only');
    await stage.restart();
    const ada = stage.person('Ada');
    ada.says(talk.channelId, 'not for you');
    stage.harness.gemini.next(text('Yes?'));
    ada.says(talk.channelId, 'for you', { mention: true });
    await seenExactly(talk, 'Yes?');
    expect(stage.harness.gemini.requests).toHaveLength(2);
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).not.toContain('not for you');
  });

  it('answers stand in the channel where that is wanted, and share its memory', async () => {
    const ada = stage.person('Ada');
    const inChannel = stage.talk(general());
    await inChannel.command('/settings setting:replyStyle value:in-place scope:person');
    stage.harness.gemini.next(text('Here.'), text('Here again.'));
    const { id } = ada.says(general(), 'where?', { mention: true });
    await seenExactly(inChannel, 'Here.');
    await stage.harness.untilLogged('turn.done');
    ada.says(general(), 'and now?', { mention: true });
    await seenExactly(inChannel, 'Here again.');
    expect(stage.discord.threadOf(id)).toBeUndefined();
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toMatch(/where\?.*Here\./);
    await stage.harness.untilLogged('turn.done', 2);
    expect((await inChannel.command('/export')).text).toContain('2 turns');
    expect((await inChannel.command('/forget')).text).toContain('2 turns');
  });

  it('commands are answered in the language of the person', async () => {
    stage.person('Ada').user.locale = 'pl';
    const told = await stage.talk(stage.person('Ada').dmChannelId).command('/stop');
    expect(told.text).toBe('Niczego w tej rozmowie nie piszę.');
  });

  it('what a channel used is for those who manage it', async () => {
    const talk = await askAnew('one?', 'Grace');
    expect((await talk.command('/usage of:channel')).text).toMatch(/Only those who manage it/);
    stage.discord.allow(general(), stage.person('Ada').id, 'manageChannels');
    expect((await talk.command('/usage of:channel')).text).toMatch(/today: 1 turn,/);
    expect((await talk.command('/usage')).text).toMatch(/today: nothing/);
  });
});
