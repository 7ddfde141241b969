import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, questionOf } from '../../src/commands/list.ts';
import { readTyped } from '../../src/commands/typed.ts';
import { COMMANDS_PAGE, commandsPage } from '../support/commands.ts';

describe('readTyped', () => {
  it.each([
    ['/stop', 'stop', {}],
    ['  /STOP  ', 'stop', {}],
    ['/think high', 'think', { depth: 'high' }],
    ['/think high scope:person', 'think', { depth: 'high', scope: 'person' }],
    ['/think scope:person high', 'think', { depth: 'high', scope: 'person' }],
    ['/think scope:person', 'think', { scope: 'person' }],
    ['/ask why is\nthe sky blue?', 'ask', { question: 'why is\nthe sky blue?' }],
    ['/ask why? think:high private:true', 'ask', { question: 'why?', think: 'high', private: 'true' }],
    ['/ask what is a:b in http://x.example/?', 'ask', { question: 'what is a:b in http://x.example/?' }],
    ['/ask question: why?', 'ask', { question: 'why?' }],
    ['/search who won?', 'search', { text: 'who won?' }],
    ['/persona brief', 'persona', { persona: 'brief' }],
    ['/persona text:You are a pirate. scope:person', 'persona', { text: 'You are a pirate.', scope: 'person' }],
    [
      '/settings setting:thinking value:high scope:person',
      'settings',
      { setting: 'thinking', value: 'high', scope: 'person' },
    ],
    ['/settings thinking', 'settings', { setting: 'thinking' }],
    ['/forget me', 'forget', { what: 'me' }],
    ['/help me', 'help', {}],
  ])('reads %j', (line, name, values) => {
    expect(readTyped(line)).toEqual({ name, values });
  });

  it.each(['', '/', 'stop', '/stopp', '/etc/hosts', '/ think', 'a /stop'])('takes %j for no command', (line) => {
    expect(readTyped(line)).toBeUndefined();
  });
});

describe('questionOf', () => {
  it.each([
    ['ask', { question: 'why?' }, { text: 'why?', flags: {}, isPrivate: false }],
    [
      'ask',
      { question: 'why?', think: '8000', search: 'off', private: 'true' },
      { text: 'why?', flags: { think: '8000', search: 'off' }, isPrivate: true },
    ],
    ['ask', {}, undefined],
    ['search', { text: 'who won?' }, { text: 'who won?', flags: { search: 'on' }, isPrivate: false }],
    ['search', { text: ' Auto ' }, undefined],
    ['search', { text: 'default' }, undefined],
    ['search', {}, undefined],
    ['persona', { text: 'A pirate' }, undefined],
  ] as const)('finds in /%s with %j: %j', (name, values, question) => {
    expect(questionOf(name, values)).toEqual(question);
  });
});

describe('a typed command', () => {
  const pair = fc.constantFrom('think:high', 'scope:person', 'private:true', 'x:y', 'question:a');
  const words = fc.string({ unit: 'grapheme' });
  const line = fc
    .array(fc.oneof(words, pair, fc.constantFrom(' ', '\n')), { maxLength: 8 })
    .map((all) => all.join(' '));

  it('loses nothing of a question', () => {
    const plain = words.filter((text) => text.trim() !== '' && !text.includes(':'));
    fc.assert(
      fc.property(plain, (text) => {
        expect(readTyped(`/ask ${text} think:high`)?.values).toEqual({ question: text.trim(), think: 'high' });
      }),
    );
  });

  it('fills only options that there are, with what was written', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMMANDS), line, ({ name, options }, rest) => {
        const typed = readTyped(`/${name} ${rest}`);
        expect(typed?.name).toBe(name);
        for (const [option, value] of Object.entries(typed?.values ?? {})) {
          expect(options.map((each) => each.name)).toContain(option);
          expect(rest).toContain(value);
        }
      }),
    );
  });
});

describe('docs/commands.md', () => {
  it('is true (npm run commands writes it)', () => {
    expect(readFileSync(COMMANDS_PAGE, 'utf8')).toBe(commandsPage());
  });
});
