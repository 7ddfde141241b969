/** The page's threads: what is kept of them, under what happens in this process. */
import { type ConversationId, imagesOf, type Turn } from '../core/conversation.ts';
import type { Author, Journal, Mention, MentionId } from '../core/inbound.ts';
import type { Inbox, TurnStore } from '../core/ports.ts';
import { noticesIn } from '../notices/notices.ts';
import { actionsOf, offerOf } from '../reply/offers.ts';
import { replyOf } from '../reply/presenter.ts';
import { endOf } from './endings.ts';
import { type Answer, no } from './gate.ts';
import { type Asked, conversationOf, HERE, type Sent, threadOf } from './inbound.ts';
import { Pictures } from './pictures.ts';
import { LiveThread, type TurnView } from './surface.ts';

/** What a reader finds again after a reload or a restart: answers, and mentions that are still to be answered. */
export interface Kept {
  readonly turns: Pick<TurnStore, 'turns' | 'conversations'>;
  readonly journal: Pick<Journal, 'open'>;
}

/** A thread as the page's list shows it. */
export interface ThreadSummary {
  readonly id: string;
  readonly title: string;
  /** Epoch milliseconds of the last thing that happened in it. */
  readonly lastAt: number;
}

const GONE = no(404, 'There is no such question here any more.');
const SETTLED = no(409, 'Only the last question can be changed, and only for a while. Ask anew.');

/** Threads held in memory. Beyond it the oldest that nobody watches, with nothing running, is forgotten. */
const MAX_LIVE = 100;
const MAX_TITLE_CHARS = 120;

export class Threads {
  readonly pictures: Pictures;
  readonly #kept: Kept;
  readonly #live = new Map<string, LiveThread>();

  constructor(kept: Kept) {
    this.#kept = kept;
    this.pictures = new Pictures(kept.turns);
  }

