/** The messages of a reply that are streamed: begun, appended to, ended; and what follows when Slack will not go on. */
import { PlatformUnavailable } from '../core/errors.ts';
import type { PostRef } from '../core/reply.ts';
import { blocksBelow, type Page } from '../slack-text/pages.ts';
import type { Call } from '../slack-api/calls.ts';
import { type Fields, textIn } from '../slack-api/fields.ts';
import type { ThreadAddress } from './messages.ts';
import { GONE, isRateLimit, NO_WRITING, refusalOf } from '../slack-api/refusals.ts';

export interface StreamsOptions {
  readonly at: ThreadAddress;
  /** Milliseconds after which a message is streamed no longer. */
  readonly streamMs: number;
  /** Makes a call with leave, once. */
  readonly write: (call: Call) => Promise<Fields>;
}

/** A message that is being streamed. */
interface Stream {
  /** What was surely appended; undefined where a call was lost on its way. */
  sent: string | undefined;
  readonly startedAt: number;
}

/** What became of a page that was to be streamed; `edit` where its message has to be edited instead. */
type Outcome = 'shown' | 'gone' | 'edit';

export class Streams {
  readonly #options: StreamsOptions;
  readonly #streams = new Map<string, Stream>();
  #isStopped = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Whether a reader stopped the answer: what stands is left alone until the reply is finished. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  isLive(post: PostRef): boolean {
    return this.#streams.has(post.message);
  }

  /** What the message shows is not known, but that it is a stream. */
  adopt(post: PostRef): void {
    this.#streams.set(post.message, { sent: undefined, startedAt: performance.now() });
  }

  /** Begins a message with the page. */
  async start(page: Page): Promise<PostRef> {
    const { channel, thread } = this.#options.at;
    const chunks = [{ type: 'markdown_text', text: page.markdown }];
    const answer = await this.#options.write(this.#call('chat.startStream', { thread_ts: thread, chunks }));
    const message = textIn(answer, 'ts');
    if (message === undefined) throw new PlatformUnavailable('Slack did not say which message it began.');
    this.#streams.set(message, { sent: page.markdown, startedAt: performance.now() });
    return { channel, message };
  }

  /** Appends what is new to a stream, or ends it with that; `edit` where the message has to be edited instead. */
  async grow(post: PostRef, page: Page, isEnding: boolean): Promise<Outcome> {
    const stream = this.#streams.get(post.message);
    if (stream === undefined) return 'edit';
    if (this.#isStopped && !isEnding) return 'shown';
    const { sent } = stream;
    const isLate = performance.now() - stream.startedAt > this.#options.streamMs;
    const goesOn = sent !== undefined && page.markdown.startsWith(sent);
    if (!goesOn || isLate || (page.foot.length > 0 && !isEnding)) {
      await this.stop(post);
      return 'edit';
    }
    const rest = page.markdown.slice(sent.length);
    const text = rest === '' ? {} : { chunks: [{ type: 'markdown_text', text: rest }] };
    try {
      if (isEnding) {
        const below = blocksBelow(page);
        const blocks = below.length === 0 ? {} : { blocks: below };
        await this.#options.write(this.#call('chat.stopStream', { ts: post.message, ...text, ...blocks }));
        this.#streams.delete(post.message);
      } else if (rest !== '') {
        await this.#options.write(this.#call('chat.appendStream', { ts: post.message, ...text }));
      }
      stream.sent = page.markdown;
      return 'shown';
    } catch (error) {
      return this.#fellBack(post, { stream, isEnding }, error);
    }
  }

  async #fellBack(
    post: PostRef,
    { stream, isEnding }: { readonly stream: Stream; readonly isEnding: boolean },
    error: unknown,
  ): Promise<Outcome> {
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
      if (!isEnding) return 'shown';
    }
    if (code === 'message_not_in_streaming_state' || code === 'stopped_by_user') this.#streams.delete(post.message);
    else await this.stop(post);
    return 'edit';
  }

  /** Ends a stream as it is; nothing for a message without one. */
  async stop(post: PostRef): Promise<void> {
    if (!this.#streams.has(post.message)) return;
    try {
      await this.#options.write(this.#call('chat.stopStream', { ts: post.message }));
    } catch (error) {
      // Whatever the reason, there is no stream that could be stopped.
      if (refusalOf(error) === undefined) throw error;
    }
    this.#streams.delete(post.message);
  }

  #call(method: Call['method'], args: Call['args']): Call {
    const { team, channel } = this.#options.at;
    return { method, team, args: { channel, ...args } };
  }
}
