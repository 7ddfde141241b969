/** What the model is told of a place, and by which names. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../../src/core/conversation.ts';
import type { Before, Mention, Recent, Said } from '../../src/core/inbound.ts';
import { Places } from '../../src/place/places.ts';
import { Speakers } from '../../src/place/speakers.ts';
import { KeptLog } from '../discord/stage.ts';
import { aMention, aTurn } from '../support/builders.ts';

const WHOLE: Before = { channel: 'c', message: 'm', isWhole: true };
const ada = { id: 'u1', name: 'Ada' };
const bob = { id: 'u2', name: 'Bob' };

function said(id: string, text: string, change: Partial<Said> = {}): Said {
  return { id, author: bob, text, attachments: [], saidAt: 1000, ...change };
}

/** A place where this was said; it keeps what it was asked for. */
function placeWith(recent: Recent, forgottenAt?: number, beforeMessages = 30) {
  const asked: [Before, number][] = [];
  const read = async (before: Before, limit: number): Promise<Recent> => {
    asked.push([before, limit]);
    return recent;
  };
  const places = new Places({
    adapter: () => ({ recent: read }),
    turns: { forgottenAt: async () => forgottenAt },
    beforeMessages,
    log: new KeptLog(),
  });
  return { places, asked };
}

const textOf = (parts: readonly { readonly text: string }[]) =>
  parts
    .map(({ text }) => text)
    .join('')
    .trimEnd();

const told = async (recent: Recent, mention: Partial<Mention> = {}, past: readonly Turn[] = []) =>
  textOf((await placeWith(recent).places.before(aMention({ before: WHOLE, author: ada, ...mention }), past)).said);

describe('a place', () => {
  it('is read before its first question, as far as is wanted', async () => {
    const { places, asked } = placeWith([said('1', 'hi')], undefined, 7);
    await places.before(aMention({ before: WHOLE }), []);
    expect(asked).toEqual([[WHOLE, 7]]);
  });

  it('is not read where nothing says how, nothing is wanted, or it was read before', async () => {
    const { places, asked } = placeWith([said('1', 'hi')]);
    await places.before(aMention(), []);
    await places.before(aMention({ before: WHOLE }), [aTurn()]);
    const unwanted = placeWith([], undefined, 0);
    await unwanted.places.before(aMention({ before: { ...WHOLE, repliesTo: '1' } }), []);
    expect([...asked, ...unwanted.asked]).toEqual([]);
  });

  it('is asked later only for the message that a question replies to, unless that is the last thing said', async () => {
    const { places, asked } = placeWith([said('1', 'hi')]);
    const reply = (repliesTo: string) => aMention({ before: { ...WHOLE, repliesTo } });
    await places.before(reply('1'), [aTurn()]);
    await places.before(reply('p1'), [aTurn()]);
    await places.before(reply('m1'), [aTurn()]);
    expect(asked).toEqual([[{ ...WHOLE, repliesTo: '1', isWhole: false }, 1]]);
  });

  it('tells files of what is replied to, but not of what is in the memory', async () => {
    const file = { id: 'f', name: 'cat.png', mimeType: 'image/png', bytes: 3, url: 'https://cdn.test/cat.png' };
    const { places } = placeWith([said('1', 'look', { attachments: [file] })]);
    const mention = aMention({ before: { ...WHOLE, repliesTo: '1' } });
    expect((await places.before(mention, [])).attachments).toEqual([file]);
    expect((await places.before(mention, [aTurn({ id: 'discord:c/1' }), aTurn()])).attachments).toEqual([]);
    expect((await placeWith([said('2', 'x', { attachments: [file] })]).places.before(mention, [])).attachments).toEqual(
      [],
    );
  });

  it('leaves out what was said before it was forgotten, but for what is replied to', async () => {
    const { places } = placeWith([said('1', 'old'), said('2', 'older'), said('3', 'new', { saidAt: 3000 })], 2000);
    const { said: parts } = await places.before(aMention({ before: { ...WHOLE, repliesTo: '2' } }), []);
    expect(textOf(parts)).toContain('> older');
    expect(textOf(parts)).toContain('> new');
    expect(textOf(parts)).not.toContain('> old\n');
  });

  it.each(['forbidden', 'unavailable'] as const)('that is %s is told of at the first question alone', async (fault) => {
    const { places } = placeWith({ fault });
    const mention = aMention({ before: { ...WHOLE, repliesTo: '1' } });
    expect(await places.before(mention, [])).toMatchObject({ said: [], fault });
    expect((await places.before(mention, [aTurn()])).fault).toBeUndefined();
  });

  it('names the bot’s own posts as the model’s', async () => {
    expect(await told([said('1', 'Hello.', { author: 'self' })])).toContain('\nYou:\n> Hello.\n');
  });

  it('tells the newest of very much, and of a long message its beginning', async () => {
    const long = Array.from({ length: 30 }, (_, at) => said(String(at), `${at} ${'x'.repeat(5000)}`));
    const text = await told(long);
    expect(text.length).toBeLessThan(45_000);
    expect(text).toContain('> 29 x');
    expect(text).not.toContain('> 0 x');
  });

  it('quotes every line that anybody wrote, whatever they wrote', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', '\n', '\r', '\u2028', '\v', '>', '[', ']', ':', ' ') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ name: text, text }), { minLength: 1, maxLength: 4 }), async (messages) => {
        const all = messages.map(({ name, text: words }, at) =>
          said(`${at}`, words, { author: { id: `${at}`, name } }),
        );
        const lines = (await told(all)).split(/[\n\r\u2028\v]/u).slice(1, -1);
        const heads = lines.filter((line) => !line.startsWith('> '));
        expect(heads).toHaveLength(messages.length);
        for (const head of heads) expect(head).toMatch(/^[^>\s].*:$/u);
      }),
    );
  });
});

describe('speakers', () => {
  it('keep the names that they were told by, and nobody else gets them', () => {
    const past = [aTurn({ author: ada, speakers: { u1: 'Ada', u7: 'Ada (2)' } })];
    const speakers = new Speakers(past);
    expect(speakers.nameOf({ id: 'u7', name: 'Ada' })).toBe('Ada (2)');
    expect(speakers.nameOf({ id: 'u8', name: 'ADA' })).toBe('ADA (3)');
    expect(speakers.nameOf(ada)).toBe('Ada');
    expect(speakers.nameOf({ id: 'u1', name: 'Ada L.' })).toBe('Ada L.');
    expect(speakers.nameOf({ id: 'u9', name: 'you' })).toBe('you (2)');
  });

  it('are told apart, whatever they are called', () => {
    const name = fc.constantFrom('Ada', 'ada', 'Ａda', 'Ada (2)', 'You', '', ':', ' Ada\n', '>Ada');
    fc.assert(
      fc.property(fc.array(name), (called) => {
        const speakers = new Speakers([]);
        const given = called.map((each, at) => speakers.nameOf({ id: String(at), name: each }));
        expect(new Set(given.map((each) => each.normalize('NFKC').toLowerCase())).size).toBe(called.length);
        expect(called.map((each, at) => speakers.nameOf({ id: String(at), name: each }))).toEqual(given);
      }),
    );
  });
});
