/** Which commands people find where, in which language, and what using them sends: menus, options, installations. */
import { ApplicationCommandOptionType as Option, type Client, Events, MessageType } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connected, next } from '../client.ts';
import { eachTest } from '../fixture.ts';

const now = eachTest({ limits: { newCommands: { limit: 9, windowMs: 86_400_000 } } });
let client: Client<true>;

beforeEach(async () => {
  client = await connected(now().sim);
  await client.application.commands.set([
    {
      name: 'ask',
      description: 'Ask',
      nameLocalizations: { pl: 'pytaj' },
      integrationTypes: [0, 1],
      contexts: [0, 1, 2],
    },
    { name: 'purge', description: 'Purge', defaultMemberPermissions: 'ManageMessages', contexts: [0] },
    { name: 'reset', description: 'Reset', defaultMemberPermissions: 0n, contexts: [0] },
    {
      name: 'pick',
      description: 'Pick',
      contexts: [0],
      options: [
        { type: Option.User, name: 'who', description: 'Who' },
        { type: Option.Role, name: 'crew', description: 'Crew' },
        { type: Option.Channel, name: 'where', description: 'Where' },
        { type: Option.Integer, name: 'count', description: 'Count', minValue: 1, maxValue: 9 },
      ],
    },
    {
      name: 'set',
      description: 'Set',
      contexts: [0],
      options: [
        {
          type: Option.Subcommand,
          name: 'model',
          description: 'Model',
          options: [{ type: Option.String, name: 'name', description: 'Name', autocomplete: true }],
        },
      ],
    },
    { type: 3, name: 'Ask about this', integrationTypes: [0, 1], contexts: [0, 1, 2] },
    { type: 2, name: 'Greet', contexts: [0] },
  ]);
});

afterEach(async () => {
  await client.destroy();
});

describe('the commands a person is shown', () => {
  it('are those open there and permitted to them, in their language', () => {
    const { ada, general, sim } = now();
    expect(ada.commandsIn(general)).toEqual(['/ask', '/pick', '/set', 'Ask about this', 'Greet']);
    expect(ada.commandsIn(ada.dmChannelId)).toEqual(['/ask', 'Ask about this']);
    sim.allow(general, ada.id, 'manageMessages');
    ada.user.locale = 'pl';
    expect(ada.commandsIn(general)).toContain('/purge');
    expect(ada.commandsIn(general)).toContain('/pytaj');
    sim.deny(general, ada.id, 'useApplicationCommands');
    expect(ada.commandsIn(general)).toEqual([]);
    expect(() => ada.slash(general, 'ask')).toThrow('no command /ask');
  });

  it('come under the registered name, whatever name was picked', async () => {
    const { ada, general } = now();
    ada.user.locale = 'pl';
    const coming = next(client, Events.InteractionCreate);
    ada.slash(general, 'pytaj');
    const [interaction] = await coming;
    expect(interaction.isChatInputCommand() && interaction.commandName).toBe('ask');
    expect(interaction.locale).toBe('pl');
  });

  it('are new to Discord only so often a day', async () => {
    const { rest, sim } = now();
    sim.allowRefusals();
    const path = `POST /applications/${sim.bot.id}/commands`;
    const statuses: unknown[] = [];
    for (const name of ['a', 'b', 'a', 'c']) statuses.push((await rest(path, { name, description: 'x' })).status);
    expect(statuses).toEqual([201, 201, 200, 429]);
  });
});

describe('a message command', () => {
  it('brings the whole message, even where the bot may not read, and is answered as one', async () => {
    const { ada, general, sim } = now();
    const said = ada.says(general, 'what is this?');
    const coming = next(client, Events.InteractionCreate);
    const run = ada.usesOnMessage(said.id, 'Ask about this');
    const [interaction] = await coming;
    if (!interaction.isMessageContextMenuCommand()) throw new Error('no message command');
    expect(interaction.targetMessage.content).toBe('what is this?');
    await interaction.reply('A question.');
    expect((await run.answer()).content).toBe('A question.');
    expect(sim.reads(general).at(-1)?.type).toBe(MessageType.ContextMenuCommand);
  });
});

describe('a user command', () => {
  it('brings the person and their place in the server', async () => {
    const { ada, general, sim } = now();
    const ben = sim.addUser('Ben');
    const coming = next(client, Events.InteractionCreate);
    ada.usesOnUser(general, ben, 'Greet');
    const [interaction] = await coming;
    if (!interaction.isUserContextMenuCommand()) throw new Error('no user command');
    expect(interaction.targetUser.id).toBe(ben.id);
    expect(interaction.targetMember).not.toBeNull();
    await interaction.reply('Hello');
  });
});

