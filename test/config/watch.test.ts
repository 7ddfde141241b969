import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../src/config/load.ts';
import { watchConfig } from '../../src/config/watch.ts';
import { PinoLog } from '../../src/ops/log.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of open.splice(0)) await end();
});

/** A watched file, what was read of it, and what was logged. */
async function aWatch(first: string) {
  const folder = await mkdtemp(join(tmpdir(), 'halley-watch-'));
  const file = join(folder, 'own.yaml');
  await writeFile(file, first);
  const read: Config['settings']['access'][] = [];
  const logged: Record<string, unknown>[] = [];
  const log = new PinoLog({ level: 'debug', destination: { write: (line) => void logged.push(JSON.parse(line)) } });
  const unwatch = watchConfig({
    file,
    load: () => loadConfig({ HALLEY_CONFIG: file }),
    onChange: ({ settings }) => void read.push(settings.access),
    everyMs: 20,
    log,
  });
  open.push(() => rm(folder, { recursive: true, force: true }), unwatch);
  return { folder, file, read, logged };
}

const WAIT = { timeout: 10_000, interval: 10 };
const DENIES = 'access:\n  deny: { people: [123456789012345678] }\n';

describe('a watched file', () => {
  it('takes effect when it is written, with long ids as they are', async () => {
    const { file, read } = await aWatch('');
    await writeFile(file, DENIES);
    await vi.waitFor(() => expect(read.at(-1)?.deny.people).toEqual(['123456789012345678']), WAIT);
  });

  it('takes effect when another file takes its place', async () => {
    const { folder, file, read } = await aWatch('');
    await writeFile(join(folder, 'next.yaml'), DENIES);
    await rename(join(folder, 'next.yaml'), file);
    await vi.waitFor(() => expect(read.at(-1)?.deny.people).toHaveLength(1), WAIT);
  });

  it.each([
    ['a wrong value', 'access:\n  usually: s3cret\n', 'access.usually'],
    ['an unknown key', 'access:\n  denies: [s3cret]\n', 'access.denies'],
    ['a list without effect', 'access:\n  allow: { people: [s3cret] }\n', 'access.allow'],
    ['no YAML', 'access: [s3cret\n', 'cannot be read'],
  ])('with %s changes nothing, and the log names the key and not what it holds', async (_what, text, named) => {
    const { file, read, logged } = await aWatch(DENIES);
    await writeFile(file, text);
    await vi.waitFor(() => expect(logged.find((line) => line['event'] === 'config.faulty')).toBeDefined(), WAIT);
    const faulty = logged.find((line) => line['event'] === 'config.faulty');
    expect(faulty?.['faults']).toContain(named);
    expect(JSON.stringify(logged)).not.toContain('s3cret');
    expect(read).toEqual([]);
  });

  it('that is gone for a while changes nothing until it is back', async () => {
    const { file, read, logged } = await aWatch('');
    await rm(file);
    await vi.waitFor(() => expect(logged.some((line) => line['event'] === 'config.faulty')).toBe(true), WAIT);
    expect(read).toEqual([]);
    await writeFile(file, DENIES);
    await vi.waitFor(() => expect(read.at(-1)?.deny.people).toHaveLength(1), WAIT);
  });
});
