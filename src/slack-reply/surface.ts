/** Shows one reply on Slack over the Web API: a status, then messages in the thread, which are streamed or edited as they grow. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply } from '../core/reply.ts';
import type { PageLimit } from '../markdown/paginate.ts';
import type { Leave } from '../reply/governor.ts';
import { Posts } from '../reply/posts.ts';
import { hindrancesIn } from '../notices/hindrances.ts';
import { escaped } from '../slack-text/escape.ts';
import { PAGE, STREAMED_PAGE } from '../slack-text/format.ts';
import { finalPagesOf, noticePage, type Page, settledPages, viewPages } from '../slack-text/pages.ts';
import { tableFilesOf } from '../slack-text/tables.ts';
import type { Call } from '../slack-api/calls.ts';
import type { Fields } from '../slack-api/fields.ts';
import { tellElsewhere, tellPrivately } from './elsewhere.ts';
import { Messages, type ThreadAddress } from './messages.ts';
import { Files, type GivenFile, isFiles, picturesOf, type Upload } from './files.ts';
import { NO_EDITING, NO_WRITING, refusalOf } from '../slack-api/refusals.ts';
import { StatusLine, type StatusOptions } from './status.ts';

export interface SurfaceOptions extends StatusOptions {
  readonly upload: Upload;
  /** Whether answers are streamed where only one person reads. */
  readonly streams: boolean;
  /** Milliseconds: Slack ends a stream after about five minutes, and then refuses to append and to stop. */
  readonly streamMs: number;
  /** Whether an earlier process began to answer, and may have made messages that it could not note. */
  readonly isResumed: boolean;
}

/** Milliseconds of wait for a stream for which posting is preferred, where that is free. */
const LONG_WAIT_MS = 2000;

/** The signal of what nobody calls off. */
const NEVER = new AbortController().signal;

