/** Where files of Discord messages are fetched from. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Downloader, Wanted } from '../../src/core/files.ts';
import type { Attachment } from '../../src/core/inbound.ts';
import { RED } from '../support/pictures.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import { anAdapter } from './stage.ts';

const NEVER = new AbortController().signal;
const file: Attachment = {
  id: '1',
  name: 'dot.png',
  mimeType: 'image/png',
  bytes: RED.length,
  url: 'https://cdn.discordapp.com/attachments/1/1/dot.png',
};

let discord: DiscordSimulator;
beforeEach(async () => {
  discord = await DiscordSimulator.start();
});
afterEach(async () => {
  await discord.stop();
  discord.assertClean();
});

/** What the adapter asks to be fetched, with Discord at this address. */
async function wanted(apiUrl: string): Promise<Wanted | undefined> {
  const asked: Wanted[] = [];
  const downloader: Downloader = {
    fetch: async (each) => {
      asked.push(each);
      return { fault: 'download' };
    },
  };
  await anAdapter(discord, { apiUrl, downloader }).adapter.download(file, 1000, NEVER);
  return asked[0];
}

describe('a file of a Discord message', () => {
  it('comes from the hosts that Discord has for files, and from no others', async () => {
    const hosts = ['cdn.discordapp.com', 'media.discordapp.net'];
    const { url, mimeType } = file;
    expect(await wanted('https://discord.com/api')).toEqual({ url, mimeType, maxBytes: 1000, hosts });
    expect(await wanted('https://proxy.test/discord/api')).toMatchObject({ hosts, own: 'https://proxy.test' });
  });

  it.each([
    ['somebody else’s server', 'https://evil.test/dot.png'],
    ['this machine', 'http://127.0.0.1:1/dot.png'],
    ['a file', 'file:///etc/passwd'],
  ])('that is said to be at %s is not fetched', async (_what, url) => {
    const { adapter } = anAdapter(discord);
    expect(await adapter.download({ ...file, url }, 1000, NEVER)).toEqual({ fault: 'download' });
  });

  it('whose address is a day old is not there any more', async () => {
    const inbox = new KeptInbox();
    const { adapter } = anAdapter(discord);
    await adapter.start(inbox);
    discord.addUser('Ada').dm('look', { files: [{ name: 'dot.png', bytes: RED }] });
    const [attachment = expect.fail('the file did not come')] = (await inbox.only()).attachments;
    expect(await adapter.download(attachment, 1000, NEVER)).toEqual({ bytes: RED });
    discord.clock.advance(86_401_000);
    expect(await adapter.download(attachment, 1000, NEVER)).toEqual({ fault: 'download' });
    await adapter.stop();
  });
});
