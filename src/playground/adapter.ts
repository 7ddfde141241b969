/** The third platform: a page on loopback. Its requests become Mentions and Commands, and views go back as an event stream. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Whereabouts } from '../core/conversation.ts';
import { codeOf } from '../core/errors.ts';
import type { BlobStore, Downloaded } from '../core/files.ts';
import type { Attachment, Command, Mention, MentionId, Recent, ReplyAddress } from '../core/inbound.ts';
import type { Adapter, Inbox, Log, ReplySurface } from '../core/ports.ts';
import type { Notices, NoticesFor } from '../notices/notices.ts';
import { type Answer, Gate, no, protect, readBody, send, sendFile } from './gate.ts';
import {
  conversationOf,
  type Fields,
  HERE,
  localeOf,
  messageAt,
  readChange,
  readCommand,
  readMention,
  readWhereabouts,
  type Sender,
} from './inbound.ts';
import { LISTED } from './listed.ts';
import { type PageEvent, PlaygroundSurface } from './surface.ts';
import { type Kept, Threads, waitingView } from './threads.ts';
import { Uploads } from './uploads.ts';

export interface PlaygroundOptions extends Kept {
  /** What holds, and what can be chosen. */
  readonly desk: Pick<Inbox, 'settingsAt' | 'complete'>;
  /** Keeps the files that people give to the page until their question is answered, across a restart. */
  readonly uploads: Pick<BlobStore, 'keep' | 'find'>;
  /** Bytes of the largest file that is taken. */
  readonly maxFileBytes: number;
  /** Whether a stand-in answers and not the model; the page says so. */
  readonly standIn: boolean;
  readonly noticesFor: NoticesFor;
  readonly log: Log;
}

/** Bytes one watcher may be behind before it is cut off; its page then connects again and gets a snapshot. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;

/** Serves the page. Needs no connection of its own: whoever has the HTTP server hands each request to `handle`. */
export class PlaygroundAdapter implements Adapter {
  readonly platform = HERE.platform;
  readonly isIn = async (): Promise<true> => true;
  readonly #options: PlaygroundOptions;
  readonly #threads: Threads;
  readonly #uploads: Uploads;
  readonly #gate = new Gate();
  #inbox: Inbox | undefined;

  constructor(options: PlaygroundOptions) {
    this.#options = options;
    this.#threads = new Threads(options);
    this.#uploads = new Uploads(options.uploads, options.maxFileBytes);
  }

  get isConnected(): boolean {
    return this.#inbox !== undefined;
  }

  start(inbox: Inbox): Promise<void> {
    this.#inbox = inbox;
    return Promise.resolve();
  }

  /** Requests are still answered, and open pages see running answers to their end; new messages get a 503. */
  stop(): Promise<void> {
    this.#inbox = undefined;
    return Promise.resolve();
  }

