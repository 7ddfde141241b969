/** The bot as a process that is killed and started again, on simulators and a store that outlive it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationId, Turn } from '../../src/core/conversation.ts';
import { openStore } from '../../src/storage/open.ts';
import { KeyvTurnStore } from '../../src/storage/turns.ts';
import { GeminiSimulator } from '../simulators/gemini/simulator.ts';
import { quietLog } from '../support/model.ts';
import { Process } from '../support/process.ts';
import type { Scene } from './scene.ts';

const KILLER = fileURLToPath(new URL('killer.ts', import.meta.url));

/** Milliseconds in which anything that is to happen does, on a busy machine. */
const LONGEST_MS = 60_000;
const LOOK_MS = 5;

export interface Start {
  /** The step at which it dies, counted from its start. */
  readonly dieAt?: number;
  /** Whether questions that wait are too old to be answered. */
  readonly tooLate?: boolean;
}

export class CrashStage implements AsyncDisposable {
  readonly scene: Scene;
  readonly gemini: GeminiSimulator;
  readonly #folder: string;
  #bot: Process | undefined;

  static async open(scene: Scene): Promise<CrashStage> {
    const gemini = await GeminiSimulator.start();
    const folder = await mkdtemp(join(tmpdir(), 'halley-crash-'));
    const usual = 'tools: [current_time]\n';
    await writeFile(join(folder, 'usual.yaml'), usual);
    await writeFile(join(folder, 'late.yaml'), `${usual}conversation: { resumeMs: 0 }\n`);
    return new CrashStage(scene, gemini, folder);
  }

  private constructor(scene: Scene, gemini: GeminiSimulator, folder: string) {
    this.scene = scene;
    this.gemini = gemini;
    this.#folder = folder;
  }

  get bot(): Process {
    if (this.#bot === undefined) throw new Error('no bot was started');
    return this.#bot;
  }

  /** Resolves when it is ready or dead. */
  async start({ dieAt, tooLate = false }: Start = {}): Promise<void> {
    await this.scene.restarts();
    const environment = {
      COMETAPI_KEY: this.gemini.apiKey,
      COMETAPI_BASE_URL: this.gemini.baseUrl,
      ...this.scene.environment,
      STORE_URL: `sqlite:${this.#file}`,
      HTTP_PORT: '0',
      HALLEY_CONFIG: join(this.#folder, tooLate ? 'late.yaml' : 'usual.yaml'),
      ...(dieAt === undefined ? {} : { DIE_AT: String(dieAt) }),
    };
    const bot = new Process('src/main.ts', environment, { preload: KILLER });
    this.#bot = bot;
    const isUp = bot.says(/"event":"bot\.ready"/).then(() => 'up' as const);
    isUp.catch(() => undefined);
    const first = await Promise.race([isUp, bot.exit().then(() => 'down' as const)]);
    if (first === 'down' && dieAt === undefined) throw new Error(`the bot did not start:\n${bot.output}`);
    if (first === 'up') await this.scene.started(Number(/"port":(\d+)/.exec(bot.output)?.[1]));
  }

  /** From now on the bot takes so many steps. */
  async arm(dieAt: number): Promise<void> {
    await this.bot.ask({ dieAt });
  }

  /** How many steps it took since it was armed. */
  async steps(): Promise<number> {
    // The preloaded module answers with nothing else.
    const { taken } = (await this.bot.ask({})) as { readonly taken: number };
    return taken;
  }

  /** Where the bot was killed, in its own words. */
  get killedAt(): string | undefined {
    return /"event":"killed","step":"([^"]*)"/.exec(this.bot.output)?.[1];
  }

  /** Resolves when the bot is dead or `condition` holds. */
  async until(condition: () => boolean): Promise<'dead' | 'so'> {
    const late = performance.now() + LONGEST_MS;
    while (performance.now() < late) {
      if (!this.bot.isAlive) return 'dead';
      if (condition()) return 'so';
      await delay(LOOK_MS);
    }
    throw new Error(`nothing came of it in ${LONGEST_MS} ms:\n${this.bot.output.slice(-3000)}`);
  }

  async kill(): Promise<void> {
    this.bot.signal('SIGKILL');
    await this.bot.exit();
  }

  /** What the store knows of a mention. */
  entry(id: string): 'unknown' | 'open' | 'closed' {
    const row = this.#look("SELECT v FROM kv WHERE ns = 'journal' AND k = ?", id)[0];
    if (row === undefined) return 'unknown';
    return row.includes('"state":"closed"') ? 'closed' : 'open';
  }

  /** Whether a text is kept of an answer under way. */
  hasDraft(id: string): boolean {
    return this.#look("SELECT v FROM kv WHERE ns = 'drafts' AND k = ?", id).length > 0;
  }

  async turns(id: ConversationId): Promise<readonly Turn[]> {
    const store = await openStore(`sqlite:${this.#file}`, quietLog);
    try {
      return await new KeyvTurnStore(store, { maxTurns: 1000 }).turns(id);
    } finally {
      await store.close();
    }
  }

  #look(sql: string, ...values: readonly string[]): readonly string[] {
    const database = new DatabaseSync(this.#file, { readOnly: true, timeout: 1000 });
    try {
      return database
        .prepare(sql)
        .all(...values)
        .map((row) => String(row['v']));
    } finally {
      database.close();
    }
  }

  get #file(): string {
    return join(this.#folder, 'halley.sqlite');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bot?.[Symbol.asyncDispose]();
    await Promise.all([this.scene.stop(), this.gemini.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
