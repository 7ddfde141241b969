/** Shows one reply on Discord over REST: opens its thread, types, and keeps a run of messages equal to the answer. */
import { PlatformRejected } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { ReplySurface, Urgency } from '../core/ports.ts';
import type { DraftView, PostRef, Reply } from '../core/reply.ts';
import { noticeOf } from '../discord-text/foot.ts';
import {
  crowdedInto,
  hasFiles,
  NOTE,
  type Page,
  replyPagesOf,
  viewPages,
  withoutFiles,
} from '../discord-text/pages.ts';
import { hindrancesIn } from '../notices/hindrances.ts';
import { Posts } from '../reply/posts.ts';
import { postedBelow } from './below.ts';
import { directChannel, tellElsewhere, tellPrivately } from './elsewhere.ts';
import { Messages } from './messages.ts';
import { asShut, meaningOf } from './refusals.ts';
import { openThread } from './thread.ts';
import { Typing, type TypingOptions } from './typing.ts';

export interface SurfaceOptions extends TypingOptions {
  /** Messages of text that an answer fills; a longer one comes as a file as well. */
  readonly maxPosts: number;
}

/** One reply's messages. A show is tried once, the finished reply several times. */
export class DiscordSurface implements ReplySurface {
  readonly #to: ReplyAddress;
  readonly #options: SurfaceOptions;
  readonly #typing: Typing;
  readonly #pagesOf: ReturnType<typeof viewPages>;
  #messages: Messages;
  #posts: Posts<Page>;
  #channel: Promise<string> | undefined;
  /** The model's text of the last view that was shown. */
  #seen = '';

  constructor(to: ReplyAddress, standing: readonly PostRef[], options: SurfaceOptions) {
    this.#to = to;
    this.#options = options;
    this.#typing = new Typing(options);
    this.#pagesOf = viewPages(options.maxPosts, to);
    if (standing[0] !== undefined) this.#channel = Promise.resolve(standing[0].channel);
    this.#messages = new Messages(to, { ...options, place: () => this.#place(), isResumed: standing.length > 0 });
    this.#posts = new Posts(this.#messages, standing);
  }

