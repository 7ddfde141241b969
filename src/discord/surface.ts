/** Shows one reply on Discord over REST: opens its thread, types, and keeps a run of messages equal to the answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { type InternalRequest, RequestMethod, type REST, Routes } from 'discord.js';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { Log, ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply } from '../core/reply.ts';
import type { Governor, Leave } from '../reply/governor.ts';
import { Posts } from '../reply/posts.ts';
import { learnedOf, platformErrorOf } from './answers.ts';
import { messageRoute } from './client.ts';
import { noticeOf } from './foot.ts';
import { bodyOf, creationOf, isShownBy, NOTE, type Page, type Posted } from './pages.ts';
import { replyPagesOf, viewPagesOf, withoutPictures } from './pages.ts';

export interface SurfaceOptions {
  readonly rest: REST;
  readonly governor: Governor;
  readonly log: Log;
  /** Writes of each kind that a channel takes per window, until Discord's answers say otherwise. */
  readonly writes: { readonly limit: number; readonly windowMs: number };
  /** Milliseconds between two signs of typing; Discord drops each after 10 000. */
  readonly typingMs: number;
  /** Milliseconds before a finished reply is tried again; doubled each time. */
  readonly retryMs: number;
}

/** How often a write of the finished reply is tried, and the longest wait that Discord may ask of it. */
const ATTEMPTS = 5;
const MAX_WAIT_MS = 20_000;

/** A message that has a thread cannot get another. @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const THREAD_EXISTS = 160_004;
const UNKNOWN_MESSAGE = 10_008;

type Write = 'create' | 'edit' | 'remove';

/** One reply's messages. A show is tried once, the finished reply several times. */
export class DiscordSurface implements ReplySurface {
  readonly #to: ReplyAddress;
  readonly #options: SurfaceOptions;
  readonly #posts: Posts<Page>;
  #channel: Promise<string> | undefined;
  #typing: NodeJS.Timeout | undefined;
  /** Leave that was granted and not yet used. */
  #held: { readonly write: Write; readonly leave: Leave } | undefined;
  #urgency: Urgency = 'first';
  #signal: AbortSignal = new AbortController().signal;