/** One reply's messages. A show is tried once, the finished reply several times. */
export class SlackSurface implements ReplySurface {
  readonly #at: ThreadAddress;
  readonly #options: SurfaceOptions;
  readonly #messages: Messages;
  readonly #files: Files;
  readonly #limit: PageLimit;
  readonly #viewPages: (view: DraftView) => readonly Page[];
  #posts: Posts<Page>;
  readonly #status: StatusLine;
  /** Leave that was granted and not yet used. */
  #held: { readonly method: Call['method']; readonly leave: Leave } | undefined;
  #urgency: Urgency = 'first';
  #signal = NEVER;
  #isComplete: boolean;
  readonly whisper = (notice: string): Promise<boolean> => tellPrivately(notice, this.#at, this.#options);

  constructor(at: ThreadAddress, standing: readonly PostRef[], options: SurfaceOptions) {
    this.#at = at;
    this.#options = options;
    this.#isComplete = !options.isResumed;
    const { ladder, streamMs } = options;
    // One person and the bot.
    const streams = options.streams && at.channel.startsWith('D');
    const retrying = <T>(work: () => Promise<T>): Promise<T> => this.#retrying(work);
    const once = (call: Call): Promise<Fields> => this.#writeOnce(call);
    this.#messages = new Messages({ at, ladder, streams, streamMs, standing, write: once, retrying });
    this.#status = new StatusLine(at, options, () => this.#isShown);
    this.#limit = streams ? STREAMED_PAGE : PAGE;
    this.#viewPages = viewPages(this.#limit);
    this.#posts = new Posts<Page>(
      this.#messages,
      standing.filter((post) => !isFiles(post)),
    );
    const tools = { at, upload: options.upload, write: (call: Call) => this.#retrying(() => this.#writeOnce(call)) };
    this.#files = new Files(tools, standing.filter(isFiles));
  }

  /** Where Slack has no status, a message says what goes on until there is text. */
  async begin(view?: DraftView): Promise<void> {
    if (this.#isShown) return;
    this.#status.show(statusOf(view));
    if (this.#status.isPossible) return;
    this.#signal = NEVER;
    await this.#posts.sync([noticePage(this.#status.words)], 'growing');
  }

  async leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    this.#release();
    this.#urgency = urgency;
    this.#signal = signal;
    const call = this.#nextCall();
    this.#held = { method: call.method, leave: await this.#options.calls.leave(call, urgency, signal) };
  }

  async show(view: DraftView): Promise<readonly PostRef[]> {
    try {
      const shown = this.#pagesOf(view);
      if (shown.length > 0) this.#status.end();
      else this.#status.show(statusOf(view));
      const pages = shown.length > 0 || this.#status.isPossible ? shown : [noticePage(this.#status.words)];
      if (pages.length === 0 || this.#messages.isStopped) return this.#refs;
      await this.#complete();
      const refs = await this.#posts.sync(pages, 'growing');
      await this.#messages.settle(refs.slice(0, -1));
      return this.#refs;
    } finally {
      this.#release();
    }
  }

  async finish(reply: Reply): Promise<readonly PostRef[]> {
    this.#end();
    const tables = tableFilesOf(reply.text);
    const { files: pictures, unshown } = picturesOf(reply.images ?? []);
    try {
      await this.#complete();
      await this.#stand(finalPagesOf(reply, this.#limit, { unshown, files: tables.map(({ name }) => name) }));
      await this.#messages.settle(this.#posts.refs);
      await this.#hand(reply, [...tables, ...pictures]);
      return this.#refs;
    } catch (error) {
      this.#status.clear();
      if (NO_WRITING.has(refusalOf(error) ?? ''))
        await tellElsewhere(hindrancesIn(reply.language).mayNotWrite, this.#at, this.#options);
      throw error;
    }
  }

  async note(notice: string): Promise<void> {
    this.#end();
    await this.#messages.settle(this.#posts.refs);
    await this.#messages.create(noticePage(notice));
  }

  async retract(): Promise<void> {
    this.#end();
    await this.#complete();
    await Promise.all([this.#posts.sync([], 'final'), this.#files.show([])]);
  }

  abandon(): void {
    this.#status.end();
    this.#release();
  }

  /** Counts in what an earlier process left. */
  async #complete(): Promise<void> {
    if (this.#isComplete) return;
    const left = await this.#retrying(() => this.#messages.left());
    this.#posts = new Posts<Page>(this.#messages, [...this.#posts.refs, ...left]);
    this.#isComplete = true;
    // Only a new message takes it away.
    if (left.length > 0) this.#status.clear();
  }

  #pagesOf(view: DraftView): readonly Page[] {
    if (this.#messages.isStreaming) return settledPages(view, this.#limit);
    const { offer } = view;
    const pages = this.#viewPages(view);
    return pages.map((page, at) => (at === pages.length - 1 && offer !== undefined ? { ...page, offer } : page));
  }

  get #refs(): readonly PostRef[] {
    return [...this.#posts.refs, ...this.#files.refs];
  }

  /** The files stand below the text, which tells of pictures where no file may be posted. */
  async #hand(reply: Reply, files: readonly GivenFile[]): Promise<void> {
    try {
      await this.#files.show(files);
    } catch (error) {
      if (!(error instanceof PlatformRejected)) throw error;
      this.#options.log.warn('slack.files-refused', { channel: this.#at.channel, code: refusalOf(error) });
      await this.#stand(finalPagesOf(reply, this.#limit, { unshown: reply.images?.length ?? 0 }));
    }
  }

  /** Where what stands cannot be edited, the answer is posted anew and the rest taken away. */
  async #stand(pages: readonly Page[]): Promise<void> {
    try {
      await this.#posts.sync(pages, 'final');
    } catch (error) {
      if (!NO_EDITING.has(refusalOf(error) ?? '')) throw error;
      const former = this.#posts.refs;
      this.#options.log.warn('slack.edit-refused', { channel: this.#at.channel, code: refusalOf(error) });
      this.#posts = new Posts<Page>(this.#messages, []);
      await this.#posts.sync(pages, 'final');
      for (const post of former) await this.#tolerating('slack.left-standing', () => this.#messages.remove(post));
    }
  }

  /** From here on every write is tried until it stands. */
  #end(): void {
    this.abandon();
    this.#urgency = 'ending';
    this.#signal = NEVER;
    this.#messages.end();
  }

  /** A stream that would have to wait for long is not worth it. */
  #nextCall(): Call {
    const { calls } = this.#options;
    const call = this.#messages.next(this.#posts.refs.at(-1));
    if (call.method !== 'chat.startStream' || calls.waitMs(call, 'first') < LONG_WAIT_MS) return call;
    this.#messages.leaveStreaming();
    return this.#messages.next(undefined);
  }

  get #isShown(): boolean {
    return this.#urgency === 'ending' || this.#posts.refs.length > 0;
  }

  async #tolerating(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      const { status, platformCode } = error.failure;
      this.#options.log.debug(event, { channel: this.#at.channel, status, code: platformCode });
    }
  }

  /** What ends a reply is tried until it stands. */
  #retrying<T>(work: () => Promise<T>): Promise<T> {
    return this.#urgency === 'ending' ? this.#options.calls.retrying(work) : work();
  }

  async #writeOnce(call: Call): Promise<Fields> {
    return this.#options.calls.send(call, await this.#leaveFor(call));
  }

  /** What was granted before, where it is for such a call. The next message of a reply whose last one is full is in a hurry. */
  async #leaveFor(call: Call): Promise<Leave> {
    const held = this.#held;
    if (held?.method === call.method) {
      this.#held = undefined;
      return held.leave;
    }
    const isNext = this.#urgency === 'text' && call.method !== 'chat.update' && call.method !== 'chat.appendStream';
    return this.#options.calls.leave(call, isNext ? 'first' : this.#urgency, this.#signal);
  }

  #release(): void {
    this.#held?.leave.unused();
    this.#held = undefined;
  }
}

/** What goes on, as it follows the bot's name. A headline of the model's thoughts stands by itself. */
function statusOf(view: DraftView | undefined): string | undefined {
  return view?.headline === undefined ? view?.isDoing : escaped(`💭 ${view.headline}`);
}
