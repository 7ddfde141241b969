/** Writes the messages of one reply: streams them where Slack does that, else posts and edits them, also from mid-answer on. */
import { PlatformUnavailable } from '../core/errors.ts';
import type { PostRef } from '../core/reply.ts';
import type { PostWriter } from '../reply/posts.ts';
import { contentOf, footBlocks, type Page, plainContentOf } from '../slack-text/pages.ts';
import type { Call } from './calls.ts';
import { type Fields, textIn } from './fields.ts';
import type { Ladder } from './ladder.ts';
import { GONE, isRateLimit, NO_WRITING, NOT_SHOWN, refusalOf } from './refusals.ts';

/** Where the messages of a reply stand. */
export interface ThreadAddress {
  readonly team: string;
  readonly channel: string;
  /** The first message of the thread; absent where the answer stands in the channel itself. */
  readonly thread?: string;
}

export interface MessagesOptions {
  readonly at: ThreadAddress;
  readonly ladder: Ladder;
  /** Whether this conversation shows a stream to all who read it. */
  readonly streams: boolean;
  /** Milliseconds after which a message is streamed no longer. */
  readonly streamMs: number;
  /** Makes a call with leave, and again and again when the reply is finished. */
  readonly write: (call: Call) => Promise<Fields>;
}

/** A message that is being streamed. */
interface Stream {
  /** What was surely appended; undefined where a call was lost on its way. */
  sent: string | undefined;
  readonly startedAt: number;
}

export class Messages implements PostWriter<Page> {
  readonly #options: MessagesOptions;
  readonly #streams = new Map<string, Stream>();
  #isStreaming: boolean;
  #isStopped = false;
  #isEnding = false;

  constructor(options: MessagesOptions) {
    this.#options = options;
    // A stream stands in a thread.
    const mayStream = options.streams && options.at.thread !== undefined;
    this.#isStreaming = mayStream && options.ladder.mayTry('chat.startStream', options.at);
  }

  /** Whether the next message of the growing answer would be streamed. */
  get isStreaming(): boolean {
    return this.#isStreaming;
  }

  /** Whether a reader stopped the answer: what stands is left alone until the reply is finished. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** From here on pages are whole: a stream is ended with its rest, and nothing new is streamed. */
  end(): void {
    this.#isEnding = true;
    this.#isStreaming = false;
  }

  /** This answer goes on without streaming. */
  leaveStreaming(): void {
    this.#isStreaming = false;
  }

