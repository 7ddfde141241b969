/** The growing answer, as exactly what came and as a view that is safe to show. */
import type { DraftView, ReplyEvent, Status } from '../core/reply.ts';
import { Scanner } from '../markdown/markdown.ts';

/** Characters of a headline; a longer one would not fit on a line. */
const MAX_HEADLINE = 120;

export class Draft {
  readonly #scanner = new Scanner();
  #text = '';
  #status: Status = 'thinking';
  #thoughts = '';
  #headline: string | undefined;

  /** Whether a view now shows something else. */
  add(event: ReplyEvent): boolean {
    const { kind, text } = event;
    if (kind === 'thought') return this.#think(text);
    this.#text += text;
    this.#scanner.add(text);
    if (text.trim() !== '') this.#status = 'writing';
    return this.#status === 'writing';
  }

  #think(text: string): boolean {
    const before = this.#headline;
    this.#thoughts += text;
    this.#headline = headlineOf(this.#thoughts);
    return this.#status !== 'writing' && this.#headline !== before;
  }

  /** The model's text so far, unchanged. */
  get text(): string {
    return this.#text;
  }

  /** `writing` from the first text on that a reader could see. */
  get status(): Status {
    return this.#status;
  }

  /** A snapshot in which nothing is left open; its text is empty until there is something to see. */
  view(): DraftView {
    if (this.#status === 'writing') return { text: this.#scanner.healed(), status: this.#status };
    const headline = this.#headline;
    return { text: '', status: this.#status, ...(headline === undefined ? {} : { headline }) };
  }
}

/**
 * The last headline among the thoughts: they come as paragraphs, each below a line in bold. Nothing where none is whole yet.
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
function headlineOf(thoughts: string): string | undefined {
  const lines = thoughts.matchAll(/^[ \t]*\*\*([^*\n]+)\*\*[ \t]*$/gmu);
  const [, last = ''] = [...lines].at(-1) ?? [];
  return Array.from(last.trim()).slice(0, MAX_HEADLINE).join('') || undefined;
}
