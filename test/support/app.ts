/** The whole app on simulators: real clients, real rooms, a store in a fresh folder, restarted as often as a test likes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { vi } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { type Config, type Environment, loadConfig } from '../../src/config/load.ts';
import { PinoLog } from '../../src/ops/log.ts';
import { GeminiSimulator, type SimulatorOptions } from '../simulators/gemini/simulator.ts';

export interface HarnessOptions {
  readonly gemini?: SimulatorOptions;
  /** Tokens and addresses of platforms. */
  readonly environment?: Environment;
  /** Whether the page says that a stand-in answers. */
  readonly standIn?: boolean;
  /** Who plays the host of the model's links to its sources; without it they are not followed. */
  readonly redirectOrigin?: string;
  readonly configure?: (settings: Config['settings']) => Config['settings'];
}

/** Milliseconds a test gives running answers at a stop: long enough to end, short enough to notice when they do not. */
const DRAIN_MS = 3000;

const WAIT = { timeout: 15_000, interval: 10 };

export class Harness {
  readonly gemini: GeminiSimulator;
  /** Everything that was logged, a parsed line each. */
  readonly logged: Record<string, unknown>[] = [];
  readonly #folder: string;
  readonly #options: HarnessOptions;
  #app: App | undefined;
  /** Any free one first, the same after a restart. */
  #port = 0;

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const folder = await mkdtemp(join(tmpdir(), 'halley-'));
    const harness = new Harness(await GeminiSimulator.start(options.gemini), folder, options);
    await harness.start();
    return harness;
  }

  private constructor(gemini: GeminiSimulator, folder: string, options: HarnessOptions) {
    this.gemini = gemini;
    this.#folder = folder;
    this.#options = options;
  }

  /** Resolves once the log has such a line, or so many of them. */
  async untilLogged(event: string, count = 1, timeout = WAIT.timeout): Promise<void> {
    const look = (): void => {
      const lines = this.logged.filter((line) => line['event'] === event);
      if (lines.length < count) throw new Error(`${lines.length} of ${count} lines ${event}`);
    };
    await vi.waitFor(look, { ...WAIT, timeout });
  }

  /** Resolves once the journal holds so many mentions that are not answered. */
  async untilAccepted(count: number): Promise<void> {
    const database = new DatabaseSync(this.#file, { readOnly: true });
    await vi.waitFor(() => {
      const rows = database.prepare("SELECT v FROM kv WHERE ns = 'journal' AND v LIKE '%\"open\"%'").all();
      if (rows.length < count) throw new Error(`${rows.length} of ${count} mentions are accepted`);
    }, WAIT);
    database.close();
  }

  /** Every write to what is remembered of turns fails, and every read of it, until it is mended. */
  damageStore(): { mend(): void } {
    const database = new DatabaseSync(this.#file);
    database.exec('PRAGMA busy_timeout = 2000; ALTER TABLE kv RENAME TO away');
    return {
      mend: () => {
        database.exec('ALTER TABLE away RENAME TO kv');
        database.close();
      },
    };
  }

  /** The journal takes no write until it is mended; everything else is kept as usual. */
  blockJournal(): { mend(): void } {
    const database = new DatabaseSync(this.#file);
    const refuse = "WHEN NEW.ns = 'journal' BEGIN SELECT RAISE(ABORT, 'refused'); END";
    database.exec(`PRAGMA busy_timeout = 2000;
      CREATE TRIGGER no_insert BEFORE INSERT ON kv ${refuse};
      CREATE TRIGGER no_update BEFORE UPDATE ON kv ${refuse}`);
    return {
      mend: () => {
        database.exec('DROP TRIGGER no_insert; DROP TRIGGER no_update');
        database.close();
      },
    };
  }

  /** Every write of the store fails with these words of SQLite's, as of a full disk, until it is mended. */
  failWrites(errstr: string): { mend(): void } {
    const { exec } = DatabaseSync.prototype;
    DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
      if (sql === 'BEGIN IMMEDIATE') throw Object.assign(new Error(errstr), { errstr });
      Reflect.apply(exec, this, [sql]);
    };
    return {
      mend: () => {
        DatabaseSync.prototype.exec = exec;
      },
    };
  }

  /** Another process holds the store's lock until it is mended. */
  lockStore(): { mend(): void } {
    const database = new DatabaseSync(this.#file);
    database.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE');
    return {
      mend: () => {
        if (database.isOpen) database.close();
      },
    };
  }

  /** Damages the first turn that is stored: half of its record is gone. */
  damageTurn(): void {
    const database = new DatabaseSync(this.#file);
    database.exec(
      "PRAGMA busy_timeout = 2000; UPDATE kv SET v = substr(v, 1, length(v) / 2) WHERE ns = 'turns' AND k IN (SELECT k FROM kv WHERE ns = 'turns' ORDER BY k LIMIT 1)",
    );
    database.close();
  }

  /** Whether the process says that it can answer. */
  async isReady(): Promise<boolean> {
    return (await fetch(`${this.address}/readyz`)).status === 200;
  }

  /** As if the days that files are kept for were over. */
  expireFiles(): void {
    const database = new DatabaseSync(this.#file);
    database.exec("PRAGMA busy_timeout = 2000; UPDATE kv SET e = 1 WHERE ns = 'blobs'");
    database.close();
  }

  /** Everything that is kept, a row each: namespace, key and value. */
  stored(): readonly string[] {
    const database = new DatabaseSync(this.#file, { readOnly: true });
    const rows = database.prepare('SELECT ns, k, v FROM kv').all();
    database.close();
    return rows.map(({ ns, k, v }) => `${String(ns)} ${String(k)} ${String(v)}`);
  }

  get #file(): string {
    return join(this.#folder, 'halley.sqlite');
  }

  get address(): string {
    const { host, port } = this.#running.address;
    return `http://${host}:${port}`;
  }

  get #running(): App {
    if (this.#app === undefined) throw new Error('the app is not running');
    return this.#app;
  }

  async start(): Promise<void> {
    const config = await loadConfig({
      COMETAPI_KEY: this.gemini.apiKey,
      COMETAPI_BASE_URL: this.gemini.baseUrl,
      STORE_URL: `sqlite:${this.#file}`,
      HTTP_PORT: String(this.#port),
      ...this.#options.environment,
    });
    const { redirectOrigin, configure } = this.#options;
    const quiet = redirectOrigin === undefined ? { ...config.settings, sources: { resolveMs: 0 } } : config.settings;
    const settings = configure?.(quiet) ?? quiet;
    const destination = { write: (line: string) => void this.logged.push(JSON.parse(line)) };
    const log = new PinoLog({ level: 'debug', destination });
    this.#app = await startApp({
      config: { ...config, settings },
      apiKey: this.gemini.apiKey,
      standIn: this.#options.standIn ?? false,
      ...(redirectOrigin === undefined ? {} : { redirectOrigin }),
      log,
    });
    this.#port = this.#app.address.port;
  }

  /** Stops the app as SIGTERM does. */
  async halt(drainMs = DRAIN_MS): Promise<void> {
    await this.#app?.stop(drainMs);
    this.#app = undefined;
  }

  /** Ends everything. Fails when a scripted answer was not asked for. */
  async stop(): Promise<void> {
    await this.halt();
    await this.gemini.stop();
    await rm(this.#folder, { recursive: true, force: true });
    this.gemini.assertUsed();
  }
}
