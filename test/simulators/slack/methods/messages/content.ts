/** What a call wants a message to say: text, blocks, Markdown and attachments, checked as Slack checks them. */
import { flag, structured, text } from '../../api/body.ts';
import { refuse, type SlackError } from '../../api/errors.ts';
import { type Call, optional } from '../../api/method.ts';
import { isJson, type Json, jsonOf } from '../../../discord/json.ts';
import { faultOf } from '../../markup/blocks.ts';
import type { Parsing } from '../../markup/mentions.ts';

/** https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const MAX_TEXT_CHARACTERS = 40_000;
const MAX_MARKDOWN_CHARACTERS = 12_000;
const MAX_ATTACHMENTS = 100;

/** What was given; what was not is absent. */
export interface Given {
  readonly text?: string;
  readonly blocks?: readonly Json[];
  readonly attachments?: readonly Json[];
}

/** @throws SlackError for anything Slack would refuse. */
export function given(call: Call): Given {
  const markdown = optional(call, 'markdown_text');
  const raw = text(call.args, 'text');
  const blocks = blocksOf(call);
  const attachments = attachmentsOf(call);
  if (markdown !== undefined) {
    if (raw !== undefined || blocks !== undefined) throw refuse('markdown_text_conflict');
    if (markdown.length > MAX_MARKDOWN_CHARACTERS) throw refuse('msg_too_long');
    return { text: markdown, blocks: [{ type: 'markdown', text: markdown }], ...attachments };
  }
  return {
    ...(raw === undefined ? {} : { text: raw.slice(0, MAX_TEXT_CHARACTERS) }),
    ...(blocks === undefined ? {} : { blocks }),
    ...attachments,
  };
}

function blocksOf(call: Call): readonly Json[] | undefined {
  const blocks = structured(call.args, 'blocks');
  if (blocks === undefined) return undefined;
  const fault = faultOf(blocks);
  if (fault) throw blockRefusal(fault);
  // The check admits lists of objects only.
  return blocks as readonly Json[];
}

export function blockRefusal(fault: { readonly code: string; readonly messages: readonly string[] }): SlackError {
  const { code, messages } = fault;
  return refuse(code, messages.length === 0 ? {} : { errors: messages, response_metadata: { messages } });
}

function attachmentsOf(call: Call): Given {
  const list = structured(call.args, 'attachments');
  if (list === undefined) return {};
  if (!Array.isArray(list) || !list.every(isJson)) throw refuse('invalid_attachments');
  if (list.length > MAX_ATTACHMENTS) throw refuse('too_many_attachments');
  return { attachments: list };
}

/** Whether the text field's plain words become mentions. */
export function parsingOf(call: Call, otherwise: Parsing): Parsing {
  const parse = text(call.args, 'parse');
  if (flag(call.args, 'link_names') === true) return 'link_names';
  return parse === 'full' || parse === 'none' || parse === 'client' ? parse : otherwise;
}

/** Name and icon, which need a scope of their own. */
export function dressOf(call: Call): Json {
  const username = optional(call, 'username');
  const [emoji, url] = [optional(call, 'icon_emoji'), optional(call, 'icon_url')];
  if (username === undefined && emoji === undefined && url === undefined) return {};
  if (!call.token.scopes.has('chat:write.customize')) return {};
  return { ...(username === undefined ? {} : { username }), ...(emoji === undefined ? {} : { icons: { emoji } }) };
}

export function metadataOf(call: Call): { metadata?: Json } {
  const metadata = structured(call.args, 'metadata');
  if (metadata === undefined) return {};
  if (!isJson(metadata) || typeof metadata['event_type'] !== 'string') throw refuse('invalid_metadata_format');
  return { metadata: jsonOf(metadata) };
}
