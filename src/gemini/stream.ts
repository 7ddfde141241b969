/** The bytes of an answer to chunks: server-sent events, a JSON body, a JSON list, and errors written among them. */
import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { Chunk } from '../core/content.ts';
import { PartAssembler } from './parts.ts';
import { chunkOf, isPlainChunk, isRecord } from './wire.ts';

/** Why no more chunks come, although the body may go on. */
export type Fault =
  /** The service wrote an error into the body. `body` is the object that holds it. */
  | { readonly kind: 'error'; readonly body: Record<string, unknown> }
  /** A piece of the answer is not JSON, or was cut in the middle. */
  | { readonly kind: 'corrupt' }
  /** One event, or a body that is not events, is larger than the limit. */
  | { readonly kind: 'oversize' }
  /** There was a body, and nothing in it was of the Gemini API. */
  | { readonly kind: 'foreign' };

/** How many characters of lines that are no events are kept to find an error among them; errors are short. */
const BARE_CHARS = 32_768;

/** How many of the largest events one body may hold: several images, with their drafts and signatures. */
const LARGEST_EVENTS = 4;

const LF = 10;
const CR = 13;

/** Reads one answer. Bytes go in as they come, chunks come out in order; then `end` is called once. */
export class ChunkReader {
  readonly #maxChars: number;
  readonly #parser: EventSourceParser;
  readonly #parts = new PartAssembler();
  #mode: 'undecided' | 'events' | 'json' = 'undecided';
  #ready: Chunk[] = [];
  #fault: Fault | undefined;
  #anyChunk = false;
  #foreign = false;
  #json: string[] = [];
  #bytes = 0;
  /** Bytes since the end of the last whole line. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** The last lines of an event stream that are no part of an event. */
  #bare: string[] = [];
  #bareChars = 0;

