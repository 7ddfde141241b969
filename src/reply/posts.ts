/** Keeps the run of messages that stand for a reply equal to the run of its pages, with the fewest writes. */
import { isDeepStrictEqual } from 'node:util';
import type { PostRef } from '../core/reply.ts';

/**
 * How one platform makes, changes and takes away a message. Each may reject; what it did then counts as unknown. A page is
 * plain data, and all that the message shows: an edit leaves nothing of what stood there.
 */
export interface PostWriter<Page = string> {
  /** `index` is the page's place in the reply, from 0: the same for every attempt to post the same page. */
  create(page: Page, index: number): Promise<PostRef>;
  /** False when the message is gone, because somebody deleted it; another post where that shows the page in its place. */
  edit(post: PostRef, page: Page, index: number): Promise<boolean | PostRef>;
  remove(post: PostRef): Promise<void>;
}

interface Post<Page> {
  readonly ref: PostRef;
  /** What it surely shows; undefined where a write failed, or the post was left by an earlier attempt. */
  readonly page: Page | undefined;
  /** Whether this attempt has written it. */
  readonly isOurs: boolean;
  /** Whether somebody deleted it. Its page is not shown again: that was somebody's wish. */
  readonly isGone: boolean;
}

/** What is added to a page's place when it is made anew for a post that an earlier attempt left and that is gone. */
const ANEW = 100;

/** One reply's posts, in order. Not to be used by two callers at once. */
export class Posts<Page = string> {
  readonly #writer: PostWriter<Page>;
  readonly #posts: Post<Page>[];

  /** @param standing Posts that stand already, in order: they are filled before new ones are made. */
  constructor(writer: PostWriter<Page>, standing: readonly PostRef[]) {
    this.#writer = writer;
    this.#posts = standing.map((ref) => ({ ref, page: undefined, isOurs: false, isGone: false }));
  }

  /** Every post that stands, in order, also after a write that failed. */
  get refs(): readonly PostRef[] {
    return this.#posts.filter((post) => !post.isGone).map((post) => post.ref);
  }

  /**
   * Makes the posts show these pages: edits those that differ and posts what is new, in order. All of it goes at once, the
   * last post first, as the newest text is there; one after the other only where posts were left by an earlier attempt,
   * because what turns out to be gone is posted anew. While the reply grows, posts beyond the last page are left alone; at
   * the end they are removed, last first. Rejects with what the writer threw first, when every write has ended; the next
   * call goes on from there.
   */
  async sync(pages: readonly Page[], stage: 'growing' | 'final'): Promise<readonly PostRef[]> {
    const standing = this.#posts.length;
    const isOurs = this.#posts.every((post) => post.isOurs);
    if (isOurs) await allEnded([...this.#putBefore(standing, pages), this.#putFrom(standing, pages)]);
    else await this.#putFrom(0, pages);
    if (stage === 'final') await this.#removeFrom(pages.length);
    return this.refs;
  }

  async #putFrom(begin: number, pages: readonly Page[]): Promise<void> {
    for (const [index, page] of pages.entries()) if (index >= begin) await this.#put(page, index);
  }

  #putBefore(end: number, pages: readonly Page[]): readonly Promise<void>[] {
    return [...pages.slice(0, end).entries()].toReversed().map(([index, page]) => this.#put(page, index));
  }

  async #put(page: Page, index: number): Promise<void> {
    const post = this.#posts[index];
    if (post === undefined) {
      this.#posts.push(await this.#created(page, index));
    } else if (!post.isGone && !isDeepStrictEqual(post.page, page)) {
      // Until the platform answers, nobody knows whether the old page stands or the new one.
      this.#posts[index] = { ...post, page: undefined };
      const shown = await this.#writer.edit(post.ref, page, index);
      if (shown !== false)
        this.#posts[index] = { ref: shown === true ? post.ref : shown, page, isOurs: true, isGone: false };
      else this.#posts[index] = post.isOurs ? { ...post, isGone: true } : await this.#created(page, index + ANEW);
    }
  }

  async #created(page: Page, index: number): Promise<Post<Page>> {
    return { ref: await this.#writer.create(page, index), page, isOurs: true, isGone: false };
  }

  async #removeFrom(count: number): Promise<void> {
    for (let last = this.#posts.at(-1); this.#posts.length > count && last !== undefined; last = this.#posts.at(-1)) {
      if (!last.isGone) await this.#writer.remove(last.ref);
      this.#posts.pop();
    }
  }
}

/** Rejects with the first failure of all, but not before all have ended. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
