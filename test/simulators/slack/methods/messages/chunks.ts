/** The chunks of a stream: what each kind must have, and what a call adds up to. */
import { structured } from '../../api/body.ts';
import { refuse } from '../../api/errors.ts';
import { type Call, optional } from '../../api/method.ts';
import { isJson, type Json, listOf, textOf } from '../../../discord/json.ts';
import { faultOf } from '../../markup/blocks.ts';
import type { Growth } from '../../state/streams.ts';
import { blockRefusal } from './content.ts';

/** https://docs.slack.dev/reference/methods/chat.appendStream */
const MAX_MARKDOWN_CHARACTERS = 12_000;
const MAX_TASK_CHARACTERS = 256;
const TASK_STATES: readonly unknown[] = ['pending', 'in_progress', 'complete', 'error'];
const NO_GROWTH: Growth = { markdown: '', blocks: [], tasks: [] };

/** @throws SlackError when a chunk is malformed or too long. */
export function growthOf(call: Call): Growth {
  const markdown = optional(call, 'markdown_text') ?? '';
  if (markdown.length > MAX_MARKDOWN_CHARACTERS) throw refuse('msg_too_long');
  const chunks = structured(call.args, 'chunks');
  if (chunks === undefined) return { ...NO_GROWTH, markdown };
  if (!Array.isArray(chunks)) throw refuse('invalid_chunks');
  return chunks.map(chunkOf).reduce(joined, { ...NO_GROWTH, markdown });
}

/** Whether there is anything to add at all. */
export function isEmpty({ markdown, blocks, tasks, plan }: Growth): boolean {
  return markdown === '' && blocks.length === 0 && tasks.length === 0 && plan === undefined;
}

function joined(all: Growth, next: Growth): Growth {
  const plan = next.plan ?? all.plan;
  return {
    markdown: all.markdown + next.markdown,
    blocks: [...all.blocks, ...next.blocks],
    tasks: [...all.tasks, ...next.tasks],
    ...(plan === undefined ? {} : { plan }),
  };
}

function chunkOf(chunk: unknown): Growth {
  if (!isJson(chunk)) throw refuse('invalid_chunks');
  switch (chunk['type']) {
    case 'markdown_text':
      return { ...NO_GROWTH, markdown: needed(chunk, 'text', MAX_MARKDOWN_CHARACTERS) };
    case 'task_update':
      return { ...NO_GROWTH, tasks: [taskOf(chunk)] };
    case 'plan_update':
      return { ...NO_GROWTH, plan: needed(chunk, 'title', MAX_TASK_CHARACTERS) };
    case 'blocks':
      return { ...NO_GROWTH, blocks: blocksOf(chunk) };
    default:
      throw refuse('invalid_chunks');
  }
}

function needed(chunk: Json, name: string, most: number): string {
  const value = textOf(chunk[name]);
  if (value === undefined || value.length > most) throw refuse('invalid_chunks');
  return value;
}

function taskOf(chunk: Json): Json {
  for (const name of ['id', 'title']) needed(chunk, name, MAX_TASK_CHARACTERS);
  for (const name of ['details', 'output']) if (name in chunk) needed(chunk, name, MAX_TASK_CHARACTERS);
  if (!TASK_STATES.includes(chunk['status'])) throw refuse('invalid_chunks');
  const sources = listOf(chunk['sources']);
  if (!sources.every((source) => isJson(source) && source['type'] === 'url')) throw refuse('invalid_chunks');
  return chunk;
}

function blocksOf(chunk: Json): readonly Json[] {
  const fault = faultOf(chunk['blocks']);
  if (fault) throw blockRefusal(fault);
  const blocks = listOf(chunk['blocks']).filter(isJson);
  if (blocks.some(({ type }) => type === 'file')) throw refuse('internal_error');
  return blocks;
}
