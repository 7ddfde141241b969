/** The engine: from a mention to a stored turn, readable top to bottom. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ConversationId, isVisible, type ThinkingDepth, type Turn } from '../core/conversation.ts';
import { brokenBy, type Ending, type Refusal } from '../core/errors.ts';
import type { Redirects } from '../core/files.ts';
import type { Journal, JournalEntry, Mention, MentionId, ReplyAddress } from '../core/inbound.ts';
import type { Meter } from '../core/model.ts';
import type { Guard, Inbox, Lanes, Log, ReplySurface, TurnStore } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { type NoticesFor, noticesIn } from '../notices/notices.ts';
import { PatientSurface } from '../reply/patience.ts';
import { present, replyOf } from '../reply/presenter.ts';
import { Reader } from '../reply/reader.ts';
import { relinking } from '../sources/sources.ts';
import { type Steering, steeredTurn } from '../steering/steering.ts';
import { Answering } from './changes.ts';
import { LeftOpen } from './lanes.ts';
import { type PlanOptions, planOf } from './plan.ts';
import { besideAnswer, whyUnasked } from './prompt.ts';
import { seenOf, unfinishedTurn } from './recovery.ts';
import { factsOf, runTurn } from './turn.ts';

/** Milliseconds that writes under way get when the time for finishing is over. */
const LAST_WRITES_MS = 1000;
/** For what is not in the journal: whoever brings it waits for the end. */
const AT_ONCE = AbortSignal.abort();

export interface EngineOptions extends PlanOptions {
  readonly guard: Guard;
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly turns: TurnStore;
  readonly steering: Steering;
  readonly meter: Meter;
  readonly redirects: Redirects;
  readonly surface: (to: ReplyAddress, standing: readonly PostRef[]) => ReplySurface;
  readonly noticesFor: NoticesFor;
  /** How many mentions may wait while one is answered in the same conversation. */
  readonly maxWaiting: number;
  readonly log: Log;
}

