/** Files: uploaded by people and by the bot, served from signed addresses that expire. */
import { AttachmentBuilder } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { connected } from './client.ts';
import { eachTest } from './fixture.ts';
import { isJson, type Json, listOf } from './json.ts';

const now = eachTest();
/** The head of a PNG of 3 by 2 pixels. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000000300000002', 'hex');

async function attachmentOf(channelId: string, messageId: string): Promise<Json> {
  const { body } = await now().rest(`GET /channels/${channelId}/messages/${messageId}`);
  const [first] = listOf(body['attachments']).filter(isJson);
  return first ?? {};
}

describe("a person's file", () => {
  it('comes with its kind, size and dimensions, and can be fetched', async () => {
    const { ada, general } = now();
    const { id } = ada.says(general, 'look', { files: [{ name: 'sky.png', bytes: PNG }] });
    const attachment = await attachmentOf(general, id);
    expect(attachment).toMatchObject({
      filename: 'sky.png',
      content_type: 'image/png',
      size: PNG.length,
      width: 3,
      height: 2,
    });
    const fetched = await fetch(String(attachment['url']));
    expect(Buffer.from(await fetched.arrayBuffer())).toEqual(PNG);
    expect((await fetch(String(attachment['proxy_url']))).status).toBe(200);
  });

  it('has an address for exactly a day, and a fresh one each time it is looked at', async () => {
    const { ada, general, sim, rest } = now();
    const { id } = ada.says(general, 'look', { files: [{ name: 'a.txt', bytes: Buffer.from('a') }] });
    const old = new URL(String((await attachmentOf(general, id))['url']));
    const [ex, is] = ['ex', 'is'].map((name) => Number.parseInt(old.searchParams.get(name) ?? '', 16));
    expect((ex ?? 0) - (is ?? 0)).toBe(86_400);
    sim.clock.advance(86_401_000);
    expect((await fetch(old)).status).toBe(404);
    expect((await fetch(String((await attachmentOf(general, id))['url']))).status).toBe(200);
    const { body } = await rest('POST /attachments/refresh-urls', { attachment_urls: [String(old)] });
    const [entry] = listOf(body['refreshed_urls']).filter(isJson);
    expect((await fetch(String(entry?.['refreshed']))).status).toBe(200);
  });

  it('is not served without its signature, and text not by the media proxy', async () => {
    const { ada, general } = now();
    const { id } = ada.says(general, 'look', { files: [{ name: 'a.txt', bytes: Buffer.from('a') }] });
    const attachment = await attachmentOf(general, id);
    const url = new URL(String(attachment['url']));
    url.searchParams.set('ex', 'ffffffff');
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(String(attachment['proxy_url']))).status).toBe(415);
  });
});

describe("the bot's file", () => {
  it('arrives whole from discord.js, with its description', async () => {
    const { sim, general } = now();
    const client = await connected(sim);
    const channel = await client.channels.fetch(general);
    if (!channel?.isSendable()) throw new Error('general takes no messages');
    const file = new AttachmentBuilder(Buffer.from('a,b\n1,2'), { name: 'table.csv', description: 'A table' });
    const sent = await channel.send({ content: 'here', files: [file] });
    expect(sent.attachments.first()).toMatchObject({ name: 'table.csv', description: 'A table' });
    const [read] = sim.reads(general);
    expect(Buffer.from(read?.files[0]?.bytes ?? []).toString()).toBe('a,b\n1,2');
    await sent.edit({ attachments: [] });
    expect(sim.reads(general)[0]?.files).toEqual([]);
    await client.destroy();
  });

  it.each([
    ['payload first', ['payload_json', 'files[0]']],
    ['files first', ['files[0]', 'payload_json']],
  ])('may come in any order: %s', async (_what, order) => {
    const { rest, general, sim } = now();
    const form = new FormData();
    for (const part of order)
      if (part === 'payload_json') form.append(part, JSON.stringify({ content: 'here' }));
      else form.append(part, new Blob(['text']), 'a.txt');
    expect((await rest(`POST /channels/${general}/messages`, form)).status).toBe(200);
    expect(sim.reads(general)[0]).toMatchObject({ content: 'here', files: [{ name: 'a.txt' }] });
  });

  it.each([
    ['a file over 10 MiB', 1, 10 * 1024 * 1024 + 1],
    ['more than 25 MiB together', 3, 9 * 1024 * 1024],
  ])('is refused: %s', async (_what, count, size) => {
    const { rest, general } = now();
    const form = new FormData();
    for (let n = 0; n < count; n++) form.append(`files[${n}]`, new Blob([new Uint8Array(size)]), 'big.bin');
    form.append('payload_json', '{}');
    expect(await rest(`POST /channels/${general}/messages`, form)).toMatchObject({
      status: 413,
      body: { code: 40005 },
    });
  });
});
