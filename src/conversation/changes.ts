/** What people do to their own messages after they sent them: edits are answered anew, deletions are forgotten. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationId, Turn } from '../core/conversation.ts';
import type { Journal, JournalEntry, Mention, MentionId, ReplyAddress } from '../core/inbound.ts';
import type { Inbox, Lanes, Log, ReplySurface, TurnStore } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { againOf } from '../answers/deeds.ts';
import type { NoticesFor } from '../notices/notices.ts';

/** Why an answer is begun anew: its question says something else now. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** Why an answer is not made: its question is gone. */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn';
}

/** Milliseconds that sources are still looked up for while another mention waits. */
const MOMENT_MS = 300;

/** A mention that is being answered or waits for its lane, as its author has it now. */
export class Answering implements JournalEntry {
  #mention: Mention;
  #posts: readonly PostRef[];
  readonly seen: string;
  #isWithdrawn = false;
  #isCut = false;
  #changed = new AbortController();
  readonly #followed = Promise.withResolvers<void>();

  constructor({ mention, posts, seen = '' }: JournalEntry) {
    this.#mention = mention;
    this.#posts = posts;
    this.seen = seen;
  }

  get mention(): Mention {
    return this.#mention;
  }

  get posts(): readonly PostRef[] {
    return this.#posts;
  }

