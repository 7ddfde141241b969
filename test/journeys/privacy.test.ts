import { describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage } from '../support/discord-stage.ts';
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