  live(thread: string): LiveThread {
    const known = this.#live.get(thread);
    if (known !== undefined) return known;
    const idle = [...this.#live].find(([, live]) => live.idle);
    if (this.#live.size >= MAX_LIVE && idle !== undefined) this.#live.delete(idle[0]);
    const live = new LiveThread();
    this.#live.set(thread, live);
    return live;
  }

  /** The stored turns of a thread, then the mentions that wait, as a crash may have left them. @throws StorageUnavailable, StorageCorrupt */
  async kept(thread: string): Promise<readonly TurnView[]> {
    const id = conversationOf(thread);
    const [turns, open] = await Promise.all([this.#kept.turns.turns(id), this.#kept.journal.open()]);
    for (const turn of turns) this.pictures.keep(turn.id, imagesOf(turn));
    const waiting = new Map(
      open.flatMap(({ mention }) => (mention.conversation === id ? [[mention.id, waitingView(mention)] as const] : [])),
    );
    const views = turns.map((turn) => {
      // What is answered anew says by now what its author made of it.
      const { question } = waiting.get(turn.id) ?? { question: turn.text };
      waiting.delete(turn.id);
      return { ...storedView(turn, id), question };
    });
    return [...views, ...waiting.values()];
  }

  /** Lays what happens in this process, which is newer, over what was kept. */
  merged(thread: string, kept: readonly TurnView[]): readonly TurnView[] {
    const views = new Map(kept.map((turn) => [turn.id, turn]));
    for (const turn of this.live(thread).turns) views.set(turn.id, turn);
    return [...views.values()].sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** Shows what stands for a mention that this process does not show: its answer so far, or its question. @throws StorageUnavailable, StorageCorrupt */
  async recall(thread: string, id: MentionId): Promise<void> {
    const kept = (await this.kept(thread)).find((turn) => turn.id === id);
    if (kept !== undefined) this.live(thread).ask(kept);
  }

  /** Tells the engine what a question says now, and shows what comes of it. */
  async edit({ thread, mention }: Asked, inbox: Pick<Inbox, 'edited'>): Promise<Answer> {
    const { id, author, text } = mention;
    const kept = await this.kept(thread);
    const shown = this.merged(thread, kept).find((turn) => turn.id === id);
    const wrong = refusalOf(shown, author);
    if (wrong !== undefined || shown === undefined) return wrong ?? GONE;
    // Of a failed question with files, the files are not known any more.
    if (shown.files !== undefined && kept.every((turn) => turn.id !== id)) return SETTLED;
    await inbox.edited({ ...mention, receivedAt: shown.receivedAt });
    if (!(await this.#says(thread, id, text))) return SETTLED;
    this.live(thread).amend(id, text);
    return { status: 202, body: { id } };
  }

  /** Whether this is the question that is answered, or was. */
  async #says(thread: string, id: MentionId, text: string): Promise<boolean> {
    // In this order: what is no longer open by then is stored.
    const open = (await this.#kept.journal.open()).find(({ mention }) => mention.id === id);
    if (open !== undefined) return open.mention.text === text;
    const stored = (await this.#kept.turns.turns(conversationOf(thread))).find((turn) => turn.id === id);
    return stored !== undefined && (stored.origin?.text ?? stored.text) === text;
  }

  /** Has the engine forget a question, and takes it with its answer from every page. */
  async delete({ thread, id, author }: Sent, inbox: Pick<Inbox, 'deleted'>): Promise<Answer> {
    const shown = this.merged(thread, await this.kept(thread)).find((turn) => turn.id === id);
    const wrong = refusalOf(shown, author);
    if (wrong !== undefined) return wrong;
    await inbox.deleted(id, [conversationOf(thread)]);
    this.pictures.drop(id);
    this.live(thread).remove(id);
    return { status: 200, body: { id } };
  }

  /** Forgets what is finished in every thread; those that somebody may be looking at, to be shown anew. */
  drop(): readonly string[] {
    for (const live of this.#live.values()) live.drop();
    return [...this.#live.keys()];
  }

  /** Every thread that is stored, waits or runs, newest first. @throws StorageUnavailable */
  async summaries(): Promise<readonly ThreadSummary[]> {
    const [stored, open] = await Promise.all([
      this.#kept.turns.conversations(HERE.platform, HERE.workspace),
      this.#kept.journal.open(),
    ]);
    const known = new Map<ConversationId, Omit<ThreadSummary, 'id'>>(stored.map((kept) => [kept.id, kept]));
    const add = (id: ConversationId, asked: string, lastAt: number): void => {
      const { title = asked, lastAt: before = 0 } = known.get(id) ?? {};
      if (title !== '') known.set(id, { title, lastAt: Math.max(before, lastAt) });
    };
    for (const { mention } of open) add(mention.conversation, titleOf(waitingView(mention)), mention.receivedAt);
    for (const [thread, live] of this.#live)
      for (const turn of live.turns) add(conversationOf(thread), titleOf(turn), turn.receivedAt);
    return [...known]
      .flatMap(([key, { title, lastAt }]) => {
        const id = threadOf(key);
        return id === undefined ? [] : [{ id, title: title.slice(0, MAX_TITLE_CHARS), lastAt }];
      })
      .sort((a, b) => b.lastAt - a.lastAt);
  }
}

/** Only who asked a question changes it. */
function refusalOf(shown: TurnView | undefined, { name }: Author): Answer | undefined {
  if (shown === undefined) return GONE;
  const isOwn = shown.author.toLowerCase() === name.toLowerCase();
  return isOwn ? undefined : no(403, 'Only who asked a question can change it.');
}

/** A mention whose answer has not begun. */
export function waitingView({ id, author, text, attachments, receivedAt }: Mention): TurnView {
  const asked = { id, author: author.name, question: text, ...filesOf(attachments) };
  return { ...asked, text: '', state: 'waiting', sources: [], receivedAt };
}

function storedView(turn: Turn, conversation: ConversationId): TurnView {
  const { id, author, text, files = [], receivedAt, language } = turn;
  const offer = offerOf({ turn: id, conversation }, actionsOf(turn), noticesIn(language));
  const end = endOf(id, { ...replyOf(turn), ...offer });
  return { id, author: author.name, question: text, ...filesOf(files), ...end, receivedAt };
}

function filesOf(files: readonly { readonly name: string }[]): Pick<TurnView, 'files'> {
  return files.length === 0 ? {} : { files: files.map(({ name }) => name) };
}

/** What a list calls a thread that begins so: the question, or its first file. */
function titleOf({ question, files = [] }: TurnView): string {
  return question || (files[0] ?? '');
}
