/** The messages of one reply: made, changed and taken away over REST, each write with leave of its own. */
import { RequestMethod, Routes } from 'discord.js';
import { PlatformRejected } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { Log, Urgency } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { bodyOf, creationOf, isDisplay, isShownBy, type Page, type Posted } from '../discord-text/pages.ts';
import type { Leave } from '../reply/governor.ts';
import type { PostWriter } from '../reply/posts.ts';
import { meaningOf } from './refusals.ts';
import { NEVER, type Request, type Requests } from './requests.ts';
import { messageRoute } from './routes.ts';

export interface MessagesOptions {
  readonly requests: Requests;
  readonly log: Log;
  /** The channel that is written to. */
  readonly place: () => Promise<string>;
  /** Whether an earlier attempt left messages. */
  readonly isResumed: boolean;
}

/** What is added to a page's place when it is posted anew for a message that cannot be edited any more. */
const REPLACED = 200;

/** The first answer to a command. @see https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages */
const ORIGINAL = '@original';

export class Messages implements PostWriter<Page> {
  readonly #to: ReplyAddress;
  readonly #options: MessagesOptions;
  /** Leave that was granted and not yet used. */
  #held: { readonly kind: Request['kind']; readonly leave: Leave } | undefined;
  #urgency: Urgency = 'first';
  #signal = NEVER;
  /** Whether the finished reply's last message was written; in those before it the text stands already. */
  #isEnded = false;
  /** Whether the message still waits by which Discord says that a command is being answered. */
  #isPromised: boolean;
  /** Whether one that only its asker sees may stand without being known: it has no nonce, so nothing may be posted again. */
  #isLost: boolean;

  constructor(to: ReplyAddress, options: MessagesOptions) {
    this.#to = to;
    this.#options = options;
    this.#isPromised = to.hidden !== undefined && !options.isResumed;
    this.#isLost = to.hidden !== undefined && options.isResumed;
  }

  /** Whether messages may be made beside those that are known. */
  get mayGrow(): boolean {
    return !this.#isLost;
  }

  /** Resolves with leave for the next write, which is then made once, of this kind or another. */
  async leave(wanted: 'create' | 'edit', urgency: Urgency, signal: AbortSignal): Promise<void> {
    this.release();
    this.#urgency = urgency;
    this.#signal = signal;
    const channel = this.#counted(await this.#options.place());
    const kind = this.#kindOf(wanted);
    this.#held = { kind, leave: await this.#options.requests.leave({ kind, channel }, urgency, signal) };
  }

  release(): void {
    this.#held?.leave.unused();
    this.#held = undefined;
  }

  /** From here on every write is tried until it stands. */
  end(): void {
    this.release();
    this.#urgency = 'ending';
    this.#signal = NEVER;
  }

  create(page: Page, index: number): Promise<PostRef> {
    return this.post(page, String(index));
  }

  /** @param name Tells this post from the others of the reply, so that it is made once however often it is tried. */
  async post(page: Page, name: string): Promise<PostRef> {
    const channel = await this.#options.place();
    if (this.#isPromised) {
      const kept = await this.#keep(channel, page);
      if (kept !== undefined) return kept;
    }
    const request = {
      kind: this.#kindOf('create'),
      channel: this.#counted(channel),
      method: RequestMethod.Post,
      route: messageRoute(this.#to, channel),
      files: page.files,
      ...(this.#to.hidden === undefined ? {} : { isOnce: true as const }),
    } as const;
    const body = creationOf(page, this.#to, { channel, name });
    const answer = await this.#write({ ...request, body }).catch((error: unknown) => {
      if (meaningOf(error) === 'lost') this.#isLost = true;
      if (meaningOf(error) !== 'no-history') throw error;
      // What may not be read may not be replied to; it can still be answered.
      return this.#write({ ...request, body: { ...body, message_reference: undefined } });
    });
    // Discord answers a created message with the message, which has all of this.
    const posted = answer as Posted;
    const post = { channel, message: posted.id };
    // A repeated nonce gives back what an earlier attempt posted, with the text or the pictures of then.
    if (!isShownBy(posted, page)) await this.#change(post, page);
    return post;
  }

  /** The page in the message that waits for it, which may be tried as often as it takes; undefined where that was taken away. */
  async #keep(channel: string, page: Page): Promise<PostRef | undefined> {
    this.#isPromised = false;
    try {
      const { id } = await this.#change({ channel, message: ORIGINAL }, page);
      return { channel, message: id };
    } catch (error) {
      if (meaningOf(error) === 'gone') return undefined;
      this.#isPromised = true;
      throw error;
    }
  }

