/** Channels, members, people and reactions as the Web API tells of them. */
import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../discord/json.ts';
import { callApi, eachTest } from './fixture.ts';

const fixture = eachTest({
  scopes: [
    'im:write',
    'mpim:write',
    'channels:read',
    'channels:join',
    'groups:read',
    'im:read',
    'users:read',
    'reactions:write',
    'chat:write',
    'channels:history',
  ],
});

describe('channels', () => {
  it('are listed by kind, page by page; private ones only where the bot is', async () => {
    const { sim, api } = fixture();
    sim.addChannel('random');
    sim.addChannel('secret', { kind: 'group', withoutBot: true });
    const ours = sim.addChannel('ours', { kind: 'group' });
    const first = await api('conversations.list', { limit: 1 });
    expect(first['channels']).toMatchObject([{ name: 'general', is_member: true }]);
    const cursor = jsonOf(first['response_metadata'])['next_cursor'];
    expect((await api('conversations.list', { limit: 1, cursor }))['channels']).toMatchObject([{ name: 'random' }]);
    const closed = await api('conversations.list', { types: 'private_channel' });
    expect(closed['channels']).toMatchObject([{ id: ours.id, is_private: true }]);
  });

  it('are joined when they are public', async () => {
    const { sim, api } = fixture();
    const open = sim.addChannel('open', { withoutBot: true });
    expect(await api('chat.postMessage', { channel: open.id, text: 'x' })).toMatchObject({ error: 'not_in_channel' });
    expect(await api('conversations.join', { channel: open.id })).toMatchObject({
      ok: true,
      channel: { is_member: true },
    });
    expect(await api('conversations.members', { channel: open.id })).toMatchObject({
      ok: true,
      members: [expect.any(String), sim.bot.id],
    });
  });

  it('are opened with one person or several, and are the same again', async () => {
    const { sim, api, ada } = fixture();
    const ben = sim.addUser('Ben');
    const { channel } = await api('conversations.open', { users: ada.id, return_im: true });
    expect(channel).toMatchObject({ id: ada.dmChannelId, is_im: true, user: ada.id });
    expect(await api('conversations.open', { users: `${ada.id},${ben.id}` })).toMatchObject({ ok: true });
    expect(await api('conversations.open', {})).toMatchObject({ error: 'users_list_not_supplied' });
    expect(await api('conversations.open', { users: 'U0' })).toMatchObject({ error: 'user_not_found' });
  });

  it('need the scope of their kind', async () => {
    const { api, ada } = fixture();
    const read = await api('conversations.history', { channel: ada.dmChannelId });
    expect(read).toMatchObject({ error: 'missing_scope', needed: 'im:history' });
  });

  it('give a part of their history by time', async () => {
    const { api, ada, general } = fixture();
    const [one, two, three] = ['1', '2', '3'].map((text) => ada.says(general, text).ts);
    const after = await api('conversations.history', { channel: general, oldest: one });
    expect(after['messages']).toMatchObject([{ ts: three }, { ts: two }]);
    const within = await api('conversations.history', { channel: general, oldest: one, latest: two, inclusive: true });
    expect(within['messages']).toMatchObject([{ ts: two }, { ts: one }]);
  });
});

describe('people', () => {
  it('are listed with bots among them, and in their own language where that is asked', async () => {
    const { sim, api } = fixture();
    const yuki = sim.addUser('Yuki', { locale: 'ja-JP' });
    expect(await api('users.info', { user: yuki.id, include_locale: true })).toMatchObject({
      user: { locale: 'ja-JP' },
    });
    const { members } = await api('users.list');
    expect(members).toHaveLength(3);
    expect(members).toContainEqual(expect.objectContaining({ id: sim.bot.id, is_bot: true }));
    expect(await api('users.info', { user: 'U0' })).toMatchObject({ error: 'user_not_found' });
    expect(await api('bots.info', { bot: 'B0' })).toMatchObject({ error: 'bot_not_found' });
  });

  it('of another workspace are not there', async () => {
    const { sim, api } = fixture();
    const cy = sim.addUser('Cy', { workspace: sim.addWorkspace('Beta') });
    expect(await api('users.info', { user: cy.id })).toMatchObject({ error: 'user_not_found' });
  });
});

describe('reactions', () => {
  it('are added once and taken back once', async () => {
    const { sim, api, ada, general } = fixture();
    const { ts } = ada.says(general, 'x');
    const eyes = { channel: general, timestamp: ts, name: 'eyes' };
    expect(await api('reactions.add', eyes)).toMatchObject({ ok: true });
    expect(sim.seenIn(general)[0]?.reactions).toEqual(['eyes']);
    expect(await api('reactions.add', eyes)).toMatchObject({ error: 'already_reacted' });
    expect(await api('reactions.remove', eyes)).toMatchObject({ ok: true });
    expect(await api('reactions.remove', eyes)).toMatchObject({ error: 'no_reaction' });
  });
});

describe('a workspace that takes the app away', () => {
  it('answers nothing any more', async () => {
    const { sim } = fixture();
    sim.installs.uninstall(sim.workspace);
    expect(await callApi(sim, ['users.list'])).toMatchObject({ error: 'account_inactive' });
  });
});
