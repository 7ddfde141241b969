/** Answers in text displays on Discord: where a channel chose them, streamed, long, with sources, files and buttons, after restarts and retries. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, image, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage, type DiscordTalk, labelsOf } from '../support/discord-stage.ts';
import { BLUE } from '../support/pictures.ts';
import { seenButtons, seenExactly, seenText } from '../support/stage.ts';

const IS_COMPONENTS_V2 = 1 << 15;
const CHOSEN = '/settings setting:messageStyle value:display scope:channel';
const TAKEN_BACK = '/settings setting:messageStyle value:plain scope:channel';

describe('answers in text displays on Discord', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
    stage.discord.allow(general(), stage.person('Ada').id, 'manageChannels');
    await stage.talk(general()).command(CHOSEN);
  });
  afterEach(() => stage.stop());

  const general = () => stage.discord.channel('general').id;
  const posts = (talk: DiscordTalk) => stage.discord.readsOfBot(talk.channelId);
  const areDisplays = (talk: DiscordTalk) => posts(talk).map(({ flags }) => (flags & IS_COMPONENTS_V2) !== 0);

  it('stream into one post, with the sources under the text and the buttons under both', async () => {
    const hold = gate();
    const whole = 'The sky is blue. Mostly, and by day.';
    const grounding = { sources: [{ title: 'Sky', uri: 'https://sky.example/' }] };
    stage.harness.gemini.next(heldAfter(text(whole, { chunks: 2, grounding }), 1, hold));
    const talk = await stage.open('why? --search');
    await seenText(talk, 'The sky is blue.');
    await seenButtons(talk, 'Stop');
    hold.open();
    await seenText(talk, 'https://sky.example/');
    await seenButtons(talk, 'Retry', 'Sources', '👍', '👎');
    const [post, ...others] = posts(talk);
    expect(others).toEqual([]);
    expect(areDisplays(talk)).toEqual([true]);
    expect(post?.versions[0]?.content).toMatch(/^The sky is/u);
    expect(post?.content).toMatch(/^The sky is blue\. Mostly, and by day\.[^]*\*\*Sources\*\*/u);
  });

  it.each([
    ['letters', 'And so on, for as long as it takes. '],
    ['Chinese and emoji', '漢字漢字漢字 😀😀 '],
  ])('hold 4000 characters of %s, or as many as Discord takes bytes of', async (_, sentence) => {
    const answer = sentence.repeat(Math.ceil(7000 / sentence.length)).trim();
    stage.harness.gemini.next(text(answer, { chunks: 9 }));
    const talk = await stage.open('tell me everything');
    await stage.harness.untilLogged('turn.done');
    const shown = posts(talk).map(({ content }) => content);
    expect(shown.join(' ').replace(/\s+/gu, ' ')).toBe(answer);
    expect(areDisplays(talk).every(Boolean)).toBe(true);
    expect(Array.from(shown[0] ?? '').length).toBeGreaterThan(2000);
    expect(posts(talk).map(labelsOf).slice(0, -1).flat()).toEqual([]);
  });

  it('show pictures, and files that their text is too long for', async () => {
    const code = `\`\`\`python\n${'print("Hello, world, again and again")\n'.repeat(200)}\`\`\``;
    stage.harness.gemini.next(text(code, { chunks: 5 }), image({ data: BLUE }));
    const talk = await stage.open('write a program');
    await stage.harness.untilLogged('turn.done');
    expect(posts(talk).at(-1)?.content).toContain('code-1.py');
    await talk.say('draw');
    await stage.harness.untilLogged('turn.done', 2);
    const files = posts(talk).flatMap((post) => post.files.map(({ name }) => name));
    expect(files).toEqual(['code-1.py', 'picture-1.png']);
    expect(areDisplays(talk).every(Boolean)).toBe(true);
  });

  it('are answered again as they stand when the channel has gone back to plain messages', async () => {
    stage.harness.gemini.next(text('It is 42.'), text('It is 43.'), text('It is 44.'));
    const talk = await stage.open('why?');
    await seenExactly(talk, 'It is 42.');
    await seenButtons(talk, 'Retry', '👍', '👎');
    await stage.talk(general()).command(TAKEN_BACK);
    await stage.restart();
    await talk.press('Retry');
    await seenExactly(talk, 'It is 43.');
    expect(areDisplays(talk)).toEqual([true]);
    await talk.say('and now?');
    await stage.harness.untilLogged('turn.done', 3);
    expect(areDisplays(talk)).toEqual([true, false]);
  });

  it('go on as displays after a restart in the middle of one', async () => {
    const hold = gate();
    stage.harness.gemini.next(heldAfter(text('Half. And the rest.', { chunks: 2 }), 1, hold), text('All of it.'));
    const talk = await stage.open('why?');
    await seenText(talk, 'Half.');
    await stage.restart(0);
    hold.open();
    await seenText(talk, 'All of it.');
    await seenButtons(talk, 'Retry', '👍', '👎');
    expect(areDisplays(talk)).toEqual([true]);
  });

  it('stay what they are where the question is edited after another choice', async () => {
    const channel = stage.talk(general());
    stage.harness.gemini.next(text('It is 42.'), text('It is 43.'));
    const ada = stage.person('Ada');
    const asked = ada.says(general(), 'why?', { mention: true });
    const talk = stage.talk(await stage.discord.waitForThread(asked.id));
    await seenExactly(talk, 'It is 42.');
    await channel.command(TAKEN_BACK);
    ada.edits(asked.id, `<@${stage.discord.bot.id}> why not?`);
    await seenExactly(talk, 'It is 43.');
    expect(areDisplays(talk)).toEqual([true]);
  });

  it('are private where the question is, and go on so', async () => {
    const ada = stage.person('Ada');
    stage.harness.gemini.next(text('Only for', { finishReason: 'MAX_TOKENS' }), text(' you.'));
    const given = ada.slash(general(), 'ask', { question: 'a secret?', private: true });
    await stage.harness.untilLogged('turn.done');
    const shown = await given.answer();
    expect(shown).toMatchObject({ content: expect.stringMatching(/^Only for/u), ephemeral: true });
    expect(shown.flags & IS_COMPONENTS_V2).not.toBe(0);
    const [more] = await ada.pressesIn(given, 'Continue').told();
    await stage.harness.untilLogged('turn.done', 2);
    expect(more?.content).toContain('you.');
    expect((more?.flags ?? 0) & IS_COMPONENTS_V2).not.toBe(0);
  });

  it('are read where somebody else replies to one', async () => {
    await stage.talk(general()).command('/settings setting:replyStyle value:in-place scope:channel');
    stage.harness.gemini.next(text('It is 42.'), text('Because.'));
    const talk = stage.talk(general());
    stage.person('Ada').says(general(), 'why?', { mention: true });
    await seenExactly(talk, 'It is 42.');
    await stage.harness.untilLogged('turn.done');
    await talk.command('/forget');
    const replyTo = posts(talk)[0]?.id ?? '';
    stage.person('Grace').says(general(), 'why that?', { mention: true, replyTo });
    await stage.harness.untilLogged('turn.done', 2);
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('It is 42.');
  });

  it('ping nobody', async () => {
    stage.harness.gemini.next(text(`Hi @everyone and <@${stage.person('Grace').id}>.`));
    const talk = await stage.open('greet all');
    await seenText(talk, 'Hi @everyone');
    await stage.harness.untilLogged('turn.done');
    const said = stage.discord.calls.filter(
      ({ route, method }) => method !== 'GET' && /\/messages$|\/messages\/\d+$/u.test(route),
    );
    expect(said.length).toBeGreaterThan(0);
    for (const { request } of said) expect(request).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it('are chosen by one of two words', async () => {
    const { text: told } = await stage.talk(general()).command('/settings setting:messageStyle value:embed');
    expect(told).toContain('plain');
    expect(told).toContain('display');
  });
});
