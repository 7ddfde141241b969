/** What a message is to the bot, and the Mention that is made of it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationIdOf } from '../../src/core/conversation.ts';
import type { Mention } from '../../src/core/inbound.ts';
import type { Heard } from '../../src/discord-reading/heard.ts';
import { judge, type Self } from '../../src/discord-reading/inbound.ts';
import { threadName, type Where } from '../../src/discord-reading/where.ts';
import { noticesIn } from '../../src/notices/notices.ts';

const SELF: Self = { id: '100000000000000001', role: '100000000000000002' };
const ENGLISH = noticesIn('en');
const ME = `<@${SELF.id}>`;
const CHANNEL: Where = {
  place: { platform: 'discord', workspace: '7', channel: '8', name: 'general', kind: 'channel' },
  channel: '8',
};
const THREAD: Where = {
  place: { ...CHANNEL.place, kind: 'thread' },
  channel: '9',
  conversation: conversationIdOf({ platform: 'discord', workspace: '7', channel: '8', thread: '9' }),
  owner: '55',
};
const VOICE: Where = {
  ...CHANNEL,
  conversation: conversationIdOf({ platform: 'discord', workspace: '7', channel: '8' }),
};
const DIRECT: Where = {
  place: { platform: 'discord', workspace: '@me', channel: '6', kind: 'direct' },
  channel: '6',
  conversation: conversationIdOf({ platform: 'discord', workspace: '@me', channel: '6' }),
};
const NAMED = new Map([[SELF.id, 'Halley']]);

function heard(change: Partial<Heard> = {}): Heard {
  return {
    id: '42',
    where: CHANNEL,
    author: { id: '11', name: 'Ada', isBot: false },
    isWebhook: false,
    isSystem: false,
    content: 'hello',
    people: new Map(),
    roles: new Map(),
    channels: new Map(),
    attachments: [],
    receivedAt: 1_780_000_000_000,
    ...change,
  };
}

function mentionOf(change: Partial<Heard>): Mention {
  const verdict = judge(heard({ people: NAMED, ...change }), SELF, ENGLISH);
  if (verdict.kind === 'ignored') throw new Error(verdict.reason);
  return verdict.mention;
}

describe('a message', () => {
  const person = heard().author;
  it.each<[string, Partial<Heard>, string]>([
    ['of the bot itself', { author: { ...person, id: SELF.id, isBot: true }, people: NAMED }, 'own'],
    ['of another bot', { author: { ...person, isBot: true }, people: NAMED }, 'bot'],
    ['of a webhook with a person’s name', { isWebhook: true, people: NAMED }, 'webhook'],
    ['of Discord itself', { isSystem: true, people: NAMED }, 'system'],
    ['of a bot in a direct message', { where: DIRECT, author: { ...person, isBot: true } }, 'bot'],
    ['in a channel for nobody', {}, 'not-addressed'],
    [
      'in a channel for somebody else',
      { people: new Map([['12', 'Bob']]), roles: new Map([['13', 'team']]) },
      'not-addressed',
    ],
    ['in a voice channel for nobody', { where: VOICE }, 'not-addressed'],
    ['of a sticker in a thread', { where: THREAD, content: '' }, 'nothing-said'],
  ])('%s is ignored: %s', (_, change, reason) => {
    expect(judge(heard(change), SELF, ENGLISH)).toEqual({ kind: 'ignored', reason });
  });

  it.each<[string, Partial<Heard>, string]>([
    ['that names the bot', { people: NAMED }, 'addressed'],
    ['that names its role', { roles: new Map([[SELF.role ?? '', 'Halley']]) }, 'addressed'],
    ['in a direct message', { where: DIRECT }, 'addressed'],
    ['that names the bot in a voice channel', { where: VOICE, people: NAMED }, 'addressed'],
    ['that names the bot in a thread', { where: THREAD, people: NAMED }, 'addressed'],
    ['in a thread that the bot opened', { where: { ...THREAD, owner: SELF.id } }, 'addressed'],
    ['in another’s thread', { where: THREAD }, 'overheard'],
    ['of a bare mention', { people: NAMED, content: ME }, 'addressed'],
  ])('%s is %s', (_, change, kind) => {
    expect(judge(heard(change), SELF, ENGLISH).kind).toBe(kind);
  });

  it('begins a conversation in a thread of its own id when it is said in a channel', () => {
    expect(mentionOf({ content: `${ME} why?` })).toEqual({
      id: 'discord:8/42',
      conversation: 'discord:7/8/42',
      before: { channel: '8', message: '42', isWhole: false },
      author: { id: '11', name: 'Ada' },
      place: CHANNEL.place,
      text: 'why?',
      attachments: [],
      replyTo: { platform: 'discord', channel: '8', message: '42', asker: '11', openThread: 'why?' },
      receivedAt: 1_780_000_000_000,
    });
  });

  it.each([
    ['a thread', THREAD, 'discord:7/8/9'],
    ['a voice channel', VOICE, 'discord:7/8'],
    ['a direct message', DIRECT, 'discord:%40me/6'],
  ])('goes on in place in %s', (_, where, conversation) => {
    const mention = mentionOf({ where });
    expect(mention.conversation).toBe(conversation);
    expect(mention.replyTo).toEqual({ platform: 'discord', channel: where.channel, message: '42', asker: '11' });
  });
});

describe('the text', () => {
  const names = {
    people: new Map([...NAMED, ['21', 'Bob <@22>'], ['22', 'Eve']]),
    roles: new Map([['31', 'team']]),
    channels: new Map([['41', 'lab']]),
  };
  it.each([
    [`${ME} why?`, 'why?'],
    [`${ME}, why?`, 'why?'],
    [`  ${ME}: ${ME} why?`, 'why?'],
    [`<@!${SELF.id}> why?`, 'why?'],
    [`<@&${SELF.role}> why?`, 'why?'],
    [`why, ${ME}?`, 'why,?'],
    [`so ${ME} what\n  is it`, 'so what\n  is it'],
    [ME, ''],
    ['<@21> and <@!22> and <@23>', '@Bob <@22> and @Eve and <@23>'],
    ['<@&31> in <#41>, not <#49>', '@team in #lab, not <#49>'],
    ['<:wave:123> <a:dance:456>', ':wave: :dance:'],
    ['</think depth:789>', '/think depth'],
    ['</think:789>', '/think'],
    ['`a < b` & <br>', '`a < b` & <br>'],
    ['@everyone', '@everyone'],
  ])('%j reads %j', (content, text) => {
    expect(mentionOf({ content, ...names }).text).toBe(text);
  });

  it('is the same without any markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (content) => {
        fc.pre(!content.includes('<'));
        expect(mentionOf({ content }).text).toBe(content.trim());
      }),
    );
  });
});

describe('the language', () => {
  it('of who wrote goes with the mention, where Discord tells it', () => {
    const author = { id: '11', name: 'Ada', isBot: false };
    expect(mentionOf({ author }).author).toEqual({ id: '11', name: 'Ada' });
    expect(mentionOf({ author: { ...author, locale: 'pl' } }).author).toEqual({ id: '11', name: 'Ada', locale: 'pl' });
  });

  it('of who wrote is that of a thread without words', () => {
    const verdict = judge(heard({ people: NAMED, content: ME }), SELF, noticesIn('pl'));
    expect(verdict).toMatchObject({ mention: { replyTo: { openThread: 'Pytanie od: Ada' } } });
  });
});

describe('the name of a thread', () => {
  it.each([
    ['why is the\n\n  sky   blue?', 'why is the sky blue?'],
    ['', 'Question from Ada'],
    ['\u200b\u200b', 'Question from Ada'],
    ['word '.repeat(30), `${'word '.repeat(19).trim()}…`],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['x'.repeat(101), `${'x'.repeat(99)}…`],
  ])('for %j is %j', (question, name) => {
    expect(threadName(question, 'Question from Ada')).toBe(name);
  });

  it('is one line of 1 to 100 characters that breaks no character apart', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.constantFrom('👩‍👩‍👧', 'é', ' ', '\n', '漢', '\u0000', 'ab')).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(
        text.map((one) => one.repeat(9)),
        text,
        (question, asker) => {
          const name = threadName(question, ENGLISH.questionFrom(asker));
          expect(name.length).toBeGreaterThan(0);
          expect(name.length).toBeLessThanOrEqual(100);
          expect(name).not.toMatch(/[\n\p{Cc}]/u);
          expect(name).toBe(name.trim());
          expect(name.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});
