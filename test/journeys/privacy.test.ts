import { afterEach, describe, expect, it, vi } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { BLUE } from '../support/pictures.ts';
import { SlackStage } from '../support/slack-stage.ts';
import { seenText } from '../support/stage.ts';

const WEEK_MS = 7 * 24 * 60 * 60_000;

afterEach(() => void vi.useRealTimers());

/** Discord lets a bot identify once in five seconds. */
async function again(stage: DiscordStage): Promise<void> {
  stage.discord.clock.advance(5000);
  await stage.harness.start();
}

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

  it('leaves none of it in what could not be read and was set aside, nor in an answer that is being written', () =>
    onDiscord(async (stage) => {
      const { gemini } = stage.harness;
      gemini.next(text('Noted one.'));
      const talk = await stage.open('my s3cret plum', 'Zuzanna', [{ name: 'letter.txt', bytes: Buffer.from('d1ary') }]);
      await seenText(talk, 'Noted one.');
      await stage.harness.untilLogged('turn.done');
      stage.harness.damageTurn();
      await talk.say('a pear', 'Grace');
      await seenText(talk, 'cannot be read');
      expect(
        stage.harness
          .stored()
          .filter((row) => row.startsWith('set-aside/turns '))
          .join(),
      ).toContain('s3cret');
      const hold = gate();
      gemini.next(heldAfter(text('Pl0m it is. Pl0m it was.', { chunks: 2 }), 1, hold));
      await talk.say('my s3cret again', 'Zuzanna');
      await seenText(talk, 'Pl0m');
      expect(
        stage.harness
          .stored()
          .filter((row) => row.startsWith('drafts '))
          .join(),
      ).toContain('Pl0m');
      const told = talk.command('/forget me', 'Zuzanna');
      hold.open();
      expect((await told).text).toContain('of yours');
      const { id } = stage.person('Zuzanna');
      const left = stage.harness.stored().join('\n');
      for (const trace of [id, 'Zuzanna', 's3cret', 'letter.txt', Buffer.from('d1ary').toString('base64'), 'Pl0m'])
        expect(left).not.toContain(trace);
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

  it('while it is not running is forgotten a week later, and one that it is still in is not', () =>
    onDiscord(async (stage) => {
      stage.harness.gemini.next(text('Noted.'));
      const talk = await stage.open('my s3cret plum');
      await seenText(talk, 'Noted.');
      await stage.harness.untilLogged('turn.done');
      await stage.restart(0);
      await stage.harness.halt(0);
      stage.discord.expelBot();
      await again(stage);
      await stage.harness.untilLogged('workspace.absent');
      expect(stage.harness.logged.filter(({ event }) => event === 'workspace.absent')).toHaveLength(1);
      expect(stage.harness.stored().join()).toContain('s3cret');
      await stage.harness.halt(0);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + WEEK_MS });
      await again(stage);
      await stage.harness.untilLogged('workspace.erased');
      expect(stage.harness.stored().join()).not.toMatch(/s3cret|Ada/);
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
