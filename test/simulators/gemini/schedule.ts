/** Sends an answer's bytes on their schedule: cut anywhere, delayed, held at a gate, kept alive, reset. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import type { Cuts, Delivery, Pause } from './script.ts';

/** What is left of a Step once the dialect has turned it into bytes. */
export type Beat = Pause | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** The offsets, within the whole body, between which the body is sent piece by piece. */
export function cutsOf(body: Uint8Array, cuts: Cuts): readonly number[] {
  if ('atBytes' in cuts) return cuts.atBytes.filter((at) => at > 0 && at < body.length).sort((a, b) => a - b);
  if ('inside' in cuts) return cuts.inside.flatMap((needle) => middlesOf(body, needle)).sort((a, b) => a - b);
  const sizes = cuts.sizes.filter((size) => size > 0);
  const offsets: number[] = [];
  for (let at = 0, turn = 0; sizes.length > 0; turn++) {
    at += sizes[turn % sizes.length] ?? body.length;
    if (at >= body.length) break;
    offsets.push(at);
  }
  return offsets;
}

function middlesOf(body: Uint8Array, needle: string): number[] {
  const bytes = Buffer.from(needle);
  const haystack = Buffer.from(body.buffer, body.byteOffset, body.length);
  const middles: number[] = [];
  if (bytes.length < 2) return middles;
  for (let at = haystack.indexOf(bytes); at !== -1; at = haystack.indexOf(bytes, at + bytes.length))
    middles.push(at + Math.floor(bytes.length / 2));
  return middles;
}

/** The same beats with their bytes split at the cuts; joined, they are the same body. */
export function cutBeats(beats: readonly Beat[], cuts: Cuts | undefined): readonly Beat[] {
  if (cuts === undefined) return beats;
  const offsets = cutsOf(Buffer.concat(beats.flatMap((beat) => (beat.kind === 'bytes' ? [beat.bytes] : []))), cuts);
  const pieces: Beat[] = [];
  let start = 0;
  let next = 0;
  for (const beat of beats) {
    if (beat.kind !== 'bytes') {
      pieces.push(beat);
      continue;
    }
    const end = start + beat.bytes.length;
    let from = start;
    for (; next < offsets.length && (offsets[next] ?? end) < end; next++) {
      const to = offsets[next] ?? end;
      if (to > from) pieces.push({ kind: 'bytes', bytes: beat.bytes.subarray(from - start, to - start) });
      from = Math.max(from, to);
    }
    pieces.push({ kind: 'bytes', bytes: beat.bytes.subarray(from - start) });
    start = end;
  }
  return pieces;
}

/** A comment the relay sends between events while it waits, so that nobody on the way gives up. */
export interface KeepAlive {
  readonly bytes: string;
  readonly everyMs: number;
}

/**
 * Sends the beats and ends the response; the response's head goes out with the first bytes, also with no bytes at all,
 * so that a pause before them is a silence before the headers. Returns early, as `gone`, when the client goes away.
 */
export async function play(response: ServerResponse, beats: readonly Beat[], options: PlayOptions): Promise<PlayEnd> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let left = options.delivery.resetAfterBytes ?? Number.POSITIVE_INFINITY;
  for (const beat of cutBeats(beats, options.delivery.cuts)) {
    if (beat.kind === 'reset' || left <= 0) return reset(response);
    if (beat.kind === 'bytes') {
      await untilGone(pauseOf(options.delivery.pieceDelayMs, gone.signal), gone.signal);
      if (gone.signal.aborted) return 'gone';
      await send(response, beat.bytes.subarray(0, left));
      left -= beat.bytes.length;
    } else {
      await waitAlive(response, beat, { keepAlive: options.keepAlive, gone: gone.signal });
      if (gone.signal.aborted) return 'gone';
    }
  }
  if (left <= 0) return reset(response);
  response.end();
  return 'complete';
}

/** How sending ended: as scripted, or because the client closed the connection. */
export type PlayEnd = 'complete' | 'reset' | 'gone';

export interface PlayOptions {
  readonly delivery: Delivery;
  readonly keepAlive?: KeepAlive | undefined;
}

/** One write, handed to the kernel before the next begins, so that the client can read it as a piece of its own. */
async function send(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return response.flushHeaders();
  const { promise: flushed, resolve } = Promise.withResolvers<void>();
  response.once('close', resolve);
  response.write(bytes, () => resolve());
  await flushed;
  response.off('close', resolve);
  await setImmediate();
}

/** Waits at a delay or a gate, with the relay's comments in between. */
async function waitAlive(
  response: ServerResponse,
  pause: Exclude<Pause, { kind: 'reset' }>,
  waiting: { readonly keepAlive: KeepAlive | undefined; readonly gone: AbortSignal },
): Promise<void> {
  const { keepAlive, gone } = waiting;
  const beating = keepAlive && setInterval(() => response.write(keepAlive.bytes), keepAlive.everyMs);
  try {
    if (pause.kind === 'hold') pause.gate.arrive();
    await untilGone(pause.kind === 'hold' ? pause.gate.opened : pauseOf(pause.ms, gone), gone);
  } finally {
    clearInterval(beating);
  }
}

async function pauseOf(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (ms !== undefined) await setTimeout(ms, undefined, { signal });
}

/** Waits for `wait` or for the client to go away, whichever is first. */
async function untilGone(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([wait, gone]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A TCP reset rather than a close: what was sent is flushed, then the connection is gone. */
function reset(response: ServerResponse): 'reset' {
  response.socket?.resetAndDestroy();
  return 'reset';
}
