import { describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { BLUE } from '../support/pictures.ts';
import { SlackStage } from '../support/slack-stage.ts';
import { seenText } from '../support/stage.ts';

async function onDiscord(story: (stage: DiscordStage) => Promise<void>): Promise<void> {
  const stage = await DiscordStage.start();
  try {
    await story(stage);
  } finally {
    await stage.stop();
  }
}

describe('/forget me', () => {
  it('leaves no word, id or name of the person, and all of the others', () =>
    onDiscord(async (stage) => {
      const { gemini } = stage.harness;
      gemini.next(text('Noted one.'), text('Noted two.'));
      const talk = await stage.open('my s3cret plum', 'Zuzanna', [{ name: 'letter.txt', bytes: Buffer.from('d1ary') }]);
      await seenText(talk, 'Noted one.');
      await talk.command('/search on scope:person', 'Zuzanna');
      await talk.say('a pear', 'Grace');
      await seenText(talk, 'Noted two.');
      const { id } = stage.person('Zuzanna');
      expect(stage.harness.stored().join('\n')).toContain(id);
      expect((await talk.command('/forget me', 'Zuzanna')).text).toMatch(/1 turn of yours/);
      const left = stage.harness.stored().join('\n');
      for (const trace of [id, 'Zuzanna', 's3cret', 'letter.txt', Buffer.from('d1ary').toString('base64'), 'Noted one'])
        expect(left).not.toContain(trace);
      expect(left).toContain('a pear');
    }));

  it('takes what others were told of the person out of their turns, and of what the model reads later', () =>
    onDiscord(async (stage) => {
      const { gemini } = stage.harness;
      const [zuzanna, grace, bob] = ['Zuzanna', 'Grace', 'Bob'].map((name) => stage.person(name));
      if (zuzanna === undefined || grace === undefined || bob === undefined) return expect.unreachable();
      const thread = grace.opensThread(stage.discord.channel('general').id, 'Fruit');
      zuzanna.says(thread, 'my s3cret plum');
      bob.says(thread, `I know, <@${zuzanna.id}>`);
      const picture = zuzanna.says(thread, 'this one', { files: [{ name: 'pl-um.png', bytes: BLUE }] });
      const talk = stage.talk(thread);
      gemini.next(text('A fruit.'), text('Nobody said.'));
      grace.says(thread, 'what is it?', { mention: true, replyTo: picture.id });
      await seenText(talk, 'A fruit.');
      await stage.harness.untilLogged('turn.done');
      const traces = [zuzanna.id, 'Zuzanna', 's3cret', 'pl-um', BLUE.toString('base64')];
      const before = stage.harness.stored().join('\n');
      for (const trace of traces) expect(before).toContain(trace);
      await talk.command('/forget me', 'Zuzanna');
      const left = stage.harness.stored().join('\n');
      for (const trace of traces) expect(left).not.toContain(trace);
      expect(left).toContain('I know, @somebody');
      await stage.restart();
      grace.says(thread, 'and who had it?', { mention: true });
      await seenText(talk, 'Nobody said.');
      const asked = JSON.stringify(gemini.requests[1]?.body);
      for (const trace of traces) expect(asked).not.toContain(trace);
      expect(asked).toContain('[Something was said here that is not kept any more.]');
      expect(asked).toContain('what is it?');
    }));
});

describe('a workspace that the bot is thrown out of', () => {
  it('on Discord is forgotten, and one that is only away is not', () =>
    onDiscord(async (stage) => {
      stage.harness.gemini.next(text('Noted.'));
      const talk = await stage.open('my s3cret plum');
      await seenText(talk, 'Noted.');
      await talk.command('/search on scope:person');
      stage.discord.setAvailable(false);
      stage.discord.setAvailable(true);
      stage.discord.expelBot();
      await stage.harness.untilLogged('workspace.erased');
      expect(stage.harness.logged.filter((line) => line['event'] === 'workspace.erased')).toHaveLength(1);
      const left = stage.harness.stored();
      expect(left.filter((row) => !row.startsWith('journal '))).toEqual([]);
      expect(left.join()).not.toMatch(/s3cret|Ada/);
    }));

  it('on Slack is forgotten', async () => {
    const stage = await SlackStage.start();
    try {
      stage.harness.gemini.next(text('Noted.'));
      const talk = await stage.open('my s3cret plum');
      await seenText(talk, 'Noted.');
      stage.slack.installs.uninstall(stage.slack.workspace, ['app_uninstalled', 'tokens_revoked']);
      await stage.harness.untilLogged('workspace.erased');
      expect(stage.harness.stored().filter((row) => !row.startsWith('journal '))).toEqual([]);
    } finally {
      await stage.stop();
    }
  });
});
