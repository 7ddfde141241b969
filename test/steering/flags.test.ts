import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asked, FLAGS, readFlags } from '../../src/steering/flags.ts';
import { catalogue } from './context.ts';

const read = (text: string): Asked => readFlags({ text }, catalogue);

describe('readFlags', () => {
  it.each([
    ['--search who won?', 'who won?', { search: 'on' }],
    ['who won? --search', 'who won?', { search: 'on' }],
    ['who won? --no-search', 'who won?', { search: 'off' }],
    ['who won? --search=auto', 'who won?', { search: 'auto' }],
    ['--think high why?', 'why?', { thinking: 'high' }],
    ['why? --think=LOW', 'why?', { thinking: 'low' }],
    ['--think 8000 why?', 'why?', { thinking: 8000 }],
    ['--search --think off why? --think high', 'why?', { search: 'on', thinking: 'off' }],
    ['why? --search --no-search', 'why?', { search: 'on' }],
    ['why?\n--search', 'why?', { search: 'on' }],
    ['--search', '', { search: 'on' }],
    ['where is lunch? --maps', 'where is lunch?', { maps: 'on' }],
    ['--code how many primes?', 'how many primes?', { code: 'on' }],
    ['why? --model flash-lite', 'why?', { model: 'gemini-3.5-flash-lite' }],
    ['--model GEMINI-3.8-flash why?', 'why?', { model: 'gemini-3.8-flash' }],
    ['--persona brief why?', 'why?', { persona: { name: 'brief' } }],
    ['why? --language pl --thoughts headline --footer', 'why?', { language: 'pl', thoughts: 'headline', footer: 'on' }],
    ['why? —search', 'why?', { search: 'on' }],
  ])('takes the flags of %j', (message, text, flags) => {
    expect(read(message)).toEqual({ text, flags, json: false, faults: [] });
  });

  it('takes --json for the form of the answer', () => {
    expect(read('as data --json')).toEqual({ text: 'as data', flags: {}, json: true, faults: [] });
  });

  it.each([
    'what does --search do?',
    'run `git log --search`',
    'run `git log --search',
    '> use --search',
    '```\nfind --search',
    'This:\n    find --search',
    'what is --searching',
    'x--search',
    'a plain question',
    '  two spaces  ',
    'how do I run npm test --verbose',
    '--verbose what does it do?',
    'ls --all',
    'what does this mean: --',
    'he said - search',
  ])('leaves %j as it is, without a word', (message) => {
    expect(read(message)).toEqual({ text: message, flags: {}, json: false, faults: [] });
  });

  it.each([
    ['why? --think deep', '--think', 'deep', 'high'],
    ['why? --think', '--think', '', 'auto'],
    ['--model gpt why?', '--model', 'gpt', 'flash-lite'],
    ['why? --model=', '--model', '', 'flash'],
    ['why? --persona pirate', '--persona', 'pirate', 'brief'],
    ['why? --search=maybe', '--search', 'maybe', 'auto'],
    ['why? --think 99999999', '--think', '99999999', 'off'],
  ])('keeps the question of %j whole, and names the choices', (...[message, flag, value, choice]) => {
    const asked = read(message);
    expect(asked.text).toBe(message);
    expect(asked.faults).toEqual([
      { kind: 'value', flag, value, setting: expect.any(String), choices: expect.arrayContaining([choice]) },
    ]);
  });

  it.each([
    ['why? --serach', ['--search']],
    ['--thnik high why?', ['--think']],
    ['why? --modle flash', ['--model']],
    ['why? --no-serch', ['--no-search']],
    ['why? --jsn', ['--json']],
  ])('asks of %j whether another flag was meant', (message, choices) => {
    const asked = read(message);
    expect(asked.text).toBe(message);
    expect(asked.faults.flatMap((fault) => fault.choices)).toEqual(choices);
  });

  it('takes what the options of a command say before what the text says', () => {
    const asked = readFlags(
      { text: 'why? --search', flags: { search: 'off', think: 'high', model: 'gpt' } },
      catalogue,
    );
    expect(asked).toMatchObject({ text: 'why?', flags: { search: 'off', thinking: 'high' } });
    expect(asked.faults).toMatchObject([{ kind: 'value', flag: '--model', value: 'gpt' }]);
  });
});

const flag = fc.constantFrom('--search', '--no-search', '--think high', '--think=auto', '--model flash', '--json');
const words = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => text === text.trim() && !/[-–—`>]/.test(text));
/** Anything that people write, and anything that looks like a flag. */
const message = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...FLAGS, ' ', '\n', '=', '--', '—', '`', '```', '> ', '    ', 'high', 'flash', 'x'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('reading flags', () => {
  it('never eats anything but flags and the space around them', () => {
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 3 }), words, fc.array(flag, { maxLength: 3 }), (before, text, after) => {
        expect(read([...before, text, ...after].join(' ')).text).toBe(text);
      }),
    );
  });

  it('takes from both ends alone, and only what it understood', () => {
    const one = String.raw`\s*(?:--|[–—])[a-z-]+(?:[= \t]+\S+)?\s*`;
    fc.assert(
      fc.property(message, (written) => {
        const { text } = read(written);
        const at = written.indexOf(text);
        expect(at).toBeGreaterThanOrEqual(0);
        const isTaken = (part: string): boolean => new RegExp(`^(?:${one})*\\s*$`, 'iu').test(part);
        const places = [at, written.lastIndexOf(text)];
        expect(
          places.some((from) => isTaken(written.slice(0, from)) && isTaken(written.slice(from + text.length))),
        ).toBe(true);
      }),
    );
  });

  it('finds nothing more in what it left, unless a flag within was laid open', () => {
    fc.assert(
      fc.property(words, fc.array(flag, { maxLength: 3 }), (text, after) => {
        const once = read([text, ...after].join(' '));
        expect(read(once.text)).toEqual({ text: once.text, flags: {}, json: false, faults: [] });
      }),
    );
  });
});
