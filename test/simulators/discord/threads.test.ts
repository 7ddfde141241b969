/** Threads: how they begin, who is in them, and what an archive or a lock changes. */
import { afterEach, describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';
import { RawGateway } from './raw.ts';

const now = eachTest();
let gateway: RawGateway | undefined;

afterEach(() => gateway?.terminate());

async function listening(): Promise<RawGateway> {
  const { sim } = now();
  gateway = await RawGateway.open(`${sim.gateway.url}?v=10`);
  gateway.identify(sim);
  await gateway.next('GUILD_CREATE');
  return gateway;
}

describe('opening a thread on a message', () => {
  it('gives it the id of the message, marks the message, and tells so in order', async () => {
    const { rest, general, ada, sim } = now();
    const bot = await listening();
    const { id } = ada.says(general, 'why?', { mention: true });
    const opened = await rest(`POST /channels/${general}/messages/${id}/threads`, { name: ' Why? ' });
    expect(opened).toMatchObject({
      status: 201,
      body: { id, type: 11, name: 'Why?', parent_id: general, member_count: 2 },
    });
    await bot.settled();
    expect(bot.events.slice(2)).toEqual(['MESSAGE_CREATE', 'THREAD_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_CREATE']);
    expect(bot.dataOf('THREAD_CREATE')[0]).toMatchObject({ newly_created: true, message_count: 0 });
    expect(bot.dataOf('MESSAGE_UPDATE')[0]).toMatchObject({ id, flags: 32, thread: { id } });
    expect(bot.dataOf('MESSAGE_CREATE')[1]).toMatchObject({
      type: 21,
      content: '',
      channel_type: 11,
      referenced_message: { id },
    });
    expect(sim.reads(id)).toEqual([]);
  });

  it('is refused a second time, inside a thread, without the permission, and with a bad name', async () => {
    const { rest, general, ada, sim } = now();
    const { id } = ada.says(general, 'why?');
    const open = (channel: string, message: string, name = 'n') =>
      rest(`POST /channels/${channel}/messages/${message}/threads`, { name });
    expect((await open(general, id, '')).body['code']).toBe(50035);
    expect((await open(general, id, 'n'.repeat(101))).body['code']).toBe(50035);
    expect((await open(general, id)).status).toBe(201);
    expect(await open(general, id)).toMatchObject({ status: 400, body: { code: 160004 } });
    const inside = ada.says(id, 'and?').id;
    expect(await open(id, inside)).toMatchObject({ status: 400, body: { code: 50024 } });
    sim.deny(general, sim.botRoleId, 'createPublicThreads');
    expect(await open(general, ada.says(general, 'what?').id)).toMatchObject({ status: 403, body: { code: 50013 } });
    expect((await open(ada.dmChannelId, ada.dm('psst').id)).body['code']).toBe(50024);
  });
});

describe('a thread of an announcement channel', () => {
  it('is of its own type', async () => {
    const { rest, ada, sim } = now();
    const news = sim.addChannel('news', { type: 'announcement' }).id;
    const { id } = ada.says(news, 'news');
    expect((await rest(`POST /channels/${news}/messages/${id}/threads`, { name: 'n' })).body['type']).toBe(10);
  });
});

describe('permissions in a thread', () => {
  it('are taken from one who is timed out, but for reading', async () => {
    const { rest, general, ada, sim } = now();
    const thread = ada.opensThread(general, 'talk');
    sim.timeOut(sim.bot.id, 60_000);
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).body['code']).toBe(50013);
    expect((await rest(`GET /channels/${thread}/messages`)).status).toBe(200);
    sim.clock.advance(61_000);
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).status).toBe(200);
  });

  it('are those of its parent, with a right of their own to send', async () => {
    const { rest, general, ada, sim } = now();
    const thread = ada.opensThread(general, 'talk');
    sim.deny(general, sim.botRoleId, 'sendMessages');
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).status).toBe(200);
    sim.deny(general, sim.botRoleId, 'sendMessagesInThreads');
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).body['code']).toBe(50013);
    sim.deny(general, sim.botRoleId, 'viewChannel');
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).body['code']).toBe(50001);
  });
});

describe('an archived thread', () => {
  it('refuses edits, and comes back with the next message, in this order', async () => {
    const { rest, general, ada, sim } = now();
    const bot = await listening();
    const thread = ada.opensThread(general, 'talk');
    const { body } = await rest(`POST /channels/${thread}/messages`, { content: 'x' });
    sim.changeThread(thread, { archived: true });
    const edit = () => rest(`PATCH /channels/${thread}/messages/${String(body['id'])}`, { content: 'y' });
    expect(await edit()).toMatchObject({ status: 400, body: { code: 50083 } });
    expect((await rest(`GET /channels/${general}/threads/archived/public`)).body['threads']).toMatchObject([
      { id: thread },
    ]);
    await bot.settled();
    const before = bot.events.length;
    ada.says(thread, 'still there?');
    await bot.settled();
    expect(bot.events.slice(before)).toEqual(['THREAD_UPDATE', 'THREAD_MEMBER_UPDATE', 'MESSAGE_CREATE']);
    expect((await edit()).status).toBe(200);
    expect((await rest(`GET /guilds/${sim.guild.id}/threads/active`)).body['threads']).toMatchObject([{ id: thread }]);
  });
});

describe('a locked thread', () => {
  it('takes nothing from a bot that does not manage threads', async () => {
    const { rest, general, ada, sim } = now();
    const thread = ada.opensThread(general, 'talk');
    sim.changeThread(thread, { locked: true });
    expect(await rest(`POST /channels/${thread}/messages`, { content: 'x' })).toMatchObject({
      status: 400,
      body: { code: 160005 },
    });
    expect(() => ada.says(thread, 'x')).toThrow('may not write');
    sim.allow(general, sim.botRoleId, 'manageThreads');
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).status).toBe(200);
  });
});

describe('members of a thread', () => {
  it('are its author, whoever writes, and whoever joins', async () => {
    const { rest, general, ada, sim } = now();
    const thread = ada.opensThread(general, 'talk');
    const members = async () =>
      (await rest(`GET /channels/${thread}/thread-members`)).list.map((member) => member['user_id']);
    expect(await members()).toEqual([ada.id]);
    await rest(`PUT /channels/${thread}/thread-members/@me`);
    expect(await members()).toEqual([ada.id, sim.bot.id]);
    await rest(`DELETE /channels/${thread}/thread-members/@me`);
    expect(await members()).toEqual([ada.id]);
    await rest(`POST /channels/${thread}/messages`, { content: 'x' });
    expect(await members()).toEqual([ada.id, sim.bot.id]);
  });
});

describe('a deleted thread', () => {
  it('is an unknown channel from then on', async () => {
    const { rest, general, ada, sim } = now();
    const bot = await listening();
    const thread = ada.opensThread(general, 'talk');
    sim.deleteChannel(thread);
    await bot.next('THREAD_DELETE');
    expect((await rest(`POST /channels/${thread}/messages`, { content: 'x' })).body['code']).toBe(10003);
  });
});
