/** Interactions: three seconds to acknowledge, fifteen minutes to answer, and who sees what. */
import { type ChatInputCommandInteraction, type Client, Events, MessageFlags } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connected, next } from './client.ts';
import { eachTest } from './fixture.ts';
import type { Invocation } from './people.ts';
import { MessageFlag } from './state.ts';

const now = eachTest({ limits: { webhook: { limit: 100, windowMs: 2000 } } });
let client: Client<true>;

beforeEach(async () => {
  client = await connected(now().sim);
  await client.application.commands.set([
    { name: 'ask', description: 'Ask', options: [{ type: 3, name: 'question', description: 'What' }] },
    { name: 'set', description: 'Set', options: [{ type: 1, name: 'depth', description: 'Depth' }] },
  ]);
});

afterEach(async () => {
  await client.destroy();
});

interface Asked {
  readonly run: Invocation;
  readonly interaction: ChatInputCommandInteraction;
}

async function asked(channelId = now().general, name = 'ask', options = {}): Promise<Asked> {
  const coming = next(client, Events.InteractionCreate);
  const run = now().ada.slash(channelId, name, options);
  const [interaction] = await coming;
  if (!interaction.isChatInputCommand()) throw new Error('not a slash command');
  return { run, interaction };
}

describe('a slash command', () => {
  it('carries its option, its person and their place', async () => {
    const { ada, general, sim } = now();
    const { interaction } = await asked(general, 'ask', { question: 'why?' });
    expect(interaction.options.getString('question')).toBe('why?');
    expect(interaction.user.id).toBe(ada.id);
    expect(interaction.guildId).toBe(sim.guild.id);
    expect(interaction.memberPermissions?.has('SendMessages')).toBe(true);
    expect(interaction.appPermissions.has('CreatePublicThreads')).toBe(true);
    expect((await asked(general, 'set depth')).interaction.options.getSubcommand()).toBe('depth');
  });

  it('works in a thread and in direct messages', async () => {
    const { ada, general } = now();
    const thread = ada.opensThread(general, 'talk');
    const inside = await asked(thread);
    expect(inside.interaction.channel?.isThread()).toBe(true);
    await inside.interaction.reply('here');
    const direct = await asked(ada.dmChannelId);
    expect(direct.interaction.inGuild()).toBe(false);
    await direct.interaction.reply('there');
    expect((await direct.run.answer()).content).toBe('there');
  });

  it('is answered in front of all', async () => {
    const { general, sim } = now();
    const { run, interaction } = await asked();
    await interaction.reply('the answer');
    expect((await run.answer()).content).toBe('the answer');
    expect(sim.reads(general)).toMatchObject([{ type: 20, content: 'the answer', authorId: sim.bot.id }]);
  });

  it('or for one person only', async () => {
    const { general, sim } = now();
    const { run, interaction } = await asked();
    await interaction.reply({ content: 'between us', flags: MessageFlags.Ephemeral });
    expect(await run.answer()).toMatchObject({ content: 'between us', ephemeral: true });
    expect(sim.reads(general)).toEqual([]);
  });
});

describe('a deferred answer', () => {
  it('is "thinking" until its first edit, and each edit is a version', async () => {
    const { run, interaction } = await asked();
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    expect(run.state).toBe('thinking');
    const answer = run.answer();
    await interaction.editReply('Be');
    expect((await answer).content).toBe('Be');
    await interaction.editReply('Because.');
    const [read] = run.reads();
    expect(read?.versions.map(({ content }) => content)).toEqual(['', 'Be', 'Because.']);
    expect((read?.flags ?? 0) & MessageFlag.loading).toBe(0);
  });

  it('is filled by the first follow-up, and goes on with the second', async () => {
    const { run, interaction } = await asked();
    await interaction.deferReply();
    const first = await interaction.followUp('one');
    const second = await interaction.followUp({ content: 'two', flags: MessageFlags.Ephemeral });
    expect(first.id).not.toBe(second.id);
    expect(run.reads().map(({ content, ephemeral }) => [content, ephemeral])).toEqual([
      ['one', false],
      ['two', true],
    ]);
  });

  it('lets a follow-up be read, edited and taken back by its id', async () => {
    const { run, interaction } = await asked();
    await interaction.reply('one');
    const second = await interaction.followUp({ content: 'two', flags: MessageFlags.Ephemeral });
    await interaction.editReply({ message: second, content: 'three' });
    expect((await interaction.fetchReply(second.id)).content).toBe('three');
    expect(run.reads().map(({ content }) => content)).toEqual(['one', 'three']);
    await interaction.deleteReply(second);
    expect(run.reads().map(({ content }) => content)).toEqual(['one']);
  });

  it('can be read and taken back', async () => {
    const { run, interaction } = await asked();
    await interaction.reply('hasty');
    expect((await interaction.fetchReply()).content).toBe('hasty');
    await interaction.deleteReply();
    expect(run.reads()).toEqual([]);
  });
});

