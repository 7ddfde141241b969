/** A run of messages kept equal to a run of pages, on a wall of messages that may refuse. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PostRef } from '../../src/core/reply.ts';
import { type PageLimit, Pager, paginate } from '../../src/markdown/paginate.ts';
import { Posts, type PostWriter } from '../../src/reply/posts.ts';
import { anyText, limit, piecesOf } from '../markdown/documents.ts';

interface Story {
  readonly old: readonly string[];
  readonly growing: readonly (readonly string[])[];
  readonly final: readonly string[];
  readonly refused: readonly number[];
}

/** A channel: what stands in it, in order, and how often it was written to. Refuses the writes whose number is listed. */
class Wall implements PostWriter {
  readonly standing = new Map<string, string>();
  writes: string[] = [];
  #refused: ReadonlySet<number>;
  #count = 0;
  #made = 0;

  constructor(refused: readonly number[] = [], standing: readonly string[] = []) {
    this.#refused = new Set(refused);
    for (const [at, page] of standing.entries()) this.standing.set(`old ${at}`, page);
  }

  get refs(): readonly PostRef[] {
    return [...this.standing.keys()].map((message) => ({ channel: 'c', message }));
  }

  get pages(): readonly string[] {
    return [...this.standing.values()];
  }

  async create(page: string, index: number): Promise<PostRef> {
    await this.#write(`create ${index}`);
    const message = `new ${this.#made++}`;
    this.standing.set(message, page);
    return { channel: 'c', message };
  }

  async edit({ message }: PostRef, page: string): Promise<boolean> {
    await this.#write(`edit ${message}`);
    if (!this.standing.has(message)) return false;
    this.standing.set(message, page);
    return true;
  }

  async remove({ message }: PostRef): Promise<void> {
    await this.#write(`remove ${message}`);
    this.standing.delete(message);
  }

  async #write(what: string): Promise<void> {
    this.writes.push(what);
    await Promise.resolve();
    if (this.#refused.has(this.#count++)) throw new Error('refused');
  }
}

