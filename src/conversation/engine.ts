/** The engine: from a mention to a stored turn, readable top to bottom. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ConversationId, isVisible, type ThinkingDepth, type Turn } from '../core/conversation.ts';
import { codeOf, HalleyError, type Refusal } from '../core/errors.ts';
import type { Redirects } from '../core/files.ts';
import type { Mention, MentionId, ReplyAddress } from '../core/inbound.ts';
import type { ModelClient } from '../core/model.ts';
import type {
  Guard,
  Inbox,
  Journal,
  JournalEntry,
  Lanes,
  Log,
  ReplySurface,
  Toolbox,
  TurnStore,
} from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { type NoticesFor, noticesIn } from '../notices/notices.ts';
import { present } from '../reply/presenter.ts';
import { Reader } from '../reply/reader.ts';
import { relinking } from '../sources/sources.ts';
import { type Steered, type Steering, steeredTurn } from '../steering/steering.ts';
import type { Attachments, Files } from './attachments.ts';
import { historyOf } from './history.ts';
import { LeftOpen } from './lanes.ts';
import { besideAnswer, requestOf, type StandingRequest, systemInstruction, userContent, whyUnasked } from './prompt.ts';
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
  readonly redirects: Redirects;
  readonly attachments: Attachments;
  /** Where a reply to this address is shown. */
  readonly surface: (to: ReplyAddress, standing: readonly PostRef[]) => ReplySurface;
  /** What the bot says, in the language of who reads it. */
  readonly noticesFor: NoticesFor;
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
    try {
      const refusal = await guard.check(mention);
      if (refusal !== undefined) await this.#refuse(refusal, entry, this.#readerOf(entry));
      else if (await journal.accept(mention, posts)) this.answer(entry, maxWaiting);
      else return false;
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

  #readerOf({ mention, posts }: JournalEntry): Reader {
    const { surface, noticesFor, log } = this.#options;
    const notices = noticesFor(mention.author.locale);
    return new Reader({ surface: surface(mention.replyTo, posts), notices, mention: mention.id, log });
  }

  async #refuse(refusal: Refusal, { mention, posts }: JournalEntry, reader: Reader): Promise<void> {
    reader.notices = noticesIn(await this.#options.steering.languageFor(mention));
    await reader.refuse(refusal, posts.length > 0);
  }

  async #inLane(entry: JournalEntry, maxWaiting: number): Promise<void> {
    const { mention, posts } = entry;
    const reader = this.#readerOf(entry);
    try {
      const work = (stopped: AbortSignal) => this.#turn(mention, reader, stopped);
      const refusal = await this.#options.lanes.run(mention.conversation, work, { maxWaiting, mention });
      if (refusal !== undefined) await this.#refuse(refusal, entry, reader);
    } catch (error) {
      if (error instanceof LeftOpen) return reader.surface.abandon();
      await reader.apologize(error, posts.length > 0);
    }
    await this.#close(mention.id);
  }

  /** The straight path within the conversation's lane. */
  async #turn(mention: Mention, reader: Reader, stopped: AbortSignal): Promise<void> {
    if (this.#draining) throw new LeftOpen();
    const { client, toolbox, redirects, journal, turns, steering, log } = this.#options;
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
    const plan = await this.#plan(mention, steered, { before, past, reader, signal });
    const depthOf = (wanted: ThinkingDepth) => client.depthOf(plan.request.model, wanted);
    const unasked = signal.aborted || before !== undefined ? undefined : whyUnasked(steered, plan.files, notices);
    if (unasked !== undefined) return reader.tell(unasked);
    const events = steeredTurn(runTurn(plan, { client, toolbox }, signal), steered);
    const { turn, failure } = await present(events, reader.surface, {
      signal,
      log,
      notices,
      status: steered.status,
      offered: { turn: mention.id, conversation: mention.conversation },
      notice: besideAnswer({ steered, files: plan.files, depthOf }, notices),
      onPosts: (posts) => journal.posted(mention.id, posts),
      resolve: (done) => relinking(done, redirects, this.#cutOff.signal),
    });
    const seen = failure === undefined ? turn : this.#seenOf(turn, failure);
    // An answer that stands in the place of another is remembered in its place, whatever is seen of it.
    if (isVisible(seen) || (before !== undefined && failure === undefined)) await this.#remember(mention, seen, reader);
    log.info('turn.done', factsOf(seen));
  }

  /** What the model is asked: settings, past turns, and the question with its files, within its limits. */
  async #plan(
    mention: Mention,
    steered: Steered,
    { before, past, reader, signal }: Moment,
  ): Promise<TurnPlan & { files: Files }> {
    const { client, historyTokens, standing, toolbox, attachments } = this.#options;
    const { chosen, json, instruction, text } = steered;
    const [model, facts] = [chosen.model, client.facts(chosen.model)];
    // A question that is answered again stands in its turn as the model read it.
    const files: Files =
      before === undefined
        ? await attachments.read(mention, { text, facts, reader }, signal)
        : { parts: [], faults: [], files: before.files ?? [] };
    const question = before?.contents[0] ?? userContent(mention, text, files);
    const limit = { model, budgetTokens: historyTokens, windowTokens: facts?.inputTokens };
    const history = historyOf(past, { ...limit, ...attachments.beside(question) });
    const draws = standing.images !== undefined || facts?.output === 'text-and-images';
    const request = requestOf({ draws, chosen, json, standing, functions: toolbox.declarations });
    const thoughts = chosen.thoughts === 'off' ? {} : { includeThoughts: true };
    const told = { systemInstruction: systemInstruction(instruction, mention.place, new Date()) };
    return {
      mention,
      text,
      files,
      question,
      request: { ...request, ...thoughts, ...told, model, contents: [...history, question] },
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
  async #remember(mention: Mention, turn: Turn, reader: Reader): Promise<void> {
    const { turns, steering, log } = this.#options;
    try {
      await turns.append(mention.conversation, turn);
    } catch (error) {
      log.error('turn.forgotten', error, { conversation: mention.conversation, mention: turn.id });
      return reader.warn(error);
    }
    await steering.count(turn, mention);
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

/** When a question is asked: after what, in whose place, and where that is shown. */
interface Moment {
  /** The turn whose answer is to be replaced. */
  readonly before: Turn | undefined;
  readonly past: readonly Turn[];
  readonly reader: Reader;
  readonly signal: AbortSignal;
}
