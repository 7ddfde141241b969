/** What moderators and rules do to an answer on Discord while it is written, and what is remembered of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage, type DiscordTalk } from '../support/discord-stage.ts';
import { seenExactly, seenText } from '../support/stage.ts';

describe('on Discord, in the middle of an answer,', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.discord.channel('general').id;
  const told = (channel: string) => stage.discord.readsOfBot(channel).map(({ content }) => content);
  const requestOf = (index: number) => Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString();

  /** A question whose answer stops after its first words until something has happened. */
  async function during(happens: (talk: DiscordTalk) => void): Promise<DiscordTalk> {
    const held = gate();
    stage.harness.gemini.next(
      heldAfter(text('It is blue, darn it.', { chunks: ['It is blue', ', darn it.'] }), 1, held),
    );
    const talk = await stage.open('why is the sky blue?');
    await seenText(talk, 'It is blue');
    happens(talk);
    held.open();
    await stage.harness.untilLogged('turn.done');
    return talk;
  }

  async function rememberedAfter(talk: DiscordTalk): Promise<string> {
    stage.harness.gemini.next(text('Yes.'));
    await talk.say('and now?');
    await seenExactly(talk, 'Yes.');
    return requestOf(1);
  }

  it('its thread is archived: it is brought to its end', async () => {
    const talk = await during(({ channelId }) => stage.discord.changeThread(channelId, { archived: true }));
    await seenExactly(talk, 'It is blue, darn it.');
    expect(await rememberedAfter(talk)).toContain('It is blue, darn it.');
  });

  it('its thread is locked: the asker is told above it, and only what was seen is remembered', async () => {
    const talk = await during(({ channelId }) =>
      stage.discord.changeThread(channelId, { archived: true, locked: true }),
    );
    expect(told(general())).toEqual([expect.stringContaining('was locked while I was writing')]);
    stage.discord.changeThread(talk.channelId, { archived: false, locked: false });
    const remembered = await rememberedAfter(talk);
    expect(remembered).toContain('It is blue');
    expect(remembered).not.toContain('darn');
  });

  it('a word of it is blocked: what was let through stands, which is said and all that is remembered', async () => {
    const talk = await during(() => stage.discord.blockWords('darn'));
    await seenText(talk, 'did not let me show the rest');
    expect(told(talk.channelId)).toEqual([expect.stringMatching(/^It is blue\n+-# The rules/u)]);
    expect(await rememberedAfter(talk)).not.toContain('darn');
  });

  it.each([
    ['the channel is hidden from the bot', () => stage.discord.deny(general(), stage.discord.botRoleId, 'viewChannel')],
    [
      'the right to write there is taken away',
      () => stage.discord.deny(general(), stage.discord.botRoleId, 'sendMessagesInThreads', 'viewChannel'),
    ],
    ['its thread is locked', (thread: string) => stage.discord.changeThread(thread, { locked: true })],
    ['its thread is deleted', (thread: string) => stage.discord.deleteChannel(thread)],
  ] as const)('%s: the model is asked for no more of it, and the asker is told', async (_, happens) => {
    const [first, second, third] = [gate(), gate(), gate()];
    const answer = text('It is blue, and so on, and on.', { chunks: ['It is blue', ', and so on', ', and on.'] });
    stage.harness.gemini.next(heldAfter(heldAfter(answer, 2, second), 1, first));
    const { channelId } = await stage.open('why is the sky blue?');
    await first.reached;
    await expect.poll(() => told(channelId)).toEqual(['It is blue']);
    happens(channelId);
    first.open();
    await stage.harness.untilLogged('turn.done');
    expect(stage.harness.gemini.requests[0]?.closedEarlyAt).toBeGreaterThan(0);
    const dm = stage.person('Ada').dmChannelId;
    await expect
      .poll(() => [...told(general()), ...told(dm)])
      .toEqual([expect.stringMatching(/locked|may not write/u)]);
    for (const each of [second, third]) each.open();
  });

  it('the channel is hidden from the bot: the asker is told in a direct message', async () => {
    await during(() => stage.discord.deny(general(), stage.discord.botRoleId, 'viewChannel'));
    expect(told(stage.person('Ada').dmChannelId)).toEqual([expect.stringContaining('I may not write where you asked')]);
  });
});
