/** What SettingsStore promises, as tests that every implementation passes. */
import { describe, expect, test } from 'vitest';
import { conversationIdOf, scopeIdOf, SCOPES } from '../../src/core/conversation.ts';
import type { SettingsStore } from '../../src/core/conversation.ts';
import { aConversation, aMention } from '../support/builders.ts';

/** Gives an empty store that is cleaned up after the test. */
export type OpenSettingsStore = () => Promise<SettingsStore>;

export function describeSettingsStore(name: string, open: OpenSettingsStore): void {
  describe(`${name} as a SettingsStore`, () => {
    test('says nothing for a conversation that chose nothing', async () => {
      const settings = await open();
      expect(await settings.get(aConversation)).toEqual({});
    });

    test('merges a change into what was chosen before', async () => {
      const settings = await open();
      await settings.set(aConversation, { thinking: 'high', search: 'on' });
      await settings.set(aConversation, { search: 'off' });
      expect(await settings.get(aConversation)).toEqual({ thinking: 'high', search: 'off' });
    });

    test('loses neither of two changes made at once', async () => {
      const settings = await open();
      await Promise.all([
        settings.set(aConversation, { thinking: 'low' }),
        settings.set(aConversation, { search: 'on' }),
      ]);
      expect(await settings.get(aConversation)).toEqual({ thinking: 'low', search: 'on' });
    });

    test('takes a choice back with null, and every choice when told to forget', async () => {
      const settings = await open();
      await settings.set(aConversation, { thinking: 8000, search: 'on', persona: { text: 'A pirate.' } });
      await settings.set(aConversation, { search: null });
      expect(await settings.get(aConversation)).toEqual({ thinking: 8000, persona: { text: 'A pirate.' } });
      await settings.forget(aConversation);
      await settings.forget(aConversation);
      expect(await settings.get(aConversation)).toEqual({});
    });

    test('keeps apart what a person, a conversation, a channel and a workspace chose', async () => {
      const settings = await open();
      const { author, place } = aMention();
      const conversation = conversationIdOf({ platform: 'playground', workspace: 'local', channel: 'page' });
      const ids = SCOPES.flatMap((scope) => scopeIdOf(scope, { author, place, conversation }) ?? []);
      expect(new Set(ids).size).toBe(SCOPES.length);
      for (const [at, id] of ids.entries()) await settings.set(id, { thinking: at });
      expect(await Promise.all(ids.map((id) => settings.get(id)))).toEqual(ids.map((_, at) => ({ thinking: at })));
    });

    test('keeps conversations apart', async () => {
      const settings = await open();
      const other = conversationIdOf({ platform: 'discord', workspace: 'g', channel: 'c' });
      await settings.set(aConversation, { search: 'on' });
      expect(await settings.get(other)).toEqual({});
    });
  });
}
