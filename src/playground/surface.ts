/** What a thread of the page shows right now, and ReplySurface over it: views as server-sent events, only what changed. */
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { InlineData } from '../core/content.ts';
import type { Settings } from '../core/conversation.ts';
import type { MentionId } from '../core/inbound.ts';
import type { ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply, Status } from '../core/reply.ts';
import { type End, endOf } from './endings.ts';

/** Milliseconds between two views of one reply: about as often as a screen is drawn. */
const VIEW_MS = 16;
/** Finished turns kept beside the store, so that a notice that belongs to no stored turn survives a reload. */
const MAX_FINISHED = 8;

/** What the page shows of a view: it is told what changed, and need not append. */
type Seen = Pick<DraftView, 'text' | 'status' | 'line' | 'offer'>;

/** A turn as the reader sees it. */
export interface TurnView extends End {
  readonly id: MentionId;
  /** The name of the person who asked. */
  readonly author: string;
  readonly question: string;
  /** The names of the files that came with it; absent where none did. */
  readonly files?: readonly string[];
  /** Markdown of the answer; while it is written, the last view. */
  readonly text: string;
  /** `waiting`: accepted, and not begun. */
  readonly state: 'waiting' | Status | 'done';
  /** What goes on, in the reader's language; absent while text comes, and where it is not known. */
  readonly line?: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/**
 * One server-sent event. The page's rule, in `page/turns.js`: a `snapshot` replaces all turns; a `turn` is added unless
 * it is shown already; `asked` changes a turn's question, and `withdrawn` takes the turn away; a `view` or `reply` keeps the first `keep` UTF-16 units of the turn's text and puts `text` after
 * them; a `reply` also replaces all that stood beside the text, and a `note` only its notice. The events of a streamed
 * answer therefore grow with the answer, not with its square.
 */
export type PageEvent =
  | {
      readonly kind: 'snapshot';
      readonly standIn: boolean;
      readonly settings: Settings;
      readonly turns: readonly TurnView[];
    }
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'turn'; readonly turn: TurnView }
  | { readonly kind: 'asked'; readonly id: MentionId; readonly question: string }
  | { readonly kind: 'withdrawn'; readonly id: MentionId }
  | (Tail & Pick<TurnView, 'line' | 'actions'> & { readonly kind: 'view'; readonly state: Status })
  | (Tail & End & { readonly kind: 'reply'; readonly state: 'done' })
  | { readonly kind: 'note'; readonly id: MentionId; readonly state: 'done'; readonly notice: string };

interface Tail {
  readonly id: MentionId;
  readonly keep: number;
  readonly text: string;
}

/** Takes one event; called in order, and never while another call runs. */
export type Watcher = (event: PageEvent) => void;

/** One thread's turns as they happen in this process, and everyone who watches them. */
export class LiveThread {
  readonly #turns = new Map<MentionId, TurnView>();
  readonly #watchers = new Set<Watcher>();

