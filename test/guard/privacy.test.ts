import { describe, expect, it } from 'vitest';
import { LocalLanes } from '../../src/conversation/lanes.ts';
import { conversationIdOf, type Platform, scopeIdOf } from '../../src/core/conversation.ts';
import type { Mention } from '../../src/core/inbound.ts';
import { Privacy, type Retention } from '../../src/guard/privacy.ts';
import { spendOf } from '../../src/models/spend.ts';
import { Absences, eraseWorkspace } from '../../src/storage/erasure.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { KeyvSettingsStore } from '../../src/storage/settings.ts';
import { KeyvTurnStore } from '../../src/storage/turns.ts';
import { aPath, aStore, outsider, refuseWrites } from '../storage/stores.ts';
import { aMention, aTurn } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 24 * 60 * 60 * 1000;
const picture = { mimeType: 'image/png', data: 'aGk=' };

async function aHouse(retention: Retention = { retentionDays: 0, workspaces: {} }) {
  const path = aPath();
  const store = await aStore(`sqlite:${path}`);
  const turns = new KeyvTurnStore(store, { maxTurns: 10 });
  const journal = new KeyvJournal(store);
  const settings = new KeyvSettingsStore(store);
  const ledger = new KeyvLedger(store);
  const lanes = new LocalLanes();
  const erase = (platform: Platform, workspace: string) => eraseWorkspace(store, platform, workspace);
  /** What the platform says of each workspace. */
  const isIn = new Map<string, boolean | undefined>();
  const clock = { now: NOW };
  const privacy = new Privacy({
    retention,
    turns,
    journal,
    scopes: () => settings.scopes(),
    adapters: new Map([['discord', { isIn: async (workspace: string) => isIn.get(workspace) }]]),
    absences: new Absences(store),
    lanes,
    erase,
    log: quietLog,
    now: () => clock.now,
  });
  return { isIn, clock, path, turns, journal, settings, ledger, lanes, privacy };
}

function aMentionIn(workspace: string, id = `discord:c/${workspace}`): Mention {
  const place = { platform: 'discord', workspace, channel: 'c', kind: 'channel' } as const;
  return aMention({ id, place, conversation: conversationIdOf({ platform: 'discord', workspace, channel: 'c' }) });
}

/** Keys and values of all that is kept. */
function storedIn(path: string): readonly string[] {
  const rows = outsider(path).prepare('SELECT ns, k, v FROM kv').all();
  return rows.map(({ ns, k, v }) => `${String(ns)} ${String(k)} ${String(v)}`);
}

describe('turns that are too old', () => {
  it('are dropped with their files, the others are kept', async () => {
    const { turns, privacy, path } = await aHouse({ retentionDays: 30, workspaces: {} });
    const { conversation } = aMentionIn('g1');
    await turns.append(conversation, aTurn({ id: 'old', text: 'ancient', endedAt: NOW - 31 * DAY_MS }, 'a', [picture]));
    await turns.append(conversation, aTurn({ id: 'new', endedAt: NOW - 29 * DAY_MS }));
    expect(await privacy.sweep()).toBe(1);
    expect((await turns.turns(conversation)).map(({ id }) => id)).toEqual(['new']);
    expect(storedIn(path).join()).not.toMatch(/ancient|aGk=/);
    expect(await privacy.sweep()).toBe(0);
  });

  it('are as old as their own workspace says', async () => {
    const { turns, privacy } = await aHouse({ retentionDays: 30, workspaces: { g1: 7, 'g/2': 0 } });
    const all = ['g1', 'g/2', 'g3'].map((workspace) => aMentionIn(workspace).conversation);
    for (const id of all) await turns.append(id, aTurn({ endedAt: NOW - 10 * DAY_MS }));
    await privacy.sweep();
    expect(await Promise.all(all.map(async (id) => (await turns.turns(id)).length))).toEqual([0, 1, 1]);
    privacy.retention = { retentionDays: 1, workspaces: { 'g/2': 0 } };
    await privacy.sweep();
    expect(await Promise.all(all.map(async (id) => (await turns.turns(id)).length))).toEqual([0, 1, 0]);
  });

  it('are kept as long as there is room where nothing is said', async () => {
    const { turns, privacy } = await aHouse();
    const { conversation } = aMentionIn('g1');
    await turns.append(conversation, aTurn({ endedAt: 0 }));
    expect(await privacy.sweep()).toBe(0);
    expect(await turns.turns(conversation)).toHaveLength(1);
  });

  it('are dropped when the answer that is being written there has ended', async () => {
    const { turns, lanes, privacy } = await aHouse({ retentionDays: 1, workspaces: {} });
    const { conversation } = aMentionIn('g1');
    await turns.append(conversation, aTurn({ id: 'old', endedAt: 0 }));
    const written = lanes.run(conversation, () => turns.append(conversation, aTurn({ id: 'new', endedAt: NOW })), {
      maxWaiting: 1,
    });
    await privacy.sweep();
    await written;
    expect((await turns.turns(conversation)).map(({ id }) => id)).toEqual(['new']);
  });

  it('are tried again at the next sweep where the store fails', async () => {
    const { turns, privacy, path } = await aHouse({ retentionDays: 1, workspaces: {} });
    const { conversation } = aMentionIn('g1');
    for (const id of ['a', 'b']) await turns.append(conversation, aTurn({ id, endedAt: id === 'a' ? 0 : NOW }));
    refuseWrites(path, 'conversations');
    expect(await privacy.sweep()).toBe(0);
    outsider(path).exec('DROP TRIGGER refusal');
    expect(await privacy.sweep()).toBe(1);
  });
});

