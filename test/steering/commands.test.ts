import { describe, expect, it, vi } from 'vitest';
import { COMMANDS, SETTING_NAMES } from '../../src/commands/list.ts';
import { conversationIdOf, scopeIdOf, SCOPES } from '../../src/core/conversation.ts';
import { type Refusal, StorageUnavailable } from '../../src/core/errors.ts';
import { type Command, COMMAND_NAMES, type Mention } from '../../src/core/inbound.ts';
import type { CommandReply, Menu } from '../../src/core/reply.ts';
import { spendOf } from '../../src/models/spend.ts';
import { CommandDesk } from '../../src/steering/commands.ts';
import { aConversation, aMention, aTurn } from '../support/builders.ts';
import { aCommand, aContext, type Context } from './context.ts';

const give = (command: Command, context: Context): Promise<CommandReply> => new CommandDesk(context).command(command);
const origin = { text: 'Why? --think high', place: aMention().place, replyTo: aMention().replyTo };
const scopeId = (scope: (typeof SCOPES)[number], command: Command = aCommand('settings')) => {
  const id = scopeIdOf(scope, command);
  if (id === undefined) throw new Error(`there is no ${scope}`);
  return id;
};

describe('the list of commands', () => {
  it('has each once, required options first, none that the platforms refuse', () => {
    expect(COMMANDS.map(({ name }) => name)).toEqual(COMMAND_NAMES);
    for (const { options, description } of COMMANDS) {
      expect(Object.values(description).every((words) => words.length <= 100)).toBe(true);
      const required = options.map(({ isRequired }) => isRequired === true);
      expect(required).toEqual(required.toSorted((a, b) => Number(b) - Number(a)));
      for (const option of options) {
        expect(option.name).toMatch(/^[a-z]{1,32}$/);
        expect(Object.values(option.description).every((words) => words.length <= 100)).toBe(true);
      }
    }
  });
});

describe('a command that sets', () => {
  it.each([
    [aCommand('think', { depth: 'HIGH' }), 'thinking', 'high'],
    [aCommand('search', { text: 'auto' }), 'search', 'auto'],
    [aCommand('model', { model: 'flash-lite' }), 'model', 'gemini-3.5-flash-lite'],
    [aCommand('persona', { persona: 'Brief' }), 'persona', { name: 'brief' }],
    [aCommand('persona', { text: ' You are a pirate. ' }), 'persona', { text: 'You are a pirate.' }],
    [aCommand('settings', { setting: 'freeTalk', value: 'mention-only' }), 'freeTalk', 'mention-only'],
    [aCommand('settings', { setting: 'replystyle', value: 'in-place' }), 'replyStyle', 'in-place'],
  ] as const)('%j does so for this conversation, and says what it set', async (command, name, value) => {
    const context = await aContext();
    const { text } = await give(command, context);
    expect(text).toMatch(/is now set to .* in this conversation\./);
    expect(await context.settings.store.get(aConversation)).toEqual({ [name]: value });
  });

  it.each(SCOPES)('does so for the %s where that is said', async (scope) => {
    const context = await aContext();
    await give(aCommand('think', { depth: 'low', scope }, { manages: 'workspace' }), context);
    expect(await context.settings.store.get(scopeId(scope))).toEqual({ thinking: 'low' });
    expect((await context.settings.at(aCommand('think'))).thinking).toEqual({ value: 'low', from: scope });
  });

  it('says so when something narrower still decides', async () => {
    const context = await aContext();
    await give(aCommand('think', { depth: 'low', scope: 'person' }), context);
    const { text } = await give(aCommand('think', { depth: 'high' }), context);
    expect(text).toMatch(/set to high in this conversation\..*low still holds.*for you/);
  });

  it('takes a choice back with default', async () => {
    const context = await aContext();
    await give(aCommand('search', { text: 'on' }), context);
    expect((await give(aCommand('search', { text: 'default' }), context)).text).toContain('off (as usual)');
    expect(await context.settings.store.get(aConversation)).toEqual({});
  });

  it.each([
    [aCommand('think', { depth: 'deep' }), /auto, off.*a number of tokens, not “deep”/],
    [aCommand('think', { depth: '8000' }), /gemini-3\.8-flash takes no number of tokens/],
    [aCommand('search', { text: 'on', scope: 'planet' }), /person, conversation, channel, workspace, not “planet”/],
    [aCommand('model', { model: 'gpt' }), /flash-lite.*not “gpt”/],
    [aCommand('persona', { persona: 'pirate' }), /brief.*not “pirate”/],
    [aCommand('persona', { text: 'x'.repeat(4001) }), /1 to 4000 characters/],
    [aCommand('settings', { setting: 'colour' }), /thinking.*not “colour”/],
    [aCommand('settings', { setting: 'footer', value: 'maybe' }), /off, on, not “maybe”/],
    [aCommand('think', { depth: 'high', scope: 'channel' }), /may not change what holds in this channel/],
    [aCommand('think', { depth: 'high', scope: 'workspace' }, { manages: 'channel' }), /may not change/],
    [{ ...aCommand('think', { depth: 'high' }), conversation: undefined }, /opens a conversation of its own/],
    [aCommand('usage', { of: 'planet' }), /person, channel, workspace, not “planet”/],
    [aCommand('usage', { of: 'workspace' }), /Only those who manage it/],
  ])('is answered in words where it cannot be: %j', async (given, sentence) => {
    const context = await aContext();
    const { conversation, ...rest } = given;
    const { text } = await give(conversation === undefined ? rest : { ...rest, conversation }, context);
    expect(text).toMatch(sentence);
    for (const scope of SCOPES) expect(await context.settings.store.get(scopeId(scope))).toEqual({});
  });

  it('takes a budget of tokens where the model does', async () => {
    const context = await aContext({}, { model: 'gemini-2.5-flash' });
    await give(aCommand('think', { depth: '8000' }), context);
    expect((await context.settings.at(aCommand('think'))).thinking.value).toBe(8000);
  });

  it('speaks the language that was chosen, or the person’s own', async () => {
    const context = await aContext();
    expect((await give(aCommand('stop', {}, { locale: 'pl' }), context)).text).toBe(
      'Niczego w tej rozmowie nie piszę.',
    );
    await give(aCommand('settings', { setting: 'language', value: 'en' }), context);
    expect((await give(aCommand('stop', {}, { locale: 'pl' }), context)).text).toMatch(/not writing/);
  });
});

