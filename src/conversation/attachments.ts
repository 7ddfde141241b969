/** The files of a question as parts of it: fetched, kept within limits, and every one that cannot be given is named. */
import type { Content, Part } from '../core/content.ts';
import type { Platform, TurnFile } from '../core/conversation.ts';
import { codeOf } from '../core/errors.ts';
import type { Downloaded, FileFault } from '../core/files.ts';
import type { Attachment, Mention } from '../core/inbound.ts';
import type { ModelFacts } from '../core/model.ts';
import type { Adapter, Log } from '../core/ports.ts';
import type { Reader } from '../reply/reader.ts';
import { kindOf } from '../media/kinds.ts';
import { quoted } from '../media/text.ts';

export interface AttachmentLimits {
  /** Files read of one question; 0 reads none. */
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  /** Of all files of one question; 14 000 000 at most, which in base64 is what a request has for them. */
  readonly maxTotalBytes: number;
  /** UTF-16 units read of one text file. */
  readonly maxTextCharacters: number;
  /** Public videos that are watched where a question has their addresses; 0 watches none. */
  readonly maxVideoLinks: number;
  /** Whether the service reads HEIC and HEIF. */
  readonly heic: boolean;
  /** Pictures and other media of past turns that go back to the model. */
  readonly lastMedia: number;
}

export interface AttachmentsOptions {
  readonly limits: AttachmentLimits;
  /** Who fetches the files of a platform. */
  readonly adapter: (platform: Platform) => Pick<Adapter, 'download'>;
  readonly log: Log;
}

/** What is known beside the mention whose files are read. */
export interface Reading {
  /** The question, without flags: public videos that it names by their address are watched. */
  readonly text: string;
  readonly reader: Pick<Reader, 'surface' | 'notices'>;
  /** What is known of the model that is asked: it may not read every medium. */
  readonly facts: ModelFacts | undefined;
}

/** What came of the files of a question: each is in `parts` or in `faults`, and each has its entry in `files`. */
export interface Files {
  readonly parts: readonly Part[];
  readonly faults: readonly FileFault[];
  /** `part` counts in `parts`. */
  readonly files: readonly TurnFile[];
  /** For each of `parts` that comes from a file, which of `files`; those that come from the words stand behind. */
  readonly fileOfPart: readonly number[];
}

/** Bytes of a request that its contents may take: the service takes 20 MB, and the rest is for instruction, tools and settings. */
const MAX_CONTENT_BYTES = 19_500_000;

/** How much longer base64 is than the bytes. */
const BASE64 = 4 / 3;

