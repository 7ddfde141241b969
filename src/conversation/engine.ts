/** The engine: from a mention to a stored turn, readable top to bottom. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Content } from '../core/content.ts';
import { type ConversationId, isVisible, type Turn } from '../core/conversation.ts';
import { codeOf, HalleyError } from '../core/errors.ts';
import type { Mention, MentionId, ReplyAddress } from '../core/inbound.ts';
import type {
  Guard,
  Inbox,
  Journal,
  JournalEntry,
  Lanes,
  Log,
  ModelClient,
  ReplySurface,
  Toolbox,
  TurnStore,
} from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { NOTICES, noticeOfError, noticeOfRefusal } from '../reply/notices.ts';
import { notAnswered, present } from '../reply/presenter.ts';
import { type Steered, type Steering, steeredTurn } from '../steering/steering.ts';
import { historyOf } from './history.ts';
import { besideAnswer, requestOf, type StandingRequest, systemInstruction, userContent } from './prompt.ts';
import { factsOf, runTurn, type TurnPlan } from './turn.ts';

/** Milliseconds that writes under way get when the time for finishing is over. */
const LAST_WRITES_MS = 1000;

export interface EngineOptions {
  readonly guard: Guard;
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly turns: TurnStore;
  /** What people say besides their question. */
  readonly steering: Steering;
  readonly client: ModelClient;
  readonly toolbox: Toolbox;
  /** Where a reply to this address is shown. */
  readonly surface: (to: ReplyAddress, standing: readonly PostRef[]) => ReplySurface;
  /** What every request asks for beside its question. */
  readonly standing: StandingRequest;
  /** How many mentions may wait while one is answered in the same conversation. */
  readonly maxWaiting: number;
  /** Estimated tokens of past turns sent with each question. */
  readonly historyTokens: number;
  readonly log: Log;
}