  /** The turns begun in this process, oldest first; finished ones stay for a while. */
  get turns(): readonly TurnView[] {
    return [...this.#turns.values()];
  }

  /** Nobody watches and nothing runs: forgetting this thread loses nothing that is not stored. */
  get idle(): boolean {
    return this.#watchers.size === 0 && this.turns.every((turn) => turn.state === 'done');
  }

  has(id: MentionId): boolean {
    return this.#turns.has(id);
  }

  /** What is shown of an answer; empty where there is none. */
  textOf(id: MentionId): string {
    return this.#turns.get(id)?.text ?? '';
  }

  /** Tells the watcher every event from now on, until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  tell(event: PageEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }

  /** Shows a question before its answer begins; one that is shown already stays as it is. */
  ask(turn: TurnView): void {
    if (this.#turns.has(turn.id)) return;
    this.#turns.set(turn.id, turn);
    this.tell({ kind: 'turn', turn });
  }

  /** Shows what a question says now, also on pages that have it from what was kept. */
  amend(id: MentionId, question: string): void {
    const shown = this.#turns.get(id);
    if (shown !== undefined) this.#turns.set(id, { ...shown, question });
    this.tell({ kind: 'asked', id, question });
  }

  /** Takes back a question that nobody accepted; one that is being answered stays. */
  withdraw(id: MentionId): void {
    if (this.#turns.get(id)?.state === 'waiting') this.remove(id);
  }

  /** Takes a question and its answer from every page that shows them. */
  remove(id: MentionId): void {
    this.#turns.delete(id);
    this.tell({ kind: 'withdrawn', id });
  }

  view(id: MentionId, { text, status, line, offer }: Seen): void {
    const shown = this.#shown(id);
    // Once there was a line, that there is none any more has to be said too.
    const told = shown.line === undefined ? line : (line ?? '');
    const actions = isDeepStrictEqual(shown.actions, offer?.actions) ? undefined : offer?.actions;
    const change = {
      state: status,
      ...(told === undefined ? {} : { line: told }),
      ...(actions === undefined ? {} : { actions }),
    };
    this.#turns.set(id, { ...shown, ...change, text });
    this.tell({ kind: 'view', id, ...change, ...tailOf(shown.text, text) });
  }

  /** Drops what is finished: it is kept elsewhere or, where it was forgotten, nowhere. */
  drop(): void {
    for (const turn of this.turns) if (turn.state === 'done') this.#turns.delete(turn.id);
  }

  reply(id: MentionId, reply: Reply): void {
    const { author, question, files, receivedAt, text: shown } = this.#shown(id);
    const { text, ...end } = endOf(id, reply);
    const asked = { id, author, question, ...(files === undefined ? {} : { files }), receivedAt };
    this.#turns.set(id, { ...asked, text, ...end });
    this.tell({ kind: 'reply', id, ...end, ...tailOf(shown, text) });
    this.#forgetOld();
  }

  /** Ends a turn with a sentence after what is shown of it. */
  note(id: MentionId, said: string): void {
    const shown = this.#shown(id);
    const notice = [...(shown.notice === undefined ? [] : [shown.notice]), said].join('\n');
    this.#turns.set(id, { ...shown, state: 'done', notice });
    this.tell({ kind: 'note', id, state: 'done', notice });
    this.#forgetOld();
  }

  #forgetOld(): void {
    const finished = this.turns.filter((turn) => turn.state === 'done');
    for (const old of finished.slice(0, -MAX_FINISHED)) this.#turns.delete(old.id);
  }

  #shown(id: MentionId): TurnView {
    const shown = this.#turns.get(id);
    if (shown !== undefined) return shown;
    const unasked = { author: '', question: '', text: '', state: 'waiting', sources: [] } as const;
    const turn: TurnView = { id, ...unasked, receivedAt: Date.now() };
    this.ask(turn);
    return turn;
  }
}

/** What is to be sent so that a page that shows `before` shows `after`. Counted in UTF-16 units, as both ends do. */
export function tailOf(before: string, after: string): { readonly keep: number; readonly text: string } {
  let keep = after.startsWith(before) ? before.length : 0;
  while (keep < before.length && before[keep] === after[keep]) keep++;
  return { keep, text: after.slice(keep) };
}

/** What a reply on the page needs beside its thread. */
export interface Backing {
  /** Shows the question of a mention that this process did not receive, as after a restart. */
  recall(): Promise<void>;
  /** Has the pictures ready for pages that fetch them. */
  keep(images: readonly InlineData[]): void;
}

/** One reply on the page. The page has no limits of its own, so the newest view is shown about once per screen refresh. */
export class PlaygroundSurface implements ReplySurface {
  readonly #thread: LiveThread;
  readonly #post: PostRef;
  readonly #backing: Backing;
  #shownAt = 0;
  /** Nobody else reads the page. */
  readonly whisper = async (): Promise<false> => false;

  constructor(thread: LiveThread, post: PostRef, backing: Backing) {
    this.#thread = thread;
    this.#post = post;
    this.#backing = backing;
  }

  /** An answer that stands already stays until there is another. */
  async begin(view: Seen = { text: '', status: 'thinking' }): Promise<void> {
    if (!this.#thread.has(this.#post.message)) await this.#backing.recall();
    await this.show({ ...view, text: this.#thread.textOf(this.#post.message) });
  }

  /** Always lets at least one macrotask pass, so that chunks that arrived together are shown together. */
  async leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    const sinceMs = performance.now() - this.#shownAt;
    await setTimeout(urgency === 'text' ? Math.max(0, VIEW_MS - sinceMs) : 0);
    signal.throwIfAborted();
  }

  async show(view: Seen): Promise<readonly PostRef[]> {
    if (!this.#thread.has(this.#post.message)) await this.#backing.recall();
    this.#shownAt = performance.now();
    this.#thread.view(this.#post.message, view);
    return [this.#post];
  }

  async finish(reply: Reply): Promise<readonly PostRef[]> {
    if (!this.#thread.has(this.#post.message)) await this.#backing.recall();
    this.#backing.keep(reply.images ?? []);
    this.#thread.reply(this.#post.message, reply);
    return [this.#post];
  }

  async note(notice: string): Promise<void> {
    if (!this.#thread.has(this.#post.message)) await this.#backing.recall();
    this.#thread.note(this.#post.message, notice);
  }

  async retract(): Promise<void> {
    this.#thread.remove(this.#post.message);
  }

  /** Nothing to end: the page is told by what it is sent. */
  abandon(): void {}
}
