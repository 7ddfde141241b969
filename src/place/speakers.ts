/** How people are told apart: one name each, which nobody else has. */
import type { Turn } from '../core/conversation.ts';
import type { Author } from '../core/inbound.ts';

/** What the bot's own posts are told as. */
export const SELF = 'You';

/** Names by id. Nobody is called as another was, nor as the bot itself is. */
export class Speakers {
  readonly #names = new Map<string, string>();
  readonly #own: Record<string, string> = {};

  constructor(past: readonly Turn[]) {
    for (const { author, speakers = { [author.id]: oneLine(author.name) } } of past)
      for (const [id, name] of Object.entries(speakers)) this.#names.set(id, name);
  }

  /** Those named since this was made. */
  get named(): Readonly<Record<string, string>> {
    return this.#own;
  }

  nameOf({ id, name: given }: Author): string {
    const name = oneLine(given);
    const known = this.#names.get(id);
    const isKnown = known !== undefined && (known === name || known.replace(/ \(\d+\)$/u, '') === name);
    const chosen = isKnown ? known : this.#free(name, id);
    this.#names.set(id, chosen);
    this.#own[id] = chosen;
    return chosen;
  }

  #free(name: string, id: string): string {
    const others = [SELF, ...[...this.#names].filter(([other]) => other !== id).map(([, taken]) => taken)];
    const taken = new Set(others.map(likenessOf));
    for (let count = 1; ; count++) {
      const tried = count === 1 ? name : `${name} (${count})`;
      if (!taken.has(likenessOf(tried))) return tried;
    }
  }
}

/** Names that a reader would take for the same. */
function likenessOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Names come from outside: no line break may let one pretend to be another message, and no mark a quotation. */
export function oneLine(name: string): string {
  return (
    name
      .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
      .replace(/^[\s>]+|[\s:]+$/gu, '')
      .slice(0, 80)
      .toWellFormed() || '?'
  );
}
