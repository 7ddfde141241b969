/** What Discord does not let through: blocked words, harmful links, explicit pictures, files too large for a server. */
import { describe, expect, it } from 'vitest';
import { connected } from '../client.ts';
import { eachTest } from '../fixture.ts';

const now = eachTest();

async function posted(content = 'fine'): Promise<string> {
  const { rest, general } = now();
  const { body } = await rest(`POST /channels/${general}/messages`, { content });
  return `/channels/${general}/messages/${String(body['id'])}`;
}

describe('AutoMod', () => {
  it.each([
    ['the text', { content: 'You DARN thing' }],
    ['an embed', { embeds: [{ description: 'darn' }] }],
    ['a text display', { flags: 1 << 15, components: [{ type: 10, content: 'so, darn!' }] }],
  ])('blocks a new message by %s, and an edit as well', async (_what, body) => {
    const { rest, general, sim } = now();
    sim.blockWords('darn');
    const message = await posted();
    const blocked = { status: 400, body: { code: 200000, message: 'Message was blocked by automatic moderation' } };
    expect(await rest(`POST /channels/${general}/messages`, body)).toMatchObject(blocked);
    expect(await rest(`PATCH ${message}`, { content: null, ...body })).toMatchObject(blocked);
    expect(sim.reads(general).map(({ content }) => content)).toEqual(['fine']);
  });

  it('blocks whole words only, and begins in the middle of a stream', async () => {
    const { rest, sim } = now();
    sim.blockWords('darn');
    const message = await posted('darning');
    expect((await rest(`PATCH ${message}`, { content: 'darning needles' })).status).toBe(200);
    expect((await rest(`PATCH ${message}`, { content: 'darning needles, darn' })).body['code']).toBe(200000);
  });

  it('blocks the names of threads', async () => {
    const { rest, ada, general, sim } = now();
    sim.blockWords('darn');
    const { id } = ada.says(general, 'why?');
    const opened = await rest(`POST /channels/${general}/messages/${id}/threads`, { name: 'darn question' });
    expect(opened).toMatchObject({ status: 400, body: { code: 200001 } });
  });

  it('blocks people too, and spares direct messages and who manages the server', async () => {
    const { rest, ada, general, sim } = now();
    sim.blockWords('darn');
    expect(() => ada.says(general, 'darn')).toThrow('automatic moderation');
    ada.dm('darn');
    expect((await rest(`POST /channels/${ada.dmChannelId}/messages`, { content: 'darn' })).status).toBe(200);
    sim.allow(general, sim.botRoleId, 'manageGuild');
    await posted('darn');
    expect(sim.readsOfBot(general)).toHaveLength(1);
  });
});

describe('Discord’s own filters', () => {
  it('refuse a harmful link in a message and in an edit, whoever writes', async () => {
    const { rest, ada, general, sim } = now();
    sim.world.moderation.harmfulHosts.add('scam.example');
    const message = await posted();
    for (const content of ['see https://scam.example/x', '[here](<https://SCAM.example>)'])
      expect(await rest(`PATCH ${message}`, { content })).toMatchObject({ status: 400, body: { code: 240000 } });
    expect(() => ada.says(general, 'https://scam.example')).toThrow('harmful links');
    expect((await rest(`PATCH ${message}`, { content: 'https://scam.example.org' })).status).toBe(200);
  });

  it('refuse explicit pictures', async () => {
    const { sim, general } = now();
    sim.world.moderation.explicitFiles.add('nude.png');
    const client = await connected(sim);
    const channel = await client.channels.fetch(general);
    if (!channel?.isSendable()) throw new Error('general takes no messages');
    const sending = channel.send({ files: [{ name: 'nude.png', attachment: Buffer.from('x') }] });
    await expect(sending).rejects.toMatchObject({ status: 400, code: 20009 });
    await client.destroy();
  });
});

describe('the largest file', () => {
  it('grows with the boosts of a server, for people, for the bot and in what interactions say', async () => {
    const { sim, ada, general } = now();
    const client = await connected(sim);
    const channel = await client.channels.fetch(general);
    if (!channel?.isSendable()) throw new Error('general takes no messages');
    const bytes = Buffer.alloc(11 * 1024 * 1024);
    const send = async () => await channel.send({ files: [{ name: 'big.bin', attachment: bytes }] });
    await expect(send()).rejects.toMatchObject({ status: 413, code: 40005 });
    expect(() => ada.says(general, '', { files: [{ name: 'big.bin', bytes }] })).toThrow('so large a file');
    sim.boost(2);
    await send();
    ada.says(general, '', { files: [{ name: 'big.bin', bytes }] });
    expect(sim.reads(general)).toHaveLength(2);
    await client.destroy();
  });
});
