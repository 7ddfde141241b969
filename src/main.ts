/** Starts the bot, stops it on a signal, and sets the exit code. */
import { startApp } from './app.ts';
import { exposedFiles } from './config/exposed.ts';
import { loadConfig } from './config/load.ts';
import { ConfigError } from './core/errors.ts';
import { PinoLog } from './ops/log.ts';

const NO_KEY =
  'COMETAPI_KEY is not set: set it to the key of your CometAPI account, or run `npm run demo`, which needs none.';

/** What a shell reports for a process that SIGINT ended. */
const EXIT_AT_ONCE = 130;

async function main(): Promise<void> {
  const config = await loadConfig();
  const apiKey = config.secrets.cometapiKey;
  if (apiKey === undefined) throw new ConfigError([NO_KEY]);
  const requested = stopSignal();
  const { file } = config;
  const reload = file === undefined ? {} : { reload: { file, load: () => loadConfig() } };
  const log = new PinoLog(config.settings.log);
  // A promise that nobody awaited is a defect of one answer, and no reason to break off all others.
  process.on('unhandledRejection', (error) => log.error('process.unhandled', error));
  for (const exposed of await exposedFiles(['.env', ...(file === undefined ? [] : [file])]))
    log.warn('config.exposed', { file: exposed });
  const starting = startApp({ config, apiKey, standIn: false, ...reload, log });
  // What was accepted is in the journal, so a start that is not wanted any more may end where it is.
  const app = await Promise.race([starting, requested]);
  if (app === 'stop') return;
  const failed = app.failed.then(() => {
    process.exitCode = 1;
  });
  await Promise.race([requested, failed]);
  await app.stop(config.settings.drainMs);
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<'stop'> {
  const requested = Promise.withResolvers<'stop'>();
  let isRequested = false;
  const onSignal = (): void => {
    if (isRequested) process.exit(EXIT_AT_ONCE);
    isRequested = true;
    requested.resolve('stop');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return requested.promise;
}

/** A fault of the configuration is told in its own words; anything else is a defect, and its stack is what helps. */
function wordsOf(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await main();
  // A write that a platform does not answer, or a connection that is being made, would hold the process up.
  process.exit();
} catch (error) {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exit(1);
}
