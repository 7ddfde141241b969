/** What the Web API takes and refuses: tokens, scopes, lengths, membership, and the meaning of an update. */
import { describe, expect, it } from 'vitest';
import { callApi, eachTest } from './fixture.ts';

const fixture = eachTest();

describe('tokens and scopes', () => {
  it.each([
    ['no token', '', 'not_authed'],
    ['a wrong token', 'xoxb-wrong', 'invalid_auth'],
  ])('refuses %s', async (_what, token, error) => {
    const { sim } = fixture();
    expect(await callApi(sim, ['auth.test'], token)).toMatchObject({ status: 200, ok: false, error });
  });

  it('tells the app token from the bot token', async () => {
    const { sim } = fixture();
    expect(await callApi(sim, ['auth.test'], sim.appToken)).toMatchObject({ error: 'not_allowed_token_type' });
    expect(await callApi(sim, ['apps.connections.open'])).toMatchObject({ error: 'not_allowed_token_type' });
  });

  it('answers form, JSON and query alike', async () => {
    const { sim } = fixture();
    const form = await fetch(`${sim.apiUrl}auth.test`, {
      method: 'POST',
      body: new URLSearchParams({ token: sim.botToken }),
    });
    expect(await form.json()).toMatchObject({ ok: true, user_id: sim.bot.id });
    expect(form.headers.get('x-oauth-scopes')).toContain('chat:write');
    const get = await fetch(`${sim.apiUrl}users.info?user=${sim.bot.id}`, {
      headers: { authorization: `Bearer ${sim.botToken}` },
    });
    expect(await get.json()).toMatchObject({ ok: true, user: { is_bot: true } });
  });
});

describe('a scope that is missing', () => {
  const poor = eachTest({ scopes: ['chat:write'] });

  it('is named beside those there are', async () => {
    const answer = await poor().api('users.info', { user: 'U1' });
    expect(answer).toMatchObject({ error: 'missing_scope', needed: 'users:read', provided: 'chat:write' });
  });

  it('keeps events away', () => {
    const { sim, ada, general } = poor();
    ada.says(general, 'hello', { mention: true });
    expect(sim.deliveries).toEqual([]);
  });
});

describe('posting', () => {
  it.each([
    ['nothing', {}, 'no_text'],
    ['text and Markdown', { text: 'a', markdown_text: 'b' }, 'markdown_text_conflict'],
    ['12,001 characters of Markdown', { markdown_text: 'x'.repeat(12_001) }, 'msg_too_long'],
    ['blocks that are no list', { blocks: '{}' }, 'invalid_blocks_format'],
    [
      'a section of 3,001',
      { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }] },
      'invalid_blocks',
    ],
    ['51 blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, 'invalid_blocks'],
    [
      'a table of 21 columns in Markdown',
      { blocks: [{ type: 'markdown', text: `${'|a'.repeat(21)}|\n${'|-'.repeat(21)}|` }] },
      'invalid_blocks',
    ],
    [
      'a table of 101 rows in Markdown',
      { blocks: [{ type: 'markdown', text: `|a|\n|-|${'\n|b|'.repeat(100)}` }] },
      'invalid_blocks',
    ],
    ['an unknown thread', { text: 'a', thread_ts: '1.000000' }, 'thread_not_found'],
    [
      'two long Markdown blocks',
      { blocks: [1, 2].map(() => ({ type: 'markdown', text: 'x'.repeat(6001) })) },
      'msg_too_long',
    ],
  ])('refuses %s', async (_what, args, error) => {
    const { api, general } = fixture();
    expect(await api('chat.postMessage', { channel: general, ...args })).toMatchObject({ ok: false, error });
  });

  it('points at the block that is wrong', async () => {
    const { api, general } = fixture();
    const answer = await api('chat.postMessage', {
      channel: general,
      blocks: [{ type: 'divider' }, { type: 'nonsense' }],
    });
    expect(JSON.stringify(answer['response_metadata'])).toContain('[json-pointer:/blocks/1/type]');
  });

  it('cuts text at 40,000 characters', async () => {
    const { api, general, sim } = fixture();
    await api('chat.postMessage', { channel: general, text: 'x'.repeat(40_001) });
    expect(sim.seenIn(general)[0]?.text).toHaveLength(40_000);
  });

  it('knows where the bot may write', async () => {
    const { api, sim } = fixture();
    const elsewhere = sim.addChannel('elsewhere', { withoutBot: true });
    const secret = sim.addChannel('secret', { kind: 'group', withoutBot: true });
    const old = sim.addChannel('old');
    old.archived = true;
    expect(await api('chat.postMessage', { channel: elsewhere.id, text: 'a' })).toMatchObject({
      error: 'not_in_channel',
    });
    expect(await api('chat.postMessage', { channel: secret.id, text: 'a' })).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await api('chat.postMessage', { channel: old.id, text: 'a' })).toMatchObject({ error: 'is_archived' });
  });
});

