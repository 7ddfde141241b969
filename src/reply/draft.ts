/** The growing answer: exactly what came, a view that is safe to show, and the rhythm in which more comes. */
import type { DraftView, ReplyEvent, Status } from '../core/reply.ts';
import { Scanner } from '../markdown/scanner.ts';

/** Characters of a headline; a longer one would not fit on a line. */
const MAX_HEADLINE = 120;

export class Draft {
  readonly #scanner = new Scanner();
  #text = '';
  #status: Status;
  #stands = false;
  #thoughts = '';
  #headline: string | undefined;

  /** @param status What goes on until there is text. */
  constructor(status: Status = 'thinking') {
    this.#status = status;
  }

  /** Whether a view now shows something else. */
  add(event: ReplyEvent): boolean {
    const { kind, text } = event;
    if (kind === 'thought') return this.#think(text);
    if (kind === 'running') return this.#run();
    this.#text += text;
    this.#scanner.add(text);
    if (text.trim() === '') return this.#stands;
    this.#stands = true;
    this.#status = 'writing';
    return true;
  }

  #run(): boolean {
    this.#status = 'running';
    return true;
  }

  #think(text: string): boolean {
    const before = this.#headline;
    this.#thoughts += text;
    this.#headline = headlineOf(this.#thoughts);
    return !this.#stands && this.#headline !== before;
  }

  /** The model's text so far, unchanged. */
  get text(): string {
    return this.#text;
  }

  /** Whether there is text that a reader could see. */
  get stands(): boolean {
    return this.#stands;
  }

  /** Once text stands, `writing` or, while code that stands there is run, `running`. */
  get status(): Status {
    return this.#status;
  }

  /** A snapshot in which nothing is left open; its texts are empty until there is something to see. */
  view(): DraftView {
    if (!this.#stands) {
      const headline = this.#headline;
      return {
        text: '',
        exact: '',
        settled: '',
        status: this.#status,
        ...(headline === undefined ? {} : { headline }),
      };
    }
    const exact = this.#scanner.text;
    const settled = exact.slice(0, this.#scanner.settled());
    return { text: this.#scanner.healed(), exact, settled, status: this.#status };
  }
}

/** Milliseconds between two texts until it is known better, and the longest pause that says anything of the next one. */
const FIRST_GAP_MS = 200;
const MAX_GAP_MS = 500;

/** Text is overdue after so many of its usual gaps. */
const OVERDUE = 1.75;

/** Milliseconds in which text counts as just come. */
const JUST_MS = 10;

/** UTF-16 units a millisecond, once there are more than a few: an answer that comes faster will be over soon. */
const BURST_PER_MS = 1;
const BURST_AFTER = 100;

/** When text comes. A view that is made just after some did shows the most for the longest: what it lacks is still to come. */
export class Rhythm {
  #first: { readonly at: number; readonly length: number } | undefined;
  #heardAt = 0;
  #length = 0;
  #gapMs = FIRST_GAP_MS;
  #go = (): void => {};

  /** There is text, `length` UTF-16 units in all. */
  hear(length: number): void {
    const now = performance.now();
    if (this.#first === undefined) this.#first = { at: now, length };
    else this.#gapMs += (Math.min(now - this.#heardAt, MAX_GAP_MS) - this.#gapMs) / 4;
    this.#heardAt = now;
    this.#length = length;
    this.#go();
  }

  /** Whether text floods in. */
  get isBurst(): boolean {
    if (this.#first === undefined) return false;
    const { at, length } = this.#first;
    return this.#length - length > BURST_AFTER + BURST_PER_MS * (this.#heardAt - at);
  }

  /** Resolves when text comes or is overdue; at once when some came just now. Not to be called twice at a time. */
  async next(): Promise<void> {
    const sinceMs = performance.now() - this.#heardAt;
    const waitMs = OVERDUE * this.#gapMs - sinceMs;
    if (sinceMs < JUST_MS || waitMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#go = resolve;
    const timer = setTimeout(resolve, waitMs);
    await promise;
    clearTimeout(timer);
  }

  /** No more text comes. */
  end(): void {
    this.#go();
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
