/** Steering from a channel: what holds for all who ask there, who may say so, and questions by command. */
import { expect } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { sceneOf } from '../support/scene.ts';
import { type Stage, seenExactly, seenText } from '../support/stage.ts';
import { journey } from './journey.ts';

const thinking = (stage: Stage, index: number): unknown =>
  JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString()).generationConfig
    ?.thinkingConfig;

/** Asks in a thread of its own, and resolves when the answer is remembered. */
async function askAnew(stage: Stage, question: string, as = 'Ada') {
  const answer = `Answer ${stage.harness.gemini.requests.length}.`;
  stage.harness.gemini.next(text(answer));
  const talk = await sceneOf(stage).open(question, as);
  await seenText(talk, answer);
  await stage.harness.untilLogged('turn.done', stage.harness.gemini.requests.length);
  return talk;
}

journey(
  'in a channel',
  {
    'what holds there and everywhere is set by those who manage the workspace, for everyone': async (stage) => {
      const scene = sceneOf(stage);
      const channel = scene.channel();
      for (const scope of ['channel', 'workspace'])
        expect((await channel.command(`/think low scope:${scope}`, 'Grace')).text).toMatch(/may not change/);
      scene.promotes('Ada');
      expect((await channel.command('/think low scope:channel')).text).toMatch(/set to low in this channel/);
      expect((await channel.command('/think high scope:workspace')).text).toMatch(/high everywhere here.*low still/s);
      await stage.restart();
      await askAnew(stage, 'one?', 'Grace');
      await channel.command('/think default scope:channel');
      await askAnew(stage, 'two?', 'Grace');
      expect([0, 1].map((index) => thinking(stage, index))).toEqual([
        { thinkingLevel: 'LOW' },
        { thinkingLevel: 'HIGH' },
      ]);
    },

    'a command says that each question opens a conversation of its own': async (stage) => {
      const channel = sceneOf(stage).channel();
      for (const line of ['/think high', '/forget', '/export', '/retry'])
        expect((await channel.command(line)).text).toMatch(/opens a conversation of its own/);
      expect((await channel.command('/think high scope:person')).text).toMatch(/set to high for you/);
      await askAnew(stage, 'one?');
      expect(thinking(stage, 0)).toEqual({ thinkingLevel: 'HIGH' });
    },

    'a question by command opens a thread, which is a conversation like any other': async (stage) => {
      stage.harness.gemini.next(text('It is 42.'), text('It is 21.'), text('It is 43.'));
      const talk = await sceneOf(stage).channel().ask('/ask what is the answer?');
      await seenText(talk, 'It is 42.');
      await stage.harness.untilLogged('turn.done');
      await stage.restart();
      await talk.say('and half of it?');
      await seenExactly(talk, 'It is 21.');
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toMatch(/what is the answer\?.*It is 42\./);
      await stage.harness.untilLogged('turn.done', 2);
      await talk.command('/retry');
      await seenExactly(talk, 'It is 43.');
    },

    'a private question is answered before one pair of eyes, and is no part of what others talk about': async (
      stage,
    ) => {
      const channel = sceneOf(stage).channel();
      stage.harness.gemini.next(text('Only for you.'), text('I know of no secret.'));
      expect((await channel.command('/ask a secret? private:true')).text).toBe('Only for you.');
      await stage.harness.untilLogged('turn.done');
      const talk = await stage.open('what was it?');
      await seenExactly(talk, 'I know of no secret.');
      await stage.harness.untilLogged('turn.done', 2);
      expect(JSON.stringify([await channel.answers(), await talk.answers()])).not.toMatch(/a secret|Only for you/);
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).not.toMatch(/a secret|Only for you/);
      expect((await talk.command('/export')).files[0]?.text).not.toMatch(/a secret\?|Only for you/);
      expect((await talk.command('/forget me')).text).toContain('2 turns');
    },

    'answers stand where that is wanted, and share its memory': async (stage) => {
      const channel = sceneOf(stage).channel();
      await channel.command('/settings setting:replyStyle value:in-place scope:person');
      stage.harness.gemini.next(text('Here.'), text('Here again.'));
      const asks = (question: string) => sceneOf(stage).asksThere(question);
      asks('where?');
      await seenExactly(channel, 'Here.');
      await stage.harness.untilLogged('turn.done');
      asks('and now?');
      await seenExactly(channel, 'Here again.');
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toMatch(/where\?.*Here\./);
      await stage.harness.untilLogged('turn.done', 2);
      expect((await channel.command('/export')).text).toContain('2 turns');
      expect((await channel.command('/forget')).text).toContain('2 turns');
    },

    'a thread needs a mention where free talk is off, also the bot’s own': async (stage) => {
      const talk = await askAnew(stage, 'one?');
      await talk.command('/settings setting:freeTalk value:mention-only');
      await stage.restart();
      await talk.say('not for you');
      stage.harness.gemini.next(text('Yes?'));
      sceneOf(stage).mentionsIn(talk, 'for you');
      await seenExactly(talk, 'Yes?');
      expect(stage.harness.gemini.requests).toHaveLength(2);
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).not.toContain('not for you');
    },

    'what all used is for those who manage it': async (stage) => {
      const scene = sceneOf(stage);
      await askAnew(stage, 'one?', 'Grace');
      expect((await scene.channel().command('/usage of:channel', 'Bob')).text).toMatch(/Only those who manage it/);
      scene.promotes('Ada');
      expect((await scene.channel().command('/usage of:channel')).text).toMatch(/today: 1 turn,/);
      expect((await scene.channel().command('/usage')).text).toMatch(/today: nothing/);
    },
  },
  { on: ['Discord', 'Slack'] },
);