describe('a button', () => {
  it('can be pressed, and its message updated', async () => {
    const { ada, rest, general, sim } = now();
    const components = [{ type: 1, components: [{ type: 2, style: 4, label: 'Stop', custom_id: 'stop:1' }] }];
    const { body } = await rest(`POST /channels/${general}/messages`, { content: 'writing', components });
    const coming = next(client, Events.InteractionCreate);
    const press = ada.presses(String(body['id']), 'stop:1');
    const [interaction] = await coming;
    if (!interaction.isButton()) throw new Error('not a button');
    expect(interaction.customId).toBe('stop:1');
    await interaction.update({ content: 'stopped', components: [] });
    expect(press.state).toBe('answered');
    expect(sim.reads(general)).toMatchObject([{ content: 'stopped', components: [] }]);
    expect(() => ada.presses(String(body['id']), 'stop:1')).toThrow('no button');
  });
});

describe('mentions in an answer', () => {
  it('reach people, but never everyone, when allowed_mentions is absent', async () => {
    const { ada, rest, sim } = now();
    const { run } = await asked();
    const data = { content: `<@${ada.id}> @everyone` };
    await rest(`POST /interactions/${run.id}/${run.token}/callback`, { type: 4, data });
    expect(sim.notified).toMatchObject([{ userId: ada.id, because: 'user' }]);
  });
});

describe('an option that is being typed', () => {
  beforeEach(async () => {
    const model = { type: 3, name: 'model', description: 'Which', autocomplete: true } as const;
    const file = { type: 11, name: 'file', description: 'A file' } as const;
    await client.application.commands.set([{ name: 'ask', description: 'Ask', options: [model, file] }]);
  });

  it('is completed with what the application offers, in three seconds', async () => {
    const { ada, general, sim } = now();
    const coming = next(client, Events.InteractionCreate);
    const offered = ada.types(general, 'ask', { model: 'fl' });
    const [interaction] = await coming;
    if (!interaction.isAutocomplete()) throw new Error('not an autocompletion');
    expect(interaction.options.getFocused(true)).toMatchObject({ name: 'model', value: 'fl' });
    await interaction.respond([{ name: 'Flash', value: 'flash' }]);
    expect(await offered).toEqual(['flash']);
    const late = ada.types(general, 'ask', { model: '' });
    sim.clock.advance(3000);
    await expect(late).rejects.toThrow('did not respond');
  });

  it.each([
    ['26 values', Array.from({ length: 26 }, (_, at) => ({ name: `n${at}`, value: `v${at}` }))],
    ['an empty name', [{ name: '', value: 'v' }]],
    ['a value of 101 characters', [{ name: 'n', value: 'v'.repeat(101) }]],
  ])('refuses %s', async (_what, choices) => {
    const { ada, general, rest } = now();
    const coming = next(client, Events.InteractionCreate);
    const offered = ada.types(general, 'ask', { model: '' });
    const [{ id, token }] = await coming;
    const answer = { type: 8, data: { choices } };
    expect(await rest(`POST /interactions/${id}/${token}/callback`, answer)).toMatchObject({ body: { code: 50035 } });
    await rest(`POST /interactions/${id}/${token}/callback`, { type: 8, data: { choices: [] } });
    expect(await offered).toEqual([]);
  });

  it('may be a file, which comes with the command', async () => {
    const { ada, general } = now();
    const { interaction } = await asked(general, 'ask', { file: { name: 'a.txt', bytes: Buffer.from('hi') } });
    const file = interaction.options.getAttachment('file');
    expect(file).toMatchObject({ name: 'a.txt', size: 2, contentType: 'text/plain; charset=utf-8' });
    expect(await (await fetch(file?.url ?? '')).text()).toBe('hi');
    expect(() => ada.slash(general, 'ask', { model: 'x'.repeat(6001) })).toThrow('6000 characters');
  });
});

describe('a list', () => {
  it('is drawn on an answer that one person sees, and tells what was picked', async () => {
    const { ada } = now();
    const { run, interaction } = await asked();
    const options = ['low', 'high'].map((value) => ({ label: value.toUpperCase(), value }));
    const components = [{ type: 1, components: [{ type: 3, custom_id: 'depth', options }] }];
    await interaction.reply({ content: 'Choose.', components, flags: MessageFlags.Ephemeral });
    await run.answer();
    const coming = next(client, Events.InteractionCreate);
    const pressed = ada.pressesIn(run, 'HIGH');
    const [picked] = await coming;
    if (!picked.isStringSelectMenu()) throw new Error('not a list');
    expect([picked.customId, picked.values]).toEqual(['depth', ['high']]);
    await picked.update({ content: 'High it is.', components: [] });
    expect(await pressed.change()).toMatchObject({ content: 'High it is.', ephemeral: true });
    expect(() => ada.pressesIn(run, 'LOW')).toThrow('nothing is labelled LOW');
  });

  it.each([
    ['no items', []],
    ['26 items', Array.from({ length: 26 }, (_, at) => ({ label: `l${at}`, value: `v${at}` }))],
    ['two items of one value', [1, 2].map((label) => ({ label: `${label}`, value: 'v' }))],
    ['a label of 101 characters', [{ label: 'l'.repeat(101), value: 'v' }]],
  ])('of %s is refused', async (_what, options) => {
    const { rest } = now();
    const { interaction } = await asked();
    const components = [{ type: 1, components: [{ type: 3, custom_id: 'depth', options }] }];
    const answer = { type: 4, data: { content: 'Choose.', components } };
    const path = `/interactions/${interaction.id}/${interaction.token}/callback`;
    expect(await rest(`POST ${path}`, answer)).toMatchObject({ status: 400, body: { code: 50035 } });
  });
});
