/** Registering commands: what is kept, what is refused, and what a person can then type. */
import { describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';
import type { Json } from './json.ts';

const now = eachTest({ limits: { commands: { limit: 1000, windowMs: 20_000 } } });
const depth = { type: 3, name: 'depth', description: 'How deep', choices: [{ name: 'low', value: 'low' }] };
const think = { name: 'think', description: 'Think', options: [depth] };

const everywhere = () => `/applications/${now().sim.bot.id}/commands`;
const here = () => `/applications/${now().sim.bot.id}/guilds/${now().sim.guild.id}/commands`;

describe('the bulk overwrite', () => {
  it('replaces all, and keeps the id of what keeps its name', async () => {
    const { rest, sim } = now();
    const [first] = (await rest(`PUT ${everywhere()}`, [think, { name: 'gone', description: 'x' }])).list;
    const second = await rest(`PUT ${everywhere()}`, [{ ...think, description: 'Think more' }]);
    expect(second.list).toMatchObject([{ id: first?.['id'], description: 'Think more' }]);
    expect(second.list[0]?.['version']).not.toBe(first?.['version']);
    expect(sim.commands).toEqual([{ name: 'think' }]);
  });

  it('is separate for the server', async () => {
    const { rest, sim } = now();
    await rest(`PUT ${everywhere()}`, [think]);
    await rest(`PUT ${here()}`, [{ name: 'local', description: 'x' }]);
    expect(sim.commands).toEqual([{ name: 'think' }, { name: 'local', guildId: sim.guild.id }]);
  });

  it.each<[string, Json]>([
    ['a capital letter', { name: 'Think', description: 'x' }],
    ['a space', { name: 'think hard', description: 'x' }],
    ['no description', { name: 'think' }],
    ['a description of 101 characters', { name: 'think', description: 'x'.repeat(101) }],
    [
      'a required option after one that is not',
      { ...think, options: [depth, { ...depth, name: 'b', required: true }] },
    ],
    ['two options of one name', { ...think, options: [depth, depth] }],
    ['choices and autocompletion together', { ...think, options: [{ ...depth, autocomplete: true }] }],
    ['a language there is not', { ...think, name_localizations: { xx: 'denk' } }],
    ['a description on a menu command', { type: 3, name: 'Ask about this', description: 'x' }],
    [
      'more than 8,000 characters',
      {
        ...think,
        options: Array.from({ length: 25 }, (_, n) => ({
          ...depth,
          name: `o${n}`,
          choices: Array.from({ length: 25 }, (_, c) => ({ name: `choice ${c}`, value: 'v'.repeat(10) })),
        })),
      },
    ],
  ])('refuses %s', async (_what, command) => {
    const { rest, sim } = now();
    expect(await rest(`PUT ${everywhere()}`, [command])).toMatchObject({ status: 400, body: { code: 50035 } });
    expect(sim.commands).toEqual([]);
  });

  it('takes 15 message commands, and not 16', async () => {
    const { rest } = now();
    const menus = Array.from({ length: 16 }, (_, n) => ({ type: 3, name: `Menu ${n}` }));
    expect((await rest(`PUT ${everywhere()}`, menus)).status).toBe(400);
    expect((await rest(`PUT ${everywhere()}`, menus.slice(1))).status).toBe(200);
  });
});

describe('one command', () => {
  it('is made, read, changed and removed', async () => {
    const { rest } = now();
    const made = await rest(`POST ${everywhere()}`, { ...think, default_member_permissions: '0' });
    expect(made).toMatchObject({ status: 201, body: { name: 'think', default_member_permissions: '0' } });
    const one = `${everywhere()}/${String(made.body['id'])}`;
    expect((await rest(`POST ${everywhere()}`, think)).status).toBe(200);
    expect((await rest(`PATCH ${one}`, { description: 'Other' })).body['description']).toBe('Other');
    expect((await rest(`GET ${one}`)).body['description']).toBe('Other');
    expect((await rest(`DELETE ${one}`)).status).toBe(204);
    expect(await rest(`GET ${one}`)).toMatchObject({ status: 404, body: { code: 10063 } });
    expect((await rest(`GET ${everywhere()}`)).list).toEqual([]);
  });
});

describe('what a person can type', () => {
  it('is what is registered, with its own choices only', async () => {
    const { rest, ada, general } = now();
    await rest(`PUT ${everywhere()}`, [think]);
    expect(() => ada.slash(general, 'unknown')).toThrow('no command /unknown');
    expect(() => ada.slash(general, 'think', { depth: 'bottomless' })).toThrow('does not offer');
    expect(() => ada.slash(general, 'think', { depth: 3 })).toThrow('takes no number');
    expect(() => ada.slash(general, 'think', { width: 'low' })).toThrow('no option width');
    expect(ada.slash(general, 'think', { depth: 'low' }).state).toBe('waiting');
  });

  it('leaves out, in direct messages, what is only for servers', async () => {
    const { rest, ada } = now();
    await rest(`PUT ${everywhere()}`, [
      { ...think, contexts: [0] },
      { name: 'both', description: 'x', contexts: [0, 1] },
    ]);
    expect(() => ada.slash(ada.dmChannelId, 'think')).toThrow('direct messages');
    expect(ada.slash(ada.dmChannelId, 'both').state).toBe('waiting');
  });
});

describe('the list', () => {
  it('comes with translations only where they are asked for', async () => {
    const { rest } = now();
    const translated = { ...think, description_localizations: { pl: 'Myśl' } };
    await rest(`PUT ${everywhere()}`, [translated]);
    expect((await rest(`GET ${everywhere()}`)).list).toMatchObject([{ description_localizations: null }]);
    const asked = await rest(`GET ${everywhere()}?with_localizations=true`);
    expect(asked.list).toMatchObject([{ description_localizations: { pl: 'Myśl' } }]);
  });
});