  /** A thread has one post per mention, so posts of an earlier attempt stand where the new ones will. */
  surface({ channel, message }: ReplyAddress): ReplySurface {
    const threads = this.#threads;
    return new PlaygroundSurface(
      threads.live(channel),
      { channel, message },
      {
        recall: () =>
          threads
            .recall(channel, message)
            .catch((error: unknown) => this.#options.log.error('playground.question.lost', error)),
        keep: (images) => threads.pictures.keep(message, images),
      },
    );
  }

  download(file: Attachment, maxBytes: number): Promise<Downloaded> {
    return this.#uploads.find(file, maxBytes);
  }

  /** The bot takes part in every thread of the page from its beginning. */
  async recent(): Promise<Recent> {
    return [];
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    protect(res);
    this.#route(req, res).catch((error: unknown) => {
      const reference = crypto.randomUUID().slice(0, 8);
      this.#options.log.error('playground.failed', error, { reference });
      if (res.headersSent) res.destroy();
      else send(res, no(codeOf(error) === 'defect' ? 500 : 503, this.#noticesFor(req).ofError(error, reference)));
    });
  }

  async #route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const refusal = this.#gate.refusal(req);
    if (refusal !== undefined) {
      this.#options.log.warn('playground.refused');
      return send(res, no(403, refusal));
    }
    const url = URL.parse(`http://page${req.url}`);
    const path = url?.pathname ?? '';
    if (path === '/') res.setHeader('set-cookie', this.#gate.cookie(req));
    if (!path.startsWith('/api/')) return sendFile(req, res, path);
    if (!this.#gate.admits(req)) return send(res, no(403, 'This page is older than the server. Reload it.'));
    if (req.method === 'GET' && path === '/api/events') return this.#events(req, new Map(url?.searchParams), res);
    if (req.method === 'GET' && path.startsWith('/api/pictures/')) return this.#picture(path, res);
    if (req.method === 'POST' && path === '/api/files') return this.#upload(req, new Map(url?.searchParams), res);
    return send(res, await this.#answer(req, path));
  }

  async #upload(req: IncomingMessage, fields: Fields, res: ServerResponse): Promise<void> {
    const asked = readWhereabouts(fields, senderOf(req));
    send(res, typeof asked === 'string' ? no(400, asked) : await this.#uploads.take(req, asked.thread));
  }

  /** Its type is what its bytes say, and the browser is told to believe nothing else. */
  async #picture(path: string, res: ServerResponse): Promise<void> {
    const picture = await this.#threads.pictures.find(path);
    if (picture === undefined) return send(res, no(404, 'There is no such picture here.'));
    const { kind, bytes } = picture;
    res.writeHead(200, { 'content-type': `image/${kind}`, 'content-length': bytes.length }).end(bytes);
  }

  async #answer(req: IncomingMessage, path: string): Promise<Answer> {
    const thread = /^\/api\/conversations\/([\w-]{1,64})$/.exec(path)?.[1];
    if (req.method === 'GET' && thread !== undefined)
      return { status: 200, body: { turns: this.#threads.merged(thread, await this.#threads.kept(thread)) } };
    const message = messageAt(path);
    if (message !== undefined && (req.method === 'PATCH' || req.method === 'DELETE')) return this.#change(req, message);
    switch (`${req.method} ${path}`) {
      case 'GET /api/conversations':
        return { status: 200, body: { conversations: await this.#threads.summaries() } };
      case 'GET /api/commands':
        return { status: 200, body: { commands: LISTED, words: await this.#words() } };
      case 'POST /api/mentions':
      case 'POST /api/commands': {
        const body = await readBody(req);
        if ('refused' in body) return body.refused;
        if (this.#inbox === undefined) return no(503, this.#noticesFor(req).stopping);
        const read = path === '/api/mentions' ? readMention : readCommand;
        const asked = read(body.fields, senderOf(req));
        if (typeof asked === 'string') return no(400, asked);
        return 'mention' in asked ? this.#mention(asked, this.#inbox) : this.#command(asked, this.#inbox);
      }
      default:
        return no(404, 'There is no such address here.');
    }
  }

  /** What a message that was sent before says now, or that it is gone. */
  async #change(req: IncomingMessage, message: { thread: string; id: MentionId }): Promise<Answer> {
    const body = await readBody(req);
    if ('refused' in body) return body.refused;
    if (this.#inbox === undefined) return no(503, this.#noticesFor(req).stopping);
    const asked = readChange({ ...message, from: senderOf(req) }, body.fields, req.method === 'PATCH');
    if (typeof asked === 'string') return no(400, asked);
    return 'mention' in asked ? this.#threads.edit(asked, this.#inbox) : this.#threads.delete(asked, this.#inbox);
  }

  /** What can be typed where a word is wanted, by what it is. */
  async #words(): Promise<Readonly<Record<string, readonly string[]>>> {
    const kinds = ['thinking', 'search', 'model', 'persona'] as const;
    return Object.fromEntries(
      await Promise.all(kinds.map(async (kind) => [kind, await this.#options.desk.complete(kind, '')] as const)),
    );
  }

  /** A snapshot, then every event as it happens. */
  async #events(req: IncomingMessage, fields: Fields, res: ServerResponse): Promise<void> {
    const asked = readWhereabouts(fields, senderOf(req));
    if (typeof asked === 'string') return send(res, no(400, asked));
    const { thread, where } = asked;
    const snapshot = await this.#snapshot(thread, where);
    if (res.closed) return;
    // Nothing is awaited from here on but the snapshot's making, so no event falls between it and the watching.
    const first = eventOf(snapshot());
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).write(first);
    const leave = this.#threads.live(thread).watch((event) => {
      res.write(eventOf(event));
      if (res.writableLength < first.length + MAX_BEHIND_BYTES) return;
      leave();
      res.destroy();
    });
    res.on('close', leave);
  }

  /** Reads what is kept; the snapshot is made of it when it is wanted, under what happens then. */
  async #snapshot(thread: string, where: Whereabouts): Promise<() => PageEvent> {
    const [kept, settings] = await Promise.all([this.#threads.kept(thread), this.#options.desk.settingsAt(where)]);
    const { standIn } = this.#options;
    return () => ({ kind: 'snapshot', standIn, settings, turns: this.#threads.merged(thread, kept) });
  }

  async #mention({ thread, mention }: { thread: string; mention: Mention }, inbox: Inbox): Promise<Answer> {
    const answer: Answer = { status: 202, body: { id: mention.id } };
    const kept = await this.#threads.kept(thread);
    if (kept.some((turn) => turn.id === mention.id)) return answer;
    const live = this.#threads.live(thread);
    live.ask(waitingView(mention));
    try {
      // What was accepted before, and is not kept, ended without an answer: nothing waits for one.
      if (!(await inbox.mention(mention))) live.withdraw(mention.id);
    } catch (error) {
      live.withdraw(mention.id);
      throw error;
    }
    return answer;
  }

  async #command({ thread, command }: { thread: string; command: Command }, inbox: Inbox): Promise<Answer> {
    const body = await inbox.command(command);
    const live = this.#threads.live(thread);
    // What was forgotten is taken from every page that shows it.
    const changed = command.name === 'forget' ? this.#threads.drop() : [];
    for (const each of changed) this.#threads.live(each).tell((await this.#snapshot(each, whereIn(each, command)))());
    live.tell({ kind: 'settings', settings: await this.#options.desk.settingsAt(command) });
    return { status: 200, body };
  }

  #noticesFor(req: IncomingMessage): Notices {
    return this.#options.noticesFor(senderOf(req).locale);
  }
}

function whereIn(thread: string, command: Command): Whereabouts {
  return { ...command, conversation: conversationOf(thread) };
}

function senderOf({ headers }: IncomingMessage): Sender {
  return { locale: localeOf(headers['accept-language']), sentAt: Date.now() };
}

function eventOf(event: PageEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