  /**
   * @param maxChars The largest event, or whole JSON body, in characters. An event stream may have LARGEST_EVENTS times
   * as many bytes.
   */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
    this.#parser = createParser({
      maxBufferSize: maxChars,
      onEvent: (event) => this.#event(event.data),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.#fault ??= { kind: 'oversize' };
        else if (error.type === 'unknown-field') this.#keepBare(error.line ?? '');
      },
    });
  }

  /** Set when nothing more will come; chunks handed out before it stand. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  push(bytes: Uint8Array): readonly Chunk[] {
    if (this.#fault !== undefined) return [];
    this.#bytes += bytes.length;
    const piece = bufferOf(bytes);
    // Nothing can happen before a line ends. Until then bytes cost nothing; as text they would be copied again and again.
    const end = endOfLines(piece);
    if (end > 0)
      this.#feed(this.#waitingBytes === 0 ? piece.toString('utf8', 0, end) : this.#waited(piece.subarray(0, end)));
    if (end < piece.length) this.#wait(piece.subarray(end));
    if (this.#isOversize()) this.#fault ??= { kind: 'oversize' };
    return this.#handOut();
  }

  #wait(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** What waited for the end of a line, with the bytes that bring it. No character reaches over the end of a line. */
  #waited(...last: readonly Buffer[]): string {
    const whole = Buffer.concat([...this.#waiting, ...last]);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return whole.toString('utf8');
  }

  #isOversize(): boolean {
    const bytes = this.#mode === 'json' ? this.#bytes : this.#waitingBytes;
    return bytes > this.#maxChars || this.#bytes > this.#maxChars * LARGEST_EVENTS;
  }

  /** The body is over: what it left unfinished is read as far as it goes, the last event even without its blank line. */
  end(): readonly Chunk[] {
    if (this.#fault === undefined && this.#waitingBytes > 0) this.#feed(`${this.#waited()}\n`);
    if (this.#fault === undefined && this.#mode === 'events') this.#parser.feed('\n\n');
    if (this.#fault === undefined && this.#bare.length > 0) this.#endEvents();
    if (this.#fault === undefined && this.#mode === 'json') this.#endJson(this.#json.join(''));
    if (!this.#anyChunk && this.#foreign) this.#fault ??= { kind: 'foreign' };
    return this.#handOut(true);
  }

  #handOut(isLast = this.#fault !== undefined): readonly Chunk[] {
    // Text that waited to become an image is text when nothing more comes.
    const parts = isLast ? this.#parts.end() : [];
    if (parts.length > 0) this.#ready.push({ candidates: [{ content: { role: 'model', parts } }] });
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  #feed(piece: string): void {
    let text = piece;
    if (this.#mode === 'undecided') {
      text = piece.trimStart();
      if (text === '') return;
      this.#mode = text.startsWith('{') || text.startsWith('[') ? 'json' : 'events';
      this.#foreign = this.#mode === 'events' && !':deir'.includes(text.charAt(0));
    }
    if (this.#mode === 'json') this.#json.push(text);
    else this.#parser.feed(text);
  }

  #keepBare(line: string): void {
    this.#bareChars += line.length;
    if (this.#bareChars > BARE_CHARS) {
      this.#bare = [];
      this.#bareChars = line.length;
    }
    this.#bare.push(line);
  }

  #event(data: string): void {
    if (this.#fault !== undefined) return;
    const first = data.charCodeAt(0);
    // An object or a list; anything else (`[DONE]`, an empty line, a word that keeps the connection alive) says nothing.
    if (first !== 0x7b && (first !== 0x5b || data.startsWith('[DONE'))) {
      if (/^\s+[{[]/.test(data)) this.#event(data.trimStart());
      return;
    }
    try {
      this.#value(JSON.parse(data));
    } catch {
      this.#fault = { kind: 'corrupt' };
    }
  }

  #value(value: unknown): void {
    if (Array.isArray(value)) for (const each of value) this.#object(each);
    else this.#object(value);
  }

  #object(value: unknown): void {
    if (this.#fault !== undefined) return;
    if (!isRecord(value)) this.#foreign = true;
    else if (isPlainChunk(value)) this.#handOver(this.#parts.isOpen ? this.#parts.take(value) : value);
    else if (isErrorBody(value)) this.#fault = { kind: 'error', body: value };
    else {
      const chunk = chunkOf(value);
      if (chunk !== undefined) this.#handOver(this.#parts.take(chunk));
      // An answer without anything is an empty object; among events it says nothing.
      else if (Object.keys(value).length > 0) this.#foreign = true;
      else if (this.#mode === 'json') this.#handOver({});
    }
  }

  #handOver(chunk: Chunk): void {
    this.#anyChunk = true;
    this.#ready.push(chunk);
  }

  /** Among the lines that are no events an error may stand as JSON. */
  #endEvents(): void {
    for (const text of objectsIn(this.#bare.join('\n')).objects) {
      const value = parsed(text);
      if (isErrorBody(value)) this.#fault = { kind: 'error', body: value };
    }
  }

  #endJson(text: string): void {
    const whole = parsed(text);
    if (whole !== undefined) {
      this.#value(whole);
      return;
    }
    // A list that was cut, or objects one after another: those that are whole still count.
    const { objects, rest } = objectsIn(text);
    for (const each of objects) {
      const value = parsed(each);
      if (value !== undefined) this.#value(value);
      else this.#fault ??= { kind: 'corrupt' };
    }
    if (!text.startsWith('{') || rest.trim() !== '') this.#fault ??= { kind: 'corrupt' };
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Where the last whole line ends. A lone CR counts only where there is no LF, so that no CR LF is taken apart early. */
function endOfLines(bytes: Buffer): number {
  const lf = bytes.lastIndexOf(LF);
  return (lf === -1 ? bytes.lastIndexOf(CR) : lf) + 1;
}

/** A text as JSON; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Undefined is no JSON value, so it says exactly this: it was not JSON.
    return undefined;
  }
}

function isErrorBody(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && Boolean(value['error']);
}

/** The outermost `{…}` of a text, in order, and what stands behind the last of them. */
function objectsIn(text: string): { readonly objects: readonly string[]; readonly rest: string } {
  const objects: string[] = [];
  let quoted = false;
  let depth = 0;
  let start = 0;
  let rest = 0;
  for (const { 0: token, index } of text.matchAll(/\\.|["{}]/gs)) {
    if (token === '"') quoted = !quoted;
    if (quoted) continue;
    if (token === '{' && depth++ === 0) start = index;
    if (token !== '}' || depth === 0 || --depth > 0) continue;
    rest = index + 1;
    objects.push(text.slice(start, rest));
  }
  return { objects, rest: text.slice(rest) };
}
