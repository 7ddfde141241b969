/** The engine: from a mention to a stored turn, readable top to bottom. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ConversationId, isVisible, type ThinkingDepth, type Turn } from '../core/conversation.ts';
import { codeOf, HalleyError, type Refusal } from '../core/errors.ts';
import type { Mention, MentionId, ReplyAddress, Journal, JournalEntry } from '../core/inbound.ts';
import type { Meter } from '../core/model.ts';
import type {
  Guard,
  Inbox,
  Lanes,
  Log,
  ModelClient,
  Redirects,
  ReplySurface,
  Toolbox,
  TurnStore,
} from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { type NoticesFor, noticesIn } from '../notices/notices.ts';
import { present } from '../reply/presenter.ts';
import { Reader } from '../reply/reader.ts';
import { relinking } from '../sources/sources.ts';
import { type Steering, steeredTurn } from '../steering/steering.ts';
import { Answering, Superseded, Withdrawn } from './changes.ts';
import { LeftOpen } from './lanes.ts';
import { besideAnswer, type Planner, whyUnasked } from './prompt.ts';
import { factsOf, runTurn } from './turn.ts';

/** Milliseconds that writes under way get when the time for finishing is over. */
const LAST_WRITES_MS = 1000;

export interface EngineOptions {
  readonly guard: Guard;
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly turns: TurnStore;
  readonly steering: Steering;
  readonly client: ModelClient;
  readonly meter: Meter;
  readonly toolbox: Toolbox;
  readonly redirects: Redirects;
  readonly planner: Planner;
  readonly surface: (to: ReplyAddress, standing: readonly PostRef[]) => ReplySurface;
  readonly noticesFor: NoticesFor;
  /** How many mentions may wait while one is answered in the same conversation. */
  readonly maxWaiting: number;
  readonly log: Log;
}

export class Engine implements Pick<Inbox, 'mention' | 'follows'> {
  readonly #options: EngineOptions;
  /** Answers under way or waiting for their lane. */
  readonly #answering = new Map<Promise<void>, Answering>();
  readonly #cutOff = new AbortController();
  #draining = false;
  /** Entries whose turns are stored, which the store could not close yet. */
  readonly #unclosed = new Set<MentionId>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** @param posts Those that stand already, when an answer is to be replaced: they are filled before new ones are made. */
  async mention(mention: Mention, posts: readonly PostRef[] = []): Promise<boolean> {
    const { guard, journal, maxWaiting } = this.#options;
    const entry: JournalEntry = { mention, posts };
    try {
      const refusal = await guard.check(mention);
      if (refusal !== undefined) return await this.#refuse(refusal, entry, this.#readerOf(entry));
      if (!(await journal.accept(mention, posts))) return false;
      this.answer(entry, maxWaiting);
    } catch (error) {
      await this.#readerOf(entry).apologize(error, posts.length > 0);
    }
    return true;
  }

  /**
   * Answers an accepted mention in its lane; posts that stand for it are filled before new ones are made.
   * @param maxWaiting How many may wait before it; unlimited for what was accepted by an earlier process.
   */
  answer(entry: JournalEntry, maxWaiting = Number.POSITIVE_INFINITY): void {
    const answering = new Answering(entry);
    const done = this.#inLane(answering, maxWaiting).finally(() => this.#answering.delete(done));
    this.#answering.set(done, answering);
  }

