/** Who is pinged: what allowed_mentions lets through on create, what an edit forgets, whom a thread pulls in. */
import { describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';

const now = eachTest();
const none = { parse: [] };

describe('notifications', () => {
  it('reach everyone named when allowed_mentions is absent', async () => {
    const { rest, general, sim, ada } = now();
    const ben = sim.addUser('Ben');
    await rest(`POST /channels/${general}/messages`, { content: `<@${ada.id}> and @everyone` });
    const reached = new Map(sim.notified.map(({ userId, because }) => [userId, because]));
    expect(reached.get(ada.id)).toBe('user');
    expect(reached.get(ben.id)).toBe('everyone');
    expect(reached.has(sim.bot.id)).toBe(false);
  });

  it.each([
    ['nobody, with an empty parse', none, []],
    ['only those listed', (id: string) => ({ parse: [], users: [id] }), ['user']],
    ['only people', { parse: ['users'] }, ['user']],
  ])('reach %s', async (_who, allowed, because) => {
    const { rest, general, sim, ada } = now();
    const allowed_mentions = typeof allowed === 'function' ? allowed(ada.id) : allowed;
    const content = `<@${ada.id}> <@&${sim.botRoleId}> @everyone @here`;
    const { body } = await rest(`POST /channels/${general}/messages`, { content, allowed_mentions });
    expect(sim.notified.map((notification) => notification.because)).toEqual(because);
    expect(body).toMatchObject({ mention_everyone: false, mention_roles: [] });
  });

  it('reach nobody by @everyone from one who may not mention everyone', async () => {
    const { rest, general, sim } = now();
    sim.deny(general, sim.guild.id, 'mentionEveryone');
    await rest(`POST /channels/${general}/messages`, { content: '@everyone' });
    expect(sim.notified).toEqual([]);
  });

  it('reach the person replied to, unless replied_user is left out or false', async () => {
    const { rest, general, sim, ada } = now();
    const message_reference = { message_id: ada.says(general, 'question').id };
    await rest(`POST /channels/${general}/messages`, { content: 'a', message_reference, allowed_mentions: none });
    expect(sim.notified).toEqual([]);
    const pinging = { parse: [], replied_user: true };
    await rest(`POST /channels/${general}/messages`, { content: 'b', message_reference, allowed_mentions: pinging });
    expect(sim.notified).toMatchObject([{ userId: ada.id, because: 'reply' }]);
  });

  it('never come from an edit, though an edit without allowed_mentions mentions again', async () => {
    const { rest, general, sim, ada } = now();
    const posted = await rest(`POST /channels/${general}/messages`, {
      content: `<@${ada.id}>`,
      allowed_mentions: none,
    });
    expect(posted.body['mentions']).toEqual([]);
    const path = `PATCH /channels/${general}/messages/${String(posted.body['id'])}`;
    expect((await rest(path, { content: `<@${ada.id}>!` })).body['mentions']).toMatchObject([{ id: ada.id }]);
    expect((await rest(path, { content: `<@${ada.id}>?`, allowed_mentions: none })).body['mentions']).toEqual([]);
    expect(sim.notified).toEqual([]);
  });
});

describe('threads', () => {
  it('silently take in whoever an edit mentions', async () => {
    const { rest, general, sim, ada } = now();
    const ben = sim.addUser('Ben');
    const thread = ada.opensThread(general, 'private talk');
    const posted = await rest(`POST /channels/${thread}/messages`, { content: 'wait' });
    const path = `PATCH /channels/${thread}/messages/${String(posted.body['id'])}`;
    await rest(path, { content: `<@${ben.id}>`, allowed_mentions: none });
    expect(sim.addedToThread).toEqual([]);
    await rest(path, { content: `<@${ben.id}> now` });
    expect(sim.addedToThread).toMatchObject([{ threadId: thread, userId: ben.id, byEdit: true }]);
    expect(sim.notified).toEqual([]);
  });
});

describe('people', () => {
  it('mention the bot by its name or by its role, and ping it by replying', async () => {
    const { rest, general, sim, ada } = now();
    const posted = await rest(`POST /channels/${general}/messages`, { content: 'answer' });
    const replyTo = String(posted.body['id']);
    ada.says(general, 'hello', { mention: true });
    ada.says(general, `<@&${sim.botRoleId}> hello`);
    ada.says(general, 'and?', { replyTo });
    ada.says(general, 'quietly', { replyTo, ping: false });
    expect(sim.notified.filter(({ userId }) => userId === sim.bot.id).map(({ because }) => because)).toEqual([
      'user',
      'role',
      'reply',
    ]);
  });
});
