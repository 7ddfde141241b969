/** How long threads last: archived when nobody writes, brought back by a message, capped, slowed and hidden. */
import { describe, expect, it } from 'vitest';
import { eachTest } from '../fixture.ts';

const now = eachTest({
  limits: { openThreads: { limit: 2, windowMs: 219_000 }, activeThreads: { limit: 4, windowMs: 0 } },
});
const HOUR_MS = 3_600_000;

describe('a thread nobody writes in', () => {
  it('is archived after its own time, which each message puts off', async () => {
    const { sim, ada, general, rest } = now();
    const { id } = ada.says(general, 'why?');
    const body = { name: 'n', auto_archive_duration: 60 };
    await rest(`POST /channels/${general}/messages/${id}/threads`, body);
    const archived = async () => (await rest(`GET /channels/${id}`)).body['thread_metadata'];
    sim.clock.advance(HOUR_MS - 1000);
    ada.says(id, 'anybody?');
    sim.clock.advance(HOUR_MS - 1000);
    expect(await archived()).toMatchObject({ archived: false, auto_archive_duration: 60 });
    sim.clock.advance(2000);
    expect(await archived()).toMatchObject({ archived: true });
    expect(() => ada.slash(id, 'ask')).toThrow('archived');
    await rest(`POST /channels/${id}/messages`, { content: 'still here' });
    expect(await archived()).toMatchObject({ archived: false });
  });

  it('is not brought back by reactions, edits or deletions', async () => {
    const { sim, ada, general, rest } = now();
    const thread = ada.opensThread(general, 'talk');
    const { body } = await rest(`POST /channels/${thread}/messages`, { content: 'x' });
    sim.changeThread(thread, { archived: true });
    const message = `/channels/${thread}/messages/${String(body['id'])}`;
    const refused = [
      await rest(`PATCH ${message}`, { content: 'y' }),
      await rest(`DELETE ${message}`),
      await rest(`PUT ${message}/reactions/${encodeURIComponent('👍')}/@me`),
      await rest(`POST /channels/${thread}/typing`),
    ];
    expect(refused.slice(0, 3).map((answer) => answer.body['code'])).toEqual([50083, 50083, 50083]);
    expect(refused[3]?.status).toBe(204);
    expect(sim.channel('talk').thread?.archived).toBe(true);
  });
});

describe('a private thread', () => {
  it('is listed only for those who manage threads', async () => {
    const { sim, ada, general, rest } = now();
    const secret = sim.addPrivateThread(general, 'secret', ada);
    sim.changeThread(secret.id, { archived: true });
    const path = `GET /channels/${general}/threads/archived/private`;
    expect((await rest(path)).body['code']).toBe(50013);
    expect((await rest(`GET /channels/${secret.id}`)).body['code']).toBe(50001);
    sim.allow(general, sim.botRoleId, 'manageThreads');
    expect((await rest(path)).body['threads']).toMatchObject([{ id: secret.id }]);
  });
});

describe('opening threads', () => {
  it('meets a limit of minutes that no header tells and that is nobody’s own', async () => {
    const { sim, ada, general, rest } = now();
    sim.allowRefusals();
    const open = async () =>
      await rest(`POST /channels/${general}/messages/${ada.says(general, 'why?').id}/threads`, { name: 'n' });
    await open();
    await open();
    const refused = await open();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-scope')).toBe('shared');
    expect(Number(refused.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(200);
    expect(refused.body['message']).toBe('The resource is being rate limited.');
    expect(sim.invalidRequests).toBe(0);
  });

  it('ends at so many that are active in one server', async () => {
    const { ada, sim, general, rest } = now();
    const threads = ['a', 'b', 'c', 'd'].map((name) => ada.opensThread(general, name));
    const open = async () =>
      await rest(`POST /channels/${general}/messages/${ada.says(general, 'why?').id}/threads`, { name: 'n' });
    expect(await open()).toMatchObject({ status: 400, body: { code: 160006 } });
    sim.changeThread(threads[0] ?? '', { archived: true });
    expect((await open()).status).toBe(201);
  });
});