/** What an item of a menu would give. */
function itemOf(reply: CommandReply, style: Menu['style'], label: string): Command['values'] {
  const item = reply.menus?.find((menu) => menu.style === style)?.items.find((each) => each.label === label);
  if (item === undefined) throw new Error(`there is no ${label}`);
  return item.values;
}

describe('/settings', () => {
  it('shows each value and whose choice it is', async () => {
    const context = await aContext();
    await give(aCommand('think', { depth: 'high' }), context);
    await give(aCommand('search', { text: 'on', scope: 'person' }), context);
    const { text } = await give(aCommand('settings'), context);
    expect(text).toContain('Thinking: high (in this conversation).');
    expect(text).toContain('Google Search: on (for you).');
    expect(text).toContain('Model: gemini-3.8-flash (as usual).');
    expect(text.split('\n')).toHaveLength(SETTING_NAMES.length + 1);
  });

  it('leads from the list over a setting and its scope to a value, and all of it is data', async () => {
    const context = await aContext();
    const list = await give(aCommand('settings'), context);
    const setting = await give(aCommand('settings', itemOf(list, 'list', 'Thinking')), context);
    expect(setting.text).toContain('auto');
    const forMe = await give(aCommand('settings', itemOf(setting, 'buttons', 'for you')), context);
    await give(aCommand('settings', itemOf(forMe, 'list', 'medium')), context);
    expect((await context.settings.at(aCommand('settings'))).thinking).toEqual({ value: 'medium', from: 'person' });
    expect(JSON.parse(JSON.stringify(forMe))).toEqual(forMe);
    const again = await give(aCommand('settings', itemOf(list, 'list', 'Thinking')), context);
    expect(again.menus?.[0]?.items.filter((item) => item.isChosen).map((item) => item.label)).toEqual(['medium']);
  });

  it('offers only the scopes that the person may change, and no more than platforms draw', async () => {
    const context = await aContext();
    for (const name of SETTING_NAMES) {
      const { menus = [] } = await give(aCommand('settings', { setting: name }), context);
      expect(menus.find(({ style }) => style === 'buttons')?.items).toHaveLength(2);
      for (const { style, items } of menus) expect(items.length).toBeLessThanOrEqual(style === 'list' ? 25 : 5);
    }
    const { menus = [] } = await give(aCommand('think', {}, { manages: 'workspace' }), context);
    expect(menus.at(-1)?.items).toHaveLength(4);
  });
});