describe('options', () => {
  it('that name people, roles and places bring them along', async () => {
    const { ada, general, sim } = now();
    const crew = sim.addRole('crew');
    const coming = next(client, Events.InteractionCreate);
    ada.slash(general, 'pick', { who: sim.bot.id, crew, where: general, count: 3 });
    const [interaction] = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no slash command');
    expect(interaction.options.getUser('who')?.id).toBe(sim.bot.id);
    expect(interaction.options.getRole('crew')?.name).toBe('crew');
    expect(interaction.options.getChannel('where')?.id).toBe(general);
    expect(interaction.options.getInteger('count')).toBe(3);
    await interaction.reply('ok');
  });

  it('take only what the client would take', () => {
    const { ada, general } = now();
    expect(() => ada.slash(general, 'pick', { count: 10 })).toThrow('takes 1 to 9');
    expect(() => ada.slash(general, 'pick', { count: 1.5 })).toThrow('no fraction');
    expect(() => ada.slash(general, 'pick', { who: '123456789012345678' })).toThrow('offers no');
  });

  it('of a subcommand are completed too', async () => {
    const { ada, general } = now();
    const coming = next(client, Events.InteractionCreate);
    const offers = ada.types(general, 'set model', { name: 'fl' });
    const [interaction] = await coming;
    if (!interaction.isAutocomplete()) throw new Error('nothing to complete');
    await interaction.respond([{ name: 'Flash', value: interaction.options.getSubcommand() }]);
    expect(await offers).toEqual(['model']);
  });
});

describe('an application a person installed', () => {
  it('works in private channels, which the bot cannot see, and says by whom it came', async () => {
    const { ada, sim, rest } = now();
    const ben = sim.addUser('Ben');
    const channel = ada.dmWith(ben);
    expect(ada.commandsIn(channel)).toEqual([]);
    ada.installsTheApp();
    expect(ada.commandsIn(channel)).toEqual(['/ask', 'Ask about this']);
    const coming = next(client, Events.InteractionCreate);
    const run = ada.slash(channel, 'ask');
    const [interaction] = await coming;
    expect(interaction.context).toBe(2);
    expect(interaction.authorizingIntegrationOwners).toMatchObject({ 1: ada.id });
    if (!interaction.isChatInputCommand()) throw new Error('no slash command');
    await interaction.reply('here');
    expect((await run.answer()).content).toBe('here');
    expect(sim.reads(channel).map(({ content }) => content)).toEqual(['here']);
    expect((await rest(`GET /channels/${channel}/messages`)).body['code']).toBe(50001);
    expect((await rest(`POST /channels/${channel}/messages`, { content: 'x' })).body['code']).toBe(50001);
  });

  it('has five follow-ups', async () => {
    const { ada, sim } = now();
    ada.installsTheApp();
    const channel = sim.addGroup('friends', ada, sim.addUser('Ben'), sim.addUser('Cy')).id;
    const coming = next(client, Events.InteractionCreate);
    const run = ada.slash(channel, 'ask');
    const [interaction] = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no slash command');
    await interaction.reply('0');
    for (let n = 1; n <= 5; n++) {
      if (n === 5) sim.clock.advance(2000);
      await interaction.followUp(`${n}`);
    }
    await expect(interaction.followUp('6')).rejects.toMatchObject({ code: 40094 });
    expect(run.reads()).toHaveLength(6);
  });

  it('goes on where the bot was thrown out, for that person alone if others may not see it', async () => {
    const { ada, general, sim } = now();
    ada.installsTheApp();
    const gone = next(client, Events.GuildDelete);
    sim.expelBot();
    await gone;
    ada.says(general, 'anybody?');
    sim.deny(general, sim.guild.id, 'useExternalApps');
    const coming = next(client, Events.InteractionCreate);
    const run = ada.slash(general, 'ask');
    const [interaction] = await coming;
    expect(interaction.context).toBe(0);
    expect(interaction.guild).toBeNull();
    if (!interaction.isChatInputCommand()) throw new Error('no slash command');
    await interaction.reply('just you');
    expect(await run.answer()).toMatchObject({ content: 'just you', ephemeral: true });
    expect(sim.reads(general)).toHaveLength(1);
  });
});
