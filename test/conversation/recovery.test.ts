import { describe, expect, it } from 'vitest';
import { recover } from '../../src/conversation/recovery.ts';
import { PlatformRejected, PlatformUnavailable } from '../../src/core/errors.ts';
import type { Mention } from '../../src/core/inbound.ts';
import type { ReplySurface } from '../../src/core/ports.ts';
import { noticesFor } from '../../src/notices/notices.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { openStore } from '../../src/storage/open.ts';
import { aMention } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';
import { FakeSurface } from '../reply/fake-surface.ts';

/** What happened to each entry, by its id: `open` where nothing did. */
async function recovered(mentions: readonly Mention[], failure?: Error): Promise<Record<string, string>> {
  const journal = new KeyvJournal(await openStore('memory:', quietLog));
  const fates: Record<string, string> = {};
  for (const mention of mentions) await journal.accept(mention);
  class Surface extends FakeSurface {
    override async note(): Promise<void> {
      if (failure !== undefined) throw failure;
    }
  }
  await recover({
    journal,
    platforms: new Set(['playground']),
    answer: (entry) => void (fates[entry.mention.id] = 'answered'),
    surface: (): ReplySurface => new Surface(),
    noticesFor: noticesFor('auto'),
    resumeMs: 60_000,
    log: quietLog,
  });
  const open = new Set((await journal.open()).map((entry) => entry.mention.id));
  for (const { id } of mentions) fates[id] ??= open.has(id) ? 'open' : 'closed';
  return fates;
}

/** What the readers of these mentions are told. */
async function told(mentions: readonly Mention[]): Promise<readonly string[]> {
  const journal = new KeyvJournal(await openStore('memory:', quietLog));
  for (const mention of mentions) await journal.accept(mention);
  const surface = new FakeSurface();
  await recover({
    journal,
    platforms: new Set(['playground']),
    answer: () => undefined,
    surface: () => surface,
    noticesFor: noticesFor('auto'),
    resumeMs: 60_000,
    log: quietLog,
  });
  return surface.notes;
}

const young = aMention({ id: 'young', receivedAt: Date.now() - 1000 });
const old = aMention({ id: 'old', receivedAt: Date.now() - 61_000 });

describe('recover', () => {
  it('answers what is young, and tells of what is old', async () => {
    expect(await recovered([young, old])).toEqual({ young: 'answered', old: 'closed' });
  });

  it('leaves alone what belongs to a platform that is not connected here', async () => {
    const place = { ...aMention().place, platform: 'discord' } as const;
    expect(await recovered([{ ...young, place }])).toEqual({ young: 'open' });
  });

  it('tells each reader in their own language, which the journal keeps', async () => {
    const polish = { ...old, id: 'polish', author: { ...old.author, locale: 'pl-PL' } };
    expect((await told([old, polish])).toSorted()).toEqual(
      [noticesFor('en')('').interrupted, noticesFor('pl')('').interrupted].toSorted(),
    );
  });

  it('keeps an entry whose reader could not be told, unless the platform will never take it', async () => {
    expect(await recovered([old], new PlatformUnavailable('away'))).toEqual({ old: 'open' });
    expect(await recovered([old], new PlatformRejected('gone'))).toEqual({ old: 'closed' });
  });
});
