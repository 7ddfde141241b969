import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Scope, SCOPES, type Settings, type SettingsOverride } from '../../src/core/conversation.ts';
import { effectiveOf, mayChange, maySee, type Rights, settingsOf } from '../../src/steering/settings.ts';
import { someSettings } from '../support/builders.ts';
import { aCommand, aContext } from './context.ts';

const override: fc.Arbitrary<SettingsOverride> = fc
  .record(
    {
      model: fc.constantFrom('a', 'b'),
      thinking: fc.constantFrom('low', 'high', 0, 8000),
      search: fc.constantFrom('off', 'on', 'auto'),
      persona: fc.oneof(fc.record({ name: fc.string() }), fc.record({ text: fc.string() })),
      footer: fc.constantFrom('off', 'on'),
    },
    { requiredKeys: [] },
  )
  // Every value is one that the setting takes.
  .map((some) => some as SettingsOverride);

describe('what holds', () => {
  it('is what the narrowest scope that says something says, and the default where none does', () => {
    const layers = fc.tuple(...['message', ...SCOPES].map((from) => fc.record({ from: fc.constant(from), override })));
    fc.assert(
      fc.property(layers, (given) => {
        // These are the names the layers were made with.
        const effective = effectiveOf(someSettings, given as Parameters<typeof effectiveOf>[1]);
        for (const name of Object.keys(someSettings) as (keyof Settings)[]) {
          const speaking = given.filter((layer) => name in layer.override);
          expect(effective[name]).toEqual({
            value: speaking[0]?.override[name] ?? someSettings[name],
            from: speaking[0]?.from ?? 'default',
          });
        }
        expect(Object.keys(settingsOf(effective))).toEqual(Object.keys(someSettings));
      }),
    );
  });
});

describe('the settings of a place', () => {
  it('are kept apart by scope, and found by everyone whom they are for', async () => {
    const { settings } = await aContext();
    const { conversation: _, ...inChannel } = aCommand('settings');
    const here = aCommand('settings');
    await settings.store.set('person:playground:local/u1' as Parameters<typeof settings.store.set>[0], {
      search: 'on',
    });
    expect((await settings.at(here)).search).toEqual({ value: 'on', from: 'person' });
    expect((await settings.at(inChannel)).search.from).toBe('person');
    expect((await settings.at({ ...here, author: { id: 'u2', name: 'Grace' } })).search.from).toBe('default');
    const elsewhere = { ...here, place: { ...here.place, workspace: 'other' } };
    expect((await settings.at(elsewhere)).search.from).toBe('default');
  });
});

describe('who may', () => {
  const rights: Rights = {
    may: { person: 'anyone', conversation: 'anyone', channel: 'managers', workspace: 'managers' },
    admins: ['root'],
  };
  const ada = { id: 'ada', name: 'Ada' };
  const allowed = (author: Parameters<typeof mayChange>[1], given = rights): readonly Scope[] =>
    SCOPES.filter((scope) => mayChange(scope, author, given));

  it.each([
    [ada, ['person', 'conversation']],
    [{ ...ada, manages: 'channel' }, ['person', 'conversation', 'channel']],
    [{ ...ada, manages: 'workspace' }, ['person', 'conversation', 'channel', 'workspace']],
    [{ id: 'root', name: 'Root' }, ['person', 'conversation', 'channel', 'workspace']],
  ] as const)('change what: %j', (author, scopes) => {
    expect(allowed(author)).toEqual(scopes);
  });

  it('change nothing that is left to admins, without being one', () => {
    const strict: Rights = {
      ...rights,
      may: { person: 'admins', conversation: 'admins', channel: 'admins', workspace: 'admins' },
    };
    expect(allowed({ ...ada, manages: 'workspace' }, strict)).toEqual([]);
    expect(allowed({ id: 'root', name: 'Root' }, strict)).toEqual(SCOPES);
  });

  it('see what a place used: those who manage it', () => {
    expect(maySee('person', ada, rights)).toBe(true);
    expect(maySee('channel', ada, rights)).toBe(false);
    expect(maySee('channel', { ...ada, manages: 'channel' }, rights)).toBe(true);
    expect(maySee('workspace', { ...ada, manages: 'channel' }, rights)).toBe(false);
    expect(maySee('workspace', { id: 'root', name: 'Root' }, rights)).toBe(true);
  });
});
