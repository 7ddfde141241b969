/** Writes the messages of one reply: streams them where Slack does that, else posts and edits them, also from mid-answer on. */
import { PlatformUnavailable } from '../core/errors.ts';
import type { PostRef } from '../core/reply.ts';
import type { PostWriter } from '../reply/posts.ts';
import { contentOf, type Page, plainContentOf } from '../slack-text/pages.ts';
import type { Call } from '../slack-api/calls.ts';
import { type Fields, textIn } from '../slack-api/fields.ts';
import { isLost, lostPost, postsLeft } from './lost.ts';
import { GONE, isRateLimit, type Ladder, NO_WRITING, NOT_SHOWN, refusalOf } from '../slack-api/refusals.ts';
import { Streams } from './streams.ts';

/** Where the messages of a reply stand. */
export interface ThreadAddress {
  readonly team: string;
  readonly channel: string;
  /** The first message of the thread; absent where the answer stands in the channel itself. */
  readonly thread?: string;
  /** The message that is answered. */
  readonly question: string;
  /** Whoever asked, where that is known. */
  readonly asker?: string;
}

export interface MessagesOptions {
  readonly at: ThreadAddress;
  readonly ladder: Ladder;
  /** Whether this conversation shows a stream to all who read it. */
  readonly streams: boolean;
  /** Milliseconds after which a message is streamed no longer. */
  readonly streamMs: number;
  /** The messages that stood before this attempt. */
  readonly standing: readonly PostRef[];
  /** Makes a call with leave, once. */
  readonly write: (call: Call) => Promise<Fields>;
  /** Does it again and again when the reply is finished. */
  readonly retrying: <T>(work: () => Promise<T>) => Promise<T>;
}

export class Messages implements PostWriter<Page> {
  readonly #options: MessagesOptions;
  readonly #streams: Streams;
  #isStreaming: boolean;
  #isEnding = false;
  /** The reply's messages; and whether there may be one more, whose making was lost. */
  readonly #known: Set<string>;
  #isOneLost = false;

  constructor(options: MessagesOptions) {
    this.#options = options;
    this.#streams = new Streams(options);
    this.#known = new Set(options.standing.map(({ message }) => message));
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
    return this.#streams.isStopped;
  }

  /** What an earlier process made for this answer and did not come to note; from here on it is known. */
  async left(): Promise<readonly PostRef[]> {
    const left = await postsLeft(this.#options.at, this.#known, this.#options.write);
    for (const { message } of left) this.#known.add(message);
    return left;
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
    if (this.#streams.isLive(post)) return this.#call('chat.appendStream', { ts: post.message });
    return { method: 'chat.update', team: at.team, args: { channel: post.channel, ts: post.message } };
  }

  /** Made once, however often it is tried: before it is tried again, the one that may have been lost is looked for. */
  create(page: Page): Promise<PostRef> {
    return this.#options.retrying(async () => {
      const lost = this.#isOneLost ? await lostPost(this.#options.at, this.#known, this.#options.write) : undefined;
      this.#isOneLost = false;
      const post = lost ?? (await this.#created(page));
      this.#known.add(post.message);
      if (lost !== undefined) await this.#update(lost, page);
      return post;
    });
  }

  edit(post: PostRef, page: Page): Promise<boolean> {
    return this.#options.retrying(() => this.#edited(post, page));
  }

  async #edited(post: PostRef, page: Page): Promise<boolean> {
    const outcome = await this.#streams.grow(post, page, this.#isEnding);
    if (outcome !== 'edit') return outcome === 'shown';
    return this.#update(post, page);
  }

  async remove(post: PostRef): Promise<void> {
    const { at, write, retrying } = this.#options;
    const args = { channel: post.channel, ts: post.message };
    await retrying(async () => {
      await this.#streams.stop(post);
      await this.#unlessGone(() => write({ method: 'chat.delete', team: at.team, args }));
    });
  }

  /** Ends the streams of these messages. What a stream shows then stays as it is, until it is edited. */
  async settle(posts: readonly PostRef[]): Promise<void> {
    await Promise.all(posts.map((post) => this.#options.retrying(() => this.#streams.stop(post))));
  }

  async #created(page: Page): Promise<PostRef> {
    try {
      return (this.#isStreaming ? await this.#start(page) : undefined) ?? (await this.#posted(page));
    } catch (error) {
      this.#isOneLost = isLost(error);
      throw error;
    }
  }

  /** Undefined where the message has to be posted instead. */
  async #start(page: Page): Promise<PostRef | undefined> {
    const { at, ladder } = this.#options;
    try {
      return await this.#streams.start(page);
    } catch (error) {
      this.#isStreaming = false;
      const code = refusalOf(error);
      const isRefused = code !== undefined || isRateLimit(error);
      if (!isRefused || (code !== undefined && NO_WRITING.has(code))) throw error;
      if (code !== undefined) ladder.refused('chat.startStream', at, code);
      return undefined;
    }
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
        this.#streams.adopt(post);
        await this.#streams.stop(post);
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
