/** The playground on a real HTTP server of its own, before an Inbox that answers as a test writes it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { InlineData } from '../../src/core/content.ts';
import type {
  ConversationId,
  ConversationSummary,
  Settings,
  SettingsOverride,
  Turn,
  Whereabouts,
} from '../../src/core/conversation.ts';
import type { Ending } from '../../src/core/errors.ts';
import type { Command, JournalEntry, Mention, Suggested } from '../../src/core/inbound.ts';
import type { Offer, CommandReply, Sourced, Status } from '../../src/core/reply.ts';
import type { Inbox, Log, ReplySurface } from '../../src/core/ports.ts';
import { PlaygroundAdapter } from '../../src/playground/adapter.ts';
import { noticesFor } from '../../src/notices/notices.ts';
import { HeldBlobs } from '../contracts/blob-store.ts';
import { aTurn, someSettings } from '../support/builders.ts';

/** The largest file that a desk takes. */
export const MAX_FILE_BYTES = 1_000_000;

/** What a restart leaves: turns, choices and open mentions. */
export class Memory {
  readonly stored = new Map<ConversationId, readonly Turn[]>();
  readonly chosen = new Map<ConversationId, SettingsOverride>();
  readonly open = new Map<string, JournalEntry>();
  /** When set, every read of turns rejects with it. */
  outage: Error | undefined;

  readonly turns = {
    turns: async (id: ConversationId): Promise<readonly Turn[]> => {
      if (this.outage !== undefined) throw this.outage;
      return this.stored.get(id) ?? [];
    },
    conversations: async (): Promise<readonly ConversationSummary[]> => {
      if (this.outage !== undefined) throw this.outage;
      return [...this.stored].map(([id, turns]) => ({
        id,
        title: turns[0]?.text ?? '',
        lastAt: turns.at(-1)?.endedAt ?? 0,
      }));
    },
  };
  readonly desk = {
    settingsAt: async ({ conversation }: Whereabouts): Promise<Settings> => ({
      ...someSettings,
      ...(conversation === undefined ? {} : this.chosen.get(conversation)),
    }),
    complete: async (what: Suggested): Promise<readonly string[]> => [`a ${what}`],
  };
  readonly uploads = new HeldBlobs();
  readonly journal = { open: async (): Promise<readonly JournalEntry[]> => [...this.open.values()] };
}

/** What one answer does: shows views through `say`, and ends with what it returns. */
export type Script = (mention: Mention, answer: Answering) => Promise<Ended>;

export interface Ended extends Partial<Sourced> {
  readonly ending?: Ending;
  readonly notice?: string;
  readonly images?: readonly InlineData[];
  readonly offer?: Offer;
  /** Nothing is remembered of it. */
  readonly refused?: boolean;
}

/** The answer being written. */
export class Answering {
  readonly signal: AbortSignal;
  readonly #surface: ReplySurface;
  text = '';

  constructor(surface: ReplySurface, signal: AbortSignal) {
    this.#surface = surface;
    this.signal = signal;
  }

  searching(): Promise<unknown> {
    return this.shows('searching');
  }

  shows(status: Status): Promise<unknown> {
    return this.#surface.show({ text: '', exact: '', settled: '', status });
  }

  /** Adds text and shows it when the surface permits. */
  async say(text: string): Promise<void> {
    await this.#surface.leave(this.text === '' ? 'first' : 'text', this.signal);
    this.text += text;
    await this.#surface.show({ text: this.text, exact: this.text, settled: '', status: 'writing' });
  }
}

/** An Inbox as the engine is one: durable first, one answer at a time per conversation, remembered at the end. */
export class ScriptedInbox implements Inbox {
  readonly mentions: Mention[] = [];
  readonly commands: Command[] = [];
  script: Script;
  /** What commands are answered beside their text. */
  reply: Partial<CommandReply> = {};
  /** Whether edits come too late to be answered. */
  isLate = false;
  /** When set, nothing is accepted. */
  refusesWith: Error | undefined;
  readonly #memory: Memory;
  readonly #adapter: PlaygroundAdapter;
  readonly #lanes = new Map<ConversationId, Promise<void>>();
  readonly #running = new Map<ConversationId, AbortController>();

  constructor(memory: Memory, adapter: PlaygroundAdapter, script: Script) {
    this.#memory = memory;
    this.#adapter = adapter;
    this.script = script;
  }

  removed(): Promise<void> {
    return Promise.resolve();
  }

  async mention(mention: Mention): Promise<boolean> {
    if (this.refusesWith !== undefined) throw this.refusesWith;
    if (this.mentions.some(({ id }) => id === mention.id)) return false;
    this.mentions.push(mention);
    this.#memory.open.set(mention.id, { mention, posts: [] });
    this.resume(mention);
    return true;
  }