describe('Posts', () => {
  it('posts each page once, in order, and changes only what changed', async () => {
    const wall = new Wall();
    const posts = new Posts(wall, []);
    await posts.sync(['one'], 'growing');
    await posts.sync(['one', 'two'], 'growing');
    await posts.sync(['one', 'two more', 'three'], 'growing');
    await posts.sync(['one', 'two more', 'three'], 'final');
    expect(wall.pages).toEqual(['one', 'two more', 'three']);
    expect(wall.writes).toEqual(['create 0', 'create 1', 'edit new 1', 'create 2']);
  });

  it('fills posts that stand already before it makes new ones', async () => {
    const wall = new Wall([], ['half an answer', 'and more']);
    await new Posts(wall, wall.refs).sync(['one', 'two', 'three'], 'growing');
    expect(wall.pages).toEqual(['one', 'two', 'three']);
    expect(wall.writes).toEqual(['edit old 0', 'edit old 1', 'create 2']);
  });

  it('removes superfluous posts, the last first, and only at the end', async () => {
    const wall = new Wall([], ['a', 'b', 'c']);
    const posts = new Posts(wall, wall.refs);
    await posts.sync(['one'], 'growing');
    expect(wall.pages).toEqual(['one', 'b', 'c']);
    const refs = await posts.sync(['one'], 'final');
    expect(wall.writes).toEqual(['edit old 0', 'remove old 2', 'remove old 1']);
    expect(refs).toEqual([{ channel: 'c', message: 'old 0' }]);
  });

  it('rejects with what the writer threw, and knows the posts that stand by then', async () => {
    const wall = new Wall([1]);
    const posts = new Posts(wall, []);
    await expect(posts.sync(['one', 'two'], 'growing')).rejects.toThrow('refused');
    expect(posts.refs).toEqual([{ channel: 'c', message: 'new 0' }]);
  });

  it('goes on without a post that somebody deleted', async () => {
    const wall = new Wall();
    const posts = new Posts(wall, []);
    await posts.sync(['one', 'two'], 'growing');
    wall.standing.delete('new 0');
    await posts.sync(['one more', 'two more', 'three'], 'growing');
    expect(await posts.sync(['one at last', 'two more', 'three'], 'final')).toEqual(wall.refs);
    expect(wall.pages).toEqual(['two more', 'three']);
  });

  it('posts anew, at a place of its own, what an earlier attempt left and somebody deleted', async () => {
    const wall = new Wall([], ['half']);
    const posts = new Posts(wall, wall.refs);
    wall.standing.clear();
    expect(await posts.sync(['whole'], 'final')).toEqual(wall.refs);
    expect(wall.writes).toEqual(['edit old 0', 'create 100']);
    expect(wall.pages).toEqual(['whole']);
  });

  it('edits again what an edit that failed may have left half done', async () => {
    const wall = new Wall([1]);
    const posts = new Posts(wall, []);
    await posts.sync(['one'], 'growing');
    await expect(posts.sync(['two'], 'growing')).rejects.toThrow('refused');
    await posts.sync(['one'], 'final');
    expect(wall.writes).toEqual(['create 0', 'edit new 0', 'edit new 0']);
  });

  it('looks no further at a page that is the same object as before', async () => {
    let looks = 0;
    const page = {
      get data() {
        looks++;
        return Buffer.alloc(10);
      },
    };
    const writes: string[] = [];
    const writer: PostWriter<typeof page> = {
      create: (_page, index) => Promise.resolve({ channel: 'c', message: `new ${writes.push(`create ${index}`)}` }),
      edit: ({ message }) => Promise.resolve(writes.push(`edit ${message}`) > 0),
      remove: () => Promise.resolve(),
    };
    const posts = new Posts(writer, []);
    await posts.sync([page], 'growing');
    await posts.sync([page, { data: page.data }], 'growing');
    looks = 0;
    await posts.sync([page], 'growing');
    expect(looks).toBe(0);
    expect(writes).toEqual(['create 0', 'create 1']);
  });

  it('shows exactly the last pages, whatever failed before, and writes nothing twice', async () => {
    const pages = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 });
    const story = fc.record({
      old: pages,
      growing: fc.array(pages, { maxLength: 6 }),
      final: pages,
      refused: fc.uniqueArray(fc.nat(12), { maxLength: 4 }),
    });
    const tell = async ({ old, growing, final, refused }: Story): Promise<void> => {
      const wall = new Wall(refused, old);
      const posts = new Posts(wall, wall.refs);
      for (const each of growing) await posts.sync(each, 'growing').catch(() => undefined);
      for (let attempt = 0; attempt < 5; attempt++) await posts.sync(final, 'final').catch(() => undefined);
      expect(wall.pages).toEqual(final);
      expect(posts.refs).toEqual(wall.refs);
      const before = wall.writes.length;
      await posts.sync(final, 'final');
      expect(wall.writes).toHaveLength(before);
    };
    await fc.assert(fc.asyncProperty(story, tell), { numRuns: 500 });
  });
});

describe('posts of an answer that grows', () => {
  it('end as the pages of the answer, each full page written once and the last one put right at most', async () => {
    const tell = async (pieces: readonly string[], limit: PageLimit): Promise<void> => {
      const wall = new Wall();
      const posts = new Posts(wall, []);
      const pager = new Pager(limit, (page) => (page.trim() === '' ? undefined : page));
      let text = '';
      for (const piece of pieces) {
        text += piece;
        await posts.sync(pager.pages(text.replace(/[\uD800-\uDBFF]$/, '')), 'growing');
      }
      const all = paginate(text, limit);
      const shown = wall.pages.length;
      const before = wall.writes.length;
      await posts.sync(all, 'final');
      expect(wall.pages).toEqual(all);
      const puts = all.map((_page, index) => (index < shown ? `edit new ${index}` : `create ${index}`));
      expect(puts.slice(Math.max(0, shown - 1)).join()).toContain(wall.writes.slice(before).join());
    };
    await fc.assert(fc.asyncProperty(piecesOf(anyText), limit, tell));
  });
});
