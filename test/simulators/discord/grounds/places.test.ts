/** Kinds of places: forums, media and announcement channels, the chat of voice channels, direct messages. */
import { ChannelType, Events } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { connected, next } from '../client.ts';
import { eachTest } from '../fixture.ts';

const now = eachTest();

describe.each(['forum', 'media'] as const)('a %s channel', (type) => {
  it('holds posts, each a thread whose first message has its id', async () => {
    const { sim, ada } = now();
    const help = sim.addChannel('help', { type, tags: ['question'] });
    const client = await connected(sim);
    const thread = next(client, Events.ThreadCreate);
    const first = next(client, Events.MessageCreate);
    const post = ada.opensPost(help.id, 'Why does it rain?', { title: 'Rain', tags: ['question'], mention: true });
    expect(post.id).toBe(post.channelId);
    expect((await thread)[0]).toMatchObject({ id: post.id, parentId: help.id, appliedTags: [help.forum?.tags[0]?.id] });
    const [message] = await first;
    expect(message).toMatchObject({ id: post.id, channelId: post.id, position: 0 });
    expect(message.channel.isThread()).toBe(true);
    await message.reply('Because.');
    expect(sim.reads(post.id).map(({ content }) => content)).toEqual([post.content, 'Because.']);
    await client.destroy();
  });

  it('takes a post of the bot, and nothing outside of one', async () => {
    const { sim, ada, rest } = now();
    const help = sim.addChannel('help', { type });
    const client = await connected(sim);
    const channel = await client.channels.fetch(help.id);
    if (channel?.type !== ChannelType.GuildForum && channel?.type !== ChannelType.GuildMedia)
      throw new Error('no forum');
    const post = await channel.threads.create({ name: 'Digest', message: { content: 'Today', files: [] } });
    expect(sim.reads(post.id)).toMatchObject([{ id: post.id, content: 'Today', authorId: sim.bot.id }]);
    expect((await rest(`POST /channels/${help.id}/messages`, { content: 'x' })).body['code']).toBe(40058);
    expect(() => ada.says(help.id, 'x')).toThrow('only open posts');
    sim.deny(help.id, sim.botRoleId, 'sendMessages');
    const again = { name: 'n', message: { content: 'x' } };
    expect((await rest(`POST /channels/${help.id}/threads`, again)).body['code']).toBe(50013);
    await client.destroy();
  });

  it('may want a tag, and knows only its own', async () => {
    const { sim, ada, rest } = now();
    const tags = ['question', { name: 'solved', moderated: true }];
    const help = sim.addChannel('help', { type, tags, requiresTag: true });
    const [question, solved] = help.forum?.tags ?? [];
    const open = async (...applied: readonly unknown[]) =>
      await rest(`POST /channels/${help.id}/threads`, { name: 'n', message: { content: 'x' }, applied_tags: applied });
    expect((await open()).body['code']).toBe(40067);
    expect((await open('123456789012345678')).body['code']).toBe(10087);
    expect((await open(solved?.id)).body['code']).toBe(50013);
    expect((await open(question?.id)).status).toBe(201);
    expect(() => ada.opensPost(help.id, 'x', { title: 'n' })).toThrow('wants a tag');
  });
});

describe('the chat of a voice channel', () => {
  it('takes messages, but no threads, and only from those who may enter', async () => {
    const { sim, ada, rest } = now();
    const lounge = sim.addChannel('lounge', { type: 'voice' }).id;
    const { id } = ada.says(lounge, 'hi');
    expect((await rest(`POST /channels/${lounge}/messages`, { content: 'x' })).status).toBe(200);
    expect((await rest(`POST /channels/${lounge}/messages/${id}/threads`, { name: 'n' })).body['code']).toBe(50024);
    sim.deny(lounge, sim.botRoleId, 'connect');
    expect((await rest(`POST /channels/${lounge}/messages`, { content: 'x' })).body['code']).toBe(50013);
    expect((await rest(`GET /channels/${lounge}/messages`)).list).toEqual([]);
  });
});

describe('direct messages', () => {
  it('can be closed by the person, which the bot learns when it writes', async () => {
    const { ada, rest } = now();
    ada.takesDirectMessages(false);
    const path = `POST /channels/${ada.dmChannelId}/messages`;
    expect(await rest(path, { content: 'x' })).toMatchObject({ status: 403, body: { code: 50007 } });
    ada.takesDirectMessages(true);
    expect((await rest(path, { content: 'x' })).status).toBe(200);
  });
});

describe('slow mode', () => {
  it('makes people wait, and spares bots and those who may bypass it', async () => {
    const { sim, ada, rest, general } = now();
    sim.slowDown(general, 30);
    ada.says(general, 'one');
    expect(() => ada.says(general, 'two')).toThrow('slow mode');
    for (const content of ['x', 'y']) await rest(`POST /channels/${general}/messages`, { content });
    sim.allow(general, ada.id, 'bypassSlowmode');
    ada.says(general, 'two');
    sim.deny(general, ada.id, 'bypassSlowmode');
    sim.clock.advance(30_000);
    ada.says(general, 'three');
    expect(sim.reads(general)).toHaveLength(5);
  });
});

describe('channels', () => {
  it('are changed and deleted by those who manage them', async () => {
    const { sim, rest } = now();
    const { id } = sim.addChannel('attic');
    expect((await rest(`PATCH /channels/${id}`, { name: 'cellar' })).body['code']).toBe(50013);
    expect((await rest(`DELETE /channels/${id}`)).body['code']).toBe(50013);
    sim.allow(id, sim.botRoleId, 'manageChannels');
    expect((await rest(`PATCH /channels/${id}`, { name: 'cellar', rate_limit_per_user: 5 })).body).toMatchObject({
      name: 'cellar',
      rate_limit_per_user: 5,
    });
    expect((await rest(`PATCH /channels/${id}`, { rate_limit_per_user: 21_601 })).body['code']).toBe(50035);
    expect((await rest(`DELETE /channels/${id}`)).status).toBe(200);
    expect((await rest(`GET /channels/${id}`)).body['code']).toBe(10003);
  });
});