  /** The next call for a message that stands, or for a new one. */
  next(post: PostRef | undefined): Call {
    const { at } = this.#options;
    if (post === undefined) return this.#call(this.#isStreaming ? 'chat.startStream' : 'chat.postMessage');
    if (this.#isLive(post)) return this.#call('chat.appendStream', { ts: post.message });
    return { method: 'chat.update', team: at.team, args: { channel: post.channel, ts: post.message } };
  }

  async create(page: Page): Promise<PostRef> {
    const started = this.#isStreaming ? await this.#start(page) : undefined;
    return started ?? this.#posted(page);
  }

  async edit(post: PostRef, page: Page): Promise<boolean> {
    const stream = this.#streams.get(post.message);
    if (stream !== undefined) {
      if (this.#isStopped && !this.#isEnding) return true;
      const outcome = await this.#grow(post, stream, page);
      if (outcome !== 'update') return outcome === 'shown';
    }
    return this.#update(post, page);
  }

  async remove(post: PostRef): Promise<void> {
    await this.#stop(post);
    const args = { channel: post.channel, ts: post.message };
    await this.#unlessGone(() => this.#options.write({ method: 'chat.delete', team: this.#options.at.team, args }));
  }

  /** Ends the streams of these messages. What a stream shows then stays as it is, until it is edited. */
  async settle(posts: readonly PostRef[]): Promise<void> {
    await Promise.all(posts.map((post) => this.#stop(post)));
  }

  async #start(page: Page): Promise<PostRef | undefined> {
    const { at, ladder } = this.#options;
    const chunks = [{ type: 'markdown_text', text: page.markdown }];
    try {
      const answer = await this.#options.write(this.#call('chat.startStream', { thread_ts: at.thread, chunks }));
      const message = textIn(answer, 'ts');
      if (message === undefined) throw new PlatformUnavailable('Slack did not say which message it began.');
      this.#streams.set(message, { sent: page.markdown, startedAt: performance.now() });
      return { channel: at.channel, message };
    } catch (error) {
      this.#isStreaming = false;
      const code = refusalOf(error);
      const isRefused = code !== undefined || isRateLimit(error);
      if (!isRefused || (code !== undefined && NO_WRITING.has(code))) throw error;
      if (code !== undefined) ladder.refused('chat.startStream', at, code);
      return undefined;
    }
  }

  /** Appends what is new to a stream, or ends it with that; `update` where the message has to be edited instead. */
  async #grow(post: PostRef, stream: Stream, page: Page): Promise<'shown' | 'gone' | 'update'> {
    const { sent } = stream;
    const isLate = performance.now() - stream.startedAt > this.#options.streamMs;
    const goesOn = sent !== undefined && page.markdown.startsWith(sent);
    if (!goesOn || isLate || (page.foot.length > 0 && !this.#isEnding)) {
      await this.#stop(post);
      return 'update';
    }
    const rest = page.markdown.slice(sent.length);
    const text = rest === '' ? {} : { chunks: [{ type: 'markdown_text', text: rest }] };
    try {
      if (this.#isEnding) {
        const blocks = page.foot.length === 0 ? {} : { blocks: footBlocks(page) };
        await this.#options.write(this.#call('chat.stopStream', { ts: post.message, ...text, ...blocks }));
        this.#streams.delete(post.message);
      } else if (rest !== '') {
        await this.#options.write(this.#call('chat.appendStream', { ts: post.message, ...text }));
      }
      stream.sent = page.markdown;
      return 'shown';
    } catch (error) {
      return this.#fellBack(post, stream, error);
    }
  }

  async #fellBack(post: PostRef, stream: Stream, error: unknown): Promise<'shown' | 'gone' | 'update'> {
    const code = refusalOf(error);
    if (code === undefined) {
      // What a lost call did is not known; what was refused did nothing.
      if (!isRateLimit(error)) stream.sent = undefined;
      throw error;
    }
    if (GONE.has(code)) return 'gone';
    if (NO_WRITING.has(code)) throw error;
    if (code === 'stopped_by_user') {
      this.#isStopped = true;
      if (!this.#isEnding) return 'shown';
    }
    if (code === 'message_not_in_streaming_state' || code === 'stopped_by_user') this.#streams.delete(post.message);
    else await this.#stop(post);
    return 'update';
  }

  /** Ends a stream as it is; nothing for a message without one. */
  async #stop(post: PostRef): Promise<void> {
    if (!this.#streams.has(post.message)) return;
    try {
      await this.#options.write(this.#call('chat.stopStream', { ts: post.message }));
    } catch (error) {
      // Whatever the reason, there is no stream that could be stopped.
      if (refusalOf(error) === undefined) throw error;
    }
    this.#streams.delete(post.message);
  }

  async #posted(page: Page): Promise<PostRef> {
    const { at, write } = this.#options;
    const silent = { unfurl_links: false, unfurl_media: false };
    const args = { ...(at.thread === undefined ? {} : { thread_ts: at.thread }), ...silent };
    const send = (content: object): Promise<Fields> => write(this.#call('chat.postMessage', { ...args, ...content }));
    const answer = await shownSomehow(page, send);
    const message = textIn(answer, 'ts');
    if (message === undefined) throw new PlatformUnavailable('Slack did not say which message it posted.');
    return { channel: at.channel, message };
  }

  async #update(post: PostRef, page: Page): Promise<boolean> {
    const { at, write } = this.#options;
    // Without it an edit makes links and mentions of plain text.
    const args = { channel: post.channel, ts: post.message, parse: 'none' };
    const send = (content: object): Promise<Fields> =>
      write({ method: 'chat.update', team: at.team, args: { ...args, ...content } });
    return this.#unlessGone(async () => {
      try {
        await shownSomehow(page, send);
      } catch (error) {
        if (refusalOf(error) !== 'streaming_state_conflict') throw error;
        this.#streams.set(post.message, { sent: undefined, startedAt: performance.now() });
        await this.#stop(post);
        await shownSomehow(page, send);
      }
    });
  }

  async #unlessGone(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (GONE.has(refusalOf(error) ?? '')) return false;
      throw error;
    }
  }

  #isLive(post: PostRef): boolean {
    return this.#streams.has(post.message);
  }

  #call(method: Call['method'], args: Call['args'] = {}): Call {
    const { team, channel } = this.#options.at;
    return { method, team, args: { channel, ...args } };
  }
}

/** Shows the page as Markdown or, where Slack does not take that, as it is written. */
async function shownSomehow(page: Page, send: (content: object) => Promise<Fields>): Promise<Fields> {
  try {
    return await send(contentOf(page));
  } catch (error) {
    if (!NOT_SHOWN.has(refusalOf(error) ?? '')) throw error;
    return send(plainContentOf(page));
  }
}