export class Engine implements Pick<Inbox, 'mention' | 'follows'> {
  readonly #options: EngineOptions;
  /** Answers under way or waiting for their lane. */
  readonly answering = new Map<Promise<void>, Answering>();
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
      if (await journal.isKnown(mention)) return false;
      const refusal = await guard.check(mention);
      if (refusal !== undefined) return await this.#refuseForGood(refusal, entry);
      if (!(await journal.accept(mention, posts))) return false;
      this.answer(entry, maxWaiting);
    } catch (error) {
      await this.#readerOf(entry, AT_ONCE).apologize(error, posts.length > 0);
    }
    return true;
  }

  /**
   * Answers an accepted mention in its lane; posts that stand for it are filled before new ones are made.
   * @param maxWaiting How many may wait before it; unlimited for what was accepted by an earlier process.
   */
  answer(entry: JournalEntry, maxWaiting = Number.POSITIVE_INFINITY): void {
    const answering = new Answering(entry);
    this.#begin(answering, maxWaiting, (reader, stopped) => this.#turn(answering, reader, stopped));
  }

  /** Ends an accepted mention in its lane with what was seen of its answer. */
  interrupt(entry: JournalEntry): void {
    const ending = { kind: 'interrupted' } as const;
    this.#begin(new Answering(entry), Number.POSITIVE_INFINITY, (reader) => this.#end(entry, reader, ending));
  }

  #begin(answering: Answering, maxWaiting: number, work: Work): void {
    for (const each of this.answering.values()) each.followedBy(answering);
    const done = this.#inLane(answering, maxWaiting, work).finally(() => this.answering.delete(done));
    this.answering.set(done, answering);
  }

  async follows(id: ConversationId, at = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { journal, turns } = this.#options;
    const since = await journal.since(id);
    return (since !== undefined && since <= at) || (await turns.turns(id)).some(({ receivedAt }) => receivedAt <= at);
  }

  /** Lets running answers finish for `drainMs` milliseconds; what is unfinished then is cut off and stays in the journal. */
  async stop(drainMs: number): Promise<void> {
    this.#draining = true;
    const all = Promise.all(this.answering.keys());
    const over = new AbortController();
    const drained = await Promise.race([all, delay(drainMs, 'late', { signal: over.signal })]);
    if (drained === 'late') {
      this.#cutOff.abort(new LeftOpen());
      await Promise.race([all, delay(LAST_WRITES_MS, undefined, { signal: over.signal })]);
    }
    over.abort();
    for (const id of this.#unclosed) await this.#close(id);
  }

  /** @param givenUp Until then the platform is waited for. */
  #readerOf({ mention, posts }: JournalEntry, givenUp: AbortSignal): Reader {
    const { surface, noticesFor, log } = this.#options;
    const patient = new PatientSurface(surface(mention.replyTo, posts), { givenUp, log });
    return new Reader({ surface: patient, notices: noticesFor(mention.author.locale), mention: mention.id, log });
  }

  /** A mention that was refused is not refused again when it is delivered again. */
  async #refuseForGood(refusal: Refusal, entry: JournalEntry): Promise<boolean> {
    const isSaid = await this.#refuse(refusal, entry, this.#readerOf(entry, AT_ONCE));
    await this.#close(entry.mention.id);
    return isSaid;
  }

  /** Says why there is no answer, and resolves with whether anything is said at all. */
  async #refuse(refusal: Refusal, { mention, posts }: JournalEntry, reader: Reader): Promise<boolean> {
    if (refusal.kind === 'not-allowed' && refusal.isSilent === true) return false;
    reader.notices = noticesIn(await this.#options.steering.languageFor(mention));
    await reader.refuse(refusal, posts.length > 0);
    return true;
  }

  async #inLane(answering: Answering, maxWaiting: number, work: Work): Promise<void> {
    const { conversation, id } = answering.mention;
    let reader = this.#readerOf(answering, this.#cutOff.signal);
    const inTurn = async (stopped: AbortSignal): Promise<void> => {
      while (!(await answering.isSettled((changed) => work(reader, AbortSignal.any([stopped, changed]))))) {
        reader.surface.abandon();
        reader = this.#readerOf(answering, this.#cutOff.signal);
      }
      if (answering.isCut) reader.surface.abandon();
    };
    try {
      const refusal = await this.#options.lanes.run(conversation, inTurn, { maxWaiting, mention: answering.mention });
      if (refusal !== undefined) await this.#refuse(refusal, answering, reader);
    } catch (error) {
      if (!(await this.#isOver(error, answering, reader))) return reader.surface.abandon();
    }
    await this.#close(id);
  }

  /** Tells of what went wrong, and whether nothing is left to do; else the journal keeps the entry for the next start. */
  async #isOver(error: unknown, entry: JournalEntry, reader: Reader): Promise<boolean> {
    if (error instanceof LeftOpen) return false;
    const { seen = '', posts, mention } = entry;
    const stands = posts.length > 0 && (seen !== '' || mention.attempt !== undefined);
    if (!stands || seen.trim() === '') return reader.apologize(error, stands);
    try {
      await this.#end(entry, reader, brokenBy(error));
      return true;
    } catch (failure) {
      return !(failure instanceof LeftOpen) && reader.apologize(error, true);
    }
  }

  /** What an earlier process showed of an answer stands as its end, and is remembered. */
  async #end(entry: JournalEntry, reader: Reader, ending: Ending): Promise<void> {
    if (this.#draining) throw new LeftOpen();
    const { turns, steering, log } = this.#options;
    const { mention } = entry;
    const turn = await unfinishedTurn(entry, ending, steering);
    const before = (await turns.turns(mention.conversation)).find(({ id }) => id === mention.id);
    if (before !== undefined && (before.attempt ?? 1) >= (mention.attempt ?? 1)) return;
    const posts = await reader.surface.finish(replyOf(turn)).catch((failure: unknown) => {
      seenOf(turn, failure, log);
      return turn.posts;
    });
    if (isVisible(turn)) await this.#remember(mention, { ...turn, posts }, reader);
    log.info('turn.done', factsOf(turn));
  }

  /** The straight path within the conversation's lane. */
  async #turn(answering: Answering, reader: Reader, stopped: AbortSignal): Promise<void> {
    if (this.#draining) throw new LeftOpen();
    const { mention } = answering;
    const { client, meter, toolbox, redirects, journal, turns, steering, log } = this.#options;
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
    const plan = await planOf({ mention, steered, before, past, reader, signal }, this.#options);
    const depthOf = (wanted: ThinkingDepth) => client.depthOf(plan.request.model, wanted);
    const unasked = signal.aborted || before !== undefined ? undefined : whyUnasked(plan, notices);
    if (unasked !== undefined) return reader.tell(unasked);
    const stream = meter.metered((request, ended) => client.stream(request, ended), mention);
    const begin = (ends: AbortSignal) => steeredTurn(runTurn(plan, { client: { stream }, toolbox }, ends), steered);
    const { turn, failure } = await present(begin, reader.surface, {
      signal,
      log,
      notices,
      status: steered.status,
      offered: { turn: mention.id, conversation: mention.conversation },
      notice: ({ lastMessages }) => besideAnswer({ ...plan, lastMessages, steered, depthOf }, notices),
      onPosts: (posts) => journal.posted(mention.id, answering.stands(posts)),
      onView: (text) => journal.seen(mention.id, text),
      resolve: (done, enough) => relinking(done, redirects, AbortSignal.any([this.#cutOff.signal, enough])),
      awaited: () => answering.awaited(),
    });
    if (answering.isWithdrawn) return;
    const seen = failure === undefined ? turn : seenOf(turn, failure, log);
    // An answer that stands in the place of another is remembered in its place, whatever is seen of it.
    if (isVisible(seen) || (before !== undefined && failure === undefined)) await this.#remember(mention, seen, reader);
    log.info('turn.done', factsOf(seen));
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

/** What is done for a mention when its lane comes to it. */
type Work = (reader: Reader, stopped: AbortSignal) => Promise<void>;
