/** What only Discord tells of steering: private questions in a thread, and languages. */
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

  /** Asks in a thread of its own, and resolves when the answer is remembered. */
  const askAnew = async (question: string, as = 'Ada') => {
    const answer = `Answer ${stage.harness.gemini.requests.length}.`;
    stage.harness.gemini.next(text(answer));
    const talk = await stage.open(question, as);
    await seenText(talk, answer);
    await stage.harness.untilLogged('turn.done', stage.harness.gemini.requests.length);
    return talk;
  };

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

  it('commands are answered in the language of the person', async () => {
    stage.person('Ada').user.locale = 'pl';
    const told = await stage.talk(stage.person('Ada').dmChannelId).command('/stop');
    expect(told.text).toBe('Niczego w tej rozmowie nie piszę.');
  });
});
