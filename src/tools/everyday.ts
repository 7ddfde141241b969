/** Tools that need nothing but this machine: the current time. */
import type { JsonObject } from '../core/content.ts';
import { ToolFailed } from '../core/errors.ts';
import type { Tool } from '../core/ports.ts';

const currentTime: Tool = {
  declaration: {
    name: 'current_time',
    description: 'The current date, time and day of the week in a time zone.',
    parametersJsonSchema: {
      type: 'object',
      properties: {
        timeZone: { type: 'string', description: 'An IANA time zone such as Europe/Warsaw; UTC if left out.' },
      },
    },
  },
  timeoutMs: 1000,
  async run(args: JsonObject): Promise<JsonObject> {
    const timeZone = typeof args['timeZone'] === 'string' ? args['timeZone'] : 'UTC';
    if (!isTimeZone(timeZone)) throw new ToolFailed(`There is no time zone ${timeZone}.`);
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'long' });
    return { timeZone, now: format.format(new Date()) };
  },
};

/** Every tool of this file. */
export const EVERYDAY: readonly Tool[] = [currentTime];

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    // A RangeError is how Intl says that it does not know the zone.
    return false;
  }
}