  async begin(): Promise<void> {
    const channel = await this.#place();
    // Others would see it, and the asker sees that the command is being answered.
    if (this.#to.hidden !== undefined) return;
    // Only a new message ends the sign: where one is filled, it would outlast the answer.
    if (this.#posts.refs.length === 0) this.#typing.start(channel);
  }

  leave(urgency: Urgency, signal: AbortSignal): Promise<void> {
    return this.#messages.leave(this.#posts.refs.length === 0 ? 'create' : 'edit', urgency, signal);
  }

  async show(view: DraftView): Promise<readonly PostRef[]> {
    try {
      const pages = this.#fitting(this.#pagesOf(view));
      if (pages.length === 0) return this.#posts.refs;
      if (view.text !== '') this.#typing.stop();
      const posts = await this.#posts.sync(pages, 'growing');
      this.#seen = view.exact;
      return posts;
    } catch (error) {
      throw asShut(error);
    } finally {
      this.#messages.release();
    }
  }

  async finish(finished: Reply): Promise<readonly PostRef[]> {
    this.#end();
    const { lacks = [], lacksForFiles = [] } = this.#to;
    const isBare = lacksForFiles.length > 0 && hasFiles(finished, this.#options.maxPosts, this.#to);
    const missing = isBare ? [...lacks, ...lacksForFiles] : lacks;
    const told = hindrancesIn(finished.language).lacks(missing);
    const reply = missing.length === 0 ? finished : { ...finished, notice: both(told, finished.notice) };
    try {
      return await this.#stand(reply);
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === 'rules') return this.#standWhatMay(reply, error);
      if (meaning === 'expired') return this.#standInPrivate(reply, error);
      if (meaning === 'locked' || meaning === 'forbidden') await this.#tellElsewhere(hindranceBy(error, reply));
      if (!(error instanceof PlatformRejected) || meaning !== undefined || this.#posts.refs.length === 0) throw error;
      const by = { ...this.#options, writer: this.#messages };
      this.#posts = await postedBelow(this.#pagesFor(reply), this.#posts.refs, by);
      return this.#posts.refs;
    }
  }

  async note(notice: string): Promise<void> {
    this.#end();
    const { log } = this.#options;
    if (!this.#messages.mayGrow) return log.warn('discord.unnoted', { channel: this.#to.channel });
    try {
      await this.#messages.post({ content: noticeOf(notice), files: [], buttons: [] }, NOTE);
    } catch (error) {
      // It may stand, and is not to stand twice.
      if (meaningOf(error) !== 'lost') throw error;
      log.warn('discord.unnoted', { channel: this.#to.channel });
    }
  }

  /** A channel's messages are for all who read it, so it is said in a direct message or, where that is shut, by a sign. */
  async whisper(notice: string): Promise<boolean> {
    return this.#to.hidden === undefined && tellPrivately(noticeOf(notice), this.#to, this.#options);
  }

  async retract(): Promise<void> {
    this.#end();
    await this.#posts.sync([], 'final');
  }

  abandon(): void {
    this.#typing.stop();
    this.#messages.release();
  }

  #end(): void {
    this.#typing.stop();
    this.#messages.end();
  }

  /** The channel that is written to; found once, also when `begin` was never called. */
  #place(): Promise<string> {
    this.#channel ??= openThread(this.#to, this.#options);
    return this.#channel;
  }

  #pagesFor(reply: Reply): readonly Page[] {
    if (this.#to.lacksForFiles !== undefined) return withoutFiles(reply, this.#to);
    return this.#fitting(replyPagesOf(reply, this.#options.maxPosts, this.#to), reply);
  }

  /** Where no more posts may be made, those that stand have to do. */
  #fitting(pages: readonly Page[], reply?: Reply): readonly Page[] {
    const { mayGrow } = this.#messages;
    return mayGrow ? pages : crowdedInto(Math.max(1, this.#posts.refs.length), pages, { to: this.#to, reply });
  }

  async #stand(reply: Reply): Promise<readonly PostRef[]> {
    const pages = this.#pagesFor(reply);
    try {
      return await this.#posts.sync(pages, 'final');
    } catch (error) {
      if (meaningOf(error) === 'lost') return this.#posts.sync(this.#pagesFor(reply), 'final');
      if (pages.every(({ files }) => files.length === 0) || !(error instanceof PlatformRejected)) throw error;
      const { status, platformCode } = error.failure;
      this.#options.log.warn('discord.files-refused', { channel: await this.#place(), status, platformCode });
      return this.#posts.sync(withoutFiles(reply, this.#to), 'final');
    }
  }

  /**
   * What the server's rules let through: the answer without links of ours or, where its own text is refused, what was shown
   * of it, which is no whole answer.
   * @throws what was refused, where the answer does not stand.
   */
  async #standWhatMay(reply: Reply, refused: unknown): Promise<readonly PostRef[]> {
    const { log } = this.#options;
    const { withoutLinks, withoutRest, withheld } = hindrancesIn(reply.language);
    const { sources, searches = [], quotes = [] } = reply;
    log.warn('discord.refused-by-rules', { channel: await this.#place() });
    const bare = { ...reply, sources: [], marks: [], searches: [], quotes: [] };
    if (sources.length + searches.length + quotes.length > 0) {
      const stands = await this.#standUnlessRefused({ ...bare, notice: both(withoutLinks, reply.notice) });
      if (stands !== undefined) return stands;
    }
    const seen = this.#seen.trim();
    const part = seen === '' ? undefined : { ...bare, images: [], text: this.#seen, notice: withoutRest };
    if (part === undefined || (await this.#standUnlessRefused(part)) === undefined)
      await this.#stand({ ...bare, images: [], text: '', notice: withheld });
    throw refused;
  }

  async #standUnlessRefused(reply: Reply): Promise<readonly PostRef[] | undefined> {
    try {
      return await this.#stand(reply);
    } catch (error) {
      if (meaningOf(error) !== 'rules') throw error;
      return undefined;
    }
  }

  /** What only its asker sees can be written for some minutes; after them it stands in their direct messages. */
  async #standInPrivate(reply: Reply, expired: unknown): Promise<readonly PostRef[]> {
    const { requests, log } = this.#options;
    const { hidden, ...to } = this.#to;
    const way = hidden === undefined ? undefined : await directChannel(to, requests);
    if (way === undefined) throw expired;
    log.info('discord.continued-privately', { channel: to.channel });
    this.#channel = Promise.resolve(way.channel);
    this.#messages = new Messages(to, { ...this.#options, place: () => this.#place(), isResumed: false });
    this.#posts = new Posts(this.#messages, []);
    this.#messages.end();
    const { goesOnHere, lostInPrivate } = hindrancesIn(reply.language);
    try {
      return await this.#stand({ ...reply, notice: both(goesOnHere, reply.notice) });
    } catch (error) {
      if (meaningOf(error) === 'forbidden') await this.#sayHere(lostInPrivate, to);
      throw error;
    }
  }

  /** Where the question was asked, if anything may be said there. */
  async #sayHere(sentence: string, to: ReplyAddress): Promise<void> {
    const here = new Messages(to, { ...this.#options, place: async () => to.channel, isResumed: false });
    here.end();
    try {
      await here.post({ content: noticeOf(sentence), files: [], buttons: [] }, NOTE);
    } catch (error) {
      if (!(error instanceof PlatformRejected)) throw error;
      this.#options.log.warn('discord.untold', { channel: to.channel });
    }
  }

  async #tellElsewhere(sentence: string): Promise<void> {
    const shut = await this.#place();
    await tellElsewhere({ content: noticeOf(sentence), to: this.#to, shut }, this.#options);
  }
}

function hindranceBy(error: unknown, { language }: Reply): string {
  const { locked, mayNotWrite } = hindrancesIn(language);
  return meaningOf(error) === 'locked' ? locked : mayNotWrite;
}

function both(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first}\n${second}`;
}