describe('/stop', () => {
  it('stops what runs here, or says that nothing does', async () => {
    const context = await aContext();
    expect((await give(aCommand('stop'), context)).text).toContain('not writing');
    const started = Promise.withResolvers<void>();
    const running = context.lanes.run(
      aConversation,
      async (signal) => {
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
      { maxWaiting: 1, mention: aMention() },
    );
    await started.promise;
    expect((await give(aCommand('stop'), context)).text).toBe('Stopped.');
    await running;
  });
});

describe('/retry', () => {
  it('asks the last question as its next attempt, in the posts that stand', async () => {
    const context = await aContext();
    await context.turns.append(aConversation, aTurn({ id: 'a', origin }));
    await context.turns.append(aConversation, aTurn({ id: 'b', origin, attempt: 2 }));
    expect((await give(aCommand('retry', {}, { id: 'u2' }), context)).text).toContain('again');
    expect(context.asked).toMatchObject([
      {
        mention: { id: 'b', attempt: 3, text: 'Why? --think high', author: { id: 'u1' }, replyTo: { attempt: 3 } },
        posts: [{ channel: 't1', message: 'p1' }],
      },
    ]);
  });

  it('is a matter of whoever wants it, who is told alone where it is refused', async () => {
    const context = await aContext();
    await context.turns.append(aConversation, aTurn({ origin }));
    const check = async ({ wantedBy }: Mention): Promise<Refusal | undefined> =>
      wantedBy?.id === 'u2' ? { kind: 'not-allowed' } : undefined;
    const guarded = { ...context, answers: { ...context.answers, check } };
    expect((await give(aCommand('retry', {}, { id: 'u2' }), guarded)).text).toContain('may not');
    expect(context.asked).toEqual([]);
    await give(aCommand('retry', {}, { id: 'u3', name: 'Bob', manages: 'channel' }), guarded);
    expect(context.asked[0]?.mention).toMatchObject({ author: { id: 'u1' }, wantedBy: { id: 'u3', name: 'Bob' } });
    expect(context.asked[0]?.mention.wantedBy).not.toHaveProperty('manages');
  });

  it('asks once more after an attempt that came to nothing', async () => {
    const context = await aContext();
    await context.turns.append(aConversation, aTurn({ id: 'a', origin }));
    await give(aCommand('retry'), context);
    await context.journal.close('a');
    expect((await give(aCommand('retry'), context)).text).toContain('again');
    expect(context.asked.map(({ mention }) => mention.attempt)).toEqual([2, 3]);
  });

  it('does so once, however often it is pressed', async () => {
    const context = await aContext();
    await context.turns.append(aConversation, aTurn({ origin }));
    const replies = await Promise.all([give(aCommand('retry'), context), give(aCommand('retry'), context)]);
    expect(replies.map(({ text }) => text).toSorted()).toEqual([
      'I am answering again.',
      'I am answering that again already.',
    ]);
  });

  it('says so where there is nothing to answer again', async () => {
    const context = await aContext();
    expect((await give(aCommand('retry'), context)).text).toContain('no answer here');
    await context.turns.append(aConversation, aTurn());
    expect((await give(aCommand('retry'), context)).text).toContain('no answer here');
  });
});

describe('/forget', () => {
  it('drops the turns and settings of this conversation, and questions left open, and nothing else', async () => {
    const context = await aContext();
    const other = conversationIdOf({ platform: 'playground', workspace: 'local', channel: 'page', thread: 't2' });
    await context.turns.append(aConversation, aTurn());
    await context.turns.append(other, aTurn());
    await context.journal.accept(aMention());
    await context.journal.accept(aMention({ id: 'elsewhere', conversation: other }));
    await give(aCommand('search', { text: 'on' }), context);
    await give(aCommand('think', { depth: 'low', scope: 'person' }), context);
    expect((await give(aCommand('forget'), context)).text).toContain('1 turn ');
    expect(await context.turns.turns(aConversation)).toEqual([]);
    expect(await context.turns.turns(other)).toHaveLength(1);
    expect((await context.journal.open()).map(({ mention }) => mention.id)).toEqual(['elsewhere']);
    const held = await context.settings.at(aCommand('settings'));
    expect([held.search.from, held.thinking.from]).toEqual(['default', 'person']);
  });

  it('stops what is being answered, and drops what it leaves', async () => {
    const context = await aContext();
    const started = Promise.withResolvers<void>();
    const running = context.lanes.run(
      aConversation,
      async (signal) => {
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        await context.turns.append(aConversation, aTurn({ ending: { kind: 'stopped' } }));
      },
      { maxWaiting: 1 },
    );
    await started.promise;
    await give(aCommand('forget'), context);
    await running;
    expect(await context.turns.turns(aConversation)).toEqual([]);
  });

  it('is for those who may change what holds in a conversation', async () => {
    const may = { person: 'anyone', conversation: 'managers', channel: 'managers', workspace: 'managers' } as const;
    const context = await aContext({ rights: { may, admins: [] } });
    await context.turns.append(aConversation, aTurn());
    expect((await give(aCommand('forget'), context)).text).toMatch(/may not/);
    expect(await context.turns.turns(aConversation)).toHaveLength(1);
    await give(aCommand('forget', {}, { manages: 'channel' }), context);
    expect(await context.turns.turns(aConversation)).toEqual([]);
  });

  it('with me drops everything of the person in this workspace, in every conversation, and of nobody else', async () => {
    const context = await aContext();
    const parts = { platform: 'playground', workspace: 'local', channel: 'page' } as const;
    const [shared, away] = [
      conversationIdOf({ ...parts, thread: 't2' }),
      conversationIdOf({ ...parts, workspace: 'away', thread: 't2' }),
    ];
    const grace = { id: 'u2', name: 'Grace' };
    for (const id of [aConversation, shared, away]) await context.turns.append(id, aTurn({ id: 'mine' }));
    await context.turns.append(shared, aTurn({ id: 'hers', author: grace }));
    await context.journal.accept(aMention({ id: 'open' }));
    await context.journal.accept(aMention({ id: 'her open', author: grace }));
    await give(aCommand('think', { depth: 'low', scope: 'person' }), context);
    const now = Date.now();
    const account = scopeId('person');
    await context.ledger.add([account], spendOf({ promptTokenCount: 5 }, undefined), now);
    expect((await give(aCommand('forget', { what: 'me' }), context)).text).toContain('2 turns');
    expect(await context.turns.turns(aConversation)).toEqual([]);
    expect((await context.turns.turns(shared)).map(({ id }) => id)).toEqual(['hers']);
    expect(await context.turns.turns(away)).toHaveLength(1);
    expect((await context.journal.open()).map(({ mention }) => mention.id)).toEqual(['her open']);
    expect(await context.ledger.spent(account, 'day', now)).toBeUndefined();
    expect((await context.settings.at(aCommand('settings'))).thinking.from).toBe('default');
  });
});

describe('what is told of oneself', () => {
  it('/export gives the conversation as Markdown and JSON', async () => {
    const context = await aContext();
    expect(await give(aCommand('export'), context)).toEqual({ text: 'I remember nothing of this conversation.' });
    const sources = [{ number: 1, title: 'A [page]', url: 'https://example.com/' }];
    await context.turns.append(
      aConversation,
      aTurn({ text: 'One\ntwo?', sources, thoughts: 'Hm.' }, 'Because **so**.'),
    );
    const { text, files = [] } = await give(aCommand('export'), context);
    expect(text).toContain('1 turn');
    const [markdown, json] = files;
    expect(markdown?.text).toContain(
      '> One\n> two?\n\n> Hm.\n\nBecause **so**.\n\n1. [A page](<https://example.com/>)',
    );
    expect(JSON.parse(json?.text ?? '')).toMatchObject({
      turns: [{ question: 'One\ntwo?', answer: 'Because **so**.', author: 'Ada', sources, thoughts: 'Hm.' }],
    });
  });

  it('/usage tells today and this month, of a place only to those who manage it', async () => {
    const context = await aContext();
    expect((await give(aCommand('usage'), context)).text).toBe(
      'Used for you:\n- today: nothing\n- this month: nothing',
    );
    const used = {
      promptTokenCount: 1000,
      cachedContentTokenCount: 200,
      candidatesTokenCount: 300,
      thoughtsTokenCount: 40,
    };
    const price = { inputUsd: 1, outputUsd: 10, cachedInputUsd: 0.1 };
    const accounts = [scopeId('person'), scopeId('channel')];
    await context.ledger.add(accounts, spendOf(used, price), Date.now());
    const told = '1 turn, 1,000 tokens in (200 cached), 300 out, 40 thought, US$0.0042';
    expect((await give(aCommand('usage'), context)).text).toBe(
      `Used for you:\n- today: ${told}\n- this month: ${told}`,
    );
    const managed = await give(aCommand('usage', { of: 'channel' }, { manages: 'channel' }), context);
    expect(managed.text).toContain(told);
  });

  it.each(['en', 'pl'])('/help and /about fit on a screen, in %s', async (locale) => {
    const context = await aContext();
    const help = (await give(aCommand('help', {}, { locale }), context)).text;
    expect(help.split('\n').length).toBeLessThanOrEqual(12);
    for (const name of COMMAND_NAMES.filter((each) => each !== 'help')) expect(help).toContain(`/${name}`);
    const about = (await give(aCommand('about', {}, { locale }), context)).text;
    expect(about.split('\n')).toHaveLength(5);
    expect(about).toMatch(/1\.2\.3.*gemini-3\.8-flash/);
  });

  it('/ask without a question asks for one', async () => {
    expect((await give(aCommand('ask'), await aContext())).text).toMatch(/What would you like to know/);
  });
});

describe('a command that fails', () => {
  it('is told and logged', async () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const context = await aContext({ log });
    const failing = { ...context.turns, turns: () => Promise.reject(new StorageUnavailable('gone')) };
    const { text } = await give(aCommand('export'), {
      ...context,
      turns: Object.assign(Object.create(context.turns), failing),
    });
    expect(text).toContain('memory cannot be reached');
    expect(log.error).toHaveBeenCalledOnce();
  });
});