  /** Answers the last question anew, unless it is too late for that. */
  async edited(mention: Mention): Promise<void> {
    if (this.isLate || this.#memory.stored.get(mention.conversation)?.at(-1)?.id !== mention.id) return;
    this.#memory.open.set(mention.id, { mention, posts: [] });
    this.resume(mention);
  }

  async deleted(id: string, conversations: readonly ConversationId[]): Promise<void> {
    for (const conversation of conversations) {
      this.#running.get(conversation)?.abort();
      await this.#lanes.get(conversation);
      const left = this.#memory.stored.get(conversation)?.filter((turn) => turn.id !== id) ?? [];
      this.#memory.stored.set(conversation, left);
    }
  }

  /** Answers what is in the journal, as recovery does. */
  resume(mention: Mention): void {
    const before = this.#lanes.get(mention.conversation) ?? Promise.resolve();
    this.#lanes.set(
      mention.conversation,
      before.then(() => this.#answer(mention)),
    );
  }

  async command(command: Command): Promise<CommandReply> {
    this.commands.push(command);
    const { conversation: id, name, values } = command;
    if (id === undefined) throw new Error('the page has a conversation for everything');
    if (name === 'stop') {
      this.#running.get(id)?.abort();
      return { text: 'Stopped.' };
    }
    if (name === 'forget') this.#memory.stored.delete(id);
    const value = values['depth'] ?? values['text'];
    const change = name === 'think' ? { thinking: value } : { search: value };
    this.#memory.chosen.set(id, Object.assign({}, this.#memory.chosen.get(id), change));
    return { text: `${name} is now ${value}.`, ...this.reply };
  }

  settingsAt(where: Whereabouts): Promise<Settings> {
    return this.#memory.desk.settingsAt(where);
  }

  complete(what: Suggested): Promise<readonly string[]> {
    return this.#memory.desk.complete(what);
  }

  async follows(): Promise<boolean> {
    return true;
  }

  /** Every answer begun so far is finished. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.values());
  }

  async #answer(mention: Mention): Promise<void> {
    const stop = new AbortController();
    this.#running.set(mention.conversation, stop);
    const surface = this.#adapter.surface(mention.replyTo);
    await surface.begin();
    const answering = new Answering(surface, stop.signal);
    const ended = await this.script(mention, answering).catch((error: unknown): Ended => {
      if (stop.signal.aborted) return { ending: { kind: 'stopped' }, notice: 'Stopped.' };
      throw error;
    });
    const { sources = [], ending = { kind: 'complete' }, notice, images = [], refused = false, ...more } = ended;
    const { text } = answering;
    const said = notice === undefined ? {} : { notice };
    await surface.finish({
      ...more,
      text,
      sources,
      ending,
      ...said,
      ...(images.length === 0 ? {} : { images }),
    });
    this.#running.delete(mention.conversation);
    if (!refused)
      this.#remember(mention, aTurn({ ...asTurn(mention), ...more, sources, ending, ...said }, text, images));
    this.#memory.open.delete(mention.id);
  }

  #remember(mention: Mention, turn: Turn): void {
    const others = (this.#memory.stored.get(mention.conversation) ?? []).filter(({ id }) => id !== turn.id);
    this.#memory.stored.set(mention.conversation, [...others, turn]);
  }
}

function asTurn({ id, author, text, receivedAt }: Mention): Partial<Turn> {
  return { id, author, text, receivedAt, endedAt: receivedAt + 1 };
}

/** Streams a text in pieces of a few words. */
export function reading(text: string, end: Ended = {}, pauseMs = 5): Script {
  return async (_mention, answer) => {
    for (const piece of text.match(/[^]{1,30}/gu) ?? []) {
      await answer.say(piece);
      await wait(pauseMs, undefined, { signal: answer.signal });
    }
    return end;
  };
}

export interface Desk {
  readonly origin: string;
  readonly port: number;
  readonly adapter: PlaygroundAdapter;
  readonly inbox: ScriptedInbox;
  readonly logged: string[];
  close(): Promise<void>;
}

export interface DeskOptions {
  readonly memory?: Memory;
  readonly script?: Script;
  readonly standIn?: boolean;
  /** 0, the default, takes any. */
  readonly port?: number;
}

/** Opens the page's server on loopback. With the memory and port of an earlier one it is that one, started again. */
export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const { memory = new Memory(), script = reading('Hello.'), standIn = false, port = 0 } = options;
  const logged: string[] = [];
  const { turns, desk, journal, uploads } = memory;
  const adapter = new PlaygroundAdapter({
    turns,
    desk,
    journal,
    uploads,
    maxFileBytes: MAX_FILE_BYTES,
    standIn,
    noticesFor: noticesFor('auto'),
    log: logInto(logged),
  });
  const inbox = new ScriptedInbox(memory, adapter, script);
  await adapter.start(inbox);
  const server = createServer((req, res) => adapter.handle(req, res));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address with one.
  const bound = (server.address() as AddressInfo).port;
  return { origin: `http://127.0.0.1:${bound}`, port: bound, adapter, inbox, logged, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function logInto(lines: string[]): Log {
  const add = (event: string, ...rest: readonly unknown[]): void => {
    lines.push(`${event} ${JSON.stringify(rest)}`);
  };
  return { debug: add, info: add, warn: add, error: add };
}
