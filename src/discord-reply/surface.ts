/** Shows one reply on Discord over REST: opens its thread, types, and keeps a run of messages equal to the answer. */
import { RequestMethod, Routes } from 'discord.js';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { Log, ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply } from '../core/reply.ts';
import type { Leave } from '../reply/governor.ts';
import { Posts, type PostWriter } from '../reply/posts.ts';
import { postedBelow } from './below.ts';
import { messageRoute } from './routes.ts';
import { noticeOf } from '../discord-text/foot.ts';
import { bodyOf, creationOf, isShownBy, NOTE, type Page, type Posted } from '../discord-text/pages.ts';
import { lesserPagesOf, replyPagesOf, viewPages } from '../discord-text/pages.ts';
import type { Request, Requests } from './requests.ts';

export interface SurfaceOptions {
  readonly requests: Requests;
  readonly log: Log;
  /** Milliseconds between two signs of typing; Discord drops each after 10 000. */
  readonly typingMs: number;
}

/** A message that has a thread cannot get another. @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const THREAD_EXISTS = 160_004;
const UNKNOWN_MESSAGE = 10_008;
const REPLY_NEEDS_HISTORY = 160_002;

/** The signal of what nobody calls off. */
const NEVER = new AbortController().signal;

/** One reply's messages. A show is tried once, the finished reply several times. */
export class DiscordSurface implements ReplySurface {
  readonly #to: ReplyAddress;
  readonly #options: SurfaceOptions;
  readonly #writer: PostWriter<Page> = {
    create: (page, index) => this.#post(page, String(index)),
    edit: (post, page) => this.#edit(post, page),
    remove: (post) => this.#remove(post),
  };
  #posts: Posts<Page>;
  readonly #pagesOf = viewPages();
  #channel: Promise<string> | undefined;
  #typing: NodeJS.Timeout | undefined;
  /** Leave that was granted and not yet used. */
  #held: { readonly kind: Request['kind']; readonly leave: Leave } | undefined;
  #urgency: Urgency = 'first';
  #signal = NEVER;

  constructor(to: ReplyAddress, standing: readonly PostRef[], options: SurfaceOptions) {
    this.#to = to;
    this.#options = options;
    if (standing[0] !== undefined) this.#channel = Promise.resolve(standing[0].channel);
    this.#posts = new Posts(this.#writer, standing);
  }

  async begin(): Promise<void> {
    const channel = await this.#place();
    // Others would see what the asker does; and only a new message ends the sign: where one is filled, it would outlast that.
    if (this.#typing !== undefined || this.#to.hidden !== undefined || this.#posts.refs.length > 0) return;
    // Not awaited: a sign of life that fails or comes late must not hold back what it announces.
    this.#typing = setInterval(() => void this.#type(channel), this.#options.typingMs);
    void this.#type(channel);
  }

  async leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    this.#release();
    this.#urgency = urgency;
    this.#signal = signal;
    const kind = this.#posts.refs.length === 0 ? 'create' : 'edit';
    const channel = this.#counted(await this.#place());
    this.#held = { kind, leave: await this.#options.requests.leave({ kind, channel }, urgency, signal) };
  }

  async show(view: DraftView): Promise<readonly PostRef[]> {
    try {
      const pages = this.#pagesOf(view);
      if (pages.length === 0) return this.#posts.refs;
      if (view.text !== '') this.#stopTyping();
      return await this.#posts.sync(pages, 'growing');
    } finally {
      this.#release();
    }
  }

  async finish(reply: Reply): Promise<readonly PostRef[]> {
    this.#end();
    const [pages, stood] = [replyPagesOf(reply), this.#posts.refs.length];
    try {
      return await this.#posts.sync(pages, 'final');
    } catch (error) {
      if (!(error instanceof PlatformRejected)) throw error;
      const { status, platformCode } = error.failure;
      const less = lesserPagesOf(reply, platformCode);
      if (less === undefined && stood === 0) throw error;
      if (less === undefined)
        return (this.#posts = await postedBelow(pages, this.#posts.refs, { ...this.#options, writer: this.#writer }))
          .refs;
      this.#options.log.warn(`discord.${less.without}-refused`, { channel: await this.#place(), status, platformCode });
      return this.#posts.sync(less.pages, 'final');
    }
  }

  async note(notice: string): Promise<void> {
    this.#end();
    await this.#post({ content: noticeOf(notice), files: [] }, NOTE);
  }

  async retract(): Promise<void> {
    this.#end();
    await this.#posts.sync([], 'final');
  }

  abandon(): void {
    this.#stopTyping();
    this.#release();
  }

  /** From here on every write is tried until it stands. */
  #end(): void {
    this.abandon();
    this.#urgency = 'ending';
    this.#signal = NEVER;
  }

  /** The channel that is written to; found once. */
  #place(): Promise<string> {
    return (this.#channel ??= this.#openThread());
  }

  /** Where a write counts: one that only its asker sees is written by its command, and not in the channel. */
  #counted(channel: string): string {
    return this.#to.hidden === undefined ? channel : `${channel} ${this.#to.message}`;
  }

  /** Where a thread cannot be opened, for whatever reason, the answer comes in place. */
  async #openThread(): Promise<string> {
    const { channel, message, openThread } = this.#to;
    if (openThread === undefined) return channel;
    const { requests, log } = this.#options;
    const route = Routes.threads(channel, message);
    const request = { kind: 'thread', channel, method: RequestMethod.Post, route, body: { name: openThread } } as const;
    const once = async () => requests.send(request, await requests.leave(request, 'first', NEVER));
    try {
      await requests.retrying(once);
      return message;
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      // An earlier attempt opened it. A thread has the id of its message.
      if (error.failure.platformCode === THREAD_EXISTS) return message;
      const { status, platformCode, retryAfterMs } = error.failure;
      log.warn('discord.thread-refused', { channel, status, platformCode, retryAfterMs });
      return channel;
    }
  }

  async #type(channel: string): Promise<void> {
    const { requests, log } = this.#options;
    const request = {
      kind: 'typing',
      channel,
      method: RequestMethod.Post,
      route: Routes.channelTyping(channel),
    } as const;
    // A sign of life is not worth a wait: neither its own nor that of text behind it.
    if (!requests.isFree(request)) return;
    try {
      await requests.send(request, await requests.leave(request, 'text', NEVER));
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      if (!error.retryable) this.#stopTyping();
      log.debug('discord.typing-refused', { channel, status: error.failure.status });
    }
  }

  #stopTyping(): void {
    clearInterval(this.#typing);
  }

  /** @param name Tells this post from the others of the reply, so that it is made once however often it is tried. */
  async #post(page: Page, name: string): Promise<PostRef> {
    const channel = await this.#place();
    const request = {
      kind: 'create',
      channel: this.#counted(channel),
      method: RequestMethod.Post,
      route: messageRoute(this.#to, channel),
      files: page.files,
    } as const;
    const body = creationOf(page, this.#to, { channel, name });
    const answer = await this.#write({ ...request, body }).catch((error: unknown) => {
      if (!(error instanceof PlatformRejected) || error.failure.platformCode !== REPLY_NEEDS_HISTORY) throw error;
      // What may not be read may not be replied to; it can still be answered.
      return this.#write({ ...request, body: { ...body, message_reference: undefined } });
    });
    // Discord answers a created message with the message, which has all of this.
    const posted = answer as Posted;
    const post = { channel, message: posted.id };
    // A repeated nonce gives back what an earlier attempt posted, with the text or the pictures of then.
    if (!isShownBy(posted, page)) await this.#edit(post, page);
    return post;
  }

  async #edit({ channel, message }: PostRef, page: Page): Promise<boolean> {
    const what = { route: messageRoute(this.#to, channel, message), files: page.files, body: bodyOf(page) };
    return !(await this.#isGone({
      kind: 'edit',
      channel: this.#counted(channel),
      method: RequestMethod.Patch,
      ...what,
    }));
  }

  async #remove({ channel, message }: PostRef): Promise<void> {
    const route = messageRoute(this.#to, channel, message);
    await this.#isGone({ kind: 'remove', channel: this.#counted(channel), method: RequestMethod.Delete, route });
  }

  /** Makes a write, and tells whether its message turned out to be deleted. */
  #isGone(request: Request): Promise<boolean> {
    return this.#write(request).then(
      () => false,
      (error: unknown) => {
        if (error instanceof PlatformRejected && error.failure.platformCode === UNKNOWN_MESSAGE) return true;
        throw error;
      },
    );
  }

  async #write(request: Request): Promise<unknown> {
    const { requests } = this.#options;
    const once = async () => requests.send(request, await this.#leaveFor(request));
    return this.#urgency === 'ending' ? requests.retrying(once) : once();
  }

  /** What was granted before, where it is for such a write. The next post of a reply whose last one is full is in a hurry. */
  async #leaveFor(request: Request): Promise<Leave> {
    const held = this.#held;
    if (held?.kind === request.kind) {
      this.#held = undefined;
      return held.leave;
    }
    const isNext = request.kind === 'create' && this.#urgency === 'text';
    return this.#options.requests.leave(request, isNext ? 'burst' : this.#urgency, this.#signal);
  }

  #release(): void {
    this.#held?.leave.unused();
    this.#held = undefined;
  }
}
