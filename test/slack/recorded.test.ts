/** Recorded payloads of another bot: each is a mention, ignored for a named reason, or a command. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { heardOf, judge } from '../../src/slack-reading/inbound.ts';
import { fieldsOf, textIn } from '../../src/slack-api/fields.ts';

const FOLDER = join(process.env.RECORDED_DIR ?? '', 'slack');
const isThere = process.env.RECORDED_DIR !== undefined && existsSync(FOLDER);

/** What each payload comes to, by file and name. */
function verdicts(): Readonly<Record<string, string>> {
  const all = readdirSync(FOLDER).flatMap((file) => {
    const recorded = fieldsOf(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
    const self = { user: textIn(recorded, 'botUserId') ?? '', bot: 'B08REALBOT1' };
    return Object.entries(recorded).flatMap(([name, value]) => {
      const payload = fieldsOf(value);
      const verdict = verdictOn(payload, self);
      return verdict === undefined ? [] : [[`${file} ${name}`, verdict] as const];
    });
  });
  return Object.fromEntries(all);
}

function verdictOn(payload: ReturnType<typeof fieldsOf>, self: { user: string; bot: string }): string | undefined {
  if (payload['type'] !== 'event_callback') return undefined;
  const heard = heardOf(textIn(payload, 'team_id') ?? '', fieldsOf(payload['event']));
  if (heard === undefined) return 'elsewhere';
  const verdict = judge(heard, self);
  return verdict.kind === 'ignored' ? verdict.reason : verdict.kind;
}

it.skipIf(!isThere)('takes each recorded message for what it is', () => {
  expect(verdicts()).toEqual({
    'dm_slack.json mention': 'addressed',
    'dm_slack.json dmRequest': 'overheard',
    'dm_slack.json dmMessage': 'addressed',
    'slack.json mention': 'addressed',
    'slack.json followUp': 'overheard',
    'streaming_slack.json aiMention': 'addressed',
    'streaming_slack.json followUp': 'overheard',
    'streaming_slack.json aiMentionWithFile': 'addressed',
    'streaming_slack.json promptMessage': 'own',
    'streaming_slack.json threadFollowUp': 'overheard',
  });
});
