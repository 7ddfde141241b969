/** What Discord itself does not let through: blocked words, harmful links, explicit pictures. */
import { refuse } from '../errors.ts';
import { isJson, type Json, listOf, textOf } from '../json.ts';

/** What somebody wants to say or to change into. */
export interface Submitted {
  readonly content?: string | undefined;
  readonly embeds?: readonly Json[] | undefined;
  readonly components?: readonly Json[] | undefined;
  readonly files?: readonly { readonly name: string }[];
}

export class Moderation {
  /** AutoMod's keyword filter; case makes no difference, and a word counts only as a whole. */
  readonly words = new Set<string>();
  /** Hosts Discord knows for scams and malware, in every server and direct message. */
  readonly harmfulHosts = new Set<string>();
  /** Names of files that the picture filter takes for explicit. */
  readonly explicitFiles = new Set<string>();

  /** @throws ApiError 200000, 240000 or 20009, for a new message as for an edit. */
  admit(submitted: Submitted, exempt: boolean): void {
    const text = [submitted.content ?? '', ...[submitted.embeds, submitted.components].flatMap(textsIn)].join('\n');
    if (!exempt && this.#blocks(text)) throw refuse('blockedByAutoMod');
    for (const [, host = ''] of text.matchAll(/https?:\/\/([^\s/:>)\]]+)/g))
      if (this.harmfulHosts.has(host.toLowerCase())) throw refuse('harmfulLink');
    if (submitted.files?.some((file) => this.explicitFiles.has(file.name))) throw refuse('explicitContent');
  }

  /** @throws ApiError 200001 */
  admitTitle(title: string, exempt: boolean): void {
    if (!exempt && this.#blocks(title)) throw refuse('titleBlocked');
  }

  #blocks(text: string): boolean {
    const spoken = new Set(text.toLowerCase().split(/[^\p{L}\p{N}]+/u));
    return [...this.words].some((word) => spoken.has(word.toLowerCase()));
  }
}

/** Every text a reader sees inside embeds and components. */
function textsIn(value: unknown): string[] {
  if (isJson(value))
    return Object.entries(value).flatMap(([key, inner]) => {
      const text = textOf(inner);
      return text === undefined ? textsIn(inner) : SHOWN.has(key) ? [text] : [];
    });
  return listOf(value).flatMap(textsIn);
}

const SHOWN: ReadonlySet<string> = new Set([
  'content',
  'title',
  'description',
  'name',
  'value',
  'text',
  'label',
  'url',
]);