  /** Whether the question is gone. */
  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }

  /** Whether the answer ended in the middle, because its question was gone. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Resolves a moment after another mention waits for this one to be answered: what is looked up for it may just be coming. */
  async awaited(): Promise<void> {
    await this.#followed.promise;
    await delay(MOMENT_MS, undefined, { ref: false });
  }

  /** Another mention came, in this conversation or elsewhere. */
  followedBy({ mention }: JournalEntry): void {
    if (mention.conversation === this.#mention.conversation) this.#followed.resolve();
  }

  /** Remembers the posts that stand, and gives them back. */
  stands(posts: readonly PostRef[]): readonly PostRef[] {
    this.#posts = posts;
    return posts;
  }

  amend(mention: Mention): void {
    this.#mention = mention;
    this.#changed.abort(new Superseded('The question was edited.'));
  }

  withdraw(): void {
    this.#isWithdrawn = true;
    this.#changed.abort(new Withdrawn('The question is gone.'));
  }

  /**
   * Answers, and resolves with whether nothing is left to do: not where the mention says something else by then. The signal is
   * aborted when it changes.
   */
  async isSettled(answer: (changed: AbortSignal) => Promise<void>): Promise<boolean> {
    const mention = this.#mention;
    this.#isCut = this.#isWithdrawn;
    if (this.#isCut) return true;
    this.#changed = new AbortController();
    try {
      await answer(this.#changed.signal);
    } catch (error) {
      if (error instanceof Superseded) return false;
      if (!(error instanceof Withdrawn)) throw error;
      this.#isCut = true;
      return true;
    }
    if (this.#mention === mention) return true;
    // The edit came when the answer was already being remembered.
    this.#mention = { ...this.#mention, attempt: (mention.attempt ?? 1) + 1 };
    return false;
  }
}

export interface ChangesOptions {
  readonly lanes: Lanes;
  readonly journal: Journal;
  readonly turns: TurnStore;
  readonly engine: {
    /** What is answered, or waits to be. */
    readonly answering: ReadonlyMap<unknown, Answering>;
    /** Answers a mention, into the posts that stand for it. */
    mention(mention: Mention, posts: readonly PostRef[]): Promise<boolean>;
  };
  readonly surface: (to: ReplyAddress, standing: readonly PostRef[]) => ReplySurface;
  /** Milliseconds after a question in which its edit is answered. */
  readonly editGraceMs: number;
  readonly noticesFor: NoticesFor;
  /** What becomes of the answer to a question that is deleted. */
  readonly deleteAnswers: 'keep' | 'delete';
  readonly log: Log;
}

export class Changes implements Pick<Inbox, 'edited' | 'deleted'> {
  readonly #options: ChangesOptions;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  async edited(mention: Mention): Promise<void> {
    const { turns, journal, engine, editGraceMs, log } = this.#options;
    // Nothing is left to answer.
    if (mention.text === '' && mention.attachments.length === 0) return;
    const running = this.#answeringOf(mention.id);
    if (running !== undefined && (await this.#amend(running, mention))) return;
    // Then another question is the last one.
    if ([...engine.answering.values()].some((other) => other.mention.conversation === mention.conversation)) return;
    const last = (await turns.turns(mention.conversation)).at(-1);
    if (last?.id !== mention.id) return this.#unanswered(mention, last);
    if (last.origin === undefined || last.origin.text === mention.text) return;
    if (Date.now() - last.receivedAt > editGraceMs) return log.debug('edit.late', { mention: mention.id });
    log.info('edit.answered', { mention: mention.id });
    const again = await againOf(last, mention.conversation, journal);
    if (again !== undefined) await engine.mention(withWordsOf(mention, again), last.posts);
  }

  /** A question that was accepted and that nothing is remembered of, as when its answer failed, is asked again with its new words. */
  async #unanswered(mention: Mention, last: Turn | undefined): Promise<void> {
    const { journal, engine, editGraceMs, log } = this.#options;
    const { id } = mention;
    const receivedAt = await journal.receivedAt(id);
    if (receivedAt === undefined || (last !== undefined && last.receivedAt > receivedAt)) return;
    if (Date.now() - receivedAt > editGraceMs) return log.debug('edit.late', { mention: id });
    log.info('edit.answered', { mention: id });
    const attempt = (await journal.attempts(id)) + 1;
    await engine.mention({ ...mention, attempt, replyTo: { ...mention.replyTo, attempt } }, []);
  }

  #answeringOf(id: MentionId): Answering | undefined {
    return [...this.#options.engine.answering.values()].find(({ mention }) => mention.id === id);
  }

  /** True when the answer that is under way is begun anew, or need not be. */
  async #amend(running: Answering, mention: Mention): Promise<boolean> {
    if (running.mention.text === mention.text) return true;
    const amended = withWordsOf(mention, running.mention);
    if ((await this.#options.journal.amend(amended)) === undefined) return false;
    this.#options.log.info('edit.amended', { mention: mention.id });
    running.amend(amended);
    return true;
  }

  async deleted(id: MentionId, conversations: readonly ConversationId[]): Promise<void> {
    const { lanes } = this.#options;
    const running = this.#answeringOf(id);
    running?.withdraw();
    // In the lane, so that what is being answered there has ended.
    const drop = (conversation: ConversationId) =>
      lanes.run(conversation, () => this.#drop(conversation, id), { maxWaiting: Number.POSITIVE_INFINITY });
    const among =
      running === undefined ? conversations : [...new Set([...conversations, running.mention.conversation])];
    await Promise.all(among.map(drop));
    if (running === undefined) return;
    const { mention, posts, isCut } = running;
    await this.#takeAway(mention.replyTo, posts);
    if (isCut && posts.length > 0) await this.#endCut(mention, posts);
  }

  async #drop(conversation: ConversationId, id: MentionId): Promise<void> {
    const turn = await this.#options.turns.drop(conversation, id);
    if (turn === undefined) return;
    this.#options.log.info('turn.dropped', { mention: id });
    if (turn.origin !== undefined) await this.#takeAway(turn.origin.replyTo, turn.posts);
  }

  /** What stands of it stays, and is said to end there. */
  async #endCut({ replyTo, author }: Mention, posts: readonly PostRef[]): Promise<void> {
    const { surface, noticesFor, deleteAnswers, log } = this.#options;
    if (deleteAnswers === 'delete') return;
    try {
      await surface(replyTo, posts).note(noticesFor(author.locale).stopped);
    } catch (error) {
      log.error('notice.failed', error, { channel: replyTo.channel });
    }
  }

  /** A failure is logged: the answer is forgotten, whether it stands or not. */
  async #takeAway(replyTo: ReplyAddress, posts: readonly PostRef[]): Promise<void> {
    const { surface, deleteAnswers, log } = this.#options;
    if (deleteAnswers === 'keep' || posts.length === 0) return;
    try {
      await surface(replyTo, posts).retract();
    } catch (error) {
      log.error('answer.left', error, { channel: replyTo.channel });
    }
  }
}

/** The mention with what the other says, and all else as it was. */
function withWordsOf({ text, shows }: Mention, mention: Mention): Mention {
  const { shows: _, ...rest } = mention;
  return { ...rest, text, ...(shows === undefined ? {} : { shows }) };
}