export class Engine implements Pick<Inbox, 'mention' | 'follows'> {
  readonly #options: EngineOptions;
  /** Answers under way or waiting for their lane, and the conversation of each. */
  readonly #answering = new Map<Promise<void>, ConversationId>();
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
    const surface = (): ReplySurface => this.#options.surface(mention.replyTo, []);
    try {
      const refusal = await guard.check(mention);
      if (refusal !== undefined) await surface().finish(notAnswered(noticeOfRefusal(refusal)));
      else if (await journal.accept(mention, posts)) this.answer(entry, maxWaiting);
      else return false;
    } catch (error) {
      await this.#apologize(entry, surface(), error);
    }
    return true;
  }

  /**
   * Answers an accepted mention in its lane; posts that stand for it are filled before new ones are made.
   * @param maxWaiting How many may wait before it; unlimited for what was accepted by an earlier process.
   */
  answer(entry: JournalEntry, maxWaiting = Number.POSITIVE_INFINITY): void {
    const answering = this.#inLane(entry, maxWaiting).finally(() => this.#answering.delete(answering));
    this.#answering.set(answering, entry.mention.conversation);
  }

  async follows(id: ConversationId): Promise<boolean> {
    return [...this.#answering.values()].includes(id) || (await this.#options.turns.turns(id)).length > 0;
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

  async #inLane(entry: JournalEntry, maxWaiting: number): Promise<void> {
    const { mention, posts } = entry;
    const surface = this.#options.surface(mention.replyTo, posts);
    try {
      const work = (stopped: AbortSignal) => this.#turn(mention, surface, stopped);
      const refusal = await this.#options.lanes.run(mention.conversation, work, maxWaiting);
      if (refusal !== undefined) await this.#decline(entry, surface, noticeOfRefusal(refusal));
    } catch (error) {
      if (error instanceof LeftOpen) return surface.abandon();
      await this.#apologize(entry, surface, error);
    }
    await this.#close(mention.id);
  }

  /** The straight path within the conversation's lane. */
  async #turn(mention: Mention, surface: ReplySurface, stopped: AbortSignal): Promise<void> {
    if (this.#draining) throw new LeftOpen();
    const { client, toolbox, journal, turns, log } = this.#options;
    const stored = await turns.turns(mention.conversation);
    const place = stored.findIndex((turn) => turn.id === mention.id);
    const before = stored[place];
    // A crash came after the turn was stored and before its entry was closed.
    if (before !== undefined && (before.attempt ?? 1) >= (mention.attempt ?? 1)) return;
    const steered = await this.#options.steering.of(mention);
    if (steered.text === '' && mention.attachments.length === 0 && before === undefined) {
      await surface.finish(notAnswered(NOTICES.nothingAsked));
      return;
    }
    const past = before === undefined ? stored : stored.slice(0, place);
    const question = before?.contents[0] ?? userContent(mention, steered.text);
    const plan = this.#plan({ mention, steered, question }, past);
    const signal = AbortSignal.any([stopped, this.#cutOff.signal]);
    const events = steeredTurn(runTurn(plan, { client, toolbox }, signal), steered);
    const { turn, failure } = await present(events, surface, {
      signal,
      log,
      notice: [...steered.notices, besideAnswer(mention) ?? ''].join(' ').trim() || undefined,
      onPosts: (posts) => journal.posted(mention.id, posts),
    });
    const seen = failure === undefined ? turn : this.#seenOf(turn, failure);
    // An answer that stands in the place of another is remembered in its place, whatever is seen of it.
    if (isVisible(seen) || (before !== undefined && failure === undefined))
      await this.#remember(mention, seen, surface);
    log.info('turn.done', factsOf(seen));
  }

  /** What the model is asked: settings, past turns and the question, within its limits. */
  #plan({ mention, steered, question }: Question, turns: readonly Turn[]): TurnPlan {
    const { client, historyTokens, standing, toolbox } = this.#options;
    const { chosen, json, instruction, text } = steered;
    const { model } = chosen;
    const past = historyOf(turns, { model, budgetTokens: historyTokens });
    const draws = standing.images !== undefined || client.facts(model)?.output === 'text-and-images';
    const request = requestOf({ draws, chosen, json, standing, functions: toolbox.declarations });
    const thoughts = chosen.thoughts === 'off' ? {} : { includeThoughts: true };
    const told = { systemInstruction: systemInstruction(instruction, mention.place, new Date()) };
    return {
      mention,
      text,
      question,
      request: { ...request, ...thoughts, ...told, model, contents: [...past, question] },
    };
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
  async #remember(mention: Mention, turn: Turn, surface: ReplySurface): Promise<void> {
    const { turns, steering, log } = this.#options;
    const { conversation } = mention;
    try {
      await turns.append(conversation, turn);
    } catch (error) {
      log.error('turn.forgotten', error, { conversation, mention: turn.id });
      return this.#note(surface, noticeOfError(error), turn.id);
    }
    await steering.count(turn, mention);
  }

  /** Tells the reader what went wrong: in place of an answer, or after what stands of one. */
  async #apologize({ mention, posts }: JournalEntry, surface: ReplySurface, cause: unknown): Promise<void> {
    const reference = crypto.randomUUID().slice(0, 8);
    this.#options.log.error('turn.failed', cause, { mention: mention.id, reference });
    try {
      await this.#decline({ mention, posts }, surface, noticeOfError(cause, reference));
    } catch (error) {
      this.#options.log.error('notice.failed', error, { mention: mention.id });
    }
  }

  async #decline({ posts }: JournalEntry, surface: ReplySurface, notice: string): Promise<void> {
    if (posts.length > 0) await surface.note(notice);
    else await surface.finish(notAnswered(notice));
  }

  async #note(surface: ReplySurface, notice: string, mention: MentionId): Promise<void> {
    try {
      await surface.note(notice);
    } catch (error) {
      this.#options.log.error('notice.failed', error, { mention });
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

/** What is asked, by whom, and what holds for it. */
interface Question {
  readonly mention: Mention;
  readonly steered: Steered;
  readonly question: Content;
}

/** Why a turn ends without being closed: the process ends, or the platform is away. The journal keeps it for the next start. */
class LeftOpen extends Error {
  override readonly name = 'LeftOpen';

  constructor() {
    super('The turn is left to the next start.');
  }
}
