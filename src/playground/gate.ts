/** HTTP rules of the page: who is let in, which files are served, and what a body may be. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer as readBuffer, text as readText } from 'node:stream/consumers';

/** Bytes of a request body; a message of the longest kind, escaped as JSON, fits. */
const MAX_BODY_BYTES = 256 * 1024;

/** A response with a JSON body; an error is `{ error: sentence }`. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/**
 * Nothing from elsewhere, nothing inline, no frame around the page; strings become DOM only through DOMPurify's policy.
 * @see https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; " +
    "require-trusted-types-for 'script'; trusted-types dompurify",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

interface PageFile {
  readonly url: string;
  readonly type: string;
}

const pageFile = (name: string, type: string): PageFile => ({ url: import.meta.resolve(`./page/${name}`), type });

/** Everything that can be fetched beside the API: the page's own files, and the two packages it imports. */
const FILES: ReadonlyMap<string, PageFile> = new Map([
  ['/', pageFile('index.html', TYPES.html)],
  ['/icon.svg', pageFile('icon.svg', TYPES.svg)],
  ...['page', 'drawer', 'thread', 'markdown', 'composer', 'commands'].map(
    (name) => [`/${name}.css`, pageFile(`${name}.css`, TYPES.css)] as const,
  ),
  ...['page', 'thread', 'markdown', 'server', 'turns', 'files', 'commands', 'changes'].map(
    (name) => [`/${name}.js`, pageFile(`${name}.js`, TYPES.js)] as const,
  ),
  ['/marked.js', { url: import.meta.resolve('marked'), type: TYPES.js }],
  ['/purify.js', { url: import.meta.resolve('dompurify'), type: TYPES.js }],
]);

/**
 * Keeps other sites out of a server that any page of the same browser could reach. A foreign name in `Host` is DNS
 * rebinding; a foreign `Origin` or `Sec-Fetch-Site` is another site's request; the token, new at each start, is in a
 * cookie that only the page itself is given.
 */
export class Gate {
  readonly #token = randomBytes(32).toString('base64url');

  /** Why this request is not answered at all, or nothing. */
  refusal(req: IncomingMessage): string | undefined {
    const port = req.socket.localPort;
    const { host = '', origin } = req.headers;
    const site = req.headers['sec-fetch-site'];
    if (![`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`].includes(host))
      return `This page answers only at http://127.0.0.1:${port}/.`;
    if ((origin !== undefined && origin !== `http://${host}`) || !['same-origin', 'none', undefined].includes(site))
      return `Another site may not use this page. Open http://${host}/ by typing it.`;
    return undefined;
  }

  /** What the page is given to prove that it is the page: out of reach of scripts and of other sites. */
  cookie(req: IncomingMessage): string {
    return `${cookieName(req)}=${this.#token}; Path=/api; HttpOnly; SameSite=Strict`;
  }

  /** Whether the request comes from a page that this process served. */
  admits(req: IncomingMessage): boolean {
    const prefix = `${cookieName(req)}=`;
    const given = (req.headers.cookie ?? '').split('; ').find((pair) => pair.startsWith(prefix));
    const [ours, theirs] = [Buffer.from(this.#token), Buffer.from(given?.slice(prefix.length) ?? '')];
    return ours.length === theirs.length && timingSafeEqual(ours, theirs);
  }
}

/** Cookies know no ports: two of these pages on one machine must not overwrite each other's. */
function cookieName(req: IncomingMessage): string {
  return `halley_${req.socket.localPort}`;
}

/** Sets the headers every response carries. */
export function protect(res: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
}

export function send(res: ServerResponse, { status, body }: Answer): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** An error in words. */
export function no(status: number, error: string): Answer {
  return { status, body: { error } };
}

/** Sends one of the page's files; anything else does not exist. */
export async function sendFile(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const file = FILES.get(path);
  if (file === undefined) return send(res, no(404, 'There is no such page here.'));
  if (req.method !== 'GET' && req.method !== 'HEAD') return send(res, no(405, 'This can only be read.'));
  const bytes = await readFile(new URL(file.url));
  res.writeHead(200, { 'content-type': file.type, 'content-length': bytes.length });
  res.end(req.method === 'HEAD' ? undefined : bytes);
}

/** Reads a JSON object from the request, or says why it is not read. */
export async function readBody(
  req: IncomingMessage,
): Promise<{ readonly fields: ReadonlyMap<string, unknown> } | { readonly refused: Answer }> {
  if (!/^application\/json(;|$)/i.test(req.headers['content-type'] ?? ''))
    return { refused: no(415, 'The body must be JSON, with the content type application/json.') };
  // The declared length is enough: Node's parser reads no more than it as this request's body.
  if (!(Number(req.headers['content-length']) <= MAX_BODY_BYTES))
    return { refused: no(413, `The body must say its length, and have ${MAX_BODY_BYTES / 1024} KiB at most.`) };
  const text = await readText(req);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { fields: new Map(Object.entries(value)) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { refused: no(400, 'The body must be one JSON object.') };
}

/** Reads a file from the request, or says why it is not read. */
export async function readBytes(
  req: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly bytes: Buffer } | { readonly refused: Answer }> {
  // As for a JSON body, the declared length is enough.
  if (Number(req.headers['content-length']) <= maxBytes) return { bytes: await readBuffer(req) };
  return { refused: no(413, `A file must say its length, and have ${maxBytes / 1_000_000} MB at most.`) };
}
