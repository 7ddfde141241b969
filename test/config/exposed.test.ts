import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { exposedFiles } from '../../src/config/exposed.ts';

it('names the files that everybody may read, and neither the others nor those that are not there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'halley-exposed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = ['open', 'own', 'group'].map((name) => join(folder, name));
  for (const [index, mode] of [0o644, 0o600, 0o640].entries()) {
    await writeFile(files[index] ?? '', 'KEY=1');
    await chmod(files[index] ?? '', mode);
  }
  expect(await exposedFiles([...files, join(folder, 'absent')])).toEqual(files.slice(0, 1));
});
