/** The growing answer, as exactly what came and as a view that is safe to show. */
import type { DraftView, ReplyEvent, Status } from '../core/reply.ts';
import { Scanner } from '../markdown/scanner.ts';

export class Draft {
  readonly #scanner = new Scanner();
  #text = '';
  #status: Status = 'thinking';

  add(event: ReplyEvent): void {
    if (event.kind === 'text') {
      this.#text += event.text;
      this.#scanner.add(event.text);
      if (event.text.trim() !== '') this.#status = 'writing';
    }
  }

  /** The model's text so far, unchanged. */
  get text(): string {
    return this.#text;
  }

  /** `writing` from the first text on that a reader could see. */
  get status(): Status {
    return this.#status;
  }

  /** A snapshot in which nothing is left open; its texts are empty until there is something to see. */
  view(): DraftView {
    if (this.#status !== 'writing') return { text: '', exact: '', settled: '', status: this.#status };
    const exact = this.#scanner.text;
    const settled = exact.slice(0, this.#scanner.settled());
    return { text: this.#scanner.healed(), exact, settled, status: this.#status };
  }
}
