/** Stories that only Discord tells: threads, direct messages, pings, other bots, its length limit. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

const SUPPRESS_EMBEDS = 4;

describe('on Discord', () => {
  let stage: DiscordStage;
  beforeEach(async () => {
    stage = await DiscordStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.discord.channel('general').id;

  it('answers a direct message without a mention, and remembers it', async () => {
    stage.harness.gemini.next(text('Hello Ada.'), text('You said hi.'));
    const ada = stage.person('Ada');
    ada.dm('hi');
    const talk = stage.talk(ada.dmChannelId);
    await seenExactly(talk, 'Hello Ada.');
    ada.dm('what did I say?');
    await seenExactly(talk, 'You said hi.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('Hello Ada.');
  });

  it('writes a long answer over several posts that join to exactly the text', async () => {
    const paragraph = 'Ein Satz über Größe, 大きさ und 👩🏽‍💻, der nicht enden will, bis er doch endet. ';
    const long = Array.from({ length: 40 }, (_, i) => `${i + 1}. ${paragraph.repeat(2).trim()}`).join('\n\n');
    stage.harness.gemini.next(text(long, { chunks: 60 }));
    const talk = await stage.open('tell me a lot');
    // A page ends at a blank line, which the end of the message stands for.
    await seen(talk, (all) => all.map((post) => post.text).join('\n\n') === long);
    const posts = stage.discord.readsOfBot(talk.channelId);
    expect(posts.length).toBeGreaterThan(2);
    for (const post of posts)
      for (const { content } of post.versions) expect(Array.from(content).length).toBeLessThanOrEqual(2000);
    expect(stage.discord.refusals).toEqual([]);
  });

  it('closes and reopens a fence that runs over two posts', async () => {
    const code = Array.from({ length: 150 }, (_, i) => `const line${i} = "${'x'.repeat(10)}";`).join('\n');
    stage.harness.gemini.next(text(`Here:\n\n\`\`\`ts\n${code}\n\`\`\`\n\nDone.`, { chunks: 20 }));
    const talk = await stage.open('show me');
    const posts = await seen(talk, (all) => all.at(-1)?.text.endsWith('Done.') ?? false);
    for (const post of posts)
      expect(post.text.match(/^```/gm)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0);
    expect(posts[1]?.text.startsWith('```ts\n')).toBe(true);
  });

  it('pings nobody, whatever the model writes, and shows no link previews', async () => {
    const answer = `@everyone @here <@${stage.person('Grace').id}> <@&${stage.discord.botRoleId}> https://example.com`;
    stage.harness.gemini.next(text(answer, { chunks: 6 }));
    const talk = await stage.open('ping them all');
    await seenText(talk, 'example.com');
    expect(
      stage.discord.notified.filter(
        (ping) =>
          ping.messageId !== undefined &&
          stage.discord.readsOfBot(talk.channelId).some((post) => post.id === ping.messageId),
      ),
    ).toEqual([]);
    expect(stage.discord.addedToThread).toEqual([]);
    for (const post of stage.discord.readsOfBot(talk.channelId)) {
      expect(post.flags & SUPPRESS_EMBEDS).toBe(SUPPRESS_EMBEDS);
      expect(post.embeds).toBe(0);
    }
  });

  it('never answers itself, other bots, or people who do not address it', async () => {
    stage.harness.gemini.next(text('Hello.'));
    const other = stage.discord.addBot('other');
    other.says(general(), 'hello from a bot', { mention: true });
    stage.person('Grace').says(general(), 'nobody in particular');
    const talk = await stage.open('hi');
    await seenExactly(talk, 'Hello.');
    other.says(talk.channelId, 'I am a bot in the thread', { mention: true });
    expect(stage.discord.readsOfBot(general())).toEqual([]);
    expect(stage.harness.gemini.requests).toHaveLength(1);
  });

  it('answers a message that is delivered again, before, during and after its answer, once', async () => {
    const beforeText = gate();
    stage.harness.gemini.next(heldAfter(text('Once.'), 0, beforeText), text('Next.'));
    const talk = await stage.open('hi');
    await beforeText.reached;
    stage.discord.gateway.repeat('MESSAGE_CREATE');
    beforeText.open();
    await seenExactly(talk, 'Once.');
    stage.discord.gateway.repeat('MESSAGE_CREATE');
    await talk.say('and now?');
    const posts = await seen(talk, (all) => all.at(-1)?.text === 'Next.');
    expect(posts.map((post) => post.text)).toEqual(['Once.', 'Next.']);
  });

  it('takes a thread opened by people when it is mentioned there, and goes on without a mention', async () => {
    stage.harness.gemini.next(text('Here.'), text('Still here.'));
    const ada = stage.person('Ada');
    const thread = ada.opensThread(general(), 'plums');
    ada.says(thread, 'nobody asked');
    ada.says(thread, 'are you there?', { mention: true });
    const talk = stage.talk(thread);
    await seenExactly(talk, 'Here.');
    await talk.say('and now?');
    await seenExactly(talk, 'Still here.');
    expect(stage.harness.gemini.requests).toHaveLength(2);
  });
});

describe('on Discord without the message content intent', () => {
  it('answers mentions and replies with a ping, and leaves the rest alone', async () => {
    const stage = await DiscordStage.start(
      { configure: (settings) => ({ ...settings, discord: { ...settings.discord, messageContent: false } }) },
      { privilegedIntents: false },
    );
    stage.harness.gemini.next(text('One.'), text('Two.'));
    const talk = await stage.open('first?');
    await seenExactly(talk, 'One.');
    const told = () => stage.discord.readsOfBot(talk.channelId).map(({ content }) => content);
    await talk.say('nobody hears this');
    await expect.poll(told).toEqual(['One.', expect.stringContaining('I can only read messages here that mention me')]);
    await talk.say('nor this');
    const [first] = stage.discord.readsOfBot(talk.channelId);
    stage.person('Ada').says(talk.channelId, 'second?', { replyTo: first?.id ?? '', ping: true });
    await seenExactly(talk, 'Two.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('second?');
    expect(told()).toHaveLength(3);
    const about = /With the Message Content intent I would also/u;
    expect((await talk.command('/about')).text).toMatch(about);
    expect((await stage.talk(stage.person('Ada').dmChannelId).command('/about')).text).not.toMatch(about);
    await stage.stop();
  });

  it('does not start, and says what to do, when the intent is asked for and not allowed', async () => {
    await expect(DiscordStage.start({}, { privilegedIntents: false })).rejects.toThrow(/Message Content/);
  });
});
