/** What people write, send and configure: commands, flags, files, settings and the environment, each as odd as can be. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readTyped } from '../../src/commands/typed.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { kindOf } from '../../src/media/kinds.ts';
import { quoted, textOf } from '../../src/media/text.ts';
import { FLAGS, readFlags } from '../../src/steering/flags.ts';
import { catalogue } from '../steering/context.ts';
import { FILES } from '../support/files.ts';
import { mutated } from './json.ts';

const word = fc.oneof(
  fc.constantFrom(...FLAGS, '/ask', '/think', '/settings', '/', '—', '=', '`', '```', '> ', '\n', '"', "'", '--'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const line = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));

describe('what people write', () => {
  it('is read as a command or as none, and never as one with other words', () => {
    fc.assert(
      fc.property(line, (typed) => {
        const read = readTyped(typed);
        if (read !== undefined) expect(typed.trimStart().startsWith('/')).toBe(true);
      }),
    );
  });

  it('is read with or without flags, and its question is none but its own words', () => {
    fc.assert(
      fc.property(line, (text) => {
        const read = readFlags({ text }, catalogue);
        expect(read.text.length).toBeLessThanOrEqual(text.length);
        for (const fault of read.faults) expect(fault.kind.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a file', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc
      .record({ file: fc.constantFrom(...Object.values(FILES)), cut: fc.nat(400), at: fc.nat(60), by: fc.nat(255) })
      .map(({ file, cut, at, by }) => {
        const broken = Uint8Array.from(file.subarray(0, Math.max(0, file.length - cut)));
        if (broken.length > 0) broken[at % broken.length] = by;
        return broken;
      }),
  );
  const said = fc.record({
    name: fc.string({ unit: 'binary', maxLength: 40 }),
    mimeType: fc.string({ maxLength: 30 }),
  });

  it('is of a kind that is read, or of none', async () => {
    await fc.assert(
      fc.asyncProperty(said, bytes, async (file, content) => {
        expect(['medium', 'text', 'unknown']).toContain((await kindOf(file, content)).kind);
      }),
    );
  });

  it('of text is quoted within its limit', () => {
    fc.assert(
      fc.property(said, bytes, ({ name }, content) => {
        const text = textOf(content);
        if (text !== undefined) expect(quoted(name, text, 100).length).toBeLessThan(text.length + name.length + 400);
      }),
    );
  });
});

describe('the configuration', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halley-fuzz-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Loads it, or is told every fault by its name. */
  async function loaded(environment: Readonly<Record<string, string>>): Promise<void> {
    try {
      await loadConfig(environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.faults.length).toBeGreaterThan(0);
      for (const fault of error.faults) expect(fault.length).toBeGreaterThan(10);
    }
  }

  it('is taken from a file, or refused with its faults', async () => {
    const { settings } = await loadConfig({});
    const file = join(folder, 'odd.yaml');
    const written = fc.oneof(
      mutated(settings).map((value) => stringify(value)),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(written, async (text) => {
        await writeFile(file, text);
        await loaded({ HALLEY_CONFIG: file });
      }),
      { numRuns: 60 },
    );
  });

  it('is taken from the environment, or refused with its faults, none of which says a secret', async () => {
    const names = [
      'HTTP_HOST',
      'HTTP_PORT',
      'LOG_LEVEL',
      'STORE_URL',
      'DISCORD_API_URL',
      'COMETAPI_BASE_URL',
      'SLACK_API_URL',
      'HALLEY_CONFIG',
    ];
    const environment = fc.dictionary(
      fc.constantFrom(...names),
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
    );
    await fc.assert(
      fc.asyncProperty(environment, async (given) => {
        await loaded({ ...given, COMETAPI_KEY: 'planted-secret-key', DISCORD_TOKEN: 'planted secret token' }).catch(
          (error: unknown) => {
            expect(String(error)).not.toContain('planted');
            throw error;
          },
        );
      }),
      { numRuns: 60 },
    );
  });
});
