/** The bot as a process of its own between the simulators, with many people who write to it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Limits } from '../../simulators/discord/limits.ts';
import type { Person } from '../../simulators/discord/people.ts';
import { DiscordSimulator } from '../../simulators/discord/simulator.ts';
import { GeminiSimulator } from '../../simulators/gemini/simulator.ts';
import { Process } from '../../support/process.ts';
import type { Vitals } from './probe.ts';

const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url));

export class LoadStage implements AsyncDisposable {
  readonly discord: DiscordSimulator;
  readonly gemini: GeminiSimulator;
  readonly people: readonly Person[];
  readonly #bot: Process;
  readonly #folder: string;

  /** @param options `settings` are the bot's own, as in a file of the operator. */
  static async start(options: {
    readonly people: number;
    readonly limits?: Partial<Limits>;
    readonly settings?: object;
  }): Promise<LoadStage> {
    const discord = await DiscordSimulator.start({ checked: false, limits: options.limits ?? {} });
    const gemini = await GeminiSimulator.start();
    const folder = await mkdtemp(join(tmpdir(), 'halley-load-'));
    const settings = join(folder, 'settings.yaml');
    await writeFile(settings, stringify(options.settings ?? {}));
    const environment = {
      COMETAPI_KEY: gemini.apiKey,
      COMETAPI_BASE_URL: gemini.baseUrl,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      STORE_URL: `sqlite:${join(folder, 'halley.sqlite')}`,
      HTTP_PORT: '0',
      HALLEY_CONFIG: settings,
    };
    const bot = new Process('src/main.ts', environment, { preload: PROBE, flags: ['--expose-gc'] });
    const people = Array.from({ length: options.people }, (_, at) => discord.addUser(`person-${at}`));
    await bot.says(/"event":"bot\.ready"/);
    return new LoadStage({ discord, gemini, people, bot, folder });
  }

  private constructor(parts: {
    discord: DiscordSimulator;
    gemini: GeminiSimulator;
    people: readonly Person[];
    bot: Process;
    folder: string;
  }) {
    this.discord = parts.discord;
    this.gemini = parts.gemini;
    this.people = parts.people;
    this.#bot = parts.bot;
    this.#folder = parts.folder;
  }

  person(number: number): Person {
    const person = this.people[number % this.people.length];
    if (person === undefined) throw new Error('there are no people');
    return person;
  }

  /** Since the last time it was asked. */
  async vitals(): Promise<Vitals> {
    // What it logs of each answer is not looked at here.
    this.#bot.output = '';
    // The probe answers with nothing else.
    return (await this.#bot.ask({})) as Vitals;
  }

  /** Somebody asks in the channel; resolves with the thread that the bot opens. */
  async open(question: string, as: Person): Promise<string> {
    const { id } = as.says(this.discord.channel('general').id, question, { mention: true });
    await this.discord.until(() => this.discord.threadOf(id) !== undefined, { timeoutMs: 60_000 });
    return id;
  }

  posts(thread: string): readonly string[] {
    return this.discord.readsOfBot(thread).map((post) => post.content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bot.signal('SIGTERM');
    await this.#bot[Symbol.asyncDispose]();
    await Promise.all([this.discord.stop(), this.gemini.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
