/** The mention detector: which tokens of a stored message notify somebody, read as Slack reads text and blocks. */
import { type Json, jsonOf, listOf } from '../../discord/json.ts';
import type { Assumptions } from '../state/assumptions.ts';
import type { Content, Notification, User } from '../state/model.ts';

export type Parsing = 'none' | 'client' | 'full' | 'link_names';

type Mention = Pick<Notification, 'kind' | 'token' | 'where'>;

interface Reading {
  readonly parsing: Parsing;
  readonly users: readonly User[];
  readonly assumptions: Assumptions;
}

/** Live wherever it stands, in code too: mrkdwn is parsed inside backticks, and of Markdown nobody has shown otherwise. */
const TOKEN = /<(?:!(here|channel|everyone)|@([UW][A-Z0-9]+)|!subteam\^(S[A-Z0-9]+))(?:\|[^<>]*)?>/g;
const PLAIN = /(?<![\w<!])@(here|channel|everyone|[\p{L}\p{N}_.-]+)/gu;

export function mentionsIn(content: Content, reading: Reading): readonly Mention[] {
  return [
    ...inMarkup(content.text, 'text', reading),
    ...content.blocks.flatMap((block, index) => inBlock(block, `blocks/${index}`, reading)),
    ...content.attachments.flatMap((attachment, index) => inAttachment(attachment, `attachments/${index}`, reading)),
  ];
}

function inAttachment(attachment: Json, where: string, reading: Reading): readonly Mention[] {
  const texts = ['pretext', 'text', 'title', 'footer'].flatMap((key) => inString(attachment[key], `${where}/${key}`));
  const blocks = listOf(attachment['blocks']).map(jsonOf);
  return [...texts, ...blocks.flatMap((block, index) => inBlock(block, `${where}/blocks/${index}`, reading))];
}

/** `parse` and `link_names` make mentions of plain words, in the `text` field alone. */
function inMarkup(text: string, where: string, reading: Reading): readonly Mention[] {
  const tokens = inString(text, where);
  const { parsing, assumptions } = reading;
  if (parsing === 'none' || (parsing === 'client' && !assumptions.clientParseMentions)) return tokens;
  const plain: Mention[] = [];
  for (const { 0: token, 1: name = '' } of text.matchAll(PLAIN)) {
    if (name === 'here' || name === 'channel' || name === 'everyone') plain.push({ kind: name, token, where });
    else if (reading.users.some((user) => user.name === name)) plain.push({ kind: 'user', token, where });
  }
  return [...tokens, ...plain];
}

function inString(text: unknown, where: string): readonly Mention[] {
  if (typeof text !== 'string') return [];
  return [...text.matchAll(TOKEN)].map(([token, range, user]) => ({ kind: kindOf(range, user), token, where }));
}

function kindOf(range: string | undefined, user: string | undefined): Mention['kind'] {
  if (range === 'here' || range === 'channel' || range === 'everyone') return range;
  return user === undefined ? 'usergroup' : 'user';
}

/** Text objects say themselves whether they are read; `rich_text` names whom it means; all else is looked through. */
function inBlock(value: unknown, where: string, reading: Reading): readonly Mention[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => inBlock(item, `${where}/${index}`, reading));
  const block = jsonOf(value);
  switch (block['type']) {
    case 'plain_text':
    case 'raw_text':
    case 'text':
    case 'link':
      return [];
    case 'mrkdwn':
    case 'markdown':
    case 'markdown_text':
      return inString(block['text'], `${where}/text`);
    case 'user':
      return [{ kind: 'user', token: `<@${String(block['user_id'])}>`, where }];
    case 'usergroup':
      return [{ kind: 'usergroup', token: `<!subteam^${String(block['usergroup_id'])}>`, where }];
    case 'broadcast':
      return inString(`<!${String(block['range'])}>`, where);
    case 'task_card':
    case 'task_update':
    case 'plan':
    case 'plan_update':
      return ['title', 'details', 'output', 'tasks'].flatMap((key) =>
        inAnything(block[key], `${where}/${key}`, reading),
      );
    default:
      return Object.entries(block).flatMap(([key, inner]) =>
        typeof inner === 'object' ? inBlock(inner, `${where}/${key}`, reading) : [],
      );
  }
}

function inAnything(value: unknown, where: string, reading: Reading): readonly Mention[] {
  return typeof value === 'string' ? inString(value, where) : inBlock(value, where, reading);
}
