/** Discord's CDN: attachment addresses signed for a day, and the bytes behind them. */
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { StoredFile } from './content/parts.ts';
import type { World } from './state.ts';

/** Measured on real addresses: `ex` minus `is`. */
const LIFETIME_S = 86_400;
/** Signs what only this process checks; it protects nothing. */
const SIGNING_KEY = 'discord simulator';

export interface SignedUrls {
  readonly url: string;
  readonly proxyUrl: string;
}

/** Fresh addresses, as every payload carries them. */
export function signedUrls(world: World, file: StoredFile): SignedUrls {
  const issuedS = Math.floor(world.clock.now() / 1000);
  const path = `/attachments/${file.channelId}/${file.id}/${encodeURIComponent(file.name)}`;
  const [ex, is] = [(issuedS + LIFETIME_S).toString(16), issuedS.toString(16)];
  const query = `?ex=${ex}&is=${is}&hm=${signatureOf(file.id, ex, is)}&`;
  return { url: `${world.address}/cdn${path}${query}`, proxyUrl: `${world.address}/media${path}${query}` };
}

function signatureOf(fileId: string, ex: string, is: string): string {
  return createHmac('sha256', SIGNING_KEY).update(`${fileId}.${ex}.${is}`).digest('hex');
}

/** Answers a GET under /cdn or /media; true if the path was one of theirs. */
export function serveCdn(world: World, url: URL, response: ServerResponse): boolean {
  if (serveSticker(world, url, response)) return true;
  const match = /^\/(cdn|media)\/attachments\/(\d+)\/(\d+)\/([^/]+)$/.exec(url.pathname);
  if (!match) return false;
  const [, host, channelId, fileId = '', name = ''] = match;
  const file = world.files.get(fileId);
  const known = file !== undefined && file.channelId === channelId && encodeURIComponent(file.name) === name;
  if (!known || !isSigned(world, url, fileId)) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('This content is no longer available.');
  } else if (host === 'media' && !/^(image|video)\//.test(file.contentType)) {
    response.writeHead(415, { 'content-type': 'text/plain' }).end('');
  } else if (file.served) {
    file.served(response);
  } else {
    response.writeHead(200, { 'content-type': file.contentType, 'content-length': file.bytes.length }).end(file.bytes);
  }
  return true;
}

/** One white point: what stands behind every sticker's address. */
const POINT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==',
  'base64',
);
/** What a sticker is served as, by its format; moving pictures of the GIF kind come from the media proxy. */
const STICKER_FILES = { 1: ['cdn', 'png'], 2: ['cdn', 'png'], 3: ['cdn', 'json'], 4: ['media', 'gif'] } as const;

/** Stickers are public: their addresses are not signed. */
function serveSticker(world: World, url: URL, response: ServerResponse): boolean {
  const [, host, id = '', ending] = /^\/(cdn|media)\/stickers\/(\d+)\.(png|json|gif)$/.exec(url.pathname) ?? [];
  if (host === undefined) return false;
  const files: Readonly<Record<number, readonly [string, string]>> = STICKER_FILES;
  const [itsHost, itsEnding] = files[world.stickers.get(id)?.format ?? 0] ?? [];
  const exists = host === itsHost && ending === itsEnding;
  if (!exists) response.writeHead(404).end();
  else if (ending === 'json') response.writeHead(200, { 'content-type': 'application/json' }).end('{"v":"5.5.7"}');
  else response.writeHead(200, { 'content-type': `image/${ending}` }).end(POINT);
  return true;
}

function isSigned(world: World, url: URL, fileId: string): boolean {
  const [ex, is] = [url.searchParams.get('ex') ?? '', url.searchParams.get('is') ?? ''];
  const standing = Number.parseInt(ex, 16) * 1000 > world.clock.now();
  return standing && url.searchParams.get('hm') === signatureOf(fileId, ex, is);
}

/** A file as somebody uploads it. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
  readonly description?: string;
  readonly voice?: StoredFile['voice'];
  /** How the CDN hands it over; whole and at once if not said. */
  readonly served?: StoredFile['served'];
}

export function storeFile(world: World, channelId: string, upload: Upload): StoredFile {
  const image = pngSizeOf(upload.bytes);
  const file: StoredFile = {
    id: world.newId(),
    channelId,
    name: upload.name.replaceAll(/[^\w.-]/g, '_'),
    contentType: upload.contentType ?? contentTypeOf(upload.name),
    bytes: upload.bytes,
    ...(upload.description === undefined ? {} : { description: upload.description }),
    ...(image ? { image } : {}),
    ...(upload.voice ? { voice: upload.voice } : {}),
    ...(upload.served ? { served: upload.served } : {}),
  };
  world.files.set(file.id, file);
  return file;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain; charset=utf-8',
};

function contentTypeOf(name: string): string {
  return CONTENT_TYPES[name.split('.').pop()?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

/** Width and height stand at fixed places of a PNG's first chunk. */
function pngSizeOf(bytes: Uint8Array): StoredFile['image'] | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < 24 || view.readUInt32BE(0) !== 0x89504e47) return undefined;
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
}
