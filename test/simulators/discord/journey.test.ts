/** The path of an answer, walked by the real discord.js: mention, thread, post, edits, direct message. */
import { type Client, Events, type Message } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connected, next } from './client.ts';
import type { Person } from './people.ts';
import { DiscordSimulator } from './simulator.ts';

let sim: DiscordSimulator;
let client: Client<true>;
let ada: Person;
let general: string;

beforeEach(async () => {
  sim = await DiscordSimulator.start();
  ada = sim.addUser('Ada');
  general = sim.channel('general').id;
  client = await connected(sim);
});

afterEach(async () => {
  await client.destroy();
  await sim.stop();
  sim.assertClean();
});

/** What discord.js hands over for something that happens now. */
async function received(act: () => unknown): Promise<Message> {
  const coming = next(client, Events.MessageCreate);
  act();
  const [message] = await coming;
  return message;
}

describe('the path of an answer', () => {
  it('delivers a mention with its author, its place and its text', async () => {
    const message = await received(() => ada.says(general, 'why is the sky blue?', { mention: true }));
    expect(message.content).toBe(`<@${sim.bot.id}> why is the sky blue?`);
    expect(message.author.displayName).toBe('Ada');
    expect(message.mentions.has(client.user)).toBe(true);
    expect(message.guild?.members.me?.roles.botRole?.id).toBe(sim.botRoleId);
    expect(message.inGuild() && message.channel.permissionsFor(client.user)?.has('SendMessagesInThreads')).toBe(true);
  });

  it('opens a thread that has the id of its message, and shows each version of the answer in it', async () => {
    const question = await received(() => ada.says(general, 'why?', { mention: true }));
    const thread = await question.startThread({ name: 'Why?' });
    expect(thread.id).toBe(question.id);
    expect(sim.threadOf(question.id)).toBe(thread.id);

    await thread.sendTyping();
    expect(sim.typing(thread.id)).toBe(true);
    const answer = await thread.send('Be');
    expect(sim.typing(thread.id)).toBe(false);
    await answer.edit('Because.');

    const [read] = sim.reads(thread.id);
    expect(read?.versions.map((version) => version.content)).toEqual(['Be', 'Because.']);
    expect(read?.content).toBe('Because.');
    expect(answer.position).toBe(0);
  });

  it('carries a direct message and the answer to it', async () => {
    const message = await received(() => ada.dm('hello'));
    expect(message.inGuild()).toBe(false);
    expect(message.content).toBe('hello');
    await message.reply('hello, Ada');
    expect(sim.reads(ada.dmChannelId).map((read) => read.content)).toEqual(['hello', 'hello, Ada']);
  });

  it('wakes a waiting test at the change it waits for', async () => {
    const channel = await client.channels.fetch(general);
    if (!channel?.isSendable()) throw new Error('general takes no messages');
    const waited = sim.until(() => sim.readsOfBot(general).length === 1);
    await channel.send('here');
    await waited;
    await expect(sim.until(() => sim.readsOfBot(general).length === 2, { timeoutMs: 20 })).rejects.toThrow('POST');
  });
});
