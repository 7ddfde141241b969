/** Request bodies: JSON, or multipart with files and `payload_json` in any order. */
import type { IncomingMessage } from 'node:http';
import type { Upload } from './cdn.ts';
import { refuse } from './errors.ts';

/** Of a whole request; a boosted server's larger files need more. */
const MAX_REQUEST_BYTES = 25 * 1024 * 1024;
/** What multipart puts around one file, and the message beside it. */
const ENVELOPE_BYTES = 1024 * 1024;

export interface Body {
  readonly json: unknown;
  readonly files: readonly Upload[];
}

export async function readBody(request: IncomingMessage, fileBytes: number): Promise<Body> {
  const bytes = await bytesOf(request, Math.max(MAX_REQUEST_BYTES, fileBytes + ENVELOPE_BYTES));
  const contentType = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { json: undefined, files: [] };
  if (contentType.startsWith('multipart/form-data')) return await multipartOf(bytes, contentType);
  return { json: parsed(bytes.toString()), files: [] };
}

/** Reads to the end even when it is too much, so that the answer still reaches the client. */
async function bytesOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= maxBytes) chunks.push(bytes);
  }
  if (size > maxBytes) throw refuse('requestTooLarge');
  return Buffer.concat(chunks);
}

async function multipartOf(bytes: Buffer, contentType: string): Promise<Body> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  const files: (Upload & { readonly index: number })[] = [];
  let json: unknown;
  for (const [name, value] of form) {
    if (name === 'payload_json') json = parsed(typeof value === 'string' ? value : await value.text());
    const index = /^files\[(\d)\]$/.exec(name)?.[1];
    if (index !== undefined && typeof value !== 'string') {
      const content = new Uint8Array(await value.arrayBuffer());
      const type = value.type === '' ? {} : { contentType: value.type };
      files.push({ index: Number(index), name: value.name, bytes: content, ...type });
    }
  }
  return { json, files: files.sort((a, b) => a.index - b.index) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('invalidJson');
  }
}
