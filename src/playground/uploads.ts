/** Files given to the page: kept by their content until their question is answered, and not much longer. */
import type { IncomingMessage } from 'node:http';
import type { BlobStore, Downloaded } from '../core/files.ts';
import type { Attachment } from '../core/inbound.ts';
import { type Answer, readBytes } from './gate.ts';
import { conversationOf } from './inbound.ts';

/** As `inbound.ts` writes it. */
const ADDRESS = /^\/api\/files\/([\w-]{1,64})\/([\w-]{43})$/;

export class Uploads {
  readonly #blobs: Pick<BlobStore, 'keep' | 'find'>;
  readonly #maxBytes: number;

  constructor(blobs: Pick<BlobStore, 'keep' | 'find'>, maxBytes: number) {
    this.#blobs = blobs;
    this.#maxBytes = maxBytes;
  }

  /** Keeps the body of a request and answers with the id that a message names it by. @throws StorageUnavailable */
  async take(req: IncomingMessage, thread: string): Promise<Answer> {
    const body = await readBytes(req, this.#maxBytes);
    if ('refused' in body) return body.refused;
    const id = await this.#blobs.keep(placeOf(thread), body.bytes.toString('base64'));
    return { status: 201, body: { id } };
  }

  /** The bytes of a file of a message. */
  async find({ url }: Attachment, maxBytes: number): Promise<Downloaded> {
    const [, thread = '', id = ''] = ADDRESS.exec(url) ?? [];
    const base64 = await this.#blobs.find(placeOf(thread), id);
    if (base64 === undefined) return { fault: 'download' };
    const bytes = Buffer.from(base64, 'base64');
    return bytes.length > maxBytes ? { fault: 'size' } : { bytes };
  }
}

/** Nothing given to one thread is found from another. */
function placeOf(thread: string): string {
  return `${conversationOf(thread)}#uploads`;
}