describe('updating', () => {
  it('drops the blocks for text alone, and says it was edited', async () => {
    const { api, general, sim } = fixture();
    const blocks = [{ type: 'markdown', text: '**a**' }];
    const { ts } = await api('chat.postMessage', { channel: general, text: 'a', blocks });
    await api('chat.update', { channel: general, ts, text: 'b' });
    expect(sim.seenIn(general)[0]).toMatchObject({ text: 'b', blocks: [], edited: true });
  });

  it('takes 4,000 characters of text, and more beside blocks', async () => {
    const { api, general } = fixture();
    const { ts } = await api('chat.postMessage', { channel: general, text: 'a' });
    const long = 'x'.repeat(4001);
    expect(await api('chat.update', { channel: general, ts, text: long })).toMatchObject({ error: 'msg_too_long' });
    const blocks = [{ type: 'markdown', text: long }];
    expect(await api('chat.update', { channel: general, ts, text: 'b', blocks })).toMatchObject({ ok: true });
  });

  it('keeps attachments and metadata that it does not name', async () => {
    const { api, general } = fixture();
    const metadata = { event_type: 'answer', event_payload: { id: 1 } };
    const attachments = [{ text: 'beside' }];
    const { ts } = await api('chat.postMessage', { channel: general, text: 'a', attachments, metadata });
    const { message } = await api('chat.update', { channel: general, ts, text: 'b' });
    expect(message).toMatchObject({ text: 'b', attachments, metadata });
  });

  it("refuses another's message, and one there is not", async () => {
    const { api, general, ada } = fixture();
    const { ts } = ada.says(general, 'mine');
    expect(await api('chat.update', { channel: general, ts, text: 'b' })).toMatchObject({
      error: 'cant_update_message',
    });
    expect(await api('chat.update', { channel: general, ts: '1.2', text: 'b' })).toMatchObject({
      error: 'message_not_found',
    });
  });
});

describe('a stream', () => {
  it('keeps fifty blocks of its chunks, and says in a warning that it lost some', async () => {
    const { api, ada, sim } = fixture();
    const channel = ada.dmChannelId;
    const { ts: thread_ts } = ada.dm('?');
    const { ts } = await api('chat.startStream', { channel, thread_ts });
    const chunks = [{ type: 'blocks', blocks: Array.from({ length: 30 }, () => ({ type: 'divider' })) }];
    expect(await api('chat.appendStream', { channel, ts, chunks })).not.toHaveProperty('warning');
    expect(await api('chat.appendStream', { channel, ts, chunks })).toMatchObject({
      ok: true,
      warning: expect.any(String),
    });
    expect(sim.seenIn(channel, thread_ts).at(-1)?.blocks).toHaveLength(50);
  });

  it("is refused on another's message and on a message that never was one", async () => {
    const { api, ada } = fixture();
    const channel = ada.dmChannelId;
    const { ts: theirs } = ada.dm('?');
    const { ts: plain } = await api('chat.postMessage', { channel, text: 'x' });
    const append = (ts: unknown) => api('chat.appendStream', { channel, ts, markdown_text: 'x' });
    expect(await append(theirs)).toMatchObject({ error: 'message_not_owned_by_app' });
    expect(await append(plain)).toMatchObject({ error: 'message_not_in_streaming_state' });
    expect(await append('1.000000')).toMatchObject({ error: 'message_not_found' });
  });
});

describe('what a bot must not do', () => {
  it('is remembered when it answers under a reply', async () => {
    const { sim, api, general, ada } = fixture();
    const { ts } = ada.says(general, 'root');
    const reply = ada.says(general, 'reply', { thread: ts });
    await api('chat.postMessage', { channel: general, thread_ts: reply.ts, text: 'lost' });
    expect(() => sim.assertClean()).toThrow('itself a reply');
    sim.forgive();
  });

  it('is remembered when it calls a method there is not', async () => {
    const { sim, api } = fixture();
    expect(await api('chat.shout')).toMatchObject({ error: 'unknown_method' });
    expect(() => sim.assertClean()).toThrow('chat.shout');
    sim.forgive();
  });
});
