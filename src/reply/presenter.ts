/** The only loop between model and reader: feeds the draft, shows views of it as leave is granted, and finishes the reply. */
import { isDeepStrictEqual } from 'node:util';
import { answerTextOf, imagesOf, isVisible, type Turn } from '../core/conversation.ts';
import { codeOf, PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Log, ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply, ReplyEvent, Status } from '../core/reply.ts';
import { Draft, Rhythm } from './draft.ts';
import type { Notices } from '../notices/notices.ts';
import { actionsOf, type Offered, offerOf } from './offers.ts';

export interface PresentOptions {
  /** Aborted when nothing more is to be shown; the events end by themselves then. */
  readonly signal: AbortSignal;
  /** In the reader's language. */
  readonly notices: Notices;
  /** A sentence to put under the answer of a turn beside the one about its ending. */
  readonly notice?: (turn: Turn) => string | undefined;
  /** Told the posts that stand whenever there are others than before. Its failure is logged. */
  readonly onPosts: (posts: readonly PostRef[]) => Promise<void>;
  /** Told the model's text before each write that shows more of it. Its failure is logged. */
  readonly onView?: (text: string) => Promise<void>;
  /** Finds better addresses for the sources of a turn, until it is enough; undefined when there are none to find. Never rejects. */
  readonly resolve?: (turn: Turn, enough: AbortSignal) => Promise<Turn> | undefined;
  /** Asked once the text stands: resolves when it is enough, because somebody waits for the next answer. */
  readonly awaited?: () => Promise<void>;
  /** What goes on until there is text. Default: `thinking`. */
  readonly status?: Status;
  /** Whose answer it is, so that something can be done with it; absent where nothing can. */
  readonly offered?: Offered;
  readonly log: Log;
}

export interface Presented {
  /** With the posts that stand for it; with the notice, or with what was seen of it where the finished reply does not stand. */
  readonly turn: Turn;
  /** Why the finished reply could not be made to stand; what was shown before may. */
  readonly failure?: unknown;
}

/**
 * Shows a turn while it runs, and finishes its reply. A view is made only when leave to write it was granted, so it holds
 * the newest text; one that fails is logged and does no harm, because the next one is complete.
 * @param begin Begins the turn; its signal is aborted where nothing more may be shown, with why.
 * @throws what the turn throws, after the last write has ended. What was shown by then is left as it is.
 */
export async function present(
  begin: (signal: AbortSignal) => AsyncGenerator<ReplyEvent, Turn>,
  surface: ReplySurface,
  options: PresentOptions,
): Promise<Presented> {
  const draft = new Draft(options.status);
  const writer = new Writer(draft, surface, options);
  const writing = writer.run();
  let turn: Turn;
  try {
    turn = await drained(begin(AbortSignal.any([options.signal, writer.shut])), (event) => {
      if (draft.add(event)) writer.wake();
    });
  } finally {
    writer.stop();
    await writing;
  }
  return finished(turn, { surface, writer, options });
}

/** The text stands first; sources that are looked up follow when they are found. */
async function finished(
  turn: Turn,
  { surface, writer, options }: { surface: ReplySurface; writer: Writer; options: PresentOptions },
): Promise<Presented> {
  const { offered, notices } = options;
  const finish = async (seen: Turn): Promise<void> => {
    const offer = offered === undefined ? {} : offerOf(offered, actionsOf(seen), notices);
    return writer.stands(await surface.finish({ ...replyOf(seen), ...offer }));
  };
  const noticed = withNotice(turn, options);
  const enough = new AbortController();
  const resolving = options.resolve?.(noticed, enough.signal);
  const first = resolving === undefined ? noticed : unsourced(noticed);
  try {
    await finish(first);
  } catch (failure) {
    return { turn: { ...turn, contents: writer.seenOf(turn), posts: writer.posts }, failure };
  }
  void options.awaited?.().then(() => enough.abort());
  const last = (await resolving) ?? first;
  try {
    if (last !== first) await finish(last);
    return { turn: { ...last, posts: writer.posts } };
  } catch (error) {
    options.log.warn('reply.sources-lost', { code: codeOf(error) });
    return { turn: { ...first, posts: writer.posts } };
  }
}

/** The turn as it can be shown while its sources are looked up. */
function unsourced(turn: Turn): Turn {
  return { ...turn, sources: [], marks: [], supports: [] };
}

/** The turn with what the bot says of its ending; a further notice stands on a line of its own. */
function withNotice(turn: Turn, { notices, notice }: PresentOptions): Turn {
  const said = [notices.ofEnding(turn.ending, isVisible(turn)), notice?.(turn)].filter((one) => one !== undefined);
  return { ...turn, language: notices.language, ...(said.length === 0 ? {} : { notice: said.join('\n') }) };
}