  constructor(to: ReplyAddress, standing: readonly PostRef[], options: SurfaceOptions) {
    this.#to = to;
    this.#options = options;
    if (standing[0] !== undefined) this.#channel = Promise.resolve(standing[0].channel);
    this.#posts = new Posts(
      {
        create: (page, index) => this.#post(page, String(index)),
        edit: (post, page) => this.#edit(post, page),
        remove: (post) => this.#remove(post),
      },
      standing,
    );
  }

  async begin(): Promise<void> {
    const channel = await this.#place();
    // Others would see it, and the asker sees that the command is being answered.
    if (this.#typing !== undefined || this.#to.hidden !== undefined) return;
    this.#typing = setInterval(() => this.#type(channel), this.#options.typingMs);
    this.#type(channel);
  }

  async leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    this.#release();
    this.#urgency = urgency;
    this.#signal = signal;
    const write = this.#posts.refs.length === 0 ? 'create' : 'edit';
    this.#held = { write, leave: await this.#ask(write, await this.#place()) };
  }

  async show(view: DraftView): Promise<readonly PostRef[]> {
    try {
      const pages = viewPagesOf(view);
      if (pages.length === 0) return this.#posts.refs;
      if (view.text !== '') this.#stopTyping();
      return await this.#posts.sync(pages, 'growing');
    } finally {
      this.#release();
    }
  }

  async finish(reply: Reply): Promise<readonly PostRef[]> {
    this.#end();
    try {
      return await this.#posts.sync(replyPagesOf(reply), 'final');
    } catch (error) {
      if (reply.images === undefined || !(error instanceof PlatformRejected)) throw error;
      const { status, platformCode } = error.failure;
      this.#options.log.warn('discord.pictures-refused', { channel: await this.#place(), status, platformCode });
      return this.#posts.sync(withoutPictures(reply), 'final');
    }
  }

  async note(notice: string): Promise<void> {
    this.#end();
    await this.#post({ content: noticeOf(notice), files: [] }, NOTE);
  }

  abandon(): void {
    this.#stopTyping();
    this.#release();
  }

  /** From here on every write is tried until it stands. */
  #end(): void {
    this.abandon();
    this.#urgency = 'ending';
    this.#signal = new AbortController().signal;
  }

  /** The channel that is written to; found once, also when `begin` was never called. */
  #place(): Promise<string> {
    this.#channel ??= this.#openThread();
    return this.#channel;
  }

  /** Where a thread cannot be opened, for whatever reason, the answer comes in place. */
  async #openThread(): Promise<string> {
    const { channel, message, openThread } = this.#to;
    if (openThread === undefined) return channel;
    const fullRoute = Routes.threads(channel, message);
    try {
      await this.#retrying(() => this.#send({ method: RequestMethod.Post, fullRoute, body: { name: openThread } }));
      return message;
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      // An earlier attempt opened it. A thread has the id of its message.
      if (error.failure.platformCode === THREAD_EXISTS) return message;
      const { status, platformCode, retryAfterMs } = error.failure;
      this.#options.log.warn('discord.thread-refused', { channel, status, platformCode, retryAfterMs });
      return channel;
    }
  }

  #type(channel: string): void {
    // Not awaited: a sign of life that fails or comes late must not hold back what it announces.
    void this.#options.rest.post(Routes.channelTyping(channel)).catch((thrown: unknown) => {
      const error = platformErrorOf(thrown);
      if (!error.retryable) this.#stopTyping();
      this.#options.log.debug('discord.typing-refused', { channel, status: error.failure.status });
    });
  }

  #stopTyping(): void {
    clearInterval(this.#typing);
  }

  /** @param name Tells this post from the others of the reply, so that it is made once however often it is tried. */
  async #post(page: Page, name: string): Promise<PostRef> {
    const channel = await this.#place();
    const answer = await this.#write('create', {
      method: RequestMethod.Post,
      fullRoute: messageRoute(this.#to, channel),
      files: [...page.files],
      body: creationOf(page, this.#to, { channel, name }),
    });
    // Discord answers a created message with the message, which has all of this.
    const posted = answer as Posted;
    const post = { channel, message: posted.id };
    // A repeated nonce gives back what an earlier attempt posted, with the text or the pictures of then.
    if (!isShownBy(posted, page)) await this.#edit(post, page);
    return post;
  }

  async #edit({ channel, message }: PostRef, page: Page): Promise<boolean> {
    const fullRoute = messageRoute(this.#to, channel, message);
    const request = { method: RequestMethod.Patch, fullRoute, files: [...page.files], body: bodyOf(page) };
    return !(await this.#isGone(() => this.#write('edit', request)));
  }

  async #remove({ channel, message }: PostRef): Promise<void> {
    const request = { method: RequestMethod.Delete, fullRoute: messageRoute(this.#to, channel, message) };
    await this.#isGone(() => this.#write('remove', request));
  }

  /** Whether the message turned out to be deleted. */
  #isGone(work: () => Promise<unknown>): Promise<boolean> {
    return work().then(
      () => false,
      (error: unknown) => {
        if (error instanceof PlatformRejected && error.failure.platformCode === UNKNOWN_MESSAGE) return true;
        throw error;
      },
    );
  }

  async #write(write: Write, request: InternalRequest): Promise<unknown> {
    const channel = await this.#place();
    const once = async () => {
      const held = this.#held?.write === write ? this.#held.leave : undefined;
      if (held !== undefined) this.#held = undefined;
      return this.#send(request, held ?? (await this.#ask(write, channel)));
    };
    return this.#urgency === 'ending' ? this.#retrying(once) : once();
  }

  async #retrying(work: () => Promise<unknown>): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const { retryAfterMs = 0 } = error instanceof PlatformUnavailable ? error.failure : {};
        if (!(error instanceof PlatformUnavailable) || attempt >= ATTEMPTS || retryAfterMs > MAX_WAIT_MS) throw error;
        await delay(Math.max(retryAfterMs, this.#options.retryMs * 2 ** (attempt - 1)));
      }
    }
  }

  /** Sends once and tells the governor what the answer said. */
  async #send(request: InternalRequest, leave?: Leave): Promise<unknown> {
    try {
      const response = await this.#options.rest.queueRequest(request);
      leave?.done(learnedOf(response.headers));
      return response.status === 204 ? undefined : await response.json();
    } catch (thrown) {
      const error = platformErrorOf(thrown);
      const { retryAfterMs } = error.failure;
      leave?.done(retryAfterMs === undefined ? {} : { retryAfterMs });
      throw error;
    }
  }

  #ask(write: Write, channel: string): Promise<Leave> {
    const { governor, writes } = this.#options;
    return governor.leave({ name: `discord ${write} ${channel}`, ...writes }, this.#urgency, this.#signal);
  }

  #release(): void {
    this.#held?.leave.unused();
    this.#held = undefined;
  }
}
