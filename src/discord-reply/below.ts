/** What becomes of a reply whose posts may not be changed any more: all of it is posted below them, and they are removed. */
import type { Log } from '../core/ports.ts';
import type { PostRef } from '../core/reply.ts';
import { Posts, type PostWriter } from '../reply/posts.ts';

/** What is added to a page's place, so that its post is told from the one that it replaces. */
const BELOW = 200;

/** @throws what the writer throws where the pages cannot be posted either; what stood before stands then. */
export async function postedBelow<Page>(
  pages: readonly Page[],
  before: readonly PostRef[],
  { writer, log }: { readonly writer: PostWriter<Page>; readonly log: Log },
): Promise<Posts<Page>> {
  const below: PostWriter<Page> = {
    create: (page, index) => writer.create(page, index + BELOW),
    edit: (...given) => writer.edit(...given),
    remove: (post) => writer.remove(post),
  };
  const posts = new Posts(below, []);
  await posts.sync(pages, 'final');
  log.warn('discord.edit-refused', { posts: before.length });
  for (const post of before) {
    try {
      await writer.remove(post);
    } catch (error) {
      log.error('discord.post-left', error);
    }
  }
  return posts;
}
