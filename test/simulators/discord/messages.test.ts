/** Messages over REST: what is accepted, what is refused and how, and what stands afterwards. */
import { assert, asyncProperty, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';
import { call } from './raw.ts';
import { MessageFlag } from './state.ts';

const now = eachTest({
  limits: { createMessage: { limit: 1000, windowMs: 5000 }, global: { limit: 1000, windowMs: 1000 } },
});

describe('the text of a message', () => {
  it('counts code points, not UTF-16 units', async () => {
    const { rest, general, sim } = now();
    const fits = '🔭'.repeat(2000);
    expect(await rest(`POST /channels/${general}/messages`, { content: fits })).toMatchObject({ status: 200 });
    expect(sim.reads(general)[0]?.content).toBe(fits);
  });

  it.each([
    [2001, 'Must be 2000 or fewer in length.'],
    [4000, 'Must be 2000 or fewer in length.'],
    [4001, 'Must be 4000 or fewer in length.'],
  ])('refuses %i characters with "%s"', async (length, message) => {
    const { rest, general } = now();
    const { status, body } = await rest(`POST /channels/${general}/messages`, { content: 'x'.repeat(length) });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 50035,
      errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message }] } },
    });
  });

  it('trims the ends and keeps the rest, whatever it is', async () => {
    const { rest, general, sim } = now();
    await assert(
      asyncProperty(string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (text) => {
        const { status } = await rest(`POST /channels/${general}/messages`, { content: ` \n${text}\t ` });
        const stands = sim.reads(general).at(-1)?.content;
        expect(text.trim() === '' ? status : stands).toBe(text.trim() === '' ? 400 : text.trim());
      }),
      { numRuns: 30 },
    );
  });

  it.each([[''], ['   \n'], [null], [undefined]])('refuses to post nothing (%j)', async (content) => {
    const { rest, general } = now();
    const { status, body } = await rest(`POST /channels/${general}/messages`, { content });
    expect([status, body['code']]).toEqual([400, 50006]);
  });
});

describe('what else a message may hold', () => {
  const embed = (length: number) => ({ description: 'd'.repeat(length) });
  const button = (id: string) => ({ type: 2, style: 1, label: 'Go', custom_id: id });
  const display = (content: string) => ({ type: 10, content });
  const v2 = { flags: MessageFlag.isComponentsV2 };

  it.each([
    ['embeds of more than 6,000 characters together', { embeds: [embed(4000), embed(2001)] }, 400],
    ['one embed description of 4,097', { embeds: [embed(4097)] }, 400],
    [
      'a custom_id used twice',
      { content: 'x', components: [{ type: 1, components: [button('a'), button('a')] }] },
      400,
    ],
    [
      'a button that does nothing',
      { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 1, label: 'x' }] }] },
      400,
    ],
    ['components of the new kind together with text', { ...v2, content: 'x', components: [display('y')] }, 400],
    ['more than 40 components', { ...v2, components: Array.from({ length: 41 }, () => display('y')) }, 400],
    [
      'text displays of more than 4,000 characters',
      { ...v2, components: [display('y'.repeat(2001)), display('y'.repeat(2000))] },
      400,
    ],
    ['text displays of more bytes than Discord survives', { ...v2, components: [display('語'.repeat(3390))] }, 500],
    ['a flag that is not for bots to set', { content: 'x', flags: MessageFlag.hasThread }, 400],
    [
      'parse:["users"] together with users',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['123456789012345678'] } },
      400,
    ],
    [
      'a reply to a message that is not there',
      { content: 'x', message_reference: { message_id: '123456789012345678' } },
      400,
    ],
  ])('refuses %s', async (_what, body, status) => {
    const { rest, general, sim } = now();
    expect((await rest(`POST /channels/${general}/messages`, body)).status).toBe(status);
    expect(sim.reads(general)).toEqual([]);
  });

  it('posts plainly where the message replied to is gone and that is allowed', async () => {
    const { rest, general, sim } = now();
    const message_reference = { message_id: '123456789012345678', fail_if_not_exists: false };
    expect((await rest(`POST /channels/${general}/messages`, { content: 'x', message_reference })).status).toBe(200);
    expect(sim.reads(general)[0]).toMatchObject({ type: 0, content: 'x' });
  });
});