describe('a workspace that the bot was taken out of', () => {
  it('leaves nothing behind, and every other is as it was', async () => {
    const house = await aHouse();
    // Ids of which one begins with the other, and one that has to be encoded.
    const workspaces = ['g1', 'g12', 'g 1/x'];
    for (const workspace of workspaces) {
      const mention = aMentionIn(workspace);
      await house.turns.append(mention.conversation, aTurn({}, 'a', [picture]));
      await house.journal.accept(mention);
      for (const scope of ['person', 'conversation', 'channel', 'workspace'] as const) {
        const id = scopeIdOf(scope, mention);
        if (id === undefined) throw new Error('there is such a scope');
        await house.settings.set(id, { search: 'on' });
        await house.ledger.add([id], spendOf({ promptTokenCount: 1 }, undefined), NOW);
      }
    }
    // Of the journal only the ids of messages and when they came stay, so that none of them is answered again.
    const isOf = (row: string): boolean => /:g1[/# ]/.test(row) || row.startsWith('journal discord:c/g1 ');
    const others = storedIn(house.path).filter((row) => !isOf(row));
    await house.privacy.removed('discord', 'g1');
    const after = storedIn(house.path);
    expect(after.filter((row) => isOf(row)).map((row) => row.replace(/,"(?:expires|receivedAt)":\d+/gu, ''))).toEqual([
      'journal discord:c/g1 {"value":{"v":1,"data":{"state":"closed"}}}',
    ]);
    expect(after.filter((row) => !isOf(row))).toEqual(others);
    expect((await house.turns.turns(aMentionIn('g12').conversation)).length).toBe(1);
    expect((await house.turns.turns(aMentionIn('g 1/x').conversation)).length).toBe(1);
    await house.privacy.removed('discord', 'g 1/x');
    expect(storedIn(house.path).filter((row) => row.includes('g%201%2Fx'))).toEqual([]);
    expect((await house.turns.turns(aMentionIn('g12').conversation)).length).toBe(1);
  });

  it('is written to by no answer any more: it is stopped, and dropped with the rest', async () => {
    const { turns, lanes, journal, privacy, path } = await aHouse();
    const mention = aMentionIn('g1');
    await journal.accept(mention);
    const written = lanes.run(
      mention.conversation,
      async (stopped) => {
        await new Promise((resolve) => stopped.addEventListener('abort', resolve));
        await turns.append(mention.conversation, aTurn({ text: 'too late' }));
      },
      { maxWaiting: 1 },
    );
    await privacy.removed('discord', 'g1');
    await written;
    expect(storedIn(path).join()).not.toContain('too late');
  });
});

describe('a workspace that the bot was taken out of while it was not running', () => {
  it('is erased when that has been so for a week, and no other', async () => {
    const { turns, settings, privacy, isIn, clock, path } = await aHouse();
    for (const workspace of ['left', 'there', 'unsure'])
      await turns.append(aMentionIn(workspace).conversation, aTurn({ text: `said in ${workspace}` }));
    const person = scopeIdOf('person', aMentionIn('chosen'));
    if (person !== undefined) await settings.set(person, { search: 'on' });
    isIn.set('left', false).set('chosen', false).set('there', true);
    await privacy.leaveAbsent();
    clock.now += 6 * DAY_MS;
    await privacy.leaveAbsent();
    expect(storedIn(path).join()).toMatch(/said in left/);
    clock.now += DAY_MS;
    await privacy.leaveAbsent();
    const left = storedIn(path).join('\n');
    expect(left).not.toMatch(/left|chosen/);
    expect(left).toMatch(/said in there/);
    expect(left).toMatch(/said in unsure/);
  });

  it('is kept when it takes the bot back, also for the next time', async () => {
    const { turns, privacy, isIn, clock } = await aHouse();
    const { conversation } = aMentionIn('g1');
    await turns.append(conversation, aTurn());
    for (const isThere of [false, true, false, undefined, false]) {
      isIn.set('g1', isThere);
      await privacy.leaveAbsent();
      clock.now += 3 * DAY_MS;
    }
    expect(await turns.turns(conversation)).toHaveLength(1);
  });
});