/** The finished reply of a turn. */
export function replyOf(turn: Turn): Reply {
  const { sources, marks, searches, quotes, ending, notice, language, footer } = turn;
  const images = imagesOf(turn);
  return {
    text: answerTextOf(turn),
    ...(images.length === 0 ? {} : { images }),
    sources,
    ...(marks === undefined ? {} : { marks }),
    ...(searches === undefined ? {} : { searches }),
    ...(quotes === undefined ? {} : { quotes }),
    ending,
    ...(notice === undefined ? {} : { notice }),
    ...(language === undefined ? {} : { language }),
    ...(footer === undefined ? {} : { footer }),
  };
}

async function drained(events: AsyncGenerator<ReplyEvent, Turn>, take: (event: ReplyEvent) => void): Promise<Turn> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    take(step.value);
  }
}

/** Milliseconds after which a view that was lost is made again, where no further text brings one. */
const LOST_VIEW_MS = 1000;

/** Writes views until it is stopped: one at a time, each with all the text there is. */
class Writer {
  readonly #draft: Draft;
  readonly #surface: ReplySurface;
  readonly #options: PresentOptions;
  readonly #stopped = new AbortController();
  readonly #shut = new AbortController();
  readonly shut = this.#shut.signal;
  #news = Promise.withResolvers<void>();
  readonly #rhythm = new Rhythm();
  #urgency: Urgency = 'first';
  #posts: readonly PostRef[] = [];
  /** Of the last view that was shown. */
  #seen = '';

  constructor(draft: Draft, surface: ReplySurface, options: PresentOptions) {
    this.#draft = draft;
    this.#surface = surface;
    this.#options = options;
  }

  get posts(): readonly PostRef[] {
    return this.#posts;
  }

  /** The question, and as much of the answer as was shown. */
  seenOf({ contents: [question] }: Turn): Turn['contents'] {
    const text = this.#seen;
    return text.trim() === '' ? [question] : [question, { role: 'model', parts: [{ text }] }];
  }

  /** There is text that no view holds. */
  wake(): void {
    if (this.#draft.stands) this.#rhythm.hear(this.#draft.text.length);
    this.#news.resolve();
  }

  /** Ends `run` after the write that is in flight, if any. */
  stop(): void {
    this.#stopped.abort();
    this.#rhythm.end();
    this.#news.resolve();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const signal = AbortSignal.any([this.#options.signal, this.#stopped.signal]);
    await this.#tolerating('reply.not-begun', () => this.#surface.begin(this.#view()));
    let again: NodeJS.Timeout | undefined;
    for (;;) {
      await this.#news.promise;
      clearTimeout(again);
      if (!(await this.#granted(signal))) return;
      this.#news = Promise.withResolvers();
      // Stopped since leave was granted: nothing would end a further round.
      if (signal.aborted) return;
      const failure = await this.#tolerating('reply.view-lost', () => this.#show());
      if (failure instanceof PlatformRejected && failure.failure.isShut === true) return this.#shut.abort(failure);
      if (failure instanceof PlatformUnavailable) again = setTimeout(() => this.#news.resolve(), LOST_VIEW_MS);
    }
  }

  /** Remembers the posts that stand, and tells when they are others than before. */
  async stands(posts: readonly PostRef[]): Promise<void> {
    const same = isDeepStrictEqual(posts, this.#posts);
    this.#posts = posts;
    if (!same) await this.#tolerating('reply.posts-unrecorded', () => this.#options.onPosts(posts));
  }

  /** The draft's, with words in the reader's language. */
  #view(): DraftView {
    const { notices, offered } = this.#options;
    const view = this.#draft.view();
    const line = view.headline ?? (view.status === 'reading' ? undefined : notices.doing[view.status]);
    return {
      ...view,
      ...(view.status === 'writing' || line === undefined ? {} : { line }),
      ...(view.status === 'writing' || view.status === 'reading' ? {} : { isDoing: notices.isDoing[view.status] }),
      ...(this.#draft.stands && offered !== undefined ? offerOf(offered, ['stop'], notices) : {}),
    };
  }

  async #show(): Promise<void> {
    const view = this.#view();
    const { onView } = this.#options;
    if (view.exact !== '' && onView !== undefined)
      await this.#tolerating('reply.view-unrecorded', () => onView(view.exact));
    const posts = await this.#surface.show(view);
    this.#seen = view.exact;
    if (this.#draft.stands) this.#urgency = this.#rhythm.isBurst ? 'burst' : 'text';
    await this.stands(posts);
  }

  async #granted(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    try {
      await this.#surface.leave(this.#urgency, signal);
      if (this.#urgency !== 'first') await this.#rhythm.next();
      return !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.#options.log.error('reply.leave-refused', error);
      return false;
    }
  }

  /** None of these failures ends an answer. */
  async #tolerating(event: string, work: () => Promise<void>): Promise<unknown> {
    try {
      return await work();
    } catch (error) {
      this.#options.log.warn(event, { code: codeOf(error) });
      return error;
    }
  }
}