describe('posting twice', () => {
  it('answers with the message that stands when the nonce is enforced', async () => {
    const { rest, general, sim } = now();
    const body = { content: 'once', nonce: 'n1', enforce_nonce: true };
    const [first, second] = [
      await rest(`POST /channels/${general}/messages`, body),
      await rest(`POST /channels/${general}/messages`, body),
    ];
    expect(second.body['id']).toBe(first.body['id']);
    expect(sim.reads(general)).toHaveLength(1);
    sim.clock.advance(301_000);
    await rest(`POST /channels/${general}/messages`, body);
    expect(sim.reads(general)).toHaveLength(2);
  });

  it('posts twice when it is not', async () => {
    const { rest, general, sim } = now();
    for (const content of ['one', 'two']) await rest(`POST /channels/${general}/messages`, { content, nonce: 'n1' });
    expect(sim.reads(general)).toHaveLength(2);
  });
});

describe('editing and deleting', () => {
  it("changes only the bot's own messages", async () => {
    const { rest, general, ada } = now();
    const { id } = ada.says(general, 'mine');
    expect(await rest(`PATCH /channels/${general}/messages/${id}`, { content: 'x' })).toMatchObject({
      status: 403,
      body: { code: 50005 },
    });
    expect(await rest(`DELETE /channels/${general}/messages/${id}`)).toMatchObject({
      status: 403,
      body: { code: 50013 },
    });
  });

  it('keeps every version with its time', async () => {
    const { rest, general, sim } = now();
    const { body } = await rest(`POST /channels/${general}/messages`, { content: 'a' });
    sim.clock.advance(2000);
    await rest(`PATCH /channels/${general}/messages/${String(body['id'])}`, { content: 'ab' });
    const [first, second] = sim.reads(general)[0]?.versions ?? [];
    expect([first?.content, second?.content]).toEqual(['a', 'ab']);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2000);
  });

  it('knows nothing of a message that was deleted', async () => {
    const { rest, general } = now();
    const { body } = await rest(`POST /channels/${general}/messages`, { content: 'a' });
    const path = `/channels/${general}/messages/${String(body['id'])}`;
    expect((await rest(`DELETE ${path}`)).status).toBe(204);
    expect(await rest(`PATCH ${path}`, { content: 'b' })).toMatchObject({ status: 404, body: { code: 10008 } });
  });
});

describe('link previews', () => {
  it('appear under a message with a link, and not under one that suppresses them', async () => {
    const { rest, general, sim } = now();
    await rest(`POST /channels/${general}/messages`, {
      content: 'https://example.org',
      flags: MessageFlag.suppressEmbeds,
    });
    await rest(`POST /channels/${general}/messages`, { content: 'only <https://example.org>' });
    await rest(`POST /channels/${general}/messages`, { content: 'see https://example.org' });
    await sim.until(() => (sim.reads(general)[2]?.embeds ?? 0) > 0);
    expect(sim.reads(general).map((message) => message.embeds)).toEqual([0, 0, 1]);
  });
});

describe('reading back', () => {
  it('answers newest first, in pages before and after a message', async () => {
    const { rest, general, ada } = now();
    const said = ['a', 'b', 'c', 'd', 'e'].map((text) => ada.says(general, text).id);
    const texts = async (query: string) =>
      (await rest(`GET /channels/${general}/messages?${query}`)).list.map((message) => message['content']).join('');
    expect(await texts('limit=2')).toBe('ed');
    expect(await texts(`before=${said[2]}`)).toBe('ba');
    expect(await texts(`after=${said[1]}&limit=2`)).toBe('dc');
    expect(await texts(`around=${said[2]}&limit=3`)).toBe('dcb');
    expect((await rest(`GET /channels/${general}/messages?limit=101`)).status).toBe(400);
  });
});

describe('without permission', () => {
  it.each([
    ['viewChannel', 'POST', { content: 'x' }, 50001],
    ['sendMessages', 'POST', { content: 'x' }, 50013],
    ['readMessageHistory', 'GET', undefined, 0],
  ] as const)('%s: what %s answers', async (name, method, ...[body, code]) => {
    const { rest, general, sim, ada } = now();
    ada.says(general, 'unread');
    sim.deny(general, sim.botRoleId, name);
    const answer = await rest(`${method} /channels/${general}/messages`, body);
    expect(code === 0 ? answer.list : answer.body['code']).toEqual(code === 0 ? [] : code);
    sim.allow(general, sim.botRoleId, name);
    expect((await rest(`${method} /channels/${general}/messages`, body)).status).toBe(200);
  });

  it('refuses a wrong token with 401 and an unknown channel with 10003', async () => {
    const { rest, sim } = now();
    expect(await call(sim, 'GET /users/@me', { token: 'wrong' })).toMatchObject({ status: 401, body: { code: 0 } });
    expect(await rest('GET /channels/123456789012345678')).toMatchObject({ status: 404, body: { code: 10003 } });
  });
});
