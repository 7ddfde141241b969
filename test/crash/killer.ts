/** Loaded into the bot before its own code: counts the steps it takes towards store, platform and model, and kills it at one. */
import diagnostics from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { WebSocket } from 'undici';

/** What a test may ask: to begin counting, to die at the numbered step from now on, or how many steps there were. */
export interface Asked {
  readonly dieAt?: number;
}

let taken = 0;
let dieAt = Number(process.env['DIE_AT'] ?? Number.POSITIVE_INFINITY);

function step(name: string): void {
  if (++taken !== dieAt) return;
  writeSync(1, `${JSON.stringify({ event: 'killed', step: name })}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** Every write of the store is one commit. */
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  if (sql === 'COMMIT') step('before a commit');
  Reflect.apply(exec, this, [sql]);
  if (sql === 'COMMIT') step('after a commit');
};

/** Both clients are undici, which tells of every request. @see https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
const MOMENTS = { create: 'before', bodySent: 'within', headers: 'while reading', trailers: 'after' };
for (const [moment, words] of Object.entries(MOMENTS))
  diagnostics.subscribe(`undici:request:${moment}`, (message) => step(`${words} ${requestIn(message)}`));
diagnostics.subscribe('undici:request:bodyChunkReceived', (message) => step(`with a chunk of ${requestIn(message)}`));

function requestIn(message: unknown): string {
  // What undici publishes has the request, whose method and path these are.
  const { request } = message as { readonly request: { readonly method: string; readonly path: string } };
  return `${request.method} ${request.path.replaceAll(/\d{6,}/g, '…')}`;
}

/** Over its socket Slack hears that something arrived. */
const { send } = WebSocket.prototype;
Object.assign(WebSocket.prototype, {
  send(this: WebSocket, ...said: unknown[]): void {
    step('before a word over the socket');
    Reflect.apply(send, this, said);
    step('after a word over the socket');
  },
});

process.on('message', (asked: Asked) => {
  process.send?.({ taken });
  if (asked.dieAt === undefined) return;
  taken = 0;
  dieAt = asked.dieAt;
});
// Listening must not keep the bot alive.
process.channel?.unref();
