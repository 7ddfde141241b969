/** What stands in the store and has been changed: it is read, or said to be unreadable, and never taken for nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { conversationIdOf, type ScopeId } from '../../src/core/conversation.ts';
import { StorageCorrupt } from '../../src/core/errors.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { openStore } from '../../src/storage/open.ts';
import { KeyvSettingsStore } from '../../src/storage/settings.ts';
import { KeyvTurnStore } from '../../src/storage/turns.ts';
import { aConversation, aMention, aTurn } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';
import { mutated } from './json.ts';

const scope: ScopeId = conversationIdOf({
  platform: 'playground',
  workspace: 'local',
  channel: 'page',
  thread: 'fuzz',
});

/** What reading comes to: something, or the one error that says why not. */
async function outcomeOf<T>(read: () => Promise<T>): Promise<T | 'unreadable'> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StorageCorrupt) return 'unreadable';
    throw error;
  }
}

describe('a stored record that was changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halley-fuzz-'));
  const path = join(folder, 'halley.sqlite');
  const store = await openStore(`sqlite:${path}`, quietLog);
  const turns = new KeyvTurnStore(store, { maxTurns: 5 });
  const journal = new KeyvJournal(store);
  const settings = new KeyvSettingsStore(store);
  const ledger = new KeyvLedger(store);
  await turns.append(aConversation, aTurn());
  await journal.accept(aMention());
  await settings.set(scope, { search: 'on', thinking: 'high' });
  const database = new DatabaseSync(path, { timeout: 2000 });
  afterAll(async () => {
    database.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const records = database
    .prepare("SELECT ns, k, v FROM kv WHERE ns <> ''")
    .all()
    .map((row) => ({ namespace: String(row['ns']), key: String(row['k']), value: JSON.parse(String(row['v'])) }));
  const put = database.prepare(
    'INSERT INTO kv (ns, k, v) VALUES (?, ?, ?) ON CONFLICT (ns, k) DO UPDATE SET v = excluded.v',
  );

  it.each(records)('of $namespace is read, or said to be unreadable', async ({ namespace, key, value }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          mutated(value).map((json) => JSON.stringify(json)),
          fc.string({ maxLength: 50 }),
        ),
        async (text) => {
          for (const each of records) put.run(each.namespace, each.key, JSON.stringify(each.value));
          put.run(namespace, key, text);
          const remembered = await outcomeOf(() => turns.turns(aConversation));
          if (remembered !== 'unreadable') expect(remembered.every((turn) => turn.contents.length > 0)).toBe(true);
          await outcomeOf(() => journal.isKnown(aMention()));
          for (const { mention, posts } of await journal.open())
            expect([typeof mention.id, Array.isArray(posts)]).toEqual(['string', true]);
          const chosen = await outcomeOf(() => settings.get(scope));
          if (chosen !== 'unreadable') expect(typeof chosen).toBe('object');
          await outcomeOf(() => ledger.spent(scope, 'day', Date.now()));
        },
      ),
      { numRuns: 100 },
    );
  });
});
