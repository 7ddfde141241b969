/** Reads the operator's file again when it changes: what is right takes effect, and what is wrong is named and changes nothing. */
import { statSync } from 'node:fs';
import { ConfigError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Config } from './load.ts';

export interface WatchOptions {
  /** The file named in HALLEY_CONFIG. */
  readonly file: string;
  /** The whole configuration, as at start. */
  readonly load: () => Promise<Config>;
  readonly onChange: (config: Config) => void;
  /** Milliseconds between two looks at the file; looking also sees files that were replaced, mounted or linked anew. */
  readonly everyMs: number;
  readonly log: Log;
}

/** Watches until the function that it returns is called. */
export function watchConfig({ file, load, onChange, everyMs, log }: WatchOptions): () => void {
  // Readings follow one another, so that an older one never overtakes a newer one.
  let reading = Promise.resolve();
  const read = async (): Promise<void> => {
    try {
      onChange(await load());
      log.info('config.changed', { file });
    } catch (error) {
      if (!(error instanceof ConfigError)) return log.error('config.unread', error, { file });
      // What a key holds may be a secret that was written to the wrong place, so only the rule is repeated.
      const faults = error.faults.map((fault) => fault.replace(/; it is (?!missing).*$/su, '')).join('\n');
      log.warn('config.faulty', { file, faults });
    }
  };
  // What it is at first is known before anything else happens, so that no change falls between two looks.
  let known = stateOf(file);
  const look = (): void => {
    const now = stateOf(file);
    if (now === known) return;
    known = now;
    reading = reading.then(read);
  };
  const looking = setInterval(look, everyMs).unref();
  return () => clearInterval(looking);
}

/** Something that is another when the file was written, replaced or taken away. */
function stateOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'gone' : `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}
