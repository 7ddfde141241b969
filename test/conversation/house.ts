/** A whole engine and desk on one store, with a model that says again every word it was sent, and readers who keep all they saw. */
import { setImmediate as turn } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load.ts';
import { Attachments } from '../../src/conversation/attachments.ts';
import { Engine } from '../../src/conversation/engine.ts';
import { LocalLanes } from '../../src/conversation/lanes.ts';
import type { Chunk } from '../../src/core/content.ts';
import type { ScopeId } from '../../src/core/conversation.ts';
import type { Attachment, Mention, ReplyAddress } from '../../src/core/inbound.ts';
import type { ModelClient, ModelRequest } from '../../src/core/model.ts';
import type { ReplySurface } from '../../src/core/ports.ts';
import { Budget } from '../../src/guard/budget.ts';
import { noticesFor } from '../../src/notices/notices.ts';
import { Places } from '../../src/place/places.ts';
import { CommandDesk } from '../../src/steering/commands.ts';
import { ScopedSettings } from '../../src/steering/settings.ts';
import { Steering } from '../../src/steering/steering.ts';
import { eraseUnreadable } from '../../src/storage/erasure.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { openStore } from '../../src/storage/open.ts';
import { KeyvSettingsStore } from '../../src/storage/settings.ts';
import { KeyvTurnStore } from '../../src/storage/turns.ts';
import { CheckedToolbox } from '../../src/tools/toolbox.ts';
import { someSettings } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

const { models, personas, settings: configured } = await loadConfig({});

/** Words that can be told apart wherever they turn up. */
const WORD = /\bw\d+w\b/g;

export function wordsIn(what: unknown): readonly string[] {
  return [...new Set(JSON.stringify(what ?? '').match(WORD))];
}

/** What somebody got to see, and where. */
interface Seen {
  readonly at: ReplyAddress;
  readonly words: readonly string[];
}

/** What the model got to read. */
interface Read {
  readonly question: readonly string[];
  readonly instruction: readonly string[];
  readonly words: readonly string[];
}

export class House {
  readonly engine: Engine;
  readonly desk: CommandDesk;
  readonly ledger: KeyvLedger;
  readonly seen: Seen[] = [];
  readonly read: Read[] = [];
  readonly #journal: KeyvJournal;
  readonly #close: () => Promise<void>;

  /** @param pauses How many turns of the loop each chunk of an answer waits, over and over. */
  static async open(pauses: readonly number[]): Promise<House> {
    return new House(await openStore('memory:', quietLog), pauses);
  }

  private constructor(store: Awaited<ReturnType<typeof openStore>>, pauses: readonly number[]) {
    const turns = new KeyvTurnStore(store, { maxTurns: 50 });
    const journal = new KeyvJournal(store);
    this.ledger = new KeyvLedger(store);
    this.#journal = journal;
    const settings = new ScopedSettings(new KeyvSettingsStore(store), someSettings);
    const catalogue = { models, personas, usual: 'default' };
    const kept = { turns, journal, settings, ledger: this.ledger };
    const shared = { ...kept, catalogue, facts: () => undefined, lanes: new LocalLanes(), log: quietLog };
    const limits = { person: {}, channel: {}, workspace: {} };
    const dearest = { inputUsd: 0, outputUsd: 0 };
    this.engine = new Engine({
      ...shared,
      guard: { check: async () => undefined },
      meter: new Budget({ ...shared, limits, dearest }),
      maxWaiting: 1000,
      client: this.#echo(pauses),
      redirects: { follow: () => undefined },
      toolbox: new CheckedToolbox([], quietLog),
      attachments: new Attachments({
        limits: configured.attachments,
        adapter: () => ({ download: async (file: Attachment) => ({ bytes: Buffer.from(`It says ${file.url}.`) }) }),
        log: quietLog,
      }),
      places: new Places({ adapter: () => ({ recent: async () => [] }), turns, beforeMessages: 20, log: quietLog }),
      steering: new Steering(shared),
      standing: configured.model.request,
      surface: (to) => this.#surface(to),
      noticesFor: noticesFor('en'),
      historyTokens: 64_000,
    });
    this.desk = new CommandDesk({
      ...shared,
      rights: {
        may: { person: 'anyone', conversation: 'anyone', channel: 'anyone', workspace: 'anyone' },
        admins: [],
      },
      admits: () => true,
      limitsOf: () => ({}),
      answers: {
        ...shared,
        ask: (mention, posts) => this.engine.mention(mention, posts),
        metrics: { rated: () => undefined },
        check: async () => undefined,
        admins: [],
      },
      eraseUnreadable: (platform, workspace) => eraseUnreadable(store, platform, workspace),
      version: '1',
      maxTurns: 50,
    });
    this.#close = () => store.close();
  }

  /** Resolves when every question is answered. */
  async settled(): Promise<void> {
    while ((await this.#journal.open()).length > 0) await turn();
    await this.engine.stop(1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async turnsOf(account: ScopeId): Promise<number> {
    return (await this.ledger.spent(account, 'month', Date.now()))?.turns ?? 0;
  }

  #echo(pauses: readonly number[]): ModelClient {
    let asked = 0;
    const { read } = this;
    return {
      facts: () => undefined,
      depthOf: (_model, wanted) => wanted,
      async *stream(request: ModelRequest): AsyncGenerator<Chunk> {
        const pause = pauses[asked++ % pauses.length] ?? 0;
        const words = wordsIn([request.systemInstruction, request.contents]);
        const question = wordsIn(request.contents.at(-1));
        read.push({ question, instruction: wordsIn(request.systemInstruction), words });
        for (let waited = 0; waited < pause; waited++) await turn();
        yield aPiece(`You said ${words.join(' ')}`);
        for (let waited = 0; waited < pause; waited++) await turn();
        yield { ...aPiece('.', words.at(-1)), usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 } };
      },
    };
  }

  #surface(to: ReplyAddress): ReplySurface {
    const keep = (what: unknown): void => {
      this.seen.push({ at: to, words: wordsIn(what) });
    };
    return {
      begin: async () => undefined,
      leave: async () => turn(),
      show: async (view) => {
        keep(view);
        return [];
      },
      finish: async (reply) => {
        keep(reply);
        return [{ channel: to.channel, message: to.message }];
      },
      note: async (notice) => keep(notice),
      whisper: async () => false,
      retract: async () => undefined,
      abandon: () => undefined,
    };
  }
}

/** A piece of an answer; the last one rests on a page that its question named. */
function aPiece(text: string, source?: string): Chunk {
  const uri = `https://example.com/${source}`;
  const groundingMetadata = {
    groundingChunks: [{ web: { uri, title: String(source) } }],
    groundingSupports: [{ segment: { startIndex: 0, endIndex: 3 }, groundingChunkIndices: [0] }],
  };
  const ended = source === undefined ? {} : { finishReason: 'STOP', groundingMetadata };
  return { candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...ended }] };
}

/** A file whose text is the word. */
export function aFile(word: string): Attachment {
  return { id: word, name: `${word}.txt`, mimeType: 'text/plain', bytes: 30, url: word };
}

/** The address at which an answer to this mention is read: by everybody in its conversation. */
export function addressOf(mention: Pick<Mention, 'id' | 'conversation' | 'place'>): ReplyAddress {
  return { platform: mention.place.platform, channel: mention.conversation, message: mention.id };
}
