/** The log of Slack's packages: their warnings and errors without what they say, which may hold messages and tokens. */
import { LogLevel } from '@slack/bolt';
import type { Log } from '../core/ports.ts';

/** As the packages want it; their lower levels log whole messages and are left out. */
export function loggerOf(log: Log) {
  const silent = (): void => {};
  return {
    debug: silent,
    info: silent,
    warn: () => log.debug('slack.client-warned'),
    error: () => log.debug('slack.client-failed'),
    setLevel: silent,
    getLevel: () => LogLevel.ERROR,
    setName: silent,
  };
}
