/** Files of a reply, its pictures and large tables: uploaded, they stand in a message of their own, below the text. */
import { setTimeout as delay } from 'node:timers/promises';
import type { InlineData } from '../core/content.ts';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import { pictureKindOf, type PostRef } from '../core/reply.ts';
import { Posts, type PostWriter } from '../reply/posts.ts';
import type { Call } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, listOf, textIn } from '../slack-api/fields.ts';
import type { ThreadAddress } from './messages.ts';
import { GONE, refusalOf } from '../slack-api/refusals.ts';

/** A file as it is uploaded. */
export interface GivenFile {
  readonly name: string;
  readonly data: Buffer;
}

/** Sends the bytes of a file to the address that Slack named for them. @throws PlatformUnavailable, PlatformRejected */
export type Upload = (url: string, data: Buffer) => Promise<void>;

/** Bytes of one picture: far below what Slack takes, and above what a model draws. */
const MAX_FILE_BYTES = 50 * 1024 * 1024;

/** Milliseconds between the first looks at whether files are shared, doubled each time, and the last such wait. */
const FIRST_LOOK_MS = 25;
const LAST_LOOK_MS = 1600;

/** What tells the message of files from one of text, whose ids are digits: the ids of its files. */
const FILES = /^F[A-Z0-9]+(?:,F[A-Z0-9]+)*$/u;

export function isFiles({ message }: PostRef): boolean {
  return FILES.test(message);
}

/** The pictures that can be shown, and how many cannot. */
export function picturesOf(images: readonly InlineData[]): { files: readonly GivenFile[]; unshown: number } {
  const shown = images.flatMap((image) => {
    const kind = pictureKindOf(image);
    const data = Buffer.from(image.data, 'base64');
    return kind === undefined || data.length > MAX_FILE_BYTES ? [] : [{ kind, data }];
  });
  const files = shown.map(({ kind, data }, at) => ({ name: `picture-${at + 1}.${kind}`, data }));
  return { files, unshown: images.length - files.length };
}

interface UploadTools {
  readonly at: ThreadAddress;
  readonly upload: Upload;
  readonly write: (call: Call) => Promise<Fields>;
}

/** The message of a reply's files, which is made when the reply is finished. */
export class Files {
  readonly #tools: UploadTools;
  readonly #posts: Posts<readonly GivenFile[]>;

  constructor(tools: UploadTools, standing: readonly PostRef[]) {
    this.#tools = tools;
    const writer: PostWriter<readonly GivenFile[]> = {
      create: (files) => this.#create(files),
      // Files of a message cannot be changed: it goes, and another comes.
      edit: async (post) => {
        await this.#remove(post);
        return false;
      },
      remove: (post) => this.#remove(post),
    };
    this.#posts = new Posts(writer, standing);
  }

  get refs(): readonly PostRef[] {
    return this.#posts.refs;
  }

  /** Shows these files and no others. */
  async show(files: readonly GivenFile[]): Promise<void> {
    await this.#posts.sync(files.length === 0 ? [] : [files], 'final');
  }

  async #create(files: readonly GivenFile[]): Promise<PostRef> {
    const ids = await uploadedFiles(files, this.#tools);
    const post = { channel: this.#tools.at.channel, message: ids.join(',') };
    // Slack shares files some time after it says so. They stand sooner or later, so their message is not waited for long.
    for (let waitMs = FIRST_LOOK_MS; waitMs <= LAST_LOOK_MS; waitMs *= 2) {
      if ((await this.#messagesOf(post)).length > 0) break;
      await delay(waitMs);
    }
    return post;
  }

  async #remove(post: PostRef): Promise<void> {
    try {
      for (const ts of await this.#messagesOf(post)) await this.#call('chat.delete', { channel: post.channel, ts });
    } catch (error) {
      if (!GONE.has(refusalOf(error) ?? '')) throw error;
    }
  }

  /** The messages in which the files stand. */
  async #messagesOf({ channel, message }: PostRef): Promise<readonly string[]> {
    const [file = ''] = message.split(',');
    const shares = fieldsOf(fieldsOf((await this.#call('files.info', { file }))['file'])['shares']);
    const places = ['public', 'private'].flatMap((kind) => listOf(fieldsOf(shares[kind])[channel]));
    return places.flatMap((place) => textIn(place, 'ts') ?? []);
  }

  #call(method: Call['method'], args: Call['args']): Promise<Fields> {
    return this.#tools.write({ method, team: this.#tools.at.team, args });
  }
}

/**
 * Puts files into a message of their own, and resolves with their ids.
 * @see https://docs.slack.dev/messaging/working-with-files#upload
 */
export async function uploadedFiles(
  files: readonly GivenFile[],
  { at, upload, write }: UploadTools,
): Promise<readonly string[]> {
  const { team, channel, thread } = at;
  const uploaded: { readonly id: string; readonly title: string }[] = [];
  for (const { name, data } of files) {
    const args = { filename: name, length: data.length };
    const asked = await write({ method: 'files.getUploadURLExternal', team, args });
    const [url, id] = [textIn(asked, 'upload_url'), textIn(asked, 'file_id')];
    if (url === undefined || id === undefined) throw new PlatformUnavailable('Slack named no address for a file.');
    await upload(url, data);
    uploaded.push({ id, title: name });
  }
  const place = { channel_id: channel, ...(thread === undefined ? {} : { thread_ts: thread }) };
  await write({ method: 'files.completeUploadExternal', team, args: { files: uploaded, ...place } });
  return uploaded.map(({ id }) => id);
}

/** Milliseconds for the bytes of one file. */
const UPLOAD_MS = 60_000;

/** Over HTTP. Slack takes the bytes as they are, and says how many it got. */
export const uploadOverHttp: Upload = async (url, data) => {
  const response = await sent(url, data);
  await response.text();
  if (response.ok) return;
  const { status } = response;
  if (status >= 500 || status === 429) throw new PlatformUnavailable(`Slack failed with ${status}.`, { status });
  throw new PlatformRejected(`Slack refused a file: ${status}.`, { status });
};

async function sent(url: string, data: Buffer): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(UPLOAD_MS);
    return await fetch(url, { method: 'POST', body: new Uint8Array(data), redirect: 'error', signal });
  } catch (cause) {
    throw new PlatformUnavailable('Slack could not be reached.', { cause });
  }
}
