/** Files in both directions: the download and its traps, the upload in three steps, stubs of another organisation. */
import { describe, expect, it } from 'vitest';
import { type Json, jsonOf, listOf } from '../../discord/json.ts';
import type { GivenFile } from '../state/files.ts';
import { eachTest, type Fixture } from './fixture.ts';

const fixture = eachTest();
const bytes = Buffer.from('a picture, more or less');

/** The file as the event tells of it. */
function sent(file: Partial<GivenFile> = {}, { ada, general, sim }: Fixture = fixture()): Json {
  ada.says(general, 'look', { mention: true, files: [{ name: 'sky.png', bytes, ...file }] });
  const [message, mention] = sim.deliveries.slice(-2).map(({ payload }) => jsonOf(payload['event']));
  expect(message).toMatchObject({ subtype: 'file_share', channel_type: 'channel' });
  expect(mention).not.toHaveProperty('subtype');
  return jsonOf(listOf(message?.['files'])[0]);
}

function fetched(file: Json, token?: string): Promise<Response> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(String(file['url_private_download']), { headers, redirect: 'manual' });
}

describe('a file that a person sends', () => {
  it('comes with its bytes for the right token, and with a page to log in for any other', async () => {
    const { sim } = fixture();
    const file = sent();
    expect(file).toMatchObject({ name: 'sky.png', mimetype: 'image/png', size: bytes.length, mode: 'hosted' });
    expect(Buffer.from(await (await fetched(file, sim.botToken)).arrayBuffer())).toEqual(bytes);
    for (const token of [undefined, 'xoxb-wrong', sim.appToken]) {
      const page = await fetched(file, token);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toMatch(/^<!DOCTYPE html>/);
    }
  });

  it('says what it is asked to say of its size', () => {
    expect(sent({ declaredSize: 5 })['size']).toBe(5);
  });

  it.each([
    ['login-redirect', 302, /redir=/],
    ['elsewhere', 302, /^http:\/\/localhost/],
    ['gone', 404, undefined],
  ] as const)('goes astray as %s', async (fault, status, location) => {
    const answer = await fetched(sent({ fault }), fixture().sim.botToken);
    expect(answer.status).toBe(status);
    if (location) expect(answer.headers.get('location')).toMatch(location);
  });

  it('remembers a token that was sent to another host', async () => {
    const { sim } = fixture();
    const answer = await fetched(sent({ fault: 'elsewhere' }), sim.botToken);
    const elsewhere = answer.headers.get('location')?.replace('localhost', '127.0.0.1') ?? '';
    expect(await (await fetch(elsewhere)).text()).toBe(bytes.toString());
    sim.assertClean();
    await fetch(elsewhere, { headers: { authorization: `Bearer ${sim.botToken}` } });
    expect(() => sim.assertClean()).toThrow('the token was sent to');
    sim.forgive();
  });

  it('comes drop by drop', async () => {
    const { sim } = fixture();
    const answer = await fetched(sent({ fault: 'slow' }), sim.botToken);
    const reader = answer.body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(16);
    await reader?.cancel();
  });

  it('is a stub in a channel shared with others, until files.info is asked', async () => {
    const { sim, api } = fixture();
    const shared = sim.addChannel('shared', { shared: true });
    const stub = sent({}, { ...fixture(), general: shared.id });
    expect(stub).toEqual({ id: stub['id'], mode: 'file_access', file_access: 'check_file_info', created: 0, user: '' });
    expect(await api('files.info', { file: stub['id'] })).toMatchObject({
      ok: true,
      file: { name: 'sky.png', mode: 'hosted' },
    });
    expect(await api('files.info', { file: 'F0' })).toMatchObject({ error: 'file_not_found' });
  });
});

describe('a bot without files:read', () => {
  const poor = eachTest({ scopes: ['chat:write', 'channels:history', 'app_mentions:read'] });

  it('gets the page to log in', async () => {
    const page = await fetched(sent({}, poor()), poor().sim.botToken);
    expect(page.headers.get('content-type')).toContain('text/html');
  });
});

describe('a file that the bot sends', () => {
  it('arrives in the thread by the three steps', async () => {
    const { sim, api, ada, general } = fixture();
    const { ts } = ada.says(general, 'draw');
    const { upload_url: url, file_id: id } = await api('files.getUploadURLExternal', {
      filename: 'sky.png',
      length: bytes.length,
      alt_txt: 'The sky',
    });
    const put = await fetch(String(url), { method: 'POST', body: bytes });
    expect(await put.text()).toBe(`OK - ${bytes.length}`);
    expect((await fetch(String(url), { method: 'POST', body: bytes })).status).toBe(404);
    const files = [{ id, title: 'Sky' }];
    const done = await api('files.completeUploadExternal', {
      files,
      channel_id: general,
      thread_ts: ts,
      initial_comment: 'Here',
    });
    expect(done).toMatchObject({ ok: true, files: [{ id, title: 'Sky', mimetype: '', shares: {} }] });
    await sim.until(() => sim.seenOfBot(general, ts).length === 1);
    expect(sim.seenOfBot(general, ts)[0]).toMatchObject({
      text: 'Here',
      files: [{ name: 'sky.png', title: 'Sky', mimetype: 'image/png' }],
    });
    expect(sim.deliveries.at(-1)?.payload['event']).toMatchObject({
      user: sim.bot.id,
      files: [{ id, alt_txt: 'The sky' }],
    });
    expect(await api('files.completeUploadExternal', { files })).toMatchObject({ error: 'file_not_found' });
  });

  it('is announced with its length, and holds to it', async () => {
    const { api } = fixture();
    expect(await api('files.getUploadURLExternal', { filename: 'a', length: 0 })).toMatchObject({
      error: 'missing_argument',
    });
    const { upload_url: url } = await api('files.getUploadURLExternal', { filename: 'a', length: 3 });
    expect((await fetch(String(url), { method: 'POST', body: 'four' })).status).toBe(400);
  });

  it('loses its description when the SDK sends it under the wrong name, which is seen', async () => {
    const { sim, api } = fixture();
    await api('files.getUploadURLExternal', { filename: 'a', length: 3, alt_text: 'lost' });
    expect(sim.calls.at(-1)?.unknownArguments).toEqual(process.env['OPENAPI_DIR'] === undefined ? [] : ['alt_text']);
    sim.forgive();
  });

  it('is uploaded by the real client', async () => {
    const { sim, app, general } = fixture();
    const { client } = await app();
    await client.filesUploadV2({ channel_id: general, filename: 'a.txt', file: Buffer.from('hello') });
    await sim.until(() => sim.seenOfBot(general).length === 1);
    expect(sim.seenOfBot(general)[0]?.files[0]).toMatchObject({ name: 'a.txt', mimetype: 'text/plain' });
  });
});
