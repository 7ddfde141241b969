/** What a person reads in a message: its blocks as text, entities decoded, tokens as the names and labels they show. */
import { type Json, jsonOf, listOf, textOf } from '../../discord/json.ts';
import type { Content } from '../state/model.ts';
import { textIn } from './blocks.ts';

/** `name` says how a mentioned person or channel is called. */
export type Naming = (id: string) => string;

export interface Visible {
  /** The body: Markdown and mrkdwn as written, headings, tables, lists. */
  readonly text: string;
  /** The small print of `context` blocks, one entry an element. */
  readonly context: readonly string[];
  readonly buttons: readonly Button[];
  /** Where links lead, in their order. */
  readonly links: readonly string[];
}

export interface Button {
  readonly actionId: string;
  readonly blockId: string;
  readonly text: string;
  readonly value?: string;
  readonly url?: string;
}

const TOKEN = /<([^<>\n]+)>/g;
const LINK = /<(https?:[^<>|\n]+)(?:\|[^<>\n]*)?>|\]\(<?(https?:[^\s)>]+)>?(?:\s+"[^"]*")?\)/g;

export function visible(content: Content, naming: Naming): Visible {
  const { blocks } = content;
  if (blocks.length === 0)
    return { text: shown(content.text, naming), context: [], buttons: [], links: linksIn(content.text) };
  const body = blocks.map((block) => bodyOf(block, naming)).filter((text) => text !== '');
  const raw = blocks.flatMap((block) => rawOf(block));
  return {
    text: body.join('\n\n'),
    context: blocks.flatMap((block) => contextOf(block, naming)),
    buttons: blocks.flatMap(buttonsOf),
    links: raw.flatMap(linksIn),
  };
}

/** mrkdwn and Markdown alike: tokens by their label, then the three entities. */
export function shown(text: string, naming: Naming): string {
  const named = text.replaceAll(TOKEN, (token, inner: string) => {
    const [target = '', label] = inner.split('|', 2);
    if (/^@|^#/.test(target))
      return `${target.slice(0, 1)}${label === undefined || label === '' ? naming(target.slice(1)) : label}`;
    if (target.startsWith('!')) return label ?? `@${target.slice(1)}`;
    if (/^(https?|mailto|tel):/.test(target)) return label ?? target;
    return token;
  });
  return named.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function linksIn(text: string): readonly string[] {
  return [...text.matchAll(LINK)].map((match) => (match[1] ?? match[2] ?? '').replaceAll('&amp;', '&'));
}

function bodyOf(block: Json, naming: Naming): string {
  switch (block['type']) {
    case 'markdown':
      return shown(textOf(block['text']) ?? '', naming);
    case 'section': {
      const parts = [block['text'], ...listOf(block['fields'])].map((part) => textObject(part, naming));
      return parts.filter((text) => text !== '').join('\n');
    }
    case 'header':
      return textObject(block['text'], naming);
    case 'rich_text':
      return richText(block, naming);
    case 'table':
      return listOf(block['rows'])
        .map((row) =>
          listOf(row)
            .map((cell) => shown(textIn(cell), naming))
            .join(' | '),
        )
        .join('\n');
    case 'divider':
      return '---';
    case 'image':
      return textObject(block['title'], naming);
    default:
      return '';
  }
}

function textObject(value: unknown, naming: Naming): string {
  const { type, text } = jsonOf(value);
  if (typeof text !== 'string') return '';
  return type === 'mrkdwn' ? shown(text, naming) : text;
}

function richText(block: Json, naming: Naming): string {
  const elements = listOf(block['elements']).map(jsonOf);
  const lines = elements.map((element) =>
    element['type'] === 'rich_text_list'
      ? listOf(element['elements'])
          .map((item) => `• ${richText({ elements: [item] }, naming)}`)
          .join('\n')
      : listOf(element['elements'])
          .map((piece) => pieceText(jsonOf(piece), naming))
          .join(''),
  );
  return lines.join('\n');
}

function pieceText(piece: Json, naming: Naming): string {
  if (piece['type'] === 'user') return `@${naming(String(piece['user_id']))}`;
  if (piece['type'] === 'channel') return `#${naming(String(piece['channel_id']))}`;
  if (piece['type'] === 'broadcast') return `@${String(piece['range'])}`;
  if (piece['type'] === 'emoji') return `:${String(piece['name'])}:`;
  return textOf(piece['text']) ?? textOf(piece['url']) ?? '';
}

function contextOf(block: Json, naming: Naming): readonly string[] {
  if (block['type'] !== 'context') return [];
  return listOf(block['elements']).map((element) => {
    const { type, alt_text: alt } = jsonOf(element);
    return type === 'image' ? String(alt) : textObject(element, naming);
  });
}

function rawOf(block: Json): readonly string[] {
  const own = [block['text'], ...listOf(block['fields']), ...listOf(block['elements'])];
  return own.flatMap((part) => (typeof part === 'string' ? part : (textOf(jsonOf(part)['text']) ?? linkOf(part))));
}

function linkOf(part: unknown): readonly string[] {
  const { type, url, elements } = jsonOf(part);
  if (type === 'link') return [`<${String(url)}>`];
  return listOf(elements).flatMap(linkOf);
}

function buttonsOf(block: Json): readonly Button[] {
  const own = [...listOf(block['elements']), block['accessory']].map(jsonOf);
  return own.flatMap((element) => {
    if (element['type'] === 'feedback_buttons') return feedbackOf(element, textOf(block['block_id']) ?? '');
    if (typeof element['action_id'] !== 'string' || !String(element['type']).endsWith('button')) return [];
    return {
      actionId: element['action_id'],
      blockId: textOf(block['block_id']) ?? '',
      text: textOf(jsonOf(element['text'])['text']) ?? '',
      ...(typeof element['value'] === 'string' ? { value: element['value'] } : {}),
      ...(typeof element['url'] === 'string' ? { url: element['url'] } : {}),
    };
  });
}

function feedbackOf(element: Json, blockId: string): readonly Button[] {
  return [element['positive_button'], element['negative_button']].map((half) => {
    const { text, value } = jsonOf(half);
    return {
      actionId: String(element['action_id']),
      blockId,
      text: String(jsonOf(text)['text']),
      value: String(value),
    };
  });
}
