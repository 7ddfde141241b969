/** The path of an answer, walked by the real @slack/bolt over Socket Mode: mention, thread, post, updates, direct message. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../discord/json.ts';
import { eachTest } from './fixture.ts';

const fixture = eachTest();

describe('the path of an answer', () => {
  it('delivers a mention as two events of one message', async () => {
    const { sim, ada, general, app } = fixture();
    const heard: Json[] = [];
    await app((bolt) => {
      bolt.event('app_mention', async ({ event, body }) => void heard.push({ ...event, id: body.event_id }));
      bolt.event('message', async ({ event, body }) => void heard.push({ ...event, id: body.event_id }));
    });
    const asked = ada.says(general, 'why is <b> & "sky" blue?', { mention: true });
    await sim.until(() => sim.deliveries.length === 2 && sim.deliveries.every(({ state }) => state === 'acknowledged'));
    const [first, second] = heard;
    expect(heard.map(({ type }) => type)).toEqual(['message', 'app_mention']);
    expect(first).toMatchObject({
      channel: general,
      channel_type: 'channel',
      user: ada.id,
      text: `<@${sim.bot.id}> why is &lt;b&gt; &amp; "sky" blue?`,
      ts: asked.ts,
    });
    expect(second).not.toHaveProperty('channel_type');
    expect(second?.['client_msg_id']).toBe(first?.['client_msg_id']);
    expect(second?.['id']).not.toBe(first?.['id']);
    expect(JSON.stringify(first?.['blocks'])).toContain(`"user_id":"${sim.bot.id}"`);
  });

  it('shows each version of an answer in its thread, and what each is called for', async () => {
    const { sim, ada, general, app } = fixture();
    const { client } = await app();
    const { ts } = ada.says(general, 'why?', { mention: true });
    const answer = await client.chat.postMessage({ channel: general, thread_ts: ts, text: 'Be' });
    sim.clock.advance(1000);
    await client.chat.update({
      channel: general,
      ts: answer.ts ?? '',
      text: 'Because.',
      blocks: [{ type: 'markdown', text: 'Because &lt;@all&gt;.' }],
    });
    const [question, reply] = sim.seenIn(general, ts);
    expect(question?.text).toBe('@Halley why?');
    expect(reply?.versions.map(({ text }) => text)).toEqual(['Be', 'Because <@all>.']);
    expect(reply).toMatchObject({ author: 'Halley', edited: false, notification: 'Because.', threadTs: ts });
    expect(sim.seenIn(general).map(({ text }) => text)).toEqual(['@Halley why?']);
    expect(sim.seenAt(reply?.at ?? 0, { channel: general, thread: ts }).at(-1)?.text).toBe('Be');
    expect(sim.notifications).toEqual([]);
  });

  it('carries a direct message, which has no twin, and the answer to it', async () => {
    const { sim, ada, app } = fixture();
    await app((bolt) => {
      bolt.message(async ({ message, client }) => {
        if (!('thread_ts' in message) && message.channel_type === 'im')
          await client.chat.postMessage({ channel: message.channel, text: 'hello, *Ada*' });
      });
    });
    ada.dm('hello');
    await sim.until(() => sim.seenOfBot(ada.dmChannelId).length === 1);
    expect(sim.seenIn(ada.dmChannelId).map(({ text }) => text)).toEqual(['hello', 'hello, *Ada*']);
    const kinds = sim.deliveries.map(({ payload }) => (payload['event'] as Json)['type']);
    expect(kinds).toEqual(['message', 'message']);
  });

  it('reads history and people back to the bot', async () => {
    const { ada, general, sim, app } = fixture();
    const { client } = await app();
    const { ts } = ada.says(general, 'one');
    ada.says(general, 'two', { thread: ts });
    const replies = await client.conversations.replies({ channel: general, ts });
    expect(replies.messages?.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(replies.messages?.[1]).toMatchObject({ thread_ts: ts, parent_user_id: ada.id });
    const history = await client.conversations.history({ channel: general });
    expect(history.messages?.[0]).toMatchObject({ text: 'one', reply_count: 1 });
    expect((await client.users.info({ user: ada.id })).user?.real_name).toBe('Ada');
    expect((await client.bots.info({ bot: sim.bot.bot?.id ?? '' })).bot?.name).toBe('Halley');
    expect((await client.conversations.info({ channel: general })).channel?.name).toBe('general');
    const link = await client.chat.getPermalink({ channel: general, message_ts: ts });
    expect(link.permalink).toContain(`/archives/${general}/p${ts.replace('.', '')}`);
  });

  it('whispers to one person, and takes a message back', async () => {
    const { sim, ada, general, app } = fixture();
    const { client } = await app();
    const ben = sim.addUser('Ben');
    await client.chat.postEphemeral({ channel: general, user: ada.id, text: 'only you' });
    expect(sim.seenIn(general, undefined, ada).map(({ text }) => text)).toEqual(['only you']);
    expect(sim.seenIn(general, undefined, ben)).toEqual([]);
    const { ts = '' } = await client.chat.postMessage({ channel: general, text: 'gone soon' });
    await client.chat.delete({ channel: general, ts });
    expect(sim.seenIn(general, undefined, ben)).toEqual([]);
    expect(sim.deliveries.at(-1)?.payload['event']).toMatchObject({ subtype: 'message_deleted', deleted_ts: ts });
  });
});
