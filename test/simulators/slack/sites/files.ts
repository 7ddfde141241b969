/** Where files are fetched and brought: downloads with the bearer token and their traps, and uploads that work once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf } from '../api/admission.ts';
import { readBody } from '../api/body.ts';
import type { Site } from '../api/server.ts';
import type { Files } from '../state/files.ts';
import type { StoredFile } from '../state/model.ts';
import type { World } from '../state/world.ts';

const LOGIN_PAGE =
  '<!DOCTYPE html><html><head><title>Slack</title></head><body><form id="signin_form">Sign in</form></body></html>';
/** How a slow body comes: a few bytes, a pause, a few bytes. */
const DRIP = { bytes: 16, everyMs: 50 };

export function fileSites(world: World, files: Files): readonly Site[] {
  return [
    {
      prefix: '/files-pri/',
      serve: async (request, url, response) => download({ world, files }, request, { url, response }),
    },
    {
      prefix: '/elsewhere/',
      serve: async (request, url, response) => elsewhere({ world, files }, request, { url, response }),
    },
    { prefix: '/upload/v1/', serve: (request, url, response) => upload(files, request, { url, response }) },
  ];
}

interface Shelf {
  readonly world: World;
  readonly files: Files;
}

interface Visit {
  readonly url: URL;
  readonly response: ServerResponse;
}

/** `/files-pri/{team}-{file}/download/{name}`. */
function fileAt(files: Files, url: URL): StoredFile | undefined {
  const [, , place = ''] = url.pathname.split('/');
  const [team = '', id = ''] = place.split('-');
  return files.find(team, id);
}

function download(shelf: Shelf, request: IncomingMessage, { url, response }: Visit): void {
  const { world, files } = shelf;
  const file = fileAt(files, url);
  if (!file || file.fault === 'gone') {
    response.writeHead(404, { 'content-type': 'text/html' }).end(LOGIN_PAGE);
    return;
  }
  const isLogin = file.fault === 'login-page' || file.fault === 'login-redirect';
  if (isLogin || !mayFetch(shelf, request, file)) {
    if (file.fault === 'login-redirect') {
      const back = encodeURIComponent(url.pathname);
      response.writeHead(302, { location: `${world.address}/files-pri/${file.team}-${file.id}/?redir=${back}` }).end();
    } else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
    return;
  }
  if (file.fault === 'elsewhere') {
    const other = world.address.replace('127.0.0.1', 'localhost');
    response.writeHead(302, { location: `${other}/elsewhere/${file.team}-${file.id}/${file.name}` }).end();
    return;
  }
  response.writeHead(200, { 'content-type': file.mimetype, 'content-disposition': 'attachment' });
  if (file.fault === 'slow') drip(world, file.bytes, response);
  else response.end(file.bytes);
}

/** With `files:read`, and only what the bot can see. */
function mayFetch({ world, files }: Shelf, request: IncomingMessage, file: StoredFile): boolean {
  const token = world.tokens.get(bearerOf(request) ?? '');
  const isGood = token?.kind === 'bot' && token.team === file.team && !token.revoked && token.scopes.has('files:read');
  return isGood && files.visibleToBot(world.workspace(file.team), file.id) !== undefined;
}

/** Another host: it hands the bytes to anybody, and must never be shown the token. */
function elsewhere({ world, files }: Shelf, request: IncomingMessage, { url, response }: Visit): void {
  const file = fileAt(files, url);
  if (request.headers.authorization !== undefined)
    world.misdeeds.push(`the token was sent to ${request.headers.host ?? 'another host'}`);
  if (file) response.writeHead(200, { 'content-type': file.mimetype }).end(file.bytes);
  else response.writeHead(404).end();
}

function drip(world: World, bytes: Uint8Array, response: ServerResponse): void {
  const next = (from: number): void => {
    if (response.destroyed) return;
    if (from >= bytes.length) {
      response.end();
      return;
    }
    response.write(bytes.slice(from, from + DRIP.bytes));
    world.clock.after(DRIP.everyMs, () => next(from + DRIP.bytes));
  };
  next(0);
}

/** Raw bytes or a form with one file; as many as were announced. */
async function upload(files: Files, request: IncomingMessage, { url, response }: Visit): Promise<void> {
  const place = files.uploadAt(url.pathname.split('/')[3] ?? '');
  const body = await readBody(request);
  const bytes = body.files[0]?.bytes ?? new Uint8Array(body.raw);
  if (!place) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  if (bytes.length !== place.length) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('length mismatch');
    return;
  }
  place.bytes = bytes;
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`OK - ${bytes.length}`);
}
