/** A message as a Mention, with what Slack has to be asked for: who wrote it, who is named in it, and files of other workspaces. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Mention } from '../core/inbound.ts';
import type { Log } from '../core/ports.ts';
import type { Calls } from '../slack-api/calls.ts';
import { fieldsOf } from '../slack-api/fields.ts';
import { fileOf, type Heard, mentionOf, namedIn, type Self } from './inbound.ts';
import type { People } from './people.ts';

export interface Asking {
  readonly calls: Calls;
  readonly people: People;
  readonly log: Log;
}

/** Where a file is that cannot be had: it is told of like any other that does not come. */
const NOWHERE = 'about:blank';

export async function mentionIn(heard: Heard, self: Self, asking: Asking): Promise<Mention> {
  const { team, user = '' } = heard;
  const [author, names, files] = await Promise.all([
    asking.people.of(team, user),
    asking.people.names(team, namedIn(heard, self)),
    filesOf(heard, asking),
  ]);
  const { manages: _, ...asker } = author;
  return mentionOf({ ...heard, files }, { author: asker, names, self });
}

/** A file of another workspace is known by its id alone. */
async function filesOf({ team, files }: Heard, { calls, log }: Asking): Promise<Heard['files']> {
  const found = files.map(async (file) => {
    if (file.url !== undefined) return [file];
    try {
      const answer = await calls.ask({ method: 'files.info', team, args: { file: file.id } });
      return fileOf(fieldsOf(answer['file'])).map((found) => ({ url: NOWHERE, ...found }));
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      const { status, platformCode } = error.failure;
      log.debug('slack.file-unknown', { status, code: platformCode });
      return [{ ...file, url: NOWHERE }];
    }
  });
  return (await Promise.all(found)).flat();
}
