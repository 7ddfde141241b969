/** What was said in a thread on Slack before a message: one page of it at most, and only where that costs no wait. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Author, Before, Recent, Said } from '../core/inbound.ts';
import type { Call, Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, listOf, textIn } from '../slack-api/fields.ts';
import { attachmentOf, heardOf, namedIn, readableText, type Self } from './inbound.ts';
import type { People } from './people.ts';

/** What reading needs of the connection. */
export interface Reading {
  readonly calls: Calls;
  readonly people: People;
  /** The bot in a workspace; undefined where it is not installed. */
  readonly selfIn: (team: string) => Self | undefined;
}

/** Messages of one page: Slack advises no more, and gives some apps 15. @see https://docs.slack.dev/reference/methods/conversations.replies */
const PAGE = 200;

/** What people and apps say; all else is said by Slack. */
const SAID: ReadonlySet<string | undefined> = new Set([undefined, 'file_share', 'thread_broadcast', 'bot_message']);

/** Without the right to read it is `forbidden`; where Slack allows one page a minute, mostly `unavailable`. Never rejects. */
export async function saidBefore({ channel: at, message }: Before, limit: number, reading: Reading): Promise<Recent> {
  const [team = '', channel = '', thread = ''] = at.split('/');
  const self = reading.selfIn(team);
  const args = { channel, ts: thread, latest: message, inclusive: false, limit: PAGE };
  const call: Call = { method: 'conversations.replies', team, args };
  if (self === undefined || reading.calls.waitMs(call, 'first') > 0) return { fault: 'unavailable' };
  try {
    const { messages } = await reading.calls.ask(call);
    const before = listOf(messages).filter((each) => (textIn(each, 'ts') ?? message) < message);
    const newest = before.filter((each) => SAID.has(textIn(each, 'subtype'))).slice(-limit);
    const said = await Promise.all(newest.map((each) => saidIn(each, { team, channel, self }, reading.people)));
    return said.flatMap((each) => each ?? []);
  } catch (error) {
    if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
    return { fault: error instanceof PlatformRejected ? 'forbidden' : 'unavailable' };
  }
}

interface Where {
  readonly team: string;
  readonly channel: string;
  readonly self: Self;
}

/** Undefined for a message that says nothing. */
async function saidIn(message: Fields, { team, channel, self }: Where, people: People): Promise<Said | undefined> {
  const heard = heardOf(team, { ...message, channel });
  if (heard === undefined) return undefined;
  const names = await people.names(team, namedIn(heard, self));
  const files = heard.files.map(({ name }) => `[file: ${name.replace(/[[\]\s]+/gu, ' ')}]`);
  const text = [readableText(heard.text, self, names), ...files].filter((line) => line !== '').join('\n');
  if (text === '') return undefined;
  return {
    id: heard.ts,
    author: heard.user === self.user ? 'self' : await authorOf(message, team, people),
    text,
    attachments: heard.files.flatMap((file) => attachmentOf(file, team)),
    saidAt: Math.floor(Number(heard.ts) * 1000),
  };
}

async function authorOf(message: Fields, team: string, people: People): Promise<Author> {
  const [user, bot] = [textIn(message, 'user'), textIn(message, 'bot_id')];
  if (user !== undefined && bot === undefined) {
    const { id, name } = await people.of(team, user);
    return { id, name };
  }
  const id = user ?? bot ?? 'unknown';
  return { id, name: textIn(message, 'username') ?? textIn(fieldsOf(message['bot_profile']), 'name') ?? id };
}
