import { describe, expect, it } from 'vitest';
import { recover } from '../../src/conversation/recovery.ts';
import type { Mention } from '../../src/core/inbound.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { openStore } from '../../src/storage/open.ts';
import { aMention } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

/** What is done about each mention, in order. */
async function recovered(mentions: readonly Mention[]): Promise<readonly string[]> {
  const journal = new KeyvJournal(await openStore('memory:', quietLog));
  const done: string[] = [];
  for (const mention of mentions) {
    await journal.accept(mention);
    await journal.seen(mention.id, `seen of ${mention.id}`);
  }
  await recover({
    journal,
    platforms: new Set(['playground']),
    answer: ({ mention, seen }) => void done.push(`answer ${mention.id}, ${seen}`),
    interrupt: ({ mention, seen }) => void done.push(`interrupt ${mention.id}, ${seen}`),
    resumeMs: 60_000,
    log: quietLog,
  });
  return done;
}

const young = aMention({ id: 'young', receivedAt: Date.now() - 1000 });
const old = aMention({ id: 'old', receivedAt: Date.now() - 61_000 });

describe('recover', () => {
  it('answers what is young and interrupts what is old, the oldest first, each with what was seen of it', async () => {
    expect(await recovered([young, old])).toEqual(['interrupt old, seen of old', 'answer young, seen of young']);
  });

  it('leaves alone what belongs to a platform that is not connected here', async () => {
    const place = { ...aMention().place, platform: 'discord' } as const;
    expect(await recovered([{ ...young, place }])).toEqual([]);
  });
});
