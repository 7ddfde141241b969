/** What only Discord tells of buttons: who may press, what is written, which post has them, private answers, answers that are gone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { jsonOf, listOf } from '../simulators/discord/json.ts';
import { type Gate, gate } from '../simulators/gemini/script.ts';
import { DiscordStage, type DiscordTalk, labelsOf } from '../support/discord-stage.ts';
import { seen, seenButtons, seenExactly, seenText } from '../support/stage.ts';

const RATINGS = ['👍', '👎'];

describe('buttons on Discord', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.discord.channel('general').id;
  const posts = (talk: DiscordTalk) => stage.discord.readsOfBot(talk.channelId);

  const answered = async (answer = text('It is 42.'), question = 'why?') => {
    stage.harness.gemini.next(answer);
    const talk = await stage.open(question);
    await stage.harness.untilLogged('turn.done');
    return talk;
  };

  /** An answer of which a first half stands, until the gate opens. */
  const halfAnswered = async (): Promise<{ talk: DiscordTalk; hold: Gate }> => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('The first half. The second half.', { chunks: 2 }), 1, hold));
    const talk = await stage.open('tell me everything');
    await seenText(talk, 'The first half.');
    return { talk, hold };
  };

  it('cost no write of their own: Stop comes with the first text and goes with the end', async () => {
    const { talk, hold } = await halfAnswered();
    await seenButtons(talk, 'Stop');
    hold.open();
    await seenButtons(talk, 'Retry', ...RATINGS);
    const writes = stage.discord.calls.filter(({ route, method }) => method !== 'GET' && /\/messages/u.test(route));
    const shown = writes.map(({ request }) => jsonOf(request)).filter((body) => 'content' in body);
    expect(shown.map(({ components }) => labelsOf({ components: listOf(components) })[0])).toEqual([
      'Stop',
      ...shown.slice(2).map(() => 'Stop'),
      'Retry',
    ]);
    const growing = shown.slice(0, -1).map(({ content }) => content);
    expect(new Set(growing).size).toBe(growing.length);
  });

  it('let those stop it who may take messages away there, and say who did', async () => {
    const { talk, hold } = await halfAnswered();
    stage.discord.allow(general(), stage.person('Grace').id, 'manageMessages');
    await talk.press('Stop', 'Grace');
    await seenText(talk, 'Stopped by Grace.');
    hold.open();
  });

  it('stand under the last post alone', async () => {
    const talk = await answered(text('And so on, for as long as it takes. '.repeat(150), { chunks: 12 }));
    await seenButtons(talk, 'Retry', ...RATINGS);
    const labels = posts(talk).map(labelsOf);
    expect(labels.length).toBeGreaterThan(2);
    expect(labels.slice(0, -1).flat()).toEqual([]);
  });

  it('under a private answer work for its reader, who may not have it written again', async () => {
    const talk = await answered();
    const ada = stage.person('Ada');
    stage.harness.gemini.next(text('Only for', { finishReason: 'MAX_TOKENS' }), text(' you.'));
    const given = ada.slash(talk.channelId, 'ask', { question: 'a secret?', private: true });
    await stage.harness.untilLogged('turn.done', 2);
    const shown = await given.answer();
    expect(labelsOf(shown)).toEqual(['Continue', ...RATINGS]);
    await stage.restart();
    expect((await ada.pressesIn(given, '👍').told())[0]?.content).toMatch(/^Thank you/);
    const [more] = await ada.pressesIn(given, 'Continue').told();
    expect(more?.content).toContain('you.');
    await stage.harness.untilLogged('turn.done', 3);
    expect(JSON.stringify(stage.harness.gemini.requests[2]?.body)).toMatch(/a secret\?.*Only for/);
    expect(JSON.stringify(stage.discord.reads(talk.channelId))).not.toMatch(/secret|Only for|you\./);
  });

  it('work under an answer that stands in the channel, whoever presses', async () => {
    const inChannel = stage.talk(general());
    await inChannel.command('/settings setting:replyStyle value:in-place scope:person');
    stage.harness.gemini.next(text('Here.'), text('Here again.'));
    stage.person('Ada').says(general(), 'where?', { mention: true });
    await stage.harness.untilLogged('turn.done');
    await stage.restart();
    expect(await (await inChannel.press('👎', 'Grace')).told()).toMatch(/^Thank you/);
    await inChannel.press('Retry', 'Grace');
    await seenExactly(inChannel, 'Here again.');
  });

  it('work in direct messages', async () => {
    const ada = stage.person('Ada');
    const talk = stage.talk(ada.dmChannelId);
    stage.harness.gemini.next(text('Hello.'), text('Hello again.'));
    ada.dm('hi');
    await stage.harness.untilLogged('turn.done');
    await talk.press('Retry');
    await seenExactly(talk, 'Hello again.');
  });

  it('tell what is longer than a few messages as a file', async () => {
    const thought = `**Counting**\n\n${'Six times seven, and once more. '.repeat(300)}\n`;
    const talk = await answered(text('It is 42.', { thoughts: [thought] }), 'why? --thoughts full');
    const [post] = posts(talk);
    const pressed = stage.person('Ada').pressesOn(post?.id ?? '', 'Thoughts');
    const [told] = await pressed.told();
    expect(Array.from(told?.content ?? '').length).toBeLessThanOrEqual(2000);
    expect(Buffer.from(told?.files[0]?.bytes ?? []).toString()).toBe(thought);
  });

  it('have words in the language of the person', async () => {
    const talk = await answered();
    await talk.command('/settings setting:language value:pl');
    stage.harness.gemini.next(text('To 42.'));
    await talk.say('po polsku?');
    await seenButtons(talk, 'Jeszcze raz', ...RATINGS);
    expect(await (await talk.press('👍')).told()).toMatch(/^Dziękuję/);
  });

  it('go when an answer that was broken off is written anew', async () => {
    const { talk, hold } = await halfAnswered();
    stage.harness.gemini.next(text('Anew.'));
    await stage.restart(0);
    hold.open();
    await seen(talk, (all) => all.at(-1)?.text === 'Anew.');
    await seenButtons(talk, 'Retry', ...RATINGS);
    expect(labelsOf(posts(talk)[0] ?? { components: [] })).not.toContain('Stop');
  });
});
