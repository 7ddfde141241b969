/** What a file is, by its bytes and not by its name: text, a medium that the model reads, a web page in its place, or neither. */
import { fileTypeFromBuffer } from 'file-type';
import type { Attachment } from '../core/inbound.ts';
import type { Medium } from '../core/model.ts';
import { isPage, textOf } from './text.ts';

export type Known =
  | { readonly kind: 'text'; readonly text: string }
  /** `mimeType` is spelled as the model service spells it. */
  | { readonly kind: 'medium'; readonly medium: Medium; readonly mimeType: string }
  /** A web page where the file was said to be something else: a login page, or an error's. */
  | { readonly kind: 'page' }
  | { readonly kind: 'unknown' };

/**
 * What the model reads, by the sniffer's names for it.
 * @see https://ai.google.dev/gemini-api/docs/file-input-methods
 */
const READABLE: ReadonlyMap<string, string> = new Map([
  ['image/png', 'image/png'],
  ['image/apng', 'image/png'],
  ['image/jpeg', 'image/jpeg'],
  ['image/webp', 'image/webp'],
  ['image/heic', 'image/heic'],
  ['image/heif', 'image/heif'],
  ['application/pdf', 'application/pdf'],
  ['audio/wav', 'audio/wav'],
  // Google's service does not know MP3 by its registered name.
  ['audio/mpeg', 'audio/mp3'],
  ['audio/aiff', 'audio/aiff'],
  ['audio/aac', 'audio/aac'],
  ['audio/ogg', 'audio/ogg'],
  ['audio/ogg; codecs=opus', 'audio/ogg'],
  ['audio/flac', 'audio/flac'],
  ['video/mp4', 'video/mp4'],
  ['video/x-m4v', 'video/mp4'],
  ['video/mpeg', 'video/mpeg'],
  ['video/MP1S', 'video/mpeg'],
  ['video/MP2P', 'video/mpeg'],
  ['video/quicktime', 'video/quicktime'],
  ['video/vnd.avi', 'video/avi'],
  ['video/x-flv', 'video/x-flv'],
  ['video/webm', 'video/webm'],
  ['video/x-ms-asf', 'video/wmv'],
  ['video/3gpp', 'video/3gpp'],
]);

/** Never throws. What is written in letters is text, whatever its first ones look like to a sniffer. */
export async function kindOf(file: Pick<Attachment, 'name' | 'mimeType'>, bytes: Uint8Array): Promise<Known> {
  const text = startsWith(bytes, '%PDF-') ? undefined : textOf(bytes);
  if (text !== undefined) return isPage(text) && promisesMedium(file) ? { kind: 'page' } : { kind: 'text', text };
  const mimeType = READABLE.get(await sniffed(bytes));
  return mimeType === undefined ? { kind: 'unknown' } : { kind: 'medium', medium: mediumOf(mimeType), mimeType };
}

/** An archive is not looked into: that would mean to unpack it, and the model reads none. */
async function sniffed(bytes: Uint8Array): Promise<string> {
  if (startsWith(bytes, 'PK') || startsWith(bytes, '\x1f\x8b')) return '';
  try {
    return (await fileTypeFromBuffer(bytes))?.mime ?? '';
  } catch {
    // The sniffer met bytes that break what they began as, which is no kind that the model reads.
    return '';
  }
}

function mediumOf(mimeType: string): Medium {
  const [type] = mimeType.split('/', 1);
  return type === 'image' || type === 'audio' || type === 'video' ? type : 'document';
}

const MEDIUM_NAME = /\.(png|jpe?g|webp|gif|hei[cf]|pdf|mp[34]|wav|ogg|flac|aac|m4a|mov|webm|avi)$/i;

/** SVG is a picture in letters. */
function promisesMedium({ name, mimeType }: Pick<Attachment, 'name' | 'mimeType'>): boolean {
  if (/svg/i.test(mimeType)) return false;
  return /^(image|audio|video)\/|^application\/pdf\b/i.test(mimeType) || MEDIUM_NAME.test(name);
}

function startsWith(bytes: Uint8Array, head: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(head.length, bytes.length)).toString('latin1') === head;
}
