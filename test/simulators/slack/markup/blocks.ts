/** The rules of Block Kit: counts and lengths, each fault with the JSON pointer that Slack names. */
import { isJson, type Json, jsonOf, listOf, textOf } from '../../discord/json.ts';
import { tablesIn } from './tables.ts';

/** https://docs.slack.dev/reference/block-kit/blocks */
const MAX_BLOCKS = 50;
const MAX_MARKDOWN_CHARACTERS = 12_000;
const TEXT_LIMITS: Readonly<Record<string, number>> = { section: 3000, header: 150 };
const MAX_ELEMENTS: Readonly<Record<string, number>> = { context: 10, actions: 25, context_actions: 5 };
const MAX_FIELDS = 10;
const MAX_FIELD_CHARACTERS = 2000;
const MAX_TABLE = { rows: 100, cells: 20, characters: 10_000 };
const MAX_BUTTON = { text: 75, value: 2000, action_id: 255, url: 3000 };
const MAX_BLOCK_ID = 255;
const KNOWN = new Set([
  'actions',
  'alert',
  'call',
  'card',
  'carousel',
  'context',
  'context_actions',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'markdown',
  'plan',
  'rich_text',
  'section',
  'table',
  'task_card',
  'video',
]);

export interface BlockFault {
  readonly code: 'invalid_blocks' | 'invalid_blocks_format' | 'msg_too_long' | 'msg_blocks_too_many';
  readonly messages: readonly string[];
}

/** What is wrong with `value` as the blocks of a message or a view; nothing where it is right. */
export function faultOf(value: unknown, most = MAX_BLOCKS): BlockFault | undefined {
  if (!Array.isArray(value) || !value.every(isJson)) return { code: 'invalid_blocks_format', messages: [] };
  const faults: string[] = [];
  if (value.length > most) faults.push(said(`no more than ${most} items allowed`, '/blocks'));
  for (const [index, block] of value.entries()) faults.push(...faultsIn(block, `/blocks/${index}`));
  const ids = value.flatMap((block) => textOf(block['block_id']) ?? []);
  if (new Set(ids).size < ids.length) faults.push(said('block_id already exists', '/blocks'));
  if (faults.length > 0) return { code: 'invalid_blocks', messages: faults };
  return markdownLength(value) > MAX_MARKDOWN_CHARACTERS ? { code: 'msg_too_long', messages: [] } : undefined;
}

function markdownLength(blocks: readonly Json[]): number {
  return blocks.reduce((sum, { type, text }) => sum + (type === 'markdown' ? (textOf(text) ?? '').length : 0), 0);
}

function said(what: string, pointer: string): string {
  return `[ERROR] ${what} [json-pointer:${pointer}]`;
}

function faultsIn(block: Json, at: string): readonly string[] {
  const type = textOf(block['type']) ?? '';
  if (!KNOWN.has(type)) return [said(`unsupported type: ${type}`, `${at}/type`)];
  return [
    ...tooLong(block['block_id'], MAX_BLOCK_ID, `${at}/block_id`),
    ...textFaults(block, type, at),
    ...fieldFaults(block, at),
    ...elementFaults(block, type, at),
    ...(type === 'table' ? tableFaults(listOf(block['rows']).map(listOf), at) : []),
    ...(type === 'markdown' ? markdownFaults(textOf(block['text']) ?? '', at) : []),
  ];
}

function tooLong(value: unknown, most: number, at: string): readonly string[] {
  return typeof value === 'string' && value.length > most ? [said(`must be less than ${most + 1} characters`, at)] : [];
}

function textFaults(block: Json, type: string, at: string): readonly string[] {
  const most = TEXT_LIMITS[type];
  if (most === undefined) return [];
  if (type === 'section' && block['text'] === undefined && block['fields'] !== undefined) return [];
  const { text, type: kind } = jsonOf(block['text']);
  if (typeof text !== 'string') return [said('missing required field: text', at)];
  if (text === '') return [said('must be more than 0 characters', `${at}/text/text`)];
  const plain = type === 'header' && kind !== 'plain_text' ? [said('must be plain_text', `${at}/text`)] : [];
  return [...plain, ...tooLong(text, most, `${at}/text/text`)];
}

function fieldFaults(block: Json, at: string): readonly string[] {
  const fields = listOf(block['fields']);
  const many = fields.length > MAX_FIELDS ? [said(`no more than ${MAX_FIELDS} items allowed`, `${at}/fields`)] : [];
  const long = fields.flatMap((field, index) =>
    tooLong(jsonOf(field)['text'], MAX_FIELD_CHARACTERS, `${at}/fields/${index}/text`),
  );
  return [...many, ...long];
}

function elementFaults(block: Json, type: string, at: string): readonly string[] {
  const most = MAX_ELEMENTS[type];
  if (most === undefined) return [];
  const elements = listOf(block['elements']);
  if (elements.length === 0) return [said('no fewer than 1 items allowed', `${at}/elements`)];
  const many = elements.length > most ? [said(`no more than ${most} items allowed`, `${at}/elements`)] : [];
  const ids = elements.flatMap((element) => textOf(jsonOf(element)['action_id']) ?? []);
  const twice = new Set(ids).size < ids.length ? [said('action_id already exists', `${at}/elements`)] : [];
  const each = elements.flatMap((element, index) => oneFault(jsonOf(element), type, `${at}/elements/${index}`));
  return [...many, ...twice, ...each];
}

function oneFault(element: Json, type: string, at: string): readonly string[] {
  if (type === 'context') {
    const empty = element['type'] !== 'image' && element['text'] === '';
    return empty
      ? [said('must be more than 0 characters', `${at}/text`)]
      : tooLong(element['text'], 3000, `${at}/text`);
  }
  if (element['type'] !== 'button') return [];
  return [
    ...tooLong(jsonOf(element['text'])['text'], MAX_BUTTON.text, `${at}/text/text`),
    ...(['value', 'action_id', 'url'] as const).flatMap((key) =>
      tooLong(element[key], MAX_BUTTON[key], `${at}/${key}`),
    ),
  ];
}

function markdownFaults(text: string, at: string): readonly string[] {
  if (text === '') return [said('missing required field: text', at)];
  return tablesIn(text).flatMap((rows) => tableFaults(rows, at));
}

function tableFaults(rows: readonly (readonly unknown[])[], at: string): readonly string[] {
  const characters = rows.flat().reduce<number>((sum, cell) => sum + textIn(cell).length, 0);
  return [
    ...(rows.length > MAX_TABLE.rows ? [said(`no more than ${MAX_TABLE.rows} items allowed`, `${at}/rows`)] : []),
    ...(rows.some((row) => row.length > MAX_TABLE.cells)
      ? [said(`no more than ${MAX_TABLE.cells} items allowed`, `${at}/rows`)]
      : []),
    ...(characters > MAX_TABLE.characters
      ? [said(`must be less than ${MAX_TABLE.characters + 1} characters`, `${at}/rows`)]
      : []),
  ];
}

/** All text inside a cell or an element, however deep. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).join('');
  const { text, elements, type, url, user_id: user } = jsonOf(value);
  if (type === 'user') return `<@${String(user)}>`;
  if (typeof text === 'string') return text;
  if (typeof url === 'string') return url;
  return elements === undefined ? textIn(isJson(text) ? text : []) : textIn(elements);
}
