/** Files with secrets in them that everybody on this machine may read. */
import { stat } from 'node:fs/promises';

const READ_BY_OTHERS = 0o004;

/** Those of the files that are there and that others may read; none where the system knows no such rights. */
export async function exposedFiles(files: readonly string[]): Promise<readonly string[]> {
  const exposed = await Promise.all(files.map(isExposed));
  return files.filter((_, index) => exposed[index] === true);
}

async function isExposed(file: string): Promise<boolean> {
  try {
    const { mode } = await stat(file);
    return process.platform !== 'win32' && (mode & READ_BY_OTHERS) !== 0;
  } catch {
    // What is not there, or not to be looked at, exposes nothing.
    return false;
  }
}
