/** The routes around a conversation: who the bot is, where it is, who is there, how it reacts. */
import { describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';
import { call } from './raw.ts';

const now = eachTest();

describe('what a bot can look up', () => {
  it.each<[string, () => string, () => unknown]>([
    ['itself', () => '/users/@me', () => ({ id: now().sim.bot.id, bot: true })],
    ['a person', () => `/users/${now().ada.id}`, () => ({ id: now().ada.id, global_name: 'Ada' })],
    ['its application', () => '/applications/@me', () => ({ id: now().sim.bot.id, flags: 1 << 19 })],
    ['the same by its old name', () => '/oauth2/applications/@me', () => ({ id: now().sim.bot.id })],
    ['the server', () => `/guilds/${now().sim.guild.id}`, () => ({ name: 'Observatory' })],
    ['a member', () => `/guilds/${now().sim.guild.id}/members/${now().ada.id}`, () => ({ user: { id: now().ada.id } })],
    ['a channel', () => `/channels/${now().general}`, () => ({ name: 'general', type: 0 })],
    ['where the gateway is', () => '/gateway/bot', () => ({ shards: 1, session_start_limit: { max_concurrency: 1 } })],
  ])('is %s', async (_what, path, expected) => {
    expect(await now().rest(`GET ${path()}`)).toMatchObject({ status: 200, body: expected() });
  });

  it('is the list of channels, and of roles with @everyone under the id of the server', async () => {
    const { rest, sim, general } = now();
    expect((await rest(`GET /guilds/${sim.guild.id}/channels`)).list).toMatchObject([{ id: general }]);
    const roles = (await rest(`GET /guilds/${sim.guild.id}/roles`)).list;
    expect(roles).toMatchObject([
      { id: sim.guild.id, name: '@everyone' },
      { id: sim.botRoleId, managed: true },
    ]);
  });

  it('is not what does not exist', async () => {
    const { rest, sim } = now();
    const nobody = '123456789012345678';
    expect((await rest(`GET /users/${nobody}`)).body['code']).toBe(10013);
    expect((await rest(`GET /guilds/${nobody}`)).body['code']).toBe(10004);
    expect((await rest(`GET /guilds/${sim.guild.id}/members/${nobody}`)).body['code']).toBe(10007);
  });

  it('needs no token only for the address of the gateway', async () => {
    const { sim } = now();
    expect(await call(sim, 'GET /gateway', { token: '' })).toMatchObject({
      status: 200,
      body: { url: sim.gateway.url },
    });
    expect((await call(sim, 'GET /gateway/bot', { token: '' })).status).toBe(401);
  });
});

describe('a direct channel', () => {
  it('is opened by the bot once, and is the one the person writes in', async () => {
    const { rest, ada, sim } = now();
    const opened = await rest('POST /users/@me/channels', { recipient_id: ada.id });
    expect(opened.body).toMatchObject({ type: 1, id: ada.dmChannelId, recipients: [{ id: ada.id }] });
    expect((await rest('POST /users/@me/channels', { recipient_id: ada.id })).body['id']).toBe(ada.dmChannelId);
    expect((await rest('POST /users/@me/channels', { recipient_id: sim.addBot('Other').id })).body['code']).toBe(50007);
  });
});

describe('reactions', () => {
  it('are added, listed and taken back, emoji and all', async () => {
    const { rest, ada, general, sim } = now();
    const path = `/channels/${general}/messages/${ada.says(general, 'x').id}/reactions/${encodeURIComponent('👀')}`;
    expect((await rest(`PUT ${path}/@me`)).status).toBe(204);
    expect((await rest(`GET ${path}`)).list).toMatchObject([{ id: sim.bot.id }]);
    sim.clock.advance(250);
    expect((await rest(`DELETE ${path}/@me`)).status).toBe(204);
    expect((await rest(`GET ${path}`)).list).toEqual([]);
  });
});

describe('deleting in bulk', () => {
  it('needs the permission, and takes two at least', async () => {
    const { rest, ada, general, sim } = now();
    const messages = ['a', 'b'].map((text) => ada.says(general, text).id);
    const path = `POST /channels/${general}/messages/bulk-delete`;
    expect((await rest(path, { messages })).body['code']).toBe(50013);
    sim.allow(general, sim.botRoleId, 'manageMessages');
    expect((await rest(path, { messages: messages.slice(1) })).status).toBe(400);
    expect((await rest(path, { messages })).status).toBe(204);
    expect(sim.reads(general)).toEqual([]);
  });
});

describe('people and other bots', () => {
  it('write, edit and delete only what is theirs', () => {
    const { ada, general, sim } = now();
    const other = sim.addBot('Other');
    const said = other.says(general, 'beep');
    expect(said.author).toBe('other');
    expect(() => ada.edits(said.id, 'x')).toThrow('did not write');
    other.edits(said.id, 'boop');
    expect(sim.reads(general)[0]?.versions.map(({ content }) => content)).toEqual(['beep', 'boop']);
    other.deletes(said.id);
    expect(sim.reads(general)).toEqual([]);
  });

  it('may not write where they may not', () => {
    const { ada, general, sim } = now();
    sim.deny(general, sim.guild.id, 'sendMessages');
    expect(() => ada.says(general, 'x')).toThrow('Ada may not write in general');
  });
});
