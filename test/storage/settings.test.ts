import { describe, expect, test } from 'vitest';
import { StorageCorrupt, StorageUnavailable } from '../../src/core/errors.ts';
import { KeyvSettingsStore } from '../../src/storage/settings.ts';
import { describeSettingsStore } from '../contracts/settings-store.ts';
import { aConversation } from '../support/builders.ts';
import { addresses, aPath, aStore, overwrite, rowsOf } from './stores.ts';

for (const [name, url] of addresses)
  describeSettingsStore(`KeyvSettingsStore in ${name}`, async () => new KeyvSettingsStore(await aStore(url())));

describe('KeyvSettingsStore', () => {
  test('holds after a restart what was chosen', async () => {
    const path = aPath();
    await new KeyvSettingsStore(await aStore(`sqlite:${path}`)).set(aConversation, { thinking: 'high' });
    const restarted = new KeyvSettingsStore(await aStore(`sqlite:${path}`));
    expect(await restarted.get(aConversation)).toEqual({ thinking: 'high' });
  });

  test.each([
    '7',
    '{"thinking":"deepest"}',
    '{"thinking":0.5}',
    '{"thinking":-1}',
    '{"search":true}',
    '{"model":""}',
    '{"persona":"default"}',
    '{"persona":{}}',
    '{"language":"de"}',
    '{"footer":"maybe"}',
  ])('does not take %s for a choice', async (data) => {
    const path = aPath();
    const settings = new KeyvSettingsStore(await aStore(`sqlite:${path}`));
    await settings.set(aConversation, { search: 'on' });
    overwrite(path, 'settings', `{"value":{"v":1,"data":${data}}}`);
    await expect(settings.set(aConversation, { search: 'off' })).rejects.toBeInstanceOf(StorageCorrupt);
    await expect(settings.get(aConversation)).rejects.toBeInstanceOf(StorageCorrupt);
    await settings.set(aConversation, { search: 'off' });
    expect(await settings.get(aConversation)).toEqual({ search: 'off' });
    expect([...rowsOf(path, 'set-aside/settings').values()]).toEqual([`{"value":{"v":1,"data":${data}}}`]);
  });

  test('does not take a store that is gone for one where nothing was chosen', async () => {
    const store = await aStore('memory:');
    const settings = new KeyvSettingsStore(store);
    await store.close();
    await expect(settings.get(aConversation)).rejects.toBeInstanceOf(StorageUnavailable);
  });
});
