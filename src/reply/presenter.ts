/** The only loop between model and reader: feeds the draft, shows views of it as leave is granted, and finishes the reply. */
import { answerTextOf, imagesOf, isVisible, type Turn } from '../core/conversation.ts';
import { codeOf, type Refusal } from '../core/errors.ts';
import type { MentionId } from '../core/inbound.ts';
import type { Log, ReplySurface, Urgency } from '../core/ports.ts';
import type { PostRef, Reply, ReplyEvent } from '../core/reply.ts';
import { Draft } from './draft.ts';
import type { Notices } from './notices.ts';

export interface PresentOptions {
  /** Aborted when nothing more is to be shown; the events end by themselves then. */
  readonly signal: AbortSignal;
  /** In the reader's language. */
  readonly notices: Notices;
  /** A sentence to put under the answer beside the one about its ending. */
  readonly notice?: string | undefined;
  /** Told the posts that stand whenever there are others than before. Its failure is logged. */
  readonly onPosts: (posts: readonly PostRef[]) => Promise<void>;
  readonly log: Log;
}

export interface Presented {
  /** With the posts that stand for it, and the notice where the finished reply stands. */
  readonly turn: Turn;
  /** Why the finished reply could not be made to stand; what was shown before may. */
  readonly failure?: unknown;
}

/**
 * Shows a turn while it runs, and finishes its reply. A view is made only when leave to write it was granted, so it holds
 * the newest text; one that fails is logged and does no harm, because the next one is complete.
 * @throws what `events` throws, after the last write has ended. What was shown by then is left as it is.
 */
export async function present(
  events: AsyncGenerator<ReplyEvent, Turn>,
  surface: ReplySurface,
  options: PresentOptions,
): Promise<Presented> {
  const draft = new Draft();
  const writer = new Writer(draft, surface, options);
  const writing = writer.run();
  let turn: Turn;
  try {
    turn = await drained(events, (event) => {
      draft.add(event);
      if (event.kind === 'text' && draft.status === 'writing') writer.wake();
    });
  } finally {
    writer.stop();
    await writing;
  }
  try {
    const noticed = withNotice(turn, options);
    await writer.stands(await surface.finish(replyOf(noticed)));
    return { turn: { ...noticed, posts: writer.posts } };
  } catch (failure) {
    return { turn: { ...turn, posts: writer.posts }, failure };
  }
}

/** The turn with what the bot says of its ending; a further notice stands on a line of its own. */
function withNotice(turn: Turn, { notices, notice }: PresentOptions): Turn {
  const said = [notices.ofEnding(turn.ending, isVisible(turn)), notice].filter((one) => one !== undefined);
  return { ...turn, language: notices.language, ...(said.length === 0 ? {} : { notice: said.join('\n') }) };
}

/** The finished reply of a turn. */
export function replyOf(turn: Turn): Reply {
  const { sources, ending, notice, language } = turn;
  const images = imagesOf(turn);
  return {
    text: answerTextOf(turn),
    ...(images.length === 0 ? {} : { images }),
    sources,
    ending,
    ...(notice === undefined ? {} : { notice }),
    ...(language === undefined ? {} : { language }),
  };
}

export interface ReaderOptions {
  readonly surface: ReplySurface;
  /** In the reader's language. */
  readonly notices: Notices;
  readonly mention: MentionId;
  readonly log: Log;
}

/** Who waits for the answer to one mention: is told what stands in its place or comes after it. */
export class Reader {
  readonly surface: ReplySurface;
  readonly notices: Notices;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.surface = options.surface;
    this.notices = options.notices;
    this.#options = options;
  }

  /** Shows the sentence in place of an answer. @throws PlatformUnavailable, PlatformRejected */
  async tell(notice: string): Promise<void> {
    const { language } = this.notices;
    await this.surface.finish({ text: '', sources: [], ending: { kind: 'complete' }, notice, language });
  }

  /** Says why there is no answer. @throws PlatformUnavailable, PlatformRejected */
  refuse(refusal: Refusal): Promise<void> {
    return this.tell(this.notices.ofRefusal(refusal));
  }

  /** Says what went wrong, in place of an answer or, where some of one `stands`, after it. Never rejects. */
  async apologize(cause: unknown, stands: boolean): Promise<void> {
    const { log, mention } = this.#options;
    const reference = crypto.randomUUID().slice(0, 8);
    log.error('turn.failed', cause, { mention, reference });
    const notice = this.notices.ofError(cause, reference);
    await this.#surely(() => (stands ? this.surface.note(notice) : this.tell(notice)));
  }

  /** Says under the answer what went wrong after it. Never rejects. */
  async warn(cause: unknown): Promise<void> {
    await this.#surely(() => this.surface.note(this.notices.ofError(cause)));
  }

  /** What cannot be told either is logged. */
  async #surely(tell: () => Promise<void>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      this.#options.log.error('notice.failed', error, { mention: this.#options.mention });
    }
  }
}

async function drained(events: AsyncGenerator<ReplyEvent, Turn>, take: (event: ReplyEvent) => void): Promise<Turn> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    take(step.value);
  }
}

/** Writes views until it is stopped: one at a time, each with all the text there is. */
class Writer {
  readonly #draft: Draft;
  readonly #surface: ReplySurface;
  readonly #options: PresentOptions;
  readonly #stopped = new AbortController();
  #news = Promise.withResolvers<void>();
  #urgency: Urgency = 'first';
  #posts: readonly PostRef[] = [];

  constructor(draft: Draft, surface: ReplySurface, options: PresentOptions) {
    this.#draft = draft;
    this.#surface = surface;
    this.#options = options;
  }

  get posts(): readonly PostRef[] {
    return this.#posts;
  }

  /** There is text that no view holds. */
  wake(): void {
    this.#news.resolve();
  }

  /** Ends `run` after the write that is in flight, if any. */
  stop(): void {
    this.#stopped.abort();
    this.#news.resolve();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const signal = AbortSignal.any([this.#options.signal, this.#stopped.signal]);
    await this.#tolerating('reply.not-begun', () => this.#surface.begin());
    for (;;) {
      await this.#news.promise;
      if (!(await this.#granted(signal))) return;
      this.#news = Promise.withResolvers();
      await this.#tolerating('reply.view-lost', () => this.#show());
    }
  }

  /** Remembers the posts that stand, and tells when they are others than before. */
  async stands(posts: readonly PostRef[]): Promise<void> {
    const same = posts.length === this.#posts.length && posts.every((post, at) => isSame(post, this.#posts[at]));
    this.#posts = posts;
    if (!same) await this.#tolerating('reply.posts-unrecorded', () => this.#options.onPosts(posts));
  }

  async #show(): Promise<void> {
    const posts = await this.#surface.show(this.#draft.view());
    this.#urgency = 'text';
    await this.stands(posts);
  }

  async #granted(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    try {
      await this.#surface.leave(this.#urgency, signal);
      return !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.#options.log.error('reply.leave-refused', error);
      return false;
    }
  }

  /** None of these failures ends an answer. */
  async #tolerating(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.log.warn(event, { code: codeOf(error) });
    }
  }
}

function isSame(one: PostRef, other: PostRef | undefined): boolean {
  return one.channel === other?.channel && one.message === other.message;
}