  /** The answer to this mention that is under way or waits. */
  answering(id: MentionId): Answering | undefined {
    return [...this.#answering.values()].find(({ mention }) => mention.id === id);
  }

  /** Whether anything is answered in this conversation, or waits to be. */
  isAnswering(id: ConversationId): boolean {
    return [...this.#answering.values()].some(({ mention }) => mention.conversation === id);
  }

  async follows(id: ConversationId): Promise<boolean> {
    return this.isAnswering(id) || (await this.#options.turns.turns(id)).length > 0;
  }

  /**
   * Lets running answers finish for `drainMs` milliseconds. What is unfinished then is cut off and stays in the journal;
   * writes that are under way get a moment more.
   */
  async stop(drainMs: number): Promise<void> {
    this.#draining = true;
    const all = Promise.all(this.#answering.keys());
    const over = new AbortController();
    const drained = await Promise.race([all, delay(drainMs, 'late', { signal: over.signal })]);
    if (drained === 'late') {
      this.#cutOff.abort(new LeftOpen());
      await Promise.race([all, delay(LAST_WRITES_MS, undefined, { signal: over.signal })]);
    }
    over.abort();
    for (const id of this.#unclosed) await this.#close(id);
  }

  #readerOf({ mention, posts }: JournalEntry): Reader {
    const { surface, noticesFor, log } = this.#options;
    const notices = noticesFor(mention.author.locale);
    return new Reader({ surface: surface(mention.replyTo, posts), notices, mention: mention.id, log });
  }

  /** Says why there is no answer, and resolves with whether anything is said at all. */
  async #refuse(refusal: Refusal, { mention, posts }: JournalEntry, reader: Reader): Promise<boolean> {
    if (refusal.kind === 'not-allowed' && refusal.isSilent === true) return false;
    reader.notices = noticesIn(await this.#options.steering.languageFor(mention));
    await reader.refuse(refusal, posts.length > 0);
    return true;
  }

  async #inLane(answering: Answering, maxWaiting: number): Promise<void> {
    const { lanes } = this.#options;
    let reader = this.#readerOf(answering);
    const work = async (stopped: AbortSignal): Promise<void> => {
      // An edit begins the answer anew, in the posts that stand.
      for (let isBegun = false; ; isBegun = true) {
        if (isBegun) reader = this.#readerOf(answering);
        if (await this.#isSettled(answering, reader, stopped)) return;
        reader.surface.abandon();
      }
    };
    try {
      const refusal = await lanes.run(answering.mention.conversation, work, maxWaiting);
      if (refusal !== undefined) await this.#refuse(refusal, answering, reader);
    } catch (error) {
      if (error instanceof LeftOpen) return reader.surface.abandon();
      if (error instanceof Withdrawn) {
        answering.isCut = true;
        reader.surface.abandon();
      } else await reader.apologize(error, answering.posts.length > 0);
    }
    await this.#close(answering.mention.id);
  }

  /** Whether the answer is to what the mention says in the end. */
  async #isSettled(answering: Answering, reader: Reader, stopped: AbortSignal): Promise<boolean> {
    const { mention } = answering;
    try {
      await this.#turn(answering, reader, AbortSignal.any([stopped, answering.begin()]));
    } catch (error) {
      if (error instanceof Superseded) return false;
      throw error;
    }
    if (answering.mention === mention) return true;
    // The edit came when the answer was already being remembered.
    answering.mention = { ...answering.mention, attempt: (mention.attempt ?? 1) + 1 };
    return false;
  }

  /** The straight path within the conversation's lane. */
  async #turn(answering: Answering, reader: Reader, stopped: AbortSignal): Promise<void> {
    if (this.#draining) throw new LeftOpen();
    const { client, meter, toolbox, redirects, journal, turns, planner, steering, log } = this.#options;
    const { mention } = answering;
    const { surface } = reader;
    const stored = await turns.turns(mention.conversation);
    const place = stored.findIndex((turn) => turn.id === mention.id);
    const before = stored[place];
    // A crash came after the turn was stored and before its entry was closed.
    if (before !== undefined && (before.attempt ?? 1) >= (mention.attempt ?? 1)) return;
    const steered = await steering.of(mention);
    const notices = noticesIn(steered.language);
    reader.notices = notices;
    const signal = AbortSignal.any([stopped, this.#cutOff.signal]);
    const past = before === undefined ? stored : stored.slice(0, place);
    const plan = await planner.plan(mention, steered, { before, past, surface, signal });
    const depthOf = (wanted: ThinkingDepth) => client.depthOf(plan.request.model, wanted);
    const mayBeEmpty = signal.aborted || before !== undefined;
    const unasked = mayBeEmpty ? undefined : whyUnasked(plan, notices);
    if (unasked !== undefined) return reader.tell(unasked);
    const stream = meter.metered((request, ended) => client.stream(request, ended), mention);
    const events = steeredTurn(runTurn(plan, { client: { stream }, toolbox }, signal), steered);
    const { turn, failure } = await present(events, surface, {
      signal,
      log,
      notices,
      notice: besideAnswer({ ...plan, steered, depthOf }, notices),
      onPosts: (posts) => {
        answering.posts = posts;
        return journal.posted(mention.id, posts);
      },
      resolve: (done) => relinking(done, redirects, this.#cutOff.signal),
    });
    if (answering.isWithdrawn) return;
    const seen = failure === undefined ? turn : this.#seenOf(turn, failure);
    // An answer that stands in the place of another is remembered in its place, whatever is seen of it.
    if (isVisible(seen) || (before !== undefined && failure === undefined)) await this.#remember(mention, seen, reader);
    log.info('turn.done', factsOf(seen));
  }

  /**
   * What is remembered of an answer that could not be made to stand: what its reader saw of it, if anything.
   * @throws LeftOpen when the platform may take it later: the next start answers anew.
   */
  #seenOf(turn: Turn, failure: unknown): Turn {
    this.#options.log.error('reply.unfinished', failure, { mention: turn.id });
    if (failure instanceof HalleyError && failure.retryable) throw new LeftOpen();
    const contents: Turn['contents'] = turn.posts.length === 0 ? [turn.contents[0]] : turn.contents;
    return { ...turn, contents, ending: { kind: 'broken', code: codeOf(failure) } };
  }

  /** Stores the turn. When that fails, the answer stands and its reader is told. */
  async #remember(mention: Mention, turn: Turn, reader: Reader): Promise<void> {
    try {
      await this.#options.turns.append(mention.conversation, turn);
    } catch (error) {
      this.#options.log.error('turn.forgotten', error, { conversation: mention.conversation, mention: turn.id });
      await reader.warn(error);
    }
  }

  /** Closes the entry, and those that the store did not close before. */
  async #close(id: MentionId): Promise<void> {
    this.#unclosed.add(id);
    for (const each of this.#unclosed) {
      try {
        await this.#options.journal.close(each);
        this.#unclosed.delete(each);
      } catch (error) {
        this.#options.log.error('journal.close-failed', error, { mention: each });
      }
    }
  }
}