  async edit(post: PostRef, page: Page, index: number): Promise<boolean | PostRef> {
    try {
      const changed = await this.#change(post, page);
      // A page of files alone has nothing that a display refuses, and would not be seen in it.
      const isOther = isDisplay(changed) && this.#to.messageStyle === undefined;
      return isOther ? await this.#replace(post, page, index) : true;
    } catch (error) {
      switch (meaningOf(error)) {
        case 'gone':
          return false;
        case 'a-display':
        case 'too-old':
          return this.#replace(post, page, index);
        case 'archived':
          // Whoever archived it wants no more of it for now; an answer is only brought to its end.
          if (this.#urgency !== 'ending') throw error;
          return this.#editArchived(post, page, index);
        default:
          throw error;
      }
    }
  }

  async remove(post: PostRef): Promise<void> {
    try {
      await this.#delete(post);
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === 'gone') return;
      if (meaning !== 'archived' || !(await this.#isUnarchived(post.channel))) throw error;
      await this.#delete(post);
    }
  }

  /** A thread that cannot be brought back by its name is by a message. */
  async #editArchived(post: PostRef, page: Page, index: number): Promise<boolean | PostRef> {
    if (!(await this.#isUnarchived(post.channel))) return this.#replace(post, page, index);
    await this.#change(post, page);
    return true;
  }

  /** Shows the page in a new message, and takes the one away that cannot be edited. */
  async #replace(post: PostRef, page: Page, index: number): Promise<PostRef> {
    const made = await this.post(page, String(index + REPLACED));
    try {
      await this.#delete(post);
    } catch (error) {
      if (!(error instanceof PlatformRejected)) throw error;
      this.#options.log.warn('discord.message-left', { channel: post.channel, code: error.failure.platformCode });
    }
    return made;
  }

  /** @see https://docs.discord.com/developers/resources/channel#modify-channel */
  async #isUnarchived(channel: string): Promise<boolean> {
    const route = Routes.channel(channel);
    const request = { kind: 'thread', channel, method: RequestMethod.Patch, route, body: { archived: false } } as const;
    try {
      await this.#write(request);
      return true;
    } catch (error) {
      if (!(error instanceof PlatformRejected)) throw error;
      return false;
    }
  }

  async #change({ channel, message }: PostRef, page: Page): Promise<Posted> {
    const changed = await this.#write({
      kind: this.#kindOf('edit'),
      channel: this.#counted(channel),
      method: RequestMethod.Patch,
      route: messageRoute(this.#to, channel, message),
      files: page.files,
      // A plain message that stands there gives up its text, and so becomes a display.
      body: { ...(this.#to.messageStyle === undefined ? {} : { content: null }), ...bodyOf(page, this.#to) },
    });
    // Discord answers with the message.
    return changed as Posted;
  }

  #delete({ channel, message }: PostRef): Promise<unknown> {
    const route = messageRoute(this.#to, channel, message);
    const kind = this.#kindOf('remove');
    return this.#write({ kind, channel: this.#counted(channel), method: RequestMethod.Delete, route });
  }

  /** What one person alone sees is limited by its command, whatever is done to it. */
  #kindOf(kind: Request['kind']): Request['kind'] {
    return this.#to.hidden === undefined ? kind : 'whisper';
  }

  /** Where a write counts: one that only its asker sees is written by its command, and not in the channel. */
  #counted(channel: string): string {
    return this.#to.hidden === undefined ? channel : `${channel} ${this.#to.message}`;
  }

  async #write(request: Request): Promise<unknown> {
    const { requests } = this.#options;
    const urgency = this.#urgencyOf(request);
    const once = async () => requests.send(request, await this.#leaveFor(request, urgency));
    return this.#urgency === 'ending' ? requests.retrying(once) : once();
  }

  /** The next post of a reply whose last one is full is in a hurry. */
  #urgencyOf({ kind }: Request): Urgency {
    if (kind === 'create' && this.#urgency === 'text') return 'burst';
    if (kind !== 'edit' || this.#urgency !== 'ending') return this.#urgency;
    const urgency = this.#isEnded ? 'marks' : 'ending';
    this.#isEnded = true;
    return urgency;
  }

  /** What was granted before, where it is for such a write. */
  async #leaveFor(request: Request, urgency: Urgency): Promise<Leave> {
    const held = this.#held;
    if (held?.kind === request.kind) {
      this.#held = undefined;
      return held.leave;
    }
    return this.#options.requests.leave(request, urgency, this.#signal);
  }
}
