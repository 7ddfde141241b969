/** Stories that only Slack tells: threads, direct messages as streams, its limits, mention twins, refusals at every step. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { SlackStage, SlackTalk } from '../support/slack-stage.ts';
import { seen, seenExactly, seenText } from '../support/stage.ts';

const PARAGRAPH = 'Ein Satz über Größe, 大きさ und 👩🏽‍💻, der nicht enden will, bis er doch endet. ';
const LONG = Array.from({ length: 120 }, (_, at) => `${at + 1}. ${PARAGRAPH.repeat(2).trim()}`).join('\n\n');

describe('on Slack', () => {
  let stage: SlackStage;
  beforeEach(async () => {
    stage = await SlackStage.start();
  });
  afterEach(() => stage.stop());

  const general = () => stage.slack.channel('general').id;

  it('answers in a thread under the question, and goes on there without a mention', async () => {
    stage.harness.gemini.next(text('It is 42.'), text('Half of that is 21.'));
    const talk = await stage.open('what is the answer?');
    await seenExactly(talk, 'It is 42.');
    await talk.say('and half of it?');
    await seenExactly(talk, 'Half of that is 21.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('It is 42.');
    expect(stage.slack.seenOfBot(general())).toEqual([]);
  });

  it('streams the answer to a direct message, and remembers it', async () => {
    const midway = gate();
    stage.harness.gemini.next(
      heldAfter(text('One two three four five six.', { chunks: 6 }), 3, midway),
      text('You said hi.'),
    );
    const talk = await stage.direct('hi');
    await midway.reached;
    await seen(talk, (all) => (all[0]?.text.length ?? 0) > 5);
    expect(stage.slack.seenOfBot(talk.channel, talk.thread)[0]?.stream).toBe('in_progress');
    midway.open();
    await seenExactly(talk, 'One two three four five six.');
    await stage.harness.untilLogged('turn.done');
    expect(stage.slack.seenOfBot(talk.channel, talk.thread)[0]?.stream).toBe('completed');
    expect(stage.slack.callsOf('chat.update')).toEqual([]);
    await talk.say('what did I say?');
    await seenExactly(talk, 'You said hi.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('One two three');
  });

  it.each(['open', 'direct'] as const)(
    'writes a long answer over several posts that join to exactly the text: %s',
    async (how) => {
      stage.harness.gemini.next(text(LONG, { chunks: 60 }));
      const talk = await stage[how]('tell me a lot');
      await seen(talk, (all) => all.map((post) => post.text).join('\n\n') === LONG);
      await stage.harness.untilLogged('turn.done');
      expect(stage.slack.seenOfBot(talk.channel, talk.thread).length).toBeGreaterThan(1);
      expect(stage.slack.refusals).toEqual([]);
    },
  );

  it('answers once, whichever of its two events a mention comes with first', async () => {
    stage.harness.gemini.next(text('Once.'), text('Twice.'));
    const { ts } = stage.person('Ada').says(general(), 'hi', { mention: true, mentionFirst: true });
    await stage.slack.until(() => stage.slack.seenOfBot(general(), ts).length === 1);
    const talk = await stage.open('hi again');
    await seenExactly(talk, 'Twice.');
    expect(stage.harness.gemini.requests).toHaveLength(2);
  });

  it('pings nobody, whatever the model writes, in a channel and in a stream', async () => {
    const answer = `<!channel> <!here> <@${stage.person('Grace').id}> \`<!everyone>\` [<!here>](https://a.example) @channel
\n| <!channel> |\n|---|\n| <!subteam^S1> |\n\n\`\`\`\n<!channel> <https://a.example|b>\n\`\`\`\nEnd.`;
    stage.harness.gemini.next(text(answer, { chunks: 9 }), text(answer, { chunks: 9 }));
    await seenText(await stage.open('ping them all'), 'End.');
    await seenText(await stage.direct('ping them all'), 'End.');
    expect(stage.slack.notifications).toEqual([]);
    const written = [general(), stage.person('Ada').dmChannelId]
      .flatMap((channel) => [...stage.slack.channel(channel).messages.values()])
      .filter(({ author }) => author.id === stage.slack.bot.id);
    expect(written.length).toBeGreaterThan(1);
    expect(written.filter(({ unfurls }) => unfurls)).toEqual([]);
  });

  it('grows before the eyes of all who read a channel, and not of its asker alone', async () => {
    const midway = gate();
    stage.harness.gemini.next(heldAfter(text('One two.', { chunks: ['One', ' two.'] }), 1, midway));
    const talk = await stage.open('count');
    const grace = stage.person('Grace');
    const read = () => stage.slack.seenOfBot(general(), talk.thread, grace).map((message) => message.text);
    await stage.slack.until(() => read().join() === 'One');
    midway.open();
    await stage.slack.until(() => read().join() === 'One two.');
    await stage.harness.untilLogged('turn.done');
  });

  it('answers in a group of people as in a channel: where it is named, and then in the thread', async () => {
    stage.harness.gemini.next(text('Here.'), text('Still here.'));
    const [ada, grace] = [stage.person('Ada'), stage.person('Grace')];
    const group = stage.slack.addChannel('mpdm-ada--grace-1', { kind: 'mpim' }).id;
    grace.says(group, 'only among us');
    const { ts } = ada.says(group, 'are you there?', { mention: true });
    const talk = new SlackTalk(stage, group, ts);
    await seenExactly(talk, 'Here.');
    await talk.say('and now?', 'Grace');
    await seenExactly(talk, 'Still here.');
    await stage.harness.untilLogged('turn.done', 2);
    expect(stage.harness.gemini.requests).toHaveLength(2);
  });

  it('leaves its answer as it is where the question gets a preview of a link', async () => {
    stage.harness.gemini.next(text('Nice.'), text('Yes.'));
    const talk = await stage.open('look at https://a.example/ please');
    await seenExactly(talk, 'Nice.');
    await stage.harness.untilLogged('turn.done');
    stage.person('Ada').linkUnfurls(general(), talk.thread, 'https://a.example/');
    await talk.say('and?');
    await seenExactly(talk, 'Yes.');
    expect((await talk.answers()).map((answer) => answer.text)).toEqual(['Nice.', 'Yes.']);
    expect(stage.harness.gemini.requests).toHaveLength(2);
  });

  it('never answers itself, other bots, or people who do not address it', async () => {
    stage.harness.gemini.next(text('Hello.'));
    const other = stage.slack.addBot('other');
    other.says(general(), 'hello from a bot', { mention: true });
    stage.person('Grace').says(general(), 'nobody in particular');
    const talk = await stage.open('hi');
    await seenExactly(talk, 'Hello.');
    other.says(talk.channel, 'I am a bot in the thread', { mention: true, thread: talk.thread });
    await stage.slack.until(() => stage.slack.deliveries.every(({ state }) => state === 'acknowledged'));
    expect(stage.harness.gemini.requests).toHaveLength(1);
  });
});

describe('on Slack over HTTP', () => {
  it('answers, goes on, takes commands, and does all of it after a restart', async () => {
    const stage = await SlackStage.start({ transport: 'http' });
    stage.harness.gemini.next(text('It is 42.'), text('Half of that is 21.'), text('Hello.'));
    const talk = await stage.open('what is the answer?');
    await seenExactly(talk, 'It is 42.');
    expect((await talk.command('/think low')).text).toContain('low');
    await stage.restart();
    await talk.say('and half of it?');
    await seenExactly(talk, 'Half of that is 21.');
    await seenExactly(await stage.direct('hi'), 'Hello.');
    expect(stage.slack.callsOf('apps.connections.open')).toEqual([]);
    await stage.stop();
  });
});