/** @see https://ai.google.dev/gemini-api/docs/video-understanding#youtube */
const VIDEO =
  /\bhttps?:\/\/(?:(?:www\.|m\.)?youtube\.com\/(?:watch\?(?:[^\s<>#]*&)?v=|shorts\/|live\/)|youtu\.be\/)([\w-]{11})(?![\w-])/g;
/** Code and quoted lines: what stands there is shown and not asked. */
const NOT_SAID = /```[^]*?(?:```|$(?![^]))|`[^`\n]*`|^>.*$/gm;

export class Attachments {
  readonly #options: AttachmentsOptions;

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  /**
   * Fetches and reads the files of a mention, and shows that it does. Never rejects: what cannot be read is a fault. Once
   * `signal` is aborted nothing is said of any file.
   */
  async read(mention: Mention, { text, reader, facts }: Reading, signal: AbortSignal): Promise<Files> {
    const { limits, log } = this.#options;
    const question = new FilesOfQuestion(limits, facts);
    const due = mention.attachments.slice(0, limits.maxFiles);
    if (due.length > 0) await this.#tell(reader, mention.attachments.length);
    const fetched = await Promise.all(due.map((file) => this.#fetch(mention.place.platform, file, signal)));
    for (const [at, file] of mention.attachments.entries()) {
      const came = fetched[at] ?? ({ fault: 'count' } as const);
      if ('fault' in came) question.refuse(file, came.fault);
      else await question.add(file, came.bytes);
    }
    question.parts.push(...videosIn(text, facts).slice(0, limits.maxVideoLinks));
    if (due.length > 0)
      log.info('files.read', { mention: mention.id, files: due.length, refused: question.faults.length });
    const { parts, faults, files, fileOfPart } = question;
    return { parts, faults: signal.aborted ? [] : faults, files, fileOfPart };
  }

  /** What past turns may bring beside this question. */
  beside(question: Content): { readonly maxMedia: number; readonly maxBytes: number } {
    const taken = question.parts.reduce((sum, part) => sum + bytesOf(part), 0);
    return { maxMedia: this.#options.limits.lastMedia, maxBytes: Math.max(0, MAX_CONTENT_BYTES - taken) };
  }

  async #fetch(platform: Platform, file: Attachment, signal: AbortSignal): Promise<Downloaded> {
    const { adapter, limits, log } = this.#options;
    const maxBytes = Math.min(limits.maxFileBytes, limits.maxTotalBytes);
    if (file.bytes > maxBytes) return { fault: 'size' };
    try {
      return await adapter(platform).download(file, maxBytes, signal);
    } catch (error) {
      if (!signal.aborted) log.error('files.failed', error);
      return { fault: 'download' };
    }
  }

  /** A reader who cannot be shown that files are read is answered all the same. */
  async #tell({ surface, notices }: Reading['reader'], files: number): Promise<void> {
    const words = { line: notices.reading(files), isDoing: notices.isReading(files) };
    const view = { text: '', exact: '', settled: '', status: 'reading', ...words } as const;
    try {
      await surface.begin(view);
      await surface.show(view);
    } catch (error) {
      this.#options.log.warn('reply.view-lost', { code: codeOf(error) });
    }
  }
}

class FilesOfQuestion implements Files {
  readonly parts: Part[] = [];
  readonly faults: FileFault[] = [];
  readonly files: TurnFile[] = [];
  readonly fileOfPart: number[] = [];
  readonly #limits: AttachmentLimits;
  readonly #facts: ModelFacts | undefined;
  /** Bytes of the request that are left. */
  #room: number;

  constructor(limits: AttachmentLimits, facts: ModelFacts | undefined) {
    this.#limits = limits;
    this.#facts = facts;
    this.#room = Math.ceil(limits.maxTotalBytes * BASE64);
  }

  refuse({ name }: Attachment, why: FileFault['why']): void {
    this.faults.push({ name, why });
    this.files.push({ name });
  }

  async add(file: Attachment, bytes: Uint8Array): Promise<void> {
    const name = labelOf(file.name);
    const known = await kindOf(file, bytes);
    if (known.kind === 'page') return this.refuse(file, 'page');
    if (known.kind === 'text')
      return this.#take(file, [{ text: quoted(name, known.text, this.#limits.maxTextCharacters) }]);
    if (known.kind === 'unknown' || !this.#isRead(known)) return this.refuse(file, 'kind');
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    this.#take(file, [{ text: `[File: ${name}]` }, { inlineData: { mimeType: known.mimeType, data } }]);
  }

  #isRead({ medium, mimeType }: Extract<Awaited<ReturnType<typeof kindOf>>, { kind: 'medium' }>): boolean {
    if (/hei[cf]$/.test(mimeType) && !this.#limits.heic) return false;
    return this.#facts?.reads?.includes(medium) ?? true;
  }

  #take(file: Attachment, parts: readonly Part[]): void {
    const size = parts.reduce((sum, part) => sum + bytesOf(part), 0);
    if (size > this.#room) return this.refuse(file, 'size');
    this.#room -= size;
    this.parts.push(...parts);
    this.fileOfPart.push(...parts.map(() => this.files.length));
    this.files.push({ name: file.name, ...(parts.length > 1 ? { part: this.parts.length - 1 } : {}) });
  }
}

/** The public videos that a text has the addresses of, outside code and quotations, for the service to fetch. */
function videosIn(text: string, facts: ModelFacts | undefined): readonly Part[] {
  if (facts?.reads?.includes('video') === false) return [];
  const ids = new Set(Array.from(text.replace(NOT_SAID, ' ').matchAll(VIDEO), ([, id]) => id));
  return [...ids].map((id) => ({
    fileData: { mimeType: 'video/mp4', fileUri: `https://www.youtube.com/watch?v=${id}` },
  }));
}

/** What a part takes of a request's body. */
export function bytesOf(part: Part): number {
  const { inlineData, ...rest } = part;
  return (inlineData?.data.length ?? 0) + Buffer.byteLength(JSON.stringify(rest)) + PART_BYTES;
}

/** Of the marks around a part and of the names in it. */
const PART_BYTES = 64;

/** A name comes from outside: it stays one line, and ends no bracket and no code that it stands beside. */
function labelOf(name: string): string {
  return (
    name
      .replace(/[\s[\]`\p{C}]+/gu, ' ')
      .trim()
      .slice(0, 80) || 'without a name'
  );
}
